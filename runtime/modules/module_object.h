/* SPDX-License-Identifier: MIT */
/*
 * A module as the manager knows it. It is one object from the scan to the end of the process: what
 * is known of it may be renewed, and its life goes on.
 */
#ifndef ABILOCK_RUNTIME_MODULE_OBJECT_H
#define ABILOCK_RUNTIME_MODULE_OBJECT_H

#include "abilock/modules.h"
#include "failure.h"
#include "manifest/manifest.h"

/** What tells whether a file is still the same, without opening it. */
struct abilock_file_identity {
	uint64_t device, inode, size;
	int64_t mtime_ns; /**< Nanoseconds since 1970; so the next one. */
	int64_t ctime_ns; /**< What nobody can set: mtime may be the one of the build. */
};

/** What is known of a module's file from the index, or from reading it. */
struct abilock_module_file {
	const char *path; /**< Directory as given and file name; NULL: there is no file. */
	struct abilock_file_identity identity;
	bool is_checked;  /**< The checksum of the manifest was compared with this very file. */
	bool is_verified; /**< The lock found nothing against this very file in the running host. */
	const char *build_id;		      /**< Hex, or NULL. */
	const char *kind, *host, *tag, *node; /**< Of the note, or NULL. */
	const char **needed;		      /**< DT_NEEDED. */
	size_t needed_count;
	const char **needs; /**< `FILE(NODE)`. */
	size_t needs_count;
};

/** See abilock/modules.h. */
struct abilock_module {
	struct abilock_modules *owner;
	size_t number; /**< Unique in its catalogue, below abilock_catalogue_limit(). */
	struct abilock_module *next; /**< Of its catalogue. */

	/* What is known: set by the catalogue. Strings live as long as the catalogue. */
	const char *name;
	const struct abilock_manifest *manifest; /**< Never NULL; made up where there is none. */
	const char *manifest_path;		 /**< NULL: there is no manifest file. */
	const char *problem; /**< Why manifest or file cannot be used, one line; or NULL. */
	struct abilock_module_file file;
	const char *type; /**< See abilock_module_type(). */
	bool is_gone;	  /**< Not found any more by a rescan. */

	/* Its life: the manager's. */
	enum abilock_module_state state;
	const struct abilock_module_entry *entry; /**< What it registered, or NULL. */
	struct abilock_registered *registered;	  /**< Where that stands in the queue, or NULL. */
	bool is_starting;			  /**< Its load() is running. */
	void *handle;				  /**< Of dlopen(); NULL for embedded ones. */
	/*
	 * What keeps it: mapped while one of these is not 0, running while instances is not 0.
	 * Registrations, other modules and the own instance hold the library; other modules, host
	 * objects and the admin (once) hold the instance.
	 */
	unsigned library_references, instance_references;
	bool is_held_by_admin;
	const struct abilock_failure *failure; /**< Set in the states failed, declined, blocked. */
	char *failure_text;		       /**< malloc'ed; written when it is asked for. */
	char *own_reason;      /**< malloc'ed: what abilock_module_fail() was told. */
	unsigned long attempt; /**< Which operation tried to load it last. */
	void *data;	       /**< The host's. */
	struct abilock_module_values *values; /**< For abilock_module_value(), or NULL. */
	struct abilock_failure settled;	      /**< What @p failure is between operations. */
	/** Modules that have memory of their own, for close(). */
	struct abilock_module *next_owning;
	bool is_owning;
};

#endif
