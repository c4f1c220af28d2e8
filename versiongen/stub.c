/* SPDX-License-Identifier: MIT */
#include "stub.h"

#include <errno.h>
#include <gelf.h>
#include <link.h>
#include <sys/mman.h>

enum { MIPS_ABI_O32 = 0x1000 }; /* E_MIPS_ABI_O32 of binutils, absent from elf.h */

static const struct stub_machine machines[] = {
	{"x86_64", EM_X86_64, ELFCLASS64, ELFDATA2LSB, 0, 4},
	{"x32", EM_X86_64, ELFCLASS32, ELFDATA2LSB, 0, 4},
	{"i386", EM_386, ELFCLASS32, ELFDATA2LSB, 0, 4},
	{"aarch64", EM_AARCH64, ELFCLASS64, ELFDATA2LSB, 0, 4},
	{"aarch64_be", EM_AARCH64, ELFCLASS64, ELFDATA2MSB, 0, 4},
	{"arm", EM_ARM, ELFCLASS32, ELFDATA2LSB, EF_ARM_EABI_VER5, 4},
	{"armeb", EM_ARM, ELFCLASS32, ELFDATA2MSB, EF_ARM_EABI_VER5, 4},
	{"ppc64le", EM_PPC64, ELFCLASS64, ELFDATA2LSB, 2 /* ELFv2 */, 4},
	{"ppc64", EM_PPC64, ELFCLASS64, ELFDATA2MSB, 1 /* ELFv1 */, 4},
	{"ppc", EM_PPC, ELFCLASS32, ELFDATA2MSB, 0, 4},
	{"s390x", EM_S390, ELFCLASS64, ELFDATA2MSB, 0, 8},
	{"riscv64", EM_RISCV, ELFCLASS64, ELFDATA2LSB, EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE, 4},
	{"loongarch64", EM_LOONGARCH, ELFCLASS64, ELFDATA2LSB,
	 0x43 /* object ABI 1, double float */, 4},
	{"mips64el", EM_MIPS, ELFCLASS64, ELFDATA2LSB,
	 EF_MIPS_ARCH_64R2 | EF_MIPS_CPIC | EF_MIPS_PIC | EF_MIPS_NOREORDER, 4},
	{"mips64", EM_MIPS, ELFCLASS64, ELFDATA2MSB,
	 EF_MIPS_ARCH_64R2 | EF_MIPS_CPIC | EF_MIPS_PIC | EF_MIPS_NOREORDER, 4},
	{"mipsel", EM_MIPS, ELFCLASS32, ELFDATA2LSB,
	 EF_MIPS_ARCH_32R2 | MIPS_ABI_O32 | EF_MIPS_CPIC | EF_MIPS_PIC | EF_MIPS_NOREORDER, 4},
	{"mips", EM_MIPS, ELFCLASS32, ELFDATA2MSB,
	 EF_MIPS_ARCH_32R2 | MIPS_ABI_O32 | EF_MIPS_CPIC | EF_MIPS_PIC | EF_MIPS_NOREORDER, 4},
	{"m68k", EM_68K, ELFCLASS32, ELFDATA2MSB, 0, 4},
	{"sparc64", EM_SPARCV9, ELFCLASS64, ELFDATA2MSB, 0, 4},
	{"hppa", EM_PARISC, ELFCLASS32, ELFDATA2MSB, EFA_PARISC_1_1, 4},
	{"alpha", EM_ALPHA, ELFCLASS64, ELFDATA2LSB, 0, 8},
	{0},
};

