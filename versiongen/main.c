/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "../symbols/cli.h"
#include "../symbols/declaration.h"
#include "header.h"
#include "map.h"
#include "stub.h"
#include "tag.h"

enum { OPT_TAG = 1, OPT_REPO, OPT_OUTPUT, OPT_DIALECT, OPT_SONAME, OPT_MACHINE, OPT_NAME };

#define OPTION_TAG                                                                                 \
	{                                                                                          \
		"tag", 't', "T", "git (default), release:STRING or id:STRING", OPT_TAG             \
	}
#define OPTION_REPO                                                                                \
	{                                                                                          \
		"repo", 'C', "DIR", "source tree that the tag 'git' is read from", OPT_REPO        \
	}
#define OPTION_OUTPUT                                                                              \
	{                                                                                          \
		"output", 'o', "FILE", "write to FILE instead of stdout", OPT_OUTPUT               \
	}
#define OPTION_SONAME                                                                              \
	{                                                                                          \
		"soname", 's', "SONAME", "DT_SONAME of the host (required)", OPT_SONAME            \
	}

/* What a writer gets: the declaration, with and without its tag, and the place to write to. */
struct job {
	const struct abilock_invocation *inv;
	struct abilock_surface *decl;
	struct abilock_surface *surface;
	char *tag; /* NULL when nothing needs one */
	const char *soname;
	struct abilock_output out;
	struct abilock_error err;
};

static void job_deinit(struct job *job)
{
	abilock_surface_free(job->decl);
	abilock_surface_free(job->surface);
	free(job->tag);
	abilock_output_discard(&job->out);
}

/* The declaration lies in the source tree even where the build runs somewhere else. */
static int read_tag(struct job *job)
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

/* All that can fail comes before the output is opened. */
static int prepare(struct job *job, bool wants_tag)
{
	int r = abilock_declaration_read(job->inv->operands[0], &job->decl, &job->err);

	if (r == 0 && (wants_tag || tag_is_needed(job->decl)))
		r = read_tag(job);
	if (r == 0)
		r = tag_apply(job->decl, job->tag, &job->surface, &job->err);
	if (r == 0)
		r = check_output(job);
	if (r == 0)
		r = abilock_output_open(&job->out, abilock_cli_value(job->inv, OPT_OUTPUT, NULL),
					&job->err);
	return r;
}

static int finish(struct job *job, int r)
{
	if (r == 0)
		r = abilock_output_commit(&job->out, &job->err);
	return r < 0 ? abilock_cli_fail(job->inv, &job->err) : ABILOCK_EXIT_OK;
}

static int cmd_tag(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};

	if (read_tag(&job) < 0)
		return abilock_cli_fail(inv, &job.err);
	printf("%s\n", job.tag);
	return ABILOCK_EXIT_OK;
}

static int cmd_map(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *dialect = abilock_cli_value(inv, OPT_DIALECT, "gnu");

	if (str_eq(dialect, "solaris") || str_eq(dialect, "darwin") || str_eq(dialect, "def"))
		return abilock_cli_usage(inv, "dialect '%s' is not supported yet", dialect);
	if (!str_eq(dialect, "gnu"))
		return abilock_cli_usage(inv, "unknown dialect '%s'", dialect);
	int r = prepare(&job, false);
	if (r == 0)
		r = map_write(job.out.file, job.surface, &job.err);
	return finish(&job, r);
}

static int cmd_stub(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);
	const char *name = abilock_cli_value(inv, OPT_MACHINE, NULL);
	const struct stub_machine *machine = stub_machine_find(name);

	if (!soname || !*soname)
		return abilock_cli_usage(inv, "--soname is required");
	if (!machine)
		return abilock_cli_usage(inv, "unknown machine '%s'", name ? name : "(this one)");
	int r = prepare(&job, false);
	if (r == 0 && isatty(fileno(job.out.file)))
		return abilock_cli_usage(inv, "a stub is binary: use -o FILE");
	if (r == 0)
		r = stub_write(job.out.file, job.surface, soname, machine, &job.err);
	return finish(&job, r);
}

static int cmd_header(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);

	if (!soname || !*soname)
		return abilock_cli_usage(inv, "--soname is required");
	int r = prepare(&job, true);
	if (r == 0)
		r = header_write(job.out.file, job.decl, job.tag, soname,
				 abilock_cli_value(inv, OPT_NAME, NULL), &job.err);
	return finish(&job, r);
}

static const struct abilock_option tag_options[] = {OPTION_TAG, OPTION_REPO};

static const struct abilock_option map_options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_OUTPUT,
	{"dialect", 'd', "NAME", "gnu (default)", OPT_DIALECT},
};

static const struct abilock_option stub_options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_SONAME,
	OPTION_OUTPUT,
	{"machine", 'm', "NAME", "such as x86_64 or ppc64le (default: this one)", OPT_MACHINE},
};

static const struct abilock_option header_options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_SONAME,
	OPTION_OUTPUT,
	{"name", 'n', "HOST", "name of the host (default: from the first private node)", OPT_NAME},
};

#define DECL_TEXT                                                                                  \
	"DECL is a GNU ld version script with plain names ('-': stdin). A node whose name ends "   \
	"in _PRIVATE gets the tag behind it. '# data', '# tls' or '# ifunc' behind a symbol on "   \
	"the same line gives its type. Without --repo the tag is read where DECL lies."

static const struct abilock_command commands[] = {
	{"tag", cmd_tag, 0, 0, "", "print the tag of a source tree",
	 "git: the full hash of HEAD; with uncommitted changes to tracked files "
	 "HASH_dirty_HASH-OF-THE-DIFF. In an unpacked 'git archive': the hash in .abilock-tag, "
	 "where .gitattributes has '.abilock-tag export-subst' and the file '$Format:%H$'.",
	 tag_options, ARRAY_SIZE(tag_options)},
	{"map", cmd_map, 1, 1, "DECL", "write the linker's version script", DECL_TEXT, map_options,
	 ARRAY_SIZE(map_options)},
	{"stub", cmd_stub, 1, 1, "DECL", "write a shared object without code to link modules with",
	 DECL_TEXT, stub_options, ARRAY_SIZE(stub_options)},
	{"header", cmd_header, 1, 1, "DECL", "write the C and C++ header with the lock's macros",
	 DECL_TEXT, header_options, ARRAY_SIZE(header_options)},
};

int main(int argc, char **argv)
{
	static const struct abilock_tool tool = {
		"versiongen", "Turn a declaration of exported symbols into what builds need.",
		commands, ARRAY_SIZE(commands)};

	return abilock_cli_run(&tool, argc, argv);
}
