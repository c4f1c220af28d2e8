/* SPDX-License-Identifier: MIT */
/* Opening files: linked ones with their files of debug information, objects, archives. */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "types_dwarf_archive.h"
#include "types_dwarf_reader.h"

/* A file in memory of our own: libdw relocates debug information in place. */
struct file {
	char *data; /* NULL: empty */
	uint64_t size;
};

static void file_unmapp(struct file *file)
{
	if (file->data)
		(void)munmap(file->data, (size_t)file->size);
}

static int map_file(const char *path, struct file *ret, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot open: %s",
					 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0,
					 "is no regular file");
	ret->size = (uint64_t)st.st_size;
	if (ret->size == 0)
		return 0;
	void *data = mmap(NULL, (size_t)ret->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (data == MAP_FAILED)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	ret->data = data;
	return 0;
}

static bool is_elf(const char *data, uint64_t size)
{
	return size >= sizeof(Elf32_Ehdr) && memcmp(data, ELFMAG, SELFMAG) == 0;
}

static bool is_bitcode(const char *data, uint64_t size)
{
	return size >= 4 &&
	       (memcmp(data, "BC\xc0\xde", 4) == 0 || memcmp(data, "\xde\xc0\x17\x0b", 4) == 0);
}

/* e_type, which has the same place in all ELF files. */
static unsigned elf_type(const char *data)
{
	const uint8_t *bytes = (const uint8_t *)data + offsetof(Elf32_Ehdr, e_type);
	const bool is_big_endian = data[EI_DATA] == ELFDATA2MSB;

	return (unsigned)bytes[!is_big_endian] << 8 | bytes[is_big_endian];
}

int dwarf_file_is_linked(const char *path, bool *ret_linked, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char start[sizeof(Elf32_Ehdr)];

	if (fd < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot open: %s",
					 strerror(errno));
	const ssize_t n = read(fd, start, sizeof(start));

	if (n < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	*ret_linked = is_elf(start, (uint64_t)n) && elf_type(start) != ET_REL;
	return 0;
}

/* ---- one module ---- */

static void dwfl_endp(Dwfl **dwfl)
{
	dwfl_end(*dwfl);
}

/* What sections there are: debug information, or bytecode in its place. */
struct sections {
	bool has_debug, has_lto;
	bool has_type_units; /* Several sections of one name, of which libdw reads one. */
};

static struct sections look_at_sections(Elf *elf)
{
	struct sections sections = {0};
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr header;

	if (!elf || elf_getshdrstrndx(elf, &names) < 0)
		return sections;
	while ((section = elf_nextscn(elf, section))) {
		const char *name = gelf_getshdr(section, &header)
					   ? elf_strptr(elf, names, header.sh_name)
					   : NULL;

		if (!name || header.sh_type == SHT_NOBITS)
			continue;
		const bool is_debug = str_eq(name, ".debug_info") || str_eq(name, ".zdebug_info");
		const bool is_grouped = (header.sh_flags & SHF_GROUP) != 0;

		sections.has_debug |= is_debug;
		sections.has_type_units |= is_grouped && (is_debug || str_eq(name, ".debug_types"));
		sections.has_lto |= str_starts(name, ".gnu.lto_");
	}
	return sections;
}

/* What dwz moved to another file is in none of the entries. */
static const char *missing_common_file(struct types_reader *reader, Dwarf *dwarf)
{
	const char *name = NULL;
	const void *id;

	if (dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id) <= 0 || dwarf_getalt(dwarf))
		return NULL;
	return abilock_arena_printf(&reader->arena,
				    "the common file of debug information %s is not there", name);
}

static int read_dwarf(struct types_reader *reader, Dwfl_Module *module, struct dwarf_wanted *wanted,
		      size_t count, const char *no_debug)
{
	Dwarf_Addr bias;
	GElf_Addr main_bias;
	GElf_Ehdr header;
	Elf *elf = dwfl_module_getelf(module, &main_bias);
	Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);

	if (!dwarf && look_at_sections(elf).has_debug)
		return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, reader->path,
					 ".debug_info", 0, "%s", dwfl_errmsg(-1));
	if (!dwarf) {
		dwarf_wanted_missing(wanted, count, no_debug);
		return 0;
	}
	const char *missing = missing_common_file(reader, dwarf);

	if (missing) {
		dwarf_wanted_missing(wanted, count, missing);
		return 0;
	}
	reader->is_big_endian = gelf_getehdr(dwarf_getelf(dwarf), &header) &&
				header.e_ident[EI_DATA] == ELFDATA2MSB;
	return dwarf_module_read(reader, module, dwarf, bias, wanted, count);
}

/* ---- objects ---- */

static int session_error(struct types_reader *reader)
{
	return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, reader->path, NULL, 0, "%s",
				 dwfl_errmsg(-1));
}

