/* SPDX-License-Identifier: MIT */
/*
 * Making an index. Modules come one by one and are turned into records at once, so that what they
 * came from need not be kept: a directory may have any number of them.
 */
#include "hash.h"
#include "index_layout.h"

enum { FIRST_SLOTS = 1024, NEEDS = 256 };

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
	free(builder->needs);
	*builder = (struct abilock_index_builder){0};
}

/* ---- strings, each once ---- */

static uint32_t *slot_of(const struct abilock_index_builder *builder, const char *s, size_t length)
{
	size_t at = abilock_hash_string(s, length) & (builder->slot_count - 1);

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

/* Write a string behind the others. @return Its offset; 0: none, or that failed. */
static uint32_t append_string(struct abilock_index_builder *builder, const char *s)
{
	const size_t size = s ? strlen(s) + 1 : 0;

	if (size == 0 || builder->failed || !reserve_strings(builder, size)) {
		builder->failed |= size > 0;
		return 0;
	}
	const size_t at = builder->string_count;
	memcpy(builder->strings + at, s, size);
	builder->string_count += size;
	return (uint32_t)at;
}

/* The one offset that a string has. */
static uint32_t intern_string(struct abilock_index_builder *builder, const char *s)
{
	if (builder->failed ||
	    (builder->used_slots >= builder->slot_count / 2 && !grow_slots(builder))) {
		builder->failed = true;
		return 0;
	}
	uint32_t *slot = slot_of(builder, s, strlen(s));
	if (*slot == 0) {
		*slot = append_string(builder, s);
		builder->used_slots++;
	}
	return *slot;
}

/* @p like  The same string of the module before, or 0: modules of one directory are much alike. */
static inline uint32_t add_string(struct abilock_index_builder *builder, const char *s,
				  uint32_t like)
{
	if (!s)
		return 0;
	return like && str_eq(builder->strings + like, s) ? like : intern_string(builder, s);
}

/* ---- records ---- */

/* Words of a list that is being written; there is room for all of them. */
struct writer {
	struct abilock_index_builder *builder;
	uint32_t *to;
	/* What is left of the same list of the module before. */
	const uint32_t *like;
	size_t like_count;
};

static uint32_t next_like(struct writer *writer)
{
	if (writer->like_count == 0)
		return 0;
	writer->like_count--;
	return *writer->like++;
}

static void put_number(struct writer *writer, uint32_t word)
{
	(void)next_like(writer);
	*writer->to++ = word;
}

static void put_string(struct writer *writer, const char *s)
{
	const uint32_t like = next_like(writer);

	*writer->to++ = add_string(writer->builder, s, like);
}

static void put_strings(struct writer *writer, const char *const *strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_string(writer, strings[i]);
}

/* `FILE(NODE)` in a string of its own. */
static void set_need(struct abilock_index_builder *builder, struct abilock_index_need *known,
		     const struct abilock_verneed *need)
{
	const size_t length = strlen(need->file);
	_cleanup_(freep) char *text = malloc(length + known->length + 3);

	if (!text) {
		builder->failed = true;
		return;
	}
	memcpy(text, need->file, length);
	text[length] = '(';
	memcpy(text + length + 1, need->node, known->length);
	memcpy(text + length + 1 + known->length, ")", 2);
	known->text = intern_string(builder, text);
	known->node = known->text + (uint32_t)length + 1;
}

static uint32_t add_need(struct abilock_index_builder *builder, const struct abilock_verneed *need,
			 uint32_t file)
{
	struct abilock_index_need *known = &builder->needs[need->hash % NEEDS];
	const size_t length = strlen(need->node);

	if (!known->text || known->hash != need->hash || known->file != file ||
	    known->length != length ||
	    memcmp(builder->strings + known->node, need->node, length) != 0) {
		*known = (struct abilock_index_need){
			.file = file, .hash = need->hash, .length = length};
		set_need(builder, known, need);
	}
	return known->text;
}

static void put_needs(struct writer *writer, const struct abilock_object *object)
{
	struct abilock_index_builder *builder = writer->builder;
	const char *last = NULL;
	uint32_t file = 0;

	if (!builder->needs)
		builder->needs = calloc(NEEDS, sizeof(*builder->needs));
	builder->failed |= !builder->needs;
	for (size_t i = 0; builder->needs && i < object->verneed_count; i++) {
		const struct abilock_verneed *need = &object->verneeds[i];

		/* The nodes of one file follow each other, and share its name. */
		if (need->file != last)
			file = intern_string(builder, last = need->file);
		*writer->to++ = add_need(builder, need, file);
	}
}

static void put_list(struct writer *writer, const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct abilock_capability *item = &list->items[i];

		put_string(writer, item->type);
		put_string(writer, item->name);
		put_number(writer, (uint32_t)item->priority);
		put_number(writer, item->place.line);
		put_number(writer, item->place.column);
	}
}

