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

/* The entries that matter here. Those that have an address come first. */
enum slot {
	STRTAB,
	SYMTAB,
	VERSYM,
	VERDEF,
	VERNEED,
	HASH,
	GNU_HASH,
	RELA,
	REL,
	JMPREL,
	/* Of these only the places matter: a table ends where the next one begins. */
	PLACE,
	/* Numbers, names. */
	STRSZ,
	SYMENT,
	VERDEFNUM,
	VERNEEDNUM,
	RELASZ,
	RELSZ,
	PLTRELSZ,
	PLTREL,
	SONAME,
	RPATH,
	RUNPATH,
	FLAGS,
	FLAGS_1,
	SLOTS,
	/* Without an entry: they are counted. */
	NEEDED,
	FILTER,
	AUXILIARY,
	PROGRAM,
	OTHER,
};

struct dynamic {
	struct entry entries[SLOTS];
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

static enum slot slot_of(uint64_t tag)
{
	switch (tag) {
	case DT_NEEDED: return NEEDED;
	case DT_STRTAB: return STRTAB;
	case DT_STRSZ: return STRSZ;
	case DT_SYMTAB: return SYMTAB;
	case DT_SYMENT: return SYMENT;
	case DT_VERSYM: return VERSYM;
	case DT_VERDEF: return VERDEF;
	case DT_VERDEFNUM: return VERDEFNUM;
	case DT_VERNEED: return VERNEED;
	case DT_VERNEEDNUM: return VERNEEDNUM;
	case DT_HASH: return HASH;
	case DT_GNU_HASH: return GNU_HASH;
	case DT_SONAME: return SONAME;
	case DT_RPATH: return RPATH;
	case DT_RUNPATH: return RUNPATH;
	case DT_RELA: return RELA;
	case DT_RELASZ: return RELASZ;
	case DT_REL: return REL;
	case DT_RELSZ: return RELSZ;
	case DT_JMPREL: return JMPREL;
	case DT_PLTRELSZ: return PLTRELSZ;
	case DT_PLTREL: return PLTREL;
	case DT_FLAGS: return FLAGS;
	case DT_FLAGS_1: return FLAGS_1;
	case DT_DEBUG: return PROGRAM;
	case DT_FILTER: return FILTER;
	case DT_AUXILIARY: return AUXILIARY;
	case DT_RELR:
	case DT_INIT:
	case DT_FINI:
	case DT_INIT_ARRAY:
	case DT_FINI_ARRAY: return PLACE;
	default: return OTHER;
	}
}

static inline void take_entry(struct abilock_object *object, struct dynamic *dyn, enum slot slot,
			      uint64_t value, uint64_t offset)
{
	if (slot <= PLACE && !object->tables->by_sections) {
		value = unbias(object, value);
		add_bound(dyn, value);
	}
	if (slot < SLOTS)
		dyn->entries[slot] = (struct entry){value, offset, true};
	else if (slot == NEEDED)
		object->needed_count++;
	else if (slot == FILTER)
		object->filter_count++;
	else if (slot == AUXILIARY)
		object->auxiliary_count++;
	else if (slot == PROGRAM)
		object->has_debug = true;
}

static _inlined_ int take_entries(bool is64, bool swap, struct abilock_object *object,
				  const uint8_t *table, uint64_t size, struct dynamic *dyn,
				  struct abilock_error *err)
{
	const uint64_t word = is64 ? 8 : 4;
	uint64_t offset;

