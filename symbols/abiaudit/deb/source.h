/* SPDX-License-Identifier: MIT */
/* What a source package says about itself, in its folder `debian`. */
#ifndef ABIAUDIT_DEB_SOURCE_H
#define ABIAUDIT_DEB_SOURCE_H

#include "arena.h"
#include "error.h"

/**
 * The only binary package of debian/control.
 *
 * @param[out] ret_package  In the arena.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_USAGE where there are none or several.
 */
int deb_source_package(struct abilock_arena *arena, const char **ret_package,
		       struct abilock_error *err) _must_check_;

/**
 * The version of the newest entry of debian/changelog.
 *
 * @param[out] ret_version  In the arena.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_SYNTAX where no entry begins.
 */
int deb_source_version(struct abilock_arena *arena, const char **ret_version,
		       struct abilock_error *err) _must_check_;

#endif
