/* SPDX-License-Identifier: MIT */
/*
 * Tokens of C and C++ source as it is written, in front of the preprocessor: enough to find a call
 * and a comment and never to take one for the other.
 */
#ifndef VERSIONGEN_C_LEXER_H
#define VERSIONGEN_C_LEXER_H

#include "../../symbols/text.h"

enum c_token_kind {
	C_END,
	C_WORD,
	C_STRING,
	C_CHARACTER,
	C_NUMBER,
	C_PUNCTUATION, /**< One character. */
	C_COMMENT,
	C_LINE_END, /**< Of a preprocessor line. */
};

struct c_token {
	enum c_token_kind kind;
	size_t offset, length;
	bool is_directive; /**< Part of a preprocessor line. */
	bool is_raw;	   /**< A string without escapes. */
	bool is_broken;	   /**< A string or comment that does not end. */
};

/** Initialise with the text alone; a backslash in front of a newline joins lines. */
struct c_lexer {
	const char *text;
	size_t length;
	size_t at;
	bool is_in_line;      /**< Something else than blanks and comments was on this line. */
	bool is_in_directive; /**< Behind a `#` that began a line. */
};

/** The next token; C_END for ever at the end. */
struct c_token c_lexer_next(struct c_lexer *lexer);

/** Whether a token is this word or punctuation. */
bool c_token_is(const struct c_lexer *lexer, const struct c_token *token, const char *text);

/**
 * Append what a string means, its escapes decoded.
 *
 * @return false for an escape that we do not know, or one of no character.
 */
bool c_token_string(const struct c_lexer *lexer, const struct c_token *token,
		    struct abilock_text *out);

#endif
