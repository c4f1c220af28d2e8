/* SPDX-License-Identifier: MIT */
/* Files of substitution variables, `NAME=value` a line. Source: deb-substvars(5). */
#ifndef ABIAUDIT_DEB_SUBSTVARS_H
#define ABIAUDIT_DEB_SUBSTVARS_H

#include "arena.h"
#include "error.h"

struct deb_substvar {
	const char *name, *value;
	bool is_optional; /**< Written with `?=`: nobody minds when it is not used. */
};

/** Initialise with `{ 0 }`. */
struct deb_substvars {
	struct abilock_arena arena;
	struct deb_substvar *items;
	size_t count;
};

/**
 * Read a file. Comments and empty lines are dropped, of two lines with one name the last counts.
 *
 * @param vars  Release with deb_substvars_deinit() also after a failure.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_SYNTAX with the line.
 */
int deb_substvars_read(struct deb_substvars *vars, const char *path,
		       struct abilock_error *err) _must_check_;

/** As deb_substvars_read(), for bytes in memory without a NUL. */
int deb_substvars_parse(struct deb_substvars *vars, const char *bytes, size_t size,
			const char *path, struct abilock_error *err) _must_check_;

void deb_substvars_deinit(struct deb_substvars *vars);

/** Whether a string can be the name of a variable. */
bool deb_substvars_is_name(const char *name);

/** Set a variable, both strings copied. @return 0 or ABILOCK_E_NOMEM. */
int deb_substvars_set(struct deb_substvars *vars, const char *name, const char *value,
		      struct abilock_error *err) _must_check_;

/** Drop every variable `PREFIX:...`. */
void deb_substvars_drop(struct deb_substvars *vars, const char *prefix);

/** Sort by name, which is how dpkg writes them. */
void deb_substvars_sort(struct deb_substvars *vars);

/** Write the lines, in the order that the variables have. */
void deb_substvars_write(const struct deb_substvars *vars, FILE *file);

#endif
