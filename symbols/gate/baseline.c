/* SPDX-License-Identifier: MIT */
#include "baseline.h"

#include <elf.h>

#include "baseline_parts.h"

void abilock_baseline_free(struct abilock_baseline *baseline)
{
	if (!baseline)
		return;
	abilock_surface_free(baseline->surface);
	abilock_types_free(baseline->types);
	free(baseline->prints);
	abilock_arena_clear(&baseline->arena);
	free(baseline);
}

size_t abilock_baseline_stem(const char *node)
{
	static const char word[] = "_PRIVATE";
	size_t stem = 0;

	for (const char *p = strstr(node, word); p; p = strstr(p + 1, word)) {
		const char next = p[strlen(word)];

		if (p != node && (next == '\0' || next == '_'))
			stem = (size_t)(p - node) + strlen(word);
	}
	return stem > 0 ? stem : strlen(node);
}

/* ---- nodes ---- */

/* A node on its way into the baseline. */
struct candidate {
	const char *name; /* without a tag */
	const struct abilock_node *node;
	size_t index; /* in the surface that it comes from */
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	const int order = strcmp(x->name, y->name);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_indices(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static const char *keep_name(struct abilock_surface *to, const struct abilock_node *node)
{
	const size_t length =
		node->is_private ? abilock_baseline_stem(node->name) : strlen(node->name);

	return abilock_arena_strndup(&to->arena, node->name, length);
}

static int collect_candidates(const struct abilock_surface *from, bool with_private,
			      struct abilock_surface *to, struct candidate *candidates,
			      size_t *ret_count, struct abilock_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < from->node_count; i++) {
		const struct abilock_node *node = &from->nodes[i];

		/* The one of an anonymous script: its symbols have no version. */
		if (!node->name[0] || (node->is_private && !with_private))
			continue;
		candidates[count] = (struct candidate){keep_name(to, node), node, i};
		if (!candidates[count++].name)
			return abilock_error_nomem(err);
	}
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	*ret_count = count;
	return 0;
}

/* Parents that are kept, sorted; a private one of a public node is no part of what was released. */
static int keep_parents(struct abilock_surface *to, struct abilock_node *node,
			const struct abilock_node *from, const size_t *at,
			struct abilock_error *err)
{
	size_t *parents = abilock_arena_array(&to->arena, from->parent_count + 1, sizeof(*parents));

	if (!parents)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < from->parent_count; i++)
		if (at[from->parents[i]] != ABILOCK_NO_NODE)
			parents[node->parent_count++] = at[from->parents[i]];
	qsort(parents, node->parent_count, sizeof(*parents), compare_indices);
	size_t kept = 0;
	for (size_t i = 0; i < node->parent_count; i++)
		if (i == 0 || parents[i] != parents[kept - 1])
			parents[kept++] = parents[i];
	node->parents = parents;
	node->parent_count = kept;
	return 0;
}

/* @p at gets the new index of each node. Private nodes that differ in the tag alone become one. */
static int keep_nodes(const struct abilock_surface *from, bool with_private,
		      struct abilock_surface *to, size_t *at, struct abilock_error *err)
{
	_cleanup_(freep) struct candidate *candidates =
		calloc(from->node_count + 1, sizeof(*candidates));
	_cleanup_(freep) const struct abilock_node **sources =
		calloc(from->node_count + 1, sizeof(*sources));
	size_t count = 0;

	to->nodes = abilock_arena_array(&to->arena, from->node_count + 1, sizeof(*to->nodes));
	if (!candidates || !sources || !to->nodes)
		return abilock_error_nomem(err);
	int r = collect_candidates(from, with_private, to, candidates, &count, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		const struct abilock_node *node = candidates[i].node;

		if (i == 0 || !str_eq(candidates[i].name, candidates[i - 1].name)) {
			sources[to->node_count] = node;
			to->nodes[to->node_count++] = (struct abilock_node){
				.name = candidates[i].name,
				.is_private = node->is_private,
				.flags = node->flags,
				.line = node->line,
			};
		}
		at[candidates[i].index] = to->node_count - 1;
	}
	for (size_t i = 0; r == 0 && i < to->node_count; i++)
		r = keep_parents(to, &to->nodes[i], sources[i], at, err);
	return r;
}

/* ---- exports ---- */

/* Without a version, linkers define these, or hand on those of the start-up code: no API. */
static bool is_linkers_own(const struct abilock_export *export)
{
	static const char *const names[] = {
		"_IO_stdin_used",
		"__bss_end__",
		"__bss_start",
		"__bss_start__",
		"__data_start",
		"__end__",
		"__executable_start",
		"__exidx_end",
		"__exidx_start",
		"__init_array_end",
		"__init_array_start",
		"_bss_end__",
		"_edata",
		"_end",
		"_etext",
		"_fini",
		"_fp_hw",
		"_ftext",
		"_gp",
		"_init",
		"_start",
		"data_start",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(export->name, names[i]))
			return export->node == ABILOCK_NO_NODE;
	return false;
}

