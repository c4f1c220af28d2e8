/* SPDX-License-Identifier: MIT */
/*
 * The grammar of `readelf -W --dyn-syms` (binutils 2.40), byte for byte, so that scripts that read
 * the one can read the other. readelf_versions.h has that of `readelf -W -V`.
 *
 * What differs: DEL in a name is written ^?; and where an undefined symbol has the hidden bit set,
 * it is ignored, as by the dynamic linker, while readelf no longer finds the version.
 */
#ifndef ABIAUDIT_READELF_H
#define ABIAUDIT_READELF_H

#include "object.h"
#include "text.h"

/** The version of one row. */
struct readelf_version {
	const char *node; /**< NULL: the row has none. */
	bool is_needed;	  /**< From verneed: @p index is printed behind it. */
	uint16_t index;
};

/**
 * The version of a symbol. A definition may have a needed one: a program's copy of a library's
 * variable has. The BASE definition is none.
 */
struct readelf_version readelf_version(const struct abilock_object *object,
				       const struct abilock_symbol *symbol);

/**
 * As abilock_object_symbol(), with the symbol's version.
 *
 * @return 0, or ABILOCK_E_DAMAGED also for a version index that no node has.
 */
int readelf_symbol(const struct abilock_object *object, uint64_t index,
		   struct abilock_symbol *ret_symbol, struct readelf_version *ret_version,
		   struct abilock_error *err) _must_check_;

/** The error about a version index that no node has. */
int readelf_fail_version(const struct abilock_object *object, uint64_t index,
			 const struct abilock_symbol *symbol, struct abilock_error *err);

/** Whether a symbol is one that GNU ld writes for a node, and no API. */
bool readelf_stands_for_node(const struct abilock_symbol *symbol,
			     const struct readelf_version *version);

/** Which rows of a symbol table. */
enum readelf_rows {
	READELF_EXPORTS, /**< What other objects can bind to. */
	READELF_ALL,
};

/** Whether a row is one of those. */
bool readelf_wants(enum readelf_rows rows, uint64_t index, const struct abilock_symbol *symbol);

/**
 * Add the symbol table: the lines over the rows, which count the whole table, and the rows.
 * An object without a table adds nothing.
 *
 * @param checked  Nothing of it can fail: parts are offered on the way (abilock_text_offer()).
 */
int readelf_add_symbols(struct abilock_text *out, struct abilock_object *object,
			enum readelf_rows rows, bool checked,
			struct abilock_error *err) _must_check_;

/** Add a name, with control characters written ^X: they must not reach a terminal nor break a row.
 */
void readelf_add_name(struct abilock_text *out, const char *name);

/** Room for the longest name that the functions below write. */
enum { READELF_NAME_SIZE = 40 };

/*
 * Columns of a row without their padding. A value without a name is written into @p buf.
 */
const char *readelf_type(const struct abilock_object *object, uint8_t type, char *buf);
const char *readelf_bind(const struct abilock_object *object, uint8_t bind, char *buf);
const char *readelf_visibility(uint8_t visibility);

#endif
