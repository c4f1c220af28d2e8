/* SPDX-License-Identifier: MIT */
/* The walk over the debug information for entries that somebody could want. */
#include <elfutils/libdwelf.h>

#include "types_dwarf_entries.h"

/* What the attributes of an entry say, read in one go. */
struct facts {
	const char *name, *linkage_name;
	bool is_external, is_declaration, has_place, failed;
	bool is_inline; /* Made for inlining, and wanted so: there need be no code. */
	Dwarf_Attribute origin;
	bool has_origin;
};

static int take_flag(Dwarf_Attribute *attr, bool *ret)
{
	return dwarf_formflag(attr, ret);
}

static int take_string(Dwarf_Attribute *attr, const char **ret)
{
	if (!*ret)
		*ret = dwarf_formstring(attr);
	return *ret ? 0 : -1;
}

static int take_inline(Dwarf_Attribute *attr, bool *ret)
{
	Dwarf_Word value;

	if (dwarf_formudata(attr, &value))
		return -1;
	*ret = value == DW_INL_declared_inlined || value == DW_INL_declared_not_inlined;
	return 0;
}

static int take_attribute(Dwarf_Attribute *attr, void *context)
{
	struct facts *facts = context;
	int r = 0;

	switch (dwarf_whatattr(attr)) {
	case DW_AT_name: r = take_string(attr, &facts->name); break;
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name: r = take_string(attr, &facts->linkage_name); break;
	case DW_AT_external: r = take_flag(attr, &facts->is_external); break;
	case DW_AT_declaration: r = take_flag(attr, &facts->is_declaration); break;
	case DW_AT_inline: r = take_inline(attr, &facts->is_inline); break;
	case DW_AT_low_pc:
	case DW_AT_ranges:
	case DW_AT_location: facts->has_place = true; break;
	case DW_AT_specification:
	case DW_AT_abstract_origin:
		facts->origin = *attr;
		facts->has_origin = true;
		break;
	default: break;
	}
	facts->failed = r != 0;
	return r ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* What the entry does not say itself, that which it completes or copies says. */
static int read_facts(struct types_reader *reader, Dwarf_Die *die, struct facts *facts)
{
	Dwarf_Die origin = *die;

	for (size_t n = 0; n < DWARF_DEPTH_MAX; n++) {
		const bool is_declaration = facts->is_declaration;

		facts->has_origin = false;
		if (dwarf_getattrs(&origin, take_attribute, facts, 0) == -1 || facts->failed)
			return dwarf_damaged(reader, &origin, "the entry cannot be read:");
		if (n)
			facts->is_declaration = is_declaration;
		if (!facts->has_origin)
			return 0;
		if (!dwarf_formref_die(&facts->origin, &origin))
			return dwarf_damaged(reader, &origin, "the entry completes no other:");
	}
	return dwarf_damaged(reader, die, "the entry completes itself");
}

/* Units of assemblers have entries without types. */
static void note_assembler(struct dwarf_entries *entries, struct dwarf_name *name, uint64_t address)
{
	struct dwarf_place *place = number_map_find(&entries->places, address);

	if (name)
		name->in_assembler = true;
	if (place)
		place->in_assembler = true;
}

static int add_lost(struct dwarf_entries *entries, struct dwarf_entry *entry)
{
	struct dwarf_lost *lost = number_map_find(&entries->lost, entry->size);

	if (!lost) {
		lost = abilock_arena_alloc(&entries->arena, sizeof(*lost));
		if (!lost || !number_map_put(&entries->lost, entry->size, lost))
			return abilock_error_nomem(entries->reader->err);
	}
	entry->next_of_place = lost->entries;
	lost->entries = entry;
	return 0;
}

static int add_entry(struct dwarf_entries *entries, const struct dwarf_entry *found,
		     struct dwarf_name *name, struct dwarf_place *place)
{
	struct dwarf_entry *entry = abilock_arena_alloc(&entries->arena, sizeof(*entry));

	if (!entry)
		return abilock_error_nomem(entries->reader->err);
	*entry = *found;
	if (name) {
		entry->next_of_name = name->entries;
		name->entries = entry;
	}
	if (place) {
		entry->next_of_place = place->entries;
		place->entries = entry;
	}
	return name || place ? 0 : add_lost(entries, entry);
}

static struct dwarf_name *find_name(struct dwarf_entries *entries, const struct facts *facts)
{
	const char *name = facts->linkage_name ? facts->linkage_name : facts->name;

	return name && facts->is_external ? abilock_name_table_find(&entries->names, name) : NULL;
}

/*
 * A definition that lost its address may be the one of an export that has another name. Linkers
 * leave an address that is none; the compiler leaves nothing, but then a symbol where there is a
 * symbol table.
 */
static bool is_lost(const struct dwarf_entries *entries, const struct facts *facts,
		    const struct dwarf_entry *entry)
{
	if (!entry->is_function || entry->is_declaration || entry->address || !facts->is_external ||
	    facts->is_inline)
		return false;
	return facts->has_place ? entries->may_fold || !entries->has_symtab : !entries->has_symtab;
}

/* Code of the same bytes has the same size. */
static uint64_t code_size(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Addr low, high;

	if (dwarf_tag(die) != DW_TAG_subprogram || !dwarf_attr(die, DW_AT_low_pc, &attr) ||
	    dwarf_formaddr(&attr, &low) || dwarf_highpc(die, &high) || high < low)
		return DWARF_NO_SIZE;
	return high - low;
}

static int visit_entry(struct dwarf_entries *entries, Dwarf_Die *die, bool is_assembler)
{
	struct facts facts = {0};
	struct dwarf_entry entry = {.die = *die,
				    .is_function = dwarf_tag(die) == DW_TAG_subprogram};
	int r = read_facts(entries->reader, die, &facts);

	if (r == 0 && facts.has_place)
		r = dwarf_address(entries->reader, die, &entry.address);
	if (r < 0)
		return r;
	if (entry.address)
		entry.address += entries->bias;
	entry.is_declaration = facts.is_declaration;
	struct dwarf_name *name = find_name(entries, &facts);

	if (is_assembler) {
		note_assembler(entries, name, entry.address);
		return 0;
	}
	struct dwarf_place *place =
		entry.address ? number_map_find(&entries->places, entry.address) : NULL;

	if (!name && !place && !is_lost(entries, &facts, &entry))
		return 0;
	entry.size = code_size(die);
	return add_entry(entries, &entry, name, place);
}

/* Where a type that is only declared in one unit is defined, whoever uses it there. */
static int visit_type(struct dwarf_entries *entries, Dwarf_Die *die)
{
	struct types_reader *reader = entries->reader;
	Dwarf_Attribute attr;

	if (!dwarf_attr(die, DW_AT_name, &attr) || dwarf_hasattr(die, DW_AT_declaration))
		return 0;
	const char *name = dwarf_formstring(&attr);

	if (!name)
		return dwarf_damaged(reader, die, "the name of a type cannot be read:");
	struct dwarf_tagged *tagged = abilock_arena_alloc(&reader->module_arena, sizeof(*tagged));
	void **first = tagged ? abilock_name_table_value(&reader->tags, name) : NULL;

	if (!first)
		return abilock_error_nomem(reader->err);
	*tagged = (struct dwarf_tagged){.die = *die, .next = *first};
	*first = tagged;
	return 0;
}

static int visit_children(struct dwarf_entries *entries, Dwarf_Die *die, bool is_assembler,
			  unsigned depth);

/* dwz moves what has no address to a file of its own: declarations, and variables of threads. */
static int visit_import(struct dwarf_entries *entries, Dwarf_Die *die, unsigned depth)
{
	Dwarf_Die unit;
	int r = dwarf_reference(entries->reader, die, DW_AT_import, &unit);

	if (r <= 0 || dwarf_cu_getdwarf(unit.cu) == entries->dwarf ||
	    dwarf_tag(&unit) != DW_TAG_partial_unit)
		return r < 0 ? r : 0;
	const uint64_t key = (uint64_t)(uintptr_t)unit.cu;

	if (number_map_find(&entries->imported, key))
		return 0;
	if (!number_map_put(&entries->imported, key, entries))
		return abilock_error_nomem(entries->reader->err);
	return visit_children(entries, &unit, false, depth + 1);
}

static int visit_children(struct dwarf_entries *entries, Dwarf_Die *die, bool is_assembler,
			  unsigned depth)
{
	Dwarf_Die child;
	int r, failed = 0;

	if (depth > DWARF_DEPTH_MAX)
		return dwarf_damaged(entries->reader, die, "scopes are nested deeper than %d",
				     DWARF_DEPTH_MAX);
	for (r = dwarf_first(entries->reader, die, &child); r == 1;
	     r = dwarf_next(entries->reader, &child)) {
		switch (dwarf_tag(&child)) {
		case DW_TAG_subprogram:
		case DW_TAG_variable: failed = visit_entry(entries, &child, is_assembler); break;
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type: failed = visit_type(entries, &child); break;
		case DW_TAG_imported_unit: failed = visit_import(entries, &child, depth); break;
		case DW_TAG_namespace:
		case DW_TAG_module:
			failed = visit_children(entries, &child, is_assembler, depth + 1);
			break;
		default: break;
		}
		if (failed < 0)
			return failed;
	}
	return r;
}

static bool is_type_unit(uint8_t unit_type)
{
	return unit_type == DW_UT_type || unit_type == DW_UT_split_type;
}

static int note_lost_unit(struct dwarf_entries *entries, Dwarf_Die *unit)
{
	Dwarf_Attribute attr;
	const char *name = NULL;

	if (dwarf_attr(unit, DW_AT_dwo_name, &attr) || dwarf_attr(unit, DW_AT_GNU_dwo_name, &attr))
		name = dwarf_formstring(&attr);
	if (!entries->lost_unit)
		entries->lost_unit =
			abilock_arena_text(&entries->arena, name ? name : "(without a name)");
	return entries->lost_unit ? 0 : abilock_error_nomem(entries->reader->err);
}

static int visit_unit(struct dwarf_entries *entries, uint8_t unit_type, Dwarf_Die *unit,
		      Dwarf_Die *split)
{
	if (is_type_unit(unit_type))
		return 0;
	if (unit_type == DW_UT_skeleton) {
		if (!split->addr)
			return note_lost_unit(entries, unit);
		unit = split;
	}
	if (dwarf_tag(unit) == DW_TAG_invalid)
		return dwarf_damaged(entries->reader, unit, "the unit's entry cannot be read:");
	return visit_children(entries, unit, dwarf_language_is_assembler(dwarf_srclang(unit)), 0);
}

int dwarf_entries_walk(struct dwarf_entries *entries)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Half version;
	uint8_t unit_type;
	Dwarf_Die unit, split;
	int r, failed;

	for (;;) {
		unit = split = (Dwarf_Die){0};
		r = dwarf_get_units(entries->dwarf, cu, &cu, &version, &unit_type, &unit, &split);
		if (r)
			break;
		failed = visit_unit(entries, unit_type, &unit, &split);
		if (failed < 0)
			return failed;
	}
	if (r < 0)
		return dwarf_damaged(entries->reader, unit.addr ? &unit : NULL,
				     "a unit cannot be read:");
	return 0;
}
