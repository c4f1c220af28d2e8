/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <fcntl.h>

#include "job.h"
#include "stub/stub.h"

static bool is_elf(const char *path)
{
	_cleanup_(closep) int fd = str_eq(path, "-") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	char magic[SELFMAG];

	return fd >= 0 && pread(fd, magic, SELFMAG, 0) == SELFMAG &&
	       memcmp(magic, ELFMAG, SELFMAG) == 0;
}

static int write_stub(struct job *job, const struct stub_source *source)
{
	if (isatty(fileno(job->out.file)))
		return abilock_error_set(&job->err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "a stub is binary: use -o FILE");
	return stub_write(job->out.file, source, &job->err);
}

/* As compilers do, and where to go from there. */
static int refuse_pattern(struct job *job, const struct abilock_entry *entry)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&diags, ABILOCK_LEVEL_ERROR, "stub-pattern", entry->place,
		"a stub needs the names of symbols, '%s' stands for those that the linker finds",
		entry->text);

	if (!diag)
		return abilock_error_nomem(&job->err);
	diag->fix = "make the stub from the linked host: versiongen stub HOST -o FILE";
	job_print_diagnostics(job, &diags);
	job->is_diagnosed = true;
	return ABILOCK_E_SYNTAX;
}

static int write_declared(struct job *job, struct stub_source *source)
{
	int r = job_prepare(job, false);
	const struct abilock_entry *pattern =
		r == 0 ? abilock_declaration_first_pattern(job->decl) : NULL;

	if (pattern)
		return refuse_pattern(job, pattern);
	if (r == 0)
		r = job_make_surface(job);
	if (r == 0)
		r = stub_flag_empty_nodes(job->decl, job->surface, &job->err);
	source->surface = job->surface;
	return r == 0 ? write_stub(job, source) : r;
}

static int run_declared(const struct abilock_invocation *inv, const char *soname)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	const char *name = abilock_cli_value(inv, OPT_MACHINE, NULL);
	const struct abilock_machine *machine = abilock_machine_find(name);
	struct stub_source source = {.soname = soname};

	if (!soname)
		return abilock_cli_usage(inv, "--soname is required");
	if (!machine)
		return abilock_cli_usage(inv, "unknown machine '%s'", name ? name : "(this one)");
	job.machine = machine->name;
	stub_source_set_machine(&source, machine);
	return job_finish(&job, write_declared(&job, &source));
}

/* What says more about a declaration, a binary has settled. */
static int check_binary_options(const struct abilock_invocation *inv)
{
	static const struct {
		int id;
		const char *name;
	} declared[] = {{OPT_TAG, "tag"},
			{OPT_REPO, "repo"},
			{OPT_DEFINE, "define"},
			{OPT_TYPE_HEADERS, "headers"}};

	if (inv->operand_count > 1)
		return abilock_cli_usage(inv,
					 "'%s' is a binary: it is all that the stub is made of",
					 inv->operands[0]);

	for (size_t i = 0; i < ARRAY_SIZE(declared); i++)
		if (abilock_cli_has(inv, declared[i].id))
			return abilock_cli_usage(inv, "--%s is for a declaration; '%s' is a binary",
						 declared[i].name, inv->operands[0]);
	return ABILOCK_EXIT_OK;
}

static int check_machine(const struct abilock_invocation *inv, const struct stub_source *source)
{
	const char *name = abilock_cli_value(inv, OPT_MACHINE, NULL);
	const struct abilock_machine *machine = name ? abilock_machine_find(name) : NULL;

	if (name && !machine)
		return abilock_cli_usage(inv, "unknown machine '%s'", name);
	if (machine && (machine->machine != source->machine ||
			machine->elf_class != source->elf_class || machine->data != source->data))
		return abilock_cli_usage(inv, "'%s' is not for machine '%s'", inv->operands[0],
					 name);
	return ABILOCK_EXIT_OK;
}

static int run_binary(const struct abilock_invocation *inv, const char *soname)
{
	_cleanup_(job_deinit) struct job job = {.inv = inv};
	_cleanup_(stub_binary_deinit) struct stub_binary binary = {0};
	const char *path = inv->operands[0];
	struct stub_source source = {0};
	int status = check_binary_options(inv);

	if (status != ABILOCK_EXIT_OK)
		return status;
	int r = stub_binary_open(path, &binary, &source, &job.err);
	if (r < 0)
		return job_finish(&job, r);
	status = check_machine(inv, &source);
	if (status != ABILOCK_EXIT_OK)
		return status;
	if (soname)
		source.soname = soname;
	if (!source.soname)
		return abilock_cli_usage(inv, "'%s' has no DT_SONAME: --soname is required", path);
	r = job_open_output(&job, path);
	return job_finish(&job, r == 0 ? write_stub(&job, &source) : r);
}

static int run(const struct abilock_invocation *inv)
{
	const char *soname = abilock_cli_value(inv, OPT_SONAME, NULL);

	if (soname && !*soname)
		return abilock_cli_usage(inv, "--soname is empty");
	return is_elf(inv->operands[0]) ? run_binary(inv, soname) : run_declared(inv, soname);
}

static const struct abilock_option options[] = {
	OPTION_TAG,
	OPTION_REPO,
	{"soname", 's', "SONAME", "DT_SONAME of the host (of a binary: its own)", OPT_SONAME},
	OPTION_OUTPUT,
	OPTION_DEPFILE,
	OPTION_HEADERS,
	OPTION_MACHINE,
	OPTION_DEFINE,
};

const struct abilock_command command_stub = {
	.name = "stub",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "DECL|BINARY [OBJECT...]",
	.summary = "write a shared object without code to link modules with",
	.text = DECL_TEXT
	" It has to name each symbol.\n"
	"BINARY is a shared object or a program, of any machine: the stub has its nodes, symbols "
	"and soname.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
