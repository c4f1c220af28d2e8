/* SPDX-License-Identifier: MIT */
/*
 * Whatever the bytes, of whatever kind they are said to be: an answer, places inside the text for
 * errors, and a declaration that reads back.
 */
#include "../../versiongen/import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_diagnostics(const struct import *import, size_t size)
{
	for (size_t i = 0; i < import->diags.count; i++) {
		const struct abilock_diagnostic *diag = &import->diags.items[i];

		if (diag->place.file >= import->source_count || diag->place.line > size + 1 ||
		    diag->place.column > size + 1 || !diag->message[0])
			abort();
		if (diag->level == ABILOCK_LEVEL_ERROR && diag->place.line == 0)
			abort();
	}
}

/* What was written is a declaration, but for one that has no node and so says nothing. */
static void check_reads_back(const struct import *import)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t global_count = 0, read_count = 0;

	if (import_write(import, &text, NULL) < 0)
		abort();
	if (import->node_count == 0)
		return;
	if (abilock_declaration_parse_script(text.data, text.length, "", &decl, &diags, NULL) < 0) {
		fwrite(text.data, 1, text.length, stderr);
		abort();
	}
	for (size_t i = 0; i < import->symbol_count; i++)
		global_count += !import->symbols[i].entry.is_local;
	for (size_t i = 0; i < decl->entry_count; i++)
		read_count += !decl->entries[i].is_local;
	if (global_count != read_count || decl->node_count != import->node_count)
		abort();
}

static void try_kind(enum import_kind kind, const char *text, size_t size)
{
	_cleanup_(import_deinit) struct import import = {0};
	const struct import_options options = {0};
	struct abilock_error err = {0};
	size_t at;

	int r = import_add_source(&import, "fuzz", text, size, &at, &err);
	if (r == 0)
		r = import_check_text(&import, &err);
	if (r == 0)
		r = kind == IMPORT_LIBVIRT  ? import_libvirt(&import, 0, 1, &options, &err)
		    : kind == IMPORT_DEBIAN ? import_debian(&import, 0, &options, &err)
		    : kind == IMPORT_SCRIPT ? import_script(&import, 0, &options, &err)
					    : import_abilist(&import, 0, &err);
	if (r != err.code)
		abort();
	check_diagnostics(&import, size);
	if (r == 0)
		check_reads_back(&import);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum import_kind kinds[] = {IMPORT_LIBVIRT, IMPORT_DEBIAN, IMPORT_ABILIST,
						 IMPORT_SCRIPT};
	_cleanup_(freep) char *text = malloc(size + 1);

	/* Others' files are not read; and no declaration may list a marker. */
	if (!text || memmem(data, size, "include", 7) ||
	    memmem(data, size, ABILOCK_MARKER_PREFIX, strlen(ABILOCK_MARKER_PREFIX)))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)import_detect(text, size);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		try_kind(kinds[i], text, size);
	return 0;
}
