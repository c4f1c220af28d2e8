/* SPDX-License-Identifier: MIT */
/* What programs and every module may use: the nodes TALLY_1.0 and TALLY_1.1 of tally.syms. */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>

/* Generated for each build: TALLY_EXPORT, ABILOCK_HOST() and ABILOCK_MODULE(). */
#include "tally_abi.h"

struct tally_file; /* what is in it is the business of libtally and its private modules */

/* ---- for programs ---- */

/** Load a module. @return NULL, or why not: valid until the next call in this thread. */
TALLY_EXPORT const char *tally_load(const char *path);

/** Run the checks of all modules over a file and print what they say. @return 0 or -1 (errno). */
TALLY_EXPORT int tally_file(const char *path);

/** Forget all files. */
TALLY_EXPORT void tally_free(void);

/* ---- for modules ---- */

/** Write what is to be said about @p file into @p result, of @p size bytes. */
typedef void tally_check(const struct tally_file *file, char *result, size_t size);

TALLY_EXPORT void tally_add_check(const char *name, tally_check *check);

TALLY_EXPORT const unsigned char *tally_data(const struct tally_file *file, size_t *ret_size);

/** Since 1.1. */
TALLY_EXPORT const char *tally_path(const struct tally_file *file);

#endif
