/* SPDX-License-Identifier: MIT */
/* The dynamic section: strings, libraries, and where the other tables lie. */
#include "object_source.h"

#include <inttypes.h>

/* An entry of the dynamic section; the last one of a tag counts, as in ld.so. */
struct entry {
	uint64_t value;
	uint64_t offset; /* in the section */
	bool present;
};

/* The entries that matter here. */
struct dynamic {
	struct entry strtab, strsz, symtab, syment, versym, verdef, verdefnum, verneed, verneednum;
	struct entry hash, gnu_hash, soname, rpath, runpath;
	struct entry rela, relasz, rel, relsz, jmprel, pltrelsz, pltrel;
	uint64_t bounds[24]; /* addresses of tables, each of which ends the one before it */
	size_t bound_count;
};

static const char TABLE[] = "dynamic section";

/* Version tables are seldom larger; the rest is read when the walk gets there. */
enum { USUAL_VERSIONS = 4096 };

/*
 * An address of a mapped object. glibc adds the load bias to the pointers of the dynamic section in
 * place (not on MIPS and RISC-V, and not in the vDSO); musl leaves them alone. Which of the two it
 * is shows in where the pointer points: a biased one lies in the object's mapped range.
 */
static uint64_t unbias(const struct abilock_object *object, uint64_t value)
{
	if (object->is_image && value >= object->source->base &&
	    abilock_source_room(object, value - object->source->base) > 0)
		return value - object->source->base;
	return value;
}

static void add_bound(struct dynamic *dyn, uint64_t address)
{
	if (dyn->bound_count < ARRAY_SIZE(dyn->bounds))
		dyn->bounds[dyn->bound_count++] = address;
}

/* Where the entry of a tag is kept, or NULL. */
static struct entry *find_entry(struct dynamic *dyn, uint64_t tag)
{
	switch (tag) {
	case DT_STRTAB: return &dyn->strtab;
	case DT_STRSZ: return &dyn->strsz;
	case DT_SYMTAB: return &dyn->symtab;
	case DT_SYMENT: return &dyn->syment;
	case DT_VERSYM: return &dyn->versym;
	case DT_VERDEF: return &dyn->verdef;
	case DT_VERDEFNUM: return &dyn->verdefnum;
	case DT_VERNEED: return &dyn->verneed;
	case DT_VERNEEDNUM: return &dyn->verneednum;
	case DT_HASH: return &dyn->hash;
	case DT_GNU_HASH: return &dyn->gnu_hash;
	case DT_SONAME: return &dyn->soname;
	case DT_RPATH: return &dyn->rpath;
	case DT_RUNPATH: return &dyn->runpath;
	case DT_RELA: return &dyn->rela;
	case DT_RELASZ: return &dyn->relasz;
	case DT_REL: return &dyn->rel;
	case DT_RELSZ: return &dyn->relsz;
	case DT_JMPREL: return &dyn->jmprel;
	case DT_PLTRELSZ: return &dyn->pltrelsz;
	case DT_PLTREL: return &dyn->pltrel;
	default: return NULL;
	}
}

static bool is_address(uint64_t tag)
{
	switch (tag) {
	case DT_STRTAB:
	case DT_SYMTAB:
	case DT_VERSYM:
	case DT_VERDEF:
	case DT_VERNEED:
	case DT_HASH:
	case DT_GNU_HASH:
	case DT_RELA:
	case DT_REL:
	case DT_JMPREL:
	/* Of these only the places matter: a table ends where the next one begins. */
	case DT_RELR:
	case DT_INIT:
	case DT_FINI:
	case DT_INIT_ARRAY:
	case DT_FINI_ARRAY: return true;
	default: return false;
	}
}

static void take_entry(struct abilock_object *object, struct dynamic *dyn, uint64_t tag,
		       uint64_t value, uint64_t offset)
{
	struct entry *entry = find_entry(dyn, tag);

	if (is_address(tag) && !object->tables->by_sections) {
		value = unbias(object, value);
		add_bound(dyn, value);
	}
	if (entry)
		*entry = (struct entry){value, offset, true};
	else if (tag == DT_FLAGS)
		object->dt_flags = value;
	else if (tag == DT_FLAGS_1)
		object->dt_flags_1 = value;
	else if (tag == DT_DEBUG)
		object->has_debug = true;
	else if (tag == DT_NEEDED)
		object->needed_count++;
	else if (tag == DT_FILTER)
		object->filter_count++;
	else if (tag == DT_AUXILIARY)
		object->auxiliary_count++;
}

