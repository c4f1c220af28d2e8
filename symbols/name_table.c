/* SPDX-License-Identifier: MIT */
#include "name_table.h"

#include "hash.h"

enum { FIRST_SIZE = 16 };

void abilock_name_table_deinit(struct abilock_name_table *names)
{
	free(names->slots);
	*names = (struct abilock_name_table){0};
}

/* The slot of the name, or the free slot where it belongs. */
static inline struct abilock_name_slot *slot_of(const struct abilock_name_table *names,
						const char *name, size_t length, uint64_t hash)
{
	for (size_t at = hash;; at++) {
		struct abilock_name_slot *slot = &names->slots[at & (names->size - 1)];

		if (!slot->name || (slot->hash == hash && slot->length == length &&
				    memcmp(slot->name, name, length) == 0))
			return slot;
	}
}

static bool resize(struct abilock_name_table *names, size_t size)
{
	struct abilock_name_table grown = {.size = size, .count = names->count};

	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (!grown.slots)
		return false;
	for (size_t i = 0; i < names->size; i++) {
		size_t at = names->slots[i].hash & (grown.size - 1);

		if (!names->slots[i].name)
			continue;
		while (grown.slots[at].name)
			at = (at + 1) & (grown.size - 1);
		grown.slots[at] = names->slots[i];
	}
	free(names->slots);
	*names = grown;
	return true;
}

static bool grow(struct abilock_name_table *names)
{
	return resize(names, names->size ? names->size * 2 : FIRST_SIZE);
}

bool abilock_name_table_reserve(struct abilock_name_table *names, size_t count)
{
	size_t size = names->size ? names->size : FIRST_SIZE;

	while (size / 2 < count)
		size *= 2;
	return size == names->size || resize(names, size);
}

void *abilock_name_table_find_part(const struct abilock_name_table *names, const char *name,
				   size_t length)
{
	if (!names->size)
		return NULL;
	return slot_of(names, name, length, abilock_hash_string(name, length))->value;
}

void **abilock_name_table_value(struct abilock_name_table *names, const char *name)
{
	const size_t length = strlen(name);
	const uint64_t hash = abilock_hash_string(name, length);

	if (names->count >= names->size / 2 && !grow(names))
		return NULL;
	struct abilock_name_slot *slot = slot_of(names, name, length, hash);
	if (!slot->name) {
		*slot = (struct abilock_name_slot){.name = name, .length = length, .hash = hash};
		names->count++;
	}
	return &slot->value;
}

bool abilock_name_table_put(struct abilock_name_table *names, const char *name, void *value)
{
	void **slot = abilock_name_table_value(names, name);

	if (slot)
		*slot = value;
	return slot != NULL;
}
