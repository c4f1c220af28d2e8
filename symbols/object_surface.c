/* SPDX-License-Identifier: MIT */
/* The surface of an ELF object. */
#include "object.h"

/* Position of each version index among the surface's nodes. */
struct node_index {
	size_t at[0x8000];
};

static int copy_parents(const struct abilock_object *object, const struct abilock_verdef *def,
			struct abilock_surface *surface, struct abilock_node *node,
			struct abilock_error *err)
{
	size_t *parents =
		abilock_arena_array(&surface->arena, def->parent_count + 1, sizeof(*parents));

	if (!parents)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < def->parent_count; i++) {
		size_t at = 0;

		while (at < surface->node_count &&
		       !str_eq(surface->nodes[at].name, def->parents[i]))
			at++;
		if (at == surface->node_count)
			return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "verdef", 0,
						 "node %s has a parent %s that is not defined",
						 def->name, def->parents[i]);
		parents[node->parent_count++] = at;
	}
	node->parents = parents;
	return 0;
}

static int add_nodes(const struct abilock_object *object, struct abilock_surface *surface,
		     struct node_index *index, struct abilock_error *err)
{
	surface->nodes = abilock_arena_array(&surface->arena, object->verdef_count + 1,
					     sizeof(*surface->nodes));
	if (!surface->nodes)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];
		struct abilock_node *node = &surface->nodes[surface->node_count];

		if (def->flags & VER_FLG_BASE)
			continue;
		node->name = abilock_arena_strdup(&surface->arena, def->name);
		if (!node->name)
			return abilock_error_nomem(err);
		node->is_private = def->is_private;
		node->flags = def->flags;
		node->index = def->index;
		index->at[def->index] = surface->node_count++;
	}
	/* In a second pass: a parent may be defined behind its child. */
	for (size_t i = 0, at = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if (def->flags & VER_FLG_BASE)
			continue;
		int r = copy_parents(object, def, surface, &surface->nodes[at++], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool stands_for_node(const struct abilock_object *object,
			    const struct abilock_symbol *symbol)
{
	const struct abilock_verdef *own = abilock_object_verdef(object, symbol->version);

	/* Its version is the node that it is named like. */
	return symbol->shndx == SHN_ABS && symbol->type == STT_OBJECT && symbol->size == 0 && own &&
	       str_eq(own->name, symbol->name);
}

static int add_exports(const struct abilock_object *object, struct abilock_surface *surface,
		       const struct node_index *index, struct abilock_error *err)
{
	surface->exports = abilock_arena_array(&surface->arena, object->symbol_count + 1,
					       sizeof(*surface->exports));
	if (!surface->exports)
		return abilock_error_nomem(err);
	for (uint64_t i = 1; i < object->symbol_count; i++) {
		struct abilock_symbol symbol;
		int r = abilock_object_symbol(object, i, &symbol, err);

		if (r < 0)
			return r;
		if (!abilock_symbol_is_export(&symbol) || stands_for_node(object, &symbol))
			continue;
		struct abilock_export *export = &surface->exports[surface->export_count];
		export->name = abilock_arena_strdup(&surface->arena, symbol.name);
		if (!export->name)
			return abilock_error_nomem(err);
		export->node = index->at[symbol.version];
		/* A program's copy of a library's variable has a needed node, not its own. */
		if (export->node == ABILOCK_NO_NODE && symbol.version > VER_NDX_GLOBAL &&
		    !abilock_object_verneed(object, symbol.version))
			return abilock_error_set(
				err, ABILOCK_E_DAMAGED, object->path, "versym", i * 2,
				"symbol %s has version index %u, which no node has", symbol.name,
				symbol.version);
		export->is_default = !symbol.hidden;
		export->type = symbol.type;
		export->bind = symbol.bind;
		export->visibility = symbol.visibility;
		export->size = symbol.size;
		export->row = i;
		surface->export_count++;
	}
	return 0;
}

int abilock_object_surface(struct abilock_object *object, struct abilock_surface **ret_surface,
			   struct abilock_error *err)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface =
		calloc(1, sizeof(*surface));
	_cleanup_(freep) struct node_index *index = malloc(sizeof(*index));

	if (!surface || !index)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < ARRAY_SIZE(index->at); i++)
		index->at[i] = ABILOCK_NO_NODE;
	if (object->soname) {
		surface->soname = abilock_arena_strdup(&surface->arena, object->soname);
		if (!surface->soname)
			return abilock_error_nomem(err);
	}
	int r = abilock_object_load_symbols(object, err);
	if (r >= 0)
		r = add_nodes(object, surface, index, err);
	if (r >= 0)
		r = add_exports(object, surface, index, err);
	if (r >= 0)
		*ret_surface = take_ptr(surface);
	return r;
}
