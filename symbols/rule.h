/* SPDX-License-Identifier: MIT */
/* A rule that diagnostics name. docs/rules/ID.md is its page. */
#ifndef ABILOCK_SYMBOLS_RULE_H
#define ABILOCK_SYMBOLS_RULE_H

#include "diagnostics.h"

struct abilock_rule {
	const char *id; /**< Stable. */
	enum abilock_level level;
	const char *summary; /**< What holds where it finds nothing; one sentence without a full
				stop. */
	const char *fix;     /**< What to do, one line. */
};

/** The rule of that id in a table that is sorted by id, or NULL. */
const struct abilock_rule *abilock_rule_find(const struct abilock_rule *rules, size_t count,
					     const char *id);

#endif
