/* SPDX-License-Identifier: MIT */
/* A table from names to anything, for look-ups by the ten thousand. */
#ifndef ABILOCK_SYMBOLS_NAME_TABLE_H
#define ABILOCK_SYMBOLS_NAME_TABLE_H

#include "util.h"

/** Initialise with `{ 0 }`, release with abilock_name_table_deinit(). */
struct abilock_name_table {
	struct abilock_name_slot {
		const char *name; /**< Borrowed; NULL in a free slot. */
		size_t length;
		uint64_t hash;
		void *value;
	} * slots;
	size_t size; /**< Power of two, at least twice the count. */
	size_t count;
};

void abilock_name_table_deinit(struct abilock_name_table *names);

/**
 * Make room for @p count names, so that putting them in moves none.
 *
 * @return false when memory is out.
 */
bool abilock_name_table_reserve(struct abilock_name_table *names, size_t count) _must_check_;

/** The value of the name that the first @p length bytes of @p name are, or NULL. */
void *abilock_name_table_find_part(const struct abilock_name_table *names, const char *name,
				   size_t length);

/** The value of a name, or NULL. */
static inline void *abilock_name_table_find(const struct abilock_name_table *names,
					    const char *name)
{
	return abilock_name_table_find_part(names, name, strlen(name));
}

/**
 * Set the value of a name.
 *
 * @param name  Borrowed for as long as the table lives.
 * @return false when memory is out.
 */
bool abilock_name_table_put(struct abilock_name_table *names, const char *name,
			    void *value) _must_check_;

/**
 * Where the value of a name stands; a new name is put in with NULL. Valid until the next name is
 * put in.
 *
 * @param name  Borrowed for as long as the table lives.
 * @return NULL when memory is out.
 */
void **abilock_name_table_value(struct abilock_name_table *names, const char *name);

#endif
