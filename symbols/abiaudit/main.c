/* SPDX-License-Identifier: MIT */
#include "baseline_command.h"
#include "check_command.h"
#include "cli.h"
#include "deps.h"
#include "diff_command.h"
#include "list.h"
#include "verify.h"

int main(int argc, char **argv)
{
	/* Not static: the counts are known only to the files that hold the options. */
	const struct abilock_command commands[] = {
		{.name = "list",
		 .run = cmd_list,
		 .max_operands = -1,
		 .operands = "FILE...",
		 .summary = "print exported symbols, version nodes and needs",
		 .text = abilock_list_help,
		 .options = abilock_list_option_table,
		 .option_count = abilock_list_option_count},
		{.name = "deps",
		 .run = cmd_deps,
		 .max_operands = -1,
		 .operands = "FILE...",
		 .summary = "print dependencies for RPM and Debian packages",
		 .text = abilock_deps_help,
		 .options = abilock_deps_option_table,
		 .option_count = abilock_deps_option_count},
		{.name = "verify",
		 .run = cmd_verify,
		 .max_operands = -1,
		 .operands = "MODULE...",
		 .summary = "say whether each module would load into a host",
		 .text = abilock_verify_help,
		 .options = abilock_verify_option_table,
		 .option_count = abilock_verify_option_count},
		{.name = "check",
		 .run = cmd_check,
		 .max_operands = 2,
		 .operands = "DECL FILE",
		 .summary = "fail where a file does not export what is declared",
		 .text = abilock_check_help,
		 .options = abilock_check_option_table,
		 .option_count = abilock_check_option_count},
		{.name = "baseline",
		 .run = cmd_baseline,
		 .min_operands = 1,
		 .max_operands = -1,
		 .operands = "FILE...",
		 .summary = "write down the exported symbols that are released",
		 .text = abilock_baseline_help,
		 .options = abilock_baseline_option_table,
		 .option_count = abilock_baseline_option_count},
		{.name = "diff",
		 .run = cmd_diff,
		 .max_operands = 2,
		 .operands = "OLD NEW",
		 .summary = "say what changed between two releases, and what breaks",
		 .text = abilock_diff_help,
		 .options = abilock_diff_option_table,
		 .option_count = abilock_diff_option_count},
	};
	const struct abilock_tool tool = {
		.name = "abiaudit",
		.summary = "Look at the ABI of programs and shared objects.",
		.commands = commands,
		.command_count = ARRAY_SIZE(commands),
	};

	return abilock_cli_run(&tool, argc, argv);
}
