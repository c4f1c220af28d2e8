/* SPDX-License-Identifier: MIT */
/*
 * Making an index. Modules come one by one and are turned into records at once, so that what they
 * came from need not be kept: a directory may have any number of them.
 */
#include "index_layout.h"

enum { FIRST_SLOTS = 1024 };

/* A record and the key that it is sorted by. */
struct sorted {
	const char *name;
	uint32_t record;
};

/* Something that is provided, by whom; names are strings of the index. */
struct provided {
	uint32_t type, name;
	uint32_t module;
	int32_t priority;
};

void abilock_index_builder_deinit(struct abilock_index_builder *builder)
{
	free(builder->modules);
	free(builder->lists);
	free(builder->strings);
	free(builder->slots);
	free(builder->directories);
	*builder = (struct abilock_index_builder){0};
}

/* ---- strings, each once ---- */

static uint64_t hash_word(uint64_t hash, const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	/* A product has nothing of the upper bits in its lower ones. */
	word ^= word >> 32;
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Eight bytes at a time, the last ones perhaps twice: each string of each module comes here. */
static uint64_t hash_string(const char *s, size_t length)
{
	const char *end = s + length;
	uint64_t hash = length + 1;

	if (length < sizeof(hash)) {
		for (; s < end; s++)
			hash = (hash ^ (unsigned char)*s) * 0x100000001b3;
		return hash ^ hash >> 32;
	}
	for (; end - s > (ptrdiff_t)sizeof(hash); s += sizeof(hash))
		hash = hash_word(hash, s);
	return hash_word(hash, end - sizeof(hash));
}

static uint32_t *slot_of(const struct abilock_index_builder *builder, const char *s, size_t length)
{
	size_t at = hash_string(s, length) & (builder->slot_count - 1);

	while (builder->slots[at] && !str_eq(builder->strings + builder->slots[at], s))
		at = (at + 1) & (builder->slot_count - 1);
	return &builder->slots[at];
}

static bool grow_slots(struct abilock_index_builder *builder)
{
	const size_t old_count = builder->slot_count;
	uint32_t *old = builder->slots;

	builder->slot_count = old_count ? old_count * 2 : FIRST_SLOTS;
	builder->slots = calloc(builder->slot_count, sizeof(*builder->slots));
	for (size_t i = 0; builder->slots && i < old_count; i++) {
		const char *s = builder->strings + old[i];

		if (old[i])
			*slot_of(builder, s, strlen(s)) = old[i];
	}
	if (!builder->slots) {
		builder->slots = old;
		builder->slot_count = old_count;
		return false;
	}
	free(old);
	return true;
}

/* Room for @p size bytes behind the strings, and for the NUL in front of the first one. */
static inline bool reserve_strings(struct abilock_index_builder *builder, size_t size)
{
	const size_t wanted = builder->string_count + size + 1;

	if (wanted > UINT32_MAX / 2) {
		builder->too_large = true;
		return false;
	}
	if (wanted > builder->string_room) {
		size_t room = builder->string_room * 2 > wanted ? builder->string_room * 2
								: wanted + 4096;
		char *grown = realloc(builder->strings, room);

		if (!grown)
			return false;
		builder->strings = grown;
		builder->string_room = room;
	}
	if (builder->string_count == 0)
		builder->strings[builder->string_count++] = '\0'; /* 0 stands for no string */
	return true;
}

static uint32_t add_string(struct abilock_index_builder *builder, const char *s)
{
	if (!s || builder->failed)
		return 0;
	const size_t size = strlen(s) + 1;
	if (!reserve_strings(builder, size) ||
	    (builder->used_slots >= builder->slot_count / 2 && !grow_slots(builder))) {
		builder->failed = true;
		return 0;
	}
	uint32_t *slot = slot_of(builder, s, size - 1);
	if (*slot)
		return *slot;
	*slot = (uint32_t)builder->string_count;
	builder->used_slots++;
	memcpy(builder->strings + builder->string_count, s, size);
	builder->string_count += size;
	return *slot;
}

/* ---- records ---- */

static void add_word(struct abilock_index_builder *builder, uint32_t word)
{
	uint32_t *slot = NULL;

	if (!builder->failed)
		slot = abilock_array_push(&builder->lists, &builder->list_count, sizeof(*slot));
	if (slot)
		*slot = word;
	else
		builder->failed = true;
}

static uint32_t add_strings(struct abilock_index_builder *builder, const char *const *strings,
			    size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_word(builder, add_string(builder, strings[i]));
	return (uint32_t)count;
}

static uint32_t add_capabilities(struct abilock_index_builder *builder,
				 const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct abilock_capability *item = &list->items[i];

		add_word(builder, add_string(builder, item->type));
		add_word(builder, add_string(builder, item->name));
		add_word(builder, (uint32_t)item->priority);
		add_word(builder, item->place.line);
		add_word(builder, item->place.column);
	}
	return (uint32_t)list->count;
}

