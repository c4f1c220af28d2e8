/* SPDX-License-Identifier: MIT */
/* C++ names as c++filt prints them. */
#ifndef ABILOCK_SYMBOLS_DEMANGLE_H
#define ABILOCK_SYMBOLS_DEMANGLE_H

/**
 * Replace each mangled name in a line of text, as `c++filt` does for its input.
 *
 * @return The line, to be freed; NULL where nothing in it is mangled, or memory is out.
 */
char *abilock_demangle(const char *line);

#endif
