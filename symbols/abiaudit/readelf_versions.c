/* SPDX-License-Identifier: MIT */
#include "readelf_versions.h"

#include <inttypes.h>

#include "object_source.h"
#include "readelf.h"

/* A version symbol takes this many columns, and more where a node's name is long. */
enum { CELL_WIDTH = 18, CELLS_A_ROW = 4, ROW_HEAD = 32 };

/* A name with its parentheses takes this many columns at least. */
enum { NAME_WIDTH = 12 };

/* Where a table lies; @p link and @p link_name are what the section header says of another. */
struct table {
	const char *name;
	uint64_t address, offset, entries;
	uint32_t link;
	const char *link_name;
};

/* The version symbols of one index, as they are printed. */
struct cell {
	const char *text; /* NULL: no node has the index */
	size_t length;
	bool is_needed;
};

struct cells {
	struct abilock_arena arena;
	struct cell *by_index;
	size_t count, longest;
};

static void cells_deinit(struct cells *cells)
{
	abilock_arena_clear(&cells->arena);
}

const char *readelf_version_flags(uint16_t flags)
{
	static const char *const names[] = {
		"none",
		"BASE",
		"WEAK",
		"BASE | WEAK",
		"INFO",
		"BASE | INFO",
		"WEAK | INFO",
		"BASE | WEAK | INFO",
		"<unknown>",
		"BASE | <unknown>",
		"WEAK | <unknown>",
		"BASE | WEAK | <unknown>",
		"INFO | <unknown>",
		"BASE | INFO | <unknown>",
		"WEAK | INFO | <unknown>",
		"BASE | WEAK | INFO | <unknown>",
	};

	return names[(flags & 7) | (flags & ~7 ? 8 : 0)];
}

/* An offset as `%#06x` has it: 0 gets no 0x. */
static void add_offset(struct abilock_text *out, uint64_t offset)
{
	abilock_text_puts(out, offset ? "  0x" : "  00");
	abilock_text_hex(out, offset, 4);
	abilock_text_puts(out, ": ");
}

static void add_head(struct abilock_text *out, const char *what, const struct table *table)
{
	abilock_text_printf(out, "\nVersion %s section '", what);
	readelf_add_name(out, table->name);
	abilock_text_printf(out,
			    "' contains %" PRIu64 " entr%s:\n Addr: 0x%016" PRIx64
			    "  Offset: 0x%08" PRIx64 "  Link: %" PRIu32 " (",
			    table->entries, table->entries == 1 ? "y" : "ies", table->address,
			    table->offset, table->link);
	readelf_add_name(out, table->link_name);
	abilock_text_puts(out, ")\n");
}

/* ---- version symbols ---- */

/* readelf pads with a width of 12 - length, which printf takes for its absolute value. */
static size_t name_padding(size_t name_length)
{
	const size_t width =
		name_length < NAME_WIDTH ? NAME_WIDTH - name_length : name_length - NAME_WIDTH;

	return width ? width - 1 : 0;
}

static bool make_cell(struct cells *cells, uint16_t index, const char *node, bool is_needed)
{
	struct abilock_text text = {0};
	struct cell *cell = &cells->by_index[index];

	abilock_text_printf(&text, "%4x (", index);
	readelf_add_name(&text, node);
	abilock_text_putc(&text, ')');
	abilock_text_pad(&text, name_padding(strlen(node)));
	if (text.length < CELL_WIDTH)
		abilock_text_pad(&text, CELL_WIDTH - text.length);
	cell->text =
		text.failed ? NULL : abilock_arena_strndup(&cells->arena, text.data, text.length);
	cell->length = text.length;
	cell->is_needed = is_needed;
	abilock_text_deinit(&text);
	if (cell->length > cells->longest)
		cells->longest = cell->length;
	return cell->text != NULL;
}

static bool make_cells(struct cells *cells, const struct abilock_object *object)
{
	cells->longest = CELL_WIDTH;
	for (size_t i = 0; i < object->verdef_count; i++)
		if (object->verdefs[i].index >= cells->count)
			cells->count = object->verdefs[i].index + 1U;
	for (size_t i = 0; i < object->verneed_count; i++)
		if (object->verneeds[i].index >= cells->count)
			cells->count = object->verneeds[i].index + 1U;
	cells->by_index =
		abilock_arena_array(&cells->arena, cells->count + 1, sizeof(*cells->by_index));
	if (!cells->by_index)
		return false;
	for (size_t i = 0; i < object->verdef_count; i++)
		if (!make_cell(cells, object->verdefs[i].index, object->verdefs[i].name, false))
			return false;
	for (size_t i = 0; i < object->verneed_count; i++)
		if (!make_cell(cells, object->verneeds[i].index, object->verneeds[i].node, true))
			return false;
	return true;
}