static int take_entries(struct abilock_object *object, const uint8_t *table, uint64_t size,
			struct dynamic *dyn, struct abilock_error *err)
{
	const uint64_t word = object->source->is64 ? 8 : 4;
	uint64_t offset;

	for (offset = 0; size - offset >= 2 * word; offset += 2 * word) {
		uint64_t tag = abilock_get_word(object, table + offset);

		if (tag == DT_NULL)
			return 0;
		take_entry(object, dyn, tag, abilock_get_word(object, table + offset + word),
			   offset);
	}
	return abilock_damaged(object, TABLE, offset, err, "no DT_NULL ends the section");
}

/* Where a table lies, and the most that it can be: up to the next table or the segment's end. */
static struct abilock_span make_span(const struct abilock_object *object, const struct dynamic *dyn,
				     const struct entry *entry)
{
	const uint64_t address = entry->value;
	struct abilock_span span = {.address = address, .present = entry->present};

	if (!entry->present)
		return span;
	span.limit = abilock_source_room(object, address);
	for (size_t i = 0; i < dyn->bound_count; i++) {
		if (dyn->bounds[i] > address && dyn->bounds[i] - address < span.limit) {
			span.limit = dyn->bounds[i] - address;
			span.bounded = true;
		}
	}
	return span;
}

int abilock_object_load_strings(struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	const uint64_t size = tables->strtab_size;
	const uint8_t *bytes;

	if (!tables->strtab_span.present)
		return abilock_damaged(object, TABLE, 0, err, "no DT_STRTAB or no DT_STRSZ");
	if (size == 0)
		return abilock_damaged(object, "string table", 0, err, "it is empty");
	int r = abilock_source_get(object, "string table", tables->strtab_span.address, size,
				   &bytes, err);
	if (r < 0)
		return r;
	/* With this, an index below strtab_size is all that a string needs to be safe. */
	if (bytes[size - 1] != '\0')
		return abilock_damaged(object, "string table", size - 1, err,
				       "the last string does not end");
	tables->strtab = (const char *)bytes;
	return 0;
}

int abilock_object_string(const struct abilock_object *object, const char *table, uint64_t offset,
			  uint64_t index, const char **ret_string, struct abilock_error *err)
{
	if (index >= object->tables->strtab_size)
		return abilock_damaged(object, table, offset, err,
				       "a name lies at 0x%" PRIx64
				       " of a string table of 0x%" PRIx64 " bytes",
				       index, object->tables->strtab_size);
	*ret_string = object->tables->strtab + index;
	return 0;
}

