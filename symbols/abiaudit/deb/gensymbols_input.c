/* SPDX-License-Identifier: MIT */
/* What was asked for, and from what: options, the template, the libraries' files. */
#include <glob.h>
#include <sys/stat.h>

#include "batch.h"
#include "gensymbols.h"
#include "gensymbols_run.h"
#include "source.h"
#include "version.h"

/* ---- options ---- */

static int parse_level(struct gensymbols_run *run)
{
	static const char variable[] = "DPKG_GENSYMBOLS_CHECK_LEVEL";
	const char *given = abilock_cli_value(run->inv, OPT_GENSYMBOLS_CHECK, "1");
	const char *forced = getenv(variable);
	const char *level = forced ? forced : given;

	if (strlen(level) != 1 || level[0] < '0' || level[0] > '4')
		return abilock_cli_usage(run->inv, "%s %s: expected a level from 0 to 4",
					 forced ? variable : "--check", level);
	run->level = (unsigned)(level[0] - '0');
	return ABILOCK_EXIT_OK;
}

static bool is_package_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	return *name && strchr(letters, *name) &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.")] == '\0';
}

/* The package and its version, given or those of the source package around. */
static int find_names(struct gensymbols_run *run)
{
	const struct abilock_invocation *inv = run->inv;
	struct abilock_error err;
	int r = 0;

	run->package = abilock_cli_value(inv, OPT_GENSYMBOLS_PACKAGE, NULL);
	run->version = abilock_cli_value(inv, OPT_GENSYMBOLS_VERSION, NULL);
	if (run->package && !is_package_name(run->package))
		return abilock_cli_usage(inv, "--package '%s': not a package's name", run->package);
	if (run->version && !deb_version_is_valid(run->version, &err))
		return abilock_cli_usage(inv, "--package-version: %s", err.message);
	if (!run->package)
		r = deb_source_package(&run->arena, &run->package, &err);
	if (r >= 0 && !run->version) {
		r = deb_source_version(&run->arena, &run->version, &err);
		if (r >= 0 && !deb_version_is_valid(run->version, &err))
			r = err.code;
	}
	return r < 0 ? abilock_cli_fail(inv, &err) : ABILOCK_EXIT_OK;
}

int gensymbols_read_options(struct gensymbols_run *run)
{
	const struct abilock_invocation *inv = run->inv;
	struct abilock_error err;

	int status = deps_format(inv, &run->format);
	if (status == ABILOCK_EXIT_OK)
		status = parse_level(run);
	if (status != ABILOCK_EXIT_OK)
		return status;
	run->quiet = abilock_cli_has(inv, OPT_GENSYMBOLS_QUIET);
	run->build_dir = abilock_cli_value(inv, OPT_GENSYMBOLS_BUILD_DIR, NULL);
	run->output = abilock_cli_value(inv, OPT_GENSYMBOLS_OUTPUT, NULL);
	if (run->output && str_eq(run->output, "-"))
		run->output = NULL;
	if (deb_arch_open(abilock_cli_value(inv, OPT_GENSYMBOLS_ARCH, NULL), &run->arch, &err) < 0)
		return abilock_cli_fail(inv, &err);
	return find_names(run);
}

/* ---- the template ---- */

static bool exists(const char *path)
{
	return path && access(path, F_OK) == 0;
}

/* The template of a source package, or NULL. */
static const char *find_in_source(struct gensymbols_run *run)
{
	const char *arch = deb_arch_name(run->arch);
	const char *candidates[] = {
		abilock_arena_printf(&run->arena, "debian/%s.symbols.%s", run->package, arch),
		abilock_arena_printf(&run->arena, "debian/symbols.%s", arch),
		abilock_arena_printf(&run->arena, "debian/%s.symbols", run->package),
		"debian/symbols",
	};

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		if (exists(candidates[i]))
			return candidates[i];
	return NULL;
}

