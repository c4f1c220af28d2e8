/* SPDX-License-Identifier: MIT */
/*
 * `abiaudit check`: whether a file exports what its declaration says. The name check.h would hide
 * the header of the unit tests.
 */
#ifndef ABIAUDIT_CHECK_COMMAND_H
#define ABIAUDIT_CHECK_COMMAND_H

#include "cli.h"

/** Options of `abiaudit check`. */
extern const struct abilock_option abilock_check_option_table[];
extern const size_t abilock_check_option_count;

/** Text of `abiaudit check --help`. */
extern const char abilock_check_help[];

/** @return ABILOCK_EXIT_OK, _FINDINGS with errors, _USAGE, or _ERROR. */
int cmd_check(const struct abilock_invocation *inv);

#endif
