/* SPDX-License-Identifier: MIT */
/*
 * Making an index. Modules come one by one and are turned into records at once, so that what they
 * came from need not be kept: a directory may have any number of them.
 */
#include "hash.h"
#include "index_layout.h"

enum { FIRST_SLOTS = 1024, NEEDS = 256 };

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

uint32_t abilock_index_builder_string(struct abilock_index_builder *builder, const char *s)
{
	if (s)
		return add_string(builder, s, 0);
	builder->failed |= !reserve_strings(builder, 0);
	return 0;
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
