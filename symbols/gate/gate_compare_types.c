/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "../types/types_compare.h"
#include "gate_compare.h"

/* Pairs of symbols whose types differ, and what is left of the others. */
struct pairs {
	struct abilock_type_pair *items; /* with types on both sides; malloc'ed */
	size_t count;
	struct abilock_name_table reasons; /* struct reason by text */
};

/* Symbols whose types cannot be read any more, for one reason. */
struct reason {
	const char **names; /* malloc'ed */
	size_t count;
};

static void pairs_deinit(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->reasons.size; i++) {
		struct reason *reason = pairs->reasons.slots[i].value;

		if (reason)
			free(reason->names);
		free(reason);
	}
	abilock_name_table_deinit(&pairs->reasons);
	free(pairs->items);
}

static int add_missing(struct compare *cmp, struct pairs *pairs, size_t at, size_t to)
{
	const struct abilock_baseline *after = cmp->after.baseline;
	const char *why = after->types ? after->types->symbols[to].missing : NULL;

	if (!why)
		why = after->source.text ? "the new side has no fingerprint of it"
					 : "there is no debug information";
	void **slot = abilock_name_table_value(&pairs->reasons, why);
	if (slot && !*slot)
		*slot = calloc(1, sizeof(struct reason));
	if (!slot || !*slot)
		return abilock_error_nomem(cmp->err);
	struct reason *reason = *slot;
	return compare_push(cmp, &reason->names, &reason->count,
			    compare_subject(cmp, &cmp->before, at))
		       ? 0
		       : abilock_error_nomem(cmp->err);
}

static void report_print(struct compare *cmp, size_t at, size_t to)
{
	static const char *how[] = {
		"a baseline made with 'abiaudit baseline --types' would say what"};
	const char *subject = compare_subject(cmp, &cmp->before, at);
	struct abilock_diagnostic *diag = gate_add(
		cmp->gate, "type-changed",
		compare_place(cmp, cmp->before.baseline->surface->exports[at].line), subject,
		"the types of %s have the fingerprint %016" PRIx64
		", and were released with %016" PRIx64,
		subject, cmp->after.baseline->prints[to].value,
		cmp->before.baseline->prints[at].value);

	if (diag)
		compare_keep(cmp, how, ARRAY_SIZE(how), &diag->details, &diag->detail_count);
	compare_set_c_place(cmp, diag, to);
}

static bool has_text(const struct compare_side *side, size_t at)
{
	const struct abilock_types *types = side->baseline->types;

	return types && types->symbols[at].type;
}

static int add_pair(struct compare *cmp, struct pairs *pairs, size_t at, size_t to)
{
	if (!has_text(&cmp->before, at) || !has_text(&cmp->after, to)) {
		report_print(cmp, at, to);
		return 0;
	}
	struct abilock_type_pair *pair =
		abilock_array_push(&pairs->items, &pairs->count, sizeof(*pair));
	if (!pair)
		return abilock_error_nomem(cmp->err);
	*pair = (struct abilock_type_pair){at, to, compare_subject(cmp, &cmp->before, at)};
	return 0;
}

static int collect_pairs(struct compare *cmp, struct pairs *pairs)
{
	const struct abilock_fingerprint *before = cmp->before.baseline->prints;
	const struct abilock_fingerprint *after = cmp->after.baseline->prints;
	const size_t count = cmp->before.baseline->surface->export_count;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const size_t to = cmp->before.others[i];

		if (to == COMPARE_NONE || !before[i].is_known ||
		    compare_is_private(&cmp->before, i))
			continue;
		if (!after[to].is_known)
			r = add_missing(cmp, pairs, i, to);
		else if (before[i].value != after[to].value)
			r = add_pair(cmp, pairs, i, to);
	}
	return r;
}

static void keep_lines(struct compare *cmp, const struct abilock_type_change *change,
		       struct abilock_diagnostic *diag)
{
	_cleanup_(freep) const char **lines = NULL;
	size_t count = 0;

	for (size_t i = 0; i < change->line_count; i++)
		if (!compare_push(cmp, &lines, &count,
				  abilock_arena_strdup(&cmp->gate->diags.arena, change->lines[i])))
			return;
	compare_keep(cmp, lines, count, &diag->details, &diag->detail_count);
}

