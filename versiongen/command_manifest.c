/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "../symbols/kind.h"
#include "../symbols/manifest/checksum.h"
#include "../symbols/manifest/manifest.h"
#include "../symbols/manifest/module_name.h"
#include "../symbols/name_table.h"
#include "command_manifest_sources.h"
#include "job.h"

enum { OPT_DIRECTORY = 1, OPT_NO_CHECKSUM, OPT_NAME, OPT_MODULE, OPT_EMBEDDED };

/* A manifest, and the operand that it was made from. */
struct made {
	const char *path;
	struct abilock_manifest *manifest;
};

struct run {
	const struct abilock_invocation *inv;
	struct made *made; /* malloc'ed */
	size_t count;
	bool has_failed; /* an operand: it has been said */
	struct abilock_arena arena;
	struct abilock_error err;
};

static void run_deinit(struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		abilock_manifest_free(run->made[i].manifest);
	free(run->made);
	abilock_arena_clear(&run->arena);
}

/* Takes the manifest over, also where memory is out. */
static int add_manifest(struct run *run, const char *path, struct abilock_manifest *manifest)
{
	struct made *made = abilock_array_push(&run->made, &run->count, sizeof(*made));

	if (!made) {
		abilock_manifest_free(manifest);
		return abilock_error_nomem(&run->err);
	}
	*made = (struct made){.path = path, .manifest = manifest};
	return 0;
}

/* ---- ELF files ---- */

/* The loader finds a module by the name of its file. */
static int check_file_name(struct run *run, const char *path, const char *name)
{
	const char *file = path_base(path), *stem;

	if (!abilock_module_name_is_file(file))
		return abilock_error_set(&run->err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "the file of the module '%.100s' has to be called "
					 "%.100s.so",
					 name, name);
	int r = abilock_module_name_parse(&run->arena, file, &stem, &run->err);
	if (r < 0 || abilock_module_name_eq(stem, name))
		return r;
	return abilock_error_set(&run->err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
				 "the file is called %.100s, the module in it '%.100s': call the "
				 "file %.100s.so, or build it with "
				 "-DABILOCK_MODULE_NAME='\"%.100s\"'",
				 file, name, name, stem);
}

static int finish_module(struct run *run, const char *path, struct abilock_manifest *manifest)
{
	int r = check_file_name(run, path, manifest->name);

	if (r < 0 || abilock_cli_has(run->inv, OPT_NO_CHECKSUM))
		return r;
	return abilock_checksum_compute(&manifest->arena, path, &manifest->checksum, &run->err);
}

static int take_manifests(struct run *run, const char *path, struct abilock_manifest **manifests,
			  size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		struct abilock_manifest *manifest = manifests[i];

		if (r == 0 && !manifest->is_embedded)
			r = finish_module(run, path, manifest);
		if (r == 0)
			r = add_manifest(run, path, manifest);
		else
			abilock_manifest_free(manifest);
	}
	free(manifests);
	return r;
}

static int read_object(struct run *run, const char *path)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct abilock_manifest **manifests = NULL;
	size_t count = 0;
	int r = abilock_object_open(path, &object, &run->err);

	if (r == ABILOCK_E_NOT_ELF)
		r = abilock_kind_explain(path, r, &run->err);
	if (r == 0)
		r = abilock_manifest_of_object(object, &manifests, &count, &run->err);
	if (r == 0 && count == 0)
		r = abilock_error_set(&run->err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
				      object->note ? "it is a host without embedded modules"
						   : "it says nothing of a module: use the macros "
						     "of <abilock/module.h>");
	return r == 0 ? take_manifests(run, path, manifests, count) : r;
}

/* ---- sources ---- */

/* @return How many operands are sources, or directories of them. */
static size_t count_sources(const struct abilock_invocation *inv)
{
	size_t count = 0;

	for (size_t i = 0; i < inv->operand_count; i++)
		count += manifest_sources_is_source(inv->operands[i]);
	return count;
}

static int read_sources(struct run *run)
{
	const struct abilock_invocation *inv = run->inv;
	const struct manifest_sources request = {
		.name = abilock_cli_value(inv, OPT_NAME, NULL),
		.module = abilock_cli_value(inv, OPT_MODULE, NULL),
		.without_checksum = abilock_cli_has(inv, OPT_NO_CHECKSUM),
		.is_embedded = abilock_cli_has(inv, OPT_EMBEDDED),
	};
	_cleanup_(freep) struct abilock_manifest **manifests = NULL;
	size_t count = 0;
	int r = manifest_sources_make(&request, inv->operands, inv->operand_count, &manifests,
				      &count, &run->err);

	for (size_t i = 0; i < count; i++) {
		if (r == 0)
			r = add_manifest(run, inv->operands[0], manifests[i]);
		else
			abilock_manifest_free(manifests[i]);
	}
	return r;
}

static int check_kinds(const struct abilock_invocation *inv, size_t source_count)
{
	if (source_count == 0 &&
	    (abilock_cli_has(inv, OPT_NAME) || abilock_cli_has(inv, OPT_MODULE) ||
	     abilock_cli_has(inv, OPT_EMBEDDED)))
		return abilock_cli_usage(inv, "--name, --module and --embedded are for sources; a "
					      "built module says it itself");
	if (source_count > 0 && source_count < inv->operand_count)
		return abilock_cli_usage(inv, "sources and built modules do not go together");
	return -1;
}

