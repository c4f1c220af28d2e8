/* SPDX-License-Identifier: MIT */
/*
 * Reader of types from DWARF 4 and 5, on libdw: in objects, archives and linked files; in the file
 * itself, a split file (.dwo, .dwp), or the file of debug information that its build-id or
 * .gnu_debuglink names; with what dwz moved to a common file.
 */
#ifndef ABILOCK_TYPES_TYPES_DWARF_H
#define ABILOCK_TYPES_TYPES_DWARF_H

#include "types.h"

struct abilock_types_question {
	/** One linked file, or any number of objects and archives. */
	const char *const *paths;
	size_t path_count;
	/**
	 * Whose types are wanted. From a linked file itself (`row` of an export finds its address:
	 * aliases and versions by .symver have no name in DWARF), or from a declaration, for
	 * objects, where the name counts.
	 */
	const struct abilock_surface *surface;
	/**
	 * Folders or files whose types callers can see, or none: then they see all. Types that
	 * other files define are opaque.
	 */
	const char *const *headers;
	size_t header_count;
	/** Folders with files of debug information beside /usr/lib/debug; DEBUG/.build-id/... */
	const char *const *debug_folders;
	size_t debug_folder_count;
};

/**
 * Read the types of the exports of a surface. A symbol whose type cannot be known (no debug
 * information, an assembler function, bytecode of LTO or LLVM, a language construct without a C
 * spelling) has the reason in `missing`; nothing is guessed from another symbol at its address
 * unless that one is an alias for certain.
 *
 * @param[out] ret  Finished; owned by the caller.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, ABILOCK_E_NOT_ELF, ABILOCK_E_DAMAGED (debug information
 *         that contradicts itself: file, section and offset of the entry), ABILOCK_E_UNSUPPORTED.
 */
int abilock_types_read(const struct abilock_types_question *question, struct abilock_types **ret,
		       struct abilock_error *err) _must_check_;

#endif
