/* SPDX-License-Identifier: MIT */
/* The sections of a stub, their addresses, and the segment that maps them. */
#include "stub_parts.h"

/* In the order of the file; what has no bytes comes last, as in any image. */
static const struct {
	const char *name;
	uint32_t type;
	uint64_t flags;
	Elf_Type data;
	enum stub_section link;
} layout[STUB_SECTION_COUNT] = {
	[STUB_HASH] = {".hash", SHT_HASH, SHF_ALLOC, ELF_T_WORD, STUB_DYNSYM},
	[STUB_GNU_HASH] = {".gnu.hash", SHT_GNU_HASH, SHF_ALLOC, ELF_T_GNUHASH, STUB_DYNSYM},
	[STUB_DYNSYM] = {".dynsym", SHT_DYNSYM, SHF_ALLOC, ELF_T_SYM, STUB_DYNSTR},
	[STUB_DYNSTR] = {".dynstr", SHT_STRTAB, SHF_ALLOC, ELF_T_BYTE, STUB_SECTION_COUNT},
	[STUB_VERSYM] = {".gnu.version", SHT_GNU_versym, SHF_ALLOC, ELF_T_HALF, STUB_DYNSYM},
	[STUB_VERDEF] = {".gnu.version_d", SHT_GNU_verdef, SHF_ALLOC, ELF_T_VDEF, STUB_DYNSTR},
	[STUB_TEXT] = {".rodata", SHT_PROGBITS, SHF_ALLOC, ELF_T_BYTE, STUB_SECTION_COUNT},
	[STUB_DYNAMIC] = {".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, ELF_T_DYN, STUB_DYNSTR},
	[STUB_TBSS] = {".tbss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, ELF_T_BYTE,
		       STUB_SECTION_COUNT},
	[STUB_BSS] = {".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, ELF_T_BYTE, STUB_SECTION_COUNT},
	[STUB_SHSTRTAB] = {".shstrtab", SHT_STRTAB, 0, ELF_T_BYTE, STUB_SECTION_COUNT},
};

/* Of all machines. */
enum { LARGEST_PAGE = 0x10000 };

static bool is_left_out(const struct stub *st, enum stub_section s)
{
	return (s == STUB_TBSS && !st->has_tls) ||
	       ((s == STUB_VERSYM || s == STUB_VERDEF) && !st->has_versions);
}

static int create_section(struct stub *st, enum stub_section s)
{
	GElf_Shdr *sh = &st->shdr[s];

	st->scn[s] = elf_newscn(st->elf);
	st->data[s] = st->scn[s] ? elf_newdata(st->scn[s]) : NULL;
	if (!st->data[s] || !gelf_getshdr(st->scn[s], sh))
		return ABILOCK_E_IO;
	sh->sh_type = layout[s].type;
	sh->sh_flags = layout[s].flags;
	sh->sh_addralign = sh->sh_type == SHT_STRTAB ? 1 : stub_word_size(st);
	if (s == STUB_BSS && sh->sh_addralign < st->data_align)
		sh->sh_addralign = st->data_align;
	st->data[s]->d_type = layout[s].data;
	st->data[s]->d_align = sh->sh_addralign;
	st->data[s]->d_version = EV_CURRENT;
	return 0;
}

int stub_create_sections(struct stub *st)
{
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++) {
		int r = is_left_out(st, s) ? 0 : create_section(st, s);

		if (r < 0)
			return r;
	}
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++)
		if (layout[s].link != STUB_SECTION_COUNT)
			st->shdr[s].sh_link = (GElf_Word)elf_ndxscn(st->scn[layout[s].link]);
	return 0;
}

/* Called twice: for the size, and again when the addresses are known. */
static size_t fill_dynamic(struct stub *st)
{
	const GElf_Shdr *sh = st->shdr;
	const GElf_Dyn entries[] = {
		{DT_SONAME, {st->soname}},
		{DT_HASH, {sh[STUB_HASH].sh_addr}},
		{DT_GNU_HASH, {sh[STUB_GNU_HASH].sh_addr}},
		{DT_STRTAB, {sh[STUB_DYNSTR].sh_addr}},
		{DT_SYMTAB, {sh[STUB_DYNSYM].sh_addr}},
		{DT_STRSZ, {st->strings_len}},
		{DT_SYMENT, {sh[STUB_DYNSYM].sh_entsize}},
		{DT_FLAGS_1, {DF_1_NOOPEN | DF_1_STUB}},
		{DT_VERSYM, {sh[STUB_VERSYM].sh_addr}},
		{DT_VERDEF, {sh[STUB_VERDEF].sh_addr}},
		{DT_VERDEFNUM, {st->surface->node_count + 1}},
	};
	size_t count = ARRAY_SIZE(entries) - (st->has_versions ? 0 : 3);

	for (size_t i = 0; st->data[STUB_DYNAMIC]->d_buf && i < count; i++) {
		GElf_Dyn dyn = entries[i];

		(void)gelf_update_dyn(st->data[STUB_DYNAMIC], (int)i, &dyn);
	}
	return count + 1; /* with DT_NULL */
}