static uint32_t add_unknown(struct abilock_index_builder *builder,
			    const struct abilock_manifest *manifest)
{
	for (size_t i = 0; i < manifest->unknown_count; i++) {
		const struct abilock_manifest_pair *pair = &manifest->unknown[i];

		add_word(builder, add_string(builder, pair->section));
		add_word(builder, add_string(builder, pair->key));
		add_word(builder, add_string(builder, pair->value));
		add_word(builder, pair->place.line);
		add_word(builder, pair->place.column);
	}
	return (uint32_t)manifest->unknown_count;
}

static void set_strings(struct abilock_index_builder *builder, struct abilock_index_module *record,
			const struct abilock_index_entry *entry)
{
	const struct abilock_module_file *file = &entry->file;
	const char *const own[] = {
		[ABILOCK_INDEX_NAME] = entry->manifest->name,
		[ABILOCK_INDEX_PATH] = file->path,
		[ABILOCK_INDEX_MANIFEST_FILE] = entry->manifest_file,
		[ABILOCK_INDEX_PROBLEM] = entry->problem,
		[ABILOCK_INDEX_BUILD_ID] = file->build_id,
		[ABILOCK_INDEX_KIND] = file->kind,
		[ABILOCK_INDEX_HOST] = file->host,
		[ABILOCK_INDEX_TAG] = file->tag,
		[ABILOCK_INDEX_NODE] = file->node,
	};

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		record->strings[i] = add_string(builder, own[i]);
	for (size_t i = ARRAY_SIZE(own); i < ABILOCK_INDEX_STRING_COUNT; i++) {
		const char *value;

		memcpy(&value, (const char *)entry->manifest + abilock_index_manifest_strings[i],
		       sizeof(value));
		record->strings[i] = add_string(builder, value);
	}
}

static void set_lists(struct abilock_index_builder *builder, struct abilock_index_module *record,
		      const struct abilock_index_entry *entry)
{
	const struct abilock_manifest *manifest = entry->manifest;
	const struct abilock_module_file *file = &entry->file;
	uint32_t *counts = record->counts;

	record->lists = (uint32_t)builder->list_count;
	counts[ABILOCK_INDEX_CONFIGS] =
		add_strings(builder, manifest->configs, manifest->config_count);
	counts[ABILOCK_INDEX_USES] = add_capabilities(builder, &manifest->uses);
	counts[ABILOCK_INDEX_CANUSE] = add_capabilities(builder, &manifest->canuse);
	counts[ABILOCK_INDEX_WILLUSE] = add_capabilities(builder, &manifest->willuse);
	counts[ABILOCK_INDEX_PROVIDES] = add_capabilities(builder, &manifest->provides);
	counts[ABILOCK_INDEX_UNKNOWN] = add_unknown(builder, manifest);
	counts[ABILOCK_INDEX_NEEDED] = add_strings(builder, file->needed, file->needed_count);
	counts[ABILOCK_INDEX_NEEDS] = add_strings(builder, file->needs, file->needs_count);
}

