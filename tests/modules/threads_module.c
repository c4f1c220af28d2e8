/* SPDX-License-Identifier: MIT */
/* Built several times: NUMBER and PROVIDED tell which module it is; 0 asks for the next one. */
#include <abilock/module.h>

#include "threads.h"

ABILOCK_PROVIDES("thing", PROVIDED);

#if NUMBER < 0
static int load(struct abilock_module *module)
{
	abilock_module_fail(module, "it never works");
	return threads_fail();
}
#else
static int load(struct abilock_module *module)
{
	(void)module;
	threads_loaded(NUMBER);
	if (NUMBER == 0)
		return abilock_modules_request(threads_modules(), "thing", "two", "load()", NULL);
	return ABILOCK_LOAD_SUCCESS;
}
#endif

ABILOCK_ENTRY(.load = load);
