/* SPDX-License-Identifier: MIT */
/*
 * The line format of manifests and of modules.conf: sections, `key=value` with keys that repeat,
 * comments.
 *
 * - `[section]`; `key=value` or `key => value`; blanks (spaces and tabs) around both are dropped.
 * - `;` or `#` in front of anything else on a line, and `;` behind a blank, begin a comment.
 * - A value in double quotes keeps blanks and semicolons; in it `\"`, `\\`, `\n`, `\t` stand for
 *   a quote, a backslash, a newline and a tab.
 * - The text is UTF-8, a byte order mark in front and CR before LF are taken. NUL and other control
 *   characters are errors. There is no limit on the length of a line, and none is continued.
 *
 * libinih was tried first (version 55, as Debian builds it). It cuts a line behind 199 bytes, tells
 * its caller no line numbers but that of the first error, knows no quotes, and reports no section
 * without keys; and it would be the one library that libabilock needs besides libc.
 */
#ifndef ABILOCK_SYMBOLS_INI_H
#define ABILOCK_SYMBOLS_INI_H

#include "../diagnostics.h"

/** One line that says something. */
struct abilock_ini_line {
	const char *section;	    /**< "" in front of the first one. */
	const char *key;	    /**< NULL: the line is the head of @p section. */
	const char *value;	    /**< Unquoted; "" where nothing stands behind the `=`. */
	struct abilock_place place; /**< Of the key, or of the section's name. */
	struct abilock_place value_place;
};

/**
 * Read a text line by line. All that is wrong goes into @p diags (rule "ini-syntax"), and the lines
 * behind it are read all the same.
 *
 * @param file   Number of the source in the places.
 * @param arena  Owns the strings of the lines.
 * @param take   Called for each line in order. @return 0, or a negative code that ends reading.
 * @return 0, ABILOCK_E_NOMEM, or what @p take returned. Errors in the text are in @p diags only.
 */
int abilock_ini_read(const char *text, size_t length, uint32_t file, struct abilock_arena *arena,
		     int (*take)(const struct abilock_ini_line *line, void *data), void *data,
		     struct abilock_diagnostics *diags) _must_check_;

/** Write a value so that abilock_ini_read() gives it back: in quotes only where it needs them. */
void abilock_ini_write_value(struct abilock_text *out, const char *value);

#endif