	for (offset = 0; size - offset >= 2 * word; offset += 2 * word) {
		const uint8_t *p = table + offset;
		const uint64_t tag = is64 ? abilock_load64(swap, p) : abilock_load32(swap, p);

		if (tag == DT_NULL)
			return 0;
		take_entry(object, dyn, slot_of(tag),
			   is64 ? abilock_load64(swap, p + 8) : abilock_load32(swap, p + 4),
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

	const uint64_t room = entry->present ? abilock_source_room(object, address) : 0;
	if (room == 0)
		return span;
	/* Less one, so that its own bound, and those in front, are far away. */
	uint64_t last = room - 1;
	for (size_t i = 0; i < dyn->bound_count; i++) {
		const uint64_t end = dyn->bounds[i] - address - 1;

		last = end < last ? end : last;
	}
	span.limit = last + 1;
	span.bounded = span.limit < room;
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

int abilock_object_no_string(const struct abilock_object *object, const char *table,
			     uint64_t offset, uint64_t index, struct abilock_error *err)
{
	return abilock_damaged(object, table, offset, err,
			       "a name lies at 0x%" PRIx64 " of a string table of 0x%" PRIx64
			       " bytes",
			       index, object->tables->strtab_size);
}

/* The strings of every entry of a tag. */
static int read_list(struct abilock_object *object, const uint8_t *table, uint64_t wanted,
		     size_t total, const char ***ret_list, struct abilock_error *err)
{
	const uint64_t word = object->source->is64 ? 8 : 4;
	const char **list;
	size_t count = 0;

	if (total == 0)
		return 0;
	list = abilock_arena_array(&object->arena, total, sizeof(*list));
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

static int read_names(struct abilock_object *object, const struct entry *entries,
		      struct abilock_error *err)
{
	const struct {
		const struct entry *entry;
		const char **ret;
	} names[] = {
		{&entries[SONAME], &object->soname},
		{&entries[RPATH], &object->rpath},
		{&entries[RUNPATH], &object->runpath},
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
static int check_complete(const struct abilock_object *object, const struct entry *entries,
			  struct abilock_error *err)
{
	static const struct {
		enum slot slot, wanted;
		const char *message;
	} pairs[] = {
		{HASH, SYMTAB, "DT_HASH, but no DT_SYMTAB"},
		{GNU_HASH, SYMTAB, "DT_GNU_HASH, but no DT_SYMTAB"},
		{VERSYM, SYMTAB, "DT_VERSYM, but no DT_SYMTAB"},
		{VERDEF, VERSYM, "DT_VERDEF, but no DT_VERSYM"},
		{VERNEED, VERSYM, "DT_VERNEED, but no DT_VERSYM"},
		{VERDEFNUM, VERDEF, "DT_VERDEFNUM, but no DT_VERDEF"},
		{VERNEEDNUM, VERNEED, "DT_VERNEEDNUM, but no DT_VERNEED"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (entries[pairs[i].slot].value && !entries[pairs[i].wanted].present)
			return abilock_damaged(object, TABLE, entries[pairs[i].slot].offset, err,
					       "%s", pairs[i].message);
	return 0;
}

/* Where PT_DYNAMIC says that the tables are. */
static int take_tables(struct abilock_object *object, const struct dynamic *dyn,
		       struct abilock_error *err)
{
	const uint64_t row = object->source->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	struct abilock_object_tables *tables = object->tables;
	const struct entry *entries = dyn->entries;

	if (entries[SYMENT].present && entries[SYMENT].value != row)
		return abilock_damaged(object, TABLE, entries[SYMENT].offset, err,
				       "symbols of %" PRIu64 " bytes, expected %" PRIu64,
				       entries[SYMENT].value, row);
	if (entries[STRSZ].present && entries[STRSZ].value == 0)
		return abilock_damaged(object, TABLE, entries[STRSZ].offset, err,
				       "the string table is empty");
	tables->strtab_span =
		(struct abilock_span){.address = entries[STRTAB].value,
				      .present = entries[STRTAB].present && entries[STRSZ].present};
	tables->symtab_span = make_span(object, dyn, &entries[SYMTAB]);
	tables->versym_span = make_span(object, dyn, &entries[VERSYM]);
	tables->hash_span = make_span(object, dyn, &entries[HASH]);
	tables->gnu_hash_span = make_span(object, dyn, &entries[GNU_HASH]);
	tables->verdef_span = make_span(object, dyn, &entries[VERDEF]);
	tables->verneed_span = make_span(object, dyn, &entries[VERNEED]);
	tables->strtab_size = entries[STRSZ].value;
	tables->relocations[0] =
		(struct abilock_relocations){entries[RELA].value, entries[RELASZ].value, true};
	tables->relocations[1] =
		(struct abilock_relocations){entries[REL].value, entries[RELSZ].value, false};
	tables->relocations[2] = (struct abilock_relocations){
		entries[JMPREL].value, entries[PLTRELSZ].value, entries[PLTREL].value == DT_RELA};
	tables->verdef_claim = entries[VERDEFNUM].value;
	tables->verneed_claim = entries[VERNEEDNUM].value;
	prefetch_strings(object);
	return check_complete(object, entries, err);
}

int abilock_object_read_dynamic(struct abilock_object *object, uint64_t address, uint64_t size,
				struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	struct dynamic dyn = {0};
	const uint8_t *table;

	int r = abilock_source_get(object, TABLE, address, size, &table, err);
	if (r >= 0)
		r = abilock_by_kind(object, take_entries, object, table, size, &dyn, err);
	if (r < 0)
		return r;
	object->has_hash = dyn.entries[HASH].present;
	object->has_gnu_hash = dyn.entries[GNU_HASH].present;
	object->dt_flags = dyn.entries[FLAGS].value;
	object->dt_flags_1 = dyn.entries[FLAGS_1].value;
	if (!tables->by_sections)
		r = take_tables(object, &dyn, err);
	if (r >= 0)
		r = abilock_object_load_strings(object, err);
	if (r >= 0)
		r = read_libraries(object, table, err);
	if (r >= 0)
		r = read_names(object, dyn.entries, err);
	if (r < 0)
		return r;
	object->has_versym = tables->versym_span.present;
	return 0;
}
