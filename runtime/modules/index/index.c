/* SPDX-License-Identifier: MIT */
/*
 * Reading an index. When it is opened, the header and the checksum over all bytes are looked at,
 * and no module: a host that needs 50 modules of 10,000 pays for 50. Whatever is looked up is
 * checked then, since a checksum keeps out accidents, and not whoever can compute one.
 */
#include "index_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MANIFEST_STRING(member) offsetof(struct abilock_manifest, member)

const size_t abilock_index_manifest_strings[ABILOCK_INDEX_STRING_COUNT] = {
	[ABILOCK_INDEX_DESCRIPTION] = MANIFEST_STRING(description),
	[ABILOCK_INDEX_TYPE] = MANIFEST_STRING(type),
	[ABILOCK_INDEX_CHECKSUM] = MANIFEST_STRING(checksum),
	[ABILOCK_INDEX_SUPPORT_LEVEL] = MANIFEST_STRING(support_level),
	[ABILOCK_INDEX_DEPRECATED_IN] = MANIFEST_STRING(deprecated_in),
	[ABILOCK_INDEX_REMOVED_IN] = MANIFEST_STRING(removed_in),
	[ABILOCK_INDEX_REPLACEMENT] = MANIFEST_STRING(replacement),
	[ABILOCK_INDEX_LOAD_PRIORITY] = MANIFEST_STRING(load_priority),
	[ABILOCK_INDEX_LICENCE] = MANIFEST_STRING(licence),
	[ABILOCK_INDEX_ARCH] = MANIFEST_STRING(arch),
};

/* ---- hashes ---- */

uint64_t abilock_index_checksum(const void *bytes, size_t size)
{
	const size_t before = offsetof(struct abilock_index_header, checksum);
	const size_t behind = before + sizeof(uint64_t);

	return XXH3_64bits_withSeed((const uint8_t *)bytes + behind, size - behind,
				    XXH3_64bits(bytes, before));
}

static uint32_t hash_byte(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 0x01000193;
}

/* The lower bits pick the slot. */
static uint32_t hash_end(uint32_t hash)
{
	return hash ^ hash >> 15;
}

uint32_t abilock_index_hash_name(const char *name)
{
	uint32_t hash = 0x811c9dc5;

	for (; *name; name++)
		hash = hash_byte(hash, *name == '-' ? '_' : *name);
	return hash_end(hash);
}

uint32_t abilock_index_hash_capability(const char *type, const char *name)
{
	uint32_t hash = 0x811c9dc5;

	for (; *type; type++)
		hash = hash_byte(hash, *type);
	return hash_end(hash) ^ abilock_index_hash_name(name);
}

/* ---- opening ---- */

static const struct abilock_index_header *header_of(const struct abilock_index *index)
{
	return (const void *)index->bytes;
}

static bool fits(const struct abilock_index_table *table, size_t element, size_t size)
{
	return table->offset % 8 == 0 && table->offset >= sizeof(struct abilock_index_header) &&
	       table->offset <= size && table->count <= (size - table->offset) / element;
}

/* Look-ups end at a free slot, and mask with the count. */
static bool is_slot_table(const struct abilock_index_table *slots, size_t used)
{
	return slots->count > used && (slots->count & (slots->count - 1)) == 0;
}

static bool are_tables_good(const struct abilock_index *index)
{
	const struct abilock_index_header *header = header_of(index);
	const size_t size = index->size;

	return fits(&header->modules, sizeof(struct abilock_index_module), size) &&
	       fits(&header->module_slots, sizeof(uint32_t), size) &&
	       fits(&header->capabilities, sizeof(struct abilock_index_capability), size) &&
	       fits(&header->capability_slots, sizeof(uint32_t), size) &&
	       fits(&header->providers, sizeof(struct abilock_index_provider), size) &&
	       fits(&header->directories, sizeof(struct abilock_index_folder), size) &&
	       fits(&header->lists, sizeof(uint32_t), size) && fits(&header->strings, 1, size) &&
	       is_slot_table(&header->module_slots, header->modules.count) &&
	       is_slot_table(&header->capability_slots, header->capabilities.count) &&
	       header->strings.count > 0 &&
	       index->bytes[header->strings.offset + header->strings.count - 1] == '\0';
}

