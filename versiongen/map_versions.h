/* SPDX-License-Identifier: MIT */
/*
 * Versions of one symbol in a program. GNU ld compares the names of a program's versioned symbols
 * with the script as a whole, `foo@NODE` for an old version and `foo@@NODE` for the default: a
 * script that lists only `foo` hides both there, though not in a library. Names with `@` are errors
 * for other linkers, and for GNU ld with --no-undefined-version; patterns are not.
 */
#ifndef VERSIONGEN_MAP_VERSIONS_H
#define VERSIONGEN_MAP_VERSIONS_H

#include "../symbols/declaration.h"
#include "../symbols/name_table.h"

/** Initialise with `{ 0 }`, release with map_versions_deinit(). */
struct map_versions {
	struct abilock_name_table first;    /**< Of each name: its first entry. */
	struct abilock_name_table defaults; /**< Its default version, of a name with several. */
	struct abilock_name_table several;  /**< Names with several versions, or an old one. */
};

void map_versions_deinit(struct map_versions *versions);

/** @param decl  Must outlive @p versions. @return false when memory is out. */
bool map_versions_init(struct map_versions *versions,
		       const struct abilock_declaration *decl) _must_check_;

/**
 * @return What stands for the `@` between symbol and node in a pattern: `?` for an old version,
 * `??` for the default, NULL for a symbol with one version.
 */
const char *map_versions_mark(const struct map_versions *versions,
			      const struct abilock_entry *entry);

#endif
