/* SPDX-License-Identifier: MIT */
/*
 * Types as lines of a baseline: `abiaudit baseline --types`. abiaudit-baseline(5) describes them.
 *
 *     .struct foo 24
 *     .	0 n int
 *     .	8 next struct foo *
 *     .	16:3 flag unsigned int : 1
 *     .enum color 4
 *     .	0 RED
 *
 * Offsets are in bytes, those of bit-fields byte:bit; a member without a name is `-`, and a name of
 * other characters than letters, digits, `_`, `$`, `.`, `:` is in double quotes (types.h). A type
 * with several definitions is there several times.
 */
#ifndef ABILOCK_TYPES_TYPES_TEXT_H
#define ABILOCK_TYPES_TYPES_TEXT_H

#include "../text.h"
#include "types.h"

/** Write all types of a finished model that have a definition, in their order. */
void abilock_types_write(struct abilock_text *out, const struct abilock_types *types);

/** Reading is a line at a time: a type, then its members. Initialise with the model alone. */
struct abilock_types_reader {
	struct abilock_types *types;
	struct abilock_type *type; /**< Whose definition is open. */
	struct abilock_type_definition definition;
	struct abilock_type_member *members; /**< malloc'ed. */
};

void abilock_types_reader_deinit(struct abilock_types_reader *reader);

/**
 * Read one line that begins with one of the words above, or with a dot and a tab.
 *
 * @param line  Without the newline; ended by a NUL.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX with what was expected (no place: the caller
 * knows it).
 */
int abilock_types_read_line(struct abilock_types_reader *reader, const char *line,
			    struct abilock_error *err) _must_check_;

/** Close the definition that is open, if one is. Call it behind the last line. */
int abilock_types_read_end(struct abilock_types_reader *reader,
			   struct abilock_error *err) _must_check_;

#endif
