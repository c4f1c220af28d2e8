/* SPDX-License-Identifier: MIT */
/* Entries of a module that could be those of its exports. */
#ifndef ABILOCK_TYPES_TYPES_DWARF_ENTRIES_H
#define ABILOCK_TYPES_TYPES_DWARF_ENTRIES_H

#include "types_dwarf_reader.h"

#define DWARF_NO_SIZE UINT64_MAX

/** A function or variable in the debug information. */
struct dwarf_entry {
	Dwarf_Die die;
	uint64_t address;    /**< 0: it has none. */
	uint64_t size;	     /**< Of a function, in bytes; DWARF_NO_SIZE: it is not said. */
	bool is_declaration; /**< Somebody uses it. */
	bool is_function;
	struct dwarf_entry *next_of_name, *next_of_place;
};

/** A name that is looked for: of an export, or of another symbol at the address of one. */
struct dwarf_name {
	const char *name;
	uint64_t address; /**< What the symbol table says; 0: nothing. */
	bool in_assembler;
	struct dwarf_entry *entries;
	struct dwarf_name *next_of_place;
};

/** An address of exports. */
struct dwarf_place {
	bool in_assembler;
	struct dwarf_entry *entries;
	struct dwarf_name *names;
};

/** Functions without an address and a symbol, of one size: folded, or dropped. */
struct dwarf_lost {
	struct dwarf_entry *entries; /**< next_of_place. */
	bool is_compared;
	const char *text; /**< Of all of them, once compared; NULL: they differ. */
};

struct dwarf_entries {
	struct types_reader *reader;
	Dwfl_Module *module;
	Dwarf *dwarf;
	uint64_t bias;
	struct abilock_arena arena;
	struct abilock_name_table names; /**< To struct dwarf_name. */
	struct number_map places;	 /**< To struct dwarf_place. */
	/**
	 * Whether code may have lost its own address to other code of the same bytes without a
	 * trace in the symbol table: the linker folds, or there is no symbol table.
	 */
	bool may_fold, has_symtab;
	struct number_map lost;	    /**< Size in bytes to struct dwarf_lost; see lost_size(). */
	struct number_map imported; /**< Units of the common file of dwz that were visited. */
	const char *lost_unit;	    /**< Split file that is not there, or NULL. */
};

/** Look for what is wanted: names and addresses. */
int dwarf_entries_init(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
		       size_t count);
void dwarf_entries_deinit(struct dwarf_entries *entries);

/** Walk over the top of all units. */
int dwarf_entries_walk(struct dwarf_entries *entries);

/**
 * The entry of an export.
 *
 * @return 0, DWARF_NO_TEXT with the reason, or an error.
 */
int dwarf_entries_choose(struct dwarf_entries *entries, const struct dwarf_wanted *wanted,
			 struct dwarf_entry **ret);

#endif
