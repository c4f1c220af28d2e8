/* SPDX-License-Identifier: MIT */
/* Questions to git about a source tree. */
#ifndef VERSIONGEN_GIT_H
#define VERSIONGEN_GIT_H

#include "../symbols/error.h"

#define GIT_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/**
 * Run git in @p dir. Files in memory take its output instead of pipes: a diff may be of any size,
 * and nothing here has to read and write at the same time.
 *
 * @param args          Behind `git -C DIR`, ended by NULL: GIT_ARGS().
 * @param in            Its standard input; -1: nothing.
 * @param[out] ret_out  What it printed, a file descriptor of the caller.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_IO where it fails, with its own words.
 */
int git_run(const char *dir, const char *const *args, int in, int *ret_out,
	    struct abilock_error *err) _must_check_;

/** As git_run(), for the first line of what it prints. */
int git_line(const char *dir, const char *const *args, int in, char *buf, size_t size,
	     struct abilock_error *err) _must_check_;

/** The first line of an open file, without its newline. Empty where it cannot be read. */
void git_first_line(int fd, char *buf, size_t size);

#endif
