/* SPDX-License-Identifier: MIT */
/* What a tool has to print about a file, made from what truth.h found in it. */
#ifndef PARITY_ANSWERS_H
#define PARITY_ANSWERS_H

#include "truth.h"

enum answer {
	ANSWER_SYMBOLS,	 /**< As `readelf -W --dyn-syms`. */
	ANSWER_VERSIONS, /**< As `readelf -W -V`. */
	ANSWER_RECORDS,	 /**< As `abiaudit list --format tsv --all --nodes --needs --why`. */
	ANSWER_PROVIDES, /**< Dependencies of RPM, whatever their names; each once, in any order. */
	ANSWER_REQUIRES,
	ANSWER_ELFDEPS_PROVIDES, /**< As elfdeps: repeated as there, in any order. */
	ANSWER_ELFDEPS_REQUIRES,
	ANSWER_DEB_SYMBOLS, /**< As dpkg-gensymbols; which of the names that begin with an
			       underscore are the compiler's own is its matter. */
};

/** Tables that an answer is made of: bits by enum truth_table. */
unsigned answer_tables(enum answer answer);

/**
 * Compare what a tool printed about one file with what is true.
 *
 * Only rows are compared: headings differ with the names of sections.
 *
 * @param path    Of the file, as given to the tool.
 * @param output  Ends with a NUL; changed.
 * @param[out] ret_text  What differs; the caller frees it.
 */
bool answer_is_true(enum answer answer, const struct truth *truth, const char *path, char *output,
		    char **ret_text);

#endif
