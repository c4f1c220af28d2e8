/* SPDX-License-Identifier: MIT */
/*
 * What only switchboard's own modules may use: the node SWITCHBOARD_PRIVATE. A module that was
 * compiled with another version of this file would read the wrong bytes; the lock is there to
 * refuse it.
 */
#ifndef SWITCHBOARD_PRIVATE_H
#define SWITCHBOARD_PRIVATE_H

#include "switchboard.h"

/** A line of the dialplan. */
struct step {
	const char *context, *extension;
	unsigned priority; /* from 1 */
	const char *application, *arguments;
	const char *where; /* FILE:LINE */
};

struct call {
	struct call *next;
	unsigned number; /* from 1 */
	unsigned steps;	 /* so far */
	unsigned depth;	 /* of Gosub */
	const struct step *step;
	const char *argument; /* ${ARG1} */
};

/** The calls that go on. */
SWITCHBOARD_EXPORT_PRIVATE extern struct call *switchboard_calls;

/** Add a line to the dialplan. @param step  Copied, but for its strings, which must stay. */
SWITCHBOARD_EXPORT_PRIVATE void switchboard_add_step(const struct step *step);

/** Run an extension. @return 0 or -1. */
SWITCHBOARD_EXPORT_PRIVATE int switchboard_run(struct call *call, const char *context,
					       const char *extension, unsigned priority);

/** Print what went wrong in a call, and why. @param why  May be NULL; freed. @return -1. */
SWITCHBOARD_EXPORT_PRIVATE int switchboard_fail(const struct call *call, char *why,
						const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
