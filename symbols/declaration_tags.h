/* SPDX-License-Identifier: MIT */
/* One comment, and what its words say. */
#ifndef ABILOCK_SYMBOLS_DECLARATION_TAGS_H
#define ABILOCK_SYMBOLS_DECLARATION_TAGS_H

#include "declaration_reader.h"

/** What a word of a comment sets; each may be set once. */
enum field {
	FIELD_TYPE,
	FIELD_BIND,
	FIELD_COMPAT,
	FIELD_EXACT,
	FIELD_SINCE,
	FIELD_ARCH,
	FIELD_CONDITION,
	FIELD_HEADER,
	FIELD_COUNT,
};

struct word {
	const char *text;
	size_t length;
};

struct comment {
	struct lexer *lx;
	struct abilock_place place; /**< Of its start. */
	const char *text;
	size_t length;
	struct abilock_tags tags;
	struct word set[FIELD_COUNT]; /**< The word that set it; length 0: none did. */
	struct word wrong;   /**< The first that contradicts another, or has a bad value. */
	struct word against; /**< What it contradicts; length 0: its value is bad. */
};

/** Take the next word of a comment. @param p  Where to look; moved behind it. @return false at the
 * end. */
bool comment_next_word(const struct comment *comment, const char **p, struct word *ret);

bool word_is(const struct word *word, const char *s);
bool word_starts(const struct word *word, const char *s);

/** Whether a word names a file: it has a dot or a slash. */
bool word_is_file(const struct word *word);

/**
 * Read the words from @p p on as tags.
 *
 * @return Whether all of them, and at least one, are tags or files: one word of prose makes the
 *         whole comment prose.
 */
bool comment_read_tags(struct comment *comment, const char *p);

#endif
