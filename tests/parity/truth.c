/* SPDX-License-Identifier: MIT */
#include "truth.h"

#include <elf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>

enum { MAX_STARTS = 12, MAX_NOTES = 1 << 20, FAKE_ALPHA = 0x9026 };

struct segment {
	uint64_t vaddr, offset, size;
};

/* Bytes that lie together: of the file, from `at` on. */
struct piece {
	uint64_t at, room;
	bool present;
	bool bounded; /* another table follows */
};

struct section {
	uint32_t name, type, link, info;
	uint64_t offset, size, entsize;
};

struct reader {
	struct truth *truth;
	enum truth_view view;
	const uint8_t *bytes;
	size_t size;
	struct segment *segments;
	size_t segment_count;
	uint64_t starts[MAX_STARTS]; /* addresses of tables: none may reach into the next */
	size_t start_count;
	struct section *sections;
	uint64_t section_count;
	struct piece strings;
	uint8_t seen[1 << 15]; /* version indices that have a node */
	uint64_t names_read;
};

/* ---- what is wrong ---- */

__attribute__((format(printf, 3, 4))) static void must(struct reader *r, enum truth_table table,
						       const char *fmt, ...)
{
	char *text = r->truth->must[table];
	va_list args;

	if (*text)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(r->truth->must[table]), fmt, args);
	va_end(args);
}

__attribute__((format(printf, 2, 3))) static void may(struct reader *r, const char *fmt, ...)
{
	char *text = r->truth->may;
	va_list args;

	if (*text)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(r->truth->may), fmt, args);
	va_end(args);
}

const char *truth_reason(const struct truth *truth)
{
	for (size_t i = 0; i < TRUTH_TABLES; i++)
		if (truth->must[i][0])
			return truth->must[i];
	return truth->may[0] ? truth->may : NULL;
}

/* ---- bytes ---- */

static bool fits(const struct reader *r, uint64_t at, uint64_t size)
{
	return at <= r->size && size <= r->size - at;
}

/* The caller has asked fits(). */
static uint64_t number(const struct reader *r, uint64_t at, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value = value << 8 | r->bytes[r->truth->big ? at + i : at + width - 1 - i];
	return value;
}

static unsigned word_size(const struct reader *r)
{
	return r->truth->is64 ? 8 : 4;
}

/* One that is 4 bytes wide in one class and 8 in the other. */
static uint64_t word(const struct reader *r, uint64_t at)
{
	return number(r, at, word_size(r));
}

static void *array(size_t count, size_t size)
{
	void *p = calloc(count + 1, size);

	if (!p)
		abort();
	return p;
}

/* A string of the string table; NULL where it does not lie, or end, in it. */
static const char *string(const struct reader *r, uint64_t index)
{
	if (!r->strings.present || index >= r->strings.room)
		return NULL;
	const char *s = (const char *)r->bytes + r->strings.at + index;
	return memchr(s, '\0', r->strings.room - index) ? s : NULL;
}

