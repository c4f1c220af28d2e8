/* SPDX-License-Identifier: MIT */
/* What every module may use: the nodes KETTLE_1.0 and KETTLE_1.1 of kettle.syms. */
#ifndef KETTLE_H
#define KETTLE_H

/* Generated for each build: KETTLE_EXPORT, ABILOCK_HOST() and ABILOCK_MODULE(). */
#include "kettle_abi.h"

struct kettle_line; /* what is in it is the business of kettle and its private modules */

typedef void kettle_filter(struct kettle_line *line);

/** Call @p filter for each line, after the filters that are there already. */
KETTLE_EXPORT void kettle_add_filter(const char *name, kettle_filter *filter);

KETTLE_EXPORT const char *kettle_text(const struct kettle_line *line);
KETTLE_EXPORT void kettle_set_text(struct kettle_line *line, const char *text);

/** VALUE of `-o KEY=VALUE`, or NULL. Since 1.1. */
KETTLE_EXPORT const char *kettle_option(const char *key);

#endif