void abilock_index_builder_add(struct abilock_index_builder *builder,
			       const struct abilock_index_entry *entry)
{
	const struct abilock_manifest *manifest = entry->manifest;
	struct abilock_index_module record = {
		.file = entry->file.identity,
		.manifest = entry->manifest_identity,
		.priority = manifest->priority,
		.flags = (manifest->export_globals ? ABILOCK_INDEX_EXPORT_GLOBALS : 0U) |
			 (manifest->is_embedded ? ABILOCK_INDEX_EMBEDDED : 0U) |
			 (entry->file.is_checked ? ABILOCK_INDEX_CHECKED : 0U) |
			 (entry->file.is_verified ? ABILOCK_INDEX_VERIFIED : 0U),
	};

	set_strings(builder, &record, entry);
	set_lists(builder, &record, entry);
	if (builder->failed)
		return;
	struct abilock_index_module *slot =
		abilock_array_push(&builder->modules, &builder->module_count, sizeof(*slot));
	if (slot)
		*slot = record;
	else
		builder->failed = true;
}

void abilock_index_builder_add_directory(struct abilock_index_builder *builder,
					 const struct abilock_index_directory *directory)
{
	struct abilock_index_folder *slot = NULL;

	if (!builder->failed)
		slot = abilock_array_push(&builder->directories, &builder->directory_count,
					  sizeof(*slot));
	if (slot)
		*slot = (struct abilock_index_folder){.identity = directory->identity,
						      .name = add_string(builder, directory->name)};
	else
		builder->failed = true;
}

/* ---- order ---- */

static int key_of(char c)
{
	return c == '-' ? '_' : (unsigned char)c;
}

static int compare_names(const void *a, const void *b)
{
	const char *x = ((const struct sorted *)a)->name, *y = ((const struct sorted *)b)->name;

	for (; *x && key_of(*x) == key_of(*y); x++, y++)
		;
	return key_of(*x) - key_of(*y);
}

static bool sort_modules(struct abilock_index_builder *builder)
{
	const size_t count = builder->module_count;
	_cleanup_(freep) struct sorted *order = calloc(count + 1, sizeof(*order));
	struct abilock_index_module *sorted = calloc(count + 1, sizeof(*sorted));

	if (!order || !sorted) {
		free(sorted);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		order[i] = (struct sorted){.name = builder->strings +
						   builder->modules[i].strings[ABILOCK_INDEX_NAME],
					   .record = (uint32_t)i};
	qsort(order, count, sizeof(*order), compare_names);
	for (size_t i = 0; i < count; i++)
		sorted[i] = builder->modules[order[i].record];
	free(builder->modules);
	builder->modules = sorted;
	return true;
}

static int compare_words(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* By capability, then by module, the highest priority first. */
static int compare_claims(const void *a, const void *b)
{
	const struct provided *x = a, *y = b;
	int order = compare_words(x->type, y->type);

	if (order == 0)
		order = compare_words(x->name, y->name);
	if (order == 0)
		order = compare_words(x->module, y->module);
	return order ? order : (y->priority > x->priority) - (y->priority < x->priority);
}

/* By capability, the best first; equal ones by name, which is the order of the numbers. */
static int compare_providers(const void *a, const void *b)
{
	const struct provided *x = a, *y = b;
	int order = compare_words(x->type, y->type);

	if (order == 0)
		order = compare_words(x->name, y->name);
	if (order == 0)
		order = (y->priority > x->priority) - (y->priority < x->priority);
	return order ? order : compare_words(x->module, y->module);
}

static bool is_same_capability(const struct provided *a, const struct provided *b)
{
	return a->type == b->type && a->name == b->name;
}

/* Where the list of a record's provides starts among the words. */
static const uint32_t *provides_of(const struct abilock_index_builder *builder,
				   const struct abilock_index_module *record)
{
	const uint32_t *words = builder->lists + record->lists;

	for (int list = 0; list < ABILOCK_INDEX_PROVIDES; list++)
		words += record->counts[list] * abilock_index_list_words(list);
	return words;
}

/* The name by which something provided is found: modules by the key of their names. */
static uint32_t capability_name(struct abilock_index_builder *builder, uint32_t type, uint32_t name)
{
	if (!str_eq(builder->strings + type, "module") || !strchr(builder->strings + name, '-'))
		return name;
	_cleanup_(freep) char *key = strdup(builder->strings + name);
	if (key)
		abilock_module_name_key(key, key);
	builder->failed |= !key;
	return add_string(builder, key);
}

/* All that is provided, in the order of compare_providers(). A module that says it twice counts
 * once, with the higher priority. */
static bool collect_provided(struct abilock_index_builder *builder, struct provided **ret,
			     size_t *ret_count)
{
	struct provided *all = NULL;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < builder->module_count; i++) {
		const struct abilock_index_module *record = &builder->modules[i];
		const uint32_t *row = builder->lists ? provides_of(builder, record) : NULL;

		for (uint32_t k = 0; k < record->counts[ABILOCK_INDEX_PROVIDES]; k++) {
			struct provided *slot = abilock_array_push(&all, &count, sizeof(*slot));

			if (!slot) {
				free(all);
				return false;
			}
			*slot = (struct provided){row[0], capability_name(builder, row[0], row[1]),
						  (uint32_t)i, (int32_t)row[2]};
			row += ABILOCK_INDEX_ROW;
		}
	}
	if (count > 0)
		qsort(all, count, sizeof(*all), compare_claims);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !is_same_capability(&all[kept - 1], &all[i]) ||
		    all[kept - 1].module != all[i].module)
			all[kept++] = all[i];
	if (kept > 0)
		qsort(all, kept, sizeof(*all), compare_providers);
	*ret = all;
	*ret_count = kept;
	return true;
}