/* What is wrong with it, as the end of a sentence; NULL: nothing. */
static const char *find_damage(const struct abilock_index *index)
{
	const struct abilock_index_header *header = header_of(index);

	if (header->size != index->size)
		return header->size > index->size ? "is cut off" : "is longer than it says";
	if (abilock_index_checksum(index->bytes, index->size) != header->checksum)
		return "has another checksum than it says";
	if (!are_tables_good(index))
		return "has a table that lies outside of it";
	return NULL;
}

static int refuse(struct abilock_error *err, int code, const char *path, const char *problem)
{
	return abilock_error_set(err, code, path, NULL, 0, "the index %s", problem);
}

int abilock_index_open_bytes(const void *bytes, size_t size, const char *path,
			     struct abilock_index *ret_index, struct abilock_error *err)
{
	const struct abilock_index index = {.bytes = bytes, .size = size};
	const struct abilock_index_header *header = header_of(&index);

	if ((uintptr_t)bytes % alignof(struct abilock_index_header))
		return refuse(err, ABILOCK_E_USAGE, path, "is not aligned in memory");
	if (size < sizeof(*header))
		return refuse(err, ABILOCK_E_DAMAGED, path, "is cut off");
	if (memcmp(header->magic, ABILOCK_INDEX_MAGIC, sizeof(header->magic)) != 0)
		return refuse(err, ABILOCK_E_DAMAGED, path, "is none: it starts otherwise");
	if (header->byte_order != ABILOCK_INDEX_BYTE_ORDER)
		return refuse(err, ABILOCK_E_UNSUPPORTED, path, "has another byte order");
	if (header->version != ABILOCK_INDEX_VERSION)
		return refuse(err, ABILOCK_E_UNSUPPORTED, path, "is of another version");
	const char *damage = find_damage(&index);
	if (damage)
		return refuse(err, ABILOCK_E_DAMAGED, path, damage);
	*ret_index = index;
	return 0;
}

/*
 * Mapped: reading 5 MB takes three times as long as the checksum over them, and the memory would
 * not be shared. As with the modules themselves, the file must be replaced, never written over;
 * abilock_index_write() does so.
 */
static int map_file(const char *path, struct abilock_index *ret_index, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size == 0 || (uint64_t)st.st_size > UINT32_MAX)
		return refuse(err, ABILOCK_E_DAMAGED, path, "is no file of a size that one has");
	const size_t size = (size_t)st.st_size;
	void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (bytes == MAP_FAILED)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	*ret_index = (struct abilock_index){
		.bytes = bytes,
		.size = size,
		.is_mapped = true,
		.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec +
			    ABILOCK_INDEX_AGE_NS,
	};
	return 0;
}

int abilock_index_open(const char *path, struct abilock_index *ret_index, struct abilock_error *err)
{
	_cleanup_(abilock_index_close) struct abilock_index index = {0};
	struct abilock_index good;
	int r = map_file(path, &index, err);

	if (r >= 0)
		r = abilock_index_open_bytes(index.bytes, index.size, path, &good, err);
	if (r < 0)
		return r;
	*ret_index = index;
	index = (struct abilock_index){0};
	return 0;
}

void abilock_index_close(struct abilock_index *index)
{
	if (index->is_mapped)
		(void)munmap((void *)(uintptr_t)index->bytes, index->size);
	else if (index->is_owned)
		free((void *)(uintptr_t)index->bytes);
	*index = (struct abilock_index){0};
}

/* ---- what lies where ---- */

static const void *table_of(const struct abilock_index *index,
			    const struct abilock_index_table *table)
{
	return index->bytes + table->offset;
}

/* A string, or NULL for none and for an offset that is outside. */
static const char *string_at(const struct abilock_index *index, uint32_t offset)
{
	const struct abilock_index_table *strings = &header_of(index)->strings;

	return offset > 0 && offset < strings->count
		       ? (const char *)index->bytes + strings->offset + offset
		       : NULL;
}

static const struct abilock_index_module *module_at(const struct abilock_index *index,
						    size_t number)
{
	const struct abilock_index_header *header = header_of(index);
	const struct abilock_index_module *modules = table_of(index, &header->modules);

	return number < header->modules.count ? &modules[number] : NULL;
}

