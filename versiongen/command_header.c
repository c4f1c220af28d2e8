/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "header.h"

#include "job.h"

enum { OPT_NAME = 1 };

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);

	if (!soname || !*soname)
		return abilock_cli_usage(inv, "--soname is required");
	int r = job_prepare(&job, true);
	if (r == 0)
		r = job_make_declared(&job);
	if (r == 0)
		r = header_write(job.out.file, job.declared, job.tag, soname,
				 abilock_cli_value(inv, OPT_NAME, NULL), &job.err);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_SONAME,
	OPTION_OUTPUT,
	{"machine", 'm', "NAME", "leave out what arch= says is not for NAME (default: nothing)",
	 OPT_MACHINE},
	OPTION_DEFINE,
	OPTION_DEPFILE,
	{"name", 'n', "HOST", "name of the host (default: from the first private node)", OPT_NAME},
};

const struct abilock_command command_header = {
	.name = "header",
	.run = run,
	.min_operands = 1,
	.max_operands = 1,
	.operands = "DECL",
	.summary = "write the C and C++ header with the lock's macros",
	.text = DECL_TEXT,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
