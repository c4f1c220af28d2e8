/* SPDX-License-Identifier: MIT */
/* func_global: ${GLOBAL(NAME)}, a variable that all calls see. */
#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("Variable dialplan functions");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "GLOBAL");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	(void)call;
	fputs(switchboard_global(argument), value);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "GLOBAL", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
