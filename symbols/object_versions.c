/* SPDX-License-Identifier: MIT */
/*
 * Version definitions and needs.
 *
 * Source: LSB Core, "Symbol Versioning". The entries are the same for both classes:
 *
 *   Verdef   vd_version 2, vd_flags 2, vd_ndx 2, vd_cnt 2, vd_hash 4, vd_aux 4, vd_next 4
 *   Verdaux  vda_name 4, vda_next 4
 *   Verneed  vn_version 2, vn_cnt 2, vn_file 4, vn_aux 4, vn_next 4
 *   Vernaux  vna_hash 4, vna_flags 2, vna_other 2, vna_name 4, vna_next 4
 *
 * Offsets are kept in 64 bits and only grow, so a hostile vd_next can neither wrap nor loop.
 */
#include "object_source.h"

#include <inttypes.h>

enum { VERDEF_SIZE = 20, VERDAUX_SIZE = 8, VERNEED_SIZE = 16, VERNAUX_SIZE = 16 };

/* Bit 15 of a version index is the hidden bit, so no index can be larger. */
enum { MAX_INDEX = 0x7fff };

/* A bit for each version index. Few objects have more than the first ones. */
enum { FEW_INDICES = 256 };

struct seen_indices {
	uint64_t few[FEW_INDICES / 64];
	uint64_t *all; /* in the object's arena; NULL: there were only few */
};

/* One of the two tables while it is read. */
struct version_table {
	struct abilock_walk walk;
	uint64_t aux_left;	   /* auxiliary entries that it still has room for */
	struct seen_indices *seen; /* of both tables */
};

/*
 * Auxiliary entries have bytes of their own. Without this, a small file could make each of its
 * entries point to the same long list, and be read as gigabytes.
 */
static int check_count(struct version_table *table, uint64_t offset, uint16_t count,
		       struct abilock_error *err)
{
	if (count == 0 || count > table->aux_left)
		return abilock_damaged(table->walk.object, table->walk.table, offset, err,
				       "a list of %u names, where %" PRIu64 " have room", count,
				       table->aux_left);
	table->aux_left -= count;
	return 0;
}

/* Where the bits of many indices are. */
static uint64_t *all_indices(struct version_table *table)
{
	if (!table->seen->all)
		table->seen->all = abilock_arena_array(&table->walk.object->arena,
						       (MAX_INDEX + 1) / 64, sizeof(uint64_t));
	return table->seen->all;
}

/* ld.so would take the last of two nodes with one index, and a reader of the file perhaps not. */
static inline int check_index(struct version_table *table, uint64_t offset, uint16_t index,
			      struct abilock_error *err)
{
	const uint64_t bit = 1ULL << (index % 64);
	uint64_t *words = index < FEW_INDICES ? table->seen->few : all_indices(table);

	if (!words)
		return abilock_error_nomem(err);
	if (words[index / 64] & bit)
		return abilock_damaged(table->walk.object, table->walk.table, offset, err,
				       "version index %u stands for two nodes", index);
	words[index / 64] |= bit;
	return 0;
}

/* An entry's link must be 0 exactly where the list ends. */
static inline int check_link(const struct abilock_walk *walk, uint64_t offset, uint32_t next,
			     bool is_last, struct abilock_error *err)
{
	if ((next == 0) == is_last)
		return 0;
	return abilock_damaged(walk->object, walk->table, offset, err,
			       is_last ? "the list goes on behind its last entry"
				       : "the list ends before its last entry");
}

static int check_hash(const struct abilock_walk *walk, uint64_t offset, uint32_t hash,
		      const char *name, struct abilock_error *err)
{
	/* ld.so compares the hash first: a wrong one makes the node another than it looks. */
	if (hash == abilock_elf_hash(name))
		return 0;
	return abilock_damaged(walk->object, walk->table, offset, err,
			       "the hash 0x%08" PRIx32 " is not that of \"%s\"", hash, name);
}

