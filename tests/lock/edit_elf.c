/* SPDX-License-Identifier: MIT */
/*
 * Change one thing in an ELF file, to make what no linker here would write:
 *
 *   edit_elf weak-node FILE NODE       set VER_FLG_WEAK where NODE is needed
 *   edit_elf unversion FILE SYMBOL     take the version from an undefined symbol
 *   edit_elf machine FILE NUMBER       another e_machine
 *   edit_elf blank-versions FILE       hide the version tables; the sections stay
 *   edit_elf no-sections FILE          no section headers
 *   edit_elf remove-needed FILE NAME   take a library from the list; its version table stays
 *   edit_elf default FILE SYMBOL       make each version of a symbol a default one
 *   edit_elf soname FILE NAME          another DT_SONAME: a name that the string table has
 */
#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Elf_Data *section(Elf *elf, GElf_Word type, GElf_Shdr *shdr)
{
	for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn))
		if (gelf_getshdr(scn, shdr) && shdr->sh_type == type)
			return elf_getdata(scn, NULL);
	errx(3, "no such section");
}

static void weak_node(Elf *elf, const char *node)
{
	GElf_Shdr shdr;
	Elf_Data *data = section(elf, SHT_GNU_verneed, &shdr);
	int offset = 0;

	for (GElf_Word i = 0; i < shdr.sh_info; i++) {
		GElf_Verneed need;
		int aux_offset;

		gelf_getverneed(data, offset, &need);
		aux_offset = offset + (int)need.vn_aux;
		for (int j = 0; j < need.vn_cnt; j++) {
			GElf_Vernaux aux;

			gelf_getvernaux(data, aux_offset, &aux);
			if (strcmp(elf_strptr(elf, shdr.sh_link, aux.vna_name), node) == 0) {
				aux.vna_flags |= VER_FLG_WEAK;
				gelf_update_vernaux(data, aux_offset, &aux);
				return;
			}
			aux_offset += (int)aux.vna_next;
		}
		offset += (int)need.vn_next;
	}
	errx(3, "%s is not needed", node);
}

static void unversion(Elf *elf, const char *name)
{
	GElf_Shdr shdr, versym_shdr;
	Elf_Data *symbols = section(elf, SHT_DYNSYM, &shdr);
	Elf_Data *versym = section(elf, SHT_GNU_versym, &versym_shdr);
	GElf_Versym global = VER_NDX_GLOBAL;

	for (int i = 0; i < (int)(shdr.sh_size / shdr.sh_entsize); i++) {
		GElf_Sym symbol;

		gelf_getsym(symbols, i, &symbol);
		if (strcmp(elf_strptr(elf, shdr.sh_link, symbol.st_name), name) == 0) {
			gelf_update_versym(versym, i, &global);
			return;
		}
	}
	errx(3, "no symbol %s", name);
}

static void blank_versions(Elf *elf)
{
	GElf_Shdr shdr;
	Elf_Data *data = section(elf, SHT_DYNAMIC, &shdr);
	GElf_Dyn dyn;

	for (int i = 0; gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		/* All of them: some without the others would be damage. */
		if (dyn.d_tag != DT_VERSYM && dyn.d_tag != DT_VERNEED &&
		    dyn.d_tag != DT_VERNEEDNUM && dyn.d_tag != DT_VERDEF &&
		    dyn.d_tag != DT_VERDEFNUM)
			continue;
		dyn.d_tag = 0x6000000e; /* in the range of the system, known to nobody */
		gelf_update_dyn(data, i, &dyn);
	}
}

static void remove_needed(Elf *elf, const char *name)
{
	GElf_Shdr shdr;
	Elf_Data *data = section(elf, SHT_DYNAMIC, &shdr);
	GElf_Dyn dyn;

	for (int i = 0; gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag != DT_NEEDED ||
		    strcmp(elf_strptr(elf, shdr.sh_link, dyn.d_un.d_val), name) != 0)
			continue;
		dyn.d_tag = 0x6000000e; /* in the range of the system, known to nobody */
		gelf_update_dyn(data, i, &dyn);
		return;
	}
	errx(3, "%s is not needed", name);
}

