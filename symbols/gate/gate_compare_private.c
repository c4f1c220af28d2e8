/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "baseline_parts.h"
#include "gate_compare.h"

/* What changed in a private node. */
struct changes {
	const char **lines, **names; /* malloc'ed */
	size_t line_count, name_count;
	size_t added, removed, changed;
};

static void changes_deinit(struct changes *changes)
{
	free(changes->lines);
	free(changes->names);
}

static void add(struct compare *cmp, struct changes *changes, size_t *count,
		const struct compare_side *side, size_t export, const char *line)
{
	const char *name = compare_subject(cmp, side, export);

	cmp->gate->diags.failed |= !line;
	if (line && compare_push(cmp, &changes->lines, &changes->line_count, line) &&
	    compare_push(cmp, &changes->names, &changes->name_count, name))
		++*count;
}

/* What a module that was built for the old one sees that differs, as a line; NULL: nothing. */
static const char *difference(struct compare *cmp, size_t before, size_t after)
{
	const struct abilock_baseline *a = cmp->before.baseline, *b = cmp->after.baseline;
	const struct abilock_export *x = &a->surface->exports[before];
	const struct abilock_export *y = &b->surface->exports[after];
	const struct abilock_fingerprint *p = &a->prints[before], *q = &b->prints[after];
	struct abilock_arena *arena = &cmp->gate->diags.arena;

	if (x->type != y->type)
		return abilock_arena_printf(arena, "%s is %s, and was %s", x->name,
					    baseline_type_word(y->type),
					    baseline_type_word(x->type));
	if (cmp->same_machine && x->size != y->size && x->size > 0 && y->size > 0 &&
	    baseline_type_has_size(x->type))
		return abilock_arena_printf(arena, "%s has %" PRIu64 " bytes, and had %" PRIu64,
					    x->name, y->size, x->size);
	if (cmp->same_machine && p->is_known && q->is_known && p->value != q->value)
		return abilock_arena_printf(arena, "%s has other types", x->name);
	return NULL;
}

static void collect_old(struct compare *cmp, size_t node, struct changes *changes)
{
	const struct abilock_export *exports = cmp->before.baseline->surface->exports;
	struct abilock_arena *arena = &cmp->gate->diags.arena;

	for (size_t i = cmp->before.firsts[node + 1]; i < cmp->before.firsts[node + 2]; i++) {
		const size_t to = cmp->before.others[i];
		const char *line = to == COMPARE_NONE ? NULL : difference(cmp, i, to);

		if (to == COMPARE_NONE)
			add(cmp, changes, &changes->removed, &cmp->before, i,
			    abilock_arena_printf(arena, "%s is gone", exports[i].name));
		else if (line)
			add(cmp, changes, &changes->changed, &cmp->before, i, line);
	}
}

static void collect_new(struct compare *cmp, size_t node, struct changes *changes)
{
	const struct abilock_export *exports = cmp->after.baseline->surface->exports;
	struct abilock_arena *arena = &cmp->gate->diags.arena;

	for (size_t i = cmp->after.firsts[node + 1]; i < cmp->after.firsts[node + 2]; i++)
		if (cmp->after.others[i] == COMPARE_NONE)
			add(cmp, changes, &changes->added, &cmp->after, i,
			    abilock_arena_printf(arena, "%s is new", exports[i].name));
}

static void report(struct compare *cmp, const struct abilock_node *node,
		   const struct changes *changes)
{
	struct abilock_diagnostic *diag = NULL;

	if (changes->line_count == 0)
		return;
	diag = gate_add(cmp->gate, "private-changed", compare_place(cmp, node->line), node->name,
			"private node %s: %zu new, %zu gone, %zu changed", node->name,
			changes->added, changes->removed, changes->changed);
	if (!diag)
		return;
	compare_keep(cmp, changes->lines, changes->line_count, &diag->details, &diag->detail_count);
	compare_keep(cmp, changes->names, changes->name_count, &diag->symbols, &diag->symbol_count);
}

int compare_private(struct compare *cmp)
{
	const struct abilock_surface *before = cmp->before.baseline->surface;
	const struct abilock_surface *after = cmp->after.baseline->surface;

	if (!cmp->before.baseline->has_private || !cmp->after.baseline->has_private)
		return 0;
	for (size_t i = 0; i < before->node_count; i++) {
		_cleanup_(changes_deinit) struct changes changes = {0};

		if (!before->nodes[i].is_private)
			continue;
		collect_old(cmp, i, &changes);
		if (cmp->before.nodes[i] != ABILOCK_NO_NODE)
			collect_new(cmp, cmp->before.nodes[i], &changes);
		report(cmp, &before->nodes[i], &changes);
	}
	for (size_t i = 0; i < after->node_count; i++) {
		_cleanup_(changes_deinit) struct changes changes = {0};

		if (!after->nodes[i].is_private || cmp->after.nodes[i] != ABILOCK_NO_NODE)
			continue;
		collect_new(cmp, i, &changes);
		report(cmp, &after->nodes[i], &changes);
	}
	return cmp->gate->diags.failed ? abilock_error_nomem(cmp->err) : 0;
}
