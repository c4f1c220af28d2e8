/* SPDX-License-Identifier: MIT */
/* The answer of `abiaudit deps --deb-depends` for programs: lines with tabs, JSON. */
#ifndef ABIAUDIT_DEB_SHLIBDEPS_FORMAT_H
#define ABIAUDIT_DEB_SHLIBDEPS_FORMAT_H

#include "depends.h"
#include "text.h"

struct shlibdeps_result {
	struct deb_database *database;
	struct deb_depends *depends;
	const char *const *values; /**< By enum deb_field_kind, as of deb_depends_values(). */
};

/**
 * A record for each dependency of each file, then one for each field, without a file. Memory that
 * runs out shows in @p out.
 */
int shlibdeps_write_tsv(const struct shlibdeps_result *result, struct abilock_text *out,
			struct abilock_error *err) _must_check_;

int shlibdeps_write_json(const struct shlibdeps_result *result, FILE *file,
			 struct abilock_error *err) _must_check_;

#endif
