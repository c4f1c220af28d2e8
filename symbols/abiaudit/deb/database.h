/* SPDX-License-Identifier: MIT */
/*
 * dpkg's database of installed packages, read without dpkg: which package a file belongs to, and
 * the files of control information that packages have there.
 *
 * A package is called by its name in the database, with the architecture where several of them can
 * be installed together: `libc6:amd64`, `zlib1g-dev`. Source: the folder info/ of dpkg's admin
 * directory (format 1), dpkg-query(1).
 */
#ifndef ABIAUDIT_DEB_DATABASE_H
#define ABIAUDIT_DEB_DATABASE_H

#include "arch.h"
#include "arena.h"
#include "error.h"

struct deb_database;

/**
 * @param admindir  Such as /var/lib/dpkg. Copied.
 * @param arch      The architecture whose packages are looked at first; must outlive the database.
 * @param[out] ret_database  Owned by the caller, release with deb_database_free().
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO where there is no database.
 */
int deb_database_open(const char *admindir, const struct deb_arch *arch,
		      struct deb_database **ret_database, struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void deb_database_free(struct deb_database *database);

static inline void deb_database_freep(struct deb_database **database)
{
	deb_database_free(*database);
}

/** Names of packages; they live as long as the database. */
struct deb_owners {
	const char *const *items;
	size_t count; /**< More than one only where packages share or divert a file. */
};

/**
 * Find out which packages own some libraries, all in one reading of the lists of files.
 *
 * Lists are read until every library has an owner, those of packages whose names are like the
 * libraries' first: a library that no package owns is what takes time.
 *
 * @param paths  Absolute paths, as a library is found in a directory. Copied.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_SYNTAX for a damaged list.
 */
int deb_database_search(struct deb_database *database, const char *const *paths, size_t count,
			struct abilock_error *err) _must_check_;

/**
 * The packages that own a library: those with that very path; else those with the file that it is a
 * link to; else those that call one of the two by its other name, where /lib and /usr/lib are one.
 *
 * @param path            As for deb_database_search(), which is done where it has not been.
 * @param[out] ret_owners  None where no package owns it.
 */
int deb_database_owners(struct deb_database *database, const char *path,
			struct deb_owners *ret_owners, struct abilock_error *err) _must_check_;

/** A file that one package has put aside for its own. */
struct deb_diversion {
	const char *from, *to;
	const char *package; /**< `:` for a local one. */
};

/**
 * The diversion from or to a path.
 *
 * @param[out] ret_diversion  NULL where there is none.
 */
int deb_database_diversion(struct deb_database *database, const char *path,
			   const struct deb_diversion **ret_diversion,
			   struct abilock_error *err) _must_check_;

/**
 * The path of a control file of a package: @p type is "symbols", "shlibs" ...
 *
 * @return Owned by the database; NULL where the package has none, or memory is out.
 */
const char *deb_database_control_file(struct deb_database *database, const char *package,
				      const char *type);

/**
 * The installed version of a package. The first call reads the whole status file.
 *
 * @param[out] ret_version  NULL where the status file does not have the package.
 */
int deb_database_version(struct deb_database *database, const char *package,
			 const char **ret_version, struct abilock_error *err) _must_check_;

#endif
