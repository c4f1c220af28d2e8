/* SPDX-License-Identifier: MIT */
/* Nodes: names, parents, what is in them, and what becomes of all that nobody lists. */
#include "lint_checks.h"

#include "../../symbols/name_table.h"

static bool is_name_character(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
	       (first ? c == '$' : c >= '0' && c <= '9');
}

static void check_name(struct lint_check *check, const struct abilock_declared_node *node)
{
	for (size_t i = 0; node->name[i]; i++) {
		if (is_name_character(node->name[i], i == 0))
			continue;
		lint_add(check, "node-name-not-portable", node->place,
			 "node name '%s': linkers disagree about '%c'", node->name, node->name[i]);
		return;
	}
	if (str_eq(node->name, "global") || str_eq(node->name, "local") ||
	    str_eq(node->name, "extern"))
		lint_add(check, "node-name-not-portable", node->place,
			 "node name '%s' is a keyword for gold", node->name);
}

static void check_parents(struct lint_check *check, const struct abilock_declared_node *node)
{
	if (node->parent_count > 1)
		lint_add(check, "several-parents", node->place,
			 "node %s has %zu parents: lld and mold do not read more than one",
			 node->name, node->parent_count);
}

/* ---- families ---- */

/* The parts of a version, compared as numbers. Both end where their names end. */
static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		char *end_a = NULL, *end_b = NULL;
		unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		a = end_a + (*end_a == '.');
		b = end_b + (*end_b == '.');
	}
	return 0;
}

/* The first node of a family that is newer than one before it and has no parent: one finding. */
static void check_family(struct lint_check *check, const struct abilock_declared_node *node,
			 const struct abilock_declared_node **last, bool *reported)
{
	const size_t stem = lint_stem(node->name);
	const struct abilock_declared_node *before = *last;

	*last = node;
	if (!before || *reported || node->parent_count > 0 || lint_stem(before->name) != stem ||
	    strncmp(before->name, node->name, stem) != 0 ||
	    !lint_meet(&before->tags, &node->tags) ||
	    compare_versions(before->name + stem, node->name + stem) >= 0)
		return;
	*reported = true;
	lint_add(check, "no-parent", node->place, "node %s is newer than %s, but not its child",
		 node->name, before->name);
}

static void check_families(struct lint_check *check)
{
	const size_t count = check->decl->node_count;
	/* By family: nodes of one stem are in one. */
	_cleanup_(freep) const struct abilock_declared_node **last =
		calloc(count + 1, sizeof(*last));
	_cleanup_(freep) bool *reported = calloc(count + 1, sizeof(*reported));

	if (!last || !reported) {
		check->lint->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t index = check->node_order[i], family = check->family[index];
		const struct abilock_declared_node *node = &check->decl->nodes[index];

		if (!node->is_private && lint_stem(node->name) > 0)
			check_family(check, node, &last[family], &reported[family]);
	}
}

/* ---- what is in them ---- */

static void check_empty(struct lint_check *check)
{
	const struct abilock_declaration *decl = check->decl;
	_cleanup_(freep) size_t *counts = calloc(decl->node_count + 1, sizeof(*counts));

	if (!counts) {
		check->lint->failed = true;
		return;
	}
	for (size_t i = 0; i < decl->entry_count; i++)
		if (decl->entries[i].node != ABILOCK_NO_NODE)
			counts[decl->entries[i].node]++;
	for (size_t i = 0; i < decl->node_count; i++)
		if (counts[i] == 0)
			lint_add(check, "empty-node", decl->nodes[i].place,
				 "node %s has no symbols: only GNU ld marks it weak",
				 lint_node_name(check, i));
}

struct stars {
	const struct abilock_entry *global; /* the first of each */
	const struct abilock_entry *local;
};

/*
 * Take a `*;` away that another node has too; with its label where it is all that stands below it,
 * since GNU ld and gold refuse a label with nothing behind it.
 */
static void fix_star(struct lint_check *check, const struct abilock_entry *entry)
{
	const struct lint_text *text = &check->texts[entry->place.file];
	size_t star = lint_text_find(text, lint_text_offset(text, entry->place));
	size_t first = star, last = lint_text_skip(text, star + 1);

	if (star < 2 || !lint_token_is(text, star, "*") || !lint_token_is(text, last, ";"))
		return;
	if (lint_token_is(text, star - 1, ":") && lint_token_is(text, star - 2, "local")) {
		/* A node with nothing left in it would be a weak one to GNU ld. */
		if (!lint_token_is(text, last + 1, "}") || star < 3 ||
		    lint_token_is(text, star - 3, "{"))
			return;
		first = star - 2;
	}
	size_t from = text->tokens[first].offset, to = text->tokens[last].offset + 1;
	size_t start = 0, end = 0;
	lint_text_line(text, from, &start, &end);
	if (to <= end && lint_text_is_blank(text, start, from) &&
	    lint_text_is_blank(text, to, end) && end < text->length) {
		from = start;
		to = end + 1;
	}
	lint_edit(check, lint_group(check), "local-star-twice", entry->place.file, from, to - from,
		  "", 0);
}

static void report_star(struct lint_check *check, const struct abilock_entry *entry,
			const struct abilock_entry *first)
{
	if (entry->is_local && first->is_local) {
		if (lint_covers(&first->tags, &entry->tags))
			fix_star(check, entry);
		lint_add(check, "local-star-twice", entry->place,
			 "'local: *' in %s and in %s (line %u): gold warns",
			 lint_node_name(check, entry->node), lint_node_name(check, first->node),
			 first->place.line);
	} else {
		lint_add(check, "two-catch-alls", entry->place,
			 "'*' in %s%s and in %s%s (line %u): each linker takes another one",
			 lint_node_name(check, entry->node),
			 entry->is_local ? " below 'local:'" : "",
			 lint_node_name(check, first->node),
			 first->is_local ? " below 'local:'" : "", first->place.line);
	}
}

static void check_star(struct lint_check *check, const struct abilock_entry *entry,
		       struct stars *stars)
{
	const struct abilock_entry **same = entry->is_local ? &stars->local : &stars->global;
	const struct abilock_entry *other = entry->is_local ? stars->global : stars->local;

	if (other && lint_meet(&other->tags, &entry->tags))
		report_star(check, entry, other);
	else if (*same && (*same)->node != entry->node && lint_meet(&(*same)->tags, &entry->tags))
		report_star(check, entry, *same);
	*same = *same ? *same : entry;
}

static void check_stars(struct lint_check *check)
{
	const struct abilock_declaration *decl = check->decl;
	struct stars stars = {0};

	for (size_t i = 0; i < decl->entry_count; i++)
		if (lint_is_star(&decl->entries[i]) && decl->entries[i].node != ABILOCK_NO_NODE)
			check_star(check, &decl->entries[i], &stars);
	if (!stars.local && !stars.global && decl->node_count > 0)
		lint_add(check, "no-local", decl->nodes[check->node_order[0]].place,
			 "no 'local: *': what no node lists is exported without a version");
}

void lint_check_nodes(struct lint_check *check)
{
	for (size_t i = 0; i < check->decl->node_count; i++) {
		check_name(check, &check->decl->nodes[i]);
		check_parents(check, &check->decl->nodes[i]);
	}
	check_families(check);
	check_empty(check);
	check_stars(check);
	lint_check_parent_order(check);
}
