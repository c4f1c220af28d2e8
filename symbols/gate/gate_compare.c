/* SPDX-License-Identifier: MIT */
#include "gate_compare.h"

#include "../machine.h"

/* ---- what the parts share ---- */

const char *compare_subject(struct compare *cmp, const struct compare_side *side, size_t export)
{
	const char *subject =
		abilock_baseline_subject(side->baseline, export, &cmp->gate->diags.arena);

	cmp->gate->diags.failed |= !subject;
	return subject ? subject : "";
}

struct abilock_place compare_place(const struct compare *cmp, unsigned line)
{
	if (line > 0)
		return (struct abilock_place){(uint32_t)cmp->before.source, line, 1, 0};
	return (struct abilock_place){.file = (uint32_t)cmp->after.source};
}

bool compare_push(struct compare *cmp, const char ***names, size_t *count, const char *name)
{
	const char **slot = abilock_array_push(names, count, sizeof(*slot));

	cmp->gate->diags.failed |= !slot;
	if (slot)
		*slot = name;
	return slot != NULL;
}

void compare_keep(struct compare *cmp, const char **names, size_t count, const char ***ret,
		  size_t *ret_count)
{
	const char **kept = abilock_arena_array(&cmp->gate->diags.arena, count + 1, sizeof(*kept));

	cmp->gate->diags.failed |= !kept;
	if (!kept || count == 0)
		return;
	memcpy(kept, names, count * sizeof(*kept));
	*ret = kept;
	*ret_count = count;
}

void compare_set_c_place(const struct compare *cmp, struct abilock_diagnostic *diag, size_t export)
{
	const struct abilock_types *types = cmp->after.baseline->types;

	if (!diag || !types || export == COMPARE_NONE)
		return;
	const char *file = types->symbols[export].file;
	diag->c_file = file ? abilock_arena_strdup(&cmp->gate->diags.arena, file) : NULL;
	diag->c_line = types->symbols[export].line;
}

/* ---- matching ---- */

static void side_deinit(struct compare_side *side)
{
	free(side->nodes);
	free(side->others);
	free(side->is_told);
	free(side->firsts);
}

static void compare_deinit(struct compare *cmp)
{
	side_deinit(&cmp->before);
	side_deinit(&cmp->after);
	abilock_name_table_deinit(&cmp->fresh);
	abilock_name_table_deinit(&cmp->defaults);
	abilock_name_table_deinit(&cmp->released_defaults);
}

static int side_init(struct compare *cmp, struct compare_side *side,
		     const struct abilock_baseline *baseline)
{
	const struct abilock_surface *surface = baseline->surface;
	const size_t nodes = surface->node_count, exports = surface->export_count;
	size_t at = 0;

	side->baseline = baseline;
	side->source = gate_add_source(cmp->gate, &baseline->source);
	side->nodes = calloc(nodes + 1, sizeof(*side->nodes));
	side->others = calloc(exports + 1, sizeof(*side->others));
	side->is_told = calloc(exports + 1, sizeof(*side->is_told));
	side->firsts = calloc(nodes + 2, sizeof(*side->firsts));
	if (side->source == SIZE_MAX || !side->nodes || !side->others || !side->is_told ||
	    !side->firsts)
		return abilock_error_nomem(cmp->err);
	for (size_t i = 0; i < nodes; i++)
		side->nodes[i] = ABILOCK_NO_NODE;
	for (size_t i = 0; i < exports; i++)
		side->others[i] = COMPARE_NONE;
	for (size_t i = 0; i <= nodes + 1; i++) {
		while (at < exports && surface->exports[at].node + 1 < i)
			at++;
		side->firsts[i] = at;
	}
	return 0;
}

