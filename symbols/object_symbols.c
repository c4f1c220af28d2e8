/* SPDX-License-Identifier: MIT */
/*
 * The dynamic symbol table: how many rows it has, its rows, and look-ups through the hash tables.
 *
 * Nothing in an ELF file says outright how many dynamic symbols there are. The last symbol of the
 * last chain of DT_GNU_HASH is the last symbol; DT_HASH has a count; failing both (a GNU hash table
 * without a defined symbol) what relocations refer to is there: see count_unhashed().
 */
#include "object_source.h"

#include <inttypes.h>

#define UNKNOWN_COUNT UINT64_MAX

static uint64_t row_size(const struct abilock_object *object)
{
	return object->source->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

/* DT_HASH has words of 4 bytes, but of 8 on 64-bit Alpha and s390. */
static uint64_t hash_word_size(const struct abilock_object *object)
{
	bool wide =
		object->source->is64 && (object->machine == EM_S390 ||
					 object->machine == EM_ALPHA || object->machine == 0x9026);

	return wide ? 8 : 4;
}

static uint64_t hash_word(const struct abilock_object *object, uint64_t index)
{
	const struct abilock_object_tables *tables = object->tables;

	return tables->hash_word == 8 ? abilock_get64(object, tables->hash + index * 8)
				      : abilock_get32(object, tables->hash + index * 4);
}

/* ld.so follows buckets and chains and never looks at the count: a small one would hide symbols. */
static int check_hash_words(const struct abilock_object *object, uint64_t buckets, uint64_t chains,
			    struct abilock_error *err)
{
	for (uint64_t i = 2; i < 2 + buckets + chains; i++) {
		uint64_t index = hash_word(object, i);

		if (index >= chains && index != 0)
			return abilock_damaged(object, "DT_HASH", i * object->tables->hash_word,
					       err, "symbol %" PRIu64 " of %" PRIu64, index,
					       chains);
	}
	return 0;
}

/* Load DT_HASH and return its symbol count. */
static int load_hash(struct abilock_object *object, uint64_t *ret_count, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	const struct abilock_span *span = &tables->hash_span;
	const uint64_t word = hash_word_size(object);

	if (!span->present)
		return 0;
	int r = abilock_source_get(object, "DT_HASH", span->address, 2 * word, &tables->hash, err);
	if (r < 0)
		return r;
	tables->hash_word = word;
	uint64_t buckets = hash_word(object, 0), chains = hash_word(object, 1);
	uint64_t room = span->limit / word;
	if (buckets == 0 || buckets > room || chains > room || buckets + chains + 2 > room)
		return abilock_damaged(object, "DT_HASH", 0, err,
				       "%" PRIu64 " buckets and %" PRIu64
				       " symbols do not fit into %" PRIu64 " bytes",
				       buckets, chains, span->limit);
	tables->hash_buckets = buckets;
	*ret_count = chains;
	r = abilock_source_get(object, "DT_HASH", span->address, (buckets + chains + 2) * word,
			       &tables->hash, err);
	return r < 0 ? r : check_hash_words(object, buckets, chains, err);
}

/* Highest symbol that starts a chain; 0 where no symbol is hashed. */
static uint32_t last_chain(const struct abilock_object *object, const uint8_t *buckets,
			   uint32_t count)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t first = abilock_get32(object, buckets + (uint64_t)i * 4);

		if (first > last)
			last = first;
	}
	return last;
}

