/* SPDX-License-Identifier: MIT */
/* func_uri: ${URIENCODE(TEXT)}. */
#include <ctype.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("URI encode/decode dialplan functions");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "URIENCODE");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	(void)call;
	for (const unsigned char *p = (const unsigned char *)argument; *p; p++)
		fprintf(value, isalnum(*p) ? "%c" : "%%%02X", *p);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "URIENCODE", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
