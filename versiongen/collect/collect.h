/* SPDX-License-Identifier: MIT */
/*
 * What modules use of a host: the symbols that must be exported to them, and what is wrong with
 * the rest. The objects are looked at as a linker would look at them.
 */
#ifndef VERSIONGEN_COLLECT_H
#define VERSIONGEN_COLLECT_H

#include "inputs.h"

/** What a group of inputs is. */
enum collect_role {
	COLLECT_HOST,
	COLLECT_MODULE,
	COLLECT_LIBRARY, /**< What host and modules link with. */
};

/** Inputs that belong together: the host, one module, one file of a library. */
struct collect_group {
	enum collect_role role;
	const char *name;    /**< Of a module, for people: its first file. */
	size_t first, count; /**< Of inputs. */
	size_t whole;	     /**< Inputs from this index on are linked in whole, archives or not. */
};

/** A use of a symbol by a module, for lists. */
struct collect_use {
	size_t module;		  /**< Index of the module's group. */
	struct collect_use *next; /**< In the order of the command line. */
};

/** What became of a symbol that modules use. */
enum collect_state {
	COLLECT_EXPORTED, /**< The host has it: it belongs into the declaration. */
	COLLECT_UNLINKED, /**< The same, but only in an archive's member that nothing pulls in. */
	COLLECT_HIDDEN,	  /**< The host has it, but with hidden visibility. */
	COLLECT_HIDDEN_REFERENCE, /**< The host has it, but modules refer to it as hidden. */
	COLLECT_SIBLING,	  /**< Another module defines it. */
	COLLECT_MISSING,	  /**< Nobody defines it. */
};

/** A symbol that modules use and that is no library's. */
struct collect_symbol {
	const char *name;
	enum collect_state state;
	uint8_t type;	/**< STT_* of the definition. */
	uint8_t bind;	/**< STB_* of the definition. */
	size_t definer; /**< Input; for COLLECT_SIBLING a group; INPUTS_NONE for COLLECT_MISSING. */
	struct collect_use *uses; /**< At least one; each module once. */
	size_t use_count;
};

/** Initialise with `{ 0 }` and the groups; release with collect_deinit(). */
struct collect {
	struct inputs inputs;
	struct collect_group *groups; /**< malloc'ed. Hosts of several files are one group. */
	size_t group_count;
	const char *const *roots; /**< Names that the host's link asks for, as with -u. */
	size_t root_count;
	bool no_default_libraries;
	/* The result. */
	struct abilock_arena arena;
	struct collect_symbol *symbols; /**< malloc'ed; sorted by name. */
	size_t symbol_count;
	size_t module_count;
	bool missing_unknown; /**< No C library of that machine is here: none is MISSING. */
};

void collect_deinit(struct collect *collect);

/**
 * Find out. Archives of the host give the members that the link pulls in, as if all of them stood
 * between --start-group and --end-group; those of a module with an object file of its own
 * likewise, else all of their members are the module.
 *
 * @return 0, ABILOCK_E_NOMEM, or what reading a library of the system returned.
 */
int collect_run(struct collect *collect, struct abilock_error *err) _must_check_;

#endif
