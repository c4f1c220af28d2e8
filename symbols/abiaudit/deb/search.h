/* SPDX-License-Identifier: MIT */
/*
 * Where dpkg looks for a library: in the build trees of packages, then in the system. It is not how
 * ld.so looks: every folder is asked, and each file found that fits is a candidate, because any of
 * their names may be the one that a package has. Source: dpkg-shlibdeps(1).
 */
#ifndef ABIAUDIT_DEB_SEARCH_H
#define ABIAUDIT_DEB_SEARCH_H

#include "abi.h"
#include "arch.h"
#include "arena.h"
#include "error.h"
#include "folders.h"

struct deb_search;

/**
 * Reads LD_LIBRARY_PATH, DEB_TARGET_GNU_TYPE and the like from the environment, ld.so.conf, and
 * which build trees in debian/ have information about libraries.
 *
 * @param arch      Architecture of the packages.
 * @param ignored   Beginnings of build trees that are to be left out.
 * @param messages  For what is odd; must outlive the search.
 * @param[out] ret_search  Owned by the caller, release with deb_search_free().
 */
int deb_search_new(const struct deb_arch *arch, const char *const *ignored, size_t ignored_count,
		   struct deb_messages *messages, struct deb_search **ret_search,
		   struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void deb_search_free(struct deb_search *search);

static inline void deb_search_freep(struct deb_search **search)
{
	deb_search_free(*search);
}

/** Look into a folder before the system's. Borrowed. @return 0 or ABILOCK_E_NOMEM. */
int deb_search_add_folder(struct deb_search *search, const char *folder,
			  struct abilock_error *err) _must_check_;

/** Look into a build tree before the others. Borrowed. @return 0 or ABILOCK_E_NOMEM. */
int deb_search_add_tree(struct deb_search *search, const char *tree,
			struct abilock_error *err) _must_check_;

/** symbols and shlibs files of the build trees in debian/; they live as long as the search. */
const struct deb_paths *deb_search_built_symbols(const struct deb_search *search);
const struct deb_paths *deb_search_built_shlibs(const struct deb_search *search);

/** The folders in which libraries are looked for: those that were added, and the system's. */
const struct deb_paths *deb_search_own_folders(const struct deb_search *search);
const struct deb_paths *deb_search_system_folders(const struct deb_search *search);

/** Whether a folder, such as "/usr/lib", is one in which libraries are looked for. */
bool deb_search_is_public(const struct deb_search *search, const char *folder);

/** An object that needs libraries, and where only it looks for them. */
struct deb_searcher {
	struct deb_abi abi;
	struct deb_paths run_path, trees;
};

/**
 * @param path      The object's.
 * @param run_path  DT_RUNPATH, else DT_RPATH; or NULL. $ORIGIN is written out where the object is
 * in a package's build tree.
 * @param[out] searcher  Release with deb_searcher_deinit() also after a failure.
 */
int deb_searcher_init(struct deb_searcher *searcher, struct deb_search *search, const char *path,
		      const struct deb_abi *abi, const char *run_path,
		      struct abilock_error *err) _must_check_;
void deb_searcher_deinit(struct deb_searcher *searcher);

/**
 * Find the files for a DT_NEEDED name.
 *
 * @param[out] ret_found  Lives as long as the search. None where there is no file, or only for
 * other machines.
 */
int deb_search_library(struct deb_search *search, const char *name,
		       const struct deb_searcher *searcher, struct deb_paths *ret_found,
		       struct abilock_error *err) _must_check_;

#endif
