/* SPDX-License-Identifier: MIT */
/*
 * Control files: paragraphs of `Name: value` fields with empty lines between. debian/control and
 * dpkg's status file are written so. Source: deb822(5).
 */
#ifndef ABIAUDIT_DEB_CONTROL_H
#define ABIAUDIT_DEB_CONTROL_H

#include "arena.h"
#include "error.h"

struct deb_control_field {
	const char *name;  /**< As it is written. */
	const char *value; /**< Without blanks around it; further lines follow a newline each. */
};

struct deb_paragraph {
	struct deb_control_field *fields; /**< In the order of the file. */
	size_t field_count;
	unsigned long line; /**< Where it begins, from 1. */
};

/** Everything in it lives as long as the file. */
struct deb_control {
	struct abilock_arena arena;
	struct deb_paragraph *paragraphs;
	size_t paragraph_count;
};

/**
 * Read a control file.
 *
 * @param[out] ret_control  Owned by the caller, release with deb_control_free().
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_SYNTAX with the line.
 */
int deb_control_open(const char *path, struct deb_control **ret_control,
		     struct abilock_error *err) _must_check_;

/** As deb_control_open() for text in memory, which is copied. */
int deb_control_parse(const char *bytes, size_t size, const char *path,
		      struct deb_control **ret_control, struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void deb_control_free(struct deb_control *control);

static inline void deb_control_freep(struct deb_control **control)
{
	deb_control_free(*control);
}

/** Value of a field (names compare without case), or NULL. */
const char *deb_paragraph_field(const struct deb_paragraph *paragraph, const char *name);

#endif
