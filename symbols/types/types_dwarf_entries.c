/* SPDX-License-Identifier: MIT */
#include "types_dwarf_entries.h"

static struct dwarf_name *add_name(struct dwarf_entries *entries, const char *name)
{
	void **value = abilock_name_table_value(&entries->names, name);
	struct dwarf_name *found = value ? *value : NULL;

	if (!value || found)
		return found;
	found = abilock_arena_alloc(&entries->arena, sizeof(*found));
	if (!found)
		return NULL;
	found->name = name;
	*value = found;
	return found;
}

static struct dwarf_place *add_place(struct dwarf_entries *entries, uint64_t address)
{
	struct dwarf_place *place = number_map_find(&entries->places, address);

	if (place)
		return place;
	place = abilock_arena_alloc(&entries->arena, sizeof(*place));
	return place && number_map_put(&entries->places, address, place) ? place : NULL;
}

/* A symbol at the address of an export: aliases, and names before .symver. */
static int add_symbol(struct dwarf_entries *entries, const char *symbol, uint64_t address)
{
	struct dwarf_place *place = number_map_find(&entries->places, address);
	const size_t length = strcspn(symbol, "@");

	if (!place || length == 0)
		return 0;
	if (symbol[length]) {
		symbol = abilock_arena_strndup(&entries->arena, symbol, length);
		if (!symbol)
			return abilock_error_nomem(entries->reader->err);
	}
	struct dwarf_name *name = add_name(entries, symbol);

	if (!name)
		return abilock_error_nomem(entries->reader->err);
	if (name->address == 0) {
		name->address = address;
		name->next_of_place = place->names;
		place->names = name;
	}
	return 0;
}

static int add_symbols(struct dwarf_entries *entries)
{
	const int count = dwfl_module_getsymtab(entries->module);
	int r = 0;

	for (int i = 1; r == 0 && i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		const char *name = dwfl_module_getsym_info(entries->module, i, &symbol, &address,
							   NULL, NULL, NULL);
		const int type = GELF_ST_TYPE(symbol.st_info);

		if (!name || symbol.st_shndx == SHN_UNDEF || type == STT_SECTION ||
		    type == STT_FILE || type == STT_TLS)
			continue;
		r = add_symbol(entries, name, address);
	}
	return r;
}

/* Looks for a word in `.comment`, where linkers that fold say who they are. */
static bool section_has(Elf_Data *data, const char *word)
{
	return data && data->d_buf && memmem(data->d_buf, data->d_size, word, strlen(word));
}

static void look_at_sections(struct dwarf_entries *entries, Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr header;

	if (!elf || elf_getshdrstrndx(elf, &names) < 0)
		return;
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header))
			continue;
		const char *name = elf_strptr(elf, names, header.sh_name);

		if (header.sh_type == SHT_SYMTAB)
			entries->has_symtab = true;
		if (!name || !str_eq(name, ".comment") || header.sh_type != SHT_PROGBITS)
			continue;
		Elf_Data *data = elf_rawdata(section, NULL);

		entries->may_fold |= section_has(data, "LLD") || section_has(data, "mold");
	}
}

int dwarf_entries_init(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
		       size_t count)
{
	const struct abilock_export *exports = entries->reader->question->surface->exports;
	GElf_Addr bias;

	for (size_t i = 0; i < count; i++)
		if (!add_name(entries, exports[wanted[i].export->index].name) ||
		    (wanted[i].address && !add_place(entries, wanted[i].address)))
			return abilock_error_nomem(entries->reader->err);
	Elf *main_elf = dwfl_module_getelf(entries->module, &bias);

	look_at_sections(entries, main_elf);
	if (dwarf_getelf(entries->dwarf) != main_elf)
		look_at_sections(entries, dwarf_getelf(entries->dwarf));
	return add_symbols(entries);
}

void dwarf_entries_deinit(struct dwarf_entries *entries)
{
	abilock_name_table_deinit(&entries->names);
	number_map_deinit(&entries->places);
	number_map_deinit(&entries->lost);
	number_map_deinit(&entries->imported);
	abilock_arena_clear(&entries->arena);
}

void dwarf_wanted_missing(struct dwarf_wanted *wanted, size_t count, const char *reason)
{
	for (size_t i = 0; i < count; i++)
		if (!wanted[i].export->text && !wanted[i].export->reason)
			wanted[i].export->reason = reason;
}

/* Where the source declares it. */
static int take_file(struct types_reader *reader, struct abilock_typed_symbol *symbol,
		     Dwarf_Die *die)
{
	int line = 0;
	const char *file;
	int r = dwarf_source_file(reader, die, &file);

	symbol->file = NULL;
	symbol->line = 0;
	if (r < 0)
		return r;
	if (!file || dwarf_decl_line(die, &line) || line < 0)
		return 0;
	symbol->file = abilock_types_intern(reader->types, file, strlen(file));
	symbol->line = (unsigned)line;
	return symbol->file ? 0 : abilock_error_nomem(reader->err);
}

