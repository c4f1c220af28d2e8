/* SPDX-License-Identifier: MIT */
/* A declaration from an ELF file: what it exports, as it exports it. */
#include "declaration_write.h"
#include "import.h"

#include "../../symbols/object.h"

/* In an ELF file that bfd made, parents stand the other way round than in the script. */
static int copy_nodes(struct import *import, const struct abilock_surface *surface,
		      struct abilock_error *err)
{
	for (size_t i = 0; i < surface->node_count; i++) {
		const struct abilock_node *from = &surface->nodes[i];
		const char *name = abilock_arena_strdup(&import->arena, from->name);
		size_t *parents = abilock_arena_array(&import->arena, from->parent_count + 1,
						      sizeof(*parents));
		struct abilock_declared_node *node =
			abilock_array_push(&import->nodes, &import->node_count, sizeof(*node));

		if (!name || !parents || !node)
			return abilock_error_nomem(err);
		for (size_t k = 0; k < from->parent_count; k++)
			parents[k] = from->parents[from->parent_count - 1 - k];
		node->name = name;
		node->parents = parents;
		node->parent_count = from->parent_count;
	}
	return 0;
}

/* A program's copy of a library's variable has a node of the library. */
static int find_borrowed(struct abilock_object *object, struct abilock_name_table *borrowed,
			 struct abilock_arena *arena, struct abilock_error *err)
{
	for (uint64_t i = 1; object->verneed_count && i < object->symbol_count; i++) {
		struct abilock_symbol symbol;
		int r = abilock_object_symbol(object, i, &symbol, err);

		if (r < 0)
			return r;
		if (symbol.version <= VER_NDX_GLOBAL || !abilock_symbol_is_export(&symbol) ||
		    !abilock_object_verneed(object, symbol.version))
			continue;
		const char *name = abilock_arena_strdup(arena, symbol.name);
		if (!name || !abilock_name_table_put(borrowed, name, object))
			return abilock_error_nomem(err);
	}
	return 0;
}

static void add_warning(struct import *import, size_t source, const char *rule, const char *what,
			const char *name)
{
	char *shown = abilock_arena_text(&import->arena, name);

	if (!abilock_diagnostics_add(&import->diags, ABILOCK_LEVEL_WARNING, rule,
				     (struct abilock_place){.file = (uint32_t)source}, what,
				     shown ? shown : ""))
		import->diags.failed = true;
}

static uint8_t declared_type(struct import *import, size_t source,
			     const struct abilock_export *export)
{
	switch (export->type) {
	case STT_NOTYPE:
	case STT_FUNC:
	case STT_OBJECT:
	case STT_TLS:
	case STT_GNU_IFUNC: return export->type;
	case STT_COMMON: return STT_OBJECT;
	default:
		add_warning(import, source, "import-lost",
			    "%s has a type of its machine's own: taken for a function",
			    export->name);
		return STT_FUNC;
	}
}

static int copy_export(struct import *import, size_t source, const struct abilock_export *export,
		       size_t node, struct abilock_error *err)
{
	/* A symbol without a version is declared in a comment, which knows no quotes. */
	if (!declaration_can_hold(export->name) ||
	    (node == ABILOCK_NO_NODE && !declaration_is_plain(export->name))) {
		add_warning(import, source, "import-lost",
			    "'%s' is left out: no declaration can hold the name", export->name);
		return 0;
	}
	const char *name = abilock_arena_strdup(&import->arena, export->name);
	struct import_symbol *symbol = import_add_symbol(import, node, name);
	if (!name || !symbol)
		return abilock_error_nomem(err);
	struct abilock_tags *tags = &symbol->entry.tags;
	tags->type = declared_type(import, source, export);
	tags->has_type = true;
	tags->bind = export->bind;
	tags->is_compat = node != ABILOCK_NO_NODE && !export->is_default;
	symbol->entry.place.file = (uint32_t)source;
	return 0;
}

/* Without nodes there is one script without a name. */
static int add_anonymous(struct import *import, struct abilock_error *err)
{
	struct abilock_declared_node *node =
		abilock_array_push(&import->nodes, &import->node_count, sizeof(*node));

	if (!node)
		return abilock_error_nomem(err);
	node->name = "";
	return 0;
}

