/* SPDX-License-Identifier: MIT */
#include "private.h"

#include "surface.h"

static size_t stem_of(const char *node)
{
	static const char word[] = "_PRIVATE";
	const char *at = strstr(node, word);

	return at ? (size_t)(at - node) + strlen(word) : strlen(node);
}

/* The node in a symbol's name or in a regular expression; else the whole, as in a symver pattern.
 */
static const char *node_of(const struct deb_symbol *symbol)
{
	const char *at = strrchr(symbol->name, '@');

	return at ? at + 1 : symbol->name;
}

static const struct deb_symbol *find_stale(const struct deb_library *library,
					   const struct deb_private_node *node)
{
	const struct deb_symbol_list *lists[] = {&library->patterns, &library->symbols};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (size_t k = 0; k < lists[i]->count; k++) {
			const struct deb_symbol *symbol = lists[i]->items[k];

			if (symbol->file && symbol->dependency && !symbol->found &&
			    strncmp(node_of(symbol), node->name, node->stem) == 0)
				return symbol;
		}
	}
	return NULL;
}

static bool is_uncovered(const struct deb_symbol *symbol)
{
	return !symbol->file && !symbol->made_from && abilock_node_name_is_private(node_of(symbol));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Count equal names, which lie side by side. */
static int count_names(const char **names, size_t name_count, struct deb_private_node **nodes,
		       size_t *count, struct abilock_error *err)
{
	for (size_t i = 0; i < name_count; i++) {
		if (i == 0 || !str_eq(names[i], names[i - 1])) {
			struct deb_private_node *node =
				abilock_array_push(nodes, count, sizeof(*node));

			if (!node)
				return abilock_error_nomem(err);
			node->name = names[i];
			node->stem = stem_of(names[i]);
		}
		(*nodes)[*count - 1].count++;
	}
	return 0;
}

int deb_private_nodes(const struct deb_library *library, struct deb_private_node **ret_nodes,
		      size_t *ret_count, struct abilock_error *err)
{
	_cleanup_(freep) struct deb_private_node *nodes = NULL;
	_cleanup_(freep) const char **names = calloc(library->symbols.count + 1, sizeof(*names));
	size_t name_count = 0, count = 0;

	if (!names)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < library->symbols.count; i++)
		if (is_uncovered(library->symbols.items[i]))
			names[name_count++] = node_of(library->symbols.items[i]);
	qsort(names, name_count, sizeof(*names), compare_names);
	int r = count_names(names, name_count, &nodes, &count, err);
	for (size_t i = 0; r >= 0 && i < count; i++)
		nodes[i].stale = find_stale(library, &nodes[i]);
	if (r < 0)
		return r;
	*ret_nodes = take_ptr(nodes);
	*ret_count = count;
	return 0;
}
