/* SPDX-License-Identifier: MIT */
/* Members of an archive (`ar`), thin ones included. */
#ifndef ABILOCK_TYPES_TYPES_DWARF_ARCHIVE_H
#define ABILOCK_TYPES_TYPES_DWARF_ARCHIVE_H

#include "../arena.h"
#include "../error.h"

struct dwarf_archive_member {
	const char *name; /**< In the arena. */
	char *data;	  /**< In the archive; NULL in a thin one: `name` is a path. */
	uint64_t size;
};

/** Initialise with the first four, and offset 0. */
struct dwarf_archive {
	const char *path;
	char *data;
	uint64_t size;
	struct abilock_arena *arena; /**< Owns names. */
	uint64_t offset;
	bool is_thin;
	const char *names; /**< Long ones. */
	uint64_t names_size;
};

bool dwarf_is_archive(const void *data, uint64_t size);

/** The next member that is no index. @return 1, 0 at the end, or an error. */
int dwarf_archive_next(struct dwarf_archive *archive, struct dwarf_archive_member *ret,
		       struct abilock_error *err);

#endif
