/* SPDX-License-Identifier: MIT */
/*
 * The index: all that is known of the modules in a directory, in one stretch of bytes that is used
 * as it lies in the file. docs/index-format.md has the layout.
 *
 * Every offset in it is a claim: a look-up in a damaged index fails, and never reads outside of it.
 */
#ifndef ABILOCK_RUNTIME_INDEX_H
#define ABILOCK_RUNTIME_INDEX_H

#include "manifest/module_name.h"
#include "modules/module_object.h"

/**
 * So much older than its directory is an index file that was written for it, in nanoseconds. A file
 * that was copied into a directory is as old, or younger: it is no index of what is there.
 */
#define ABILOCK_INDEX_AGE_NS INT64_C(2000000000)

/** An index that is mapped, or in memory. Initialise with `{ 0 }`, which is one without modules. */
struct abilock_index {
	const uint8_t *bytes;
	size_t size;
	bool is_mapped;	  /**< munmap() it. */
	bool is_owned;	  /**< free() it. */
	int64_t mtime_ns; /**< Of the directory that its file is in, as the file has it, or 0. */
};

/** One module, as it goes in and comes out. */
struct abilock_index_entry {
	const struct abilock_manifest *manifest; /**< Never NULL. */
	struct abilock_module_file file;	 /**< path: below the directory. */
	const char *manifest_file;		 /**< Name below the directory, or NULL. */
	struct abilock_file_identity manifest_identity;
	const char *problem;
	/** The file itself, where it was just read: its needs are listed instead of file.needs. */
	const struct abilock_object *object;
};

/** A directory below which the index looked: the directory itself is "". */
struct abilock_index_directory {
	const char *name;
	struct abilock_file_identity identity; /**< size is 0: it tells nothing. */
};

/** What index_build() makes an index of. All is borrowed. */
struct abilock_index_source {
	struct abilock_index_entry *entries;
	size_t entry_count;
	struct abilock_index_directory *directories;
	size_t directory_count;
	const char *host_key; /**< Host that is_verified of the entries is about, or NULL. */
};

int abilock_index_build(const struct abilock_index_source *source, struct abilock_index *ret_index,
			struct abilock_error *err) _must_check_;

/**
 * Map an index file and validate it: magic, version, byte order, size, checksum, tables.
 *
 * @return 0; ABILOCK_E_IO: there is none (errno tells); ABILOCK_E_DAMAGED; ABILOCK_E_UNSUPPORTED:
 *         of another version or byte order.
 */
int abilock_index_open(const char *path, struct abilock_index *ret_index,
		       struct abilock_error *err) _must_check_;

/** As abilock_index_open() for bytes, which must outlive the index and be aligned for any type. */
int abilock_index_open_bytes(const void *bytes, size_t size, const char *path,
			     struct abilock_index *ret_index,
			     struct abilock_error *err) _must_check_;

void abilock_index_close(struct abilock_index *index);

/** Write it to @p path: a temporary file, fsync, rename. */
int abilock_index_write(const struct abilock_index *index, const char *path,
			struct abilock_error *err) _must_check_;

/* ---- look-ups; numbers are those of the order of names ---- */

size_t abilock_index_count(const struct abilock_index *index);

/** Number of the module of a name, or -1. */
ssize_t abilock_index_find(const struct abilock_index *index, const char *name);

/**
 * Modules that list something under [provides].
 *
 * @param take  Called for each, the best first. @return false to stop.
 */
void abilock_index_providers(const struct abilock_index *index, const char *type, const char *name,
			     bool (*take)(size_t number, int priority, void *data), void *data);

/** Name of a module; "" for a number that is damaged or beyond the last. */
const char *abilock_index_name(const struct abilock_index *index, size_t number);

/**
 * Decode one module. Strings are borrowed from the index, the rest is in @p arena.
 *
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_DAMAGED.
 */
int abilock_index_entry(const struct abilock_index *index, size_t number,
			struct abilock_arena *arena, struct abilock_index_entry *ret_entry,
			struct abilock_error *err) _must_check_;

const char *abilock_index_host_key(const struct abilock_index *index);

size_t abilock_index_directory_count(const struct abilock_index *index);
struct abilock_index_directory abilock_index_directory(const struct abilock_index *index,
						       size_t number);

#endif
