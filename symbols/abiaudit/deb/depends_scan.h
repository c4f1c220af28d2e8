/* SPDX-License-Identifier: MIT */
/* Inside of deb_depends: what its two passes work on, and their steps. */
#ifndef ABIAUDIT_DEB_DEPENDS_SCAN_H
#define ABIAUDIT_DEB_DEPENDS_SCAN_H

#include <limits.h>

#include "depends.h"
#include "name_table.h"
#include "object.h"
#include "symbols_file.h"
#include "text.h"

/* A soname over all files. */
struct deb_usage {
	const char *soname;
	bool missing;
	uint64_t used;
	const char **files;
	size_t file_count;
};

struct deb_depends_state {
	struct abilock_name_table subjects; /* struct deb_subject's index + 1, by path */
	struct abilock_name_table usages;   /* struct deb_usage, by soname */
	struct deb_usage **usage_list;	    /* in the order in which they came up */
	size_t usage_count;
	struct abilock_name_table symbols_files; /* struct deb_symbols_file, by path */
	size_t symbols_size;			 /* of all that are open, in bytes */
	struct abilock_name_table shlibs_files;	 /* struct deb_shlibs, by path */
	struct abilock_name_table wanted;	 /* libraries whose owners are asked for */
	const char **wanted_list;
	size_t wanted_count;
	const char *outside; /* first file that is in no build tree, or NULL */
	size_t outside_count;
};

/* What is known of a library that a file may take symbols from. */
struct deb_provider {
	struct deb_need *need;
	const struct deb_library *symbols; /* or NULL: then */
	struct abilock_object *object;	   /* or NULL */
	const char **highest;		   /* demanded so far, by dependency of the symbols file */
};

/* One file in the second pass. */
struct deb_scan {
	struct deb_depends *depends;
	struct deb_subject *subject;
	struct abilock_object *object;
	struct deb_provider *providers; /* one for each need */
	bool is_public;			/* it is where libraries and programs are, not plugins */
	bool may_complain;		/* about symbols */
	size_t named, unnamed;		/* missing symbols */
	struct abilock_text name;
};

/** Whether other objects can be linked with an object. */
static inline bool deb_is_library(const struct abilock_object *object)
{
	return object->type == ET_DYN && object->soname && *object->soname;
}

/* ---- depends_demands.c ---- */

/** The demand with a template, of which only @p length bytes count, or NULL. */
struct deb_demand *deb_demands_find(struct deb_demands *demands, const char *template,
				    size_t length);

/** Whether a demand is for a version at least as high as @p version. */
bool deb_demand_covers(const struct deb_demand *demand, const char *version);

/**
 * Demand a version for the field of the file and for one of its needs, unless a higher one is
 * demanded.
 *
 * @param what        Copied. Its template may name several packages, with commas between: each is a
 *                    demand of its own.
 * @param only_known  Leave out what is not demanded yet.
 */
int deb_scan_demand(struct deb_scan *scan, struct deb_need *need, struct deb_demand what,
		    bool only_known, struct abilock_error *err) _must_check_;

/**
 * Refuse a version that dpkg would refuse.
 *
 * @param what  That the version is of, for the message.
 * @return 0, or ABILOCK_E_SYNTAX at that line of the file.
 */
int deb_demand_check_version(const char *version, const char *file, unsigned long line,
			     const char *what, struct abilock_error *err) _must_check_;

/* ---- depends_libraries.c ---- */

/**
 * First pass: find the libraries of a file, and put them down for the question who owns them.
 *
 * A file that is no program or shared object is warned about, and stays without.
 */
int deb_depends_find_libraries(struct deb_depends *depends, struct deb_subject *subject,
			       struct abilock_error *err) _must_check_;

/**
 * The name under which the database may have a library.
 *
 * @param[out] real  Room for it.
 * @return @p library or @p real; NULL where the library lies in a build tree.
 */
const char *deb_depends_database_name(const char *library, char real[PATH_MAX]);

/* ---- depends_providers.c ---- */

/**
 * Find out what is known of the library of @p provider->need, and demand what comes with any use
 * of it.
 */
int deb_scan_find_provider(struct deb_scan *scan, struct deb_provider *provider,
			   struct abilock_error *err) _must_check_;

/* ---- depends_symbols.c ---- */

/** Second pass: demand what the symbols of a file need. */
int deb_depends_scan(struct deb_depends *depends, struct deb_subject *subject,
		     struct abilock_error *err) _must_check_;

/* ---- depends_warnings.c ---- */

/** A library was not found; an error where its name is one that packages give information about. */
void deb_depends_warn_missing(struct deb_depends *depends, const struct deb_subject *subject,
			      const char *soname, const char *run_path);

/** No library has a symbol. The first few are named, the others counted. */
void deb_scan_warn_symbol(struct deb_scan *scan, const char *name, const char *version);

/** How many symbols were not named. */
void deb_scan_warn_unnamed(struct deb_scan *scan);

/** Libraries that the file does not use. */
void deb_scan_warn_unused(struct deb_scan *scan);

/** Libraries that none of the files uses. */
void deb_depends_warn_avoidable(struct deb_depends *depends);

/** Files in no build tree. */
void deb_depends_warn_outside(struct deb_depends *depends);

#endif
