/* SPDX-License-Identifier: MIT */
/* `abiaudit baseline`: write down what is released. */
#ifndef ABIAUDIT_BASELINE_H
#define ABIAUDIT_BASELINE_H

#include "cli.h"

/** Options of `abiaudit baseline`. */
extern const struct abilock_option abilock_baseline_option_table[];
extern const size_t abilock_baseline_option_count;

/** Text of `abiaudit baseline --help`. */
extern const char abilock_baseline_help[];

/** @return ABILOCK_EXIT_OK, _USAGE, or _ERROR. */
int cmd_baseline(const struct abilock_invocation *inv);

#endif
