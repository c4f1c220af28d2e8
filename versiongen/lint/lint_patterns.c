/* SPDX-License-Identifier: MIT */
/*
 * Patterns. GNU ld: an exact name beats a pattern, and of patterns the last node wins. mold 1.10:
 * what stands first wins, be it a name or a pattern. gold and lld: as GNU ld, but a pattern below
 * `local:` of a later node hides. So two that meet are a question of the linker.
 */
#include "lint_checks.h"

#include <fnmatch.h>

#include "lint_glob.h"

/* Bounds for hostile files; a libstdc++ with 5,000 patterns is far below. */
enum { CELLS_MAX = 500000000, MATCHED_MAX = 10000000 };

struct list {
	const struct abilock_entry **items;
	size_t count;
};

struct patterns {
	struct lint_check *check;
	struct list names;    /* exact global ones of one language, sorted by text */
	struct list patterns; /* without `*`, in the order of the source */
	struct list by_text;  /* the same, sorted by text */
	bool *is_reported;    /* each entry: that it meets another pattern */
	size_t cells;	      /* of all tables of glob_meet() */
	size_t matched;
	bool failed;
};

static bool push(struct list *list, const struct abilock_entry *entry)
{
	const struct abilock_entry **item =
		abilock_array_push(&list->items, &list->count, sizeof(*item));

	if (item)
		*item = entry;
	return item;
}

static int compare_text(const void *a, const void *b)
{
	const struct abilock_entry *x = *(const struct abilock_entry *const *)a;
	const struct abilock_entry *y = *(const struct abilock_entry *const *)b;
	int r = strcmp(x->text, y->text);

	return r ? r : x < y ? -1 : x > y;
}

static void sort(struct list *list)
{
	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare_text);
}

static bool collect(struct patterns *ps, enum abilock_language language)
{
	const struct abilock_declaration *decl = ps->check->decl;

	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->language != language || lint_is_star(entry) ||
		    entry->node == ABILOCK_NO_NODE)
			continue;
		if (lint_is_name(entry) && !push(&ps->names, entry))
			return false;
		if (entry->is_pattern &&
		    (!push(&ps->patterns, entry) || !push(&ps->by_text, entry)))
			return false;
	}
	sort(&ps->names);
	sort(&ps->by_text);
	return true;
}

