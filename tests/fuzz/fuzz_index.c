/* SPDX-License-Identifier: MIT */
/*
 * Indexes, whatever the bytes: as they are, and once more with a header whose size and checksum
 * fit, so that what lies behind it is looked at as well. No look-up may read outside.
 */
#include "modules/index/index_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(size_t number, int priority, void *data)
{
	const struct abilock_index *index = data;

	(void)priority;
	if (number >= abilock_index_count(index))
		abort();
	return true;
}

static size_t length_of(const char *s)
{
	return s ? strlen(s) : 0;
}

static size_t look_at_capabilities(const struct abilock_index *index,
				   const struct abilock_capabilities *list)
{
	size_t length = 0;

	for (size_t i = 0; i < list->count; i++) {
		length += strlen(list->items[i].type) + strlen(list->items[i].name);
		if (i < 4)
			abilock_index_providers(index, list->items[i].type, list->items[i].name,
						take, (void *)(uintptr_t)index);
	}
	return length;
}

static size_t look_at_entry(const struct abilock_index *index,
			    const struct abilock_index_entry *entry)
{
	const struct abilock_manifest *manifest = entry->manifest;
	size_t length = strlen(manifest->name) + length_of(entry->file.path) +
			length_of(entry->problem) + length_of(manifest->checksum);

	for (size_t i = 0; i < manifest->config_count; i++)
		length += strlen(manifest->configs[i]);
	for (size_t i = 0; i < manifest->unknown_count; i++)
		length += strlen(manifest->unknown[i].value);
	for (size_t i = 0; i < entry->file.needed_count; i++)
		length += strlen(entry->file.needed[i]);
	for (size_t i = 0; i < entry->file.needs_count; i++)
		length += strlen(entry->file.needs[i]);
	return length + look_at_capabilities(index, &manifest->uses) +
	       look_at_capabilities(index, &manifest->provides);
}

static void look_at(const struct abilock_index *index)
{
	const size_t count = abilock_index_count(index);
	size_t length = length_of(abilock_index_host_key(index));

	for (size_t i = 0; i < count && i < 64; i++) {
		_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
		const char *name = abilock_index_name(index, i);
		struct abilock_index_entry entry;

		if (abilock_index_find(index, name) >= (ssize_t)count)
			abort();
		if (abilock_index_entry(index, i, &arena, &entry, NULL) == 0)
			length += look_at_entry(index, &entry);
	}
	for (size_t i = 0; i < abilock_index_directory_count(index) && i < 64; i++)
		length += strlen(abilock_index_directory(index, i).name);
	abilock_index_providers(index, "service", "timer", take, (void *)(uintptr_t)index);
	if (*abilock_index_name(index, count) || length == SIZE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) uint8_t *bytes = malloc(size ? size : 1);
	struct abilock_index_header header = {.magic = ABILOCK_INDEX_MAGIC,
					      .byte_order = ABILOCK_INDEX_BYTE_ORDER,
					      .version = ABILOCK_INDEX_VERSION,
					      .size = size};
	struct abilock_index index;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	if (abilock_index_open_bytes(bytes, size, "fuzz", &index, NULL) == 0)
		look_at(&index);
	if (size < sizeof(header))
		return 0;
	memcpy(bytes, &header, offsetof(struct abilock_index_header, checksum));
	header.checksum = abilock_index_checksum(bytes, size);
	memcpy(bytes + offsetof(struct abilock_index_header, checksum), &header.checksum,
	       sizeof(header.checksum));
	if (abilock_index_open_bytes(bytes, size, "fuzz", &index, NULL) == 0)
		look_at(&index);
	return 0;
}
