/* SPDX-License-Identifier: MIT */
/* A library that only the modules need: its constructor must not run for a refused module. */
#include "trace.h"

static void __attribute__((constructor)) dep_start(void)
{
	TRACE("dependency");
}

int dep_value = 42;
