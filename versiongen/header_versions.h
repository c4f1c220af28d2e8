/* SPDX-License-Identifier: MIT */
/* The part of the generated header for symbols that have several versions. */
#ifndef VERSIONGEN_HEADER_VERSIONS_H
#define VERSIONGEN_HEADER_VERSIONS_H

#include "tag.h"

/**
 * Write ABILOCK_OLD_VERSION() and ABILOCK_DEFAULT_VERSION(), and for each symbol with a version
 * that is not the default what these two check the node against. Symbols that are no C identifiers
 * are left out: no macro could name them.
 *
 * @param decl   Without tags: from abilock_declaration_surface().
 * @param tags   NULL: symbols with a version in a tagged node are left out.
 * @param arena  For what lives until the function returns.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int header_versions_write(FILE *file, const struct abilock_surface *decl, const struct tags *tags,
			  struct abilock_arena *arena) _must_check_;

#endif
