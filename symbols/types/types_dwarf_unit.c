/* SPDX-License-Identifier: MIT */
/*
 * What the top of a unit says about names. A type without a tag takes the name of a typedef of it,
 * whichever way it is reached, so that all units of a library call it the same.
 */
#include "types_dwarf_reader.h"

bool dwarf_language_is_c(int language)
{
	switch (language) {
	case DW_LANG_C89:
	case DW_LANG_C:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case 0x2c: /* DW_LANG_C17 */
	case 0x3e: /* DW_LANG_C23 */ return true;
	default: return false;
	}
}

bool dwarf_language_is_assembler(int language)
{
	return language == DW_LANG_Mips_Assembler || language == 0x31 /* DW_LANG_Assembly */;
}

int dwarf_unit_of(struct types_reader *reader, Dwarf_Die *die, struct dwarf_unit **ret)
{
	const uint64_t key = (uint64_t)(uintptr_t)die->cu;
	Dwarf_Die unit_die;

	*ret = number_map_find(&reader->units, key);
	if (*ret)
		return 0;
	struct dwarf_unit *unit = abilock_arena_alloc(&reader->module_arena, sizeof(*unit));

	if (!unit)
		return abilock_error_nomem(reader->err);
	if (!dwarf_diecu(die, &unit_die, NULL, NULL))
		return dwarf_damaged(reader, die, "the entry has no unit:");
	unit->language = dwarf_srclang(&unit_die);
	if (!number_map_put(&reader->units, key, unit))
		return abilock_error_nomem(reader->err);
	*ret = unit;
	return 0;
}

/* A unit that dwz made of what others have in common says no language: the user's counts. */
int dwarf_language_of(struct types_reader *reader, Dwarf_Die *die, int *ret)
{
	struct dwarf_unit *unit;
	int r = dwarf_unit_of(reader, die, &unit);

	if (r == 0 && unit->language < 0 && reader->entry.addr)
		r = dwarf_unit_of(reader, &reader->entry, &unit);
	if (r == 0)
		*ret = unit->language;
	return r;
}

static bool is_tagged_type(unsigned tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
	       tag == DW_TAG_interface_type || tag == DW_TAG_union_type ||
	       tag == DW_TAG_enumeration_type;
}

static bool is_wrapper(unsigned tag)
{
	return tag == DW_TAG_pointer_type || tag == DW_TAG_const_type ||
	       tag == DW_TAG_volatile_type || tag == DW_TAG_restrict_type ||
	       tag == DW_TAG_atomic_type || tag == DW_TAG_array_type;
}

/* `typedef struct { ... } foo_t;`, or a pointer to it where nothing better names it. */
static int note_typedef(struct types_reader *reader, Dwarf_Die *die)
{
	Dwarf_Die type;
	const char *name;
	bool direct = true;
	int r = dwarf_reference(reader, die, DW_AT_type, &type);

	for (size_t n = 0; r == 1 && is_wrapper((unsigned)dwarf_tag(&type)); n++) {
		direct = false;
		if (n > DWARF_CHAIN_MAX)
			return dwarf_damaged(reader, die, "the entry's type refers to itself");
		r = dwarf_reference(reader, &type, DW_AT_type, &type);
	}
	if (r > 0 && dwarf_hasattr(&type, DW_AT_signature))
		r = dwarf_follow_signature(reader, &type) < 0 ? ABILOCK_E_DAMAGED : 1;
	if (r <= 0 || !is_tagged_type((unsigned)dwarf_tag(&type)) ||
	    dwarf_hasattr_integrate(&type, DW_AT_name))
		return r < 0 ? r : 0;
	const uint64_t key = (uint64_t)(uintptr_t)type.addr;
	const char *known = number_map_find(&reader->handles, key);

	/* A slash in front: only a pointer to it has the name. */
	if (known && (*known != '/' || !direct))
		return 0;
	r = dwarf_name(reader, die, &name);
	if (r < 0 || !*name)
		return r;
	char *handle = abilock_arena_printf(&reader->module_arena, "%s%s", direct ? "" : "/", name);

	if (!handle || !number_map_put(&reader->handles, key, handle))
		return abilock_error_nomem(reader->err);
	return 0;
}

