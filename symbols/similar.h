/* SPDX-License-Identifier: MIT */
/* Which known name somebody may have meant. */
#ifndef ABILOCK_SYMBOLS_SIMILAR_H
#define ABILOCK_SYMBOLS_SIMILAR_H

#include "util.h"

/** Longer names are not looked at. */
enum { ABILOCK_SIMILAR_MAX = 40 };

/** How many letters differ, up to @p limit: as many inserted, left out, or written as others. */
unsigned abilock_similar_distance(const char *a, const char *b, unsigned limit);

/** The distance from which on a name is another one: of a short name everything is similar. */
unsigned abilock_similar_limit(const char *name);

#endif
