/* SPDX-License-Identifier: MIT */
/* func_periodic_hook: ${PERIODIC_HOOK(APPLICATION)}: runs an application now and then. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_EXPORT_GLOBALS();
ABILOCK_USES("module", "app_chanspy");
ABILOCK_USES("module", "func_cut");
ABILOCK_USES("module", "func_groupcount");
ABILOCK_USES("module", "func_uri");
ABILOCK_PROVIDES("function", "PERIODIC_HOOK");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	const struct application *application =
		switchboard_find("application", argument, call->step->where, NULL);

	if (application && application->run(call, "hook") == 0)
		fprintf(value, "%s runs", argument);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "PERIODIC_HOOK", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