/* ---- the command ---- */

/* All operands that fail are told. @return 0 or ABILOCK_E_NOMEM. */
static int read_operands(struct run *run)
{
	for (size_t i = 0; i < run->inv->operand_count; i++) {
		const char *path = run->inv->operands[i];
		int r = read_object(run, path);

		if (r == ABILOCK_E_NOMEM)
			return r;
		if (r < 0) {
			(void)abilock_cli_fail(run->inv, &run->err);
			run->has_failed = true;
		}
	}
	return 0;
}

/* No two of them may go into one file. */
static int check_names(struct run *run)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table seen = {0};

	for (size_t i = 0; i < run->count; i++) {
		struct made *made = &run->made[i];
		char *key = abilock_arena_strdup(&run->arena, made->manifest->name);

		if (!key)
			return abilock_error_nomem(&run->err);
		abilock_module_name_key(key, key);
		const struct made *first = abilock_name_table_find(&seen, key);
		if (first)
			return abilock_error_set(&run->err, ABILOCK_E_USAGE, made->path, NULL, 0,
						 "the module '%.100s' is in %.200s as well",
						 made->manifest->name, first->path);
		if (!abilock_name_table_put(&seen, key, made))
			return abilock_error_nomem(&run->err);
	}
	return 0;
}

static int check_output(struct run *run, const char *path)
{
	for (size_t i = 0; path && i < run->inv->operand_count; i++)
		if (!str_eq(path, "-") && abilock_cli_is_same_file(run->inv->operands[i], path))
			return abilock_error_set(&run->err, ABILOCK_E_USAGE, path, NULL, 0,
						 "the output is the input itself");
	return 0;
}

static int write_manifest(struct run *run, const char *path,
			  const struct abilock_manifest *manifest)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = check_output(run, path);

	if (r < 0)
		return r;
	abilock_manifest_write(&text, manifest);
	if (text.failed)
		return abilock_error_nomem(&run->err);
	r = abilock_output_open(&out, path, &run->err);
	if (r < 0)
		return r;
	(void)fwrite(text.data, 1, text.length, out.file);
	return abilock_output_commit(&out, &run->err);
}

static int write_directory(struct run *run, const char *directory)
{
	int r = check_names(run);

	for (size_t i = 0; r == 0 && i < run->count; i++) {
		const struct abilock_manifest *manifest = run->made[i].manifest;
		const char *path = abilock_arena_printf(&run->arena, "%s/%s.manifest", directory,
							manifest->name);

		r = path ? write_manifest(run, path, manifest) : abilock_error_nomem(&run->err);
	}
	return r;
}

static int write_all(struct run *run)
{
	const char *directory = abilock_cli_value(run->inv, OPT_DIRECTORY, NULL);

	if (directory)
		return write_directory(run, directory);
	if (run->count > 1)
		return abilock_error_set(&run->err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "%zu modules, and one output: give --directory DIR for a "
					 "file each",
					 run->count);
	return write_manifest(run, abilock_cli_value(run->inv, OPT_OUTPUT, NULL),
			      run->made[0].manifest);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(run_deinit) struct run run = {.inv = inv};

	if (abilock_cli_has(inv, OPT_DIRECTORY) && abilock_cli_has(inv, OPT_OUTPUT))
		return abilock_cli_usage(inv, "--output and --directory are two ways of one thing");
	const size_t source_count = count_sources(inv);
	const int usage = check_kinds(inv, source_count);
	if (usage >= 0)
		return usage;
	int r = source_count > 0 ? read_sources(&run) : read_operands(&run);
	if (source_count > 0 && r == ABILOCK_E_SYNTAX)
		return ABILOCK_EXIT_FINDINGS; /* they have been printed */
	/* None rather than some: what is there would be taken for up to date. */
	if (r == 0 && run.has_failed)
		return ABILOCK_EXIT_ERROR;
	if (r == 0 && run.count > 0)
		r = write_all(&run);
	return r < 0 ? abilock_cli_fail(inv, &run.err) : ABILOCK_EXIT_OK;
}

static const struct abilock_option options[] = {
	OPTION_OUTPUT,
	{"directory", 'd', "DIR", "write DIR/NAME.manifest for each module", OPT_DIRECTORY},
	{"no-checksum", 0, NULL, "leave checksum= out, for files that are stripped later",
	 OPT_NO_CHECKSUM},
	{"name", 'n', "NAME", "(sources) the module is called NAME", OPT_NAME},
	{"module", 'm', "FILE.so", "(sources) the module's file: its name and its checksum",
	 OPT_MODULE},
	{"embedded", 0, NULL, "(sources) the modules are linked into the host", OPT_EMBEDDED},
};

const struct abilock_command command_manifest = {
	.name = "manifest",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "FILE...",
	.summary = "write the manifests of modules",
	.text = "FILE is a module that says what it is with the macros of <abilock/module.h>, or a "
		"host with embedded modules, of any machine (see abilock-manifest(5)); or all "
		"FILEs "
		"are the sources (.c, .cc, .cpp, .cxx, .xml) of one module that is written for "
		"Asterisk; or a FILE is a directory with the sources of many.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
