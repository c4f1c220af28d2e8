/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "job.h"
#include "tag.h"

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};

	int r = job_read_tag(&job);
	if (r == 0)
		r = abilock_output_open(&job.out, abilock_cli_value(inv, OPT_OUTPUT, NULL),
					&job.err);
	if (r == 0)
		fprintf(job.out.file, "%s\n", job.tag);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {OPTION_TAG, OPTION_REPO, OPTION_OUTPUT};

const struct abilock_command command_tag = {
	.name = "tag",
	.run = run,
	.operands = "",
	.summary = "print the tag of a source tree",
	.text = "git: the full hash of HEAD; with uncommitted changes to tracked files "
		"HASH_dirty_HASH-OF-THE-DIFF. In an unpacked 'git archive': the hash in "
		".abilock-tag, "
		"where .gitattributes has '.abilock-tag export-subst' and the file '$Format:%H$'.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
