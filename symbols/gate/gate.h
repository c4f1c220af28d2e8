/* SPDX-License-Identifier: MIT */
/*
 * The gate: whether a library exports what its declaration says, and whether it still has what was
 * released. Each answer is a diagnostic with a rule of gate_rules.c.
 */
#ifndef ABILOCK_GATE_GATE_H
#define ABILOCK_GATE_GATE_H

#include "../declaration.h"
#include "../object.h"
#include "../rule.h"
#include "baseline.h"

extern const struct abilock_rule gate_rules[];
extern const size_t gate_rule_count;

/** What is found, and where the places of diagnostics point into. */
struct gate {
	struct abilock_diagnostics diags;
	struct abilock_source *sources; /**< malloc'ed array; what it points to is borrowed. */
	size_t source_count;
};

void gate_deinit(struct gate *gate);

/**
 * Add a source for places: a declaration, a baseline, a ledger, or a binary (without text).
 *
 * @return Its index; SIZE_MAX when memory is out (gate->diags.failed is set).
 */
size_t gate_add_source(struct gate *gate, const struct abilock_source *source);

/** Add a diagnostic at the level of its rule; see abilock_diagnostics_add(). */
struct abilock_diagnostic *gate_add(struct gate *gate, const char *rule, struct abilock_place place,
				    const char *subject, const char *fmt, ...) _printf_(5, 6);

/**
 * Compare a linked file with its declaration, both ways.
 *
 * @param decl    For one build: see abilock_declaration_select(). Places point into its sources.
 * @param object  Opened by PT_DYNAMIC; the sections are loaded where there are some, for symbols
 * that are there and hidden.
 * @return 0 or what the reader returns.
 */
int gate_check_declared(struct gate *gate, const struct abilock_declaration *decl,
			struct abilock_object *object, struct abilock_error *err) _must_check_;

/**
 * Compare a released surface with the one of today. Public nodes are frozen: what they have stays,
 * and nothing is added to them.
 *
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_USAGE where types were read with public headers for one
 *         side only.
 */
int gate_compare(struct gate *gate, const struct abilock_baseline *old_baseline,
		 const struct abilock_baseline *new_baseline,
		 struct abilock_error *err) _must_check_;

#endif
