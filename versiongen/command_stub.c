/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "job.h"
#include "stub.h"

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);
	const char *name = abilock_cli_value(inv, OPT_MACHINE, NULL);
	const struct stub_machine *machine = stub_machine_find(name);

	if (!soname || !*soname)
		return abilock_cli_usage(inv, "--soname is required");
	if (!machine)
		return abilock_cli_usage(inv, "unknown machine '%s'", name ? name : "(this one)");
	int r = job_prepare(&job, false);
	if (r == 0 && isatty(fileno(job.out.file)))
		return abilock_cli_usage(inv, "a stub is binary: use -o FILE");
	if (r == 0)
		r = stub_write(job.out.file, job.surface, soname, machine, &job.err);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {
	OPTION_TAG, OPTION_REPO, OPTION_SONAME, OPTION_OUTPUT, OPTION_MACHINE,
};

const struct abilock_command command_stub = {
	.name = "stub",
	.run = run,
	.min_operands = 1,
	.max_operands = 1,
	.operands = "DECL",
	.summary = "write a shared object without code to link modules with",
	.text = DECL_TEXT,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