/* Name and parents of a definition: vd_cnt strings, the name first. */
static int read_verdaux(struct abilock_walk *walk, uint64_t offset, uint16_t count,
			struct abilock_verdef *def, struct abilock_error *err)
{
	struct abilock_object *object = walk->object;

	uint64_t *offsets = abilock_arena_array(&object->arena, count, sizeof(*offsets));
	def->parents = abilock_arena_array(&object->arena, count, sizeof(*def->parents));
	if (!def->parents || !offsets)
		return abilock_error_nomem(err);
	def->aux_offsets = offsets;
	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *p = abilock_walk_at(walk, offset, VERDAUX_SIZE, err);
		if (!p)
			return walk->code;
		uint32_t name = abilock_get32(object, p), next = abilock_get32(object, p + 4);
		int r = abilock_object_string(
			object, walk->table, offset, name,
			i == 0 ? &def->name : &def->parents[def->parent_count], err);
		if (r >= 0)
			r = check_link(walk, offset, next, i + 1 == count, err);
		if (r < 0)
			return r;
		offsets[i] = offset;
		def->parent_count += i > 0;
		offset += next;
	}
	return 0;
}

static int read_verdef(struct version_table *table, uint64_t offset, struct abilock_verdef *def,
		       uint32_t *ret_next, struct abilock_error *err)
{
	struct abilock_walk *walk = &table->walk;
	struct abilock_object *object = walk->object;
	const uint8_t *p = abilock_walk_at(walk, offset, VERDEF_SIZE, err);

	if (!p)
		return walk->code;
	uint16_t version = abilock_get16(object, p), index = abilock_get16(object, p + 4);
	uint16_t count = abilock_get16(object, p + 6);
	uint32_t hash = abilock_get32(object, p + 8), aux = abilock_get32(object, p + 12);

	def->offset = offset;
	def->hash = hash;
	def->flags = abilock_get16(object, p + 2);
	*ret_next = abilock_get32(object, p + 16);
	if (version != VER_DEF_CURRENT)
		return abilock_damaged(object, walk->table, offset, err,
				       "structure version %u, expected 1", version);
	def->index = index & MAX_INDEX;
	if (def->index == 0)
		return abilock_damaged(object, walk->table, offset, err, "index 0 is reserved");
	int r = check_index(table, offset, def->index, err);
	if (r >= 0)
		r = check_count(table, offset, count, err);
	if (r >= 0)
		r = read_verdaux(walk, offset + aux, count, def, err);
	if (r < 0)
		return r;
	def->is_private = abilock_node_name_is_private(def->name);
	return check_hash(walk, offset, hash, def->name, err);
}

static int read_verdefs(struct abilock_object *object, struct seen_indices *seen,
			struct abilock_error *err)
{
	const struct abilock_span *span = &object->tables->verdef_span;
	const uint64_t claim = object->tables->verdef_claim;
	struct version_table table = {
		.walk = {.object = object,
			 .table = "verdef",
			 .address = span->address,
			 .limit = span->limit},
		.aux_left = span->limit / VERDAUX_SIZE,
		.seen = seen,
	};
	uint64_t offset = 0;

	if (!span->present)
		return 0;
	if (claim == 0 || claim > MAX_INDEX || claim > span->limit / VERDEF_SIZE)
		return abilock_damaged(object, "verdef", 0, err,
				       "%" PRIu64 " definitions do not fit into %" PRIu64 " bytes",
				       claim, span->limit);
	object->verdefs = abilock_arena_array(&object->arena, claim, sizeof(*object->verdefs));
	if (!object->verdefs)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < claim; i++) {
		uint32_t next = 0;
		int r = read_verdef(&table, offset, &object->verdefs[i], &next, err);

		if (r >= 0)
			r = check_link(&table.walk, offset, next, i + 1 == claim, err);
		if (r < 0)
			return r;
		offset += next;
	}
	object->verdef_count = claim;
	return 0;
}

