/* SPDX-License-Identifier: MIT */
/*
 * Tab-separated lines, one record each: its kind, the file that it is about, and the fields of the
 * kind, which abiaudit-formats(5) lists. A field that has no value is empty.
 */
#ifndef ABILOCK_SYMBOLS_TSV_H
#define ABILOCK_SYMBOLS_TSV_H

#include "error.h"
#include "text.h"

/** Start a record. */
void tsv_begin(struct abilock_text *out, const char *kind, const char *file);

/** Add a field; NULL is an empty one. */
void tsv_string(struct abilock_text *out, const char *value);
void tsv_number(struct abilock_text *out, uint64_t value);
void tsv_bool(struct abilock_text *out, bool value); /* "true" or "false" */

static inline void tsv_end(struct abilock_text *out)
{
	abilock_text_putc(out, '\n');
}

/** The record of a file that could not be read. Fits struct batch. */
void tsv_add_failed(const struct abilock_error *err, const char *path, struct abilock_text *out);

#endif