size_t abilock_index_count(const struct abilock_index *index)
{
	return index->bytes ? header_of(index)->modules.count : 0;
}

const char *abilock_index_name(const struct abilock_index *index, size_t number)
{
	const struct abilock_index_module *module = index->bytes ? module_at(index, number) : NULL;
	const char *name = module ? string_at(index, module->strings[ABILOCK_INDEX_NAME]) : NULL;

	return name ? name : "";
}

const char *abilock_index_host_key(const struct abilock_index *index)
{
	return index->bytes ? string_at(index, header_of(index)->host_key) : NULL;
}

size_t abilock_index_directory_count(const struct abilock_index *index)
{
	return index->bytes ? header_of(index)->directories.count : 0;
}

struct abilock_index_directory abilock_index_directory(const struct abilock_index *index,
						       size_t number)
{
	const struct abilock_index_folder *folders;

	if (number >= abilock_index_directory_count(index))
		return (struct abilock_index_directory){.name = ""};
	folders = table_of(index, &header_of(index)->directories);
	const char *name = string_at(index, folders[number].name);
	return (struct abilock_index_directory){.name = name ? name : "",
						.identity = folders[number].identity};
}

/* ---- look-ups ---- */

ssize_t abilock_index_find(const struct abilock_index *index, const char *name)
{
	if (!index->bytes)
		return -1;
	const struct abilock_index_table *table = &header_of(index)->module_slots;
	const uint32_t *slots = table_of(index, table), mask = table->count - 1;
	uint32_t at = abilock_index_hash_name(name) & mask;

	for (uint32_t seen = 0; seen <= mask && slots[at]; seen++, at = (at + 1) & mask)
		if (slots[at] <= abilock_index_count(index) &&
		    abilock_module_name_eq(abilock_index_name(index, slots[at] - 1), name))
			return slots[at] - 1;
	return -1;
}

/* Modules are the same for all spellings of their names. */
static bool is_capability(const struct abilock_index *index,
			  const struct abilock_index_capability *capability, const char *type,
			  const char *name)
{
	const char *own_type = string_at(index, capability->type);
	const char *own_name = string_at(index, capability->name);

	return own_type && own_name && str_eq(own_type, type) &&
	       (str_eq(own_name, name) ||
		(str_eq(type, "module") && abilock_module_name_eq(own_name, name)));
}

static const struct abilock_index_capability *find_capability(const struct abilock_index *index,
							      const char *type, const char *name)
{
	const struct abilock_index_header *header = header_of(index);
	const struct abilock_index_table *table = &header->capability_slots;
	const struct abilock_index_capability *all = table_of(index, &header->capabilities);
	const uint32_t *slots = table_of(index, table), mask = table->count - 1;
	uint32_t at = abilock_index_hash_capability(type, name) & mask;

	for (uint32_t seen = 0; seen <= mask && slots[at]; seen++, at = (at + 1) & mask)
		if (slots[at] <= header->capabilities.count &&
		    is_capability(index, &all[slots[at] - 1], type, name))
			return &all[slots[at] - 1];
	return NULL;
}

void abilock_index_providers(const struct abilock_index *index, const char *type, const char *name,
			     bool (*take)(size_t number, int priority, void *data), void *data)
{
	const struct abilock_index_capability *capability =
		index->bytes ? find_capability(index, type, name) : NULL;

	if (!capability)
		return;
	const struct abilock_index_header *header = header_of(index);
	const struct abilock_index_provider *providers = table_of(index, &header->providers);
	for (uint64_t i = capability->first;
	     i < (uint64_t)capability->first + capability->count && i < header->providers.count;
	     i++)
		if (providers[i].module < header->modules.count &&
		    !take(providers[i].module, providers[i].priority, data))
			return;
}

/* ---- one module ---- */

/* Reading the words of one module; what does not hold is remembered, and seen at the end. */
struct decoder {
	const char *strings;
	uint32_t string_count;
	const uint32_t *words; /* of its lists, those that are left */
	unsigned char *room;   /* for what they are decoded to */
	bool is_damaged;
};

