/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <sys/stat.h>

#include "depfile.h"
#include "tag.h"

void job_deinit(struct job *job)
{
	abilock_declaration_free(job->decl);
	abilock_surface_free(job->declared);
	abilock_surface_free(job->surface);
	free(job->tag);
	tag_abi_deinit(&job->tag_abi);
	abilock_output_discard(&job->out);
}

static const char *tag_spec(const struct job *job)
{
	return abilock_cli_value(job->inv, OPT_TAG, "git");
}

/* The declaration lies in the source tree even where the build runs somewhere else. free() it. */
static char *tag_folder(const struct job *job)
{
	const char *decl = job->inv->operand_count > 0 ? job->inv->operands[0] : "-";
	const char *repo = abilock_cli_value(job->inv, OPT_REPO, NULL);
	size_t length = (size_t)(path_base(decl) - decl);

	if (repo || length == 0)
		return strdup(repo ? repo : ".");
	return strndup(decl, length > 1 ? length - 1 : length);
}

bool job_is_abi(const struct abilock_invocation *inv)
{
	return str_eq(abilock_cli_value(inv, OPT_TAG, "git"), "abi");
}

/* The operands behind the declaration, and those that an option says nothing about. */
static int check_operands(struct job *job)
{
	const bool is_abi = job_is_abi(job->inv);
	const char *problem = NULL;

	if (!is_abi && job->inv->operand_count > 1)
		problem = "files behind the declaration are for --tag abi";
	else if (is_abi && job->inv->operand_count < 2)
		problem = "--tag abi reads types: give the objects and archives of the host, "
			  "compiled "
			  "with -g, behind the declaration; or one linked file; or a baseline that "
			  "'abiaudit baseline --private' wrote";
	else if (!is_abi && abilock_cli_has(job->inv, OPT_TYPE_HEADERS))
		problem = "--headers is for --tag abi";
	return problem ? abilock_error_set(&job->err, ABILOCK_E_USAGE, NULL, NULL, 0, "%s", problem)
		       : 0;
}

static int read_tag_abi(struct job *job)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	size_t header_count = 0;
	_cleanup_(freep) const char **headers =
		abilock_cli_values(job->inv, OPT_TYPE_HEADERS, &header_count);
	int r = headers ? job_make_declared(job) : abilock_error_nomem(&job->err);

	if (r < 0)
		return r;
	const struct tag_abi_question question = {.decl = job->decl,
						  .surface = job->declared,
						  .paths = (const char *const *)job->inv->operands +
							   1,
						  .path_count = job->inv->operand_count - 1,
						  .headers = headers,
						  .header_count = header_count};

	r = tag_abi_read(&question, &job->tag_abi, &diags, &job->err);
	job_print_diagnostics(job, &diags);
	job->is_diagnosed = diags.error_count > 0;
	job->tags = (struct tags){.build = job->tag_abi.build, .nodes = job->tag_abi.nodes};
	return r;
}

int job_read_tag(struct job *job)
{
	_cleanup_(freep) char *folder = tag_folder(job);

	if (!folder)
		return abilock_error_nomem(&job->err);
	if (job_is_abi(job->inv))
		return read_tag_abi(job);
	int r = tag_read(tag_spec(job), folder, &job->tag, &job->err);
	job->tags.build = job->tag;
	return r;
}

static bool stat_folder(const char *path, struct stat *ret)
{
	const size_t length = (size_t)(path_base(path) - path);
	_cleanup_(freep) char *folder = length > 0 ? strndup(path, length) : strdup(".");

	return folder && stat(folder, ret) == 0;
}

/* Two names of a file that may not be there yet. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;
	const bool has_a = stat(a, &x) == 0, has_b = stat(b, &y) == 0;

	if (has_a != has_b)
		return false;
	if (!has_a &&
	    !(str_eq(path_base(a), path_base(b)) && stat_folder(a, &x) && stat_folder(b, &y)))
		return str_eq(a, b);
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What was read: file @p i, or NULL behind the last one. */
static const char *input(const struct job *job, size_t i)
{
	if (job->binary)
		return i == 0 ? job->binary : NULL;
	if (i < job->decl->source_count)
		return job->decl->sources[i].path;
	i += 1 - job->decl->source_count;
	return job_is_abi(job->inv) && i < job->inv->operand_count ? job->inv->operands[i] : NULL;
}

/* Writing over the declaration would be the end of it. */
static int check_output(struct job *job, const char *path)
{
	const bool is_stdin = !job->binary && str_eq(job->inv->operands[0], "-");

	for (size_t i = is_stdin; path && input(job, i); i++)
		if (!str_eq(path, "-") && is_same_file(input(job, i), path))
			return abilock_error_set(&job->err, ABILOCK_E_USAGE, path, NULL, 0,
						 "the output is the %s itself",
						 job->binary		       ? "binary"
						 : i < job->decl->source_count ? "declaration"
									       : "object");
	return 0;
}

