/* SPDX-License-Identifier: MIT */
/* What every module may use: the node SWITCHBOARD_1.0 of switchboard.syms. */
#ifndef SWITCHBOARD_H
#define SWITCHBOARD_H

#include <stddef.h>
#include <stdio.h>

/* Generated for each build: SWITCHBOARD_EXPORT, ABILOCK_HOST() and ABILOCK_MODULE(). */
#include "switchboard_abi.h"

#include <abilock/module.h>

struct call; /* what is in it is the business of switchboard and its private modules */

/* ---- what modules register, under the type that their manifests say ---- */

/** application: a step of the dialplan. @return 0; 1: back to the caller of Gosub; -1: failed. */
struct application {
	int (*run)(struct call *call, const char *arguments);
};

/** function: `${NAME(ARGUMENT)}` in the arguments of a step. Writes its value. */
struct function {
	void (*read)(struct call *call, const char *argument, FILE *value);
};

/** channel: `TYPE/PEER`. @return 0 or -1. */
struct channel_driver {
	int (*dial)(struct call *call, const char *peer);
};

/** service=timer: waits. The registered one with the highest priority is used. */
struct timer {
	void (*wait)(unsigned milliseconds);
};

/** rtp: carries the sound of a call. */
struct media {
	void (*start)(struct call *call);
};

/** cdr: told of each call that ended. */
struct call_record {
	void (*write)(const struct call *call);
};

/** @param interface  One of the above; must stay. */
SWITCHBOARD_EXPORT void switchboard_register(const char *type, const char *name, int priority,
					     const void *interface);

/**
 * What is registered as this: the highest priority. Where nothing is, a module that provides it is
 * asked for.
 *
 * @param reason        Who wants it: "extensions.conf:12".
 * @param[out] ret_why  Why there is none, malloc'ed; may be NULL.
 */
SWITCHBOARD_EXPORT const void *switchboard_find(const char *type, const char *name,
						const char *reason, char **ret_why);

/** Print a line. */
SWITCHBOARD_EXPORT void switchboard_say(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** Open a file of the configuration folder. @return NULL: errno says why. */
SWITCHBOARD_EXPORT FILE *switchboard_open(const char *name);

/** A global variable of the dialplan; "" for one that is not set. */
SWITCHBOARD_EXPORT const char *switchboard_global(const char *name);
SWITCHBOARD_EXPORT void switchboard_set_global(const char *name, const char *value);

#endif
