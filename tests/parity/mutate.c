/* SPDX-License-Identifier: MIT */
#include "mutate.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>

#include "truth.h"

/* ---- chance ---- */

struct chance {
	uint64_t state;
};

/* splitmix64: any seed is as good as any other. */
static uint64_t next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t below(struct chance *chance, uint64_t limit)
{
	return limit ? next(chance) % limit : 0;
}

/* ---- changes ---- */

struct work {
	struct mutant *mutant;
	struct truth loaded, sections; /* of the sound file: where things are */
	struct chance chance;
};

__attribute__((format(printf, 2, 3))) static void tell(struct mutant *mutant, const char *fmt, ...)
{
	const size_t used = strlen(mutant->what);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(mutant->what + used, sizeof(mutant->what) - used, fmt, args);
	va_end(args);
}

static uint64_t get(const struct work *work, uint64_t at, unsigned width)
{
	const struct mutant *mutant = work->mutant;
	uint64_t value = 0;

	for (unsigned i = 0; i < width && at + width <= mutant->size; i++)
		value = value << 8 | mutant->bytes[work->loaded.big ? at + i : at + width - 1 - i];
	return value;
}

static void put(const struct work *work, uint64_t at, unsigned width, uint64_t value)
{
	struct mutant *mutant = work->mutant;

	if (at + width > mutant->size)
		return;
	for (unsigned i = 0; i < width; i++) {
		mutant->bytes[work->loaded.big ? at + width - 1 - i : at + i] = (uint8_t)value;
		value >>= 8;
	}
}

/* A claim that is near the truth, or far from it, or that wraps. */
static uint64_t claim(struct work *work, uint64_t old)
{
	static const uint64_t odd[] = {
		0,	    1,		2,	    3,	       4,	   0x7f,       0xff,
		0x7fff,	    0x8000,	0x8001,	    0xffff,    0x10000,	   0x7fffffff, 0x80000000,
		0xfffffff0, 0xffffffff, UINT64_MAX, INT64_MAX, UINT32_MAX, 0x1000,
	};
	const uint64_t random = next(&work->chance);

	switch (random % 8) {
	case 0: return old + 1;
	case 1: return old - 1;
	case 2: return old + below(&work->chance, 65) * 4 - 128;
	case 3: return old * 2;
	case 4: return old / 2;
	case 5: return random >> 8;
	default: return odd[below(&work->chance, ARRAY_SIZE(odd))];
	}
}

static void change(struct work *work, const char *what, uint64_t at, unsigned width)
{
	const uint64_t old = get(work, at, width);

	put(work, at, width, claim(work, old));
	tell(work->mutant, "%s at 0x%" PRIx64 ": 0x%" PRIx64 " -> 0x%" PRIx64 "; ", what, at, old,
	     get(work, at, width));
}

static void swap_words(struct work *work, const char *what, uint64_t at, uint64_t size)
{
	const uint64_t a = at + below(&work->chance, size / 4) * 4;
	const uint64_t b = at + below(&work->chance, size / 4) * 4;
	const uint64_t word = get(work, a, 4);

	put(work, a, 4, get(work, b, 4));
	put(work, b, 4, word);
	tell(work->mutant, "%s: words at 0x%" PRIx64 " and 0x%" PRIx64 " swapped; ", what, a, b);
}

static void scribble(struct work *work, const char *what, uint64_t at, uint64_t size, bool zero)
{
	uint64_t from = at + below(&work->chance, size);
	uint64_t count = 1 + below(&work->chance, 16);

	for (uint64_t i = 0; i < count && from + i < at + size; i++)
		put(work, from + i, 1, zero ? 0 : next(&work->chance));
	tell(work->mutant, "%s: %" PRIu64 " bytes from 0x%" PRIx64 "%s; ", what, count, from,
	     zero ? " zeroed" : "");
}

/* Change a table as bytes, knowing nothing of what they mean. */
static void change_table(struct work *work, const char *what, uint64_t at, uint64_t size)
{
	const uint64_t place = at + below(&work->chance, size);

	switch (below(&work->chance, 8)) {
	case 0:
		put(work, place, 1, next(&work->chance));
		tell(work->mutant, "%s: byte at 0x%" PRIx64 "; ", what, place);
		break;
	case 1:
		put(work, place, 1, get(work, place, 1) ^ 1U << below(&work->chance, 8));
		tell(work->mutant, "%s: bit at 0x%" PRIx64 "; ", what, place);
		break;
	case 2: change(work, what, at + (place - at) / 2 * 2, 2); break;
	case 3: swap_words(work, what, at, size); break;
	case 4: scribble(work, what, at, size, false); break;
	case 5: scribble(work, what, at, size, true); break;
	default: change(work, what, at + (place - at) / 4 * 4, 4); break;
	}
}

