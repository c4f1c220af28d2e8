/* SPDX-License-Identifier: MIT */
/* The forms of output that commands have in common. abiaudit-formats(5) describes them. */
#ifndef ABILOCK_SYMBOLS_FORMAT_H
#define ABILOCK_SYMBOLS_FORMAT_H

#include "cli.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_TSV,
};

/**
 * Parse the argument of --format.
 *
 * @param value  NULL is text.
 * @return ABILOCK_EXIT_OK, or _USAGE when it has been said what is expected.
 */
int format_parse(const struct abilock_invocation *inv, const char *value,
		 enum format *ret_format) _must_check_;

#endif
