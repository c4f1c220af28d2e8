/* SPDX-License-Identifier: MIT */
/* What the host of threads.c has for its modules. */
#ifndef THREADS_H
#define THREADS_H

#include <abilock/modules.h>

#define THREADS_API __attribute__((visibility("default")))

/** A module was started. */
THREADS_API void threads_loaded(int number);

/** One that fails was tried. @return What its load() returns. */
THREADS_API int threads_fail(void);

THREADS_API struct abilock_modules *threads_modules(void);

#endif
