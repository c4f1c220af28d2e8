/* SPDX-License-Identifier: MIT */
/*
 * Names of source files, from the header of a unit's line table. libdw would read the whole table
 * for them, which takes longer than all else, and gives up on some split units by assertion.
 */
#include "types_dwarf_reader.h"

struct bytes {
	const uint8_t *p, *end;
	bool is_big_endian, is_64; /* Offsets have 8 bytes. */
	bool failed;
};

struct source_file {
	const char *name;
	uint64_t folder;
};

struct dwarf_files {
	const char *comp_dir; /* Or NULL. */
	const char **folders;
	uint64_t folder_count;
	struct source_file *files;
	uint64_t file_count;
	uint64_t first; /* Number of the first file. */
};

/* Sections that strings and tables lie in. */
struct line_sections {
	Elf_Data *lines, *line_strings, *strings;
};

static uint64_t get(struct bytes *b, size_t size)
{
	uint64_t value = 0;

	if ((size_t)(b->end - b->p) < size) {
		b->failed = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)b->p[i] << 8 * (b->is_big_endian ? size - 1 - i : i);
	b->p += size;
	return value;
}

static uint64_t get_uleb(struct bytes *b)
{
	uint64_t value = 0;

	for (unsigned shift = 0; b->p < b->end; shift += 7) {
		const uint8_t byte = *b->p++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	b->failed = true;
	return 0;
}

static void skip(struct bytes *b, uint64_t count)
{
	if (count > (uint64_t)(b->end - b->p))
		b->failed = true;
	else
		b->p += count;
}

static const char *get_string(struct bytes *b)
{
	const uint8_t *end = memchr(b->p, 0, (size_t)(b->end - b->p));
	const char *string = (const char *)b->p;

	if (!end) {
		b->failed = true;
		return "";
	}
	b->p = end + 1;
	return string;
}

static const char *string_at(struct bytes *b, const Elf_Data *data, uint64_t offset)
{
	if (!data || !data->d_buf || offset >= data->d_size ||
	    !memchr((const char *)data->d_buf + offset, 0, data->d_size - (size_t)offset)) {
		b->failed = true;
		return "";
	}
	return (const char *)data->d_buf + offset;
}

/* One field of an entry of DWARF 5: a string, a number, or what is not wanted. */
static void get_field(struct bytes *b, const struct line_sections *sections, uint64_t form,
		      const char **ret_string, uint64_t *ret_number)
{
	const size_t offset_size = b->is_64 ? 8 : 4;

	switch (form) {
	case DW_FORM_string: *ret_string = get_string(b); break;
	case DW_FORM_line_strp:
		*ret_string = string_at(b, sections->line_strings, get(b, offset_size));
		break;
	case DW_FORM_strp:
		*ret_string = string_at(b, sections->strings, get(b, offset_size));
		break;
	case DW_FORM_udata: *ret_number = get_uleb(b); break;
	case DW_FORM_data1: *ret_number = get(b, 1); break;
	case DW_FORM_data2: *ret_number = get(b, 2); break;
	case DW_FORM_data4: *ret_number = get(b, 4); break;
	case DW_FORM_data8: *ret_number = get(b, 8); break;
	case DW_FORM_data16: skip(b, 16); break;
	case DW_FORM_block: skip(b, get_uleb(b)); break;
	default: b->failed = true;
	}
}

/* A table of DWARF 5: which fields entries have, how many entries, entries. @return NULL: failed.
 */
static struct source_file *get_table(struct bytes *b, const struct line_sections *sections,
				     struct abilock_arena *arena, uint64_t *ret_count)
{
	uint64_t kinds[256], forms[256];
	const uint64_t field_count = get(b, 1);

	for (uint64_t i = 0; i < field_count; i++) {
		kinds[i] = get_uleb(b);
		forms[i] = get_uleb(b);
	}
	*ret_count = get_uleb(b);
	/* A field takes a byte at least. */
	if (b->failed || (*ret_count && !field_count) || *ret_count > (uint64_t)(b->end - b->p))
		return NULL;
	struct source_file *files =
		abilock_arena_array(arena, (size_t)*ret_count + 1, sizeof(*files));

	for (uint64_t i = 0; files && i < *ret_count && !b->failed; i++) {
		for (uint64_t k = 0; k < field_count; k++) {
			const char *string = "";
			uint64_t number = 0;

			get_field(b, sections, forms[k], &string, &number);
			if (kinds[k] == DW_LNCT_path)
				files[i].name = string;
			else if (kinds[k] == DW_LNCT_directory_index)
				files[i].folder = number;
		}
	}
	return b->failed ? NULL : files;
}

static bool read_tables(struct bytes *b, const struct line_sections *sections,
			struct abilock_arena *arena, struct dwarf_files *files)
{
	struct source_file *folders = get_table(b, sections, arena, &files->folder_count);

	if (!folders)
		return false;
	files->folders = abilock_arena_array(arena, (size_t)files->folder_count + 1,
					     sizeof(*files->folders));
	for (uint64_t i = 0; files->folders && i < files->folder_count; i++)
		files->folders[i] = folders[i].name;
	files->files = get_table(b, sections, arena, &files->file_count);
	return files->folders && files->files;
}

/* Up to DWARF 4: strings, ended by an empty one; folder 0 is the unit's. */
static bool read_lists(struct bytes *b, struct abilock_arena *arena, struct dwarf_files *files)
{
	_cleanup_(freep) const char **folders = NULL;
	_cleanup_(freep) struct source_file *list = NULL;
	size_t folder_count = 0, file_count = 0;
	const char *name = files->comp_dir ? files->comp_dir : "";

	do {
		const char **slot = abilock_array_push(&folders, &folder_count, sizeof(*slot));

		if (!slot)
			return false;
		*slot = name;
		name = get_string(b);
	} while (*name && !b->failed);
	for (name = get_string(b); *name && !b->failed; name = get_string(b)) {
		struct source_file *slot = abilock_array_push(&list, &file_count, sizeof(*slot));

		if (!slot)
			return false;
		*slot = (struct source_file){.name = name, .folder = get_uleb(b)};
		(void)get_uleb(b);
		(void)get_uleb(b);
	}
	files->first = 1;
	files->folder_count = folder_count;
	files->file_count = file_count;
	files->folders = abilock_arena_array(arena, folder_count, sizeof(*folders));
	files->files = abilock_arena_array(arena, file_count + 1, sizeof(*list));
	if (!files->folders || !files->files || b->failed)
		return false;
	memcpy(files->folders, folders, folder_count * sizeof(*folders));
	if (file_count)
		memcpy(files->files, list, file_count * sizeof(*list));
	return true;
}

static bool read_header(struct bytes *b, const struct line_sections *sections,
			struct abilock_arena *arena, struct dwarf_files *files)
{
	uint64_t length = get(b, 4);

	if (length == UINT32_MAX) {
		b->is_64 = true;
		length = get(b, 8);
	}
	if (b->failed || length > (uint64_t)(b->end - b->p))
		return false;
	b->end = b->p + length;
	const uint64_t version = get(b, 2);

	if (version < 2 || version > 5)
		return false;
	if (version == 5)
		skip(b, 2);
	skip(b, b->is_64 ? 8 : 4);
	skip(b, version >= 4 ? 5 : 4);
	const uint64_t opcode_base = get(b, 1);

	skip(b, opcode_base ? opcode_base - 1 : 0);
	if (b->failed)
		return false;
	return version == 5 ? read_tables(b, sections, arena, files) : read_lists(b, arena, files);
}

static const char *plain_section_name(const char *name)
{
	return str_starts(name, ".gnu.debuglto_") ? name + strlen(".gnu.debuglto_") : name;
}

static bool is_section(const char *name, const char *wanted, bool is_split)
{
	const size_t length = strlen(wanted);

	name = plain_section_name(name);
	name += *name == '.';
	name += *name == 'z';
	return strncmp(name, wanted, length) == 0 && str_eq(name + length, is_split ? ".dwo" : "");
}

static void find_sections(Elf *elf, bool is_split, struct line_sections *ret)
{
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr header;

	if (!elf || elf_getshdrstrndx(elf, &names) < 0)
		return;
	while ((section = elf_nextscn(elf, section))) {
		const char *name = gelf_getshdr(section, &header)
					   ? elf_strptr(elf, names, header.sh_name)
					   : NULL;

		/* libdw has uncompressed all that it knows. */
		if (!name || header.sh_type == SHT_NOBITS || header.sh_flags & SHF_COMPRESSED)
			continue;
		if (is_section(name, "debug_line", is_split))
			ret->lines = elf_getdata(section, NULL);
		else if (is_section(name, "debug_line_str", false))
			ret->line_strings = elf_getdata(section, NULL);
		else if (is_section(name, "debug_str", is_split))
			ret->strings = elf_getdata(section, NULL);
	}
}

static bool read_files(struct types_reader *reader, Dwarf_Die *unit_die, struct dwarf_files *files)
{
	struct line_sections sections = {0};
	Dwarf_Attribute attr;
	Dwarf_Word offset = 0;
	uint8_t unit_type = 0;

	if (dwarf_cu_info(unit_die->cu, NULL, &unit_type, NULL, NULL, NULL, NULL, NULL))
		return false;
	const bool is_split = unit_type == DW_UT_split_compile || unit_type == DW_UT_split_type;

	if (dwarf_attr(unit_die, DW_AT_stmt_list, &attr)) {
		if (dwarf_formudata(&attr, &offset))
			return false;
	} else if (!is_split) {
		return false;
	}
	find_sections(dwarf_getelf(dwarf_cu_getdwarf(unit_die->cu)), is_split, &sections);
	if (!sections.lines || !sections.lines->d_buf || offset >= sections.lines->d_size)
		return false;
	if (dwarf_attr_integrate(unit_die, DW_AT_comp_dir, &attr))
		files->comp_dir = dwarf_formstring(&attr);
	const uint8_t *start = sections.lines->d_buf;
	struct bytes bytes = {.p = start + offset,
			      .end = start + sections.lines->d_size,
			      .is_big_endian = reader->is_big_endian};

	return read_header(&bytes, &sections, &reader->module_arena, files);
}

/* Files of a unit, read once; without any where the table cannot be read. */
static int files_of(struct types_reader *reader, Dwarf_Die *die, struct dwarf_files **ret)
{
	struct dwarf_unit *unit;
	Dwarf_Die unit_die;
	int r = dwarf_unit_of(reader, die, &unit);

	if (r < 0)
		return r;
	*ret = unit->files;
	if (*ret)
		return 0;
	*ret = unit->files = abilock_arena_alloc(&reader->module_arena, sizeof(**ret));
	if (!*ret)
		return abilock_error_nomem(reader->err);
	if (!dwarf_diecu(die, &unit_die, NULL, NULL))
		return dwarf_damaged(reader, die, "the entry has no unit:");
	if (!read_files(reader, &unit_die, *ret))
		(*ret)->file_count = 0;
	return 0;
}

static const char *join(struct abilock_arena *arena, const struct dwarf_files *files,
			const struct source_file *file)
{
	const char *folder =
		file->folder < files->folder_count ? files->folders[file->folder] : NULL;

	if (*file->name == '/' || !folder || !*folder)
		return file->name;
	if (*folder == '/' || !files->comp_dir || !*files->comp_dir)
		return abilock_arena_printf(arena, "%s/%s", folder, file->name);
	return abilock_arena_printf(arena, "%s/%s/%s", files->comp_dir, folder, file->name);
}

int dwarf_source_file(struct types_reader *reader, Dwarf_Die *die, const char **ret)
{
	struct dwarf_files *files;
	Dwarf_Attribute attr;
	Dwarf_Word number;

	*ret = NULL;
	if (!dwarf_attr_integrate(die, DW_AT_decl_file, &attr) || dwarf_formudata(&attr, &number))
		return 0;
	/* The number counts in the unit of the entry that says it, which may be another one. */
	Dwarf_Die declared = {.addr = attr.valp, .cu = attr.cu};
	int r = files_of(reader, &declared, &files);

	if (r < 0)
		return r;
	if (number < files->first || number - files->first >= files->file_count ||
	    !files->files[number - files->first].name)
		return 0;
	*ret = join(&reader->unit_arena, files, &files->files[number - files->first]);
	return *ret ? 0 : abilock_error_nomem(reader->err);
}
