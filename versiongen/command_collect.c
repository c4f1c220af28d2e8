/* SPDX-License-Identifier: MIT */
#include "commands.h"

static int run(const struct abilock_invocation *inv)
{
	return abilock_cli_usage(inv, "not built yet");
}

const struct abilock_command command_collect = {
	.name = "collect",
	.run = run,
	.max_operands = -1,
	.operands = "",
	.summary = "find the private symbols that modules use",
};
