/* SPDX-License-Identifier: MIT */
#include "abimod.h"

int main(int argc, char **argv)
{
	const struct abilock_command commands[] = {
		command_list, command_show, command_check, command_index, command_plan, command_why,
	};
	const struct abilock_tool tool = {
		.name = "abimod",
		.summary = "Look at the modules of a host, without loading any.",
		.commands = commands,
		.command_count = ARRAY_SIZE(commands),
	};

	return abilock_cli_run(&tool, argc, argv);
}