/* The four words in front of a GNU hash table, bounded. */
static int load_gnu_header(struct abilock_object *object, struct abilock_walk *walk,
			   uint64_t *ret_bloom, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	const uint8_t *p = abilock_walk_at(walk, 0, 16, err);

	if (!p)
		return walk->code;
	tables->gnu_bucket_count = abilock_get32(object, p);
	tables->gnu_first = abilock_get32(object, p + 4);
	tables->gnu_bloom_words = abilock_get32(object, p + 8);
	tables->gnu_shift = abilock_get32(object, p + 12);
	*ret_bloom = (uint64_t)tables->gnu_bloom_words * (object->source->is64 ? 8 : 4);
	if (tables->gnu_bucket_count == 0 || tables->gnu_bloom_words == 0 ||
	    (tables->gnu_bloom_words & (tables->gnu_bloom_words - 1)) != 0)
		return abilock_damaged(object, "DT_GNU_HASH", 0, err,
				       "%" PRIu32 " buckets and %" PRIu32 " bloom words",
				       tables->gnu_bucket_count, tables->gnu_bloom_words);
	return 0;
}

/* Load DT_GNU_HASH; the count stays as it is where the table has no symbol. */
static int load_gnu_hash(struct abilock_object *object, uint64_t *ret_count,
			 struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	struct abilock_walk walk = {.object = object,
				    .table = "DT_GNU_HASH",
				    .address = tables->gnu_hash_span.address,
				    .limit = tables->gnu_hash_span.limit};
	uint64_t bloom = 0;

	if (!tables->gnu_hash_span.present)
		return 0;
	int r = load_gnu_header(object, &walk, &bloom, err);
	if (r < 0)
		return r;
	const uint64_t buckets_at = 16 + bloom;
	const uint64_t buckets_size = (uint64_t)tables->gnu_bucket_count * 4;
	const uint64_t chain_at = buckets_at + buckets_size;
	const uint8_t *buckets = abilock_walk_at(&walk, buckets_at, buckets_size, err);
	if (!buckets)
		return walk.code;
	uint64_t last = last_chain(object, buckets, tables->gnu_bucket_count), end = chain_at;
	tables->gnu_is_empty = last == 0;
	if (last != 0 && last < tables->gnu_first)
		return abilock_damaged(object, "DT_GNU_HASH", buckets_at, err,
				       "a chain starts at symbol %" PRIu64
				       ", before the first one (%" PRIu32 ")",
				       last, tables->gnu_first);
	for (bool more = last != 0; more; last++) {
		end = chain_at + (last - tables->gnu_first) * 4;
		const uint8_t *p = abilock_walk_at(&walk, end, 4, err);
		if (!p)
			return walk.code;
		more = (abilock_get32(object, p) & 1) == 0;
		end += 4;
	}
	if (last != 0 && *ret_count != UNKNOWN_COUNT && *ret_count != last)
		return abilock_damaged(object, "DT_GNU_HASH", 0, err,
				       "%" PRIu64 " symbols, but DT_HASH has %" PRIu64, last,
				       *ret_count);
	if (last != 0)
		*ret_count = last;
	const uint8_t *all = abilock_walk_at(&walk, 0, end, err);
	if (!all)
		return walk.code;
	tables->gnu_bloom = all + 16;
	tables->gnu_buckets = all + buckets_at;
	tables->gnu_chain = all + chain_at;
	return 0;
}

/* A row without its name and version. */
static inline __attribute__((always_inline)) void decode_row(bool is64, bool swap, const uint8_t *p,
							     struct abilock_symbol *symbol)
{
	const uint8_t info = p[is64 ? 4 : 12];

	symbol->other = p[is64 ? 5 : 13];
	symbol->shndx = abilock_load16(swap, p + (is64 ? 6 : 14));
	symbol->value = is64 ? abilock_load64(swap, p + 8) : abilock_load32(swap, p + 4);
	symbol->size = is64 ? abilock_load64(swap, p + 16) : abilock_load32(swap, p + 8);
	symbol->type = ELF64_ST_TYPE(info);
	symbol->bind = ELF64_ST_BIND(info);
	symbol->visibility = ELF64_ST_VISIBILITY(symbol->other);
}

