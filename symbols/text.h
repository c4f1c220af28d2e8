/* SPDX-License-Identifier: MIT */
/*
 * Text that grows in memory: the output about one file, which is printed as a whole or, where the
 * file turns out to be damaged, not at all. Rows by the million go through here, so the common
 * columns have functions of their own that know no format strings.
 */
#ifndef ABILOCK_SYMBOLS_TEXT_H
#define ABILOCK_SYMBOLS_TEXT_H

#include <stdarg.h>

#include "util.h"

/** A string as of vprintf(), malloc'ed; NULL when memory is out. */
char *abilock_vformat(const char *fmt, va_list args) _printf_(1, 0);

/** Initialise with `{ 0 }`. Release with abilock_text_deinit(). */
struct abilock_text {
	char *data; /**< NULL while nothing has been added; not ended by a NUL. */
	size_t length;
	size_t capacity;
	/**
	 * Takes away, and clears, what has come together so far, for abilock_text_offer(). NULL:
	 * the whole is wanted at the end.
	 */
	void (*drain)(struct abilock_text *text);
	void *drain_context;
	size_t offered; /**< Length when it was last offered in vain. */
	bool failed; /**< Memory ran out: what was added since is lost. Check once, at the end. */
};

void abilock_text_deinit(struct abilock_text *text);

/** Forget the content, keep the memory. */
static inline void abilock_text_clear(struct abilock_text *text)
{
	text->length = 0;
	text->offered = 0;
	text->failed = false;
}

/** From this length on it is worth it to print a part. */
enum { ABILOCK_TEXT_PART = 1 << 16 };

/**
 * Say that the content is final, whatever comes behind it: nothing that could still fail will take
 * it back. Large answers need little memory then.
 */
static inline void abilock_text_offer(struct abilock_text *text)
{
	if (text->length - text->offered < ABILOCK_TEXT_PART || !text->drain || text->failed)
		return;
	text->offered = text->length;
	text->drain(text);
}

/** Make room for @p more bytes behind the content. @return Where they begin, or NULL. */
char *abilock_text_reserve(struct abilock_text *text, size_t more);

/**
 * Append what a descriptor gives, to its end: a file may be a pipe, and its size says nothing.
 *
 * @param max  How long the whole may become.
 * @return 0; or -1 with errno: that of read(), EFBIG where there is more, or ENOMEM.
 */
int abilock_text_read(struct abilock_text *text, int fd, size_t max) _must_check_;

void abilock_text_add(struct abilock_text *text, const void *bytes, size_t length);
void abilock_text_puts(struct abilock_text *text, const char *s);
void abilock_text_putc(struct abilock_text *text, char c);
void abilock_text_printf(struct abilock_text *text, const char *fmt, ...) _printf_(2, 3);

/** @p count spaces. */
void abilock_text_pad(struct abilock_text *text, size_t count);

/** As `%-*s`: @p s, filled with spaces to @p width bytes. */
void abilock_text_left(struct abilock_text *text, const char *s, size_t width);

/** As `%*llu`. */
void abilock_text_decimal(struct abilock_text *text, uint64_t value, unsigned width);

/** As `%0*llx`. */
void abilock_text_hex(struct abilock_text *text, uint64_t value, unsigned width);

/**
 * A field of a tab-separated line: tab, newline, carriage return and backslash are written `\t`,
 * `\n`, `\r` and `\\`, other control characters `\xHH`.
 */
void abilock_text_field(struct abilock_text *text, const char *s);

/**
 * Bytes of the UTF-8 sequence that @p s starts with; 0 where none does (RFC 3629, section 4). A NUL
 * is a sequence of one.
 */
size_t abilock_utf8_sequence(const char *s);

#endif
