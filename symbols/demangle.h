/* SPDX-License-Identifier: MIT */
/* C++ names as c++filt prints them. */
#ifndef ABILOCK_SYMBOLS_DEMANGLE_H
#define ABILOCK_SYMBOLS_DEMANGLE_H

#include <stdbool.h>

/**
 * Replace each mangled name in a line of text, as `c++filt` does for its input.
 *
 * @return The line, to be freed; NULL where nothing in it is mangled, or memory is out.
 */
char *abilock_demangle(const char *line);

/**
 * One symbol, as GNU ld demangles it to compare it with the entries of extern "C++" or
 * extern "Java" in a version script: templates that have a short name keep it.
 *
 * @return To be freed; NULL where the symbol is not mangled, or memory is out.
 */
char *abilock_demangle_symbol(const char *symbol, bool is_java);

#endif
