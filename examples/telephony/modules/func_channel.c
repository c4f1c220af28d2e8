/* SPDX-License-Identifier: MIT */
/* func_channel: ${CHANNEL(context)}, ${CHANNEL(extension)}: where a call is. */
#include <string.h>

#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Channel information dialplan functions");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "CHANNEL");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	if (strcmp(argument, "context") == 0)
		fputs(call->step->context, value);
	else if (strcmp(argument, "extension") == 0)
		fputs(call->step->extension, value);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "CHANNEL", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