/* Whether bytes can be a row that other objects know of: not a local one, and not filler. */
static inline __attribute__((always_inline)) bool is_row(const struct abilock_object *object,
							 const uint8_t *row)
{
	const uint32_t name = abilock_get32(object, row);
	const uint8_t info = row[object->source->is64 ? 4 : 12];
	const uint8_t bind = ELF64_ST_BIND(info);

	return name > 0 && name < object->tables->strtab_size && ELF64_ST_TYPE(info) <= STT_TLS &&
	       (bind == STB_GLOBAL || bind == STB_WEAK);
}

/* The most rows that there can be. */
static uint64_t most_rows(const struct abilock_object *object)
{
	const struct abilock_object_tables *tables = object->tables;
	uint64_t most = tables->symtab_span.limit / row_size(object);

	if (object->has_versym && tables->versym_span.limit / 2 < most)
		most = tables->versym_span.limit / 2;
	/* In an empty table lld and mold put the number of symbols here, GNU ld 1. */
	if (tables->gnu_first > 1 && tables->gnu_first < most)
		most = tables->gnu_first;
	return most;
}

/*
 * Neither hash table counts. The rows that relocations refer to are there;
 * behind them may come some that nothing refers to, up to the next table, or to what a tool that
 * moved that table (patchelf) left in its place.
 */
static int count_unhashed(struct abilock_object *object, uint64_t *ret_count,
			  struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	const uint64_t most = most_rows(object);
	struct abilock_walk walk = {.object = object,
				    .table = "symbol table",
				    .address = tables->symtab_span.address,
				    .limit = tables->symtab_span.limit};
	uint64_t count;

	int r = abilock_object_highest_reference(object, &count, err);
	if (r < 0)
		return r;
	for (count++; count < most; count++) {
		const uint8_t *row =
			abilock_walk_at(&walk, count * row_size(object), row_size(object), err);

		if (!row)
			return walk.code;
		if (!is_row(object, row))
			break;
	}
	*ret_count = count;
	return 0;
}

static int load_rows(struct abilock_object *object, uint64_t count, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	const uint64_t row = row_size(object);

	if (count > tables->symtab_span.limit / row)
		return abilock_damaged(object, "symbol table", 0, err,
				       "%" PRIu64 " symbols do not fit into %" PRIu64 " bytes",
				       count, tables->symtab_span.limit);
	int r = abilock_source_get(object, "symbol table", tables->symtab_span.address, count * row,
				   &tables->symtab, err);
	if (r >= 0 && object->has_versym)
		r = abilock_source_get(object, "versym", tables->versym_span.address, count * 2,
				       &tables->versym, err);
	return r;
}

/* Hash table and symbols are neighbours in the files of all linkers; with some, versym as well. */
static void prefetch_symbols(struct abilock_object *object)
{
	const struct abilock_object_tables *tables = object->tables;
	const struct abilock_span spans[] = {tables->gnu_hash_span, tables->hash_span,
					     tables->symtab_span, tables->versym_span};

	for (size_t i = 0; i < ARRAY_SIZE(spans); i++)
		if (spans[i].present && !spans[i].bounded)
			return; /* nothing tells how large it is */
	abilock_source_prefetch(object, spans, ARRAY_SIZE(spans));
}

/*
 * A hash table that has lost its last symbols would shorten the list without a word. The next table
 * begins right behind the last row, unless a tool (patchelf) moved it and left filler there.
 */
static int check_behind(struct abilock_object *object, uint64_t count, struct abilock_error *err)
{
	const struct abilock_span *span = &object->tables->symtab_span;
	const uint64_t size = row_size(object);
	const uint8_t *row;

	if (!span->bounded || object->is_image || count >= span->limit / size)
		return 0;
	int r = abilock_source_get(object, "symbol table", span->address + count * size, size, &row,
				   err);
	if (r >= 0 && is_row(object, row))
		r = abilock_damaged(
			object, "symbol table", count * size, err,
			"a symbol behind the last one that the hash table has, %" PRIu64,
			count - 1);
	return r;
}

