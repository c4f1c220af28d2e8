/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "job.h"
#include "map.h"

enum { OPT_DIALECT = 1 };

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *dialect = abilock_cli_value(inv, OPT_DIALECT, "gnu");

	if (str_eq(dialect, "solaris") || str_eq(dialect, "darwin") || str_eq(dialect, "def"))
		return abilock_cli_usage(inv, "dialect '%s' is not supported yet", dialect);
	if (!str_eq(dialect, "gnu"))
		return abilock_cli_usage(inv, "unknown dialect '%s'", dialect);
	int r = job_prepare(&job, false);
	if (r == 0)
		r = map_write(job.out.file, job.surface, &job.err);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_OUTPUT,
	{"dialect", 'd', "NAME", "gnu (default)", OPT_DIALECT},
};

const struct abilock_command command_map = {
	.name = "map",
	.run = run,
	.min_operands = 1,
	.max_operands = 1,
	.operands = "DECL",
	.summary = "write the linker's version script",
	.text = DECL_TEXT,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
