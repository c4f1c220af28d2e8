/* SPDX-License-Identifier: MIT */
/* The one error object. It is the caller's, has a fixed size, and setting it never allocates. */
#ifndef ABILOCK_SYMBOLS_ERROR_H
#define ABILOCK_SYMBOLS_ERROR_H

#include <stdarg.h>

#include "util.h"

/** Negative return codes of every function that takes a struct abilock_error. */
enum abilock_error_code {
	ABILOCK_E_NOMEM = -1,	    /**< Out of memory. */
	ABILOCK_E_IO = -2,	    /**< The system refused: open, read, write, rename. */
	ABILOCK_E_NOT_ELF = -3,	    /**< The file is something else than ELF. */
	ABILOCK_E_DAMAGED = -4,	    /**< ELF, but a claim in it does not hold. */
	ABILOCK_E_UNSUPPORTED = -5, /**< Well formed, but not something that we read. */
	ABILOCK_E_SYNTAX = -6,	    /**< A declaration that we do not accept. */
	ABILOCK_E_USAGE = -7,	    /**< A wrong argument of the caller. */
};

/**
 * What went wrong, and where.
 *
 * The text is one line without the file's name in front: abilock_error_format() adds it.
 */
struct abilock_error {
	int code;	 /**< enum abilock_error_code, 0 while nothing is set. */
	char file[512];	 /**< File at fault, shortened from the left when longer. May be empty. */
	char table[32];	 /**< Part of the file, such as "verdef" or "program headers". May be empty.
			  */
	uint64_t offset; /**< Byte offset in that table; or the line, for ABILOCK_E_SYNTAX. */
	uint64_t column; /**< Column (1-based) for ABILOCK_E_SYNTAX, else 0. */
	char message[384];
};

/** As `{ 0 }`, without a kilobyte of zeroes: where one is made for each of thousands of files. */
static inline void abilock_error_clear(struct abilock_error *err)
{
	err->code = 0;
	err->file[0] = err->table[0] = err->message[0] = '\0';
	err->offset = err->column = 0;
}

/**
 * Fill @p err and return @p code, so that a failing function can end with
 * `return abilock_error_set(...)`.
 *
 * @param err     May be NULL: only the code is returned then.
 * @param file    Copied. May be NULL.
 * @param table   Copied. May be NULL for an error that has no place in the file.
 */
int abilock_error_set(struct abilock_error *err, int code, const char *file, const char *table,
		      uint64_t offset, const char *fmt, ...) _printf_(6, 7);

/** As abilock_error_set() for a place in a text file. @p line and @p column count from 1. */
int abilock_error_set_line(struct abilock_error *err, const char *file, uint64_t line,
			   uint64_t column, const char *fmt, ...) _printf_(5, 6);

/** Out of memory: a fixed text, nothing else is touched. Returns ABILOCK_E_NOMEM. */
int abilock_error_nomem(struct abilock_error *err);

/**
 * Write the error as one line without a newline: `FILE: TABLE, offset 0x10: MESSAGE`,
 * or `FILE:LINE:COLUMN: MESSAGE` for a declaration.
 *
 * @return Length that the whole text has, as snprintf().
 */
int abilock_error_format(const struct abilock_error *err, char *buf, size_t size);

#endif
