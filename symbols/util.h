/* SPDX-License-Identifier: MIT */
/* Small macros that every folder uses. Nothing here allocates or fails. */
#ifndef ABILOCK_SYMBOLS_UTIL_H
#define ABILOCK_SYMBOLS_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** Run @p func with the address of the variable when it leaves its scope. */
#define _cleanup_(func) __attribute__((cleanup(func)))

#define _must_check_ __attribute__((warn_unused_result))
#define _printf_(fmt, first) __attribute__((format(printf, fmt, first)))

/** Hand an owned pointer over: its value, with the variable set to NULL. */
#define take_ptr(ptr)                                                                              \
	({                                                                                         \
		__typeof__(ptr) *p_ = &(ptr);                                                      \
		__typeof__(ptr) taken_ = *p_;                                                      \
		*p_ = NULL;                                                                        \
		taken_;                                                                            \
	})

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline bool str_eq(const char *a, const char *b)
{
	/* Most texts that differ do so at once. */
	return *a == *b && strcmp(a, b) == 0;
}

static inline bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/** Whether a character steers a terminal rather than being shown: below 0x20, or 0x7f. */
static inline bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/** Replace each control character by `?`: text from a file must not steer a terminal or a log. */
static inline void str_disarm(char *s)
{
	for (; *s; s++)
		if (is_control(*s))
			*s = '?';
}

/** The part of a path after its last slash. Borrowed from @p path. */
static inline const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
