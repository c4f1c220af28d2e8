/* SPDX-License-Identifier: MIT */
/*
 * Which entry is an export's. The name counts first: compilers and linkers fold functions of the
 * same code and different types, and then two exports have one address. An address counts only
 * where all that could stand there has the same type.
 */
#include "types_dwarf_entries.h"

/* A version of its own, `foo@OLD`: an entry `foo` may be that of another version. */
static bool has_versions(const struct dwarf_wanted *wanted, const struct dwarf_entries *entries)
{
	const struct abilock_export *exports = entries->reader->question->surface->exports;
	const struct dwarf_export *first = abilock_name_table_find(
		&entries->reader->export_names, exports[wanted->export->index].name);

	return first && first->next;
}

enum fit { FIT_ADDRESS, FIT_NO_ADDRESS, FIT_OTHER_ADDRESS };

static bool fits(const struct dwarf_entry *entry, const struct dwarf_wanted *wanted, enum fit fit)
{
	if (entry->is_declaration)
		return false;
	switch (fit) {
	case FIT_ADDRESS: return entry->address && entry->address == wanted->address;
	case FIT_NO_ADDRESS: return entry->address == 0;
	default: return true;
	}
}

static struct dwarf_entry *find_named(const struct dwarf_name *name,
				      const struct dwarf_wanted *wanted, enum fit fit)
{
	for (struct dwarf_entry *entry = name->entries; entry; entry = entry->next_of_name)
		if (fits(entry, wanted, fit))
			return entry;
	return NULL;
}

static struct dwarf_entry *choose_by_name(struct dwarf_entries *entries,
					  const struct dwarf_name *name,
					  const struct dwarf_wanted *wanted)
{
	const struct abilock_export *export =
		&entries->reader->question->surface->exports[wanted->export->index];
	struct dwarf_entry *entry = find_named(name, wanted, FIT_ADDRESS);

	if (!entry && (export->is_default || !has_versions(wanted, entries)))
		entry = find_named(name, wanted, FIT_NO_ADDRESS);
	if (!entry && (wanted->address == 0 ? export->is_default : !has_versions(wanted, entries)))
		entry = find_named(name, wanted, FIT_OTHER_ADDRESS);
	return entry;
}

/* Compares texts: what they reach is not taken over. */
struct comparison {
	struct dwarf_entries *entries;
	struct dwarf_entry *first;
	const char *text;
	bool differs;
};

static int tentative_text(struct types_reader *reader, struct dwarf_entry *entry, const char **ret)
{
	reader->is_tentative = true;
	reader->entry = entry->die;
	reader->owned = 0;
	/* Types without any name are no other entry's. */
	reader->owner = abilock_arena_printf(&reader->unit_arena, "%llx",
					     (unsigned long long)dwarf_dieoffset(&entry->die));
	if (!reader->owner)
		return abilock_error_nomem(reader->err);
	int r = dwarf_entry_text(reader, &entry->die, ret);

	reader->is_tentative = false;
	if (r == DWARF_NO_TEXT)
		*ret = "";
	return r < 0 ? r : 0;
}

/* The text of the first entry, which most comparisons do not need. */
static int first_text(struct comparison *comparison)
{
	if (comparison->text || !comparison->first)
		return 0;
	return tentative_text(comparison->entries->reader, comparison->first, &comparison->text);
}

static int compare_entry(struct comparison *comparison, struct dwarf_entry *entry)
{
	const char *text = NULL;

	if (comparison->differs)
		return 0;
	if (!comparison->first)
		comparison->first = entry;
	if (comparison->first->die.addr == entry->die.addr)
		return 0;
	int r = first_text(comparison);

	if (r == 0)
		r = tentative_text(comparison->entries->reader, entry, &text);
	if (r == 0 && !str_eq(comparison->text, text))
		comparison->differs = true;
	return r;
}

/* All that the symbol table knows at the address, by its name: folded code has no other trace. */
static int compare_names(struct comparison *comparison, const struct dwarf_place *place,
			 uint64_t address)
{
	for (const struct dwarf_name *name = place->names; name; name = name->next_of_place)
		for (struct dwarf_entry *entry = name->entries; entry;
		     entry = entry->next_of_name) {
			if (entry->is_declaration || (entry->address && entry->address != address))
				continue;
			int r = compare_entry(comparison, entry);

			if (r < 0)
				return r;
		}
	return 0;
}

