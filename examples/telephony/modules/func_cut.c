/* SPDX-License-Identifier: MIT */
/* func_cut: ${CUT(TEXT,DELIMITER,FIELD)}. */
#include <stdlib.h>
#include <string.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("Cut out information from a string");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "CUT");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	const char *comma = strchr(argument, ',');
	long field = comma && comma[1] ? strtol(comma + 2 + (comma[2] == ','), NULL, 10) : 1;
	const char *end = strchrnul(argument, ',');

	(void)call;
	for (const char *p = argument; p < end && field > 0; p++)
		if (comma && *p == comma[1])
			field--;
		else if (field == 1)
			putc(*p, value);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "CUT", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
