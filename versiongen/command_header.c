/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "header.h"

#include "job.h"

enum { OPT_NAME = 1, OPT_EXPORTS };

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);

	if (!soname || !*soname)
		return abilock_cli_usage(inv, "--soname is required");
	const char *name = abilock_cli_value(inv, OPT_NAME, NULL);
	const bool is_exports = abilock_cli_has(inv, OPT_EXPORTS);

	if (is_exports && (abilock_cli_has(inv, OPT_TAG) || abilock_cli_has(inv, OPT_REPO)))
		return abilock_cli_usage(inv, "--exports writes what depends on no tag");
	int r = is_exports ? job_prepare_untagged(&job) : job_prepare(&job, true);
	if (r == 0)
		r = job_make_declared(&job);
	if (r == 0)
		r = is_exports ? header_write_exports(job.out.file, job.declared, soname, name,
						      &job.err)
			       : header_write(job.out.file, job.declared, &job.tags, soname, name,
					      &job.err);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_SONAME,
	OPTION_OUTPUT,
	OPTION_ANY_MACHINE,
	OPTION_DEFINE,
	OPTION_DEPFILE,
	OPTION_HEADERS,
	{"name", 'n', "HOST", "name of the host (default: from the first private node)", OPT_NAME},
	{"exports", 'e', NULL, "only the macros of exports, for files that the tag depends on",
	 OPT_EXPORTS},
};

const struct abilock_command command_header = {
	.name = "header",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "DECL [OBJECT...]",
	.summary = "write the C and C++ header with the lock's macros",
	.text = DECL_TEXT,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
