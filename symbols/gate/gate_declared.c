/* SPDX-License-Identifier: MIT */
#include "gate_declared.h"

#include <inttypes.h>

/* ---- findings ---- */

struct abilock_place declared_place(const struct declared *declared, struct abilock_place place)
{
	place.file += declared->first_source;
	return place;
}

const char *declared_printf(const struct declared *declared, const char *fmt, ...)
{
	struct abilock_diagnostics *diags = &declared->gate->diags;
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	const char *copy = text ? abilock_arena_text(&diags->arena, text) : NULL;
	free(text);
	diags->failed = diags->failed || !copy;
	return copy;
}

struct abilock_diagnostic *declared_find(const struct declared *declared, const char *rule,
					 struct abilock_place place, const char *subject,
					 const char *fix, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	struct abilock_diagnostic *diag =
		text ? gate_add(declared->gate, rule, place, subject, "%s", text) : NULL;
	if (diag && fix)
		diag->fix = fix;
	if (!diag || !subject)
		declared->gate->diags.failed = true;
	free(text);
	return diag;
}

bool declared_names_push(struct declared_names *names, const char *name)
{
	const char **slot =
		name ? abilock_array_push(&names->items, &names->count, sizeof(*slot)) : NULL;

	if (slot)
		*slot = name;
	return slot != NULL;
}

void declared_set_symbols(const struct declared *declared, struct abilock_diagnostic *diag,
			  const struct declared_names *names)
{
	struct abilock_arena *arena = &declared->gate->diags.arena;

	if (!diag || names->count == 0)
		return;
	diag->symbols = abilock_arena_array(arena, names->count, sizeof(*diag->symbols));
	if (!diag->symbols) {
		declared->gate->diags.failed = true;
		return;
	}
	memcpy(diag->symbols, names->items, names->count * sizeof(*names->items));
	diag->symbol_count = names->count;
}

static const char *label(const struct declared *declared, const char *name, const char *node)
{
	if (!node)
		return declared_printf(declared, "%s", name);
	return declared_printf(declared, "%s@%s", name, node);
}

const char *declared_label(const struct declared *declared, const char *name, size_t node)
{
	return label(declared, name,
		     node == ABILOCK_NO_NODE ? NULL : declared->decl->nodes[node].name);
}

const char *declared_export_label(const struct declared *declared,
				  const struct abilock_export *export)
{
	const char *node = NULL;

	if (export->node != ABILOCK_NO_NODE) {
		const size_t n = declared->linked[export->node].declared;

		node = n == ABILOCK_NO_NODE ? declared->surface->nodes[export->node].name
					    : declared->decl->nodes[n].name;
	}
	return label(declared, export->name, node);
}

/* ---- the two sides ---- */

static void declared_deinit(struct declared *declared)
{
	for (size_t i = 0; declared->nodes && i < declared->decl->node_count; i++)
		free(declared->nodes[i].elsewhere.items);
	for (size_t i = 0; declared->linked && i < declared->surface->node_count; i++)
		free(declared->linked[i].symbols.items);
	free(declared->nodes);
	free(declared->linked);
	free(declared->items);
	free(declared->is_used);
	abilock_name_table_deinit(&declared->names);
	abilock_matcher_free(declared->matcher);
	abilock_surface_free(declared->surface);
}

static bool add_item(struct declared *declared, const struct abilock_entry *entry,
		     const struct abilock_export *export)
{
	void **first = abilock_name_table_value(&declared->names, entry->text);

	if (!first)
		return false;
	struct declared_item *item = &declared->items[declared->item_count++];
	*item = (struct declared_item){.entry = entry,
				       .node = export->node,
				       .is_default = export->is_default,
				       .next = *first};
	*first = item;
	return true;
}