static int read_object_module(struct types_reader *reader, Dwfl_Module *module)
{
	_cleanup_(freep) struct dwarf_wanted *wanted = NULL;
	size_t count;
	GElf_Addr bias;
	GElf_Ehdr header;
	Elf *elf = dwfl_module_getelf(module, &bias);

	if (!elf)
		return session_error(reader);
	/* libelf takes a table that is cut off for none. */
	if (!gelf_getehdr(elf, &header) || (header.e_shoff && !elf_nextscn(elf, NULL)))
		return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, reader->path,
					 "section headers", 0,
					 "they lie behind the end of the file");
	struct sections sections = look_at_sections(elf);

	if (sections.has_lto && !sections.has_debug) {
		if (!reader->slim)
			reader->slim = abilock_arena_strdup(&reader->arena, reader->path);
		return reader->slim ? 0 : abilock_error_nomem(reader->err);
	}
	int r = dwarf_symbols_object(reader, module, &wanted, &count);

	if (r < 0 || count == 0)
		return r;
	const char *reason = abilock_arena_printf(
		&reader->arena,
		sections.has_type_units ? "%s has types in sections of their own: compile without "
					  "-fdebug-types-section, or give the linked file"
					: "%s has no debug information: it was compiled without -g",
		reader->path);

	if (!reason)
		return abilock_error_nomem(reader->err);
	if (!sections.has_type_units)
		return read_dwarf(reader, module, wanted, count, reason);
	dwarf_wanted_missing(wanted, count, reason);
	return 0;
}

/* libdw 0.188 takes memory that libelf refuses for an object all the same, and falls over it. */
static bool is_readable(char *data, uint64_t size)
{
	GElf_Ehdr header;
	Elf *elf = elf_memory(data, (size_t)size);
	const bool readable = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header);

	(void)elf_end(elf);
	return readable;
}

static int read_object(struct types_reader *reader, const char *name, char *data, uint64_t size)
{
	static char no_path[] = "";
	static char *path = no_path;
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = &path,
	};
	_cleanup_(dwfl_endp) Dwfl *dwfl = dwfl_begin(&callbacks);

	reader->path = name;
	if (!dwfl)
		return abilock_error_nomem(reader->err);
	if (!is_readable(data, size))
		return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, name, "ELF header", 0,
					 "cannot be read");
	Dwfl_Module *module = dwfl_report_offline_memory(dwfl, name, name, data, (size_t)size);

	if (!module || dwfl_report_end(dwfl, NULL, NULL) != 0)
		return session_error(reader);
	int r = read_object_module(reader, module);

	dwarf_module_clear(reader);
	return r;
}

static int read_bytes(struct types_reader *reader, const char *name, char *data, uint64_t size)
{
	if (is_elf(data, size) && elf_type(data) == ET_REL)
		return read_object(reader, name, data, size);
	if (is_elf(data, size))
		return abilock_error_set(reader->err, ABILOCK_E_UNSUPPORTED, name, NULL, 0,
					 "is linked: types come from one linked file, or from "
					 "objects and archives");
	if (!is_bitcode(data, size))
		return abilock_error_set(reader->err, ABILOCK_E_NOT_ELF, name, NULL, 0,
					 "is neither an object nor an archive");
	if (!reader->bitcode)
		reader->bitcode = abilock_arena_strdup(&reader->arena, name);
	return reader->bitcode ? 0 : abilock_error_nomem(reader->err);
}

/* A thin archive names its members, from its own folder on. */
static int read_thin_member(struct types_reader *reader, const char *archive, const char *name)
{
	_cleanup_(file_unmapp) struct file file = {0};
	_cleanup_(freep) char *path = NULL;
	const int folder = (int)(path_base(archive) - archive);

	if (asprintf(&path, "%.*s%s", *name == '/' ? 0 : folder, archive, name) < 0)
		return abilock_error_nomem(reader->err);
	int r = map_file(path, &file, reader->err);

	return r < 0 ? r : read_bytes(reader, path, file.data, file.size);
}

static int read_member(struct types_reader *reader, const char *archive,
		       const struct dwarf_archive_member *member)
{
	_cleanup_(freep) char *name = NULL;
	_cleanup_(freep) char *copy = NULL;

	if (!member->data)
		return read_thin_member(reader, archive, member->name);
	/* Whatever else people put into archives. */
	if (!is_elf(member->data, member->size) && !is_bitcode(member->data, member->size))
		return 0;
	if (asprintf(&name, "%s(%s)", archive, member->name) < 0)
		return abilock_error_nomem(reader->err);
	/* Members stand on even addresses; tables in them want better ones. */
	copy = malloc((size_t)member->size);
	if (!copy)
		return abilock_error_nomem(reader->err);
	memcpy(copy, member->data, (size_t)member->size);
	return read_bytes(reader, name, copy, member->size);
}