static char *put_cell(char *to, const struct cells *cells, const struct abilock_symbol *symbol)
{
	const uint16_t index = symbol->version;

	if (index <= VER_NDX_GLOBAL && !symbol->hidden)
		return mempcpy(to, index ? "   1 (*global*)   " : "   0 (*local*)    ", CELL_WIDTH);
	const struct cell *cell = index > VER_NDX_GLOBAL ? &cells->by_index[index] : NULL;
	if (!symbol->hidden)
		return mempcpy(to, cell->text, cell->length);
	/* Only a definition can be hidden: the name of a need does not stand behind an h. */
	char *end;
	if (cell && !cell->is_needed) {
		end = mempcpy(to, cell->text, cell->length);
	} else {
		(void)snprintf(to, CELL_WIDTH + 1, "%4x%*s", index, CELL_WIDTH - 4, "");
		end = to + CELL_WIDTH;
	}
	to[4] = 'h';
	return end;
}

/* @p object has been checked: each version has a cell. */
static int add_version_symbols(struct abilock_text *out, const struct abilock_object *object,
			       const struct table *table, struct abilock_error *err)
{
	_cleanup_(cells_deinit) struct cells cells = {0};
	struct abilock_symbol symbol;

	if (!make_cells(&cells, object))
		return abilock_error_nomem(err);
	add_head(out, "symbols", table);
	for (uint64_t i = 0; i < object->symbol_count;) {
		char *to = abilock_text_reserve(out, ROW_HEAD + CELLS_A_ROW * cells.longest);

		if (!to)
			return abilock_error_nomem(err);
		to += sprintf(to, "  %03" PRIx64 ":", i);
		do {
			int r = abilock_object_symbol(object, i, &symbol, err);
			if (r < 0)
				return r;
			to = put_cell(to, &cells, &symbol);
		} while (++i < object->symbol_count && i % CELLS_A_ROW != 0);
		*to++ = '\n';
		out->length = (size_t)(to - out->data);
	}
	return 0;
}

/* ---- definitions and needs ---- */

static void add_definitions(struct abilock_text *out, const struct abilock_object *object,
			    const struct table *table)
{
	add_head(out, "definition", table);
	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		add_offset(out, def->offset);
		abilock_text_printf(out, "Rev: 1  Flags: %s  Index: %u  Cnt: %zu  Name: ",
				    readelf_version_flags(def->flags), def->index,
				    def->parent_count + 1);
		readelf_add_name(out, def->name);
		abilock_text_putc(out, '\n');
		for (size_t k = 0; k < def->parent_count; k++) {
			add_offset(out, def->aux_offsets[k + 1]);
			abilock_text_printf(out, "Parent %zu: ", k + 1);
			readelf_add_name(out, def->parents[k]);
			abilock_text_putc(out, '\n');
		}
	}
}

static void add_needed_file(struct abilock_text *out, const struct abilock_verneed *need,
			    size_t node_count)
{
	add_offset(out, need->file_offset);
	abilock_text_puts(out, "Version: 1  File: ");
	readelf_add_name(out, need->file);
	abilock_text_printf(out, "  Cnt: %zu\n", node_count);
}

static void add_needs(struct abilock_text *out, const struct abilock_object *object,
		      const struct table *table)
{
	add_head(out, "needs", table);
	for (size_t i = 0; i < object->verneed_count;) {
		const uint64_t file = object->verneeds[i].file_offset;
		size_t end = i;

		while (end < object->verneed_count && object->verneeds[end].file_offset == file)
			end++;
		add_needed_file(out, &object->verneeds[i], end - i);
		for (; i < end; i++) {
			const struct abilock_verneed *need = &object->verneeds[i];

			add_offset(out, need->offset);
			abilock_text_puts(out, "  Name: ");
			readelf_add_name(out, need->node);
			abilock_text_printf(out, "  Flags: %s  Version: %u\n",
					    readelf_version_flags(need->flags), need->index);
		}
	}
}

/* ---- the tables, by section headers and without ---- */

static int add_table(struct abilock_text *out, const struct abilock_object *object, uint32_t type,
		     const struct table *table, struct abilock_error *err)
{
	if (type == SHT_GNU_versym)
		return add_version_symbols(out, object, table, err);
	if (type == SHT_GNU_verdef)
		add_definitions(out, object, table);
	else
		add_needs(out, object, table);
	return 0;
}

static bool has_versions(uint32_t type)
{
	return type == SHT_GNU_versym || type == SHT_GNU_verdef || type == SHT_GNU_verneed;
}