static int add_verneed(struct version_table *table, uint64_t offset, const char *file,
		       uint64_t file_offset, uint32_t *ret_next, struct abilock_error *err)
{
	struct abilock_walk *walk = &table->walk;
	struct abilock_object *object = walk->object;
	struct abilock_verneed *need = &object->verneeds[object->verneed_count];
	const uint8_t *p = abilock_walk_at(walk, offset, VERNAUX_SIZE, err);

	if (!p)
		return walk->code;
	uint32_t hash = abilock_get32(object, p), name = abilock_get32(object, p + 8);
	need->file = file;
	need->file_offset = file_offset;
	need->offset = offset;
	need->hash = hash;
	need->flags = abilock_get16(object, p + 4);
	need->index = abilock_get16(object, p + 6) & MAX_INDEX;
	*ret_next = abilock_get32(object, p + 12);
	int r = abilock_object_string(object, walk->table, offset, name, &need->node, err);
	if (r >= 0)
		r = check_hash(walk, offset, hash, need->node, err);
	/* Indices below are the reserved ones, and no symbol has a node by them. */
	if (r >= 0 && need->index > VER_NDX_GLOBAL)
		r = check_index(table, offset, need->index, err);
	if (r >= 0)
		object->verneed_count++;
	return r;
}

/* Make room for @p more entries behind those read so far; doubling, as there may be many files. */
static int grow_verneeds(struct abilock_object *object, size_t more, size_t *capacity,
			 struct abilock_error *err)
{
	if (object->verneed_count + more <= *capacity)
		return 0;
	size_t want = 2 * *capacity + more;
	struct abilock_verneed *grown = abilock_arena_array(&object->arena, want, sizeof(*grown));
	if (!grown)
		return abilock_error_nomem(err);
	if (object->verneed_count)
		memcpy(grown, object->verneeds, object->verneed_count * sizeof(*grown));
	object->verneeds = grown;
	*capacity = want;
	return 0;
}

/* One needed file with its nodes. */
static int read_verneed(struct version_table *table, uint64_t offset, size_t *capacity,
			uint32_t *ret_next, struct abilock_error *err)
{
	struct abilock_walk *walk = &table->walk;
	struct abilock_object *object = walk->object;
	const uint8_t *p = abilock_walk_at(walk, offset, VERNEED_SIZE, err);
	const char *file = NULL;

	if (!p)
		return walk->code;
	uint16_t version = abilock_get16(object, p), count = abilock_get16(object, p + 2);
	uint32_t name = abilock_get32(object, p + 4);
	uint64_t aux = offset + abilock_get32(object, p + 8);

	*ret_next = abilock_get32(object, p + 12);
	if (version != VER_NEED_CURRENT)
		return abilock_damaged(object, walk->table, offset, err,
				       "structure version %u, expected 1", version);
	int r = check_count(table, offset, count, err);
	if (r >= 0)
		r = abilock_object_string(object, walk->table, offset, name, &file, err);
	if (r >= 0)
		r = grow_verneeds(object, count, capacity, err);
	for (uint16_t i = 0; r >= 0 && i < count; i++) {
		uint32_t next = 0;

		r = add_verneed(table, aux, file, offset, &next, err);
		if (r >= 0)
			r = check_link(walk, aux, next, i + 1 == count, err);
		aux += next;
	}
	return r;
}

static int read_verneeds(struct abilock_object *object, struct seen_indices *seen,
			 struct abilock_error *err)
{
	const struct abilock_span *span = &object->tables->verneed_span;
	const uint64_t claim = object->tables->verneed_claim;
	struct version_table table = {
		.walk = {.object = object,
			 .table = "verneed",
			 .address = span->address,
			 .limit = span->limit},
		.aux_left = span->limit / VERNAUX_SIZE,
		.seen = seen,
	};
	uint64_t offset = 0;
	size_t capacity = 0;

