/* SPDX-License-Identifier: MIT */
/* What a declaration says about symbols, as the surface that writers and comparisons take. */
#include <elf.h>

#include "declaration.h"
#include "name_table.h"

/* An `@` would be read as the start of a version; ld gives such a name none. */
static bool is_plain(const struct abilock_entry *entry)
{
	return !entry->is_pattern && entry->language == ABILOCK_LANGUAGE_C &&
	       (!entry->is_quoted || !strchr(entry->text, '@'));
}

const struct abilock_entry *
abilock_declaration_first_pattern(const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->entry_count; i++)
		if (!decl->entries[i].is_local && !is_plain(&decl->entries[i]))
			return &decl->entries[i];
	return NULL;
}

static bool is_anonymous(const struct abilock_declaration *decl)
{
	return decl->node_count == 1 && decl->nodes[0].name[0] == '\0';
}

static bool copy_nodes(const struct abilock_declaration *decl, struct abilock_surface *sf)
{
	if (is_anonymous(decl))
		return true;
	for (size_t i = 0; i < decl->node_count; i++) {
		const struct abilock_declared_node *from = &decl->nodes[i];
		size_t *parents =
			abilock_arena_array(&sf->arena, from->parent_count, sizeof(*parents));
		char *name = abilock_arena_strdup(&sf->arena, from->name);

		if (!parents || !name)
			return false;
		for (size_t k = 0; k < from->parent_count; k++)
			parents[k] = from->parents[k];
		sf->nodes[sf->node_count++] =
			(struct abilock_node){.name = name,
					      .is_private = from->is_private,
					      .is_tagged = from->is_tagged,
					      .parents = parents,
					      .parent_count = from->parent_count,
					      .line = from->place.line};
	}
	return true;
}

/* The exports of one name: entries of a node stand together, so the last one tells enough. */
struct versions {
	struct abilock_export *last;	    /* in a node */
	struct abilock_export *newest;	    /* in a node, without `compat`: the default */
	struct abilock_export *unversioned; /* in none */
};

struct builder {
	struct abilock_surface *sf;
	struct abilock_name_table names; /* struct versions */
	struct versions *versions;	 /* one for each name */
	size_t count;
};

static void builder_deinit(struct builder *builder)
{
	abilock_surface_free(builder->sf);
	abilock_name_table_deinit(&builder->names);
	free(builder->versions);
}

static bool builder_init(struct builder *builder, const struct abilock_declaration *decl)
{
	struct abilock_surface *sf = calloc(1, sizeof(*sf));

	builder->sf = sf;
	builder->versions = calloc(decl->entry_count + 1, sizeof(*builder->versions));
	if (!sf || !builder->versions)
		return false;
	sf->nodes = abilock_arena_array(&sf->arena, decl->node_count, sizeof(*sf->nodes));
	sf->exports = abilock_arena_array(&sf->arena, decl->entry_count, sizeof(*sf->exports));
	return sf->nodes && sf->exports;
}

static struct versions *versions_of(struct builder *builder, const char *name)
{
	void **value = abilock_name_table_value(&builder->names, name);

	if (value && !*value)
		*value = &builder->versions[builder->count++];
	return value ? *value : NULL;
}

/* ld takes a name twice in a node for one. */
static bool is_listed(const struct versions *versions, size_t node)
{
	if (node == ABILOCK_NO_NODE)
		return versions->unversioned != NULL;
	return versions->last && versions->last->node == node;
}

static void set_default(struct versions *versions, struct abilock_export *export)
{
	if (export->node == ABILOCK_NO_NODE) {
		versions->unversioned = export;
		return;
	}
	versions->last = export;
	if (!export->is_default)
		return;
	if (versions->newest)
		versions->newest->is_default = false;
	versions->newest = export;
}

static bool add_export(struct builder *builder, const struct abilock_entry *from, size_t node)
{
	struct abilock_surface *sf = builder->sf;
	struct versions *versions = versions_of(builder, from->text);

	if (!versions || is_listed(versions, node))
		return versions != NULL;
	struct abilock_export *export = &sf->exports[sf->export_count++];
	*export = (struct abilock_export){.name = abilock_arena_strdup(&sf->arena, from->text),
					  .node = node,
					  .is_default = !from->tags.is_compat,
					  .type = from->tags.type,
					  .bind = from->tags.bind,
					  .visibility = STV_DEFAULT,
					  .line = from->place.line};
	set_default(versions, export);
	return export->name != NULL;
}

static bool copy_entries(const struct abilock_declaration *decl, struct builder *builder)
{
	const bool has_nodes = !is_anonymous(decl);

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *from = &decl->entries[i];

		if (!from->is_local && is_plain(from) &&
		    !add_export(builder, from, has_nodes ? from->node : ABILOCK_NO_NODE))
			return false;
	}
	return true;
}

int abilock_declaration_surface(const struct abilock_declaration *decl,
				struct abilock_surface **ret, struct abilock_error *err)
{
	_cleanup_(builder_deinit) struct builder builder = {0};

	if (!builder_init(&builder, decl) || !copy_nodes(decl, builder.sf) ||
	    !copy_entries(decl, &builder))
		return abilock_error_nomem(err);
	*ret = take_ptr(builder.sf);
	return 0;
}
