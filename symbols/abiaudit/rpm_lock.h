/* SPDX-License-Identifier: MIT */
/*
 * What the note of a host or of a module is in RPM's words.
 *
 *	abilock(HOST) = TAG           a host provides it; a private module requires it
 *	abilock(HOST)                 a public module requires it: any build will do
 *	abilock-module(HOST/MODULE)   a module provides it; a host that has it embedded, too
 *
 * RPM compares versions loosely: leading zeros and the kind of a separator do not count. The
 * private node that a module requires as well is compared byte for byte.
 */
#ifndef ABIAUDIT_RPM_LOCK_H
#define ABIAUDIT_RPM_LOCK_H

#include "object.h"

/** Lines about the lock. Initialise with `{ 0 }`; the memory is the object's. */
struct rpm_lock {
	const char **lines;
	size_t count;
};

/**
 * What a file provides by its note; nothing where it has none.
 *
 * A host provides its tag, and where private nodes have tags of their own, each of these.
 *
 * @param[out] ret  Written on success only.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_UNSUPPORTED for a kind that is not known, or
 *         ABILOCK_E_DAMAGED for a name or tag that RPM cannot have.
 */
int rpm_lock_provides(struct abilock_object *object, struct rpm_lock *ret,
		      struct abilock_error *err) _must_check_;

/** What a file requires by its note; as rpm_lock_provides(). */
int rpm_lock_requires(struct abilock_object *object, struct rpm_lock *ret,
		      struct abilock_error *err) _must_check_;

/**
 * Check that a name is one word to RPM, also in parentheses.
 *
 * @param what  What it is, for the message.
 * @return 0 or ABILOCK_E_DAMAGED.
 */
int rpm_check_name(const struct abilock_object *object, const char *what, const char *name,
		   struct abilock_error *err) _must_check_;

#endif
