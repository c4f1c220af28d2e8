/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "dialect/dialect.h"
#include "dialect/dialect_deb.h"
#include "job.h"
#include "map.h"

enum {
	OPT_DIALECT = 1,
	OPT_PROGRAM,
	OPT_PACKAGE,
	OPT_PACKAGE_VERSION,
	OPT_ABI_PACKAGE,
	OPT_DEV_PACKAGE,
	OPT_SINCE_NODES,
	OPT_SINCE_DEFAULT,
};

/* What a linker's list of exports, or a packager's, is written as. */
struct dialect {
	const char *name;
	int (*write)(struct job *job, const struct dialect *dialect);
	dialect_writer *list; /* For write_list(). */
};

static int write_gnu(struct job *job, const struct dialect *dialect)
{
	(void)dialect;
	return map_write(job->out.file, job->decl, &job->tags,
			 abilock_cli_has(job->inv, OPT_PROGRAM), &job->err);
}

static int write_list(struct job *job, const struct dialect *dialect)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	const struct dialect_build build = {.decl = job->decl,
					    .tags = job->tags,
					    .host = abilock_cli_value(job->inv, OPT_SONAME, NULL)};
	int r = dialect->list(job->out.file, &build, &diags);

	job_print_diagnostics(job, &diags);
	job->is_diagnosed = diags.count > 0;
	return r == ABILOCK_E_NOMEM ? abilock_error_nomem(&job->err) : r;
}

static int write_deb(struct job *job, const struct dialect *dialect)
{
	const struct dialect_deb deb = {
		.soname = abilock_cli_value(job->inv, OPT_SONAME, NULL),
		.package = abilock_cli_value(job->inv, OPT_PACKAGE, NULL),
		.version = abilock_cli_value(job->inv, OPT_PACKAGE_VERSION, NULL),
		.abi_package = abilock_cli_value(job->inv, OPT_ABI_PACKAGE, NULL),
		.dev_package = abilock_cli_value(job->inv, OPT_DEV_PACKAGE, NULL),
		.since = abilock_cli_value(job->inv, OPT_SINCE_DEFAULT, NULL),
		.is_program = abilock_cli_has(job->inv, OPT_PROGRAM),
		.is_since_nodes = abilock_cli_has(job->inv, OPT_SINCE_NODES),
	};

	(void)dialect;
	return dialect_deb_write(job->out.file, job->decl, &job->tags, &deb, &job->err);
}

static const struct dialect dialects[] = {
	{"gnu", write_gnu, NULL},
	{"solaris", write_list, dialect_solaris_write},
	{"darwin", write_list, dialect_darwin_write},
	{"def", write_list, dialect_def_write},
	{"deb", write_deb, NULL},
};

static const struct dialect *find_dialect(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++)
		if (str_eq(dialects[i].name, name))
			return &dialects[i];
	return NULL;
}

/* What another dialect takes must not be forgotten in silence. */
static int check_options(const struct abilock_invocation *inv, const char *dialect)
{
	static const struct {
		int id;
		const char *option, *dialect, *other;
	} options[] = {
		{OPT_PROGRAM, "program", "gnu", "deb"},
		{OPT_PACKAGE, "package", "deb", NULL},
		{OPT_PACKAGE_VERSION, "package-version", "deb", NULL},
		{OPT_ABI_PACKAGE, "abi-package", "deb", NULL},
		{OPT_DEV_PACKAGE, "dev-package", "deb", NULL},
		{OPT_SINCE_NODES, "since-nodes", "deb", NULL},
		{OPT_SINCE_DEFAULT, "since-default", "deb", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (abilock_cli_has(inv, options[i].id) && !str_eq(options[i].dialect, dialect) &&
		    !(options[i].other && str_eq(options[i].other, dialect)))
			return abilock_cli_usage(inv, "--%s is for --dialect %s", options[i].option,
						 options[i].dialect);
	return ABILOCK_EXIT_OK;
}

/* In the quotes of a .def file. */
static int check_host(const struct abilock_invocation *inv)
{
	const char *host = abilock_cli_value(inv, OPT_SONAME, "x");

	for (const char *p = host; *p; p++)
		if (*p == '"' || is_control(*p))
			return abilock_cli_usage(inv,
						 "--soname has a quote or a control character");
	return *host ? ABILOCK_EXIT_OK : abilock_cli_usage(inv, "--soname is empty");
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *name = abilock_cli_value(inv, OPT_DIALECT, "gnu");
	const struct dialect *dialect = find_dialect(name);

	if (!dialect)
		return abilock_cli_usage(inv, "unknown dialect '%s'", name);
	int status = check_options(inv, name);
	if (status == ABILOCK_EXIT_OK)
		status = check_host(inv);
	if (status != ABILOCK_EXIT_OK)
		return status;
	int r = job_prepare(&job, false);
	if (r == 0)
		r = dialect->write(&job, dialect);
	return job_finish(&job, r);
}

static const struct abilock_option options[] = {
	OPTION_TAG,
	OPTION_REPO,
	OPTION_OUTPUT,
	OPTION_ANY_MACHINE,
	OPTION_DEFINE,
	OPTION_DEPFILE,
	OPTION_HEADERS,
	{"dialect", 'd', "NAME", "gnu (default), solaris, darwin, def or deb", OPT_DIALECT},
	{"program", 'p', NULL, "the host is a program (for gnu and deb)", OPT_PROGRAM},
	{"soname", 's', "NAME", "for def: the DLL or program; for deb: DT_SONAME", OPT_SONAME},
	{"package", 0, "NAME", "(deb) package that has the host", OPT_PACKAGE},
	{"package-version", 0, "V", "(deb) private nodes need exactly this version",
	 OPT_PACKAGE_VERSION},
	{"abi-package", 0, "NAME", "(deb) or the virtual package NAME-TAG", OPT_ABI_PACKAGE},
	{"dev-package", 0, "NAME", "(deb) package of the headers", OPT_DEV_PACKAGE},
	{"since-nodes", 0, NULL, "(deb) symbols without since= have it from the name of their node",
	 OPT_SINCE_NODES},
	{"since-default", 0, "V", "(deb) since= of symbols without one", OPT_SINCE_DEFAULT},
};

const struct abilock_command command_map = {
	.name = "map",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "DECL [OBJECT...]",
	.summary = "write the linker's version script",
	.text = DECL_TEXT,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