static int fill_shstrtab(struct stub *st)
{
	size_t size = 1;

	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++)
		size += strlen(layout[s].name) + 1;
	char *names = stub_buffer(st, STUB_SHSTRTAB, size);
	char *p = names + 1;
	if (!names)
		return abilock_error_nomem(st->err);
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++) {
		st->shdr[s].sh_name = (GElf_Word)(p - names);
		p = stpcpy(p, layout[s].name) + 1;
	}
	return 0;
}

/* What no other file fills. Sections that symbols point into are never empty. */
int stub_fill_sections(struct stub *st)
{
	size_t dyn_size = gelf_fsize(st->elf, ELF_T_DYN, 1, EV_CURRENT), word = stub_word_size(st);

	st->shdr[STUB_DYNAMIC].sh_entsize = dyn_size;
	if (!stub_buffer(st, STUB_DYNAMIC, dyn_size * fill_dynamic(st)) ||
	    !stub_buffer(st, STUB_TEXT, word))
		return abilock_error_nomem(st->err);
	st->data[STUB_DYNSTR]->d_buf = st->strings;
	st->data[STUB_DYNSTR]->d_size = st->strings_len;
	st->data[STUB_BSS]->d_size = st->data_size ? st->data_size : word;
	if (st->has_tls)
		st->data[STUB_TBSS]->d_size = st->tls_size ? st->tls_size : word;
	return fill_shstrtab(st);
}

static int put_section_headers(const struct stub *st)
{
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++) {
		GElf_Shdr sh = st->shdr[s];

		if (st->scn[s] && !gelf_update_shdr(st->scn[s], &sh))
			return ABILOCK_E_IO;
	}
	return 0;
}

/*
 * libelf gives the offsets, and an address is the offset. What can be written stands on pages of
 * its own: lld and mold look at a variable's segment, and would put a program's copy of one that
 * cannot be written among its constants.
 */
int stub_place_sections(struct stub *st)
{
	if (put_section_headers(st) < 0 || elf_update(st->elf, ELF_C_NULL) < 0)
		return ABILOCK_E_IO;
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++) {
		GElf_Shdr *sh = &st->shdr[s];

		if (st->scn[s] && gelf_getshdr(st->scn[s], sh) && (sh->sh_flags & SHF_ALLOC))
			sh->sh_addr = sh->sh_offset + (s >= STUB_DYNAMIC ? LARGEST_PAGE : 0);
	}
	(void)fill_dynamic(st);
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

/* Nothing can run: functions point at a few zero bytes in .rodata. */
int stub_put_segments(struct stub *st)
{
	const GElf_Shdr *text = &st->shdr[STUB_TEXT], *bss = &st->shdr[STUB_BSS];
	const GElf_Shdr *dynamic = &st->shdr[STUB_DYNAMIC];
	const uint64_t end = text->sh_offset + text->sh_size;
	GElf_Phdr phdrs[] = {
		{.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = end, .p_memsz = end},
		segment(dynamic, PT_LOAD, PF_R | PF_W),
		segment(dynamic, PT_DYNAMIC, PF_R | PF_W),
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
		segment(&st->shdr[STUB_TBSS], PT_TLS, PF_R),
	};

	phdrs[1].p_memsz = bss->sh_addr + bss->sh_size - dynamic->sh_addr;
	phdrs[0].p_align = phdrs[1].p_align = LARGEST_PAGE;
	for (size_t i = 0; i < ARRAY_SIZE(phdrs) - !st->has_tls; i++)
		if (!gelf_update_phdr(st->elf, (int)i, &phdrs[i]))
			return ABILOCK_E_IO;
	return 0;
}

int stub_put_header(struct stub *st)
{
	const struct stub_source *source = st->source;
	size_t sections = 0;
	GElf_Ehdr eh;

	st->has_versions = st->surface->node_count > 0;
	if (!gelf_newehdr(st->elf, source->elf_class) || !gelf_newphdr(st->elf, 4 + st->has_tls) ||
	    !gelf_getehdr(st->elf, &eh))
		return ABILOCK_E_IO;
	for (enum stub_section s = 0; s < STUB_SECTION_COUNT; s++)
		sections += !is_left_out(st, s);
	eh.e_ident[EI_DATA] = source->data;
	eh.e_ident[EI_OSABI] = source->osabi;
	if (source->osabi == ELFOSABI_NONE && st->needs_gnu_osabi)
		eh.e_ident[EI_OSABI] = ELFOSABI_GNU;
	eh.e_type = ET_DYN;
	eh.e_machine = source->machine;
	eh.e_version = EV_CURRENT;
	eh.e_flags = source->flags;
	eh.e_shstrndx = (GElf_Half)sections; /* the last one */
	return gelf_update_ehdr(st->elf, &eh) ? 0 : ABILOCK_E_IO;
}
