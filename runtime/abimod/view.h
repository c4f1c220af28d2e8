/* SPDX-License-Identifier: MIT */
/* What the commands show of one module, as text and as JSON. */
#ifndef ABILOCK_ABIMOD_VIEW_H
#define ABILOCK_ABIMOD_VIEW_H

#include "abimod.h"

/** A value, or "" where there is none. */
const char *view_value(struct abilock_module *module, const char *key, size_t index);

/** `dynamic`, `embedded`, `no-manifest` (its file was looked into), or `no-file`. */
const char *view_kind(struct abilock_module *module);

/** The kind; or the state where that is more than "known"; or `damaged`. */
const char *view_status(struct abilock_module *module);

/** What is wrong with it, of several lines; NULL: nothing. */
const char *view_problem(struct abilock_module *module);

/**
 * Put all that is known of a module into an object: members that every module has, arrays of those
 * that repeat, and what has no meaning to us below "other".
 */
bool view_put(struct json_object *to, struct abilock_module *module) _must_check_;

/** Whether a key is one that we know; others come from the manifest as they are. */
bool view_has_meaning(const char *key);

/** What a module says that it wants. */
struct view_want {
	const char *key;  /**< "uses", "canuse" or "willuse". */
	const char *text; /**< `TYPE=NAME`; borrowed from the module. */
	char *type;	  /**< malloc'ed. */
	const char *name; /**< In @p type. */
};

void view_want_deinit(struct view_want *want);

/**
 * Value @p index of a key as what it wants.
 *
 * @return 1; 0: there is no such value; ABILOCK_E_NOMEM.
 */
int view_want(struct abilock_module *module, const char *key, size_t index,
	      struct view_want *ret) _must_check_;

/** Whether a module provides what is wanted. */
bool view_satisfies(struct abilock_modules *modules, const struct view_want *want,
		    const struct abilock_module *module);

/** The keys of what a module wants: "uses", "canuse", "willuse", NULL. */
extern const char *const view_want_keys[];

#endif
