/* SPDX-License-Identifier: MIT */
/* Object files, by libelf: any class and byte order. */
#include "inputs_read.h"

#include <errno.h>
#include <gelf.h>
#include <limits.h>

/* Processor-specific section numbers and types that change what a symbol is. */
#ifndef SHN_MIPS_SUNDEFINED
#define SHN_MIPS_SUNDEFINED 0xff04
#endif

/* What stands for a slim object of gcc before version 10, in place of the section. */
#define SLIM_SYMBOL "__gnu_lto_slim"

struct relocatable {
	struct inputs *inputs;
	Elf *elf;
	struct input *into;
	GElf_Ehdr ehdr;
	Elf_Data *symtab, *strtab;
	GElf_Shdr symtab_header;
	struct input_symbols symbols;
	struct abilock_error *err;
};

static void elf_endp(Elf **elf)
{
	(void)elf_end(*elf);
}

static int damaged(const struct relocatable *rel, const char *table, uint64_t offset,
		   const char *message)
{
	return abilock_error_set(rel->err, ABILOCK_E_DAMAGED, rel->into->name, table, offset, "%s",
				 message);
}

static int damaged_libelf(const struct relocatable *rel, const char *table)
{
	const int number = elf_errno();

	return damaged(rel, table, 0, number ? elf_errmsg(number) : "cannot be read");
}

/* Whether a section says that the object has no machine code: byte 4 of gcc's LTO header. */
static bool is_slim_section(const struct relocatable *rel, Elf_Scn *section,
			    const GElf_Shdr *header, size_t names)
{
	const char *name = elf_strptr(rel->elf, names, header->sh_name);
	const Elf_Data *data;

	if (!name || !str_starts(name, ".gnu.lto_.lto."))
		return false;
	data = elf_rawdata(section, NULL);
	return data && data->d_buf && data->d_size > 4 && ((const uint8_t *)data->d_buf)[4] != 0;
}

/* The symbol table and its strings. @return 1 with both set, 0 where there is none. */
static int find_tables(struct relocatable *rel)
{
	Elf_Scn *section = NULL, *found = NULL;
	GElf_Shdr header;
	size_t names = 0;

	if (elf_getshdrstrndx(rel->elf, &names) < 0)
		return damaged_libelf(rel, "section headers");
	while ((section = elf_nextscn(rel->elf, section))) {
		if (!gelf_getshdr(section, &header))
			return damaged_libelf(rel, "section headers");
		if (is_slim_section(rel, section, &header, names))
			return input_fail_lto(rel->into->name, rel->err);
		if (header.sh_type == SHT_SYMTAB && !found) {
			found = section;
			rel->symtab_header = header;
		}
	}
	if (!found)
		return 0;
	rel->symtab = elf_getdata(found, NULL);
	section = elf_getscn(rel->elf, rel->symtab_header.sh_link);
	if (!rel->symtab || (!rel->symtab->d_buf && rel->symtab->d_size > 0))
		return damaged_libelf(rel, "symtab");
	if (rel->symtab->d_size < rel->symtab_header.sh_size)
		return damaged(rel, "symtab", rel->symtab->d_size,
			       "ends behind the end of the file");
	if (!section || !gelf_getshdr(section, &header) || header.sh_type != SHT_STRTAB)
		return damaged(rel, "symtab", 0, "its sh_link names no string table");
	rel->strtab = elf_getdata(section, NULL);
	if (!rel->strtab || !rel->strtab->d_buf || rel->strtab->d_size == 0 ||
	    ((const char *)rel->strtab->d_buf)[rel->strtab->d_size - 1] != '\0')
		return damaged(rel, "strtab", 0, "does not end in a NUL byte");
	return 1;
}

static bool is_undefined(const struct relocatable *rel, const GElf_Sym *sym)
{
	return sym->st_shndx == SHN_UNDEF ||
	       (rel->ehdr.e_machine == EM_MIPS && sym->st_shndx == SHN_MIPS_SUNDEFINED);
}

/* Assembler code often gives no type: what the section holds tells. */
static int type_of_section(const struct relocatable *rel, size_t index, uint64_t offset,
			   uint8_t *ret_type)
{
	GElf_Shdr header;
	Elf_Scn *section = elf_getscn(rel->elf, index);

	*ret_type = STT_OBJECT;
	if (index >= SHN_LORESERVE)
		return 0;
	if (!section || !gelf_getshdr(section, &header))
		return damaged(rel, "symtab", offset,
			       "a symbol lies in a section that is not there");
	if (header.sh_flags & SHF_TLS)
		*ret_type = STT_TLS;
	else if (header.sh_flags & SHF_EXECINSTR)
		*ret_type = STT_FUNC;
	return 0;
}

static bool is_no_symbol(const struct relocatable *rel, const GElf_Sym *sym)
{
	const unsigned bind = GELF_ST_BIND(sym->st_info), type = GELF_ST_TYPE(sym->st_info);

	if (bind != STB_GLOBAL && bind != STB_WEAK && bind != STB_GNU_UNIQUE)
		return true;
	return type == STT_SECTION || type == STT_FILE ||
	       (type == STT_SPARC_REGISTER &&
		(rel->ehdr.e_machine == EM_SPARC || rel->ehdr.e_machine == EM_SPARC32PLUS ||
		 rel->ehdr.e_machine == EM_SPARCV9));
}

