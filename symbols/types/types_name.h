/* SPDX-License-Identifier: MIT */
/* Names and words of type texts: what begins where, and how long it is. */
#ifndef ABILOCK_TYPES_TYPES_NAME_H
#define ABILOCK_TYPES_TYPES_NAME_H

#include "types.h"

/** Whether a name can have this character without quotes. */
bool type_name_is_plain(char c);

/** Bytes of the word or quoted name that @p text begins with; 0: it begins with neither. */
size_t type_name_length(const char *text);

/** Bytes of `struct NAME` and the like that @p text begins with, or 0. */
size_t type_name_reference(const char *text, enum abilock_type_kind *ret_kind);

/** `struct`, `union`, `enum`. */
const char *type_kind_name(enum abilock_type_kind kind);

/** The name behind the keyword. */
const char *type_name_tag(const struct abilock_type *type);

/** Whether it is unnamed and has the name of a typedef. */
bool type_name_is_typedef(const struct abilock_type *type);

/**
 * What a quoted name stands for.
 *
 * @param text  Begins with a name, plain or in quotes, of @p length bytes.
 * @param[out] out  Added to.
 * @return false: an escape that there is not, or one that a name does not need.
 */
bool type_name_read(const char *text, size_t length, struct abilock_text *out);

#endif
