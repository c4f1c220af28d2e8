/* SPDX-License-Identifier: MIT */
/**
 * @file dlfcn.h
 * In the place of <dlfcn.h>: what a source calls dlopen() and dlerror() is abilock_dlopen() and
 * abilock_dlerror(). The rest is as in <dlfcn.h>.
 *
 * For a host whose sources stay as they are; elsewhere the names of <abilock/abilock.h> tell a
 * reader more. Macros without arguments, so that a pointer to dlopen() is checked loading as well.
 */
#ifndef ABILOCK_DLFCN_H
#define ABILOCK_DLFCN_H

#include <abilock/abilock.h>

#define dlopen abilock_dlopen
#define dlerror abilock_dlerror

#endif
