/* SPDX-License-Identifier: MIT */
/* What modules of the tests begin with: ABILOCK_MODULE_NAME is set by the command line. */
#ifndef LIFE_MODULE_H
#define LIFE_MODULE_H

#include "host_abi.h"
#include <abilock/module.h>
#include <abilock/modules.h>

#include "life_host.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);

/* Not load_module(): that is what modules of many hosts call theirs. */
static inline int load_well(struct abilock_module *module)
{
	life_say("load", abilock_module_name(module));
	return ABILOCK_LOAD_SUCCESS;
}

static inline int load_decline(struct abilock_module *module)
{
	life_say("load", abilock_module_name(module));
	abilock_module_fail(module, "no configuration file");
	return ABILOCK_LOAD_DECLINE;
}

static inline int load_badly(struct abilock_module *module)
{
	life_say("load", abilock_module_name(module));
	abilock_module_fail(module, "no card in slot %d", 3);
	return ABILOCK_LOAD_FAILURE;
}

static inline int load_silently(struct abilock_module *module)
{
	(void)module;
	return -7;
}

static inline void tell_available(struct abilock_module *module, const char *type, const char *name,
				  int is_there)
{
	(void)is_there;
	life_say(abilock_module_name(module), "may use");
	life_say(type, name);
}

#ifndef LIFE_QUIET
static __attribute__((constructor, used)) void life_constructor(void)
{
	life_say("constructor", ABILOCK_MODULE_NAME);
}
#endif

#endif
