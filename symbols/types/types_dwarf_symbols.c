/* SPDX-License-Identifier: MIT */
/* Where the exports lie that are wanted. */
#include "../object.h"
#include "types_dwarf_reader.h"

/* The lowest bit of a function's address says how its code is encoded. */
static uint64_t code_address(uint16_t machine, uint8_t type, uint64_t address)
{
	const bool has_mode = machine == EM_ARM || machine == EM_MIPS;

	return has_mode && type == STT_FUNC ? address & ~UINT64_C(1) : address;
}

/* The symbol of an export: its row, or what its name and node find. @return As object_find(). */
static int find_symbol(struct types_reader *reader, struct abilock_object *object,
		       const struct abilock_export *export, struct abilock_symbol *ret)
{
	const struct abilock_surface *surface = reader->question->surface;
	const char *node =
		export->node == ABILOCK_NO_NODE ? NULL : surface->nodes[export->node].name;

	if (export->row) {
		if (export->row >= object->symbol_count)
			return 0;
		int r = abilock_object_symbol(object, export->row, ret, reader->err);

		return r < 0 ? r : str_eq(ret->name, export->name);
	}
	int r = abilock_object_find(object, export->name, node, ret, reader->err);

	return r ? r : abilock_object_find_any(object, export->name, ret, reader->err);
}

static int want(struct types_reader *reader, struct abilock_object *object, size_t index,
		struct dwarf_wanted *wanted)
{
	const struct abilock_export *export = &reader->question->surface->exports[index];
	struct abilock_symbol symbol = {0};
	int r = find_symbol(reader, object, export, &symbol);

	if (r < 0)
		return r;
	*wanted = (struct dwarf_wanted){.export = &reader->exports[index]};
	if (r == 0) {
		wanted->export->reason = "the file does not export it";
		return 0;
	}
	wanted->is_thread_local = symbol.type == STT_TLS;
	if (symbol.type != STT_TLS && symbol.type != STT_GNU_IFUNC)
		wanted->address = code_address(object->machine, symbol.type, symbol.value);
	return 0;
}

int dwarf_symbols_linked(struct types_reader *reader, const char *path,
			 struct dwarf_wanted **ret_wanted, size_t *ret_count)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	const size_t count = reader->question->surface->export_count;
	_cleanup_(freep) struct dwarf_wanted *wanted = calloc(count ? count : 1, sizeof(*wanted));
	int r = 0;

	if (!wanted)
		return abilock_error_nomem(reader->err);
	r = abilock_object_open(path, &object, reader->err);
	if (r == 0)
		r = abilock_object_load_symbols(object, reader->err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = want(reader, object, i, &wanted[i]);
	if (r < 0)
		return r;
	*ret_wanted = take_ptr(wanted);
	*ret_count = count;
	return 0;
}

/* Whether `foo@VERSION` of an object is what the surface means. */
static bool is_version(const struct abilock_surface *surface, const struct abilock_export *export,
		       const char *version, bool is_default)
{
	if (!version || export->node == ABILOCK_NO_NODE)
		return export->is_default && is_default;
	return str_eq(surface->nodes[export->node].name, version);
}

/* A name without a version is the default one, where it is not the only one. */
static struct dwarf_export *match_export(struct types_reader *reader, const char *name,
					 const char *version, bool is_default)
{
	const struct abilock_surface *surface = reader->question->surface;
	struct dwarf_export *first = abilock_name_table_find(&reader->export_names, name);

	if (first && !first->next && !version)
		return first;
	for (struct dwarf_export *export = first; export; export = export->next)
		if (is_version(surface, &surface->exports[export->index], version, is_default))
			return export;
	return NULL;
}

static int want_symbol(struct types_reader *reader, const char *full_name, const GElf_Sym *symbol,
		       uint64_t address, uint16_t machine, struct dwarf_wanted *wanted)
{
	_cleanup_(freep) char *name = strdup(full_name);
	const uint8_t type = GELF_ST_TYPE(symbol->st_info);

	if (!name)
		return abilock_error_nomem(reader->err);
	char *version = strchr(name, '@');
	const bool is_default = !version || version[1] == '@';

	if (version) {
		*version++ = '\0';
		version += strspn(version, "@");
	}
	struct dwarf_export *export = match_export(reader, name, version, is_default);

	if (!export)
		return 0;
	*wanted = (struct dwarf_wanted){.export = export,
					.is_weak = GELF_ST_BIND(symbol->st_info) == STB_WEAK,
					.is_thread_local = type == STT_TLS};
	if (symbol->st_shndx != SHN_COMMON && symbol->st_shndx != SHN_ABS && type != STT_TLS &&
	    type != STT_GNU_IFUNC)
		wanted->address = code_address(machine, type, address);
	return 1;
}

static bool is_global(const GElf_Sym *symbol)
{
	const int bind = GELF_ST_BIND(symbol->st_info);

	return bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE;
}

int dwarf_symbols_object(struct types_reader *reader, Dwfl_Module *dwfl_module,
			 struct dwarf_wanted **ret_wanted, size_t *ret_count)
{
	_cleanup_(freep) struct dwarf_wanted *wanted = NULL;
	size_t wanted_count = 0;
	const int count = dwfl_module_getsymtab(dwfl_module);
	GElf_Addr bias, address;
	GElf_Ehdr header;
	GElf_Sym symbol;
	uint16_t machine = EM_NONE;
	Elf *elf = dwfl_module_getelf(dwfl_module, &bias);

	if (elf && gelf_getehdr(elf, &header))
		machine = header.e_machine;
	for (int i = 1; i < count; i++) {
		const char *name = dwfl_module_getsym_info(dwfl_module, i, &symbol, &address, NULL,
							   NULL, NULL);
		struct dwarf_wanted found;

		if (!name || symbol.st_shndx == SHN_UNDEF || !is_global(&symbol))
			continue;
		int r = want_symbol(reader, name, &symbol, address, machine, &found);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		struct dwarf_wanted *slot =
			abilock_array_push(&wanted, &wanted_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(reader->err);
		*slot = found;
	}
	*ret_wanted = take_ptr(wanted);
	*ret_count = wanted_count;
	return 0;
}
