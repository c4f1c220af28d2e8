/* SPDX-License-Identifier: MIT */
/*
 * A declaration's text as the rules see it that are about spelling, and as --fix needs it: tokens
 * with comments, byte for byte. The reader of declarations has decided that the text is right;
 * nothing is refused here.
 */
#ifndef VERSIONGEN_LINT_TEXT_H
#define VERSIONGEN_LINT_TEXT_H

#include "../../symbols/declaration.h"

enum lint_token_kind {
	LINT_WORD,
	LINT_QUOTED, /**< With its quotes. */
	LINT_COMMENT,
	LINT_PUNCTUATION, /**< One of `{};:`. */
};

struct lint_token {
	enum lint_token_kind kind;
	size_t offset;
	size_t length;
};

/** Initialise with `{ 0 }`, release with lint_text_deinit(). */
struct lint_text {
	const char *text; /**< Borrowed from the source. */
	size_t length;
	struct lint_token *tokens;
	size_t token_count;
	size_t *lines; /**< Offset of each line. */
	size_t line_count;
};

/** @return false when memory is out. */
bool lint_text_read(struct lint_text *text, const struct abilock_source *source) _must_check_;
void lint_text_deinit(struct lint_text *text);

/** Offset of a place; the length of the text for one that does not exist. */
size_t lint_text_offset(const struct lint_text *text, struct abilock_place place);

/** The place of some bytes. */
struct abilock_place lint_text_place(const struct lint_text *text, uint32_t file, size_t offset,
				     size_t length);

/** Index of the first token that ends behind an offset; the count where there is none. */
size_t lint_text_find(const struct lint_text *text, size_t offset);

/** Index of the first token from @p at on that is no comment; the count where there is none. */
size_t lint_text_skip(const struct lint_text *text, size_t at);

bool lint_token_is(const struct lint_text *text, size_t token, const char *word);

/** First and last byte behind: the line that an offset stands in, without the newline. */
void lint_text_line(const struct lint_text *text, size_t offset, size_t *ret_start,
		    size_t *ret_end);

/** Whether there is only white space between two offsets. */
bool lint_text_is_blank(const struct lint_text *text, size_t from, size_t to);

#endif
