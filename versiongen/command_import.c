/* SPDX-License-Identifier: MIT */
#include "commands.h"

static int run(const struct abilock_invocation *inv)
{
	return abilock_cli_usage(inv, "not built yet");
}

const struct abilock_command command_import = {
	.name = "import",
	.run = run,
	.max_operands = -1,
	.operands = "FILE...",
	.summary = "write a declaration for what is exported already",
};