static void put_unknown(struct writer *writer, const struct abilock_manifest *manifest)
{
	for (size_t i = 0; i < manifest->unknown_count; i++) {
		const struct abilock_manifest_pair *pair = &manifest->unknown[i];

		put_string(writer, pair->section);
		put_string(writer, pair->key);
		put_string(writer, pair->value);
		put_number(writer, pair->place.line);
		put_number(writer, pair->place.column);
	}
}

static void set_strings(struct abilock_index_builder *builder, struct abilock_index_module *record,
			const uint32_t *like, const struct abilock_index_entry *entry)
{
	const struct abilock_module_file *file = &entry->file;
	uint32_t *strings = record->strings;

	/* No other module has these. */
	strings[ABILOCK_INDEX_NAME] = append_string(builder, entry->manifest->name);
	strings[ABILOCK_INDEX_PATH] = append_string(builder, file->path);
	strings[ABILOCK_INDEX_MANIFEST_FILE] = append_string(builder, entry->manifest_file);
	strings[ABILOCK_INDEX_PROBLEM] = append_string(builder, entry->problem);
	strings[ABILOCK_INDEX_BUILD_ID] = append_string(builder, file->build_id);
	strings[ABILOCK_INDEX_KIND] = add_string(builder, file->kind, like[ABILOCK_INDEX_KIND]);
	strings[ABILOCK_INDEX_HOST] = add_string(builder, file->host, like[ABILOCK_INDEX_HOST]);
	strings[ABILOCK_INDEX_TAG] = add_string(builder, file->tag, like[ABILOCK_INDEX_TAG]);
	strings[ABILOCK_INDEX_NODE] = add_string(builder, file->node, like[ABILOCK_INDEX_NODE]);
	for (int i = ABILOCK_INDEX_DESCRIPTION; i < ABILOCK_INDEX_STRING_COUNT; i++) {
		const char *value;

		memcpy(&value, (const char *)entry->manifest + abilock_index_manifest_strings[i],
		       sizeof(value));
		strings[i] = add_string(builder, value, like[i]);
	}
}

static void set_counts(struct abilock_index_module *record, const struct abilock_index_entry *entry)
{
	const struct abilock_manifest *manifest = entry->manifest;
	uint32_t *counts = record->counts;

	counts[ABILOCK_INDEX_CONFIGS] = (uint32_t)manifest->config_count;
	counts[ABILOCK_INDEX_USES] = (uint32_t)manifest->uses.count;
	counts[ABILOCK_INDEX_CANUSE] = (uint32_t)manifest->canuse.count;
	counts[ABILOCK_INDEX_WILLUSE] = (uint32_t)manifest->willuse.count;
	counts[ABILOCK_INDEX_PROVIDES] = (uint32_t)manifest->provides.count;
	counts[ABILOCK_INDEX_UNKNOWN] = (uint32_t)manifest->unknown_count;
	counts[ABILOCK_INDEX_NEEDED] = (uint32_t)entry->file.needed_count;
	counts[ABILOCK_INDEX_NEEDS] =
		(uint32_t)(entry->object ? entry->object->verneed_count : entry->file.needs_count);
}