/* Both lists of nodes are sorted by name. */
static void match_nodes(struct compare *cmp)
{
	const struct abilock_surface *before = cmp->before.baseline->surface;
	const struct abilock_surface *after = cmp->after.baseline->surface;

	for (size_t i = 0, k = 0; i < before->node_count && k < after->node_count;) {
		const int order = strcmp(before->nodes[i].name, after->nodes[k].name);

		if (order == 0) {
			cmp->before.nodes[i] = k;
			cmp->after.nodes[k] = i;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

/* And so are the exports of a node. */
static void match_exports(struct compare *cmp, size_t old_node, size_t new_node)
{
	const struct abilock_export *before = cmp->before.baseline->surface->exports;
	const struct abilock_export *after = cmp->after.baseline->surface->exports;
	size_t i = cmp->before.firsts[old_node + 1], k = cmp->after.firsts[new_node + 1];
	const size_t i_end = cmp->before.firsts[old_node + 2];
	const size_t k_end = cmp->after.firsts[new_node + 2];

	while (i < i_end && k < k_end) {
		const int order = strcmp(before[i].name, after[k].name);

		if (order == 0) {
			cmp->before.others[i] = k;
			cmp->after.others[k] = i;
		}
		i += order <= 0;
		k += order >= 0;
	}
}

static int put_first(struct compare *cmp, const struct compare_side *side,
		     struct abilock_name_table *table, size_t at)
{
	const struct abilock_export *export = &side->baseline->surface->exports[at];
	void **slot = abilock_name_table_value(table, export->name);

	if (!slot)
		return abilock_error_nomem(cmp->err);
	/* The default version of several, and rather a public one. */
	const size_t old = (uintptr_t)*slot;
	const bool is_better =
		old == 0 || (compare_is_private(side, old - 1) && !compare_is_private(side, at)) ||
		(export->is_default && !compare_is_private(side, at));
	if (is_better)
		*slot = (void *)(uintptr_t)(at + 1);
	return 0;
}

static int put_names(struct compare *cmp)
{
	const struct abilock_surface *before = cmp->before.baseline->surface;
	const struct abilock_surface *after = cmp->after.baseline->surface;
	int r = 0;

	for (size_t i = 0; r == 0 && i < before->export_count; i++)
		if (before->exports[i].is_default && before->exports[i].node != ABILOCK_NO_NODE)
			r = put_first(cmp, &cmp->before, &cmp->released_defaults, i);
	for (size_t i = 0; r == 0 && i < after->export_count; i++) {
		if (cmp->after.others[i] == COMPARE_NONE)
			r = put_first(cmp, &cmp->after, &cmp->fresh, i);
		if (r == 0 && after->exports[i].is_default)
			r = put_first(cmp, &cmp->after, &cmp->defaults, i);
	}
	return r;
}

static int match(struct compare *cmp)
{
	match_nodes(cmp);
	match_exports(cmp, ABILOCK_NO_NODE, ABILOCK_NO_NODE);
	for (size_t i = 0; i < cmp->before.baseline->surface->node_count; i++)
		if (cmp->before.nodes[i] != ABILOCK_NO_NODE)
			match_exports(cmp, i, cmp->before.nodes[i]);
	return put_names(cmp);
}

/* ---- the library ---- */

static void compare_library(struct compare *cmp)
{
	const struct abilock_baseline *before = cmp->before.baseline;
	const struct abilock_baseline *after = cmp->after.baseline;
	const char *old_name = before->surface->soname, *new_name = after->surface->soname;
	const struct abilock_place place = compare_place(cmp, before->soname_line);

	if (before->knows_soname && after->knows_soname) {
		if (old_name && !new_name)
			(void)gate_add(cmp->gate, "soname-changed", place, cmp->subject,
				       "the soname '%s' was released, and there is none any more",
				       old_name);
		else if (new_name && !old_name)
			(void)gate_add(cmp->gate, "soname-changed", place, cmp->subject,
				       "the soname is '%s', and what was released has none",
				       new_name);
		else if (old_name && !str_eq(old_name, new_name))
			(void)gate_add(cmp->gate, "soname-changed", place, cmp->subject,
				       "the soname is '%s', and '%s' was released", new_name,
				       old_name);
	}
	cmp->same_machine =
		!before->machine || !after->machine ||
		abilock_machine_is(before->machine, after->machine, strlen(after->machine)) ||
		abilock_machine_is(after->machine, before->machine, strlen(before->machine));
	if (!cmp->same_machine)
		(void)gate_add(cmp->gate, "machine-differs", compare_place(cmp, 0), cmp->subject,
			       "this is for %s, and what was released for %s: sizes and types are "
			       "not compared",
			       after->machine, before->machine);
}

static const char *library_name(const struct compare *cmp)
{
	const struct abilock_baseline *before = cmp->before.baseline;
	const struct abilock_baseline *after = cmp->after.baseline;

	if (before->surface->soname)
		return before->surface->soname;
	return after->surface->soname ? after->surface->soname : path_base(after->path);
}

/* The same library has other fingerprints with and without them: each would be a change. */
static int check_headers(const struct abilock_baseline *before,
			 const struct abilock_baseline *after, struct abilock_error *err)
{
	if (!before->has_prints || !after->has_prints || before->has_headers == after->has_headers)
		return 0;
	const struct abilock_baseline *with = before->has_headers ? before : after;
	const struct abilock_baseline *without = before->has_headers ? after : before;
	return abilock_error_set(err, ABILOCK_E_USAGE, without->path, NULL, 0,
				 "types were read without --public-headers here, and with it for "
				 "%s: give it for both, or for none",
				 with->path);
}

int gate_compare(struct gate *gate, const struct abilock_baseline *old_baseline,
		 const struct abilock_baseline *new_baseline, struct abilock_error *err)
{
	_cleanup_(compare_deinit) struct compare cmp = {.gate = gate, .err = err};
	int r = check_headers(old_baseline, new_baseline, err);

	if (r == 0)
		r = side_init(&cmp, &cmp.before, old_baseline);
	if (r == 0)
		r = side_init(&cmp, &cmp.after, new_baseline);
	if (r == 0)
		r = match(&cmp);
	if (r < 0)
		return r;
	cmp.subject = library_name(&cmp);
	compare_library(&cmp);
	r = compare_symbols(&cmp);
	if (r == 0)
		r = compare_types(&cmp);
	if (r == 0)
		r = compare_private(&cmp);
	return r == 0 && gate->diags.failed ? abilock_error_nomem(err) : r;
}
