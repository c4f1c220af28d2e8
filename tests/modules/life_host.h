/* SPDX-License-Identifier: MIT */
/* What the host of the tests has for its modules. */
#ifndef LIFE_HOST_H
#define LIFE_HOST_H

#include <abilock/modules.h>

/** Print "WHAT NAME". */
void life_say(const char *what, const char *name) __attribute__((visibility("default")));

/** The modules that are open. */
struct abilock_modules *life_modules(void) __attribute__((visibility("default")));

#endif
