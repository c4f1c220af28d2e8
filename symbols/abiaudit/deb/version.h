/* SPDX-License-Identifier: MIT */
/* Debian version numbers. Source: deb-version(7). */
#ifndef ABIAUDIT_DEB_VERSION_H
#define ABIAUDIT_DEB_VERSION_H

#include "error.h"

/** @return Negative, 0 or positive as @p a is older than, the same as or newer than @p b. */
int deb_version_compare(const char *a, const char *b);

/**
 * Whether a string is a version as dpkg accepts one.
 *
 * @param[out] err  Set when it is not; may be NULL.
 */
bool deb_version_is_valid(const char *version, struct abilock_error *err);

#endif
