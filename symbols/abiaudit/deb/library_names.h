/* SPDX-License-Identifier: MIT */
/* What the package of a library may be called. */
#ifndef ABIAUDIT_DEB_LIBRARY_NAMES_H
#define ABIAUDIT_DEB_LIBRARY_NAMES_H

#include "util.h"

/**
 * The name by Debian Policy 8.1 of the package that has a library: libfoo.so.1 is in libfoo1,
 * libfoo2.so.1 in libfoo2-1, libfoo_bar-2.0.so.0 in libfoo-bar-2.0-0.
 *
 * @param path        Of the library.
 * @param joined      Without the dash in front of a number: libfoo-bar2.0-0.
 * @param[out] name   Room for @p size bytes; empty where the name is too long.
 */
void deb_guess_package(const char *path, bool joined, char *name, size_t size);

/**
 * How many letters and digits the names of a package and a library begin with in common; the `lib`
 * in front says nothing and does not count.
 */
unsigned deb_likeness(const char *package, const char *library);

#endif
