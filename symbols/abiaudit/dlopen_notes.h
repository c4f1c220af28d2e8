/* SPDX-License-Identifier: MIT */
/*
 * Libraries that a file opens with dlopen(), as its ELF notes say (`.note.dlopen`, owner FDO): a
 * JSON array of objects, one for each feature that needs a library.
 *
 *	[{"feature": "zip", "description": "...", "priority": "suggested",
 *	  "soname": ["libz.so.2", "libz.so.1"]}]
 *
 * Only `soname` has to be there: names of which one is enough, the best one first. Members that are
 * not known here are passed over.
 */
#ifndef ABIAUDIT_DLOPEN_NOTES_H
#define ABIAUDIT_DLOPEN_NOTES_H

#include "object.h"

enum dlopen_priority {
	DLOPEN_REQUIRED,
	DLOPEN_RECOMMENDED, /**< Also where the note says nothing. */
	DLOPEN_SUGGESTED,
};

/** One feature, and what it opens. */
struct dlopen_note {
	enum dlopen_priority priority;
	const char *feature;  /**< Or NULL. */
	const char **sonames; /**< At least one; none is empty. */
	size_t soname_count;
};

/** Initialise with `{ 0 }`. The memory is an arena's. */
struct dlopen_notes {
	struct dlopen_note *items;
	size_t count, room;
};

/**
 * Read the text of one note.
 *
 * A library that was left out would be a dependency that nobody misses until it is too late: what
 * is not understood is an error.
 *
 * @param path         Of the file, for messages.
 * @param[in,out] ret  Notes are added, on success only.
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_DAMAGED.
 */
int dlopen_notes_parse(struct abilock_arena *arena, const char *text, const char *path,
		       struct dlopen_notes *ret, struct abilock_error *err) _must_check_;

/** Read all notes of an object, in the order of the file; as dlopen_notes_parse(). */
int dlopen_notes_read(struct abilock_object *object, struct dlopen_notes *ret,
		      struct abilock_error *err) _must_check_;

#endif
