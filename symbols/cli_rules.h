/* SPDX-License-Identifier: MIT */
/* What tools with rules have in common: --list-rules, --explain and --error-on. As cli.h, it
 * prints. */
#ifndef ABILOCK_SYMBOLS_CLI_RULES_H
#define ABILOCK_SYMBOLS_CLI_RULES_H

#include "cli.h"
#include "rule.h"

/** Rules, sorted by id. */
struct abilock_rules {
	const struct abilock_rule *items;
	size_t count;
};

/** Print a line for each rule. @return The exit status. */
int abilock_rules_list(struct abilock_rules rules);

/** Print what is known of a rule; one that is not there is wrong usage. @return The exit status. */
int abilock_rules_explain(const struct abilock_invocation *inv, struct abilock_rules rules,
			  const char *id);

/**
 * Whether each value of an option is the name of a level or of a rule.
 *
 * @param option  The name that the option is called by in the message.
 * @return -1, or the exit status of wrong usage.
 */
int abilock_rules_check_levels(const struct abilock_invocation *inv, int id, const char *option,
			       struct abilock_rules rules);

/** Raise the levels of findings to errors, as the values of an option say. */
void abilock_rules_raise(const struct abilock_invocation *inv, int id,
			 struct abilock_diagnostics *diags, struct abilock_rules rules);

#endif
