/* SPDX-License-Identifier: MIT */
/* Text files as dpkg has them: read at once, taken apart line by line. */
#ifndef ABIAUDIT_DEB_TEXTFILE_H
#define ABIAUDIT_DEB_TEXTFILE_H

#include "arena.h"
#include "error.h"

struct deb_textfile {
	const char *path;
	char *next, *end;   /**< What is left. */
	unsigned long line; /**< Number of the line that was returned last, from 1. */
};

/**
 * Read a file. It must be text: a NUL byte is an error.
 *
 * @param arena  Owns the text.
 * @param path   Borrowed.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO or ABILOCK_E_SYNTAX.
 */
int deb_textfile_read(struct deb_textfile *file, struct abilock_arena *arena, const char *path,
		      struct abilock_error *err) _must_check_;

/** As deb_textfile_read(), for bytes in memory without a NUL, which are copied. */
int deb_textfile_open(struct deb_textfile *file, struct abilock_arena *arena, const char *path,
		      const char *bytes, size_t size, struct abilock_error *err) _must_check_;

/** The next line without its newline, or NULL at the end. In the arena, and may be changed. */
char *deb_textfile_line(struct deb_textfile *file);

#endif
