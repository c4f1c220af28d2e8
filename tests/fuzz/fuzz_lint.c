/* SPDX-License-Identifier: MIT */
/*
 * Whatever the declaration: findings stand inside the text, and what --fix makes of it is read
 * again, has the same names, and has an end.
 */
#include "../../versiongen/lint/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const struct lint *lint)
{
	for (size_t i = 0; i < lint->diags.count; i++) {
		const struct abilock_diagnostic *diag = &lint->diags.items[i];

		if (diag->place.file >= lint->source_count || diag->place.line == 0 ||
		    diag->place.line > lint->sources[diag->place.file].length + 1 ||
		    !lint_rule_find(diag->rule))
			abort();
	}
}

/* A sum that does not depend on the order, and counts what is listed twice in a node once. */
static uint64_t sum_of(const struct abilock_declaration *decl)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	struct abilock_error err = {0};
	uint64_t sum = 0;

	if (abilock_declaration_surface(decl, &surface, &err) < 0)
		return 0;
	for (size_t i = 0; i < surface->export_count; i++) {
		const struct abilock_export *symbol = &surface->exports[i];
		uint64_t hash = 5381U + symbol->type + symbol->bind;
		const char *node =
			symbol->node == ABILOCK_NO_NODE ? "" : surface->nodes[symbol->node].name;

		for (const char *p = symbol->name; *p; p++)
			hash = hash * 33 + (unsigned char)*p;
		for (const char *p = node; *p; p++)
			hash = hash * 33 + (unsigned char)*p;
		sum += hash;
	}
	return sum;
}

/* One pass. @return Whether something was mended; the new text is then in @p text. */
static bool pass(const char *data, size_t size, struct abilock_text *text, uint64_t *sum)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(lint_deinit) struct lint lint = {0};
	struct abilock_diagnostics diags = {0};
	struct abilock_error err = {0};
	size_t count = 0;
	int r = abilock_declaration_parse(data, size, "", &decl, &diags, &err);

	abilock_diagnostics_deinit(&diags);
	if (r < 0) {
		/* What was mended is read again. */
		if (text->length > 0)
			abort();
		return false;
	}
	if (*sum != 0 && sum_of(decl) != *sum)
		abort();
	*sum = sum_of(decl);
	if (lint_check(decl, NULL, &lint, &err) < 0)
		return false;
	check_places(&lint);
	abilock_text_clear(text);
	return lint_fix(&lint, 0, text, &count, &err) == 0 && count > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0}, next = {0};
	uint64_t sum = 0;

	if (!pass((const char *)data, size, &text, &sum))
		return 0;
	for (size_t passes = 0; passes < 2 * size + 2; passes++) {
		abilock_text_clear(&next);
		abilock_text_add(&next, text.data, text.length);
		if (!pass(next.data, next.length, &text, &sum))
			return 0;
	}
	abort();
}
