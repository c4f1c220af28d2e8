/* SPDX-License-Identifier: MIT */
/* `abiaudit list`: what a binary exports. */
#ifndef ABIAUDIT_LIST_H
#define ABIAUDIT_LIST_H

#include "cli.h"

/** Options of `abiaudit list`. */
extern const struct abilock_option abilock_list_option_table[];
extern const size_t abilock_list_option_count;

/** Text of `abiaudit list --help`. */
extern const char abilock_list_help[];

/** @return ABILOCK_EXIT_OK, _USAGE, or _ERROR where a file could not be read. */
int cmd_list(const struct abilock_invocation *inv);

#endif
