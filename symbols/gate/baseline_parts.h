/* SPDX-License-Identifier: MIT */
/* What the reader and the writer of a baseline's text agree on. */
#ifndef ABILOCK_GATE_BASELINE_PARTS_H
#define ABILOCK_GATE_BASELINE_PARTS_H

#include "baseline.h"

/** First word of the file, and the version of its form. */
#define BASELINE_MAGIC ".abilock-baseline"
#define BASELINE_FORMAT "1"

/** The byte order mark that some editors write; it is passed over. */
#define BASELINE_MARK "\xef\xbb\xbf"

/** The word for an STT_*: func, data, tls, ifunc or notype. */
const char *baseline_type_word(uint8_t type);

/** The STT_* of a word; -1: it is none. */
int baseline_type_parse(const char *word);

/** Whether the size of a symbol of this type is kept: data and TLS. */
bool baseline_type_has_size(uint8_t type);

/**
 * Add a name; in double quotes, with a backslash before a quote and a backslash and `\xHH` for
 * control characters, where it would not be read as one word.
 */
void baseline_write_name(struct abilock_text *out, const char *name);

/** Whether names have to be quoted: see baseline_write_name(). */
bool baseline_name_is_odd(const char *name);

/** The value of a digit from 0 to f, in lower case; -1: it is none. */
int baseline_hex_digit(char c);

/**
 * Take the next word of a line, in place.
 *
 * @param[in,out] line  Ended by a NUL; behind the word afterwards.
 * @param[out] ret      The word, ended by a NUL; NULL: there is none, or a comment begins.
 * @param[out] ret_quoted  It was in quotes. May be NULL.
 * @return NULL, or what is wrong.
 */
const char *baseline_next_word(char **line, char **ret, bool *ret_quoted);

/**
 * A model of some symbols of another one, with the types that they reach.
 *
 * @param from  Indices into the symbols of @p all, @p count of them.
 * @param[out] ret  Finished; owned by the caller.
 */
int baseline_keep_types(const struct abilock_types *all, const size_t *from, size_t count,
			struct abilock_types **ret, struct abilock_error *err) _must_check_;

#endif
