/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <sys/stat.h>

#include "tag.h"

void job_deinit(struct job *job)
{
	abilock_declaration_free(job->decl);
	abilock_surface_free(job->declared);
	abilock_surface_free(job->surface);
	free(job->tag);
	abilock_output_discard(&job->out);
}

/* The declaration lies in the source tree even where the build runs somewhere else. */
int job_read_tag(struct job *job)
{
	const char *decl = job->inv->operand_count > 0 ? job->inv->operands[0] : "-";
	_cleanup_(freep) char *dir = strndup(decl, (size_t)(path_base(decl) - decl));
	const char *repo = dir && dir[0] ? dir : ".";

	return tag_read(abilock_cli_value(job->inv, OPT_TAG, "git"),
			abilock_cli_value(job->inv, OPT_REPO, repo), &job->tag, &job->err);
}

/* Writing over the declaration would be the end of it. */
static int check_output(struct job *job)
{
	const char *decl = job->inv->operands[0];
	const char *out = abilock_cli_value(job->inv, OPT_OUTPUT, "-");
	struct stat a, b;

	if (stat(decl, &a) < 0 || stat(out, &b) < 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
		return 0;
	return abilock_error_set(&job->err, ABILOCK_E_USAGE, out, NULL, 0,
				 "the output is the declaration itself");
}

/* The last of them is job->err, which is printed as every other error is. */
static void print_diagnostics(const struct job *job, const struct abilock_diagnostics *diags)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; i < diags->count; i++)
		abilock_diagnostic_write(&text, &diags->items[i], job->decl->sources,
					 isatty(STDERR_FILENO));
	(void)fwrite(text.data, 1, text.length, stderr);
}

/* The names given with -D; free() it. */
static const char **defines(const struct abilock_invocation *inv, size_t *ret_count)
{
	const char **names = calloc(inv->option_count + 1, sizeof(*names));

	for (size_t i = 0; names && i < inv->option_count; i++)
		if (inv->options[i].id == OPT_DEFINE)
			names[(*ret_count)++] = inv->options[i].value;
	return names;
}

static int select_entries(struct job *job)
{
	struct abilock_selection selection = {
		.machine = abilock_cli_value(job->inv, OPT_MACHINE, NULL)};
	_cleanup_(freep) const char **names = defines(job->inv, &selection.define_count);

	if (!names)
		return abilock_error_nomem(&job->err);
	selection.defines = names;
	return abilock_declaration_select(job->decl, &selection, &job->err);
}

int job_read(struct job *job)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	int r = abilock_declaration_read(job->inv->operands[0], &job->decl, &diags, &job->err);

	if (diags.count > 0 && job->decl)
		print_diagnostics(job, &diags);
	if (r == 0)
		r = select_entries(job);
	return r == 0 ? abilock_declaration_surface(job->decl, &job->declared, &job->err) : r;
}

int job_prepare(struct job *job, bool wants_tag)
{
	int r = job_read(job);

	if (r == 0 && (wants_tag || tag_is_needed(job->declared)))
		r = job_read_tag(job);
	if (r == 0)
		r = tag_apply(job->declared, job->tag, &job->surface, &job->err);
	if (r == 0)
		r = check_output(job);
	if (r == 0)
		r = abilock_output_open(&job->out, abilock_cli_value(job->inv, OPT_OUTPUT, NULL),
					&job->err);
	return r;
}

int job_finish(struct job *job, int r)
{
	if (r == 0)
		r = abilock_output_commit(&job->out, &job->err);
	/* Errors of a declaration have been printed with their lines. */
	if (r == ABILOCK_E_SYNTAX && job->decl)
		return ABILOCK_EXIT_ERROR;
	return r < 0 ? abilock_cli_fail(job->inv, &job->err) : ABILOCK_EXIT_OK;
}
