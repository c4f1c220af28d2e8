/* SPDX-License-Identifier: MIT */
/* The folders in which the system has its libraries, and lists of paths. */
#ifndef ABIAUDIT_DEB_FOLDERS_H
#define ABIAUDIT_DEB_FOLDERS_H

#include "arch.h"
#include "arena.h"
#include "error.h"
#include "messages.h"

/** The array is malloc'ed unless said otherwise; the paths are borrowed. */
struct deb_paths {
	const char **items;
	size_t count;
};

/** Frees the array. */
void deb_paths_deinit(struct deb_paths *paths);

/** @param path  NULL: memory was out. @return 0 or ABILOCK_E_NOMEM. */
int deb_paths_push(struct deb_paths *paths, const char *path,
		   struct abilock_error *err) _must_check_;

bool deb_paths_has(const struct deb_paths *paths, const char *path);

/**
 * Folders in the order in which dpkg asks them: those of LD_LIBRARY_PATH, of a cross-build,
 * /lib, /usr/lib, those of ld.so.conf, and those of other word sizes.
 *
 * @param arena           Owns the paths.
 * @param messages        For what is odd.
 * @param[in,out] folders  They are added to it.
 */
int deb_system_folders(struct abilock_arena *arena, const struct deb_arch *arch,
		       struct deb_messages *messages, struct deb_paths *folders,
		       struct abilock_error *err) _must_check_;

#endif
