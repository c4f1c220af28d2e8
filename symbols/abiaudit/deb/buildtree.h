/* SPDX-License-Identifier: MIT */
/* The libraries that a package will install, in the folder that its files were put into. */
#ifndef ABIAUDIT_DEB_BUILDTREE_H
#define ABIAUDIT_DEB_BUILDTREE_H

#include "search.h"

/**
 * Find the public libraries of a build tree: ELF files called `*.so` or `*.so.*` right in a folder
 * that the dynamic linker searches. Source: dpkg-gensymbols(1).
 *
 * A folder that is a symbolic link, or lies behind one, is passed over: what is in it belongs to
 * somewhere else. Several names of one file count once.
 *
 * @param search  Knows the folders.
 * @param files   Gets them, in the order of the folders and then of the names.
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int deb_buildtree_libraries(const char *tree, const struct deb_search *search,
			    struct abilock_arena *arena, struct deb_paths *files,
			    struct abilock_error *err) _must_check_;

#endif