static int add_symbol(struct relocatable *rel, const GElf_Sym *sym, uint64_t offset)
{
	struct input_symbol symbol = {.type = GELF_ST_TYPE(sym->st_info),
				      .bind = GELF_ST_BIND(sym->st_info),
				      .visibility = GELF_ST_VISIBILITY(sym->st_other),
				      .is_defined = !is_undefined(rel, sym)};
	int r = 0;

	if (sym->st_name >= rel->strtab->d_size)
		return damaged(rel, "symtab", offset, "a name lies outside of the string table");
	const char *name = (const char *)rel->strtab->d_buf + sym->st_name;
	if (!*name || is_no_symbol(rel, sym))
		return 0;
	if (symbol.is_defined && str_eq(name, SLIM_SYMBOL))
		return input_fail_lto(rel->into->name, rel->err);
	if (symbol.type == STT_COMMON)
		symbol.type = STT_OBJECT;
	else if (symbol.type == STT_ARM_TFUNC && rel->ehdr.e_machine == EM_ARM)
		symbol.type = STT_FUNC;
	else if (symbol.type == STT_NOTYPE && symbol.is_defined)
		r = type_of_section(rel, sym->st_shndx, offset, &symbol.type);
	return r < 0 ? r : input_add_symbol(rel->inputs, &rel->symbols, name, symbol, rel->err);
}

static int read_symbols(struct relocatable *rel)
{
	const size_t size = gelf_fsize(rel->elf, ELF_T_SYM, 1, EV_CURRENT);
	const uint64_t entry = rel->symtab_header.sh_entsize;

	if (entry != size || size == 0)
		return damaged(rel, "symtab", 0, "its entries have a wrong size");
	const uint64_t count = rel->symtab_header.sh_size / size;
	if (count > INT_MAX)
		return damaged(rel, "symtab", 0, "claims too many symbols");
	for (int i = 1; i < (int)count; i++) {
		const uint64_t offset = (uint64_t)i * size;
		GElf_Sym sym;

		if (!gelf_getsym(rel->symtab, i, &sym))
			return damaged(rel, "symtab", offset, "an entry cannot be read");
		int r = GELF_ST_BIND(sym.st_info) == STB_LOCAL ? 0 : add_symbol(rel, &sym, offset);
		if (r < 0)
			return r;
	}
	return 0;
}

/* libelf takes a table of sections that lies outside of the file for none at all. */
static int check_sections(const struct relocatable *rel, uint64_t size)
{
	const uint64_t entry = gelf_fsize(rel->elf, ELF_T_SHDR, 1, EV_CURRENT);
	size_t count = 0;

	if (rel->ehdr.e_shoff == 0)
		return damaged(rel, "section headers", 0, "an object file has some, this one none");
	if (entry == 0 || rel->ehdr.e_shentsize != entry)
		return damaged(rel, "section headers", 0, "their entries have a wrong size");
	if (rel->ehdr.e_shoff > size || (size - rel->ehdr.e_shoff) / entry < 1)
		return damaged(rel, "section headers", rel->ehdr.e_shoff,
			       "they lie behind the end of the file");
	if (elf_getshdrnum(rel->elf, &count) < 0)
		return damaged_libelf(rel, "section headers");
	if (count == 0 || count > (size - rel->ehdr.e_shoff) / entry ||
	    (rel->ehdr.e_shnum != 0 && rel->ehdr.e_shnum != count))
		return damaged(rel, "section headers", rel->ehdr.e_shoff,
			       "they end behind the end of the file");
	return 0;
}

static int read_elf(struct relocatable *rel, uint64_t size)
{
	if (elf_kind(rel->elf) != ELF_K_ELF || !gelf_getehdr(rel->elf, &rel->ehdr))
		return damaged_libelf(rel, "ELF header");
	int r = check_sections(rel, size);
	if (r < 0)
		return r;
	r = input_check_machine(rel->inputs, rel->into->name, rel->ehdr.e_machine,
				rel->ehdr.e_ident[EI_CLASS], rel->ehdr.e_ident[EI_DATA], rel->err);
	if (r == 0)
		r = find_tables(rel);
	if (r > 0)
		r = read_symbols(rel);
	return r < 0 ? r : input_keep_symbols(rel->inputs, &rel->symbols, rel->into, rel->err);
}

int input_read_relocatable(struct inputs *inputs, const struct input_source *source,
			   struct input *into, struct abilock_error *err)
{
	struct relocatable rel = {.inputs = inputs, .into = into, .err = err};

	(void)elf_version(EV_CURRENT);
	_cleanup_(elf_endp) Elf *elf =
		source->bytes ? elf_memory((char *)(uintptr_t)source->bytes, source->size)
			      : elf_begin(source->fd, ELF_C_READ, NULL);
	if (!elf)
		return damaged_libelf(&rel, "ELF header");
	rel.elf = elf;
	int r = read_elf(&rel, source->size);
	input_symbols_deinit(&rel.symbols);
	return r;
}
