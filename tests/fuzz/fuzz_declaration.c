/* SPDX-License-Identifier: MIT */
/* Whatever the bytes: an answer, a place inside the text for an error, and a sound model. */
#include "../../symbols/declaration_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const struct abilock_declaration *decl, const struct abilock_place *place)
{
	if (place->file >= decl->source_count || place->line == 0 || place->column == 0 ||
	    place->line > decl->sources[place->file].length + 1 ||
	    place->column > decl->sources[place->file].length + 1)
		abort();
}

static void check_declaration(const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->node_count; i++)
		for (size_t k = 0; k < decl->nodes[i].parent_count; k++)
			if (decl->nodes[i].parents[k] >= i)
				abort();
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if ((entry->node >= decl->node_count && entry->node != ABILOCK_NO_NODE) ||
		    !entry->text[0])
			abort();
		check_place(decl, &entry->place);
	}
}

static void check_surface(const struct abilock_surface *surface)
{
	for (size_t i = 0; i < surface->node_count; i++)
		for (size_t k = 0; k < surface->nodes[i].parent_count; k++)
			if (surface->nodes[i].parents[k] >= i)
				abort();
	for (size_t i = 0; i < surface->export_count; i++)
		if ((surface->exports[i].node >= surface->node_count &&
		     surface->exports[i].node != ABILOCK_NO_NODE) ||
		    !surface->exports[i].name[0])
			abort();
}

static void check_matches(const struct abilock_declaration *decl)
{
	static const char *const names[] = {"a", "foo_bar", "_ZN3foo3barEi", "*", ""};
	_cleanup_(abilock_matcher_freep) struct abilock_matcher *matcher = NULL;

	if (abilock_matcher_new(decl, &matcher, NULL) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct abilock_entry *entry = abilock_matcher_find(matcher, names[i]);

		if (entry && entry->node >= decl->node_count)
			abort();
	}
	for (size_t i = 0; i < decl->entry_count && i < 100; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->node != ABILOCK_NO_NODE && !entry->is_pattern &&
		    entry->language == ABILOCK_LANGUAGE_C &&
		    !abilock_matcher_find(matcher, entry->text))
			abort();
	}
}

static void check_diagnostics(const struct abilock_diagnostics *diags,
			      const struct abilock_declaration *decl)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (diags->error_count == 0)
		abort();
	for (size_t i = 0; i < diags->count; i++)
		check_place(decl, &diags->items[i].place);
	abilock_diagnostics_write(&text, diags, decl->sources, false);
}

static void check_parts(struct abilock_declaration *decl)
{
	static const char *const defines[] = {"A", "WITH_B"};
	const struct abilock_selection selection = {defines, ARRAY_SIZE(defines), "amd64"};
	_cleanup_(abilock_surface_freep) struct abilock_surface *all = NULL, *some = NULL;
	struct abilock_error err = {0};

	check_declaration(decl);
	check_matches(decl);
	if (abilock_declaration_surface(decl, &all, &err) < 0)
		return;
	check_surface(all);
	if (abilock_declaration_select(decl, &selection, &err) < 0)
		return;
	check_declaration(decl);
	if (abilock_declaration_surface(decl, &some, &err) < 0)
		return;
	check_surface(some);
	if (some->export_count > all->export_count)
		abort();
}

/* Without a name there is no folder: what is included is refused, not read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_error err = {0};
	int r = abilock_declaration_parse((const char *)data, size, "", &decl, &diags, &err);

	if (r != err.code || (r == 0) != (diags.error_count == 0))
		abort();
	if (r == ABILOCK_E_SYNTAX)
		check_diagnostics(&diags, decl);
	else if (r == 0)
		check_parts(decl);
	return 0;
}
