/* SPDX-License-Identifier: MIT */
/* The last error of a thread, for abilock_dlerror(). */
#ifndef ABILOCK_RUNTIME_THREAD_ERROR_H
#define ABILOCK_RUNTIME_THREAD_ERROR_H

#include "util.h"

/** Take over @p text (malloc'ed; NULL: memory was out when it was made). */
void abilock_thread_error_set(char *text);

void abilock_thread_error_clear(void);

/** A text as of printf(), malloc'ed; NULL when memory is out. */
char *abilock_thread_error_format(const char *fmt, ...) _printf_(1, 2);

#endif