static int compare_all_lost(struct dwarf_entries *entries, struct dwarf_lost *lost)
{
	struct comparison comparison = {.entries = entries};

	for (struct dwarf_entry *entry = lost->entries; entry; entry = entry->next_of_place) {
		int r = compare_entry(&comparison, entry);

		if (r < 0)
			return r;
	}
	int r = first_text(&comparison);

	if (r < 0)
		return r;
	lost->is_compared = true;
	lost->text = comparison.differs ? NULL : comparison.text;
	return 0;
}

/* Functions of that size that lost their address, compared once for all exports that ask. */
static int compare_lost(struct comparison *comparison, uint64_t size)
{
	struct dwarf_lost *lost = number_map_find(&comparison->entries->lost, size);
	int r = 0;

	if (!comparison->first || !lost)
		return 0;
	if (!lost->is_compared)
		r = compare_all_lost(comparison->entries, lost);
	if (r == 0)
		r = first_text(comparison);
	if (r == 0 && (!lost->text || !str_eq(lost->text, comparison->text)))
		comparison->differs = true;
	return r;
}

static int choose_by_address(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
			     struct dwarf_entry **ret)
{
	const struct dwarf_place *place =
		wanted->address ? number_map_find(&entries->places, wanted->address) : NULL;
	struct comparison comparison = {.entries = entries};
	int r = 0;

	*ret = NULL;
	if (!place)
		return 0;
	for (struct dwarf_entry *entry = place->entries; r == 0 && entry;
	     entry = entry->next_of_place)
		r = compare_entry(&comparison, entry);
	if (r == 0)
		r = compare_names(&comparison, place, wanted->address);
	if (r == 0 && comparison.first && comparison.first->is_function) {
		r = compare_lost(&comparison, comparison.first->size);
		if (r == 0)
			r = compare_lost(&comparison, DWARF_NO_SIZE);
	}
	if (r < 0)
		return r;
	if (comparison.differs)
		return dwarf_no_text(entries->reader,
				     "no debug information has its name, and code with different "
				     "types shares its address");
	*ret = comparison.first;
	return 0;
}

/* Last, what users declare: evidence where they all say the same. */
static int choose_declaration(struct dwarf_entries *entries, const struct dwarf_name *name,
			      struct dwarf_entry **ret)
{
	struct comparison comparison = {.entries = entries};

	*ret = NULL;
	for (struct dwarf_entry *entry = name->entries; entry; entry = entry->next_of_name) {
		int r = compare_entry(&comparison, entry);

		if (r < 0)
			return r;
	}
	if (!comparison.differs)
		*ret = comparison.first;
	return 0;
}

static int no_entry(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
		    const struct dwarf_name *name)
{
	const struct dwarf_place *place =
		wanted->address ? number_map_find(&entries->places, wanted->address) : NULL;
	const struct abilock_export *export =
		&entries->reader->question->surface->exports[wanted->export->index];

	if ((name && name->in_assembler) || (place && place->in_assembler))
		return dwarf_no_text(entries->reader,
				     "it is written in assembler, which has no types");
	if (entries->lost_unit)
		return dwarf_no_text(entries->reader, "the split debug information %s is not there",
				     entries->lost_unit);
	if (export->type == STT_GNU_IFUNC)
		return dwarf_no_text(entries->reader,
				     "it is chosen at run time (IFUNC), and nothing declares it");
	if (str_starts(export->name, "_ZT") || str_starts(export->name, "_ZG"))
		return dwarf_no_text(entries->reader,
				     "the C++ compiler made it, and no source declares it");
	return dwarf_no_text(entries->reader,
			     "no debug information has it: its source was compiled without -g");
}

int dwarf_entries_choose(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
			 struct dwarf_entry **ret)
{
	const struct abilock_export *export =
		&entries->reader->question->surface->exports[wanted->export->index];
	const struct dwarf_name *name = abilock_name_table_find(&entries->names, export->name);
	int shared, r = 0;

	*ret = name ? choose_by_name(entries, name, wanted) : NULL;
	if (*ret)
		return 0;
	shared = choose_by_address(entries, wanted, ret);
	if (shared < 0 || *ret)
		return shared;
	if (name && !has_versions(wanted, entries))
		r = choose_declaration(entries, name, ret);
	if (r < 0 || *ret)
		return r;
	return shared ? shared : no_entry(entries, wanted, name);
}
