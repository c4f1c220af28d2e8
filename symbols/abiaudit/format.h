/* SPDX-License-Identifier: MIT */
/* The forms of output that commands have in common. abiaudit-formats(5) describes them. */
#ifndef ABIAUDIT_FORMAT_H
#define ABIAUDIT_FORMAT_H

#include "batch.h"

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

/**
 * What a batch prints around its answers in a format, and about files that could not be read. In
 * JSON the answers are the elements of `files`.
 */
void format_batch(enum format format, struct batch *batch);

#endif