/* A hash table without a symbol is for objects that define none: else it has lost them. */
static int check_undefined(const struct abilock_object *object, uint64_t count,
			   struct abilock_error *err)
{
	const uint64_t size = row_size(object), section = object->source->is64 ? 6 : 14;
	const uint8_t *row = object->tables->symtab;

	for (uint64_t i = 0; i < count; i++, row += size)
		if (abilock_get16(object, row + section) != SHN_UNDEF && is_row(object, row))
			return abilock_damaged(object, "DT_GNU_HASH", 0, err,
					       "it is empty, but symbol %" PRIu64 " is defined", i);
	return 0;
}

int abilock_object_load_symbols(struct abilock_object *object, struct abilock_error *err)
{
	struct abilock_object_tables *tables = object->tables;
	uint64_t count = UNKNOWN_COUNT;

	if (tables->symbols_loaded || !tables->symtab_span.present)
		return 0;
	if (tables->by_sections)
		return abilock_object_load_section_symbols(object, err);
	prefetch_symbols(object);
	int r = load_hash(object, &count, err);
	if (r >= 0)
		r = load_gnu_hash(object, &count, err);
	if (r >= 0 && count == UNKNOWN_COUNT)
		r = count_unhashed(object, &count, err);
	if (r >= 0)
		r = check_behind(object, count, err);
	if (r >= 0)
		r = load_rows(object, count, err);
	if (r >= 0 && tables->gnu_is_empty)
		r = check_undefined(object, count, err);
	if (r < 0)
		return r;
	object->symbol_count = count;
	tables->symbols_loaded = true;
	return 0;
}