static int copy_exports(struct import *import, size_t source, const struct abilock_surface *surface,
			const struct abilock_name_table *borrowed, struct abilock_error *err)
{
	int r = surface->node_count ? 0 : add_anonymous(import, err);

	for (size_t i = 0; r == 0 && i < surface->export_count; i++) {
		const struct abilock_export *export = &surface->exports[i];
		const bool has_node = export->node != ABILOCK_NO_NODE;

		if (!has_node && abilock_name_table_find(borrowed, export->name))
			continue;
		r = copy_export(import, source, export,
				has_node || surface->node_count ? export->node : 0, err);
	}
	return r;
}

/* ---- nodes without symbols ---- */

/*
 * Linkers flag a node weak that the script leaves empty, and only then. One that has no symbol and
 * yet no flag gets a pattern that takes none.
 */
static int fill_node(struct import *import, size_t node, struct abilock_error *err)
{
	const char *name =
		abilock_arena_printf(&import->arena, "no_symbol_of_%s", import->nodes[node].name);
	struct import_symbol *symbol = import_add_symbol(import, node, name);

	if (!name || !symbol)
		return abilock_error_nomem(err);
	symbol->entry.is_local = true;
	symbol->note = "So that the node is not weak, as an empty one would be.";
	return 0;
}

static int finish_nodes(struct import *import, const struct abilock_surface *surface,
			struct abilock_error *err)
{
	_cleanup_(freep) bool *used = calloc(import->node_count + 1, sizeof(*used));
	bool all_versioned = true, is_hidden = false;
	int r = 0;

	if (!used)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < import->symbol_count; i++) {
		const size_t node = import->symbols[i].entry.node;

		if (node == ABILOCK_NO_NODE)
			all_versioned = false;
		else
			used[node] = true;
	}
	for (size_t i = 0; r == 0 && i < import->node_count; i++) {
		const bool is_weak =
			surface->node_count && !used[i] && surface->nodes[i].flags & VER_FLG_WEAK;

		/* `local: *` would take the symbols that have no version. */
		if (all_versioned && !is_hidden && !is_weak) {
			r = import_hide_rest(import, i, err);
			is_hidden = true;
		} else if (!used[i] && !is_weak) {
			r = fill_node(import, i, err);
		}
	}
	return r;
}

/* Names that gold and lld write, and no script can. */
static void check_node_names(struct import *import, size_t source)
{
	for (size_t i = 0; i < import->node_count; i++)
		if (import->nodes[i].name[0] && !declaration_is_plain(import->nodes[i].name))
			add_warning(import, source, "import-lost",
				    "no version script of GNU ld can hold the name of node '%s'",
				    import->nodes[i].name);
}

/* A second default would take the place of the first: only the last stays what it is. */
static void check_defaults(struct import *import, size_t source)
{
	const struct import_symbol *last = NULL;

	for (size_t i = 0; i < import->symbol_count; i++) {
		const struct import_symbol *symbol = &import->symbols[i];

		if (symbol->entry.tags.is_compat || symbol->entry.node == ABILOCK_NO_NODE)
			continue;
		if (last && str_eq(last->entry.text, symbol->entry.text))
			add_warning(import, source, "import-lost",
				    "%s has several default versions: only the last one stays",
				    symbol->entry.text);
		last = symbol;
	}
}

static void describe(struct import *import, const struct abilock_object *object)
{
	char machine[32];
	_cleanup_(freep) char *soname = object->soname ? strdup(object->soname) : NULL;

	if (soname)
		abilock_text_printf(&import->heading, "SONAME %s, ", soname);
	abilock_text_printf(&import->heading, "imported from an ELF file for %s",
			    abilock_machine_name(object->machine, machine, sizeof(machine)));
	abilock_text_putc(&import->heading, '\n');
}

static int open_object(const struct abilock_source *source, struct abilock_object **ret,
		       struct abilock_error *err)
{
	if (source->text)
		return abilock_object_open_bytes(source->text, source->length, source->path, ret,
						 err);
	return abilock_object_open(source->path, ret, err);
}

int import_library(struct import *import, size_t source, struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table borrowed = {0};

	int r = open_object(&import->sources[source], &object, err);
	if (r >= 0)
		r = abilock_object_surface(object, &surface, err);
	if (r >= 0)
		r = find_borrowed(object, &borrowed, &import->arena, err);
	if (r >= 0)
		r = copy_nodes(import, surface, err);
	if (r >= 0)
		r = copy_exports(import, source, surface, &borrowed, err);
	if (r < 0)
		return r;
	describe(import, object);
	import_keep_names(import);
	check_node_names(import, source);
	r = import_check_twice(import, err);
	if (r >= 0)
		r = finish_nodes(import, surface, err);
	import_sort(import);
	check_defaults(import, source);
	return r < 0 ? r : import_result(import, err);
}
