/* SPDX-License-Identifier: MIT */
/* Writer of GNU version scripts, for bfd, gold, lld and mold. */
#ifndef VERSIONGEN_MAP_H
#define VERSIONGEN_MAP_H

#include "../symbols/surface.h"

/**
 * Write a version script.
 *
 * `local: *;` stands once, in the first node: every linker takes it for the whole script. A type
 * other than function stands as a comment, so that the script reads as a declaration as well.
 *
 * @param surface  With tags applied: see tag_apply(). Each node has at least one symbol.
 * @return 0 or ABILOCK_E_NOMEM. Whether the bytes arrived is for the owner of @p file to check.
 */
int map_write(FILE *file, const struct abilock_surface *surface,
	      struct abilock_error *err) _must_check_;

#endif
