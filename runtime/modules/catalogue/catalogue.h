/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: every module that there is, by name and by what it provides.
 *
 * Each directory is an index (index.h), from its file or made in memory by reading the directory;
 * the catalogue looks things up in these tables, and makes a struct abilock_module only of those
 * that are asked for. So a host that needs 50 modules of 10,000 pays for 50.
 */
#ifndef ABILOCK_RUNTIME_CATALOGUE_H
#define ABILOCK_RUNTIME_CATALOGUE_H

#include <pthread.h>

#include "modules/module_object.h"

struct abilock_catalogue;

struct abilock_catalogue_options {
	const char *path;     /**< Directories, `:` between; NULL: none. First wins. */
	const char *index;    /**< Name of the index file in each. */
	bool use_index;	      /**< Look for an index file. */
	bool write_index;     /**< Renew one that is stale. */
	const char *host_key; /**< Build of the running host and its libraries, as
				   abilock_host_key() has it, or NULL: answers of the lock in an
				   index count only for the same one. */
	/**
	 * The host as a file, or NULL. Where a directory is read, its modules are verified against
	 * it. In a process that is worth it with @p write_index, or where most modules will be
	 * loaded: their files are open then. The file counts only where its key is @p host_key.
	 * Without @p host_key, the file's key is the one that answers of the lock count for.
	 */
	const char *host_file;
	/** The host is wanted for the first look alone, and not kept open. With @p host_key. */
	bool verify_once;
	/** Where a directory is read, checksums are not compared: whoever loads a module does. */
	bool defer_checksums;
	/**
	 * Held while members of modules change: in rescan and refresh, whose caller must not hold
	 * it. NULL: the caller sees to it that nobody reads meanwhile.
	 */
	pthread_mutex_t *data;
	struct abilock_modules *owner; /**< For the modules. */
	/** Told about stale or damaged indexes, missing directories. May be NULL. */
	void (*log)(void *data, enum abilock_log_level level, const char *text);
	void *log_data;
};

/**
 * Learn what there is. A directory that is missing is a notice in the log; one that cannot be read
 * is an error. A module or manifest that is damaged is known, with its problem.
 *
 * @param options  Copied.
 */
int abilock_catalogue_open(const struct abilock_catalogue_options *options,
			   struct abilock_catalogue **ret_catalogue,
			   struct abilock_error *err) _must_check_;

/** Close it; its modules and their strings go with it. NULL is a no-op. */
void abilock_catalogue_close(struct abilock_catalogue *catalogue);

/**
 * Add a module that is in no directory: an embedded one, or one of a test. A module of this name in
 * a directory is hidden by it.
 *
 * @param manifest  Taken over, also on failure.
 */
int abilock_catalogue_add(struct abilock_catalogue *catalogue, struct abilock_manifest *manifest,
			  struct abilock_error *err) _must_check_;

/**
 * Look again at directories that changed (or at all files: @p all). Modules that are known keep
 * their object; what is gone says so.
 *
 * @param[out] ret_changed  Whether anything is different; may be NULL.
 */
int abilock_catalogue_rescan(struct abilock_catalogue *catalogue, bool all, bool *ret_changed,
			     struct abilock_error *err) _must_check_;

/** Write the index of each directory that exists. @param ret_count  Modules in them; may be NULL.
 */
int abilock_catalogue_write(struct abilock_catalogue *catalogue, size_t *ret_count,
			    struct abilock_error *err) _must_check_;

/**
 * The module of a name (as abilock_module_name_eq() has it), or NULL: not known, or memory. One
 * that is gone is found while its code is mapped.
 *
 * This and all look-ups below may be called by any threads at the same time.
 */
struct abilock_module *abilock_catalogue_find(struct abilock_catalogue *catalogue,
					      const char *name);

/**
 * Whether each directory that exists had an index file that was neither damaged nor stale when it
 * was opened, or has been given one since.
 */
bool abilock_catalogue_is_indexed(const struct abilock_catalogue *catalogue);

/** How many there are. */
size_t abilock_catalogue_count(struct abilock_catalogue *catalogue);

/** Number @p index in the order of names; NULL beyond the last, or when memory is out. */
struct abilock_module *abilock_catalogue_at(struct abilock_catalogue *catalogue, size_t index);

/** One more than the highest abilock_module.number so far. */
size_t abilock_catalogue_limit(const struct abilock_catalogue *catalogue);

/** A module that provides something. */
struct abilock_provided {
	struct abilock_module *module;
	int priority;
};

/**
 * Who provides something: the highest priority first, equal ones by name. `module=X` is provided by
 * X itself, and by whoever says so.
 *
 * @param[out] ret  free() it; NULL where there is none.
 * @return Their number, or ABILOCK_E_NOMEM.
 */
ssize_t abilock_catalogue_providers(struct abilock_catalogue *catalogue, const char *type,
				    const char *name, struct abilock_provided **ret) _must_check_;

/** The same without the module X of `module=X`, where that does not say so itself. */
ssize_t abilock_catalogue_declared_providers(struct abilock_catalogue *catalogue, const char *type,
					     const char *name,
					     struct abilock_provided **ret) _must_check_;

/**
 * Is the file of a module still the one that is known? One stat().
 *
 * Where it is another one, it is read again, and the module's members are those of the new file.
 *
 * @return 0, or a negative error: it cannot be read, or is no module any more.
 */
int abilock_catalogue_refresh(struct abilock_catalogue *catalogue, struct abilock_module *module,
			      struct abilock_error *err) _must_check_;

/** The type of a module: of its manifest, else of its directory, else what is in front of the first
 * `_` or `-` of its name. Never NULL. Borrowed from the module's memory. */
const char *abilock_module_type(const struct abilock_module *module);

#endif
