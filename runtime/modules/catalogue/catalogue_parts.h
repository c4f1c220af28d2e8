/* SPDX-License-Identifier: MIT */
/* Inside of the catalogue: its steps, one file each. */
#ifndef ABILOCK_RUNTIME_CATALOGUE_PARTS_H
#define ABILOCK_RUNTIME_CATALOGUE_PARTS_H

#include <sys/stat.h>

#include "catalogue.h"
#include "modules/host_check.h"
#include "modules/index/index_layout.h"
#include "name_table.h"

/** Told about what is worth a line in the host's log. */
struct abilock_catalogue_log {
	void (*log)(void *data, enum abilock_log_level level, const char *text);
	void *data;
};

void abilock_catalogue_log(const struct abilock_catalogue_log *log, enum abilock_log_level level,
			   const char *fmt, ...) _printf_(3, 4);

/* ---- catalogue_read.c: one module ---- */

/** What to read. */
struct abilock_module_source {
	const char *name;		 /**< Of the file, without `.so` or `.manifest`. */
	const char *path;		 /**< The file, or NULL. */
	const char *manifest_path;	 /**< Or NULL. */
	const char *file;		 /**< The file's name below the directory, or NULL. */
	const char *manifest_file;	 /**< Or NULL. */
	int directory;			 /**< Descriptor that `file` is below, or -1. */
	struct abilock_arena *object;	 /**< Memory of an object that is no more. */
	struct abilock_host_check *host; /**< NULL: nothing is verified. */
	bool defer_checksum;		 /**< Whoever loads the module compares it. */
};

/**
 * Read manifest and file, and add what they say to an index. What is wrong with them is the problem
 * of its entry.
 *
 * @param arena  For what is needed meanwhile, beside `source->object`.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_module_read(const struct abilock_module_source *source, struct abilock_arena *arena,
			struct abilock_index_builder *builder,
			struct abilock_error *err) _must_check_;

/** The identity that a stat() tells. */
struct abilock_file_identity abilock_file_identity_of(const struct stat *st);

