/* SPDX-License-Identifier: MIT */
/*
 * What only libtally's own modules may use: the node TALLY_PRIVATE. A module that was compiled with
 * another version of this file would follow the wrong pointers; the lock is there to refuse it.
 */
#ifndef TALLY_PRIVATE_H
#define TALLY_PRIVATE_H

#include "tally.h"

struct tally_file {
	struct tally_file *next; /* the one that was read before this one */
	unsigned char *data;
	size_t size;
	char path[256];
};

/** All files so far, the last one first. */
TALLY_EXPORT_PRIVATE extern struct tally_file *tally_files;

/** The file that this thread is at. Windows exports no thread-local variable. */
#ifdef _WIN32
TALLY_EXPORT_PRIVATE const struct tally_file **tally_current_here(void);
#define tally_current (*tally_current_here())
#else
TALLY_EXPORT_PRIVATE extern _Thread_local const struct tally_file *tally_current;
#endif

/** A hash of the content (FNV-1a). */
TALLY_EXPORT_PRIVATE unsigned long long tally_digest(const struct tally_file *file);

#endif