static void make_default(Elf *elf, const char *name)
{
	GElf_Shdr shdr, versym_shdr;
	Elf_Data *data = section(elf, SHT_DYNSYM, &shdr);
	Elf_Data *versym = section(elf, SHT_GNU_versym, &versym_shdr);
	GElf_Sym symbol;

	for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
		GElf_Versym version;

		if (strcmp(elf_strptr(elf, shdr.sh_link, symbol.st_name), name) != 0)
			continue;
		gelf_getversym(versym, i, &version);
		version &= 0x7fff;
		gelf_update_versym(versym, i, &version);
	}
}

static void set_soname(Elf *elf, const char *name)
{
	GElf_Shdr shdr;
	Elf_Data *data = section(elf, SHT_DYNAMIC, &shdr);
	Elf_Data *strings = elf_getdata(elf_getscn(elf, shdr.sh_link), NULL);
	GElf_Dyn dyn;

	const char *at = memmem(strings->d_buf, strings->d_size, name, strlen(name) + 1);
	if (!at)
		errx(3, "%s is not in the string table", name);
	for (int i = 0; gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		if (dyn.d_tag != DT_SONAME)
			continue;
		dyn.d_un.d_val = (GElf_Xword)(at - (const char *)strings->d_buf);
		gelf_update_dyn(data, i, &dyn);
		return;
	}
	errx(3, "no soname");
}

static void header(Elf *elf, const char *command, const char *value)
{
	GElf_Ehdr ehdr;

	gelf_getehdr(elf, &ehdr);
	if (strcmp(command, "machine") == 0)
		ehdr.e_machine = (GElf_Half)atoi(value);
	gelf_update_ehdr(elf, &ehdr);
}

/* Not with libelf, which would write the headers that it knows of again. */
static void no_sections(int fd)
{
	Elf64_Ehdr ehdr;

	if (pread(fd, &ehdr, sizeof(ehdr), 0) != (ssize_t)sizeof(ehdr))
		err(3, "pread");
	ehdr.e_shoff = 0;
	ehdr.e_shnum = 0;
	ehdr.e_shstrndx = 0;
	if (pwrite(fd, &ehdr, sizeof(ehdr), 0) != (ssize_t)sizeof(ehdr))
		err(3, "pwrite");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: edit_elf COMMAND FILE [ARGUMENT]");
	const char *command = argv[1], *argument = argc > 3 ? argv[3] : "";
	int fd = open(argv[2], O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(3, "%s", argv[2]);
	if (strcmp(command, "no-sections") == 0) {
		no_sections(fd);
		return 0;
	}
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_RDWR, NULL);
	if (!elf)
		errx(3, "%s: %s", argv[2], elf_errmsg(-1));
	elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
	if (strcmp(command, "weak-node") == 0)
		weak_node(elf, argument);
	else if (strcmp(command, "unversion") == 0)
		unversion(elf, argument);
	else if (strcmp(command, "remove-needed") == 0)
		remove_needed(elf, argument);
	else if (strcmp(command, "default") == 0)
		make_default(elf, argument);
	else if (strcmp(command, "soname") == 0)
		set_soname(elf, argument);
	else if (strcmp(command, "blank-versions") == 0)
		blank_versions(elf);
	else if (strcmp(command, "machine") == 0)
		header(elf, command, argument);
	else
		errx(2, "unknown command %s", command);
	for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn))
		elf_flagdata(elf_getdata(scn, NULL), ELF_C_SET, ELF_F_DIRTY);
	elf_flagehdr(elf, ELF_C_SET, ELF_F_DIRTY);
	if (elf_update(elf, ELF_C_WRITE) < 0)
		errx(3, "%s: %s", argv[2], elf_errmsg(-1));
	elf_end(elf);
	return 0;
}