	if (!span->present)
		return 0;
	if (claim == 0 || claim > span->limit / VERNEED_SIZE)
		return abilock_damaged(object, "verneed", 0, err,
				       "%" PRIu64 " needed files do not fit into %" PRIu64 " bytes",
				       claim, span->limit);
	for (uint64_t i = 0; i < claim; i++) {
		uint32_t next = 0;
		int r = read_verneed(&table, offset, &capacity, &next, err);

		if (r >= 0)
			r = check_link(&table.walk, offset, next, i + 1 == claim, err);
		if (r < 0)
			return r;
		offset += next;
	}
	return 0;
}

/* By index, because each row of the symbol table asks. */
static int index_versions(struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	uint16_t count = 0;

	for (size_t i = 0; i < object->verdef_count; i++)
		if (object->verdefs[i].index >= count)
			count = (uint16_t)(object->verdefs[i].index + 1);
	for (size_t i = 0; i < object->verneed_count; i++)
		if (object->verneeds[i].index >= count)
			count = (uint16_t)(object->verneeds[i].index + 1);
	if (count == 0)
		return 0;
	tables->versions = abilock_arena_array(&object->arena, count, sizeof(*tables->versions));
	if (!tables->versions)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < object->verdef_count; i++)
		if (!(object->verdefs[i].flags & VER_FLG_BASE))
			tables->versions[object->verdefs[i].index].def = &object->verdefs[i];
	for (size_t i = 0; i < object->verneed_count; i++)
		tables->versions[object->verneeds[i].index].need = &object->verneeds[i];
	tables->version_count = count;
	return 0;
}

/* By name, because each need of each module of a host asks. */
static int list_verdefs(struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	uint32_t count = 1;

	if (object->verdef_count == 0)
		return 0;
	while (count < object->verdef_count)
		count *= 2;
	tables->verdef_lists =
		abilock_arena_array(&object->arena, count, sizeof(*tables->verdef_lists));
	if (!tables->verdef_lists)
		return abilock_error_nomem(err);
	tables->verdef_list_count = count;
	/* From the last on: of two with one name the first is found. */
	for (size_t i = object->verdef_count; i-- > 0;) {
		struct abilock_verdef *def = &object->verdefs[i];
		const struct abilock_verdef **list = &tables->verdef_lists[def->hash & (count - 1)];

		if (def->flags & VER_FLG_BASE)
			continue;
		def->next = *list;
		*list = def;
	}
	return 0;
}

int abilock_object_read_versions(struct abilock_object *object, struct abilock_error *err)
{
	struct seen_indices seen = {0};
	int r = read_verdefs(object, &seen, err);

	if (r >= 0)
		r = list_verdefs(object, err);
	if (r >= 0)
		r = read_verneeds(object, &seen, err);
	return r < 0 ? r : index_versions(object, err);
}

const struct abilock_verdef *abilock_object_verdef(const struct abilock_object *object,
						   uint16_t index)
{
	const struct abilock_object_tables *tables = object->tables;

	return index < tables->version_count ? tables->versions[index].def : NULL;
}

static const struct abilock_verdef *find_verdef(const struct abilock_object *object,
						const char *name, uint32_t hash)
{
	const struct abilock_object_tables *tables = object->tables;
	const struct abilock_verdef *def = NULL;

	if (tables->verdef_list_count)
		def = tables->verdef_lists[hash & (tables->verdef_list_count - 1)];
	while (def && !(def->hash == hash && str_eq(def->name, name)))
		def = def->next;
	return def;
}

const struct abilock_verdef *abilock_object_find_verdef(const struct abilock_object *object,
							const char *name)
{
	return find_verdef(object, name, abilock_elf_hash(name));
}

const struct abilock_verdef *abilock_object_find_needed(const struct abilock_object *object,
							const struct abilock_verneed *need)
{
	return find_verdef(object, need->node, need->hash);
}

const struct abilock_verneed *abilock_object_verneed(const struct abilock_object *object,
						     uint16_t index)
{
	const struct abilock_object_tables *tables = object->tables;

	return index < tables->version_count ? tables->versions[index].need : NULL;
}
