/* SPDX-License-Identifier: MIT */
/* shlibs files: which package a library of a name and version is in. Source: deb-shlibs(5). */
#ifndef ABIAUDIT_DEB_SHLIBS_H
#define ABIAUDIT_DEB_SHLIBS_H

#include "arena.h"
#include "error.h"
#include "messages.h"

/** One line, `[TYPE:] LIBRARY VERSION [DEPENDENCIES]`. */
struct deb_shlib {
	const char *type; /**< Kind of package that the line is for, or NULL: any. */
	const char *library, *version;
	const char *dependencies; /**< "" for none. */
};

struct deb_shlibs {
	struct abilock_arena arena;
	const char *path;
	struct deb_shlib *items;
	size_t count;
};

/**
 * Read a file.
 *
 * @param[out] ret_shlibs  Owned by the caller, release with deb_shlibs_free().
 * @param messages         Lines that are none are warned of here, and passed over.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO or ABILOCK_E_SYNTAX.
 */
int deb_shlibs_open(const char *path, struct deb_shlibs **ret_shlibs, struct deb_messages *messages,
		    struct abilock_error *err) _must_check_;

/** As deb_shlibs_open(), for bytes in memory without a NUL. */
int deb_shlibs_parse(const char *bytes, size_t size, const char *path,
		     struct deb_shlibs **ret_shlibs, struct deb_messages *messages,
		     struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void deb_shlibs_free(struct deb_shlibs *shlibs);

static inline void deb_shlibs_freep(struct deb_shlibs **shlibs)
{
	deb_shlibs_free(*shlibs);
}

/** Parts of a soname that a shlibs file tells apart. */
struct deb_soname {
	const char *name;
	size_t name_length;
	const char *version;
	size_t version_length;
};

/** Take `libfoo.so.1` or `libfoo-1.2.so` apart. @return False for any other name. */
bool deb_soname_split(const char *soname, struct deb_soname *ret);

/**
 * What to depend on for a library.
 *
 * @param type  Kind of package, such as "deb" or "udeb": a line for it goes before one for any.
 * @return Borrowed; "" for nothing, NULL where the file does not have the library.
 */
const char *deb_shlibs_find(const struct deb_shlibs *shlibs, const char *soname, const char *type);

#endif
