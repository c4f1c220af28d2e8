/* SPDX-License-Identifier: MIT */
/* What the checks of lint share; each lint_*.c has those of one subject. */
#ifndef VERSIONGEN_LINT_CHECKS_H
#define VERSIONGEN_LINT_CHECKS_H

#include "lint.h"
#include "lint_text.h"

/** What all checks look at. */
struct lint_check {
	struct lint *lint;
	const struct abilock_declaration *decl;
	struct lint_text *texts; /**< One for each source of the declaration. */
	/** The nodes in the order of the source; indices. Differs from that of the declaration. */
	size_t *node_order;
	size_t *node_rank; /**< Of each node: its place in that order. */
	/** Of each node: which releases of one thing it is part of, by parents and names. */
	size_t *family;
};

/**
 * Report a finding of a rule of the table, with the rule's level and fix.
 *
 * @return For a fix of its own; NULL when memory is out.
 */
struct abilock_diagnostic *lint_add(struct lint_check *check, const char *rule,
				    struct abilock_place place, const char *fmt, ...)
	_printf_(4, 5);

/** Start a group of edits. @return Its number, for lint_edit(). */
size_t lint_group(struct lint_check *check);

/** Replace @p length bytes at @p offset. @param text  Copied; may be part of a source. */
void lint_edit(struct lint_check *check, size_t group, const char *rule, uint32_t file,
	       size_t offset, size_t length, const char *text, size_t text_length);

/** Name of an entry's node, for messages. */
const char *lint_node_name(const struct lint_check *check, size_t node);

/** Whether both can be there in one build, by their `if=` and `arch=`. */
bool lint_meet(const struct abilock_tags *a, const struct abilock_tags *b);

/** Whether @p a is there in each build that has @p b, by their `if=` and `arch=`. */
bool lint_covers(const struct abilock_tags *a, const struct abilock_tags *b);

/** Whether an entry is an exact name under `global:` of a node. */
static inline bool lint_is_name(const struct abilock_entry *entry)
{
	return !entry->is_pattern && !entry->is_local && entry->node != ABILOCK_NO_NODE;
}

/** Whether an entry is the pattern that takes what nothing else does. */
static inline bool lint_is_star(const struct abilock_entry *entry)
{
	return entry->is_pattern && str_eq(entry->text, "*");
}

/** Length of a node's name without the version that it ends in; 0 without a version. */
size_t lint_stem(const char *name);

/** Whether two nodes are public, and releases of one thing. */
static inline bool lint_related(const struct lint_check *check, size_t a, size_t b)
{
	return !check->decl->nodes[a].is_private && !check->decl->nodes[b].is_private &&
	       check->family[a] == check->family[b];
}

/* The subjects. */
void lint_check_names(struct lint_check *check);
void lint_check_patterns(struct lint_check *check);
void lint_check_nodes(struct lint_check *check);
void lint_check_parent_order(struct lint_check *check);
void lint_check_sections(struct lint_check *check);
void lint_check_spelling(struct lint_check *check);
void lint_check_order(struct lint_check *check);
int lint_check_headers(struct lint_check *check, const char *folder, struct abilock_error *err);

#endif