/* First item that does not sort before a prefix. */
static size_t lower_bound(const struct list *list, const char *prefix, size_t length)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(list->items[middle]->text, prefix, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- patterns and names ---- */

/* Whether an entry stands in front of another one for a linker that goes node by node. */
static bool is_before(const struct patterns *ps, const struct abilock_entry *a,
		      const struct abilock_entry *b)
{
	if (a->node != b->node)
		return ps->check->node_rank[a->node] < ps->check->node_rank[b->node];
	return !a->is_local && b->is_local;
}

static void report_name(struct patterns *ps, const struct abilock_entry *pattern,
			const struct abilock_entry *name, size_t count)
{
	const struct abilock_declared_node *nodes = ps->check->decl->nodes;
	const bool leaks = !pattern->is_local && nodes[name->node].is_private &&
			   !nodes[pattern->node].is_private;
	char more[48] = "";

	if (count > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", count - 1);
	lint_add(ps->check, leaks ? "glob-catches-private" : "pattern-over-name", pattern->place,
		 "'%s'%s of %s matches '%s' (line %u) of %s%s, which stands behind it",
		 pattern->text, pattern->is_local ? " below 'local:'" : "",
		 lint_node_name(ps->check, pattern->node), name->text, name->place.line,
		 lint_node_name(ps->check, name->node), more);
}

/* The names behind a pattern that it matches and that another node gives them: one finding. */
static void compare_names(struct patterns *ps, const struct abilock_entry *pattern)
{
	const size_t length = glob_prefix(pattern->text);
	const struct abilock_entry *first = NULL;
	size_t count = 0;

	for (size_t i = lower_bound(&ps->names, pattern->text, length); i < ps->names.count; i++) {
		const struct abilock_entry *name = ps->names.items[i];

		if (strncmp(name->text, pattern->text, length) != 0 || ++ps->matched > MATCHED_MAX)
			break;
		if (!is_before(ps, pattern, name) || !lint_meet(&pattern->tags, &name->tags) ||
		    fnmatch(pattern->text, name->text, 0) != 0)
			continue;
		if (!first || name->place.line < first->place.line)
			first = name;
		count++;
	}
	if (first)
		report_name(ps, pattern, first, count);
}

/* A name below `local:` that a pattern below `global:` of the same node matches. */
static void compare_local_names(struct patterns *ps, const struct abilock_entry *local)
{
	for (size_t i = 0; i < ps->patterns.count; i++) {
		const struct abilock_entry *pattern = ps->patterns.items[i];

		if (++ps->matched > MATCHED_MAX)
			return;
		if (pattern->is_local ||
		    (pattern->node != local->node && !is_before(ps, pattern, local)) ||
		    !lint_meet(&pattern->tags, &local->tags) ||
		    fnmatch(pattern->text, local->text, 0) != 0)
			continue;
		lint_add(ps->check, "pattern-over-name", local->place,
			 "'%s' below 'local:' is matched by '%s' (line %u) below 'global:' of %s",
			 local->text, pattern->text, pattern->place.line,
			 lint_node_name(ps->check, pattern->node));
		return;
	}
}

/* ---- patterns and patterns ---- */

static void report_meeting(struct patterns *ps, const struct abilock_entry *first,
			   const struct abilock_entry *second)
{
	const bool hides = second->is_local || first->is_local;

	if (!hides && glob_contains(second->text, first->text))
		lint_add(ps->check, "shadowed", first->place,
			 "'%s' of %s never decides with GNU ld: '%s' (line %u) of %s takes all of "
			 "it",
			 first->text, lint_node_name(ps->check, first->node), second->text,
			 second->place.line, lint_node_name(ps->check, second->node));
	else
		lint_add(ps->check, "patterns-overlap", second->place,
			 "'%s'%s of %s and '%s'%s (line %u) of %s match the same names",
			 second->text, second->is_local ? " below 'local:'" : "",
			 lint_node_name(ps->check, second->node), first->text,
			 first->is_local ? " below 'local:'" : "", first->place.line,
			 lint_node_name(ps->check, first->node));
}

static bool differ(const struct abilock_entry *a, const struct abilock_entry *b)
{
	return a->node != b->node && !(a->is_local && b->is_local) && lint_meet(&a->tags, &b->tags);
}

/* One finding for each pattern at most. */
static void compare_patterns(struct patterns *ps, const struct abilock_entry *a,
			     const struct abilock_entry *b)
{
	bool *a_is_reported = &ps->is_reported[a - ps->check->decl->entries];
	bool *b_is_reported = &ps->is_reported[b - ps->check->decl->entries];

	if (*a_is_reported || *b_is_reported || ps->cells > CELLS_MAX || !differ(a, b))
		return;
	ps->cells += (strlen(a->text) + 1) * (strlen(b->text) + 1);
	int meet = glob_meet(a->text, b->text);
	ps->failed |= meet < 0;
	if (meet <= 0)
		return;
	*(is_before(ps, a, b) ? b_is_reported : a_is_reported) = true;
	if (is_before(ps, a, b))
		report_meeting(ps, a, b);
	else
		report_meeting(ps, b, a);
}

/* Two can only meet where the fixed start of one is the start of the other's. */
static void compare_others(struct patterns *ps, const struct abilock_entry *pattern)
{
	const size_t length = glob_prefix(pattern->text);

	for (size_t i = lower_bound(&ps->by_text, pattern->text, length); i < ps->by_text.count;
	     i++) {
		const struct abilock_entry *other = ps->by_text.items[i];
		size_t other_length = glob_prefix(other->text);

		if (strncmp(other->text, pattern->text, length) != 0 || ++ps->matched > MATCHED_MAX)
			break;
		/* Of two with the same start the earlier one asks. */
		if (other == pattern || (other_length == length && other < pattern))
			continue;
		if (other_length >= length)
			compare_patterns(ps, pattern, other);
	}
}

static void check_language(struct patterns *ps)
{
	const struct abilock_declaration *decl = ps->check->decl;

	for (size_t i = 0; i < ps->patterns.count; i++) {
		compare_names(ps, ps->patterns.items[i]);
		compare_others(ps, ps->patterns.items[i]);
	}
	for (size_t i = 0; i < decl->entry_count && ps->patterns.count > 0; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->is_local && !entry->is_pattern &&
		    entry->language == ps->patterns.items[0]->language)
			compare_local_names(ps, entry);
	}
}

/* ---- released nodes ---- */

/* Whether a newer release follows a public node. */
static void find_released(const struct lint_check *check, bool *released)
{
	const struct abilock_declaration *decl = check->decl;

	for (size_t i = decl->node_count; i-- > 0;) {
		const struct abilock_declared_node *node = &decl->nodes[check->node_order[i]];

		for (size_t k = 0; k < node->parent_count && !node->is_private; k++)
			released[node->parents[k]] = true;
	}
}

static void check_released(struct lint_check *check)
{
	const struct abilock_declaration *decl = check->decl;
	_cleanup_(freep) bool *released = calloc(decl->node_count + 1, sizeof(*released));

	if (!released) {
		check->lint->failed = true;
		return;
	}
	find_released(check, released);
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (!entry->is_pattern || entry->is_local || entry->node == ABILOCK_NO_NODE ||
		    !released[entry->node] || decl->nodes[entry->node].is_private)
			continue;
		lint_add(check, "glob-over-released", entry->place,
			 "'%s' takes new symbols into node %s, which has a newer release",
			 entry->text, lint_node_name(check, entry->node));
	}
}

void lint_check_patterns(struct lint_check *check)
{
	for (int language = ABILOCK_LANGUAGE_C; language <= ABILOCK_LANGUAGE_JAVA; language++) {
		struct patterns ps = {.check = check};

		ps.is_reported = calloc(check->decl->entry_count + 1, sizeof(*ps.is_reported));
		if (ps.is_reported && collect(&ps, (enum abilock_language)language))
			check_language(&ps);
		else
			ps.failed = true;
		check->lint->failed |= ps.failed;
		free(ps.is_reported);
		free(ps.names.items);
		free(ps.patterns.items);
		free(ps.by_text.items);
	}
	check_released(check);
}
