/* SPDX-License-Identifier: MIT */
/* Writer of GNU version scripts, for bfd, gold, lld and mold. */
#ifndef VERSIONGEN_MAP_H
#define VERSIONGEN_MAP_H

#include "../symbols/declaration.h"
#include "tag.h"

/**
 * Write a version script that means to each linker what the declaration means to it: the same
 * nodes, parents, names and patterns, one file, in words that all linkers know. Private nodes get
 * their tag and their marker.
 *
 * A script without a private node hides what it said that it hides. Where a node is private,
 * what is not declared is hidden in any case: `local: *;` is added to the first node if no node
 * has it. The type and the binding of an entry, and that it is not the default version, stand
 * behind it as a comment.
 *
 * @param decl  For one build: see abilock_declaration_select().
 * @param tags  Empty where no node is tagged.
 * @param for_program  For a program that GNU ld links: names each version of a symbol that has
 *              several a second time, see map_versions.h.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX where no script can say it: a name that is
 *         exported without a version, and an entry that hides it or gives it one. Whether the
 *         bytes arrived is for the owner of @p file to check.
 */
int map_write(FILE *file, const struct abilock_declaration *decl, const struct tags *tags,
	      bool for_program, struct abilock_error *err) _must_check_;

#endif