/* Of the names that make dependencies, which cannot have a control character. */
static const char *dependency_string(struct reader *r, uint64_t index)
{
	const char *s = string(r, index);

	for (size_t i = 0; s && s[i]; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			r->truth->has_control = true;
	return s;
}

static uint32_t elf_hash(const char *name)
{
	uint32_t h = 0;

	for (; *name; name++) {
		h = (h << 4) + (unsigned char)*name;
		h = (h ^ (h & 0xf0000000) >> 24) & 0x0fffffff;
	}
	return h;
}

/* ---- places ---- */

/* The piece of the file that an address of the loaded object stands for. */
static struct piece loaded_piece(const struct reader *r, uint64_t address)
{
	for (size_t i = r->segment_count; i-- > 0;) {
		const struct segment *s = &r->segments[i];

		if (address < s->vaddr || address - s->vaddr >= s->size)
			continue;
		uint64_t skip = address - s->vaddr, at = s->offset + skip;
		if (at > r->size)
			return (struct piece){0};
		uint64_t room = s->size - skip;
		return (struct piece){
			.at = at,
			.room = room < r->size - at ? room : r->size - at,
			.present = true,
		};
	}
	return (struct piece){0};
}

/* As loaded_piece(), up to where the next table begins. */
static struct piece loaded_table(const struct reader *r, uint64_t address)
{
	struct piece piece = loaded_piece(r, address);

	for (size_t i = 0; i < r->start_count; i++)
		if (r->starts[i] > address && r->starts[i] - address < piece.room) {
			piece.room = r->starts[i] - address;
			piece.bounded = true;
		}
	return piece;
}

/* Of one that reaches over the end of the file, what there is: its list may end before. */
static struct piece section_piece(struct reader *r, const struct section *section)
{
	if (section->offset > r->size)
		return (struct piece){0};
	struct piece piece = {.at = section->offset, .room = section->size, .present = true};
	if (!fits(r, piece.at, piece.room)) {
		may(r, "a section reaches over the end of the file");
		piece.room = r->size - piece.at;
	}
	return piece;
}

/* ---- versions ---- */

static const char *hashed_name(struct reader *r, enum truth_table table, uint64_t offset,
			       uint32_t index, uint32_t hash)
{
	const char *name = dependency_string(r, index);

	if (!name)
		must(r, table, "entry 0x%" PRIx64 ": no name at 0x%x", offset, index);
	else if (elf_hash(name) != hash)
		must(r, table, "entry 0x%" PRIx64 ": %.30s has not the hash 0x%x", offset, name,
		     hash);
	return name;
}

/* A node's index must be its own. */
static void take_index(struct reader *r, enum truth_table table, uint16_t index)
{
	if (r->seen[index])
		must(r, table, "two nodes with index %u", index);
	r->seen[index] = 1;
}

/* Where an entry lies; 0 once something is wrong. */
static uint64_t entry(struct reader *r, enum truth_table table, const struct piece *piece,
		      uint64_t offset, uint64_t size)
{
	if (r->truth->must[table][0])
		return 0;
	if (offset <= piece->room && size <= piece->room - offset)
		return piece->at + offset;
	must(r, table, "entry 0x%" PRIx64 " of a table of 0x%" PRIx64 " bytes", offset,
	     piece->room);
	return 0;
}

static void check_next(struct reader *r, enum truth_table table, uint64_t offset, uint64_t next,
		       bool is_last)
{
	if ((next == 0) != is_last)
		must(r, table, "entry 0x%" PRIx64 ": the list %s", offset,
		     is_last ? "goes on behind its last entry" : "ends too soon");
}

/* Each name has an entry of its own, so there are not more than there is room for. */
static bool count_names(struct reader *r, enum truth_table table, const struct piece *piece,
			uint64_t count, uint64_t size)
{
	r->names_read += count;
	if (count == 0 || r->names_read > piece->room / size)
		must(r, table, "%" PRIu64 " names in 0x%" PRIx64 " bytes", r->names_read,
		     piece->room);
	return !r->truth->must[table][0];
}

static void read_def(struct reader *r, const struct piece *piece, uint64_t offset,
		     struct truth_def *def, uint64_t *next)
{
	uint64_t at = entry(r, TRUTH_DEFS, piece, offset, 20);

	if (!at)
		return;
	def->offset = offset;
	def->version = (uint16_t)number(r, at, 2);
	def->flags = (uint16_t)number(r, at + 2, 2);
	def->index = number(r, at + 4, 2) & 0x7fff;
	def->count = (uint16_t)number(r, at + 6, 2);
	*next = number(r, at + 16, 4);
	if (def->version != 1)
		must(r, TRUTH_DEFS, "entry 0x%" PRIx64 ": version %u", offset, def->version);
	if (def->index == 0)
		must(r, TRUTH_DEFS, "entry 0x%" PRIx64 ": index 0", offset);
	take_index(r, TRUTH_DEFS, def->index);
	if (!count_names(r, TRUTH_DEFS, piece, def->count, 8))
		return;
	def->parents = array(def->count, sizeof(*def->parents));
	def->aux = array(def->count, sizeof(*def->aux));
	uint64_t aux = offset + number(r, at + 12, 4);
	for (unsigned i = 0; i < def->count; i++) {
		uint64_t p = entry(r, TRUTH_DEFS, piece, aux, 8);

		if (!p)
			return;
		def->aux[i] = aux;
		if (i == 0)
			def->name = hashed_name(r, TRUTH_DEFS, aux, (uint32_t)number(r, p, 4),
						(uint32_t)number(r, at + 8, 4));
		else if (!(def->parents[i - 1] = string(r, number(r, p, 4))))
			must(r, TRUTH_DEFS, "entry 0x%" PRIx64 ": a parent without a name", aux);
		check_next(r, TRUTH_DEFS, aux, number(r, p + 4, 4), i + 1U == def->count);
		aux += number(r, p + 4, 4);
	}
}

static void read_defs(struct reader *r, struct piece piece, uint64_t claim)
{
	struct truth *truth = r->truth;
	uint64_t offset = 0;

	if (!piece.present || claim == 0 || claim > piece.room / 20)
		must(r, TRUTH_DEFS, "%" PRIu64 " definitions in 0x%" PRIx64 " bytes", claim,
		     piece.room);
	if (truth->must[TRUTH_DEFS][0])
		return;
	r->names_read = 0;
	truth->defs = array(claim, sizeof(*truth->defs));
	for (uint64_t i = 0; i < claim && !truth->must[TRUTH_DEFS][0]; i++) {
		uint64_t next = 0;

		truth->def_count = i + 1;
		read_def(r, &piece, offset, &truth->defs[i], &next);
		check_next(r, TRUTH_DEFS, offset, next, i + 1 == claim);
		offset += next;
	}
}

static void add_need(struct reader *r, const struct piece *piece, struct truth_need need,
		     uint64_t *next)
{
	struct truth *truth = r->truth;
	uint64_t at = entry(r, TRUTH_NEEDS, piece, need.offset, 16);

	if (!at)
		return;
	need.flags = (uint16_t)number(r, at + 4, 2);
	need.index = number(r, at + 6, 2) & 0x7fff;
	need.node = hashed_name(r, TRUTH_NEEDS, need.offset, (uint32_t)number(r, at + 8, 4),
				(uint32_t)number(r, at, 4));
	if (need.index > 1)
		take_index(r, TRUTH_NEEDS, need.index);
	*next = number(r, at + 12, 4);
	truth->needs[truth->need_count++] = need;
}

static void read_need(struct reader *r, const struct piece *piece, uint64_t offset, uint64_t *next)
{
	uint64_t at = entry(r, TRUTH_NEEDS, piece, offset, 16);

	if (!at)
		return;
	struct truth_need need = {
		.version = (uint16_t)number(r, at, 2),
		.count = (uint16_t)number(r, at + 2, 2),
		.file = dependency_string(r, number(r, at + 4, 4)),
		.file_offset = offset,
		.offset = offset + number(r, at + 8, 4),
	};
	*next = number(r, at + 12, 4);
	if (need.version != 1)
		must(r, TRUTH_NEEDS, "entry 0x%" PRIx64 ": version %u", offset, need.version);
	if (!need.file)
		must(r, TRUTH_NEEDS, "entry 0x%" PRIx64 ": a file without a name", offset);
	if (!count_names(r, TRUTH_NEEDS, piece, need.count, 16))
		return;
	for (unsigned i = 0; i < need.count && !r->truth->must[TRUTH_NEEDS][0]; i++) {
		uint64_t step = 0;

		need.first = i == 0;
		add_need(r, piece, need, &step);
		check_next(r, TRUTH_NEEDS, need.offset, step, i + 1U == need.count);
		need.offset += step;
	}
}

static void read_needs(struct reader *r, struct piece piece, uint64_t claim)
{
	struct truth *truth = r->truth;
	uint64_t offset = 0;

	if (!piece.present || claim == 0 || claim > piece.room / 16)
		must(r, TRUTH_NEEDS, "%" PRIu64 " needed files in 0x%" PRIx64 " bytes", claim,
		     piece.room);
	if (truth->must[TRUTH_NEEDS][0])
		return;
	r->names_read = 0;
	truth->needs = array(piece.room / 16, sizeof(*truth->needs));
	for (uint64_t i = 0; i < claim && !truth->must[TRUTH_NEEDS][0]; i++) {
		uint64_t next = 0;

		read_need(r, &piece, offset, &next);
		check_next(r, TRUTH_NEEDS, offset, next, i + 1 == claim);
		offset += next;
	}
}

/* ---- symbols ---- */

static uint64_t row_size(const struct reader *r)
{
	return r->truth->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

/* The node of a symbol's version index, as far as there is one. */
static const char *node_of(const struct truth *truth, uint16_t index, bool undefined, bool *needed)
{
	*needed = false;
	for (size_t i = 0; !undefined && i < truth->def_count; i++)
		if (truth->defs[i].index == index && !(truth->defs[i].flags & VER_FLG_BASE))
			return truth->defs[i].name;
	*needed = true;
	for (size_t i = 0; i < truth->need_count; i++)
		if (truth->needs[i].index == index)
			return truth->needs[i].node;
	*needed = false;
	return NULL;
}

bool truth_is_export(const struct truth_symbol *symbol)
{
	const uint8_t bind = ELF64_ST_BIND(symbol->info), type = ELF64_ST_TYPE(symbol->info);
	const uint8_t visibility = ELF64_ST_VISIBILITY(symbol->other);

	return symbol->section != SHN_UNDEF && (bind == STB_GLOBAL || bind == STB_WEAK) &&
	       (type == STT_FUNC || type == STT_OBJECT || type == STT_TLS) &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static void read_symbol(struct reader *r, uint64_t at, uint64_t versym_at, size_t i)
{
	struct truth *truth = r->truth;
	struct truth_symbol *symbol = &truth->symbols[i];
	const bool is64 = truth->is64;

	symbol->name = string(r, number(r, at, 4));
	symbol->info = r->bytes[at + (is64 ? 4 : 12)];
	symbol->other = r->bytes[at + (is64 ? 5 : 13)];
	symbol->section = (uint16_t)number(r, at + (is64 ? 6 : 14), 2);
	symbol->value = word(r, at + (is64 ? 8 : 4));
	symbol->size = word(r, at + (is64 ? 16 : 8));
	symbol->versym = versym_at ? (uint16_t)number(r, versym_at, 2) : 1;
	if (!symbol->name)
		must(r, TRUTH_ROWS, "symbol %zu has no name at 0x%" PRIx64, i, number(r, at, 4));
	const uint16_t index = symbol->versym & 0x7fff;
	if (index > 1) {
		symbol->node = node_of(truth, index, symbol->section == SHN_UNDEF, &symbol->needed);
		if (!symbol->node)
			must(r, TRUTH_ROWS, "symbol %zu has version %u, which is none", i, index);
	}
	for (const char *s = symbol->name; s && *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			truth->has_odd_names = true;
}

static void read_symbols(struct reader *r, struct piece rows, struct piece versym, bool has_versym,
			 uint64_t count)
{
	struct truth *truth = r->truth;

	truth->has_versym = has_versym;
	if (!rows.present || count > rows.room / row_size(r))
		must(r, TRUTH_SYMBOLS, "%" PRIu64 " symbols in 0x%" PRIx64 " bytes", count,
		     rows.room);
	else if (has_versym && (!versym.present || count > versym.room / 2))
		must(r, TRUTH_SYMBOLS, "versions of %" PRIu64 " symbols in 0x%" PRIx64 " bytes",
		     count, versym.room);
	else if (truth->must[TRUTH_DEFS][0] || truth->must[TRUTH_NEEDS][0])
		must(r, TRUTH_SYMBOLS, "versions: %.80s", truth_reason(truth));
	if (truth->must[TRUTH_SYMBOLS][0])
		return;
	truth->symbols = array(count, sizeof(*truth->symbols));
	truth->symbol_count = count;
	for (uint64_t i = 0; i < count; i++)
		read_symbol(r, rows.at + i * row_size(r), has_versym ? versym.at + 2 * i : 0, i);
}

/* ---- the loaded view ---- */

/* What the dynamic section says; the last of each, as in the dynamic linker. */
struct dynamic {
	uint64_t value[DT_NUM + 6];
	bool has[DT_NUM + 6];
};

enum {
	D_GNU_HASH = DT_NUM,
	D_VERSYM,
	D_VERDEF,
	D_VERDEFNUM,
	D_VERNEED,
	D_VERNEEDNUM,
};

static int slot_of(uint64_t tag)
{
	switch (tag) {
	case DT_GNU_HASH: return D_GNU_HASH;
	case DT_VERSYM: return D_VERSYM;
	case DT_VERDEF: return D_VERDEF;
	case DT_VERDEFNUM: return D_VERDEFNUM;
	case DT_VERNEED: return D_VERNEED;
	case DT_VERNEEDNUM: return D_VERNEEDNUM;
	default: return tag < DT_NUM ? (int)tag : -1;
	}
}

/* Read the entries; DT_NEEDED by its order, so its strings are taken later. */
static void read_entries(struct reader *r, struct piece piece, struct dynamic *dyn)
{
	struct truth *truth = r->truth;
	const uint64_t step = 2 * word_size(r);

	for (uint64_t offset = 0; step <= piece.room - offset; offset += step) {
		uint64_t tag = word(r, piece.at + offset);
		int slot = slot_of(tag);

		if (tag == DT_NULL)
			return;
		if (tag == DT_NEEDED)
			truth->needed_count++;
		else if (slot >= 0) {
			if (dyn->has[slot])
				may(r, "tag 0x%" PRIx64 " stands there twice", tag);
			dyn->value[slot] = word(r, piece.at + offset + word_size(r));
			dyn->has[slot] = true;
		}
	}
	must(r, TRUTH_DYNAMIC, "no DT_NULL");
}

static void read_libraries(struct reader *r, struct piece piece, const struct dynamic *dyn)
{
	struct truth *truth = r->truth;
	const uint64_t step = 2 * word_size(r);
	size_t count = 0;

	truth->needed = array(truth->needed_count, sizeof(*truth->needed));
	for (uint64_t offset = 0; count < truth->needed_count; offset += step) {
		if (word(r, piece.at + offset) != DT_NEEDED)
			continue;
		truth->needed[count] =
			dependency_string(r, word(r, piece.at + offset + word_size(r)));
		if (!truth->needed[count++])
			must(r, TRUTH_DYNAMIC, "DT_NEEDED without a name");
	}
	if (dyn->has[DT_SONAME] && !(truth->soname = dependency_string(r, dyn->value[DT_SONAME])))
		must(r, TRUTH_DYNAMIC, "DT_SONAME without a name");
	truth->has_debug = dyn->has[DT_DEBUG];
	truth->has_hash = dyn->has[DT_HASH];
	truth->has_gnu_hash = dyn->has[D_GNU_HASH];
}

/* Other strings and sizes: of no use to anybody here, but false where they are. */
static void check_others(struct reader *r, struct piece piece)
{
	const uint64_t step = 2 * word_size(r);

	for (uint64_t offset = 0; step <= piece.room - offset; offset += step) {
		uint64_t tag = word(r, piece.at + offset);
		uint64_t value = word(r, piece.at + offset + word_size(r));

		if (tag == DT_NULL)
			return;
		if ((tag == DT_RPATH || tag == DT_RUNPATH || tag == DT_FILTER ||
		     tag == DT_AUXILIARY) &&
		    !string(r, value))
			may(r, "tag 0x%" PRIx64 " without a string", tag);
		if (tag == DT_SYMENT && value != row_size(r))
			may(r, "DT_SYMENT is %" PRIu64, value);
	}
}

static bool has_wide_hash(const struct truth *truth)
{
	return truth->is64 && (truth->machine == EM_S390 || truth->machine == EM_ALPHA ||
			       truth->machine == FAKE_ALPHA);
}

static uint64_t count_by_hash(struct reader *r, struct piece piece)
{
	const unsigned w = has_wide_hash(r->truth) ? 8 : 4;

	r->truth->at_hash = piece.at;
	if (!piece.present || piece.room < 2 * w) {
		must(r, TRUTH_SYMBOLS, "DT_HASH lies outside");
		return 0;
	}
	uint64_t buckets = number(r, piece.at, w), chains = number(r, piece.at + w, w);
	uint64_t words = piece.room / w - 2;
	if (buckets == 0 || buckets > words || chains > words - buckets) {
		must(r, TRUTH_SYMBOLS, "DT_HASH: %" PRIu64 " buckets, %" PRIu64 " chains", buckets,
		     chains);
		return 0;
	}
	r->truth->size_hash = (2 + buckets + chains) * w;
	for (uint64_t i = 2; i < 2 + buckets + chains; i++)
		if (number(r, piece.at + i * w, w) >= (chains ? chains : 1))
			must(r, TRUTH_SYMBOLS, "DT_HASH: word %" PRIu64 " is no symbol", i);
	return chains;
}

/* Behind the last symbol of the longest chain; 0: it has no symbol. */
static uint64_t count_by_gnu_hash(struct reader *r, struct piece piece)
{
	r->truth->at_gnu_hash = piece.at;
	if (!piece.present || piece.room < 16) {
		must(r, TRUTH_SYMBOLS, "DT_GNU_HASH lies outside");
		return 0;
	}
	uint64_t buckets = number(r, piece.at, 4), first = number(r, piece.at + 4, 4);
	uint64_t bloom = number(r, piece.at + 8, 4);
	uint64_t chain = 16 + bloom * word_size(r) + 4 * buckets, end = 0;
	if (buckets == 0 || bloom == 0 || (bloom & (bloom - 1)) != 0 || chain > piece.room) {
		must(r, TRUTH_SYMBOLS, "DT_GNU_HASH: %" PRIu64 " buckets, %" PRIu64 " bloom words",
		     buckets, bloom);
		return 0;
	}
	for (uint64_t i = 0; i < buckets; i++) {
		uint64_t symbol = number(r, piece.at + chain - 4 * (buckets - i), 4);

		if (symbol && symbol < first)
			may(r, "DT_GNU_HASH: a chain begins at %" PRIu64, symbol);
		if (symbol > end)
			end = symbol;
	}
	r->truth->size_gnu_hash = chain;
	if (end && end < first)
		must(r, TRUTH_SYMBOLS, "DT_GNU_HASH: the last chain begins at %" PRIu64, end);
	if (end == 0 || r->truth->must[TRUTH_SYMBOLS][0])
		return 0;
	for (;; end++) {
		uint64_t at = chain + 4 * (end - first);

		if (at + 4 > piece.room) {
			must(r, TRUTH_SYMBOLS, "DT_GNU_HASH: a chain without an end");
			return 0;
		}
		r->truth->size_gnu_hash = at + 4;
		if (number(r, piece.at + at, 4) & 1)
			return end + 1;
	}
}

/* What relocations refer to must be there. MIPS has three types in one and another layout. */
static void count_references(struct reader *r, uint64_t address, uint64_t size, bool addend)
{
	const struct piece piece = loaded_piece(r, address);
	const unsigned w = word_size(r);
	const uint64_t step = (addend ? 3 : 2) * w;

	if (r->truth->machine == EM_MIPS || !piece.present || size > piece.room)
		return;
	for (uint64_t offset = 0; offset + step <= size; offset += step) {
		uint64_t info = word(r, piece.at + offset + w);
		uint64_t symbol = r->truth->is64 ? info >> 32 : info >> 8;

		if (symbol >= r->truth->referenced)
			r->truth->referenced = symbol + 1;
	}
}

/* Whether bytes look like a symbol that other files know of, and not like anything else. */
static bool is_symbol(const struct reader *r, uint64_t at)
{
	const uint64_t name = number(r, at, 4);
	const uint8_t info = r->bytes[at + (r->truth->is64 ? 4 : 12)];
	const uint8_t bind = ELF64_ST_BIND(info), type = ELF64_ST_TYPE(info);

	return name > 0 && string(r, name) && (bind == STB_GLOBAL || bind == STB_WEAK) &&
	       type <= STT_TLS;
}

/*
 * A hash table without a symbol is for symbols that are all undefined. A defined one that something
 * else counts may be listed all the same; where nothing does it must not get lost.
 */
static void check_undefined(struct reader *r, const struct piece *rows, uint64_t count)
{
	const uint64_t counted = r->truth->uncounted ? r->truth->referenced : count;

	for (uint64_t i = 0; i < count; i++) {
		const uint64_t at = rows->at + i * row_size(r);

		if (!is_symbol(r, at) || number(r, at + (r->truth->is64 ? 6 : 14), 2) == SHN_UNDEF)
			continue;
		may(r, "symbol %" PRIu64 " is in no hash table", i);
		if (i >= counted)
			must(r, TRUTH_SYMBOLS, "symbol %" PRIu64 " is in no hash table", i);
	}
}

/* A hash table that has lost its last symbols hides them, but there they are. */
static void check_behind(struct reader *r, const struct piece *rows, uint64_t count)
{
	const uint64_t at = rows->at + count * row_size(r);

	if (!rows->present || !rows->bounded || count >= rows->room / row_size(r))
		return;
	if (is_symbol(r, at))
		must(r, TRUTH_SYMBOLS, "behind the last symbol, %" PRIu64 ", is another",
		     count - 1);
}

static void read_loaded_symbols(struct reader *r, const struct dynamic *dyn)
{
	struct truth *truth = r->truth;
	const struct piece rows = loaded_table(r, dyn->value[DT_SYMTAB]);
	const struct piece versym = loaded_table(r, dyn->value[D_VERSYM]);
	uint64_t by_hash = 0, by_gnu_hash = 0;

	if (!dyn->has[DT_SYMTAB]) {
		if (dyn->has[DT_HASH] || dyn->has[D_GNU_HASH] || dyn->has[D_VERSYM])
			must(r, TRUTH_SYMBOLS, "tables about symbols, but no DT_SYMTAB");
		return;
	}
	if (!dyn->has[D_VERSYM] && (dyn->has[D_VERDEF] || dyn->has[D_VERNEED]))
		must(r, TRUTH_SYMBOLS, "versions, but no DT_VERSYM");
	if (dyn->has[DT_RELA])
		count_references(r, dyn->value[DT_RELA], dyn->value[DT_RELASZ], true);
	if (dyn->has[DT_REL])
		count_references(r, dyn->value[DT_REL], dyn->value[DT_RELSZ], false);
	if (dyn->has[DT_JMPREL])
		count_references(r, dyn->value[DT_JMPREL], dyn->value[DT_PLTRELSZ],
				 dyn->value[DT_PLTREL] == DT_RELA);
	if (dyn->has[DT_HASH])
		by_hash = count_by_hash(r, loaded_table(r, dyn->value[DT_HASH]));
	if (dyn->has[D_GNU_HASH])
		by_gnu_hash = count_by_gnu_hash(r, loaded_table(r, dyn->value[D_GNU_HASH]));
	if (by_gnu_hash && dyn->has[DT_HASH] && by_hash != by_gnu_hash)
		must(r, TRUTH_SYMBOLS, "DT_HASH has %" PRIu64 " symbols, DT_GNU_HASH %" PRIu64,
		     by_hash, by_gnu_hash);
	uint64_t count = dyn->has[DT_HASH] ? by_hash : by_gnu_hash;
	truth->uncounted = !dyn->has[DT_HASH] && by_gnu_hash == 0 && !truth->must[TRUTH_SYMBOLS][0];
	if (truth->uncounted) {
		/* As many as there can be: who answers has fewer, or as many, and the same. */
		count = rows.room / row_size(r);
		if (dyn->has[D_VERSYM] && versym.room / 2 < count)
			count = versym.room / 2;
		may(r, "no table says how many symbols there are");
	} else {
		check_behind(r, &rows, count);
	}
	truth->at_symtab = rows.at;
	truth->size_symtab = count * row_size(r);
	truth->at_versym = dyn->has[D_VERSYM] ? versym.at : 0;
	truth->size_versym = 2 * count;
	read_symbols(r, rows, versym, dyn->has[D_VERSYM], count);
	/* Who knows how far the rows go stops before those that are none. */
	if (truth->uncounted)
		truth->must[TRUTH_SYMBOLS][0] = truth->must[TRUTH_ROWS][0] = '\0';
	if (dyn->has[D_GNU_HASH] && by_gnu_hash == 0 && !truth->must[TRUTH_SYMBOLS][0])
		check_undefined(r, &rows, count);
}

static void add_starts(struct reader *r, const struct dynamic *dyn)
{
	static const int tables[] = {DT_STRTAB, DT_SYMTAB, DT_HASH,  DT_RELA,	DT_REL,
				     DT_JMPREL, D_VERSYM,  D_VERDEF, D_VERNEED, D_GNU_HASH};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (dyn->has[tables[i]])
			r->starts[r->start_count++] = dyn->value[tables[i]];
}

/* A table may also be thought to end where code or other data is said to begin. */
static void check_starts(struct reader *r, const struct dynamic *dyn)
{
	static const int users[] = {DT_SYMTAB, DT_HASH, D_VERSYM, D_VERDEF, D_VERNEED, D_GNU_HASH};
	static const int others[] = {DT_INIT, DT_FINI, DT_INIT_ARRAY, DT_FINI_ARRAY, DT_RELR};

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		if (!dyn->has[users[i]])
			continue;
		const struct piece piece = loaded_table(r, dyn->value[users[i]]);

		for (size_t k = 0; k < ARRAY_SIZE(others); k++)
			if (dyn->has[others[k]] && dyn->value[others[k]] > dyn->value[users[i]] &&
			    dyn->value[others[k]] - dyn->value[users[i]] < piece.room)
				may(r, "something else is said to begin in a table");
	}
}

static void find_strings(struct reader *r, const struct dynamic *dyn)
{
	struct piece piece = loaded_piece(r, dyn->value[DT_STRTAB]);
	const uint64_t size = dyn->value[DT_STRSZ];

	if (!dyn->has[DT_STRTAB] || !dyn->has[DT_STRSZ] || !piece.present || size == 0 ||
	    size > piece.room) {
		must(r, TRUTH_DYNAMIC, "the strings lie outside");
		return;
	}
	piece.room = size;
	if (r->bytes[piece.at + size - 1] != '\0')
		may(r, "the last string has no end");
	r->strings = piece;
	r->truth->at_strtab = piece.at;
	r->truth->size_strtab = size;
}

/* A count, or rows, of a table that is not there: something has lost its name. */
static void check_counts(struct reader *r, const struct dynamic *dyn)
{
	if (dyn->has[D_VERDEFNUM] && dyn->value[D_VERDEFNUM] && !dyn->has[D_VERDEF])
		must(r, TRUTH_DEFS, "DT_VERDEFNUM, but no DT_VERDEF");
	if (dyn->has[D_VERNEEDNUM] && dyn->value[D_VERNEEDNUM] && !dyn->has[D_VERNEED])
		must(r, TRUTH_NEEDS, "DT_VERNEEDNUM, but no DT_VERNEED");
}

static void read_dynamic(struct reader *r, uint64_t address, uint64_t size)
{
	struct truth *truth = r->truth;
	struct dynamic dyn = {0};
	struct piece piece = loaded_piece(r, address);

	if (!piece.present || size > piece.room) {
		must(r, TRUTH_DYNAMIC, "PT_DYNAMIC lies outside");
		return;
	}
	piece.room = size;
	truth->at_dynamic = piece.at;
	truth->size_dynamic = size;
	read_entries(r, piece, &dyn);
	add_starts(r, &dyn);
	find_strings(r, &dyn);
	if (truth->must[TRUTH_DYNAMIC][0])
		return;
	check_starts(r, &dyn);
	check_others(r, piece);
	read_libraries(r, piece, &dyn);
	check_counts(r, &dyn);
	if (dyn.has[D_VERDEF]) {
		const struct piece table = loaded_table(r, dyn.value[D_VERDEF]);

		truth->at_defs = table.at;
		truth->size_defs = table.room;
		read_defs(r, table, dyn.value[D_VERDEFNUM]);
	}
	if (dyn.has[D_VERNEED]) {
		const struct piece table = loaded_table(r, dyn.value[D_VERNEED]);

		truth->at_needs = table.at;
		truth->size_needs = table.room;
		read_needs(r, table, dyn.value[D_VERNEEDNUM]);
	}
	read_loaded_symbols(r, &dyn);
}

static void check_notes(struct reader *r, uint64_t address, uint64_t size, uint64_t align)
{
	const struct piece piece = loaded_piece(r, address);
	uint64_t offset = 0;

	if (!piece.present)
		return; /* not loaded */
	r->truth->at_notes = piece.at;
	r->truth->size_notes = size;
	if (size > piece.room || size > MAX_NOTES) {
		may(r, "a note reaches over the end of its segment");
		return;
	}
	while (size - offset >= 12) {
		const uint64_t at = piece.at + offset;
		const uint64_t name = number(r, at, 4), desc = number(r, at + 4, 4);

		if (align == 8 && offset % 8 == 4 && name == 0) {
			offset += 4;
			continue;
		}
		uint64_t end = ((offset + 12 + name + 3) & ~3ULL) + desc;
		if (end > size)
			may(r, "a note reaches over the end of its segment");
		offset = (end + 3) & ~3ULL;
		if (offset > size)
			return;
	}
}

static void read_interp(struct reader *r, uint64_t offset, uint64_t size)
{
	if (size == 0 || r->truth->interp)
		return;
	r->truth->at_interp = offset;
	r->truth->size_interp = size;
	if (size > PATH_MAX || !fits(r, offset, size) || r->bytes[offset + size - 1] != '\0')
		must(r, TRUTH_INTERP, "PT_INTERP is no string");
	else
		r->truth->interp = (const char *)r->bytes + offset;
	for (const char *s = r->truth->interp; s && *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			r->truth->has_control = true;
}

struct program_header {
	uint32_t type;
	uint64_t offset, vaddr, size, align;
};

static struct program_header program_header(const struct reader *r, uint64_t at)
{
	const bool is64 = r->truth->is64;

	return (struct program_header){
		.type = (uint32_t)number(r, at, 4),
		.offset = word(r, at + (is64 ? 8 : 4)),
		.vaddr = word(r, at + (is64 ? 16 : 8)),
		.size = word(r, at + (is64 ? 32 : 16)),
		.align = word(r, at + (is64 ? 48 : 28)),
	};
}

static void read_segments(struct reader *r, uint64_t phoff, uint64_t count)
{
	const uint64_t step = r->truth->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	struct program_header dynamic = {0};
	uint64_t end;

	if (!fits(r, phoff, count * step)) {
		must(r, TRUTH_FILE, "%" PRIu64 " program headers at 0x%" PRIx64, count, phoff);
		return;
	}
	r->segments = array(count, sizeof(*r->segments));
	r->truth->at_phdrs = phoff;
	r->truth->size_phdrs = count * step;
	for (uint64_t i = 0; i < count; i++) {
		struct program_header p = program_header(r, phoff + i * step);

		if (p.type == PT_DYNAMIC)
			dynamic = p;
		if (p.type != PT_LOAD || p.size == 0)
			continue;
		if (__builtin_add_overflow(p.vaddr, p.size, &end) ||
		    __builtin_add_overflow(p.offset, p.size, &end))
			must(r, TRUTH_FILE, "segment %" PRIu64 " wraps around", i);
		if (!fits(r, p.offset, p.size))
			may(r, "segment %" PRIu64 " reaches over the end of the file", i);
		struct segment *last = r->segment_count ? &r->segments[r->segment_count - 1] : NULL;
		/* patchelf makes tables that lie in two segments. */
		if (last && last->vaddr + last->size == p.vaddr &&
		    last->offset + last->size == p.offset)
			last->size += p.size;
		else
			r->segments[r->segment_count++] =
				(struct segment){p.vaddr, p.offset, p.size};
	}
	for (uint64_t i = 0; i < count; i++) {
		struct program_header p = program_header(r, phoff + i * step);

		if (p.type == PT_NOTE && p.size)
			check_notes(r, p.vaddr, p.size, p.align);
		if (p.type == PT_INTERP)
			read_interp(r, p.offset, p.size);
	}
	if (dynamic.type == PT_DYNAMIC && r->view == TRUTH_LOADED)
		read_dynamic(r, dynamic.vaddr, dynamic.size);
	else if (r->view == TRUTH_LOADED && r->truth->type == ET_DYN)
		/* The dynamic linker refuses it, too: "object file has no dynamic section" */
		must(r, TRUTH_FILE, "a shared object without PT_DYNAMIC");
}

/* ---- the view of the section headers ---- */

static struct section section_header(const struct reader *r, uint64_t at)
{
	const unsigned w = word_size(r);

	return (struct section){
		.name = (uint32_t)number(r, at, 4),
		.type = (uint32_t)number(r, at + 4, 4),
		.offset = word(r, at + 8 + 2 * w),
		.size = word(r, at + 8 + 3 * w),
		.link = (uint32_t)number(r, at + 8 + 4 * w, 4),
		.info = (uint32_t)number(r, at + 12 + 4 * w, 4),
		.entsize = word(r, at + 16 + 5 * w),
	};
}

static const struct section *find_section(const struct reader *r, uint32_t type)
{
	for (uint64_t i = 0; i < r->section_count; i++)
		if (r->sections[i].type == type)
			return &r->sections[i];
	return NULL;
}

static void check_section_names(struct reader *r, uint64_t index)
{
	if (index == SHN_UNDEF)
		return;
	if (index >= r->section_count) {
		may(r, "no section has the names");
		return;
	}
	const struct piece names = section_piece(r, &r->sections[index]);
	if (!names.present || names.room == 0 || r->bytes[names.at + names.room - 1] != '\0')
		may(r, "the names of sections lie outside");
	for (uint64_t i = 0; i < r->section_count; i++)
		if (r->sections[i].name >= names.room)
			may(r, "section %" PRIu64 " has no name", i);
}

/* Use the strings that a section links to. */
static void link_strings(struct reader *r, const struct section *section, enum truth_table table)
{
	r->strings = (struct piece){0};
	if (section->link < r->section_count)
		r->strings = section_piece(r, &r->sections[section->link]);
	if (!r->strings.present || r->strings.room == 0 ||
	    r->sections[section->link].type != SHT_STRTAB)
		must(r, table, "no strings belong to the section");
	else if (r->bytes[r->strings.at + r->strings.room - 1] != '\0')
		may(r, "the last string has no end");
}

static void read_dynamic_section(struct reader *r, const struct section *section)
{
	struct piece piece = section_piece(r, section);
	struct dynamic dyn = {0};

	link_strings(r, section, TRUTH_DYNAMIC);
	if (!piece.present)
		must(r, TRUTH_DYNAMIC, "the section lies outside");
	if (r->truth->must[TRUTH_DYNAMIC][0])
		return;
	if (section->entsize != 2 * word_size(r))
		may(r, "the dynamic section has entries of %" PRIu64, section->entsize);
	read_entries(r, piece, &dyn);
	if (r->truth->must[TRUTH_DYNAMIC][0])
		return;
	check_others(r, piece);
	read_libraries(r, piece, &dyn);
}

static void read_symbol_section(struct reader *r, const struct section *section)
{
	const struct section *versym = find_section(r, SHT_GNU_versym);

	link_strings(r, section, TRUTH_SYMBOLS);
	if (section->entsize != row_size(r) || section->size % row_size(r))
		may(r, "symbols of %" PRIu64 " bytes", section->entsize);
	if (versym && versym->size / 2 != section->size / row_size(r))
		may(r, "%" PRIu64 " bytes of versions", versym->size);
	read_symbols(r, section_piece(r, section),
		     versym ? section_piece(r, versym) : (struct piece){0}, versym != NULL,
		     section->size / row_size(r));
}

/* Tools that have one string table for all may refuse more. */
static void check_links(struct reader *r)
{
	static const uint32_t users[] = {SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_verdef, SHT_GNU_verneed};
	const struct section *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		const struct section *user = find_section(r, users[i]);

		if (!user)
			continue;
		if (first && user->link != first->link)
			may(r, "sections link to different strings");
		first = user;
	}
}

static void read_tables_of_sections(struct reader *r)
{
	const struct section *dynamic = find_section(r, SHT_DYNAMIC);
	const struct section *defs = find_section(r, SHT_GNU_verdef);
	const struct section *needs = find_section(r, SHT_GNU_verneed);
	const struct section *symbols = find_section(r, SHT_DYNSYM);

	r->truth->needed_before_needs = dynamic && needs && dynamic < needs;
	check_links(r);
	if (dynamic)
		read_dynamic_section(r, dynamic);
	if (defs) {
		link_strings(r, defs, TRUTH_DEFS);
		read_defs(r, section_piece(r, defs), defs->info);
	}
	if (needs) {
		link_strings(r, needs, TRUTH_NEEDS);
		read_needs(r, section_piece(r, needs), needs->info);
	}
	if (symbols)
		read_symbol_section(r, symbols);
	else if (find_section(r, SHT_GNU_versym))
		must(r, TRUTH_SYMBOLS, "versions of symbols that are not there");
}

static void read_sections(struct reader *r, uint64_t shoff, uint64_t ehdr_rest)
{
	const uint64_t step = r->truth->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint64_t entsize = number(r, ehdr_rest, 2), count = number(r, ehdr_rest + 2, 2);
	uint64_t names = number(r, ehdr_rest + 4, 2);

	if (entsize != step || !fits(r, shoff, step)) {
		must(r, TRUTH_FILE, "section headers of %" PRIu64 " bytes at 0x%" PRIx64, entsize,
		     shoff);
		return;
	}
	const struct section first = section_header(r, shoff);
	if (count == 0)
		count = first.size;
	if (names == SHN_XINDEX)
		names = first.link;
	if (count > r->size / step || !fits(r, shoff, count * step)) {
		must(r, TRUTH_FILE, "%" PRIu64 " section headers", count);
		return;
	}
	r->truth->at_shdrs = shoff;
	r->truth->size_shdrs = count * step;
	r->sections = array(count, sizeof(*r->sections));
	r->section_count = count;
	for (uint64_t i = 0; i < count; i++)
		r->sections[i] = section_header(r, shoff + i * step);
	check_section_names(r, names);
	if (r->view == TRUTH_SECTIONS)
		read_tables_of_sections(r);
}

/* ---- */

static void read_file(struct reader *r)
{
	struct truth *truth = r->truth;

	if (!fits(r, 0, EI_NIDENT) || memcmp(r->bytes, ELFMAG, SELFMAG) != 0) {
		must(r, TRUTH_FILE, "not an ELF file");
		return;
	}
	truth->is64 = r->bytes[EI_CLASS] == ELFCLASS64;
	truth->big = r->bytes[EI_DATA] == ELFDATA2MSB;
	const bool is64 = truth->is64;
	if ((!is64 && r->bytes[EI_CLASS] != ELFCLASS32) ||
	    (!truth->big && r->bytes[EI_DATA] != ELFDATA2LSB) ||
	    r->bytes[EI_VERSION] != EV_CURRENT ||
	    !fits(r, 0, is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr))) {
		must(r, TRUTH_FILE, "an ELF header of no known kind");
		return;
	}
	truth->type = (uint16_t)number(r, 16, 2);
	truth->machine = (uint16_t)number(r, 18, 2);
	uint64_t phoff = word(r, is64 ? 32 : 28), shoff = word(r, is64 ? 40 : 32);
	uint64_t rest = is64 ? 54 : 42;
	uint64_t phentsize = number(r, rest, 2), phnum = number(r, rest + 2, 2);
	if (truth->type != ET_DYN && truth->type != ET_EXEC)
		must(r, TRUTH_FILE, "type %u", truth->type);
	if (phnum == 0 || phentsize != (is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		must(r, TRUTH_FILE, "%" PRIu64 " program headers of %" PRIu64 " bytes", phnum,
		     phentsize);
	if (truth->must[TRUTH_FILE][0])
		return;
	truth->has_sections = shoff != 0;
	read_segments(r, phoff, phnum);
	if (truth->has_sections && r->view == TRUTH_SECTIONS && !truth->must[TRUTH_FILE][0])
		read_sections(r, shoff, rest + 4);
}

void truth_read(struct truth *truth, enum truth_view view, const uint8_t *bytes, size_t size)
{
	struct reader *r = array(1, sizeof(*r));

	*truth = (struct truth){0};
	*r = (struct reader){.truth = truth, .view = view, .bytes = bytes, .size = size};
	read_file(r);
	free(r->sections);
	free(r->segments);
	free(r);
}

void truth_deinit(struct truth *truth)
{
	for (size_t i = 0; i < truth->def_count; i++) {
		free(truth->defs[i].parents);
		free(truth->defs[i].aux);
	}
	free(truth->defs);
	free(truth->needs);
	free(truth->symbols);
	free(truth->needed);
}
