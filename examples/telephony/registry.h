/* SPDX-License-Identifier: MIT */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "switchboard.h"

/** Set before anything is looked for. */
extern struct abilock_modules *switchboard_modules;

/** Call @p take for all that is registered of a type. */
void registry_each(const char *type, void (*take)(const void *interface, const void *data),
		   const void *data);

#endif
