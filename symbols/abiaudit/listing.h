/* SPDX-License-Identifier: MIT */
/*
 * What `abiaudit list` knows about one file, and its writers: text, JSON and tab-separated lines.
 * A file is read as a whole before anything is written about it.
 */
#ifndef ABIAUDIT_LISTING_H
#define ABIAUDIT_LISTING_H

#include "facts.h"
#include "readelf.h"
#include "text.h"

/** What can be shown. */
enum {
	VIEW_SYMBOLS = 1 << 0,
	VIEW_VERSIONS = 1 << 1,
	VIEW_NODES = 1 << 2,
	VIEW_NEEDS = 1 << 3,
	VIEW_WHY = 1 << 4,
	VIEW_FACTS = 1 << 5,
};

/** A file that the object needs, with its nodes. */
struct needed_file {
	const char *name;
	bool in_dynamic;		      /**< Named by DT_NEEDED, not only by a node. */
	const struct abilock_verneed **nodes; /**< In the order of the file. */
	size_t node_count;
};

/** Rows of the symbol table that refer to other objects, by version index. */
struct references {
	uint64_t *rows;
	size_t *first; /**< Those of index i: rows[first[i]] up to rows[first[i + 1]]. */
	size_t index_count;
};

/** One file. Initialise with `{ 0 }`. Release with listing_deinit(). */
struct listing {
	unsigned views;		/**< VIEW_*. */
	enum readelf_rows rows; /**< Of VIEW_SYMBOLS. */
	bool shorten;		/**< Facts with many names show some, in the text. */

	bool checked; /**< All rows are known to be sound: they may be printed as they come. */

	struct abilock_object *object; /**< As loaded; NULL where no view is about that. */
	struct abilock_object
		*sections; /**< By section headers; NULL: not asked for, or damaged. */
	struct abilock_arena arena;
	struct needed_file *files; /**< VIEW_NEEDS and VIEW_WHY: DT_NEEDED, then the others. */
	size_t file_count;
	struct references references; /**< VIEW_WHY. */
	size_t *exports;	      /**< VIEW_NODES: symbols of each of object->verdefs. */
	struct facts facts;
};

void listing_deinit(struct listing *listing);

/** Read what the views need. @p listing has views and rows set. */
int listing_read(struct listing *listing, const char *path, struct abilock_error *err) _must_check_;

/** The version tables for VIEW_VERSIONS: by section headers where the file has any. */
struct abilock_object *listing_versions(const struct listing *listing);

/*
 * Write the views into @p out. 0, or a negative error with what has been written to be dropped.
 */
int listing_text(const struct listing *listing, struct abilock_text *out,
		 struct abilock_error *err) _must_check_;
int listing_json(const struct listing *listing, struct abilock_text *out,
		 struct abilock_error *err) _must_check_;
int listing_tsv(const struct listing *listing, struct abilock_text *out,
		struct abilock_error *err) _must_check_;

#endif
