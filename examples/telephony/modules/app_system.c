/* SPDX-License-Identifier: MIT */
/* app_system: System(COMMAND). Who can write the dialplan can run anything: see neverload. */
#include <stdlib.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("Generic System() application");
ABILOCK_TYPE("application");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("application", "System");

static int run(struct call *call, const char *arguments)
{
	(void)call;
	return system(arguments) == 0 ? 0 : -1;
}

static const struct application application = {run};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("application", "System", 0, &application);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