/* In the order of the section headers. */
static int add_sections(struct abilock_text *out, const struct abilock_object *object,
			struct abilock_error *err)
{
	for (size_t i = 0; i < object->section_count; i++) {
		const struct abilock_section *section = &object->sections[i];

		if (!has_versions(section->type))
			continue;
		const struct table table = {
			.name = section->name,
			.address = section->address,
			.offset = section->offset,
			.entries =
				section->type == SHT_GNU_versym ? section->size / 2 : section->info,
			.link = section->link,
			.link_name = section->link < object->section_count
					     ? object->sections[section->link].name
					     : "<corrupt>",
		};
		int r = add_table(out, object, section->type, &table, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The files that the needs belong to, which is what DT_VERNEEDNUM counts. */
static uint64_t count_files(const struct abilock_object *object)
{
	uint64_t count = 0;

	for (size_t i = 0; i < object->verneed_count; i++)
		count += i == 0 ||
			 object->verneeds[i].file_offset != object->verneeds[i - 1].file_offset;
	return count;
}

static int add_dynamic(struct abilock_text *out, const struct abilock_object *object,
		       struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	int r = 0;

	const struct {
		const struct abilock_span *span;
		uint32_t type;
		const char *name, *link_name;
		uint64_t entries;
	} kinds[] = {
		{&tables->versym_span, SHT_GNU_versym, ".gnu.version", ".dynsym",
		 object->symbol_count},
		{&tables->verdef_span, SHT_GNU_verdef, ".gnu.version_d", ".dynstr",
		 object->verdef_count},
		{&tables->verneed_span, SHT_GNU_verneed, ".gnu.version_r", ".dynstr",
		 count_files(object)},
	};
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(kinds); i++) {
		const uint64_t address = kinds[i].span->address;
		uint64_t offset = 0;

		if (!kinds[i].span->present)
			continue;
		(void)abilock_source_offset(object, address, &offset);
		const struct table table = {
			.name = kinds[i].name,
			.address = address,
			.offset = offset,
			.entries = kinds[i].entries,
			.link_name = kinds[i].link_name,
		};
		r = add_table(out, object, kinds[i].type, &table, err);
	}
	return r;
}

/* ---- checks ---- */

/* One bit for each version index that a node has. */
struct indices {
	uint64_t bits[0x8000 / 64];
};

static void set_index(struct indices *indices, uint16_t index)
{
	indices->bits[index / 64] |= 1ULL << (index % 64);
}

static bool has_index(const struct indices *indices, uint16_t index)
{
	return indices->bits[index / 64] >> (index % 64) & 1;
}

static int check_symbols(const struct abilock_object *object, struct abilock_error *err)
{
	struct indices indices = {{3}}; /* the reserved ones need no node */
	struct abilock_symbol symbol;

	for (size_t i = 0; i < object->verdef_count; i++)
		set_index(&indices, object->verdefs[i].index);
	for (size_t i = 0; i < object->verneed_count; i++)
		set_index(&indices, object->verneeds[i].index);
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		int r = abilock_object_symbol(object, i, &symbol, err);
		if (r < 0)
			return r;
		if (!has_index(&indices, symbol.version))
			return readelf_fail_version(object, i, &symbol, err);
	}
	return 0;
}

static int check_section(const struct abilock_object *object, size_t index,
			 struct abilock_error *err)
{
	const struct abilock_section *section = &object->sections[index];

	if (section != abilock_object_section(object, section->type))
		return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "section headers", 0,
					 "section %zu, %.80s, is a second one of its kind", index,
					 section->name);
	if (section->type == SHT_GNU_versym && section->size / 2 != object->symbol_count)
		return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "versym", 0,
					 "%" PRIu64 " versions, but %" PRIu64 " symbols",
					 section->size / 2, object->symbol_count);
	return 0;
}

int readelf_check_versions(struct abilock_object *object, struct abilock_error *err)
{
	int r = abilock_object_load_symbols(object, err);

	for (size_t i = 0; r >= 0 && i < object->section_count; i++)
		if (has_versions(object->sections[i].type))
			r = check_section(object, i, err);
	return r < 0 ? r : check_symbols(object, err);
}

/* ---- */

int readelf_add_versions(struct abilock_text *out, struct abilock_object *object,
			 struct abilock_error *err)
{
	const size_t before = out->length;
	int r = object->section_count ? add_sections(out, object, err)
				      : add_dynamic(out, object, err);

	if (r >= 0 && out->length == before)
		abilock_text_puts(out, "\nNo version information found in this file.\n");
	return r;
}