/* Our own ELF header as the linker placed it: the machine that we were built for. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

const struct stub_machine *stub_machines(void)
{
	return machines;
}

const struct stub_machine *stub_machine_find(const char *name)
{
	for (const struct stub_machine *m = machines; m->name; m++) {
		if (name ? str_eq(name, m->name)
			 : m->machine == __ehdr_start.e_machine &&
				    m->elf_class == __ehdr_start.e_ident[EI_CLASS] &&
				    m->data == __ehdr_start.e_ident[EI_DATA])
			return m;
	}
	return NULL;
}

enum section {
	HASH,
	GNU_HASH,
	DYNSYM,
	DYNSTR,
	VERSYM,
	VERDEF,
	DYNAMIC,
	RODATA,
	TBSS,
	BSS,
	SHSTRTAB,
	SECTION_COUNT,
};

/* In the order of the file; what has no bytes comes last, as in any image. */
static const struct {
	const char *name;
	uint32_t type;
	uint64_t flags;
	Elf_Type data;
	enum section link;
} layout[SECTION_COUNT] = {
	[HASH] = {".hash", SHT_HASH, SHF_ALLOC, ELF_T_WORD, DYNSYM},
	[GNU_HASH] = {".gnu.hash", SHT_GNU_HASH, SHF_ALLOC, ELF_T_GNUHASH, DYNSYM},
	[DYNSYM] = {".dynsym", SHT_DYNSYM, SHF_ALLOC, ELF_T_SYM, DYNSTR},
	[DYNSTR] = {".dynstr", SHT_STRTAB, SHF_ALLOC, ELF_T_BYTE, SECTION_COUNT},
	[VERSYM] = {".gnu.version", SHT_GNU_versym, SHF_ALLOC, ELF_T_HALF, DYNSYM},
	[VERDEF] = {".gnu.version_d", SHT_GNU_verdef, SHF_ALLOC, ELF_T_VDEF, DYNSTR},
	[DYNAMIC] = {".dynamic", SHT_DYNAMIC, SHF_ALLOC, ELF_T_DYN, DYNSTR},
	[RODATA] = {".rodata", SHT_PROGBITS, SHF_ALLOC, ELF_T_BYTE, SECTION_COUNT},
	[TBSS] = {".tbss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, ELF_T_BYTE, SECTION_COUNT},
	[BSS] = {".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, ELF_T_BYTE, SECTION_COUNT},
	[SHSTRTAB] = {".shstrtab", SHT_STRTAB, 0, ELF_T_BYTE, SECTION_COUNT},
};

struct symbol {
	const struct abilock_export *export;
	uint32_t gnu_hash;
	uint32_t bucket; /* of the GNU hash table, which wants symbols grouped by it */
	uint32_t name;
};

struct stub {
	const struct stub_machine *machine;
	const struct abilock_surface *surface;
	Elf *elf;
	struct abilock_arena arena; /* what libelf is to write */
	struct symbol *symbols;	    /* export_count of them; dynsym has one more in front */
	uint32_t gnu_buckets;
	char *strings;
	uint32_t strings_len;
	uint32_t soname;
	uint32_t *node_names; /* one a node, offsets in strings */
	bool has_tls;
	Elf_Scn *scn[SECTION_COUNT]; /* NULL where the section is left out */
	Elf_Data *data[SECTION_COUNT];
	GElf_Shdr shdr[SECTION_COUNT];
};

static void stub_deinit(struct stub *st)
{
	if (st->elf)
		(void)elf_end(st->elf);
	abilock_arena_clear(&st->arena);
}

static uint32_t add_string(struct stub *st, const char *s)
{
	uint32_t at = st->strings_len;
	size_t len = strlen(s) + 1;

	memcpy(st->strings + at, s, len);
	st->strings_len += (uint32_t)len;
	return at;
}

/* All strings go through here before any table is sized. */
static bool collect_strings(struct stub *st, const char *soname)
{
	const struct abilock_surface *sf = st->surface;
	uint64_t size = 1 + strlen(soname) + 1;

	for (size_t i = 0; i < sf->node_count; i++)
		size += strlen(sf->nodes[i].name) + 1;
	for (size_t i = 0; i < sf->export_count; i++)
		size += strlen(sf->exports[i].name) + 1;
	st->strings = size <= UINT32_MAX ? abilock_arena_alloc(&st->arena, (size_t)size) : NULL;
	st->node_names = abilock_arena_array(&st->arena, sf->node_count, sizeof(uint32_t));
	if (!st->strings || !st->node_names)
		return false;
	st->strings_len = 1;
	st->soname = add_string(st, soname);
	for (size_t i = 0; i < sf->node_count; i++)
		st->node_names[i] = add_string(st, sf->nodes[i].name);
	for (size_t i = 0; i < sf->export_count; i++)
		st->symbols[i].name = add_string(st, st->symbols[i].export->name);
	return true;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return (x->export > y->export) - (x->export < y->export);
}

static bool collect_symbols(struct stub *st)
{
	const struct abilock_surface *sf = st->surface;

	st->symbols = abilock_arena_array(&st->arena, sf->export_count, sizeof(*st->symbols));
	st->gnu_buckets = (uint32_t)(sf->export_count / 4 + 1);
	if (!st->symbols || sf->export_count >= UINT32_MAX / 2)
		return false;
	for (size_t i = 0; i < sf->export_count; i++) {
		uint32_t hash = (uint32_t)elf_gnu_hash(sf->exports[i].name);

		st->symbols[i] = (struct symbol){&sf->exports[i], hash, hash % st->gnu_buckets, 0};
		st->has_tls |= sf->exports[i].type == STT_TLS;
	}
	qsort(st->symbols, sf->export_count, sizeof(*st->symbols), compare_symbols);
	return true;
}

/* A zeroed buffer of the section's data, in the memory form of this host. */
static void *section_buffer(struct stub *st, enum section s, size_t size)
{
	Elf_Data *data = st->data[s];

	data->d_size = size;
	data->d_type = layout[s].data;
	data->d_align = st->shdr[s].sh_addralign;
	data->d_version = EV_CURRENT;
	if (layout[s].type != SHT_NOBITS)
		data->d_buf = abilock_arena_alloc(&st->arena, size);
	return data->d_buf;
}

static size_t word_size(const struct stub *st)
{
	return st->machine->elf_class == ELFCLASS64 ? 8 : 4;
}

static bool fill_dynsym(struct stub *st)
{
	size_t size = gelf_fsize(st->elf, ELF_T_SYM, 1, EV_CURRENT);
	size_t count = st->surface->export_count;

	if (!section_buffer(st, DYNSYM, size * (count + 1)))
		return false;
	st->shdr[DYNSYM].sh_entsize = size;
	st->shdr[DYNSYM].sh_info = 1; /* the first that is not local */
	return true;
}

static enum section symbol_section(uint8_t type)
{
	return type == STT_TLS ? TBSS : type == STT_OBJECT ? BSS : RODATA;
}

/* Only now are addresses known. A TLS symbol's value counts from the start of PT_TLS. */
static void place_symbols(struct stub *st)
{
	for (size_t i = 0; i < st->surface->export_count; i++) {
		uint8_t type = st->symbols[i].export->type;
		enum section s = symbol_section(type);
		GElf_Sym sym = {
			.st_name = st->symbols[i].name,
			.st_info =
				GELF_ST_INFO(STB_GLOBAL, type == STT_GNU_IFUNC ? STT_FUNC : type),
			.st_shndx = (GElf_Section)elf_ndxscn(st->scn[s]),
			.st_value = type == STT_TLS ? 0 : st->shdr[s].sh_addr,
		};

		(void)gelf_update_sym(st->data[DYNSYM], (int)i + 1, &sym);
	}
}

static bool fill_versym(struct stub *st)
{
	size_t count = st->surface->export_count;
	GElf_Half *versym = section_buffer(st, VERSYM, sizeof(*versym) * (count + 1));

	if (!versym)
		return false;
	st->shdr[VERSYM].sh_entsize = sizeof(*versym);
	for (size_t i = 0; i < count; i++)
		versym[i + 1] = (GElf_Half)(st->symbols[i].export->node + 2);
	return true;
}

/* One definition: itself, then its parents. @return Where the next one starts. */
static size_t put_verdef(struct stub *st, size_t at, GElf_Verdef def, const char *name,
			 const uint32_t *names)
{
	size_t next = at + sizeof(Elf64_Verdef) + def.vd_cnt * sizeof(Elf64_Verdaux);

	def.vd_version = VER_DEF_CURRENT;
	def.vd_hash = (GElf_Word)elf_hash(name);
	def.vd_aux = sizeof(Elf64_Verdef);
	def.vd_next = next < st->data[VERDEF]->d_size ? (GElf_Word)(next - at) : 0;
	(void)gelf_update_verdef(st->data[VERDEF], (int)at, &def);
	for (size_t i = 0; i < def.vd_cnt; i++) {
		bool last = i + 1 == def.vd_cnt;
		GElf_Verdaux aux = {names[i], last ? 0 : sizeof(Elf64_Verdaux)};

		(void)gelf_update_verdaux(
			st->data[VERDEF],
			(int)(at + sizeof(Elf64_Verdef) + i * sizeof(Elf64_Verdaux)), &aux);
	}
	return next;
}

static bool fill_verdef(struct stub *st, const char *soname)
{
	const struct abilock_surface *sf = st->surface;
	size_t aux = sf->node_count + 1, at = 0;

	for (size_t i = 0; i < sf->node_count; i++)
		aux += sf->nodes[i].parent_count;
	uint32_t *names = abilock_arena_array(&st->arena, aux, sizeof(*names));
	if (!names || !section_buffer(st, VERDEF,
				      (sf->node_count + 1) * sizeof(Elf64_Verdef) +
					      aux * sizeof(Elf64_Verdaux)))
		return false;
	st->shdr[VERDEF].sh_info = (GElf_Word)(sf->node_count + 1);
	at = put_verdef(st, at, (GElf_Verdef){.vd_flags = VER_FLG_BASE, .vd_ndx = 1, .vd_cnt = 1},
			soname, &st->soname);
	for (size_t i = 0; i < sf->node_count; i++) {
		const struct abilock_node *node = &sf->nodes[i];
		GElf_Verdef def = {.vd_ndx = (GElf_Half)(i + 2),
				   .vd_cnt = (GElf_Half)(node->parent_count + 1)};

		names[0] = st->node_names[i];
		for (size_t k = 0; k < node->parent_count; k++)
			names[k + 1] = st->node_names[node->parents[k]];
		at = put_verdef(st, at, def, node->name, names);
	}
	return true;
}

/* A word of the SysV table, which is 8 bytes wide on some machines. */
static void put_hash(const struct stub *st, size_t i, uint32_t value)
{
	if (st->machine->hash_entry == 8)
		((uint64_t *)st->data[HASH]->d_buf)[i] = value;
	else
		((uint32_t *)st->data[HASH]->d_buf)[i] = value;
}

static bool fill_hash(struct stub *st)
{
	size_t count = st->surface->export_count, buckets = count / 2 + 1;
	_cleanup_(freep) uint32_t *last = calloc(buckets, sizeof(*last));

	if (!last || !section_buffer(st, HASH, st->machine->hash_entry * (2 + buckets + count + 1)))
		return false;
	if (st->machine->hash_entry == 8)
		st->data[HASH]->d_type = ELF_T_XWORD;
	st->shdr[HASH].sh_entsize = st->machine->hash_entry;
	put_hash(st, 0, (uint32_t)buckets);
	put_hash(st, 1, (uint32_t)(count + 1));
	for (size_t i = 1; i <= count; i++) {
		size_t b = elf_hash(st->symbols[i - 1].export->name) % buckets;

		put_hash(st, 2 + buckets + i, last[b]);
		last[b] = (uint32_t)i;
	}
	for (size_t b = 0; b < buckets; b++)
		put_hash(st, 2 + b, last[b]);
	return true;
}

/* Bloom filter, buckets and chains, as the dynamic linker's lookup reads them. */
static void fill_gnu_tables(const struct stub *st, uint32_t *table, uint32_t mask_words,
			    uint32_t shift)
{
	const uint32_t bits = (uint32_t)word_size(st) * 8;
	uint32_t *bloom = table + 4;
	uint32_t *buckets = bloom + mask_words * (bits / 32);
	uint32_t *chains = buckets + st->gnu_buckets;
	size_t count = st->surface->export_count;

	for (size_t i = 0; i < count; i++) {
		const struct symbol *s = &st->symbols[i];
		uint32_t word = s->gnu_hash / bits % mask_words;
		uint64_t mask = (uint64_t)1 << s->gnu_hash % bits |
				(uint64_t)1 << (s->gnu_hash >> shift) % bits;
		bool ends = i + 1 == count || st->symbols[i + 1].bucket != s->bucket;

		if (bits == 64)
			((uint64_t *)(void *)bloom)[word] |= mask;
		else
			bloom[word] |= (uint32_t)mask;
		if (buckets[s->bucket] == 0)
			buckets[s->bucket] = (uint32_t)i + 1;
		chains[i] = (s->gnu_hash & ~1u) | ends;
	}
}

static bool fill_gnu_hash(struct stub *st)
{
	size_t count = st->surface->export_count;
	uint32_t mask_words = 1, shift = 6;

	while (mask_words * word_size(st) * 8 < count * 8) {
		mask_words *= 2;
		shift++;
	}
	uint32_t *table = section_buffer(st, GNU_HASH,
					 16 + mask_words * word_size(st) +
						 4 * ((size_t)st->gnu_buckets + count));
	if (!table)
		return false;
	if (word_size(st) == 4) /* with 8 it has entries of both sizes */
		st->shdr[GNU_HASH].sh_entsize = 4;
	table[0] = st->gnu_buckets;
	table[1] = 1; /* first symbol in the table */
	table[2] = mask_words;
	table[3] = shift & 31;
	fill_gnu_tables(st, table, mask_words, shift & 31);
	return true;
}

/* Called twice: for the size, and again when the addresses are known. */
static size_t fill_dynamic(struct stub *st)
{
	const GElf_Shdr *sh = st->shdr;
	const GElf_Dyn entries[] = {
		{DT_SONAME, {st->soname}},
		{DT_HASH, {sh[HASH].sh_addr}},
		{DT_GNU_HASH, {sh[GNU_HASH].sh_addr}},
		{DT_STRTAB, {sh[DYNSTR].sh_addr}},
		{DT_SYMTAB, {sh[DYNSYM].sh_addr}},
		{DT_STRSZ, {st->strings_len}},
		{DT_SYMENT, {sh[DYNSYM].sh_entsize}},
		{DT_VERSYM, {sh[VERSYM].sh_addr}},
		{DT_VERDEF, {sh[VERDEF].sh_addr}},
		{DT_VERDEFNUM, {st->surface->node_count + 1}},
		{DT_FLAGS_1, {DF_1_NOOPEN | DF_1_STUB}},
		{DT_NULL, {0}},
	};

	for (size_t i = 0; st->data[DYNAMIC]->d_buf && i < ARRAY_SIZE(entries); i++) {
		GElf_Dyn dyn = entries[i];

		(void)gelf_update_dyn(st->data[DYNAMIC], (int)i, &dyn);
	}
	return ARRAY_SIZE(entries);
}

static bool fill_shstrtab(struct stub *st)
{
	size_t size = 1;

	for (enum section s = 0; s < SECTION_COUNT; s++)
		size += strlen(layout[s].name) + 1;
	char *names = section_buffer(st, SHSTRTAB, size);
	char *p = names + 1;
	for (enum section s = 0; names && s < SECTION_COUNT; s++) {
		st->shdr[s].sh_name = (GElf_Word)(p - names);
		p = stpcpy(p, layout[s].name) + 1;
	}
	return names;
}

static bool create_sections(struct stub *st)
{
	for (enum section s = 0; s < SECTION_COUNT; s++) {
		GElf_Shdr *sh = &st->shdr[s];

		if (s == TBSS && !st->has_tls)
			continue;
		st->scn[s] = elf_newscn(st->elf);
		st->data[s] = st->scn[s] ? elf_newdata(st->scn[s]) : NULL;
		if (!st->data[s] || !gelf_getshdr(st->scn[s], sh))
			return false;
		sh->sh_type = layout[s].type;
		sh->sh_flags = layout[s].flags;
		sh->sh_addralign = sh->sh_type == SHT_STRTAB ? 1 : word_size(st);
		/* Room for the symbols to point at. */
		if (s == RODATA || sh->sh_type == SHT_NOBITS)
			(void)section_buffer(st, s, word_size(st));
	}
	for (enum section s = 0; s < SECTION_COUNT; s++)
		if (layout[s].link != SECTION_COUNT)
			st->shdr[s].sh_link = (GElf_Word)elf_ndxscn(st->scn[layout[s].link]);
	return true;
}

static bool fill_sections(struct stub *st, const char *soname)
{
	size_t dyn_size = gelf_fsize(st->elf, ELF_T_DYN, 1, EV_CURRENT);

	if (!fill_dynsym(st) || !fill_versym(st) || !fill_verdef(st, soname) || !fill_hash(st) ||
	    !fill_gnu_hash(st) || !fill_shstrtab(st))
		return false;
	st->shdr[DYNAMIC].sh_entsize = dyn_size;
	if (!section_buffer(st, DYNAMIC, dyn_size * fill_dynamic(st)))
		return false;
	(void)section_buffer(st, DYNSTR, 0);
	st->data[DYNSTR]->d_buf = st->strings;
	st->data[DYNSTR]->d_size = st->strings_len;
	return true;
}

static bool put_section_headers(const struct stub *st)
{
	for (enum section s = 0; s < SECTION_COUNT; s++) {
		GElf_Shdr sh = st->shdr[s];

		if (st->scn[s] && !gelf_update_shdr(st->scn[s], &sh))
			return false;
	}
	return true;
}

/*
 * libelf gives the offsets. An address is the offset, so that one segment maps all; what has no
 * bytes stands behind. .tbss takes no room in the image: the next section has its address.
 */
static bool place_sections(struct stub *st)
{
	uint64_t end = 0;

	if (!put_section_headers(st) || elf_update(st->elf, ELF_C_NULL) < 0)
		return false;
	for (enum section s = 0; s < SECTION_COUNT; s++) {
		GElf_Shdr *sh = &st->shdr[s];

		if (!st->scn[s] || !gelf_getshdr(st->scn[s], sh))
			continue;
		if (!(sh->sh_flags & SHF_ALLOC))
			continue;
		if (sh->sh_type != SHT_NOBITS)
			end = sh->sh_offset;
		else
			end = (end + sh->sh_addralign - 1) & ~(sh->sh_addralign - 1);
		sh->sh_addr = end;
		if (!(sh->sh_flags & SHF_TLS))
			end += sh->sh_size;
	}
	return put_section_headers(st);
}

static GElf_Phdr segment(const GElf_Shdr *sh, uint32_t type, uint32_t flags)
{
	return (GElf_Phdr){.p_type = type,
			   .p_flags = flags,
			   .p_offset = sh->sh_offset,
			   .p_vaddr = sh->sh_addr,
			   .p_paddr = sh->sh_addr,
			   .p_filesz = sh->sh_type == SHT_NOBITS ? 0 : sh->sh_size,
			   .p_memsz = sh->sh_size,
			   .p_align = sh->sh_addralign};
}

/* Nothing can be written and nothing can run: functions point at a few zero bytes in .rodata. */
static bool put_segments(const struct stub *st)
{
	const GElf_Shdr *rodata = &st->shdr[RODATA], *bss = &st->shdr[BSS];
	GElf_Phdr phdrs[] = {
		{.p_type = PT_LOAD,
		 .p_flags = PF_R,
		 .p_filesz = rodata->sh_offset + rodata->sh_size,
		 .p_memsz = bss->sh_addr + bss->sh_size,
		 .p_align = 0x10000},
		segment(&st->shdr[DYNAMIC], PT_DYNAMIC, PF_R),
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
		segment(&st->shdr[TBSS], PT_TLS, PF_R),
	};

	for (size_t i = 0; i < ARRAY_SIZE(phdrs) - !st->has_tls; i++)
		if (!gelf_update_phdr(st->elf, (int)i, &phdrs[i]))
			return false;
	return true;
}

static bool put_header(const struct stub *st)
{
	GElf_Ehdr eh;

	if (!gelf_newehdr(st->elf, st->machine->elf_class) ||
	    !gelf_newphdr(st->elf, 3 + st->has_tls) || !gelf_getehdr(st->elf, &eh))
		return false;
	eh.e_ident[EI_DATA] = st->machine->data;
	eh.e_type = ET_DYN;
	eh.e_machine = st->machine->machine;
	eh.e_version = EV_CURRENT;
	eh.e_flags = st->machine->flags;
	eh.e_shstrndx = (GElf_Half)(SECTION_COUNT - !st->has_tls);
	return gelf_update_ehdr(st->elf, &eh);
}

static bool build(struct stub *st, const char *soname)
{
	if (!collect_symbols(st) || !collect_strings(st, soname) || !put_header(st) ||
	    !create_sections(st) || !fill_sections(st, soname) || !place_sections(st))
		return false;
	place_symbols(st);
	(void)fill_dynamic(st);
	return put_segments(st) && elf_update(st->elf, ELF_C_WRITE) >= 0;
}

static int copy_out(int fd, FILE *file, struct abilock_error *err)
{
	char buf[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		if (fwrite(buf, 1, (size_t)n, file) != (size_t)n)
			break;
		at += n;
	}
	if (n != 0)
		return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "cannot write: %s",
					 strerror(errno));
	return 0;
}

/* libelf wants a file to write to that it can seek in; the output may be a pipe. */
int stub_write(FILE *file, const struct abilock_surface *surface, const char *soname,
	       const struct stub_machine *machine, struct abilock_error *err)
{
	_cleanup_(closep) int fd = memfd_create("stub", MFD_CLOEXEC);
	_cleanup_(stub_deinit) struct stub st = {.machine = machine, .surface = surface};

	(void)elf_version(EV_CURRENT);
	st.elf = fd >= 0 ? elf_begin(fd, ELF_C_WRITE, NULL) : NULL;
	if (fd < 0)
		return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "memfd: %s",
					 strerror(errno));
	if (!st.elf || !build(&st, soname)) {
		int code = elf_errno();

		return code ? abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "libelf: %s",
						elf_errmsg(code))
			    : abilock_error_nomem(err);
	}
	return copy_out(fd, file, err);
}