struct scope {
	const char *prefix; /* `outer::`, or "". */
	bool is_c;
	unsigned depth;
};

static int scan_children(struct types_reader *reader, Dwarf_Die *die, const struct scope *scope);

/* What stands in a namespace or class: its name goes in front of theirs. */
static int scan_inner(struct types_reader *reader, Dwarf_Die *die, const struct scope *scope)
{
	const char *name;
	int r = dwarf_name(reader, die, &name);

	if (r < 0)
		return r;
	if (scope->depth >= DWARF_DEPTH_MAX)
		return dwarf_damaged(reader, die, "scopes are nested deeper than %d",
				     DWARF_DEPTH_MAX);
	const struct scope inner = {
		.prefix = abilock_arena_printf(&reader->module_arena, "%s%s::", scope->prefix,
					       *name ? name : "(anonymous)"),
		.depth = scope->depth + 1,
	};

	if (!inner.prefix)
		return abilock_error_nomem(reader->err);
	if (strlen(inner.prefix) > DWARF_TEXT_MAX)
		return dwarf_damaged(reader, die, "the names of its scopes are too long");
	return scan_children(reader, die, &inner);
}

static int scan_entry(struct types_reader *reader, Dwarf_Die *die, const struct scope *scope)
{
	const unsigned tag = (unsigned)dwarf_tag(die);

	if (tag == DW_TAG_typedef)
		return note_typedef(reader, die);
	if (scope->is_c)
		return 0;
	if (is_tagged_type(tag) && *scope->prefix &&
	    !number_map_put(&reader->scopes, (uint64_t)(uintptr_t)die->addr,
			    (void *)(uintptr_t)scope->prefix))
		return abilock_error_nomem(reader->err);
	if (tag == DW_TAG_namespace || tag == DW_TAG_module ||
	    (is_tagged_type(tag) && tag != DW_TAG_enumeration_type && dwarf_haschildren(die)))
		return scan_inner(reader, die, scope);
	return 0;
}

static int scan_children(struct types_reader *reader, Dwarf_Die *die, const struct scope *scope)
{
	Dwarf_Die child;
	int r;

	for (r = dwarf_first(reader, die, &child); r == 1; r = dwarf_next(reader, &child)) {
		int failed = scan_entry(reader, &child, scope);

		if (failed < 0)
			return failed;
	}
	return r;
}

int dwarf_unit_scan(struct types_reader *reader, Dwarf_Die *die)
{
	struct dwarf_unit *unit;
	Dwarf_Die unit_die;
	int r = dwarf_unit_of(reader, die, &unit);

	if (r < 0 || unit->is_scanned)
		return r;
	unit->is_scanned = true;
	if (!dwarf_diecu(die, &unit_die, NULL, NULL))
		return dwarf_damaged(reader, die, "the entry has no unit:");
	int language;

	r = dwarf_language_of(reader, die, &language);
	if (r < 0)
		return r;
	const struct scope top = {.prefix = "", .is_c = dwarf_language_is_c(language)};

	return scan_children(reader, &unit_die, &top);
}

/* Entries that -g1 does not write. */
static bool tells_types(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
	case DW_TAG_pointer_type:
	case DW_TAG_typedef:
	case DW_TAG_structure_type:
	case DW_TAG_imported_unit: return true;
	default: return dwarf_hasattr(die, DW_AT_type) || dwarf_hasattr(die, DW_AT_prototyped);
	}
}

int dwarf_unit_has_types(struct types_reader *reader, Dwarf_Die *die, bool *ret)
{
	struct dwarf_unit *unit;
	Dwarf_Die unit_die, child;
	int r = dwarf_unit_of(reader, die, &unit);

	if (r < 0)
		return r;
	if (!unit->is_judged && !dwarf_diecu(die, &unit_die, NULL, NULL))
		return dwarf_damaged(reader, die, "the entry has no unit:");
	if (!unit->is_judged)
		for (r = dwarf_first(reader, &unit_die, &child); r == 1 && !unit->has_types;
		     r = dwarf_next(reader, &child))
			unit->has_types = tells_types(&child);
	unit->is_judged = true;
	*ret = unit->has_types;
	return r < 0 ? r : 0;
}
