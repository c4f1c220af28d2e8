/* SPDX-License-Identifier: MIT */
/* How modules get in. tally_module_windows.c is the same for Windows. */
#include <abilock/abilock.h>
#include <dlfcn.h>

#include "tally_private.h"

_Thread_local const struct tally_file *tally_current;

/* All that a host changes: dlopen() and dlerror() became abilock_dlopen() and abilock_dlerror(). */
const char *tally_load(const char *path)
{
	return abilock_dlopen(path, RTLD_NOW | RTLD_LOCAL) ? NULL : abilock_dlerror();
}