static const char *decode_string(struct decoder *decoder, uint32_t offset)
{
	if (offset == 0)
		return NULL;
	if (offset < decoder->string_count)
		return decoder->strings + offset;
	decoder->is_damaged = true;
	return NULL;
}

/* A string of a list: never NULL. */
static const char *decode_word(struct decoder *decoder, uint32_t offset)
{
	const char *s = decode_string(decoder, offset);

	decoder->is_damaged |= !s;
	return s ? s : "";
}

static const size_t element_sizes[ABILOCK_INDEX_LIST_COUNT] = {
	[ABILOCK_INDEX_CONFIGS] = sizeof(const char *),
	[ABILOCK_INDEX_USES] = sizeof(struct abilock_capability),
	[ABILOCK_INDEX_CANUSE] = sizeof(struct abilock_capability),
	[ABILOCK_INDEX_WILLUSE] = sizeof(struct abilock_capability),
	[ABILOCK_INDEX_PROVIDES] = sizeof(struct abilock_capability),
	[ABILOCK_INDEX_UNKNOWN] = sizeof(struct abilock_manifest_pair),
	[ABILOCK_INDEX_NEEDED] = sizeof(const char *),
	[ABILOCK_INDEX_NEEDS] = sizeof(const char *),
};

/* The words of all lists, and room for what they say. @return 0 or a negative code. */
static int find_lists(struct decoder *decoder, const struct abilock_index *index,
		      const struct abilock_index_module *record, struct abilock_arena *arena)
{
	const struct abilock_index_table *lists = &header_of(index)->lists;
	uint64_t words = record->lists, size = 0;

	for (int i = 0; i < ABILOCK_INDEX_LIST_COUNT; i++) {
		words += (uint64_t)record->counts[i] * abilock_index_list_words(i);
		size += (uint64_t)record->counts[i] * element_sizes[i];
	}
	if (words > lists->count)
		return ABILOCK_E_DAMAGED;
	decoder->words = (const uint32_t *)table_of(index, lists) + record->lists;
	decoder->room = abilock_arena_bytes(arena, (size_t)size);
	return decoder->room ? 0 : ABILOCK_E_NOMEM;
}

static void *take_room(struct decoder *decoder, size_t size)
{
	void *room = decoder->room;

	decoder->room += size;
	return room;
}

static size_t decode_strings(struct decoder *decoder, uint32_t count, const char ***ret)
{
	const char **strings = take_room(decoder, count * sizeof(*strings));

	for (uint32_t i = 0; i < count; i++)
		strings[i] = decode_word(decoder, *decoder->words++);
	*ret = strings;
	return count;
}

static void decode_capabilities(struct decoder *decoder, uint32_t count,
				struct abilock_capabilities *ret)
{
	struct abilock_capability *items = take_room(decoder, count * sizeof(*items));
	const uint32_t *row = decoder->words;

	for (uint32_t i = 0; i < count; i++, row += ABILOCK_INDEX_ROW)
		items[i] = (struct abilock_capability){
			.type = decode_word(decoder, row[0]),
			.name = decode_word(decoder, row[1]),
			.priority = (int32_t)row[2],
			.place = {.line = row[3], .column = row[4]},
		};
	decoder->words = row;
	*ret = (struct abilock_capabilities){items, count};
}

static void decode_unknown(struct decoder *decoder, uint32_t count,
			   struct abilock_manifest *manifest)
{
	struct abilock_manifest_pair *pairs = take_room(decoder, count * sizeof(*pairs));
	const uint32_t *row = decoder->words;

	for (uint32_t i = 0; i < count; i++, row += ABILOCK_INDEX_ROW)
		pairs[i] = (struct abilock_manifest_pair){
			.section = decode_word(decoder, row[0]),
			.key = decode_word(decoder, row[1]),
			.value = decode_word(decoder, row[2]),
			.place = {.line = row[3], .column = row[4]},
		};
	decoder->words = row;
	manifest->unknown = pairs;
	manifest->unknown_count = count;
}

