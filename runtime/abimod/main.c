/* SPDX-License-Identifier: MIT */
#include "abimod.h"

int main(int argc, char **argv)
{
	/* Not static: the counts are known only to the files that hold the options. */
	const struct abilock_command commands[] = {
		{.name = "list",
		 .run = cmd_list,
		 .max_operands = 1,
		 .operands = "[PREFIX]",
		 .summary = "print every module, loaded or not",
		 .text = abimod_list_help,
		 .options = abimod_list_option_table,
		 .option_count = abimod_list_option_count},
		{.name = "show",
		 .run = cmd_show,
		 .min_operands = 1,
		 .max_operands = -1,
		 .operands = "NAME...",
		 .summary = "print all that is known of a module",
		 .text = abimod_show_help,
		 .options = abimod_show_option_table,
		 .option_count = abimod_show_option_count},
		{.name = "check",
		 .run = cmd_check,
		 .operands = "",
		 .summary = "fail where modules and manifests do not fit together",
		 .text = abimod_check_help,
		 .options = abimod_check_option_table,
		 .option_count = abimod_check_option_count},
		{.name = "index",
		 .run = cmd_index,
		 .operands = "",
		 .summary = "write the index of each directory",
		 .text = abimod_index_help,
		 .options = abimod_index_option_table,
		 .option_count = abimod_index_option_count},
		{.name = "plan",
		 .run = cmd_plan,
		 .max_operands = -1,
		 .operands = "[NAME|TYPE=NAME...]",
		 .summary = "say what would be loaded, in which order",
		 .text = abimod_plan_help,
		 .options = abimod_plan_option_table,
		 .option_count = abimod_plan_option_count},
		{.name = "why",
		 .run = cmd_why,
		 .min_operands = 1,
		 .max_operands = 1,
		 .operands = "NAME|TYPE=NAME",
		 .summary = "say why a module would be loaded, or not",
		 .text = abimod_why_help,
		 .options = abimod_why_option_table,
		 .option_count = abimod_why_option_count},
	};
	const struct abilock_tool tool = {
		.name = "abimod",
		.summary = "Look at the modules of a host, without loading any.",
		.commands = commands,
		.command_count = ARRAY_SIZE(commands),
	};

	return abilock_cli_run(&tool, argc, argv);
}
