/* SPDX-License-Identifier: MIT */
/*
 * Text of modules on a terminal. Names and descriptions come from files that anybody may have
 * written: what steers a terminal, or turns the direction of writing, is shown as `?`.
 */
#ifndef ABILOCK_ABIMOD_SHOWN_H
#define ABILOCK_ABIMOD_SHOWN_H

#include "arena.h"
#include "text.h"

/** Add a text as one line: newlines and tabs become blanks. NULL adds nothing. */
void shown_add(struct abilock_text *out, const char *s);

/** Add a text that may have several lines: those behind the first begin with @p indent blanks. */
void shown_lines(struct abilock_text *out, const char *s, size_t indent);

/** Columns that a text takes: characters, where they are of one column. */
size_t shown_width(const char *s);

/** Rows of cells in columns. Initialise with `{ .columns = N }`. */
struct shown_table {
	size_t columns;
	struct abilock_arena arena;
	const char **cells; /**< malloc'ed; disarmed. */
	size_t count;
	bool failed;
};

void shown_table_deinit(struct shown_table *table);

/** Add a cell; it is the next of its row. Empty ones are shown as `-`, but not in the last column.
 */
void shown_table_add(struct shown_table *table, const char *cell);

/** Write the rows, with two blanks between the columns. */
void shown_table_write(const struct shown_table *table, struct abilock_text *out);

#endif