static bool is_kept(const struct abilock_surface *from, const struct abilock_export *export,
		    const size_t *at, const bool *copied)
{
	const bool in_node =
		export->node != ABILOCK_NO_NODE && from->nodes[export->node].name[0] != '\0';

	return !(in_node && at[export->node] == ABILOCK_NO_NODE) &&
	       !(copied && copied[export->row]) &&
	       !str_starts(export->name, ABILOCK_MARKER_PREFIX) && !is_linkers_own(export);
}

/* Symbols without a node first: the sum wraps to 0. */
static int compare_exports(const void *a, const void *b)
{
	const struct abilock_export *x = a, *y = b;
	int order = (x->node + 1 > y->node + 1) - (x->node + 1 < y->node + 1);

	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = x->is_default - y->is_default;
	return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* A file of text is sorted already, as a rule. */
static void sort_exports(struct abilock_export *exports, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (compare_exports(&exports[i - 1], &exports[i]) > 0) {
			qsort(exports, count, sizeof(*exports), compare_exports);
			return;
		}
	}
}

static int keep_exports(const struct abilock_surface *from, const size_t *at, const bool *copied,
			struct abilock_surface *to, struct abilock_error *err)
{
	struct abilock_export *exports =
		abilock_arena_array(&to->arena, from->export_count + 1, sizeof(*exports));
	size_t count = 0;

	if (!exports)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < from->export_count; i++) {
		struct abilock_export *export = &exports[count];

		if (!is_kept(from, &from->exports[i], at, copied))
			continue;
		*export = from->exports[i];
		export->name = abilock_arena_strdup(&to->arena, export->name);
		if (!export->name)
			return abilock_error_nomem(err);
		if (export->node != ABILOCK_NO_NODE)
			export->node = at[export->node];
		count++;
	}
	sort_exports(exports, count);
	/* Two of one name and node: private nodes of several builds, or a file that defines a
	 * version twice. A reference binds to the default one. */
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && exports[i].node == exports[i + 1].node &&
		    str_eq(exports[i].name, exports[i + 1].name))
			continue;
		exports[to->export_count++] = exports[i];
	}
	to->exports = exports;
	return 0;
}

/* ---- */

static bool has_private_node(const struct abilock_surface *surface)
{
	for (size_t i = 0; i < surface->node_count; i++)
		if (surface->nodes[i].is_private)
			return true;
	return false;
}

static int copy_surface(const struct abilock_surface *from, bool with_private, const bool *copied,
			struct abilock_surface *to, struct abilock_error *err)
{
	_cleanup_(freep) size_t *at = calloc(from->node_count + 1, sizeof(*at));

	if (!at)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < from->node_count; i++)
		at[i] = ABILOCK_NO_NODE;
	if (from->soname) {
		to->soname = abilock_arena_strdup(&to->arena, from->soname);
		if (!to->soname)
			return abilock_error_nomem(err);
	}
	int r = keep_nodes(from, with_private, to, at, err);
	return r == 0 ? keep_exports(from, at, copied, to, err) : r;
}

int abilock_baseline_new(const struct abilock_surface *surface, const char *path, bool with_private,
			 const bool *copied, struct abilock_baseline **ret,
			 struct abilock_error *err)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline =
		calloc(1, sizeof(*baseline));

	if (!baseline)
		return abilock_error_nomem(err);
	baseline->path = abilock_arena_strdup(&baseline->arena, path);
	baseline->surface = calloc(1, sizeof(*baseline->surface));
	if (!baseline->path || !baseline->surface)
		return abilock_error_nomem(err);
	int r = copy_surface(surface, with_private, copied, baseline->surface, err);
	if (r < 0)
		return r;
	baseline->prints = calloc(baseline->surface->export_count + 1, sizeof(*baseline->prints));
	if (!baseline->prints)
		return abilock_error_nomem(err);
	baseline->source = (struct abilock_source){.path = baseline->path};
	baseline->has_private = with_private || has_private_node(baseline->surface);
	*ret = take_ptr(baseline);
	return 0;
}

size_t abilock_baseline_find(const struct abilock_baseline *baseline, size_t node, const char *name)
{
	const struct abilock_export *exports = baseline->surface->exports;
	size_t low = 0, high = baseline->surface->export_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct abilock_export *export = &exports[middle];
		const int order = export->node != node ? (export->node + 1 < node + 1 ? -1 : 1)
						       : strcmp(export->name, name);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

const char *abilock_baseline_subject(const struct abilock_baseline *baseline, size_t at,
				     struct abilock_arena *arena)
{
	const struct abilock_export *export = &baseline->surface->exports[at];

	if (export->node == ABILOCK_NO_NODE)
		return abilock_arena_strdup(arena, export->name);
	return abilock_arena_printf(arena, "%s@%s", export->name,
				    baseline->surface->nodes[export->node].name);
}
