/* SPDX-License-Identifier: MIT */
/* abiaudit verify: the lock, offline. */
#ifndef ABILOCK_ABIAUDIT_VERIFY_H
#define ABILOCK_ABIAUDIT_VERIFY_H

#include "cli.h"

/** Options of `abiaudit verify`. */
extern const struct abilock_option abilock_verify_option_table[];
extern const size_t abilock_verify_option_count;

/** Text of `abiaudit verify --help`. */
extern const char abilock_verify_help[];

/** @return ABILOCK_EXIT_OK, _FINDINGS for a refusal, _USAGE, _ERROR for a file not judged. */
int cmd_verify(const struct abilock_invocation *inv);

#endif