/* ---- the bytes ---- */

/* What is known of the sizes, and then where the tables are. */
struct layout {
	struct abilock_index_header header;
	uint64_t size;
	bool too_large;
};

static void place(struct layout *layout, struct abilock_index_table *table, size_t count,
		  size_t element)
{
	uint64_t end;

	table->offset = (uint32_t)layout->size;
	table->count = (uint32_t)count;
	if (count > UINT32_MAX || __builtin_mul_overflow((uint64_t)count, element, &end) ||
	    __builtin_add_overflow(end, layout->size, &end) || end > UINT32_MAX - 8)
		layout->too_large = true;
	else
		layout->size = (end + 7) & ~UINT64_C(7);
}

/* A power of two, so that half of the slots stay free. */
static size_t slots_for(size_t count)
{
	size_t slots = 2;

	while (slots < count * 2)
		slots *= 2;
	return slots;
}

static size_t count_capabilities(const struct provided *provided, size_t count)
{
	size_t different = 0;

	for (size_t i = 0; i < count; i++)
		different += i == 0 || !is_same_capability(&provided[i - 1], &provided[i]);
	return different;
}

static void put_slot(uint32_t *slots, size_t count, uint32_t hash, size_t number)
{
	size_t at = hash & (count - 1);

	while (slots[at])
		at = (at + 1) & (count - 1);
	slots[at] = (uint32_t)number + 1;
}

static void put_modules(const struct abilock_index_builder *builder,
			const struct abilock_index_header *header, uint8_t *bytes)
{
	uint32_t *slots = (uint32_t *)(void *)(bytes + header->module_slots.offset);

	if (builder->module_count > 0)
		memcpy(bytes + header->modules.offset, builder->modules,
		       builder->module_count * sizeof(*builder->modules));
	for (size_t i = 0; i < builder->module_count; i++) {
		const uint32_t name = builder->modules[i].strings[ABILOCK_INDEX_NAME];

		put_slot(slots, header->module_slots.count,
			 abilock_index_hash_name(builder->strings + name), i);
	}
}

static void put_capabilities(const struct abilock_index_builder *builder,
			     const struct provided *provided, size_t count,
			     const struct abilock_index_header *header, uint8_t *bytes)
{
	struct abilock_index_provider *providers =
		(struct abilock_index_provider *)(void *)(bytes + header->providers.offset);
	struct abilock_index_capability *capability =
		(struct abilock_index_capability *)(void *)(bytes + header->capabilities.offset);
	uint32_t *slots = (uint32_t *)(void *)(bytes + header->capability_slots.offset);
	size_t number = 0;

	for (size_t i = 0; i < count; i++) {
		providers[i] =
			(struct abilock_index_provider){provided[i].module, provided[i].priority};
		if (i == 0 || !is_same_capability(&provided[i - 1], &provided[i])) {
			capability[number] = (struct abilock_index_capability){
				provided[i].type, provided[i].name, (uint32_t)i, 0};
			put_slot(slots, header->capability_slots.count,
				 abilock_index_hash_capability(builder->strings + provided[i].type,
							       builder->strings + provided[i].name),
				 number++);
		}
		capability[number - 1].count++;
	}
}