/* Two objects define it: a weak definition gives way, others have to agree. */
static int take_text(struct types_reader *reader, const struct dwarf_wanted *wanted,
		     const char *text, Dwarf_Die *die)
{
	struct dwarf_export *export = wanted->export;

	if (export->text && export->is_weak == wanted->is_weak) {
		if (str_eq(export->text, text) || export->reason)
			return 0;
		export->reason = abilock_arena_printf(&reader->arena,
						      "%s and %s define it with different types",
						      export->path, reader->path);
		return export->reason ? 0 : abilock_error_nomem(reader->err);
	}
	if (export->text && wanted->is_weak)
		return 0;
	export->text = abilock_types_intern(reader->types, text, strlen(text));
	export->path = abilock_arena_strdup(&reader->arena, reader->path);
	export->reason = NULL;
	export->is_weak = wanted->is_weak;
	reader->types->symbols[export->index].is_thread_local = wanted->is_thread_local;
	if (!export->text || !export->path)
		return abilock_error_nomem(reader->err);
	return take_file(reader, &reader->types->symbols[export->index], die);
}

struct chosen {
	struct dwarf_wanted *wanted;
	struct dwarf_entry *entry;
};

static int compare_chosen(const void *a, const void *b)
{
	const struct chosen *x = a, *y = b;
	const uintptr_t p = (uintptr_t)x->entry->die.addr, q = (uintptr_t)y->entry->die.addr;

	return p < q ? -1 : p > q;
}

static int take_entry(struct types_reader *reader, struct chosen *chosen)
{
	const char *name = reader->question->surface->exports[chosen->wanted->export->index].name;
	const char *text = NULL;

	/* A colon, as no tag and no typedef has one. */
	reader->owner = abilock_arena_printf(&reader->unit_arena, ":%s.type", name);
	reader->owned = 0;
	reader->entry = chosen->entry->die;
	if (!reader->owner)
		return abilock_error_nomem(reader->err);
	int r = dwarf_entry_text(reader, &chosen->entry->die, &text);

	if (r == 0)
		r = take_text(reader, chosen->wanted, text, &chosen->entry->die);
	if (r == 0)
		r = dwarf_define_pending(reader);
	reader->pending_count = 0;
	if (r == DWARF_NO_TEXT) {
		dwarf_wanted_missing(chosen->wanted, 1, reader->reason);
		r = 0;
	}
	return r;
}

/* In the order of the debug information: types of a unit are read while it is at hand. */
static int take_entries(struct types_reader *reader, struct chosen *chosen, size_t count)
{
	struct Dwarf_CU *unit = NULL;
	int r = 0;

	qsort(chosen, count, sizeof(*chosen), compare_chosen);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (chosen[i].entry->die.cu != unit) {
			unit = chosen[i].entry->die.cu;
			number_map_clear(&reader->texts);
			abilock_arena_clear(&reader->unit_arena);
		}
		r = take_entry(reader, &chosen[i]);
	}
	return r;
}

static int choose_and_take(struct dwarf_entries *entries, struct dwarf_wanted *wanted, size_t count)
{
	_cleanup_(freep) struct chosen *chosen = calloc(count ? count : 1, sizeof(*chosen));
	size_t chosen_count = 0;

	if (!chosen)
		return abilock_error_nomem(entries->reader->err);
	for (size_t i = 0; i < count; i++) {
		int r = dwarf_entries_choose(entries, &wanted[i], &chosen[chosen_count].entry);

		if (r < 0)
			return r;
		chosen[chosen_count].wanted = &wanted[i];
		if (r == DWARF_NO_TEXT)
			dwarf_wanted_missing(&wanted[i], 1, entries->reader->reason);
		else
			chosen_count++;
	}
	return take_entries(entries->reader, chosen, chosen_count);
}

int dwarf_module_read(struct types_reader *reader, Dwfl_Module *dwfl_module, Dwarf *dwarf,
		      Dwarf_Addr bias, struct dwarf_wanted *wanted, size_t count)
{
	_cleanup_(dwarf_entries_deinit) struct dwarf_entries entries = {
		.reader = reader, .module = dwfl_module, .dwarf = dwarf, .bias = bias};
	int r = dwarf_entries_init(&entries, wanted, count);

	if (r == 0)
		r = dwarf_entries_walk(&entries);
	if (r == 0)
		r = choose_and_take(&entries, wanted, count);
	return r;
}

void dwarf_module_clear(struct types_reader *reader)
{
	number_map_clear(&reader->units);
	number_map_clear(&reader->names);
	number_map_clear(&reader->handles);
	number_map_clear(&reader->scopes);
	number_map_clear(&reader->texts);
	abilock_name_table_deinit(&reader->tags);
	abilock_arena_clear(&reader->unit_arena);
	abilock_arena_clear(&reader->module_arena);
	free(reader->pending);
	reader->pending = NULL;
	reader->pending_count = 0;
}
