/* SPDX-License-Identifier: MIT */
/*
 * The needs: what a thing requires of others. Files, version nodes per file, undefined symbols.
 * The counterpart of the surface; the lock holds one against the other.
 */
#ifndef ABILOCK_SYMBOLS_NEEDS_H
#define ABILOCK_SYMBOLS_NEEDS_H

#include "object.h"

/** An undefined symbol. */
struct abilock_reference {
	const char *name;
	const struct abilock_verneed *version; /**< NULL: a reference without a version. */
	bool is_weak;			       /**< STB_WEAK: may stay unresolved. */
};

/** What an object needs. All strings and the version entries are borrowed from the object. */
struct abilock_needs {
	const struct abilock_object *object;
	struct abilock_reference *references; /**< In table order. */
	size_t reference_count;
};

/**
 * Read the needs of an object.
 *
 * @param object           Must outlive the needs, which live in its memory.
 * @param[out] ret_needs   Set on success.
 * @return 0 or a negative error; a symbol with a version index that nothing explains is
 *         ABILOCK_E_DAMAGED.
 */
int abilock_object_needs(struct abilock_object *object, struct abilock_needs *ret_needs,
			 struct abilock_error *err) _must_check_;

#endif
