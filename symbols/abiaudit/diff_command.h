/* SPDX-License-Identifier: MIT */
/* `abiaudit diff`: what changed between two releases. */
#ifndef ABIAUDIT_DIFF_H
#define ABIAUDIT_DIFF_H

#include "cli.h"

/** Options of `abiaudit diff`. */
extern const struct abilock_option abilock_diff_option_table[];
extern const size_t abilock_diff_option_count;

/** Text of `abiaudit diff --help`. */
extern const char abilock_diff_help[];

/** @return ABILOCK_EXIT_OK, _FINDINGS (a break that no ledger accepts), _USAGE, or _ERROR. */
int cmd_diff(const struct abilock_invocation *inv);

#endif
