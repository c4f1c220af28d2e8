/* SPDX-License-Identifier: MIT */
/* Why something did not happen, and what was behind that: a chain of causes. */
#ifndef ABILOCK_RUNTIME_FAILURE_H
#define ABILOCK_RUNTIME_FAILURE_H

#include "arena.h"
#include "text.h"

/** One link of a chain. It is shared: one failed module is the cause of many failures. */
struct abilock_failure {
	const char *text; /**< May have several lines, such as a refusal of the lock. */
	const struct abilock_failure *cause; /**< What led to it, or NULL. */
	/** Another cause of what this link led to: a list, of links that are not shared. */
	const struct abilock_failure *next;
	const struct abilock_failure *root; /**< Last link of the chain; NULL: this one. */
	size_t depth;			    /**< Links behind this one. */
	bool is_decline; /**< Of a module that had nothing to do, or that uses such a one. */
	bool is_cycle;
};

/** Of a chain that is longer, this many links are written, and the last. */
enum { ABILOCK_FAILURE_LINKS = 16 };

/**
 * A new link in @p arena.
 *
 * @param cause  Borrowed; must live as long as the arena.
 * @return NULL when memory is out.
 */
struct abilock_failure *abilock_failure_new(struct abilock_arena *arena,
					    const struct abilock_failure *cause, const char *fmt,
					    ...) _printf_(3, 4);

/**
 * Write a chain: the first text, and each cause on lines of its own, indented by two blanks more
 * than what it caused, with "because " in front. No newline at the end.
 *
 * Of a long chain the middle is left out, so that thousands of failures with one cause take no
 * more than their number.
 */
void abilock_failure_write(struct abilock_text *out, const struct abilock_failure *failure);

/** The same as a string, malloc'ed; NULL when memory is out. */
char *abilock_failure_text(const struct abilock_failure *failure);

#endif
