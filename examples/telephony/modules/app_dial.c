/* SPDX-License-Identifier: MIT */
/* app_dial: Dial(TYPE/PEER), through whatever channel driver there is. */
#include <stdlib.h>
#include <string.h>

#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Dialing Application");
ABILOCK_TYPE("application");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_CANUSE("application", "Gosub");
ABILOCK_PROVIDES("application", "Dial");

static int run(struct call *call, const char *arguments)
{
	const char *slash = strchrnul(arguments, '/');
	char *type = strndup(arguments, (size_t)(slash - arguments)), *why = NULL;
	const struct channel_driver *driver =
		type ? switchboard_find("channel", type, call->step->where, &why) : NULL;

	free(type);
	if (!driver)
		return switchboard_fail(call, why, "cannot call %s", arguments);
	return driver->dial(call, *slash ? slash + 1 : slash);
}

static const struct application application = {run};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("application", "Dial", 0, &application);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
