/* SPDX-License-Identifier: MIT */
/* A table from numbers (addresses of entries, of functions) to anything. */
#ifndef ABILOCK_TYPES_TYPES_DWARF_MAP_H
#define ABILOCK_TYPES_TYPES_DWARF_MAP_H

#include "../util.h"

/** Initialise with `{ 0 }`, release with number_map_deinit(). */
struct number_map {
	struct number_map_slot {
		uint64_t key;
		void *value; /**< NULL in a free slot. */
	} * slots;
	size_t size; /**< Power of two, or 0. */
	size_t count;
};

void number_map_deinit(struct number_map *map);

/** Forget all, and keep the memory unless it has become large. */
void number_map_clear(struct number_map *map);

/** The value of a number, or NULL. */
void *number_map_find(const struct number_map *map, uint64_t key);

/**
 * Set the value of a number.
 *
 * @param value  Not NULL.
 * @return false when memory is out.
 */
bool number_map_put(struct number_map *map, uint64_t key, void *value) _must_check_;

#endif
