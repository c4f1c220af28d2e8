/* SPDX-License-Identifier: MIT */
/* func_shell: ${SHELL(COMMAND)}, what a command prints. See neverload. */
#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("Returns the output of a shell command");
ABILOCK_TYPE("function");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("function", "SHELL");

static void read_value(struct call *call, const char *argument, FILE *value)
{
	FILE *output = popen(argument, "re");
	int c;

	(void)call;
	while (output && (c = getc(output)) != EOF && c != '\n')
		putc(c, value);
	if (output)
		pclose(output);
}

static const struct function function = {read_value};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("function", "SHELL", 0, &function);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
