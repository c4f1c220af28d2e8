/* SPDX-License-Identifier: MIT */
/* A set of lines, filled from several threads and printed in order. */
#ifndef ABIAUDIT_LINES_H
#define ABIAUDIT_LINES_H

#include <pthread.h>

#include "arena.h"
#include "name_table.h"

/** Initialise with lines_init(), release with lines_deinit(). */
struct lines {
	pthread_mutex_t lock;
	struct abilock_name_table texts;
	struct abilock_arena arena;
};

void lines_init(struct lines *lines);
void lines_deinit(struct lines *lines);

/**
 * Add a line. The caller holds the lock, so that many lines cost one locking.
 *
 * @param text  Without a newline; copied where it is new.
 * @return false when memory is out: the line is not in the set.
 */
bool lines_add(struct lines *lines, const char *text, size_t length) _must_check_;

/**
 * Print all lines in the order of their bytes. Write errors stay in @p file: see ferror().
 *
 * @return false when memory is out, and nothing was printed.
 */
bool lines_print(const struct lines *lines, FILE *file) _must_check_;

#endif