static inline bool abilock_file_identity_eq(const struct abilock_file_identity *a,
					    const struct abilock_file_identity *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/**
 * Wait until whoever changes a file from now on gives it another ctime than @p ctime_ns: the clock
 * of file systems ticks in milliseconds. Only just after a change is there anything to wait for.
 *
 * @return Whether time went by, so that the file should be looked at again.
 */
bool abilock_file_settle(int64_t ctime_ns);

/* ---- catalogue_list.c: what a directory has ---- */

/** A file that is a module or a manifest. */
struct abilock_listed_file {
	const char *key;  /**< What modules are compared by. */
	const char *file; /**< Below the directory. */
	const char *name; /**< Without directory and ending. */
	uint32_t folder;  /**< Number of the directory that it is in. */
	bool is_manifest;
};

/** A module: its file and its manifest, one of which may be NULL. */
struct abilock_listed_module {
	const struct abilock_listed_file *file, *manifest;
};

/** Release with abilock_listing_deinit(). Arrays are malloc'ed, strings in the arena. */
struct abilock_listing {
	const char *path;
	struct abilock_catalogue_log log;
	int fd; /**< The directory. */
	struct abilock_arena arena;
	struct abilock_listed_file *files;
	size_t file_count;
	struct abilock_listed_module *modules; /**< In the order of names. */
	size_t module_count;
	struct abilock_index_directory *folders; /**< The directory itself is the first. */
	size_t folder_count;
};

/**
 * List a directory and those in it. Nothing in them is opened.
 *
 * @param[out] ret_listing  To be released in any case.
 * @return 1 done; 0 there is no such directory; or a negative error.
 */
int abilock_list_directory(const char *path, const struct abilock_catalogue_log *log,
			   struct abilock_listing *ret_listing,
			   struct abilock_error *err) _must_check_;

void abilock_listing_deinit(struct abilock_listing *listing);

/* ---- catalogue_scan.c: one directory ---- */

struct abilock_scan {
	const char *path;
	const struct abilock_index *old; /**< What did not change is taken from here. */
	struct abilock_host_check *host; /**< NULL: nothing is verified. */
	const char *host_key;		 /**< The one that @p old is believed about the lock for. */
	bool defer_checksums;
	struct abilock_catalogue_log log;
};

/**
 * Read a directory.
 *
 * @param[out] ret_changed  Whether the modules are others than those of `old`.
 * @return 1 done; 0 there is no such directory; or a negative error.
 */
int abilock_scan_directory(const struct abilock_scan *scan, struct abilock_index *ret_index,
			   bool *ret_changed, struct abilock_error *err) _must_check_;

/** Whether a directory and those below it are as they were when the index was made. */
bool abilock_scan_is_fresh(const char *path, const struct abilock_index *index);

/* ---- catalogue.c ---- */

/** One directory of the path. */
struct abilock_catalogue_directory {
	const char *path, *index_path;
	struct abilock_index index; /**< Without bytes where the directory is missing. */
	struct abilock_index times; /**< Directories as they were last seen, where that is later. */
	struct abilock_module **known; /**< Of @p index, those that were asked for; malloc'ed. */
	bool exists;
	bool is_indexed; /**< The file of the index says the same. */
	bool is_dirty;	 /**< A file turned out to be another one. */
};

/** A module that is in no directory. */
struct abilock_added {
	struct abilock_manifest *manifest;
	char *key;		      /**< In the arena. */
	struct abilock_module *known; /**< NULL: not asked for. */
};

/** Where the facts of a module are: number of a directory, or ABILOCK_IS_ADDED; and in it. */
struct abilock_place_of_module {
	uint32_t directory, number;
};
#define ABILOCK_IS_ADDED UINT32_MAX

struct abilock_catalogue {
	struct abilock_catalogue_options options;
	struct abilock_catalogue_log log;
	struct abilock_arena arena; /**< What lives until the end: options, modules, names. */
	/* Guards all below, but never while files are read. Taken inside options.data. */
	pthread_mutex_t mutex;
	struct abilock_catalogue_directory *directories; /**< malloc'ed. */
	size_t directory_count;
	struct abilock_added *added; /**< malloc'ed. */
	size_t added_count;
	struct abilock_name_table added_names; /**< Key to number + 1 in @p added. */
	struct abilock_arena facts;	       /**< Lists and paths of modules that are in use. */
	struct abilock_module *known;	       /**< All that were asked for, the latest first. */
	size_t known_count;
	struct abilock_name_table gone; /**< Key to struct abilock_module that a rescan missed. */
	struct abilock_text scratch;	/**< For keys. */
	/* All modules by name, made when first asked for; not where one directory has them all. */
	struct abilock_place_of_module *order;
	size_t order_count;
	bool has_order;
	struct abilock_index added_index; /**< Of @p added; made when first needed. */
	struct abilock_index *retired;	  /**< malloc'ed. */
	size_t retired_count;
	struct abilock_host_check *host;
};

/* For the following the mutex is held. */

/** The key of a name, perhaps @p name itself; valid until the next one is made. NULL when memory is
 * out. */
const char *abilock_catalogue_key(struct abilock_catalogue *catalogue, const char *name);

/** Where the facts of a key are. @return false: nowhere. */
bool abilock_catalogue_locate(const struct abilock_catalogue *catalogue, const char *key,
			      struct abilock_place_of_module *ret_place);

const char *abilock_catalogue_name_at(const struct abilock_catalogue *catalogue,
				      struct abilock_place_of_module place);

/** Whether a module is the one that its name finds, and not hidden by another. */
bool abilock_catalogue_is_first(struct abilock_catalogue *catalogue,
				struct abilock_place_of_module place);

/** Where the module of a place is kept, or NULL before it is asked for. NULL: memory is out. */
struct abilock_module **abilock_catalogue_slot(struct abilock_catalogue *catalogue,
					       struct abilock_place_of_module place);

/** The module of a place, made when it is first asked for. NULL: memory, or damage. */
struct abilock_module *abilock_catalogue_make(struct abilock_catalogue *catalogue,
					      struct abilock_place_of_module place);

/** The modules are others now: what was made of all of them is not. */
void abilock_catalogue_forget_order(struct abilock_catalogue *catalogue);

/**
 * What is known of a module, from the index of its directory (or one like it).
 *
 * @param arena  Owns what the index has not: paths and lists.
 * @param[out] ret_facts  The members that abilock_catalogue_learn() sets; others stay.
 */
int abilock_catalogue_facts_in(const struct abilock_catalogue *catalogue,
			       const struct abilock_catalogue_directory *directory,
			       const struct abilock_index *index, size_t number,
			       struct abilock_arena *arena, struct abilock_module *ret_facts,
			       struct abilock_error *err) _must_check_;

/** As abilock_catalogue_facts_in() for a place, which may be that of an added module. */
int abilock_catalogue_facts(struct abilock_catalogue *catalogue,
			    struct abilock_place_of_module place, struct abilock_arena *arena,
			    struct abilock_module *ret_facts,
			    struct abilock_error *err) _must_check_;

/** Set what is known of a module. Both mutexes are held. */
void abilock_catalogue_learn(struct abilock_module *module, const struct abilock_module *facts);

/* ---- catalogue_index.c: index files ---- */

/**
 * Open an index file that counts, fresh or not. Why one does not goes into the log.
 *
 * @return 1 found, 0 none, or a negative error.
 */
int abilock_catalogue_open_index(const struct abilock_catalogue *catalogue,
				 const struct abilock_catalogue_directory *directory,
				 struct abilock_index *ret_index,
				 struct abilock_error *err) _must_check_;

/** What came of writing an index. */
struct abilock_written {
	bool is_true;		    /**< The file says what is in the directory. */
	int64_t mtime_ns;	    /**< Of the file, where it is true; else 0. */
	struct abilock_index newer; /**< Where the directory was another one; the caller's. */
	bool changed;		    /**< And that in its modules. */
};

/**
 * Write the index of a directory, and look at the directory again: writing changes it, so that only
 * a look that comes after it can tell whether the index is still true. What changed is written once
 * more. Then the file gets the directory's time, by which abilock_scan_is_fresh() knows it.
 */
int abilock_catalogue_write_index(const struct abilock_catalogue *catalogue,
				  const struct abilock_catalogue_directory *directory,
				  const struct abilock_index *index, struct abilock_written *ret,
				  struct abilock_error *err) _must_check_;

/** The same where the host wants it. That the file cannot be written is no error then. */
int abilock_catalogue_renew_index(const struct abilock_catalogue *catalogue,
				  const struct abilock_catalogue_directory *directory,
				  const struct abilock_index *index, struct abilock_written *ret,
				  struct abilock_error *err) _must_check_;

/* ---- catalogue_host.c ---- */

/**
 * Open the host of the options, once, if there is one. One that cannot be read, or that is another
 * than the one which runs, is no reason to do without modules: the lock is asked for each then.
 */
int abilock_catalogue_open_host(struct abilock_catalogue *catalogue,
				struct abilock_error *err) _must_check_;

/** Close it again where the options say that it is wanted for the first look alone. */
void abilock_catalogue_drop_host(struct abilock_catalogue *catalogue);

/* ---- catalogue_renew.c ---- */

/** As abilock_scan_directory() for a directory of the catalogue. */
int abilock_catalogue_scan(const struct abilock_catalogue *catalogue,
			   const struct abilock_catalogue_directory *directory,
			   const struct abilock_index *old, struct abilock_index *ret_index,
			   bool *ret_changed, struct abilock_error *err) _must_check_;

/** Read all directories for the first time: from their index files, or file by file. */
int abilock_catalogue_start(struct abilock_catalogue *catalogue,
			    struct abilock_error *err) _must_check_;

#endif