static int read_archive(struct types_reader *reader, const char *path, const struct file *file)
{
	struct abilock_arena arena = {0};
	struct dwarf_archive archive = {
		.path = path, .data = file->data, .size = file->size, .arena = &arena};
	struct dwarf_archive_member member;
	int r;

	while ((r = dwarf_archive_next(&archive, &member, reader->err)) == 1) {
		r = read_member(reader, path, &member);
		if (r < 0)
			break;
	}
	abilock_arena_clear(&arena);
	return r;
}

/* ---- linked files ---- */

/* Where libdw looks for files of debug information; see dwfl_standard_find_debuginfo(). */
static int debug_path(struct types_reader *reader, char **ret)
{
	const struct abilock_types_question *question = reader->question;
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_text_puts(&text, ":.debug:/usr/lib/debug");
	for (size_t i = 0; i < question->debug_folder_count; i++) {
		_cleanup_(freep) char *folder = realpath(question->debug_folders[i], NULL);

		if (!folder)
			return abilock_error_set(
				reader->err, ABILOCK_E_IO, question->debug_folders[i], NULL, 0,
				"cannot open the folder of debug information: %s", strerror(errno));
		if (strchr(folder, ':'))
			return abilock_error_set(reader->err, ABILOCK_E_UNSUPPORTED, folder, NULL,
						 0,
						 "has a colon in its name, which libdw takes "
						 "for the end of it");
		abilock_text_putc(&text, ':');
		abilock_text_puts(&text, folder);
	}
	abilock_text_putc(&text, '\0');
	if (text.failed)
		return abilock_error_nomem(reader->err);
	*ret = take_ptr(text.data);
	return 0;
}

static int no_debug_reason(struct types_reader *reader, const char *path, Dwfl_Module *module,
			   const char **ret)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const struct abilock_types_question *question = reader->question;
	const unsigned char *bits;
	GElf_Addr address;
	const int size = dwfl_module_build_id(module, &bits, &address);

	abilock_text_printf(&text, "no debug information: none in %s", path);
	if (size > 0) {
		abilock_text_puts(&text, ", and no file of its build-id ");
		for (int i = 0; i < size; i++)
			abilock_text_hex(&text, bits[i], 2);
	} else {
		abilock_text_puts(&text, ", and no file that .gnu_debuglink names");
	}
	abilock_text_puts(&text, " below /usr/lib/debug");
	for (size_t i = 0; i < question->debug_folder_count; i++)
		abilock_text_printf(&text, " or %s", question->debug_folders[i]);
	abilock_text_putc(&text, '\0');
	*ret = text.failed ? NULL : abilock_arena_text(&reader->arena, text.data);
	return *ret ? 0 : abilock_error_nomem(reader->err);
}

static int read_linked_module(struct types_reader *reader, const char *path, Dwfl_Module *module)
{
	_cleanup_(freep) struct dwarf_wanted *wanted = NULL;
	size_t count;
	GElf_Addr bias;
	const char *reason;
	int r = dwarf_symbols_linked(reader, path, &wanted, &count);

	if (r < 0)
		return r;
	if (!dwfl_module_getelf(module, &bias))
		return session_error(reader);
	for (size_t i = 0; i < count; i++)
		if (wanted[i].address)
			wanted[i].address += bias;
	r = no_debug_reason(reader, path, module, &reason);
	return r < 0 ? r : read_dwarf(reader, module, wanted, count, reason);
}

static int read_linked(struct types_reader *reader, const char *path)
{
	_cleanup_(freep) char *folders = NULL;
	int r = debug_path(reader, &folders);

	if (r < 0)
		return r;
	const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = &folders,
	};
	_cleanup_(dwfl_endp) Dwfl *dwfl = dwfl_begin(&callbacks);

	reader->path = path;
	if (!dwfl)
		return abilock_error_nomem(reader->err);
	Dwfl_Module *module = dwfl_report_offline(dwfl, path_base(path), path, -1);

	if (!module || dwfl_report_end(dwfl, NULL, NULL) != 0)
		return session_error(reader);
	r = read_linked_module(reader, path, module);
	dwarf_module_clear(reader);
	return r;
}

int dwarf_files_read(struct types_reader *reader, const char *path)
{
	_cleanup_(file_unmapp) struct file file = {0};
	bool is_linked;
	int r = dwarf_file_is_linked(path, &is_linked, reader->err);

	if (r < 0)
		return r;
	if (is_linked && reader->question->path_count == 1)
		return read_linked(reader, path);
	r = map_file(path, &file, reader->err);
	if (r < 0)
		return r;
	if (file.data && dwarf_is_archive(file.data, file.size))
		return read_archive(reader, path, &file);
	return read_bytes(reader, path, file.data, file.size);
}
