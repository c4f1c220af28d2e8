/* SPDX-License-Identifier: MIT */
/*
 * The ledger of accepted changes: breaks that are meant, each with its reason, in a file of text
 * beside the baseline. One line an entry, `#` begins a comment:
 *
 *     RULE SUBJECT [commit=HASH] [until=YYYY-MM-DD | until=NODE]: REASON
 *
 * SUBJECT is the `subject` of a diagnostic, in double quotes where it has spaces. `until=NODE` ends
 * with the release that has that node. What is a date in another form is refused: it would be the
 * name of a node that never comes.
 */
#ifndef ABILOCK_GATE_ACCEPTED_H
#define ABILOCK_GATE_ACCEPTED_H

#include "gate.h"

struct accepted_entry {
	const char *rule, *subject;
	const char *commit; /**< Or NULL. */
	const char *until;  /**< Date or node, or NULL. */
	bool has_day;	    /**< `until` is a date. */
	const char *reason;
	struct abilock_place place; /**< `file` is 0 until gate_accept() sets it. */
	bool is_used;
};

struct accepted {
	struct abilock_arena arena;
	struct abilock_source source;
	struct accepted_entry *entries; /**< malloc'ed. */
	size_t entry_count;
};

void accepted_deinit(struct accepted *accepted);

/**
 * Parse a ledger.
 *
 * @param diags  All errors of the text are added, with rule `accepted-syntax`.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX.
 */
int accepted_parse(const char *text, size_t length, const char *path, struct accepted *ret,
		   struct abilock_diagnostics *diags, struct abilock_error *err) _must_check_;

/** As accepted_parse() for a file. */
int accepted_read(const char *path, struct accepted *ret, struct abilock_diagnostics *diags,
		  struct abilock_error *err) _must_check_;

/**
 * Mark the diagnostics that entries accept (`accepted` is the reason), and add one for each entry
 * that is over (it accepts nothing) or that matches none.
 *
 * @param today    YYYY-MM-DD.
 * @param surface  For `until=NODE`: the new side.
 */
int gate_accept(struct gate *gate, struct accepted *accepted, const char *today,
		const struct abilock_surface *surface, struct abilock_error *err) _must_check_;

/** The line to add to a ledger for a diagnostic, without a newline. */
void accepted_write_entry(struct abilock_text *out, const struct abilock_diagnostic *diag);

#endif
