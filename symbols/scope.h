/* SPDX-License-Identifier: MIT */
/*
 * The scope: the objects in which a module's symbols are looked up, in the dynamic linker's order.
 *
 * Offline it is made from files (the host, the closure of its libraries, the closure of the
 * module's libraries, the other modules); in a process from the objects that are loaded, plus the
 * files that loading the module would add.
 */
#ifndef ABILOCK_SYMBOLS_SCOPE_H
#define ABILOCK_SYMBOLS_SCOPE_H

#include "object.h"

/** Why an object is in the scope of a module. */
enum abilock_role {
	ABILOCK_ROLE_HOST,	     /**< The host itself. */
	ABILOCK_ROLE_HOST_LIBRARY,   /**< Loaded with the host: its libraries and the program. */
	ABILOCK_ROLE_MODULE,	     /**< The module itself: its libraries may call back into it. */
	ABILOCK_ROLE_MODULE_LIBRARY, /**< A library that only the module brings in. */
	ABILOCK_ROLE_SIBLING,	     /**< Another module. */
	ABILOCK_ROLE_SIBLING_LIBRARY, /**< A library that another module brings in. */
	ABILOCK_ROLE_COUNT
};

/** Name of a role for people, such as "host libraries". */
const char *abilock_role_name(enum abilock_role role);

/** One object of a scope. */
struct abilock_provider {
	struct abilock_object *object; /**< Borrowed from the library cache or from the caller. */
	enum abilock_role role;
	const char *name;    /**< DT_NEEDED name that brought it in; the path for the others. */
	const char *sibling; /**< For SIBLING_LIBRARY: path of the module that brings it in. */
};

/** A DT_NEEDED entry for which no file was found. */
struct abilock_missing {
	const char *name;
	const char *needed_by; /**< Path of the object. */
};

struct abilock_scope {
	struct abilock_provider *providers; /**< In look-up order; malloc'ed. */
	size_t provider_count;
	size_t own_library_count;	 /**< Those with the role MODULE_LIBRARY. */
	struct abilock_missing *missing; /**< malloc'ed. */
	size_t missing_count;
};

/** Where libraries are looked for, and those that are open already. */
struct abilock_libraries;

/**
 * @param root          Directory that stands for `/` (an unpacked package tree), or NULL.
 * @param library_path  Directories before all others but DT_RPATH, as in LD_LIBRARY_PATH, or NULL.
 * @return Owned by the caller, or NULL when memory is out.
 */
struct abilock_libraries *abilock_libraries_new(const char *root, const char *library_path);

/** Close every library. NULL is a no-op. */
void abilock_libraries_free(struct abilock_libraries *libraries);

/** The program, whose DT_RPATH ld.so follows for the libraries of every object. Borrowed. */
void abilock_libraries_set_program(struct abilock_libraries *libraries,
				   const struct abilock_object *program);

/**
 * Find the file for a DT_NEEDED name as ld.so would: a name with a slash is a path; else DT_RPATH,
 * the library path, DT_RUNPATH, the directories of ld.so.conf, the system's directories. A file of
 * another machine, class or byte order is passed over.
 *
 * @param needed_by  Object whose run path counts, and whose kind of machine the library must have.
 * @param[out] ret_object  Borrowed from @p libraries.
 * @return 1 found, 0 not found, negative error (a library that is there, but damaged).
 */
int abilock_libraries_find(struct abilock_libraries *libraries, const char *name,
			   const struct abilock_object *needed_by,
			   struct abilock_object **ret_object,
			   struct abilock_error *err) _must_check_;

/** Append an object. @return 0 or ABILOCK_E_NOMEM. */
int abilock_scope_add(struct abilock_scope *scope, struct abilock_object *object,
		      enum abilock_role role, const char *name, const char *sibling,
		      struct abilock_error *err) _must_check_;

/**
 * Append the libraries that @p object needs and that the scope lacks, breadth first, theirs too.
 *
 * Names that are found nowhere go to the scope's missing list.
 *
 * @param sibling  Copied into the providers that are added; NULL unless @p role is SIBLING_LIBRARY.
 */
int abilock_scope_add_closure(struct abilock_scope *scope, struct abilock_libraries *libraries,
			      const struct abilock_object *object, enum abilock_role role,
			      const char *sibling, struct abilock_error *err) _must_check_;

/** Provider that answers to a DT_NEEDED name (by soname, name or path), or NULL. */
const struct abilock_provider *abilock_scope_named(const struct abilock_scope *scope,
						   const char *name);

/** Keep the first @p count objects, and forget what is missing. */
void abilock_scope_truncate(struct abilock_scope *scope, size_t count);

/** Free the lists, not the objects. */
void abilock_scope_clear(struct abilock_scope *scope);

#endif
