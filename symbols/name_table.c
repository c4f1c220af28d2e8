/* SPDX-License-Identifier: MIT */
#include "name_table.h"

enum { FIRST_SIZE = 16 };

void abilock_name_table_deinit(struct abilock_name_table *names)
{
	free(names->slots);
	*names = (struct abilock_name_table){0};
}

/*
 * FNV-1a, and the upper half folded in: the lower bits pick the slot. With a weaker hash, such as
 * those of ELF, a file could have any number of names with the same one, and each of them would be
 * compared with all the others.
 */
static uint64_t hash_of_part(const char *name, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static uint64_t hash_of(const char *name)
{
	return hash_of_part(name, strlen(name));
}

/* The slot of the name, or the free slot where it belongs. */
static struct abilock_name_slot *slot_of(const struct abilock_name_table *names, const char *name,
					 uint64_t hash)
{
	size_t at = hash & (names->size - 1);

	while (names->slots[at].name &&
	       (names->slots[at].hash != hash || !str_eq(names->slots[at].name, name)))
		at = (at + 1) & (names->size - 1);
	return &names->slots[at];
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

void *abilock_name_table_find(const struct abilock_name_table *names, const char *name)
{
	return names->size ? slot_of(names, name, hash_of(name))->value : NULL;
}

void *abilock_name_table_find_part(const struct abilock_name_table *names, const char *name,
				   size_t length)
{
	const uint64_t hash = hash_of_part(name, length);
	size_t at = hash & (names->size - 1);

	if (!names->size)
		return NULL;
	for (; names->slots[at].name; at = (at + 1) & (names->size - 1))
		if (names->slots[at].hash == hash &&
		    strncmp(names->slots[at].name, name, length) == 0 &&
		    names->slots[at].name[length] == '\0')
			return names->slots[at].value;
	return NULL;
}

void **abilock_name_table_value(struct abilock_name_table *names, const char *name)
{
	const uint64_t hash = hash_of(name);

	if (names->count >= names->size / 2 && !grow(names))
		return NULL;
	struct abilock_name_slot *slot = slot_of(names, name, hash);
	if (!slot->name) {
		*slot = (struct abilock_name_slot){.name = name, .hash = hash};
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
