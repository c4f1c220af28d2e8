/* SPDX-License-Identifier: MIT */
/*
 * Whatever a source says: an answer, places inside the text for errors, no manifest where there are
 * some, and a manifest that is read again and written again as it was.
 */
#include "../../versiongen/moduleinfo/moduleinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_diagnostics(const struct abilock_diagnostics *diags, size_t size)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->place.line == 0 || diag->place.line > size + 1 ||
		    diag->place.column > size + 1 || !diag->message[0])
			abort();
	}
}

static void check_reads_back(const struct abilock_manifest *manifest)
{
	_cleanup_(abilock_text_deinit) struct abilock_text first = {0}, second = {0};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *again = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	abilock_manifest_write(&first, manifest);
	if (abilock_manifest_parse(first.data, first.length, "fuzz.manifest", &again, &diags) < 0)
		abort();
	abilock_manifest_write(&second, again);
	if (first.failed || second.failed || first.length != second.length ||
	    memcmp(first.data, second.data, first.length) != 0)
		abort();
}

static void try_source(const char *path, const char *text, size_t size,
		       const struct abilock_name_table *modules)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest = NULL;
	_cleanup_(moduleinfo_deinit) struct moduleinfo info = {0};
	const struct moduleinfo *sources[] = {&info};
	const struct abilock_source source = {path, text, size};
	const struct moduleinfo_options options = {.modules = modules};

	if (moduleinfo_read(&source, 0, &info, &diags) < 0 ||
	    info.is_bad != (diags.error_count > 0))
		abort();
	const int r = moduleinfo_manifest(sources, 1, &options, &manifest, &diags);
	if (r == ABILOCK_E_NOMEM || (r < 0) != (diags.error_count > 0) || (r == 0) != !!manifest)
		abort();
	check_diagnostics(&diags, size);
	if (manifest)
		check_reads_back(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct abilock_name_table none;
	_cleanup_(freep) char *text = malloc(size + 1);

	if (!text)
		return 0;
	/* Not ended by a NUL: a reader that goes too far is seen. */
	char *exact = size > 0 ? realloc(text, size) : text;
	if (exact)
		text = exact;
	memcpy(text, data, size);
	try_source("fuzz.c", text, size, NULL);
	try_source("fuzz.c", text, size, &none);
	try_source("fuzz.xml", text, size, NULL);
	return 0;
}
