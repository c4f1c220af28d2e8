/* SPDX-License-Identifier: MIT */
/*
 * What only kettle's own modules may use: the node KETTLE_PRIVATE. A module that was compiled with
 * another version of this file would read the wrong bytes; the lock is there to refuse it.
 */
#ifndef KETTLE_PRIVATE_H
#define KETTLE_PRIVATE_H

#include <stdbool.h>

#include "kettle.h"

struct kettle_line {
	unsigned long number; /* from 1 */
	bool dropped;	      /* by a filter: not printed */
	char text[256];
};

struct kettle_totals {
	unsigned long lines, dropped;
};

KETTLE_EXPORT_PRIVATE extern struct kettle_totals kettle_totals;

/** The line that this thread is at; NULL between the lines. */
KETTLE_EXPORT_PRIVATE extern _Thread_local struct kettle_line *kettle_current;

/** Do not print the current line. */
KETTLE_EXPORT_PRIVATE void kettle_drop(void);

#endif
