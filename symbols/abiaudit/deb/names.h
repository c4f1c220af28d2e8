/* SPDX-License-Identifier: MIT */
/* A table from names to anything, for look-ups by the ten thousand. */
#ifndef ABIAUDIT_DEB_NAMES_H
#define ABIAUDIT_DEB_NAMES_H

#include "util.h"

/** Initialise with `{ 0 }`, release with deb_names_deinit(). */
struct deb_names {
	struct deb_name {
		const char *name; /**< Borrowed; NULL in a free slot. */
		uint64_t hash;
		void *value;
	} * slots;
	size_t size; /**< Power of two, at least twice the count. */
	size_t count;
};

void deb_names_deinit(struct deb_names *names);

/** The value of a name, or NULL. */
void *deb_names_find(const struct deb_names *names, const char *name);

/**
 * Set the value of a name.
 *
 * @param name  Borrowed for as long as the table lives.
 * @return false when memory is out.
 */
bool deb_names_put(struct deb_names *names, const char *name, void *value) _must_check_;

#endif
