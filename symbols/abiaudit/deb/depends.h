/* SPDX-License-Identifier: MIT */
/*
 * Which packages files depend on: for each library that a file needs the package that has it, and
 * from what version on that package has the symbols that the file uses.
 *
 * The rules are those of dpkg-shlibdeps. Source: dpkg-shlibdeps(1), deb-symbols(5), deb-shlibs(5).
 */
#ifndef ABIAUDIT_DEB_DEPENDS_H
#define ABIAUDIT_DEB_DEPENDS_H

#include "arch.h"
#include "arena.h"
#include "database.h"
#include "dependency.h"
#include "messages.h"
#include "search.h"

/** Fields that files can count for, from the weakest to the strongest. */
enum deb_field_kind { DEB_SUGGESTS, DEB_RECOMMENDS, DEB_DEPENDS, DEB_PRE_DEPENDS, DEB_FIELD_COUNT };

/** Name of a field, such as "Pre-Depends". */
const char *deb_field_name(enum deb_field_kind field);

/** The field of a name, whatever its case. @return False where it is none of these. */
bool deb_field_parse(const char *name, enum deb_field_kind *ret_field);

/** Kinds of warnings, as bits. */
enum {
	DEB_WARN_SYMBOLS = 1,	/**< A symbol that no library has. */
	DEB_WARN_AVOIDABLE = 2, /**< A library that none of the files uses. */
	DEB_WARN_UNUSED = 4,	/**< A library that one of the files does not use. */
};

/** All of it is borrowed. */
struct deb_depends_settings {
	const struct deb_arch *arch;
	struct deb_database *database;
	struct deb_search *search;
	struct deb_messages *messages;
	const struct deb_dependencies *build_depends; /**< Reduced to what counts here. */
	const char *local_shlibs;		      /**< Goes before all else; need not exist. */
	const char *confdir;			      /**< Such as /etc/dpkg. */
	const char *package_type;		      /**< Such as "deb". */
	const char *const *excluded;		      /**< Packages to leave out. */
	size_t excluded_count;
	bool ignore_missing; /**< Go on where nothing is known about a library. */
	unsigned warnings;   /**< DEB_WARN_*. */
	unsigned verbosity;  /**< 1: say which files are used; 2: and what each symbol is in. */
};

/** Why a version is demanded. */
enum deb_reason {
	DEB_BECAUSE_LIBRARY, /**< It is the first one with the library. */
	DEB_BECAUSE_SYMBOL,
	DEB_BECAUSE_BUILD_DEPENDS,
	DEB_BECAUSE_SHLIBS, /**< A shlibs file says so: no version of its own. */
};

/** A dependency in the making. */
struct deb_demand {
	const char *template; /**< Such as `libc6 #MINVER#`. */
	const char *version;  /**< For `#MINVER#`; "" for any. */
	enum deb_reason reason;
	const char *because; /**< The symbol, `foo@NODE`, or the -dev package; else NULL. */
};

struct deb_demands {
	struct deb_demand *items;
	size_t count;
};

/** A library that a file needs. */
struct deb_need {
	const char *soname;
	struct deb_paths candidates; /**< None: it was not found. */
	const char *path;	     /**< The candidate that counts, or NULL. */
	const char *package;	     /**< That it belongs to; "" for none. */
	const char *info;	     /**< The symbols or shlibs file that told, or NULL. */
	struct deb_demands demands;
	uint64_t used; /**< Symbols that the file takes from it. */
};

/** A file whose dependencies are wanted. */
struct deb_subject {
	const char *path;
	enum deb_field_kind field;
	bool is_object; /**< False: something that has no dependencies of this kind. */
	struct deb_need *needs;
	size_t need_count;
};

struct deb_depends {
	struct abilock_arena arena;
	struct deb_depends_settings settings;
	struct deb_subject *subjects;
	size_t subject_count;
	struct deb_demands fields[DEB_FIELD_COUNT];
	struct deb_depends_state *state;
};

/** @return Owned by the caller, release with deb_depends_free(); NULL where memory is out. */
struct deb_depends *deb_depends_new(const struct deb_depends_settings *settings);

/** NULL is a no-op. */
void deb_depends_free(struct deb_depends *depends);

/**
 * Add a file. One that is there already counts for the stronger of the two fields.
 *
 * @param path  Copied.
 */
int deb_depends_add(struct deb_depends *depends, const char *path, enum deb_field_kind field,
		    struct abilock_error *err) _must_check_;

/**
 * Find the dependencies of all files.
 *
 * What makes the result incomplete, a library that is not there or of which nothing is known, and a
 * file that cannot be read or is damaged, is complained of in the messages, all of it; the caller
 * must not use the result then.
 *
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX for information of packages that is damaged.
 */
int deb_depends_run(struct deb_depends *depends, struct abilock_error *err) _must_check_;

/**
 * Values of the fields; what a stronger field demands as well is left out of a weaker one.
 *
 * @param simplify    Also leave out what another dependency of the same field implies.
 * @param[out] ret    By enum deb_field_kind; NULL for a field without dependencies. They live as
 *                    long as @p depends.
 */
int deb_depends_values(struct deb_depends *depends, bool simplify, const char *ret[DEB_FIELD_COUNT],
		       struct abilock_error *err) _must_check_;

/** A demand as it stands in a field, `libc6 (>= 2.34)`. In the arena; NULL where memory is out. */
const char *deb_demand_text(struct abilock_arena *arena, const struct deb_demand *demand);

#endif
