/* SPDX-License-Identifier: MIT */
/*
 * Build trees of packages: folders such as debian/foo, with the files of the package below and,
 * once it is made, its control information in DEBIAN.
 */
#ifndef ABIAUDIT_DEB_TREE_H
#define ABIAUDIT_DEB_TREE_H

#include "arena.h"

/**
 * The nearest folder above a file that has a folder DEBIAN.
 *
 * @return In the arena; NULL where there is none, or memory is out.
 */
const char *deb_tree_root(struct abilock_arena *arena, const char *file);

/** As deb_tree_root(); where that finds none, the folder right below `debian` of this folder. */
const char *deb_tree_guess_root(struct abilock_arena *arena, const char *file);

/** The part of a file's name below its deb_tree_root(), borrowed from @p file, or NULL. */
const char *deb_tree_relative(struct abilock_arena *arena, const char *file);

/** Whether two names stand for one directory entry. */
bool deb_tree_same(const char *a, const char *b);

#endif
