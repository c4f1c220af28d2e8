/* SPDX-License-Identifier: MIT */
/* The rules of abilock_modules_check(). docs/rules/ID.md is the page of each. */
#ifndef ABILOCK_SYMBOLS_MODULE_RULES_H
#define ABILOCK_SYMBOLS_MODULE_RULES_H

#include "../rule.h"

/** Sorted by id. */
extern const struct abilock_rule abilock_module_rules[];
extern const size_t abilock_module_rule_count;

#endif
