/* SPDX-License-Identifier: MIT */
/* The difference of two texts, as `diff -u` shows it. */
#ifndef ABILOCK_SYMBOLS_DIFF_H
#define ABILOCK_SYMBOLS_DIFF_H

#include "error.h"
#include "text.h"

/**
 * Print the difference.
 *
 * @param to  Descriptor to print to. Nothing of the caller's may wait in a buffer for it.
 * @return 0; ABILOCK_E_NOMEM; or ABILOCK_E_IO where diff cannot be run or fails.
 */
int abilock_diff(int to, const struct abilock_text *old, const char *old_label,
		 const struct abilock_text *new, const char *new_label,
		 struct abilock_error *err) _must_check_;

#endif
