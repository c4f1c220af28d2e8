/* SPDX-License-Identifier: MIT */
#include "types_dwarf_map.h"

/* Of a map that is cleared for each unit: one large unit must not make all others slow. */
enum { KEPT_SLOTS = 1024 };

void number_map_deinit(struct number_map *map)
{
	free(map->slots);
	*map = (struct number_map){0};
}

void number_map_clear(struct number_map *map)
{
	if (map->size > KEPT_SLOTS) {
		number_map_deinit(map);
		return;
	}
	if (map->count)
		memset(map->slots, 0, map->size * sizeof(*map->slots));
	map->count = 0;
}

static struct number_map_slot *find_slot(const struct number_map *map, uint64_t key)
{
	uint64_t hash = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 20) & (map->size - 1);

	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & (map->size - 1);
	return &map->slots[i];
}

void *number_map_find(const struct number_map *map, uint64_t key)
{
	return map->size ? find_slot(map, key)->value : NULL;
}

static bool grow(struct number_map *map)
{
	struct number_map larger = {.size = map->size ? map->size * 2 : 64, .count = map->count};

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].value)
			*find_slot(&larger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = larger;
	return true;
}

bool number_map_put(struct number_map *map, uint64_t key, void *value)
{
	if (map->count >= map->size / 2 && !grow(map))
		return false;
	struct number_map_slot *slot = find_slot(map, key);

	map->count += !slot->value;
	*slot = (struct number_map_slot){.key = key, .value = value};
	return true;
}