static void write_list(struct writer *writer, int list, const struct abilock_index_entry *entry)
{
	const struct abilock_manifest *manifest = entry->manifest;
	const struct abilock_module_file *file = &entry->file;

	switch ((enum abilock_index_list)list) {
	case ABILOCK_INDEX_CONFIGS:
		put_strings(writer, manifest->configs, manifest->config_count);
		break;
	case ABILOCK_INDEX_USES: put_list(writer, &manifest->uses); break;
	case ABILOCK_INDEX_CANUSE: put_list(writer, &manifest->canuse); break;
	case ABILOCK_INDEX_WILLUSE: put_list(writer, &manifest->willuse); break;
	case ABILOCK_INDEX_PROVIDES: put_list(writer, &manifest->provides); break;
	case ABILOCK_INDEX_UNKNOWN: put_unknown(writer, manifest); break;
	case ABILOCK_INDEX_NEEDED: put_strings(writer, file->needed, file->needed_count); break;
	case ABILOCK_INDEX_NEEDS:
		if (entry->object)
			put_needs(writer, entry->object);
		else
			put_strings(writer, file->needs, file->needs_count);
		break;
	case ABILOCK_INDEX_LIST_COUNT: break;
	}
}

/* Room for @p more words behind the lists. */
static bool reserve_words(struct abilock_index_builder *builder, size_t more)
{
	const size_t wanted = builder->list_count + more;

	if (wanted > UINT32_MAX) {
		builder->too_large = true;
		return false;
	}
	if (!builder->lists || wanted > builder->list_room) {
		const size_t room =
			builder->list_room * 2 > wanted ? builder->list_room * 2 : wanted + 1024;
		uint32_t *grown = reallocarray(builder->lists, room, sizeof(*grown));

		if (!grown)
			return false;
		builder->lists = grown;
		builder->list_room = room;
	}
	return true;
}

static bool set_lists(struct abilock_index_builder *builder, struct abilock_index_module *record,
		      const struct abilock_index_module *like,
		      const struct abilock_index_entry *entry)
{
	size_t count = 0;

	set_counts(record, entry);
	for (int list = 0; list < ABILOCK_INDEX_LIST_COUNT; list++)
		count += (size_t)record->counts[list] * abilock_index_list_words(list);
	if (!reserve_words(builder, count))
		return false;
	struct writer writer = {.builder = builder, .to = builder->lists + builder->list_count};
	const uint32_t *before = builder->lists + like->lists;
	record->lists = (uint32_t)builder->list_count;
	for (int list = 0; list < ABILOCK_INDEX_LIST_COUNT; list++) {
		writer.like = before;
		writer.like_count = like->counts[list] * abilock_index_list_words(list);
		before += writer.like_count;
		write_list(&writer, list, entry);
	}
	builder->list_count += count;
	return true;
}

void abilock_index_builder_add(struct abilock_index_builder *builder,
			       const struct abilock_index_entry *entry)
{
	static const struct abilock_index_module none = {0};
	const struct abilock_manifest *manifest = entry->manifest;
	struct abilock_index_module *record = NULL;

	if (!builder->failed)
		record = abilock_array_push(&builder->modules, &builder->module_count,
					    sizeof(*record));
	if (!record) {
		builder->failed = true;
		return;
	}
	const struct abilock_index_module *like = builder->module_count > 1 ? record - 1 : &none;
	record->file = entry->file.identity;
	record->manifest = entry->manifest_identity;
	record->priority = manifest->priority;
	record->flags = (manifest->export_globals ? ABILOCK_INDEX_EXPORT_GLOBALS : 0U) |
			(manifest->is_embedded ? ABILOCK_INDEX_EMBEDDED : 0U) |
			(entry->file.is_checked ? ABILOCK_INDEX_CHECKED : 0U) |
			(entry->file.is_verified ? ABILOCK_INDEX_VERIFIED : 0U);
	set_strings(builder, record, like->strings, entry);
	builder->failed |= !set_lists(builder, record, like, entry);
}