static int check_outputs(struct job *job)
{
	const char *depfile = abilock_cli_value(job->inv, OPT_DEPFILE, NULL);
	const char *out = abilock_cli_value(job->inv, OPT_OUTPUT, NULL);
	int r = check_output(job, out);

	if (r < 0 || !depfile)
		return r;
	if (!out || str_eq(out, "-"))
		return abilock_error_set(&job->err, ABILOCK_E_USAGE, depfile, NULL, 0,
					 "a dependency file names an output: give -o FILE too");
	if (is_same_file(out, depfile))
		return abilock_error_set(&job->err, ABILOCK_E_USAGE, depfile, NULL, 0,
					 "the dependency file is the output itself");
	return check_output(job, depfile);
}

/* The last of them is job->err, which is printed as every other error is. */
void job_print_diagnostics(const struct job *job, const struct abilock_diagnostics *diags)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_diagnostics_write(&text, diags, job->decl->sources, isatty(STDERR_FILENO));
	if (text.length > 0)
		(void)fwrite(text.data, 1, text.length, stderr);
}

int job_check_defines(const struct abilock_invocation *inv, struct abilock_error *err)
{
	struct abilock_selection selection = {0};
	_cleanup_(freep) const char **names =
		abilock_cli_values(inv, OPT_DEFINE, &selection.define_count);

	if (!names)
		return abilock_error_nomem(err);
	selection.defines = names;
	return abilock_selection_check(&selection, err);
}

static int select_entries(struct job *job)
{
	struct abilock_selection selection = {
		.machine = job->machine ? job->machine
					: abilock_cli_value(job->inv, OPT_MACHINE, NULL)};
	_cleanup_(freep) const char **names =
		abilock_cli_values(job->inv, OPT_DEFINE, &selection.define_count);

	if (!names)
		return abilock_error_nomem(&job->err);
	selection.defines = names;
	int r = abilock_selection_check(&selection, &job->err);
	return r < 0 ? r : abilock_declaration_select(job->decl, &selection, &job->err);
}

int job_read(struct job *job)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	int r = job_check_defines(job->inv, &job->err);

	if (r == 0)
		r = abilock_declaration_read(job->inv->operands[0], &job->decl, &diags, &job->err);

	if (diags.count > 0 && job->decl)
		job_print_diagnostics(job, &diags);
	job->is_diagnosed = diags.error_count > 0 && job->decl;
	if (r == 0)
		r = select_entries(job);
	return r;
}

int job_make_declared(struct job *job)
{
	return job->declared ? 0
			     : abilock_declaration_surface(job->decl, &job->declared, &job->err);
}

int job_make_surface(struct job *job)
{
	int r = job_make_declared(job);

	return r == 0 ? tag_apply(job->declared, &job->tags, &job->surface, &job->err) : r;
}

static bool has_tagged_node(const struct abilock_declaration *decl)
{
	for (size_t i = 0; i < decl->node_count; i++)
		if (decl->nodes[i].is_tagged)
			return true;
	return false;
}

static int open_output(struct job *job)
{
	int r = check_outputs(job);

	if (r < 0)
		return r;
	return abilock_output_open(&job->out, abilock_cli_value(job->inv, OPT_OUTPUT, NULL),
				   &job->err);
}

int job_prepare(struct job *job, bool wants_tag)
{
	int r = check_operands(job);

	if (r == 0)
		r = job_read(job);
	if (r == 0 && (wants_tag || has_tagged_node(job->decl)))
		r = job_read_tag(job);
	return r == 0 ? open_output(job) : r;
}

int job_prepare_untagged(struct job *job)
{
	int r = check_operands(job);

	if (r == 0)
		r = job_read(job);
	return r == 0 ? open_output(job) : r;
}

int job_open_output(struct job *job, const char *path)
{
	job->binary = path;
	return open_output(job);
}

/* The declaration, what it includes, and what the tag was read from. */
static int list_files(struct job *job, struct abilock_names *names)
{
	_cleanup_(freep) char *folder = tag_folder(job);

	if (!folder)
		return abilock_error_nomem(&job->err);
	for (size_t i = str_eq(job->inv->operands[0], "-"); input(job, i); i++) {
		const char **slot = abilock_array_push(&names->items, &names->count, sizeof(*slot));

		if (!slot)
			return abilock_error_nomem(&job->err);
		*slot = input(job, i);
	}
	return job->tags.build ? tag_files(tag_spec(job), folder, names, &job->err) : 0;
}

static int write_depfile(struct job *job, const char *path)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	const bool has_file = !str_eq(job->inv->operands[0], "-");
	int r = list_files(job, &names);

	if (r == 0)
		r = abilock_output_open(&out, path, &job->err);
	if (r == 0)
		r = depfile_write(out.file, abilock_cli_value(job->inv, OPT_OUTPUT, NULL),
				  names.items, names.count, has_file, &job->err);
	return r == 0 ? abilock_output_commit(&out, &job->err) : r;
}

int job_finish(struct job *job, int r)
{
	const char *depfile = abilock_cli_value(job->inv, OPT_DEPFILE, NULL);

	/* First: a new output without it would be taken for up to date. */
	if (r == 0 && depfile && !ferror(job->out.file))
		r = write_depfile(job, depfile);
	if (r == 0)
		r = abilock_output_commit(&job->out, &job->err);
	if (r == ABILOCK_E_SYNTAX && job->is_diagnosed)
		return ABILOCK_EXIT_ERROR;
	return r < 0 ? abilock_cli_fail(job->inv, &job->err) : ABILOCK_EXIT_OK;
}
