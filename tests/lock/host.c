/* SPDX-License-Identifier: MIT */
/* The host of the lock's fixtures: linked into a program, or a library of its own. */
#include "host.h"

#include <stdio.h>

#include "host_abi.h"

ABILOCK_HOST();

HOST_EXPORT int host_table[4] = {1, 2, 3, 4};
HOST_EXPORT_PRIVATE int host_state;
HOST_EXPORT_PRIVATE __thread int host_thread_depth;

HOST_EXPORT void host_log(const char *text)
{
	printf("host: %s\n", text);
}

HOST_EXPORT_PRIVATE int host_queue_push(int value)
{
	return host_state += value;
}

HOST_EXPORT_PRIVATE int host_queue_pop(void)
{
	return host_state--;
}