static bool is_file(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* dpkg-gensymbols takes a file that it will write over as the template: this is how symbols files
 * are brought up to date. In a check it makes every level pass. */
static void find_reference(struct gensymbols_run *run)
{
	const char *given = abilock_cli_value(run->inv, OPT_GENSYMBOLS_REFERENCE, NULL);
	const char *source = find_in_source(run);
	const bool update = run->format == FORMAT_TEXT && is_file(run->output);

	run->reference = given ? given : update ? run->output : source;
	if (!given && update && source && !str_eq(source, run->output))
		gensymbols_warn(
			run,
			"%s exists, and is the template: %s is not looked at (see --reference)",
			run->output, source);
}

int gensymbols_read_reference(struct gensymbols_run *run)
{
	struct abilock_error err;

	find_reference(run);
	int r = run->reference ? deb_symbols_file_open(run->reference, run->arch, &run->file, &err)
			       : deb_symbols_file_new(run->arch, &run->file, &err);
	/* What is merged into one is compared with the other. */
	if (r >= 0)
		r = run->reference
			    ? deb_symbols_file_open(run->reference, run->arch, &run->before, &err)
			    : deb_symbols_file_new(run->arch, &run->before, &err);
	if (r < 0)
		return abilock_cli_fail(run->inv, &err);
	for (size_t i = 0; i < run->file->warning_count; i++)
		gensymbols_warn(run, "%s", run->file->warnings[i]);
	return ABILOCK_EXIT_OK;
}

/* ---- the libraries ---- */

static int add_pattern(struct gensymbols_run *run, struct deb_paths *files, const char *pattern,
		       struct abilock_error *err)
{
	glob_t found = {0};
	int r = 0;

	if (exists(pattern))
		return deb_paths_push(files, pattern, err);
	if (glob(pattern, GLOB_BRACE | GLOB_TILDE, NULL, &found) != 0)
		gensymbols_warn(run, "no file is called like '%s'", pattern);
	for (size_t i = 0; r >= 0 && i < found.gl_pathc; i++)
		r = deb_paths_push(files, abilock_arena_strdup(&run->arena, found.gl_pathv[i]),
				   err);
	globfree(&found);
	return r;
}

static int add_named(struct gensymbols_run *run, struct deb_paths *files, struct abilock_error *err)
{
	const struct abilock_invocation *inv = run->inv;
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	int r = 0;

	if (inv->operand_count > 0 || !abilock_cli_has(inv, OPT_GENSYMBOLS_FILE))
		r = abilock_cli_names(inv, abilock_cli_has(inv, OPT_BATCH_NULL), &names, err);
	for (size_t i = 0; r >= 0 && i < names.count; i++)
		r = deb_paths_push(files, abilock_arena_strdup(&run->arena, names.items[i]), err);
	for (size_t i = 0; r >= 0 && i < inv->option_count; i++)
		if (inv->options[i].id == OPT_GENSYMBOLS_FILE)
			r = add_pattern(run, files, inv->options[i].value, err);
	return r;
}

static int add_build_tree(struct gensymbols_run *run, struct deb_paths *files,
			  struct abilock_error *err)
{
	_cleanup_(deb_search_freep) struct deb_search *search = NULL;
	struct deb_messages messages = {
		.prefix = abilock_arena_printf(&run->arena, "%s: ", run->inv->tool->name)};

	int r = deb_search_new(run->arch, NULL, 0, &messages, &search, err);
	for (size_t i = 0; r >= 0 && i < run->inv->option_count; i++)
		if (run->inv->options[i].id == OPT_GENSYMBOLS_FOLDER)
			r = deb_search_add_folder(search, run->inv->options[i].value, err);
	if (r >= 0)
		r = deb_buildtree_libraries(run->build_dir, search, &run->arena, files, err);
	if (messages.text.length && !run->quiet)
		(void)fwrite(messages.text.data, 1, messages.text.length, stderr);
	abilock_text_deinit(&messages.text);
	return r;
}

int gensymbols_find_files(struct gensymbols_run *run, struct deb_paths *files)
{
	const struct abilock_invocation *inv = run->inv;
	struct abilock_error err;
	const bool named = inv->operand_count > 0 || abilock_cli_has(inv, OPT_GENSYMBOLS_FILE);

	int r = run->build_dir && !named ? add_build_tree(run, files, &err)
					 : add_named(run, files, &err);
	if (r == ABILOCK_E_USAGE)
		return abilock_cli_usage(inv, "%s", err.message);
	return r < 0 ? abilock_cli_fail(inv, &err) : ABILOCK_EXIT_OK;
}
