/* SPDX-License-Identifier: MIT */
/*
 * The grammar of `readelf -W --dyn-syms` (binutils 2.40), byte for byte, so that scripts that read
 * the one can read the other.
 *
 * What differs: a section symbol (local, in the tables of some machines) has no name here, because
 * its name is in the section headers, which nothing vouches for; and DEL in a name is written ^?.
 */
#ifndef ABIAUDIT_READELF_H
#define ABIAUDIT_READELF_H

#include "object.h"

/** The version of one row. */
struct readelf_version {
	const char *node; /**< NULL: the row has none. */
	bool is_needed;	  /**< From verneed: @p index is printed behind it. */
	uint16_t index;
};

/** The lines over the rows. They count the whole table, whichever rows follow. */
void readelf_print_header(FILE *file, const struct abilock_object *object);

/** One row with its newline. Write errors stay in @p file: see ferror(). */
void readelf_print_row(FILE *file, const struct abilock_object *object, uint64_t index,
		       const struct abilock_symbol *symbol, const struct readelf_version *version);

/** Room for the longest name that the functions below write. */
enum { READELF_NAME_SIZE = 40 };

/*
 * Columns of a row without their padding. A value without a name is written into @p buf.
 */
const char *readelf_type(const struct abilock_object *object, uint8_t type, char *buf);
const char *readelf_bind(const struct abilock_object *object, uint8_t bind, char *buf);
const char *readelf_visibility(uint8_t visibility);

#endif