static void decode_manifest(struct decoder *decoder, const struct abilock_index_module *record,
			    struct abilock_manifest *manifest)
{
	for (int i = ABILOCK_INDEX_DESCRIPTION; i < ABILOCK_INDEX_STRING_COUNT; i++) {
		const char *s = decode_string(decoder, record->strings[i]);

		memcpy((char *)manifest + abilock_index_manifest_strings[i], &s, sizeof(s));
	}
	manifest->name = decode_word(decoder, record->strings[ABILOCK_INDEX_NAME]);
	manifest->priority = record->priority;
	manifest->export_globals = record->flags & ABILOCK_INDEX_EXPORT_GLOBALS;
	manifest->is_embedded = record->flags & ABILOCK_INDEX_EMBEDDED;
}

static void decode_file(struct decoder *decoder, const struct abilock_index_module *record,
			struct abilock_index_entry *entry)
{
	const uint32_t *strings = record->strings;

	entry->manifest_file = decode_string(decoder, strings[ABILOCK_INDEX_MANIFEST_FILE]);
	entry->manifest_identity = record->manifest;
	entry->problem = decode_string(decoder, strings[ABILOCK_INDEX_PROBLEM]);
	entry->file = (struct abilock_module_file){
		.path = decode_string(decoder, strings[ABILOCK_INDEX_PATH]),
		.identity = record->file,
		.is_checked = record->flags & ABILOCK_INDEX_CHECKED,
		.is_verified = record->flags & ABILOCK_INDEX_VERIFIED,
		.build_id = decode_string(decoder, strings[ABILOCK_INDEX_BUILD_ID]),
		.kind = decode_string(decoder, strings[ABILOCK_INDEX_KIND]),
		.host = decode_string(decoder, strings[ABILOCK_INDEX_HOST]),
		.tag = decode_string(decoder, strings[ABILOCK_INDEX_TAG]),
		.node = decode_string(decoder, strings[ABILOCK_INDEX_NODE]),
	};
}

static void decode_lists(struct decoder *decoder, const struct abilock_index_module *record,
			 struct abilock_manifest *manifest, struct abilock_module_file *file)
{
	const uint32_t *counts = record->counts;

	manifest->config_count =
		decode_strings(decoder, counts[ABILOCK_INDEX_CONFIGS], &manifest->configs);
	decode_capabilities(decoder, counts[ABILOCK_INDEX_USES], &manifest->uses);
	decode_capabilities(decoder, counts[ABILOCK_INDEX_CANUSE], &manifest->canuse);
	decode_capabilities(decoder, counts[ABILOCK_INDEX_WILLUSE], &manifest->willuse);
	decode_capabilities(decoder, counts[ABILOCK_INDEX_PROVIDES], &manifest->provides);
	decode_unknown(decoder, counts[ABILOCK_INDEX_UNKNOWN], manifest);
	file->needed_count = decode_strings(decoder, counts[ABILOCK_INDEX_NEEDED], &file->needed);
	file->needs_count = decode_strings(decoder, counts[ABILOCK_INDEX_NEEDS], &file->needs);
}

int abilock_index_entry(const struct abilock_index *index, size_t number,
			struct abilock_arena *arena, struct abilock_index_entry *ret_entry,
			struct abilock_error *err)
{
	const struct abilock_index_module *record = index->bytes ? module_at(index, number) : NULL;
	struct abilock_index_entry entry = {0};

	if (!record)
		return abilock_error_set(err, ABILOCK_E_DAMAGED, NULL, "modules", number,
					 "the index has no such module");
	const struct abilock_index_table *strings = &header_of(index)->strings;
	struct decoder decoder = {.strings = table_of(index, strings),
				  .string_count = strings->count};
	struct abilock_manifest *manifest = abilock_arena_alloc(arena, sizeof(*manifest));
	int r = manifest ? find_lists(&decoder, index, record, arena) : ABILOCK_E_NOMEM;
	if (r == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	if (r >= 0) {
		decode_manifest(&decoder, record, manifest);
		decode_file(&decoder, record, &entry);
		decode_lists(&decoder, record, manifest, &entry.file);
	}
	if (r < 0 || decoder.is_damaged)
		return abilock_error_set(err, ABILOCK_E_DAMAGED, NULL, "modules", number,
					 "an entry of the index is damaged");
	entry.manifest = manifest;
	*ret_entry = entry;
	return 0;
}