void abilock_index_builder_add_directory(struct abilock_index_builder *builder,
					 const struct abilock_index_directory *directory)
{
	struct abilock_index_folder *slot = NULL;

	if (!builder->failed)
		slot = abilock_array_push(&builder->directories, &builder->directory_count,
					  sizeof(*slot));
	if (slot)
		*slot = (struct abilock_index_folder){
			.identity = directory->identity,
			.name = add_string(builder, directory->name, 0)};
	else
		builder->failed = true;
}

/* ---- order ---- */

static int compare_names(const void *a, const void *b)
{
	return abilock_module_name_compare(((const struct sorted *)a)->name,
					   ((const struct sorted *)b)->name);
}

static const char *name_of(const struct abilock_index_builder *builder, size_t number)
{
	return builder->strings + builder->modules[number].strings[ABILOCK_INDEX_NAME];
}

static bool are_sorted(const struct abilock_index_builder *builder)
{
	for (size_t i = 1; i < builder->module_count; i++)
		if (abilock_module_name_compare(name_of(builder, i - 1), name_of(builder, i)) > 0)
			return false;
	return true;
}

static bool sort_modules(struct abilock_index_builder *builder)
{
	const size_t count = builder->module_count;

	if (are_sorted(builder))
		return true;
	_cleanup_(freep) struct sorted *order = calloc(count, sizeof(*order));
	struct abilock_index_module *sorted = calloc(count, sizeof(*sorted));

	if (!order || !sorted) {
		free(sorted);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		order[i] = (struct sorted){.name = name_of(builder, i), .record = (uint32_t)i};
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
	return add_string(builder, key, 0);
}

/* A module that says it twice counts once, with the higher priority, which stands in front.
 * @p seen  By module: number of the capability that it was seen with last. */
static size_t drop_repeated(struct provided *all, size_t count, uint32_t *seen)
{
	uint32_t capability = 0;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !is_same_capability(&all[kept - 1], &all[i]))
			capability++;
		if (seen[all[i].module] == capability)
			continue;
		seen[all[i].module] = capability;
		all[kept++] = all[i];
	}
	return kept;
}

static size_t count_provided(const struct abilock_index_builder *builder)
{
	size_t count = 0;

	for (size_t i = 0; i < builder->module_count; i++)
		count += builder->modules[i].counts[ABILOCK_INDEX_PROVIDES];
	return count;
}

/* All that is provided, in the order of compare_providers(). */
static bool collect_provided(struct abilock_index_builder *builder, struct provided **ret,
			     size_t *ret_count)
{
	_cleanup_(freep) uint32_t *seen = calloc(builder->module_count + 1, sizeof(*seen));
	struct provided *all = calloc(count_provided(builder) + 1, sizeof(*all));
	size_t count = 0;

	*ret = all;
	if (!seen || !all)
		return false;
	for (size_t i = 0; i < builder->module_count; i++) {
		const struct abilock_index_module *record = &builder->modules[i];
		const uint32_t *row = builder->lists ? provides_of(builder, record) : NULL;

		for (uint32_t k = 0; k < record->counts[ABILOCK_INDEX_PROVIDES]; k++) {
			all[count++] =
				(struct provided){row[0], capability_name(builder, row[0], row[1]),
						  (uint32_t)i, (int32_t)row[2]};
			row += ABILOCK_INDEX_ROW;
		}
	}
	qsort(all, count, sizeof(*all), compare_providers);
	*ret_count = drop_repeated(all, count, seen);
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
	*ret_index = (struct abilock_index){.bytes = bytes, .size = layout.size, .is_owned = true};
	return 0;
}

static int finish(struct abilock_index_builder *builder, const char *host_key,
		  struct abilock_index *ret_index, struct abilock_error *err)
{
	_cleanup_(freep) struct provided *provided = NULL;
	size_t count = 0;
	const uint32_t key = add_string(builder, host_key, 0);

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
