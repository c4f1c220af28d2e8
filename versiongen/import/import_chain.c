/* SPDX-License-Identifier: MIT */
/* Which node inherits from which, guessed by their names. */
#include <ctype.h>

#include "import.h"

struct link {
	const char *name;
	size_t prefix; /* Length of `GLIBC` in `GLIBC_2.2.5` and `GLIBC_PRIVATE`; 0: none. */
	bool is_private;
	size_t from; /* Index in the source. */
};

static struct link link_of(const struct abilock_declared_node *node, size_t from)
{
	struct link link = {node->name, 0, abilock_node_name_is_private(node->name), from};

	for (size_t i = 1; node->name[0] && node->name[i] && !link.prefix; i++)
		if (node->name[i] == '_' && (isdigit((unsigned char)node->name[i + 1]) ||
					     str_starts(node->name + i, "_PRIVATE")))
			link.prefix = i;
	return link;
}

static bool are_kin(const struct link *a, const struct link *b)
{
	return a->prefix && a->prefix == b->prefix && memcmp(a->name, b->name, a->prefix) == 0;
}

static int compare_prefixes(const struct link *a, const struct link *b)
{
	const size_t x = a->prefix ? a->prefix : strlen(a->name);
	const size_t y = b->prefix ? b->prefix : strlen(b->name);
	int r = memcmp(a->name, b->name, x < y ? x : y);

	return r ? r : (x > y) - (x < y);
}

static int compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	int r = compare_prefixes(x, y);

	r = r ? r : x->is_private - y->is_private;
	return r ? r : strverscmp(x->name, y->name);
}

static int set_parent(struct import *import, struct abilock_declared_node *node, size_t parent,
		      struct abilock_error *err)
{
	size_t *parents = abilock_arena_array(&import->arena, 1, sizeof(*parents));

	if (!parents)
		return abilock_error_nomem(err);
	parents[0] = parent;
	node->parents = parents;
	node->parent_count = 1;
	return 0;
}

/* The nodes in their new order, and @p moved: where each of the old ones went. */
static int link_nodes(struct import *import, const struct link *links,
		      struct abilock_declared_node *nodes, size_t *moved, struct abilock_error *err)
{
	size_t newest = ABILOCK_NO_NODE;
	int r = 0;

	for (size_t i = 0; r == 0 && i < import->node_count; i++) {
		nodes[i] = import->nodes[links[i].from];
		moved[links[i].from] = i;
		if (newest != ABILOCK_NO_NODE && are_kin(&links[i], &links[newest]))
			r = set_parent(import, &nodes[i], newest, err);
		if (!links[i].is_private)
			newest = i;
	}
	return r;
}

int import_chain_nodes(struct import *import, struct abilock_error *err)
{
	const size_t count = import->node_count;
	_cleanup_(freep) struct link *links = calloc(count + 1, sizeof(*links));
	_cleanup_(freep) struct abilock_declared_node *nodes = calloc(count + 1, sizeof(*nodes));
	_cleanup_(freep) size_t *moved = calloc(count + 1, sizeof(*moved));

	if (!links || !nodes || !moved)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < count; i++)
		links[i] = link_of(&import->nodes[i], i);
	qsort(links, count, sizeof(*links), compare_links);
	int r = link_nodes(import, links, nodes, moved, err);
	if (r < 0)
		return r;
	if (count)
		memcpy(import->nodes, nodes, count * sizeof(*nodes));
	for (size_t i = 0; i < import->symbol_count; i++)
		if (import->symbols[i].entry.node != ABILOCK_NO_NODE)
			import->symbols[i].entry.node = moved[import->symbols[i].entry.node];
	for (size_t i = 0; i < count; i++)
		if (!abilock_name_table_put(&import->by_name, import->nodes[i].name,
					    (void *)(uintptr_t)(i + 1)))
			return abilock_error_nomem(err);
	return 0;
}
