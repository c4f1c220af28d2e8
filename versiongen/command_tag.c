/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "job.h"
#include "tag.h"

/* Each private node has its own. */
static int run_abi(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	int r = job_prepare(&job, true);

	for (size_t n = 0; r == 0 && n < job.declared->node_count; n++)
		if (job.declared->nodes[n].is_tagged)
			fprintf(job.out.file, "%s %s\n", job.declared->nodes[n].name,
				tags_of(&job.tags, n));
	return job_finish(&job, r);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};

	if (job_is_abi(inv))
		return run_abi(inv);
	if (inv->operand_count > 0)
		return abilock_cli_usage(inv, "files are for --tag abi");
	int r = job_read_tag(&job);
	if (r == 0)
		r = abilock_output_open(&job.out, abilock_cli_value(inv, OPT_OUTPUT, NULL),
					&job.err);
	if (r == 0)
		fprintf(job.out.file, "%s\n", job.tags.build);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {OPTION_TAG,	   OPTION_REPO,	   OPTION_OUTPUT,
						OPTION_DEFINE,	   OPTION_HEADERS, OPTION_DEPFILE,
						OPTION_ANY_MACHINE};

const struct abilock_command command_tag = {
	.name = "tag",
	.run = run,
	.max_operands = -1,
	.operands = "[DECL OBJECT...]",
	.summary = "print the tag of a source tree",
	.text = "git: the full hash of HEAD; with uncommitted changes to tracked files "
		"HASH_dirty_HASH-OF-THE-DIFF. In an unpacked 'git archive': the hash in "
		".abilock-tag, "
		"where .gitattributes has '.abilock-tag export-subst' and the file '$Format:%H$'.\n"
		"abi: a line for each private node of DECL, its name and the fingerprint of the "
		"types behind its symbols.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