/* Change one member of a structure; widths are listed in the order of the members. */
static void change_member(struct work *work, const char *what, uint64_t at, const char *widths)
{
	const uint64_t member = below(&work->chance, strlen(widths));

	for (uint64_t i = 0; i < member; i++)
		at += (unsigned)(widths[i] - '0');
	change(work, what, at, (unsigned)(widths[member] - '0'));
}

/* ---- kinds of damage: each returns false where the file has nothing of the kind ---- */

static bool change_header(struct work *work)
{
	if (below(&work->chance, 4) == 0)
		change_table(work, "e_ident", 4, 12);
	else
		change_member(work, "ELF header", 16,
			      work->loaded.is64 ? "2248884222222" : "2244444222222");
	return true;
}

static bool change_program_header(struct work *work)
{
	const uint64_t step = work->loaded.is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	const uint64_t count = work->loaded.size_phdrs / step;

	change_member(work, "program header",
		      work->loaded.at_phdrs + below(&work->chance, count) * step,
		      work->loaded.is64 ? "44888888" : "44444444");
	return true;
}

/* Entries in front of DT_NULL. */
static uint64_t count_entries(const struct work *work)
{
	const unsigned word = work->loaded.is64 ? 8 : 4;
	uint64_t count = 0;

	while (count < work->loaded.size_dynamic / (2 * word) &&
	       get(work, work->loaded.at_dynamic + count * 2 * word, word) != DT_NULL)
		count++;
	return count;
}

static bool change_dynamic(struct work *work)
{
	const uint64_t at = work->loaded.at_dynamic, count = count_entries(work);

	if (!at)
		return false;
	if (below(&work->chance, 8) == 0)
		change_table(work, "dynamic section", at, work->loaded.size_dynamic);
	else
		/* DT_NULL included */
		change_member(work, "dynamic entry",
			      at + below(&work->chance, count + 1) * (work->loaded.is64 ? 16 : 8),
			      work->loaded.is64 ? "88" : "44");
	return true;
}

static bool change_defs(struct work *work)
{
	const struct truth *truth = &work->loaded;
	if (truth->def_count == 0)
		return false;
	const struct truth_def *def = &truth->defs[below(&work->chance, truth->def_count)];

	switch (below(&work->chance, 4)) {
	case 0: change_table(work, "verdef", truth->at_defs, truth->size_defs); break;
	case 1:
		change_member(work, "verdaux",
			      truth->at_defs + def->aux[below(&work->chance, def->count)], "44");
		break;
	default: change_member(work, "verdef", truth->at_defs + def->offset, "2222444"); break;
	}
	return true;
}

static bool change_needs(struct work *work)
{
	const struct truth *truth = &work->loaded;
	if (truth->need_count == 0)
		return false;
	const struct truth_need *need = &truth->needs[below(&work->chance, truth->need_count)];

	switch (below(&work->chance, 4)) {
	case 0: change_table(work, "verneed", truth->at_needs, truth->size_needs); break;
	case 1: change_member(work, "verneed", truth->at_needs + need->file_offset, "22444"); break;
	default: change_member(work, "vernaux", truth->at_needs + need->offset, "42244"); break;
	}
	return true;
}

static bool change_piece(struct work *work, const char *what, uint64_t at, uint64_t size)
{
	if (!at || !size)
		return false;
	change_table(work, what, at, size);
	return true;
}

static bool change_versym(struct work *work)
{
	return change_piece(work, "versym", work->loaded.at_versym, work->loaded.size_versym);
}

static bool change_symbols(struct work *work)
{
	const struct truth *truth = &work->loaded;

	if (truth->symbol_count == 0)
		return false;
	if (below(&work->chance, 4) == 0)
		change_table(work, "symbol table", truth->at_symtab, truth->size_symtab);
	else
		change_member(work, "symbol",
			      truth->at_symtab +
				      below(&work->chance, truth->symbol_count) *
					      (truth->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)),
			      truth->is64 ? "411288" : "444112");
	return true;
}

/* Half of the time its header, where few bytes say much. */
static bool change_hash(struct work *work)
{
	const uint64_t size = work->loaded.size_hash;

	return change_piece(work, "DT_HASH", work->loaded.at_hash,
			    size && below(&work->chance, 2) ? 8 : size);
}

static bool change_gnu_hash(struct work *work)
{
	const uint64_t size = work->loaded.size_gnu_hash;

	return change_piece(work, "DT_GNU_HASH", work->loaded.at_gnu_hash,
			    size && below(&work->chance, 2) ? 16 : size);
}

static bool change_strings(struct work *work)
{
	return change_piece(work, "string table", work->loaded.at_strtab, work->loaded.size_strtab);
}