/* The exports of the surface are the entries with plain names, in their order, each once. */
static int read_items(struct declared *declared, struct abilock_error *err)
{
	const struct abilock_declaration *decl = declared->decl;
	_cleanup_(abilock_surface_freep) struct abilock_surface *named = NULL;
	size_t at = 0;

	int r = abilock_declaration_surface(decl, &named, err);
	if (r < 0)
		return r;
	declared->items = calloc(named->export_count + 1, sizeof(*declared->items));
	if (!declared->items || !abilock_name_table_reserve(&declared->names, named->export_count))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < decl->entry_count && at < named->export_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];
		const struct abilock_export *export = &named->exports[at];

		if (entry->is_local || entry->is_pattern || !str_eq(entry->text, export->name) ||
		    entry->language != ABILOCK_LANGUAGE_C ||
		    (entry->node != export->node && !declared->is_anonymous))
			continue;
		if (!add_item(declared, entry, export))
			return abilock_error_nomem(err);
		at++;
	}
	return 0;
}

static int add_sources(struct declared *declared, struct abilock_error *err)
{
	const struct abilock_declaration *decl = declared->decl;
	struct gate *gate = declared->gate;
	const struct abilock_source binary = {.path = declared->object->path};

	const size_t first = gate->source_count;
	for (size_t i = 0; i < decl->source_count; i++)
		if (gate_add_source(gate, &decl->sources[i]) == SIZE_MAX)
			return abilock_error_nomem(err);
	const size_t last = gate_add_source(gate, &binary);
	if (last == SIZE_MAX)
		return abilock_error_nomem(err);
	declared->first_source = (uint32_t)first;
	declared->binary.file = (uint32_t)last;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct abilock_export *x = a, *y = b;
	const int order = strcmp(x->name, y->name);

	return order ? order : x->row < y->row ? -1 : x->row > y->row;
}

static int read_sides(struct declared *declared, struct abilock_error *err)
{
	const struct abilock_declaration *decl = declared->decl;

	int r = add_sources(declared, err);
	if (r == 0)
		r = abilock_object_surface(declared->object, &declared->surface, err);
	if (r == 0)
		r = abilock_object_copies(declared->object, &declared->copied, err);
	if (r == 0)
		r = abilock_matcher_new(decl, &declared->matcher, err);
	if (r < 0)
		return r;
	/* Findings about the file have no line to be sorted by. */
	qsort(declared->surface->exports, declared->surface->export_count,
	      sizeof(*declared->surface->exports), by_name);
	declared->nodes = calloc(decl->node_count + 1, sizeof(*declared->nodes));
	declared->linked = calloc(declared->surface->node_count + 1, sizeof(*declared->linked));
	declared->is_used = calloc(decl->entry_count + 1, sizeof(*declared->is_used));
	if (!declared->nodes || !declared->linked || !declared->is_used)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < decl->entry_count; i++)
		if (!decl->entries[i].is_local && decl->entries[i].node != ABILOCK_NO_NODE)
			declared->nodes[decl->entries[i].node].has_entries = true;
	return read_items(declared, err);
}

/* ---- the file itself ---- */

static void check_soname(const struct declared *declared)
{
	const struct abilock_object *object = declared->object;

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *base = &object->verdefs[i];

		/* Without a DT_SONAME the base has the name that the linker's output had. */
		if (!(base->flags & VER_FLG_BASE) || !object->soname ||
		    str_eq(base->name, object->soname))
			continue;
		(void)declared_find(
			declared, "soname-mismatch", declared->binary,
			declared_printf(declared, "%s", object->soname),
			"link it with '-Wl,-soname,...' instead of renaming the finished "
			"file: packages depend on the name of the base version",
			"DT_SONAME is %s, but the base version is %s", object->soname, base->name);
	}
}

int gate_check_declared(struct gate *gate, const struct abilock_declaration *decl,
			struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_error damage;
	_cleanup_(declared_deinit) struct declared declared = {
		.gate = gate,
		.decl = decl,
		.object = object,
		.is_anonymous = decl->node_count == 1 && decl->nodes[0].name[0] == '\0',
	};

	/* Sections only help to say why a symbol is missing. */
	if (abilock_object_load_sections(object, &damage) == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	int r = read_sides(&declared, err);
	if (r == 0)
		r = declared_match_nodes(&declared, err);
	if (r == 0)
		r = declared_check_symbols(&declared, err);
	if (r == 0)
		r = declared_check_missing(&declared, err);
	if (r < 0)
		return r;
	declared_check_nodes(&declared);
	check_soname(&declared);
	abilock_diagnostics_sort(&gate->diags);
	return gate->diags.failed ? abilock_error_nomem(err) : 0;
}