/* Row @p index, which must be there. Only the name may be damaged. */
static inline __attribute__((always_inline)) int get_symbol(const struct abilock_object *object,
							    uint64_t index,
							    struct abilock_symbol *ret_symbol,
							    struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	const bool is64 = object->source->is64, swap = object->source->swap;
	const uint64_t offset = index * (is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	const uint8_t *row = tables->symtab + offset;
	const uint32_t name = abilock_load32(swap, row);
	const uint16_t version =
		tables->versym ? abilock_load16(swap, tables->versym + index * 2) : VER_NDX_GLOBAL;

	/* Not through a copy: this is asked millions of times. */
	decode_row(is64, swap, row, ret_symbol);
	ret_symbol->version = version & 0x7fff;
	ret_symbol->hidden = (version & 0x8000) != 0;
	return abilock_object_string(object, "symbol table", offset, name, &ret_symbol->name, err);
}

int abilock_object_symbol(const struct abilock_object *object, uint64_t index,
			  struct abilock_symbol *ret_symbol, struct abilock_error *err)
{
	if (index >= object->symbol_count)
		return abilock_damaged(object, "symbol table", index, err,
				       "symbol %" PRIu64 " of %" PRIu64, index,
				       object->symbol_count);
	return get_symbol(object, index, ret_symbol, err);
}

static inline bool is_export(uint16_t shndx, uint8_t bind, uint8_t visibility, uint8_t type)
{
	const unsigned types = 1U << STT_NOTYPE | 1U << STT_OBJECT | 1U << STT_FUNC |
			       1U << STT_COMMON | 1U << STT_TLS | 1U << STT_GNU_IFUNC;

	return shndx != SHN_UNDEF && bind != STB_LOCAL && visibility != STV_HIDDEN &&
	       visibility != STV_INTERNAL && (types >> type & 1);
}

bool abilock_symbol_is_export(const struct abilock_symbol *symbol)
{
	return is_export(symbol->shndx, symbol->bind, symbol->visibility, symbol->type);
}

/* What a look-up wants, and the best candidate so far. */
struct search {
	const char *name;
	const char *version;		  /* NULL: an unversioned reference */
	const struct abilock_verdef *def; /* of that name, where it is known */
	bool any;
	unsigned defaults;  /* default versions seen by an unversioned reference */
	uint64_t candidate; /* row of the first of them */
	uint64_t row;	    /* that was found */
};

/*
 * Whether row @p index, of the right name, satisfies the reference, by the rules of check_match()
 * in glibc's elf/dl-lookup.c.
 */
static _inlined_ bool matches(bool swap, const struct abilock_object *object, uint64_t index,
			      struct search *search)
{
	const uint8_t *versym = object->tables->versym;

	if (search->any || !versym)
		return true;
	const uint16_t entry = abilock_load16(swap, versym + index * 2), version = entry & 0x7fff;
	const bool hidden = (entry & 0x8000) != 0;
	if (search->version) {
		/* No two nodes of an object have one index. */
		if (search->def && version == search->def->index)
			return true;
		const struct abilock_verdef *def = abilock_object_verdef(object, version);
		const struct abilock_verneed *copied =
			def ? NULL : abilock_object_verneed(object, version);
		const char *node = def ? def->name : copied ? copied->node : NULL;

		/* A base symbol has no node, and satisfies every reference that asks for one. */
		return node ? str_eq(node, search->version) : !hidden;
	}
	/* The base and the oldest version are what an old, unversioned program was linked with. */
	if (version < 3)
		return true;
	if (!hidden && search->defaults++ == 0)
		search->candidate = index;
	return false;
}

/* Look at row @p index, which must be there. 1: found, 0: go on, negative: error. */
static _inlined_ int try_row(bool is64, bool swap, const struct abilock_object *object,
			     uint64_t index, struct search *search, struct abilock_error *err)
{
	const uint64_t offset = index * (is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	const uint8_t *row = object->tables->symtab + offset;
	const uint8_t info = row[is64 ? 4 : 12], other = row[is64 ? 5 : 13];
	const char *name = NULL;
	int r = abilock_object_string(object, "symbol table", offset, abilock_load32(swap, row),
				      &name, err);

	if (r < 0)
		return r;
	if (!str_eq(name, search->name) ||
	    !is_export(abilock_load16(swap, row + (is64 ? 6 : 14)), ELF64_ST_BIND(info),
		       ELF64_ST_VISIBILITY(other), ELF64_ST_TYPE(info)) ||
	    !matches(swap, object, index, search))
		return 0;
	search->row = index;
	return 1;
}

/* h * 33 + c for each byte c; eight of them at a time are pairs, and then pairs of pairs. */
static inline uint32_t gnu_hash(const char *name)
{
	const uint64_t bytes = 0x00ff00ff00ff00ff, pairs = 0x0000ffff0000ffff;
	const uint32_t power4 = 33U * 33 * 33 * 33;
	const uint8_t *p = (const uint8_t *)name, *end = p + strlen(name);
	uint32_t h = 5381;

	for (; end - p >= 8; p += 8) {
		uint64_t word = abilock_load64(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, p);

		word = (word & bytes) * 33 + (word >> 8 & bytes);
		word = (word & pairs) * (33 * 33) + (word >> 16 & pairs);
		h = h * (power4 * power4) + (uint32_t)word * power4 + (uint32_t)(word >> 32);
	}
	for (; p < end; p++)
		h = h * 33 + *p;
	return h;
}

static _inlined_ bool bloom_has(bool is64, bool swap, const struct abilock_object_tables *tables,
				uint32_t hash)
{
	const uint32_t bits = is64 ? 64 : 32;
	const uint32_t at = (hash / bits) & (tables->gnu_bloom_words - 1);
	const uint8_t *p = tables->gnu_bloom + (uint64_t)at * (bits / 8);
	const uint64_t word = is64 ? abilock_load64(swap, p) : abilock_load32(swap, p);
	const uint32_t second = tables->gnu_shift < 32 ? hash >> tables->gnu_shift : 0;

	return (word >> (hash % bits)) & (word >> (second % bits)) & 1;
}

static _inlined_ int find_gnu(bool is64, bool swap, const struct abilock_object *object,
			      struct search *search, struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	const uint32_t hash = gnu_hash(search->name);

	if (!bloom_has(is64, swap, tables, hash))
		return 0;
	uint64_t index = abilock_load32(
		swap, tables->gnu_buckets + (uint64_t)(hash % tables->gnu_bucket_count) * 4);
	if (index == 0)
		return 0;
	if (index < tables->gnu_first)
		return abilock_damaged(object, "DT_GNU_HASH", 0, err,
				       "a chain starts before the first symbol");
	const uint8_t *chain = tables->gnu_chain + (index - tables->gnu_first) * 4;
	for (; index < object->symbol_count; index++, chain += 4) {
		const uint32_t entry = abilock_load32(swap, chain);

		if (((entry ^ hash) >> 1) == 0) {
			int r = try_row(is64, swap, object, index, search, err);
			if (r != 0)
				return r;
		}
		if (entry & 1)
			return 0;
	}
	return 0;
}

static int find_sysv(bool is64, bool swap, const struct abilock_object *object,
		     struct search *search, struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	uint64_t index =
		hash_word(object, 2 + abilock_elf_hash(search->name) % tables->hash_buckets);

	/* A chain can be no longer than the table; a longer walk goes round in a circle. */
	for (uint64_t steps = 0; index != 0; steps++) {
		if (index >= object->symbol_count || steps > object->symbol_count)
			return abilock_damaged(object, "DT_HASH", index * tables->hash_word, err,
					       "a chain leaves the table or never ends");
		int r = try_row(is64, swap, object, index, search, err);
		if (r != 0)
			return r;
		index = hash_word(object, 2 + tables->hash_buckets + index);
	}
	return 0;
}

static int find_scan(bool is64, bool swap, const struct abilock_object *object,
		     struct search *search, struct abilock_error *err)
{
	for (uint64_t i = 1; i < object->symbol_count; i++) {
		int r = try_row(is64, swap, object, i, search, err);
		if (r != 0)
			return r;
	}
	return 0;
}

/* 1: search->row is the one, 0: there is none, negative: error. */
static _inlined_ int find_row(struct abilock_object *object, struct search *search,
			      struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	int r = tables->symbols_loaded ? 0 : abilock_object_load_symbols(object, err);

	if (r < 0)
		return r;
	if (tables->gnu_buckets)
		r = abilock_by_kind(object, find_gnu, object, search, err);
	else if (tables->hash)
		r = abilock_by_kind(object, find_sysv, object, search, err);
	else
		r = abilock_by_kind(object, find_scan, object, search, err);
	if (r != 0 || search->defaults != 1)
		return r;
	/* One default version and nothing older: that one is meant. */
	search->row = search->candidate;
	return 1;
}

static int find(struct abilock_object *object, struct search *search,
		struct abilock_symbol *ret_symbol, struct abilock_error *err)
{
	int r = find_row(object, search, err);

	return r > 0 && get_symbol(object, search->row, ret_symbol, err) < 0 ? ABILOCK_E_DAMAGED
									     : r;
}

int abilock_object_find(struct abilock_object *object, const char *name, const char *version,
			struct abilock_symbol *ret_symbol, struct abilock_error *err)
{
	struct search search = {.name = name, .version = version};

	return find(object, &search, ret_symbol, err);
}

int abilock_object_find_in(struct abilock_object *object, const char *name,
			   const struct abilock_verdef *def, const char **ret_name,
			   struct abilock_error *err)
{
	struct search search = {.name = name, .version = def->name, .def = def};
	int r = find_row(object, &search, err);

	if (r > 0)
		*ret_name = object->tables->strtab +
			    abilock_get32(object,
					  object->tables->symtab + search.row * row_size(object));
	return r;
}

int abilock_object_find_any(struct abilock_object *object, const char *name,
			    struct abilock_symbol *ret_symbol, struct abilock_error *err)
{
	struct search search = {.name = name, .any = true};

	return find(object, &search, ret_symbol, err);
}