static void put_rest(const struct abilock_index_builder *builder,
		     const struct abilock_index_header *header, uint8_t *bytes)
{
	if (builder->directory_count > 0)
		memcpy(bytes + header->directories.offset, builder->directories,
		       builder->directory_count * sizeof(*builder->directories));
	if (builder->list_count > 0)
		memcpy(bytes + header->lists.offset, builder->lists,
		       builder->list_count * sizeof(*builder->lists));
	memcpy(bytes + header->strings.offset, builder->strings, builder->string_count);
}

static void plan_layout(const struct abilock_index_builder *builder,
			const struct provided *provided, size_t count, struct layout *layout)
{
	struct abilock_index_header *header = &layout->header;
	const size_t capabilities = count_capabilities(provided, count);

	layout->size = sizeof(*header);
	place(layout, &header->modules, builder->module_count, sizeof(*builder->modules));
	place(layout, &header->module_slots, slots_for(builder->module_count), sizeof(uint32_t));
	place(layout, &header->capabilities, capabilities, sizeof(struct abilock_index_capability));
	place(layout, &header->capability_slots, slots_for(capabilities), sizeof(uint32_t));
	place(layout, &header->providers, count, sizeof(struct abilock_index_provider));
	place(layout, &header->directories, builder->directory_count,
	      sizeof(*builder->directories));
	place(layout, &header->lists, builder->list_count, sizeof(uint32_t));
	place(layout, &header->strings, builder->string_count, 1);
}

static int write_bytes(const struct abilock_index_builder *builder, uint32_t host_key,
		       const struct provided *provided, size_t count,
		       struct abilock_index *ret_index, struct abilock_error *err)
{
	struct layout layout = {.header = {.magic = ABILOCK_INDEX_MAGIC,
					   .byte_order = ABILOCK_INDEX_BYTE_ORDER,
					   .version = ABILOCK_INDEX_VERSION,
					   .host_key = host_key}};

	plan_layout(builder, provided, count, &layout);
	if (layout.too_large)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
					 "an index of %zu modules would not fit in 4 GiB",
					 builder->module_count);
	uint8_t *bytes = calloc(1, layout.size);
	if (!bytes)
		return abilock_error_nomem(err);
	layout.header.size = layout.size;
	put_modules(builder, &layout.header, bytes);
	put_capabilities(builder, provided, count, &layout.header, bytes);
	put_rest(builder, &layout.header, bytes);
	memcpy(bytes, &layout.header, sizeof(layout.header));
	layout.header.checksum = abilock_index_checksum(bytes, layout.size);
	memcpy(bytes, &layout.header, sizeof(layout.header));
	*ret_index = (struct abilock_index){.bytes = bytes, .size = layout.size, .is_owned = true};
	return 0;
}

static int finish(struct abilock_index_builder *builder, const char *host_key,
		  struct abilock_index *ret_index, struct abilock_error *err)
{
	_cleanup_(freep) struct provided *provided = NULL;
	size_t count = 0;
	const uint32_t key = add_string(builder, host_key);

	if (!builder->failed)
		builder->failed = !reserve_strings(builder, 0) || !sort_modules(builder) ||
				  !collect_provided(builder, &provided, &count);
	if (builder->too_large)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
					 "the texts of %zu modules do not fit in an index",
					 builder->module_count);
	if (builder->failed)
		return abilock_error_nomem(err);
	return write_bytes(builder, key, provided, count, ret_index, err);
}

int abilock_index_builder_finish(struct abilock_index_builder *builder, const char *host_key,
				 struct abilock_index *ret_index, struct abilock_error *err)
{
	int r = finish(builder, host_key, ret_index, err);

	abilock_index_builder_deinit(builder);
	return r;
}

int abilock_index_build(const struct abilock_index_source *source, struct abilock_index *ret_index,
			struct abilock_error *err)
{
	struct abilock_index_builder builder = {0};

	for (size_t i = 0; i < source->entry_count; i++)
		abilock_index_builder_add(&builder, &source->entries[i]);
	for (size_t i = 0; i < source->directory_count; i++)
		abilock_index_builder_add_directory(&builder, &source->directories[i]);
	return abilock_index_builder_finish(&builder, source->host_key, ret_index, err);
}
