/* SPDX-License-Identifier: MIT */
#include "commands.h"

int main(int argc, char **argv)
{
	const struct abilock_command commands[] = {
		command_tag,	 command_map,  command_stub,   command_header,
		command_collect, command_lint, command_import, command_manifest,
	};
	const struct abilock_tool tool = {
		"versiongen", "Turn a declaration of exported symbols into what builds need.",
		commands, ARRAY_SIZE(commands)};

	return abilock_cli_run(&tool, argc, argv);
}
