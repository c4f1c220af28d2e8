/* SPDX-License-Identifier: MIT */
/*
 * Every module of the lock's fixtures, by macros:
 *
 *   LOCK_PRIVATE, LOCK_PUBLIC  carries our lock, of this kind; with neither it has none
 *   USE_PRIVATE                calls a private function of the host
 *   USE_PUBLIC                 calls a public one
 *   USE_WEAK                   refers to the host only weakly
 *   USE_OTHER                  calls a private function of another host
 *   USE_LIBC                   calls libc, so that the module has an undefined symbol
 *   NO_IFUNC                   for a libc without IFUNC
 *
 * Each has a constructor and an IFUNC resolver that leave a trace.
 */
#include "host.h"
#include "trace.h"

#ifdef LOCK_PRIVATE
#include "host_abi.h"
ABILOCK_MODULE("mod", PRIVATE);
#elif defined(LOCK_PUBLIC)
#include "host_abi.h"
ABILOCK_MODULE("mod", PUBLIC);
#endif

static void __attribute__((constructor)) mod_start(void)
{
	TRACE("constructor");
}

#ifndef NO_IFUNC
static int mod_answer(void)
{
	return 42;
}

static void *mod_resolve(void)
{
	TRACE("ifunc");
	return (void *)mod_answer;
}

int mod_ifunc(void) __attribute__((ifunc("mod_resolve")));
int (*const mod_table[])(void) = {mod_ifunc};
#endif

const int mod_data[] = {1, 2, 3};

#ifdef USE_PRIVATE
int mod_push(void)
{
	host_thread_depth++;
	return host_queue_push(mod_data[0]) + host_state;
}
#endif

#ifdef USE_PUBLIC
void mod_log(void)
{
	host_log("hello from the module");
}
#endif

#ifdef USE_WEAK
extern int host_queue_pop(void) __attribute__((weak));

int mod_maybe(void)
{
	return host_queue_pop ? host_queue_pop() : 0;
}
#endif

#ifdef USE_OTHER
int other_get(void);

int mod_other(void)
{
	return other_get();
}
#endif

#ifdef USE_LIBC
#include <unistd.h>

int mod_pid(void)
{
	return getpid();
}
#endif
