/* SPDX-License-Identifier: MIT */
/*
 * The end of making an index: what came is brought into order, who provides what is collected, and
 * tables are laid out in one stretch of bytes.
 */
#include "index_layout.h"

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
	return abilock_index_builder_string(builder, key);
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
	const uint32_t key = abilock_index_builder_string(builder, host_key);

	if (!builder->failed)
		builder->failed =
			!sort_modules(builder) || !collect_provided(builder, &provided, &count);
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
