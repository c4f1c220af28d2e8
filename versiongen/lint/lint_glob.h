/* SPDX-License-Identifier: MIT */
/* Questions about two patterns of fnmatch(), without a name that they would match. */
#ifndef VERSIONGEN_LINT_GLOB_H
#define VERSIONGEN_LINT_GLOB_H

#include "../../symbols/util.h"

/** Length of what each name that matches begins with, as it is written in the pattern. */
size_t glob_prefix(const char *pattern);

/**
 * Whether some name matches both. Patterns whose lengths multiply to more than a million are taken
 * for ones that do not meet.
 *
 * @return 1, 0, or ABILOCK_E_NOMEM.
 */
int glob_meet(const char *a, const char *b) _must_check_;

/** Whether each name that matches @p inner matches @p outer. May say no where it is so. */
bool glob_contains(const char *outer, const char *inner);

#endif
