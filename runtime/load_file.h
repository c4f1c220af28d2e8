/* SPDX-License-Identifier: MIT */
/* dlopen() of a file that was found to be good. */
#ifndef ABILOCK_RUNTIME_LOAD_FILE_H
#define ABILOCK_RUNTIME_LOAD_FILE_H

#include "util.h"

/**
 * With 0 nothing is ever mapped, and a host reads no directory: its modules are linked into it. The
 * interface is the same.
 */
#ifndef ABILOCK_DYNAMIC
#define ABILOCK_DYNAMIC 1
#endif

/**
 * Whether a path still leads to the file that was checked.
 *
 * dlopen() opens it again by its name. It cannot be given our descriptor: a path in /proc would
 * become the module's name for $ORIGIN and debuggers.
 */
bool abilock_load_is_same_file(const char *path, uint64_t device, uint64_t inode);

/** What is said of a file that is another one by now; malloc'ed, NULL when memory is out. */
char *abilock_load_replaced_text(const char *path);

/**
 * dlopen() it: all references at once, by its path and never by a search.
 *
 * @param flags          RTLD_*.
 * @param[out] ret_text  The dynamic linker's own words, malloc'ed (NULL when memory is out). Set
 *                       where NULL is returned.
 */
void *abilock_load_file(const char *path, int flags, char **ret_text);

/** The constructors of a file that abilock_load_file() opens are running in this thread. */
bool abilock_load_is_running(void);

#endif
