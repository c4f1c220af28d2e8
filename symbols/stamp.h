/* SPDX-License-Identifier: MIT */
/*
 * Stamps: the lock that QEMU has in place of version nodes. Each module defines a function
 * `qemu_stamp_<hash of the build>`; the host has that name among its strings and looks it up.
 */
#ifndef ABILOCK_SYMBOLS_STAMP_H
#define ABILOCK_SYMBOLS_STAMP_H

#include "object.h"

struct abilock_stamp {
	const char *module; /**< Stamp symbol of the module, or NULL: it has none. */
	const char *host;   /**< Stamp of the same family in the host, or NULL: none there. */
	bool matches;
};

/**
 * Compare the stamp that @p module exports (or refers to), if any, with the host's.
 *
 * A stamp is a symbol `*_stamp_<7 to 64 hex digits>`.
 *
 * @param arena           Owns the strings of @p ret_stamp.
 * @param[out] ret_stamp  Set on success.
 */
int abilock_stamp_compare(struct abilock_object *module, struct abilock_object *host,
			  struct abilock_arena *arena, struct abilock_stamp *ret_stamp,
			  struct abilock_error *err) _must_check_;

#endif