/* Nobody can have relied on the layout of a type that was only declared. */
static bool is_only_defined(const struct compare *cmp, const struct abilock_type_change *change)
{
	const struct abilock_types *before = cmp->before.baseline->types;
	const struct abilock_types *after = cmp->after.baseline->types;

	if (change->is_symbol)
		return false;
	const struct abilock_type *old_type = abilock_types_find(before, change->subject);
	const struct abilock_type *new_type = abilock_types_find(after, change->subject);
	return old_type && new_type && old_type->definition_count == 0 &&
	       new_type->definition_count > 0;
}

static void report_change(struct compare *cmp, const struct pairs *pairs,
			  const struct abilock_type_change *change)
{
	const struct abilock_type_pair *first = &pairs->items[change->pairs[0]];
	const unsigned line = cmp->before.baseline->surface->exports[first->old_symbol].line;
	_cleanup_(freep) const char **names = NULL;
	size_t count = 0;

	for (size_t i = 0; i < change->pair_count; i++)
		if (!compare_push(cmp, &names, &count, pairs->items[change->pairs[i]].name))
			return;
	struct abilock_diagnostic *diag =
		change->is_symbol
			? gate_add(cmp->gate, "type-changed", compare_place(cmp, line),
				   change->subject, "%s does not have the type that was released",
				   change->subject)
			: gate_add(cmp->gate, "type-changed", compare_place(cmp, line),
				   change->subject,
				   "%s is not as it was released, and %zu symbol%s use%s it",
				   change->subject, count, count == 1 ? "" : "s",
				   count == 1 ? "s" : "");
	if (!diag)
		return;
	keep_lines(cmp, change, diag);
	if (!change->is_symbol)
		compare_keep(cmp, names, count, &diag->symbols, &diag->symbol_count);
	compare_set_c_place(cmp, diag, first->new_symbol);
}

static int report_changes(struct compare *cmp, const struct pairs *pairs)
{
	_cleanup_(abilock_type_changes_deinit) struct abilock_type_changes changes = {0};

	if (pairs->count == 0)
		return 0;
	int r = abilock_types_compare(cmp->before.baseline->types, cmp->after.baseline->types,
				      pairs->items, pairs->count, &changes, cmp->err);
	for (size_t i = 0; r == 0 && i < changes.count; i++)
		if (!is_only_defined(cmp, &changes.items[i]))
			report_change(cmp, pairs, &changes.items[i]);
	return r;
}

static int compare_reasons(const void *a, const void *b)
{
	return strcmp((*(const struct abilock_name_slot *const *)a)->name,
		      (*(const struct abilock_name_slot *const *)b)->name);
}

static int report_missing(struct compare *cmp, const struct pairs *pairs)
{
	_cleanup_(freep) const struct abilock_name_slot **sorted =
		calloc(pairs->reasons.count + 1, sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		return abilock_error_nomem(cmp->err);
	for (size_t i = 0; i < pairs->reasons.size; i++)
		if (pairs->reasons.slots[i].name)
			sorted[count++] = &pairs->reasons.slots[i];
	qsort(sorted, count, sizeof(*sorted), compare_reasons);
	for (size_t i = 0; i < count; i++) {
		const struct reason *reason = sorted[i]->value;
		struct abilock_diagnostic *diag =
			gate_add(cmp->gate, "types-missing", compare_place(cmp, 0), cmp->subject,
				 "the types of %zu symbol%s cannot be compared with what was "
				 "released: %s",
				 reason->count, reason->count == 1 ? "" : "s", sorted[i]->name);

		if (diag)
			compare_keep(cmp, reason->names, reason->count, &diag->symbols,
				     &diag->symbol_count);
	}
	return 0;
}

int compare_types(struct compare *cmp)
{
	_cleanup_(pairs_deinit) struct pairs pairs = {0};

	if (!cmp->same_machine)
		return 0;
	int r = collect_pairs(cmp, &pairs);
	if (r == 0)
		r = report_changes(cmp, &pairs);
	return r == 0 ? report_missing(cmp, &pairs) : r;
}
