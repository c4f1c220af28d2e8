/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <fcntl.h>

#include "import/import.h"
#include "job.h"

enum {
	OPT_FROM = 1,
	OPT_NODE,
	OPT_TAGGED,
};

struct import_job {
	const struct abilock_invocation *inv;
	struct import import;
	struct abilock_output out;
	struct abilock_error err;
};

static void import_job_deinit(struct import_job *job)
{
	import_deinit(&job->import);
	abilock_output_discard(&job->out);
}

static void print_diagnostics(struct import *import)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_diagnostics_sort(&import->diags);
	for (size_t i = 0; i < import->diags.count; i++)
		abilock_diagnostic_write(&text, &import->diags.items[i], import->sources,
					 isatty(STDERR_FILENO));
	if (text.length)
		(void)fwrite(text.data, 1, text.length, stderr);
}

/* An ELF file is read by its own reader, whatever its size. Nothing is taken from a pipe. */
static bool is_elf_file(const char *path)
{
	_cleanup_(closep) int fd = str_eq(path, "-") ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	char head[4];

	return fd >= 0 && pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       import_detect(head, sizeof(head)) == IMPORT_LIBRARY;
}

static int read_sources(struct import_job *job, enum import_kind kind)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < job->inv->operand_count; i++) {
		const char *path = job->inv->operands[i];
		size_t at;

		if (!str_eq(path, "-") &&
		    (kind == IMPORT_LIBRARY || (kind == IMPORT_UNKNOWN && is_elf_file(path))))
			r = import_add_source(&job->import, path, NULL, 0, &at, &job->err);
		else
			r = import_read_source(&job->import, path, &at, &job->err);
	}
	return r;
}

/* Of several files together there is one kind. */
static enum import_kind detect(const struct import *import)
{
	const struct abilock_source *first = &import->sources[0];

	if (!first->text)
		return IMPORT_LIBRARY;
	return import->source_count > 1 ? IMPORT_LIBVIRT
					: import_detect(first->text, first->length);
}

static bool is_archive(const struct abilock_source *source)
{
	static const char magic[] = {'!', '<', 'a', 'r', 'c', 'h', '>', '\n'};

	return source->length >= sizeof(magic) && memcmp(source->text, magic, sizeof(magic)) == 0;
}

static int read_kind(struct import_job *job, enum import_kind kind)
{
	const struct import_options options = {
		.node = abilock_cli_value(job->inv, OPT_NODE, NULL),
		.soname = abilock_cli_value(job->inv, OPT_SONAME, NULL),
		.is_tagged = abilock_cli_has(job->inv, OPT_TAGGED),
	};
	struct import *import = &job->import;
	if (kind == IMPORT_UNKNOWN && is_archive(&import->sources[0]))
		return abilock_error_set(
			&job->err, ABILOCK_E_UNSUPPORTED, job->inv->operands[0], NULL, 0,
			"an archive of object files: give the shared object that is "
			"linked from it; `versiongen collect` reads archives");
	int r = kind == IMPORT_LIBRARY ? 0 : import_check_text(import, &job->err);

	if (r < 0)
		return r;
	switch (kind) {
	case IMPORT_LIBRARY: return import_library(import, 0, &job->err);
	case IMPORT_SCRIPT: return import_script(import, 0, &options, &job->err);
	case IMPORT_LIBVIRT:
		return import_libvirt(import, 0, import->source_count, &options, &job->err);
	case IMPORT_DEBIAN: return import_debian(import, 0, &options, &job->err);
	case IMPORT_ABILIST: return import_abilist(import, 0, &job->err);
	case IMPORT_UNKNOWN: break;
	}
	if (import->sources[0].length == 0)
		return abilock_error_set(&job->err, ABILOCK_E_UNSUPPORTED, job->inv->operands[0],
					 NULL, 0, "an empty file");
	return abilock_error_set(
		&job->err, ABILOCK_E_UNSUPPORTED, job->inv->operands[0], NULL, 0,
		"no ELF file, version script, symbols file or list of symbols, by its "
		"content: say with --from which of them it is");
}

static int write_output(struct import_job *job)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const char *path = abilock_cli_value(job->inv, OPT_OUTPUT, NULL);

	int r = import_write(&job->import, &text, &job->err);
	if (r == 0)
		r = abilock_output_open(&job->out, path, &job->err);
	if (r < 0)
		return r;
	if (text.length)
		(void)fwrite(text.data, 1, text.length, job->out.file);
	return abilock_output_commit(&job->out, &job->err);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(import_job_deinit) struct import_job job = {.inv = inv};
	const char *from = abilock_cli_value(inv, OPT_FROM, NULL);
	enum import_kind kind = from ? import_kind_find(from) : IMPORT_UNKNOWN;

	if (from && kind == IMPORT_UNKNOWN)
		return abilock_cli_usage(inv, "unknown kind '%s'", from);
	int r = read_sources(&job, kind);
	if (r < 0)
		return abilock_cli_fail(inv, &job.err);
	if (kind == IMPORT_UNKNOWN)
		kind = detect(&job.import);
	if (inv->operand_count > 1 && kind != IMPORT_LIBVIRT)
		return abilock_cli_usage(inv, "one FILE for a declaration (several: libvirt)");
	r = read_kind(&job, kind);
	print_diagnostics(&job.import);
	/* Errors of a text have been printed with their lines. */
	if (r == ABILOCK_E_SYNTAX && job.import.diags.error_count)
		return ABILOCK_EXIT_ERROR;
	if (r == 0)
		r = write_output(&job);
	return r < 0 ? abilock_cli_fail(inv, &job.err) : ABILOCK_EXIT_OK;
}

static const struct abilock_option options[] = {
	{"from", 'f', "KIND", "library, script, libvirt, debian or abilist", OPT_FROM},
	OPTION_OUTPUT,
	{"soname", 's', "SONAME", "debian: the library, where FILE has several", OPT_SONAME},
	{"node", 'n', "NAME", "libvirt: the private node (LIBVIRT_PRIVATE)", OPT_NODE},
	{"tagged", 0, NULL, "script: a node X_PRIVATE gets a tag", OPT_TAGGED},
};

const struct abilock_command command_import = {
	.name = "import",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "FILE...",
	.summary = "write a declaration for what is exported already",
	.text = "FILE ('-': stdin) is an ELF file, a version script, a Debian symbols file, or a "
		"list "
		"of symbols as glibc keeps it. Several files are libvirt's: scripts, and lists of "
		"the "
		"symbols in the private node. Its kind is found by its content. Nodes keep their "
		"names: private ones are tagged '# exact'. What a declaration cannot say is a "
		"warning.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
