/* SPDX-License-Identifier: MIT */
/* func_groupcount: ${GROUP_COUNT()}, how many calls there are. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Channel group dialplan functions");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "GROUP_COUNT");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	unsigned count = 0;

	(void)call;
	(void)argument;
	for (const struct call *other = switchboard_calls; other; other = other->next)
		count++;
	fprintf(value, "%u", count);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "GROUP_COUNT", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