/* A symbol that has its name from its section. */
static void make_section_symbol(struct work *work, uint64_t sections)
{
	const struct truth *truth = &work->loaded;

	if (truth->symbol_count < 2)
		return;
	const uint64_t row = 1 + below(&work->chance, truth->symbol_count - 1);
	const uint64_t at =
		truth->at_symtab + row * (truth->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	put(work, at, 4, 0);
	put(work, at + (truth->is64 ? 4 : 12), 1, STT_SECTION);
	put(work, at + (truth->is64 ? 6 : 14), 2, below(&work->chance, sections));
	tell(work->mutant, "symbol %" PRIu64 " is a section; ", row);
}

static bool change_section_header(struct work *work)
{
	const struct truth *truth = &work->sections;
	const uint64_t step = truth->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	const uint64_t count = truth->size_shdrs / step;

	if (count == 0)
		return false;
	if (below(&work->chance, 2))
		make_section_symbol(work, count);
	/* The tables of interest are among the first ones, and .dynamic near the end. */
	uint64_t index = below(&work->chance, below(&work->chance, 2) && count > 12 ? 12 : count);
	if (below(&work->chance, 8) == 0)
		index = count - 1; /* the names of all others */
	change_member(work, "section header", truth->at_shdrs + index * step,
		      truth->is64 ? "4488884488" : "4444444444");
	return true;
}

static bool change_notes(struct work *work)
{
	if (work->loaded.at_interp && below(&work->chance, 3) == 0)
		return change_piece(work, "PT_INTERP", work->loaded.at_interp,
				    work->loaded.size_interp);
	return change_piece(work, "note", work->loaded.at_notes, work->loaded.size_notes);
}

/* At any place, or around the begin or end of a table. */
static bool cut(struct work *work)
{
	const struct truth *t = &work->loaded;
	const uint64_t ends[] = {
		64,
		t->at_phdrs + t->size_phdrs,
		t->at_dynamic,
		t->at_dynamic + t->size_dynamic,
		t->at_symtab + t->size_symtab,
		t->at_strtab + t->size_strtab,
		t->at_versym + t->size_versym,
		t->at_defs,
		t->at_needs,
		t->at_hash + t->size_hash,
		t->at_gnu_hash + t->size_gnu_hash,
		work->sections.at_shdrs,
		work->mutant->size,
	};
	uint64_t size = below(&work->chance, work->mutant->size);

	if (below(&work->chance, 2))
		size = ends[below(&work->chance, ARRAY_SIZE(ends))] + below(&work->chance, 17) - 8;
	if (size >= work->mutant->size)
		return false;
	work->mutant->size = size;
	tell(work->mutant, "cut to %" PRIu64 " bytes; ", size);
	return true;
}

/* Any byte of the file: mostly one that no answer depends on. */
static bool change_anything(struct work *work)
{
	return change_piece(work, "anywhere", 1, work->mutant->size - 1);
}

void mutate_bare(struct mutant *mutant)
{
	const bool is64 = mutant->bytes[EI_CLASS] == ELFCLASS64;

	memset(mutant->bytes + (is64 ? 40 : 32), 0, is64 ? 8 : 4); /* e_shoff */
	memset(mutant->bytes + (is64 ? 60 : 48), 0, 4);		   /* e_shnum, e_shstrndx */
	tell(mutant, "no section headers; ");
}

/* ---- */

static const struct {
	bool (*apply)(struct work *work);
	unsigned weight;
} kinds[] = {
	{change_header, 5},
	{change_program_header, 8},
	{change_dynamic, 17},
	{change_defs, 14},
	{change_needs, 14},
	{change_versym, 5},
	{change_symbols, 8},
	{change_hash, 5},
	{change_gnu_hash, 7},
	{change_strings, 4},
	{cut, 5},
	{change_section_header, 10},
	{change_notes, 3},
	{change_anything, 3},
};

static void damage_once(struct work *work)
{
	for (;;) {
		uint64_t at = 0, dice = 0;

		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			dice += kinds[i].weight;
		dice = below(&work->chance, dice);
		while (dice >= kinds[at].weight)
			dice -= kinds[at++].weight;
		if (kinds[at].apply(work))
			return;
	}
}

static struct mutant copy(const uint8_t *bytes, size_t size)
{
	struct mutant mutant = {.bytes = malloc(size ? size : 1), .size = size};

	if (!mutant.bytes)
		abort();
	memcpy(mutant.bytes, bytes, size);
	return mutant;
}

struct mutant mutate(const uint8_t *bytes, size_t size, uint64_t seed)
{
	struct mutant mutant = copy(bytes, size);
	struct work work = {.mutant = &mutant, .chance = {seed}};

	truth_read(&work.loaded, TRUTH_LOADED, bytes, size);
	truth_read(&work.sections, TRUTH_SECTIONS, bytes, size);
	(void)next(&work.chance);
	damage_once(&work);
	if (below(&work.chance, 8) == 0)
		damage_once(&work);
	/* Then tools with two ways to find a table go by PT_DYNAMIC. */
	if (work.sections.size_shdrs && mutant.size > 64 && below(&work.chance, 2))
		mutate_bare(&mutant);
	truth_deinit(&work.loaded);
	truth_deinit(&work.sections);
	return mutant;
}

/* ---- known damage ---- */

static Elf64_Ehdr *header(struct mutant *mutant)
{
	return (Elf64_Ehdr *)mutant->bytes;
}

static Elf64_Shdr *section(struct mutant *mutant, uint32_t type)
{
	Elf64_Shdr *sections = (Elf64_Shdr *)(mutant->bytes + header(mutant)->e_shoff);

	for (size_t i = 0; i < header(mutant)->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	abort();
}

static Elf64_Dyn *dynamic(struct mutant *mutant, int64_t tag)
{
	Elf64_Dyn *dyn = (Elf64_Dyn *)(mutant->bytes + section(mutant, SHT_DYNAMIC)->sh_offset);

	while (dyn->d_tag != tag && dyn->d_tag != DT_NULL)
		dyn++;
	return dyn;
}

static Elf64_Verdef *first_def(struct mutant *mutant)
{
	return (Elf64_Verdef *)(mutant->bytes + section(mutant, SHT_GNU_verdef)->sh_offset);
}

static Elf64_Verneed *first_need(struct mutant *mutant)
{
	return (Elf64_Verneed *)(mutant->bytes + section(mutant, SHT_GNU_verneed)->sh_offset);
}

static Elf64_Vernaux *first_node(struct mutant *mutant)
{
	Elf64_Verneed *need = first_need(mutant);

	return (Elf64_Vernaux *)((uint8_t *)need + need->vn_aux);
}

static void cut_at_3000(struct mutant *mutant)
{
	mutant->size = 3000;
}

static void many_defs(struct mutant *mutant)
{
	section(mutant, SHT_GNU_verdef)->sh_info = 0x7fffffff;
	dynamic(mutant, DT_VERDEFNUM)->d_un.d_val = 0x7fffffff;
	first_def(mutant)->vd_next = 0;
}

static void many_needs(struct mutant *mutant)
{
	section(mutant, SHT_GNU_verneed)->sh_info = 0xffffffff;
	dynamic(mutant, DT_VERNEEDNUM)->d_un.d_val = 0xffffffff;
	first_need(mutant)->vn_next = 0;
}

static void many_nodes(struct mutant *mutant)
{
	first_need(mutant)->vn_cnt = 0xffff;
	first_node(mutant)->vna_next = 0;
}

static void node_outside(struct mutant *mutant)
{
	first_node(mutant)->vna_name = (uint32_t)section(mutant, SHT_STRTAB)->sh_size + 4096;
}

static void node_wraps(struct mutant *mutant)
{
	first_node(mutant)->vna_next = 0xfffffff0;
}

static void def_loops(struct mutant *mutant)
{
	Elf64_Verdef *def = first_def(mutant);

	def = (Elf64_Verdef *)((uint8_t *)def + def->vd_next);
	def->vd_next = -first_def(mutant)->vd_next;
}

static void no_entsize(struct mutant *mutant)
{
	section(mutant, SHT_DYNAMIC)->sh_entsize = 0;
}

static void note_overflows(struct mutant *mutant)
{
	Elf64_Nhdr *note = (Elf64_Nhdr *)(mutant->bytes + section(mutant, SHT_NOTE)->sh_offset);

	note->n_namesz = 0xfffffff5;
	note->n_descsz = 0x7fffffff;
}

const struct known_damage known_damages[] = {
	{"no-sections", "no section headers", true, mutate_bare},
	{"cut", "cut at 3,000 bytes", false, cut_at_3000},
	{"many-defs", "2^31-1 definitions, vd_next 0", false, many_defs},
	{"many-needs", "2^32-1 needed files, vn_next 0", false, many_needs},
	{"many-nodes", "65,535 needed nodes, vna_next 0", false, many_nodes},
	{"node-outside", "vna_name behind the strings", false, node_outside},
	{"node-wraps", "vna_next -16", false, node_wraps},
	{"def-loops", "vd_next back to the first definition", false, def_loops},
	{"no-entsize", "dynamic section with entries of 0 bytes", true, no_entsize},
	{"note-overflows", "a note with a name of 2^32-11 bytes", false, note_overflows},
};
const size_t known_damage_count = ARRAY_SIZE(known_damages);

struct mutant mutate_known(const struct known_damage *damage, const uint8_t *bytes, size_t size)
{
	struct mutant mutant = copy(bytes, size);

	damage->apply(&mutant);
	(void)snprintf(mutant.what, sizeof(mutant.what), "%s", damage->what);
	return mutant;
}