/* The strings of every entry of a tag. */
static int read_list(struct abilock_object *object, const uint8_t *table, uint64_t wanted,
		     size_t total, const char ***ret_list, struct abilock_error *err)
{
	const uint64_t word = object->source->is64 ? 8 : 4;
	const char **list = abilock_arena_array(&object->arena, total + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return abilock_error_nomem(err);
	for (uint64_t offset = 0; count < total; offset += 2 * word) {
		if (abilock_get_word(object, table + offset) != wanted)
			continue;
		int r = abilock_object_string(object, TABLE, offset,
					      abilock_get_word(object, table + offset + word),
					      &list[count++], err);
		if (r < 0)
			return r;
	}
	*ret_list = list;
	return 0;
}

static int read_libraries(struct abilock_object *object, const uint8_t *table,
			  struct abilock_error *err)
{
	int r = read_list(object, table, DT_NEEDED, object->needed_count, &object->needed, err);

	if (r >= 0)
		r = read_list(object, table, DT_FILTER, object->filter_count, &object->filters,
			      err);
	if (r >= 0)
		r = read_list(object, table, DT_AUXILIARY, object->auxiliary_count,
			      &object->auxiliaries, err);
	return r;
}

static int read_names(struct abilock_object *object, const struct dynamic *dyn,
		      struct abilock_error *err)
{
	const struct {
		const struct entry *entry;
		const char **ret;
	} names[] = {
		{&dyn->soname, &object->soname},
		{&dyn->rpath, &object->rpath},
		{&dyn->runpath, &object->runpath},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!names[i].entry->present)
			continue;
		int r = abilock_object_string(object, TABLE, names[i].entry->offset,
					      names[i].entry->value, names[i].ret, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A span that is worth reading ahead: to its end, or the usual size where the end is a guess. */
static struct abilock_span usual(struct abilock_span span)
{
	if (span.limit > USUAL_VERSIONS)
		span.limit = USUAL_VERSIONS;
	return span;
}

/* Strings and version tables are neighbours in the files of all linkers. */
static void prefetch_strings(struct abilock_object *object)
{
	const struct abilock_object_tables *tables = object->tables;
	struct abilock_span spans[] = {tables->strtab_span, usual(tables->verdef_span),
				       usual(tables->verneed_span)};

	spans[0].limit = tables->strtab_size;
	abilock_source_prefetch(object, spans, ARRAY_SIZE(spans));
}

/*
 * A tag that has been lost takes its table with it, and what was in that would be reported as not
 * there. What belongs to the table gives it away.
 */
static int check_complete(const struct abilock_object *object, const struct dynamic *dyn,
			  struct abilock_error *err)
{
	const struct {
		const struct entry *entry, *wanted;
		const char *message;
	} pairs[] = {
		{&dyn->hash, &dyn->symtab, "DT_HASH, but no DT_SYMTAB"},
		{&dyn->gnu_hash, &dyn->symtab, "DT_GNU_HASH, but no DT_SYMTAB"},
		{&dyn->versym, &dyn->symtab, "DT_VERSYM, but no DT_SYMTAB"},
		{&dyn->verdef, &dyn->versym, "DT_VERDEF, but no DT_VERSYM"},
		{&dyn->verneed, &dyn->versym, "DT_VERNEED, but no DT_VERSYM"},
		{&dyn->verdefnum, &dyn->verdef, "DT_VERDEFNUM, but no DT_VERDEF"},
		{&dyn->verneednum, &dyn->verneed, "DT_VERNEEDNUM, but no DT_VERNEED"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].entry->present && pairs[i].entry->value && !pairs[i].wanted->present)
			return abilock_damaged(object, TABLE, pairs[i].entry->offset, err, "%s",
					       pairs[i].message);
	return 0;
}

/* Where PT_DYNAMIC says that the tables are. */
static int take_tables(struct abilock_object *object, const struct dynamic *dyn,
		       struct abilock_error *err)
{
	const uint64_t row = object->source->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct abilock_object_tables *tables = object->tables;

	if (dyn->syment.present && dyn->syment.value != row)
		return abilock_damaged(object, TABLE, dyn->syment.offset, err,
				       "symbols of %" PRIu64 " bytes, expected %" PRIu64,
				       dyn->syment.value, row);
	if (dyn->strsz.present && dyn->strsz.value == 0)
		return abilock_damaged(object, TABLE, dyn->strsz.offset, err,
				       "the string table is empty");
	tables->strtab_span = make_span(object, dyn, &dyn->strtab);
	tables->symtab_span = make_span(object, dyn, &dyn->symtab);
	tables->versym_span = make_span(object, dyn, &dyn->versym);
	tables->hash_span = make_span(object, dyn, &dyn->hash);
	tables->gnu_hash_span = make_span(object, dyn, &dyn->gnu_hash);
	tables->verdef_span = make_span(object, dyn, &dyn->verdef);
	tables->verneed_span = make_span(object, dyn, &dyn->verneed);
	tables->strtab_span.present &= dyn->strsz.present;
	tables->strtab_size = dyn->strsz.value;
	tables->relocations[0] =
		(struct abilock_relocations){dyn->rela.value, dyn->relasz.value, true};
	tables->relocations[1] =
		(struct abilock_relocations){dyn->rel.value, dyn->relsz.value, false};
	tables->relocations[2] = (struct abilock_relocations){
		dyn->jmprel.value, dyn->pltrelsz.value, dyn->pltrel.value == DT_RELA};
	tables->verdef_claim = dyn->verdefnum.value;
	tables->verneed_claim = dyn->verneednum.value;
	prefetch_strings(object);
	return check_complete(object, dyn, err);
}

int abilock_object_read_dynamic(struct abilock_object *object, uint64_t address, uint64_t size,
				struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	struct dynamic dyn = {0};
	const uint8_t *table;

	int r = abilock_source_get(object, TABLE, address, size, &table, err);
	if (r >= 0)
		r = take_entries(object, table, size, &dyn, err);
	if (r < 0)
		return r;
	object->has_hash = dyn.hash.present;
	object->has_gnu_hash = dyn.gnu_hash.present;
	if (!tables->by_sections)
		r = take_tables(object, &dyn, err);
	if (r >= 0)
		r = abilock_object_load_strings(object, err);
	if (r >= 0)
		r = read_libraries(object, table, err);
	if (r >= 0)
		r = read_names(object, &dyn, err);
	if (r < 0)
		return r;
	object->has_versym = tables->versym_span.present;
	return 0;
}
