/* SPDX-License-Identifier: MIT */
/* A symbols file, and what has changed in it, for programs: JSON and TSV. abiaudit-deps(1)
 * describes both. */
#ifndef ABIAUDIT_DEB_GENSYMBOLS_FORMAT_H
#define ABIAUDIT_DEB_GENSYMBOLS_FORMAT_H

#include "merge.h"

/** What to write. */
struct gensymbols_result {
	const char *package, *version;
	const struct deb_symbols_file *file;
	const struct deb_symbols_form *form; /**< Which lines: as for the symbols file itself. */
	const struct deb_changes *gained, *lost;
	const char *const *new_libraries; /**< NULL at the end. */
	const char *const *lost_libraries;
};

/** One document. @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO. */
int gensymbols_write_json(FILE *file, const struct gensymbols_result *result,
			  struct abilock_error *err) _must_check_;

/** A record for each dependency of a library, and for each symbol or pattern. */
int gensymbols_write_tsv(FILE *file, const struct gensymbols_result *result,
			 struct abilock_error *err) _must_check_;

#endif
