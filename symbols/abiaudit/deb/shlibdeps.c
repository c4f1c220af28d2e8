/* SPDX-License-Identifier: MIT */
#include "shlibdeps.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

#include "batch.h"
#include "control.h"
#include "depends.h"
#include "deps.h"
#include "gensymbols.h"
#include "shlibdeps_format.h"
#include "substvars.h"
#include "text.h"

/* All that lives as long as the command runs. */
struct run {
	const struct abilock_invocation *inv;
	struct deb_messages messages;
	struct deb_arch *arch;
	struct deb_search *search;
	struct deb_database *database;
	struct deb_dependencies build_depends;
	const char **excluded; /* from here on: arguments of options */
	size_t excluded_count;
	const char **ignored_trees;
	size_t ignored_count;
	struct deb_depends *depends;
	enum format format;
};

static void run_deinit(struct run *run)
{
	deb_depends_free(run->depends);
	deb_database_free(run->database);
	deb_search_free(run->search);
	deb_dependencies_deinit(&run->build_depends);
	deb_arch_free(run->arch);
	free(run->excluded);
	free(run->ignored_trees);
	abilock_text_deinit(&run->messages.text);
}

/* ---- options ---- */

/* All arguments of an option. */
static int collect(const struct abilock_invocation *inv, int id, const char ***ret,
		   size_t *ret_count, struct abilock_error *err)
{
	for (size_t i = 0; i < inv->option_count; i++) {
		if (inv->options[i].id != id)
			continue;
		const char **slot = abilock_array_push(ret, ret_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(err);
		*slot = inv->options[i].value;
	}
	return 0;
}

static int open_search(struct run *run, struct abilock_error *err)
{
	const struct abilock_invocation *inv = run->inv;
	int r = deb_search_new(run->arch, run->ignored_trees, run->ignored_count, &run->messages,
			       &run->search, err);

	for (size_t i = 0; r >= 0 && i < inv->option_count; i++) {
		if (inv->options[i].id == OPT_GENSYMBOLS_FOLDER)
			r = deb_search_add_folder(run->search, inv->options[i].value, err);
		else if (inv->options[i].id == OPT_SHLIBDEPS_SEARCH_TREE)
			r = deb_search_add_tree(run->search, inv->options[i].value, err);
	}
	return r;
}

static int open_database(struct run *run, struct abilock_error *err)
{
	const char *fallback = getenv("DPKG_ADMINDIR");
	const char *admindir = abilock_cli_value(run->inv, OPT_SHLIBDEPS_ADMINDIR,
						 fallback ? fallback : "/var/lib/dpkg");

	return deb_database_open(admindir, run->arch, &run->database, err);
}

/* What the package is built with: outside of a source package, nothing. */
static int read_build_depends(struct run *run, struct abilock_error *err)
{
	static const char path[] = "debian/control";
	_cleanup_(deb_control_freep) struct deb_control *control = NULL;
	_cleanup_(freep) char *joined = NULL;

	if (access(path, F_OK) < 0)
		return 0;
	int r = deb_control_open(path, &control, err);
	if (r < 0 || control->paragraph_count == 0)
		return r;
	const struct deb_paragraph *source = &control->paragraphs[0];
	const char *all = deb_paragraph_field(source, "Build-Depends");
	const char *arch = deb_paragraph_field(source, "Build-Depends-Arch");

	if (asprintf(&joined, "%s%s%s", all ? all : "", all && arch ? ", " : "", arch ? arch : "") <
	    0)
		return abilock_error_nomem(err);
	r = deb_dependencies_parse(joined, true, &run->build_depends, err);
	if (r == ABILOCK_E_SYNTAX)
		return abilock_error_set_line(err, path, source->line, 1,
					      "Build-Depends or Build-Depends-Arch: %s",
					      err->message);
	if (r >= 0)
		deb_dependencies_reduce(&run->build_depends, run->arch,
					getenv("DEB_BUILD_PROFILES"));
	return r;
}

/* ---- files ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_entry(struct run *run, const FTSENT *entry, enum deb_field_kind field,
		     struct abilock_error *err)
{
	struct deb_abi abi;

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
		return abilock_error_set(err, ABILOCK_E_IO, entry->fts_path, NULL, 0,
					 "cannot read: %s", strerror(entry->fts_errno));
	if (entry->fts_info != FTS_F)
		return 0;
	int r = deb_abi_read(entry->fts_path, &abi, err);
	return r > 0 ? deb_depends_add(run->depends, entry->fts_path, field, err) : r;
}

static int add_folder(struct run *run, const char *path, enum deb_field_kind field,
		      struct abilock_error *err)
{
	char *roots[] = {(char *)(uintptr_t)path, NULL};
	FTSENT *entry;
	int r = 0;

	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!tree)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	while (r >= 0 && (entry = fts_read(tree)))
		r = add_entry(run, entry, field, err);
	(void)fts_close(tree);
	return r;
}

static int add_file(struct run *run, const char *path, enum deb_field_kind field,
		    struct abilock_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return deb_depends_add(run->depends, path, field, err);
	if (!abilock_cli_has(run->inv, OPT_BATCH_RECURSIVE))
		return abilock_error_set(err, ABILOCK_E_NOT_ELF, path, NULL, 0, BATCH_IS_DIRECTORY);
	return add_folder(run, path, field, err);
}

/* An operand, which may stand for the names on the standard input. */
static int add_operands(struct run *run, char **operands, size_t count, enum deb_field_kind field,
			struct abilock_error *err)
{
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	struct abilock_invocation part = *run->inv;

	part.operands = operands;
	part.operand_count = count;
	int r = abilock_cli_names(&part, abilock_cli_has(run->inv, OPT_BATCH_NULL), &names, err);
	for (size_t i = 0; r >= 0 && i < names.count; i++)
		r = add_file(run, names.items[i], field, err);
	return r;
}

/* Files are operands and arguments of --file, and each counts for the --field in front of it. */
static int add_files(struct run *run, struct abilock_error *err)
{
	const struct abilock_invocation *inv = run->inv;
	enum deb_field_kind field = DEB_DEPENDS;
	size_t operand = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < inv->option_count; i++) {
		const struct abilock_option_value *option = &inv->options[i];

		for (; r >= 0 && operand < option->operand; operand++)
			r = add_operands(run, &inv->operands[operand], 1, field, err);
		if (option->id == OPT_SHLIBDEPS_FIELD)
			(void)deb_field_parse(option->value, &field);
		else if (r >= 0 && option->id == OPT_GENSYMBOLS_FILE)
			r = add_file(run, option->value, field, err);
	}
	for (; r >= 0 && operand < inv->operand_count; operand++)
		r = add_operands(run, &inv->operands[operand], 1, field, err);
	if (r >= 0 && inv->operand_count == 0 && !abilock_cli_has(inv, OPT_GENSYMBOLS_FILE))
		r = add_operands(run, NULL, 0, field, err);
	return r;
}

/* ---- output ---- */

static int set_variables(const struct run *run, const char *const *values,
			 struct deb_substvars *vars, struct abilock_error *err)
{
	const char *prefix = abilock_cli_value(run->inv, OPT_SHLIBDEPS_PREFIX, "shlibs");
	char name[256];
	int r = 0;

	for (int field = 0; r >= 0 && field < DEB_FIELD_COUNT; field++) {
		(void)snprintf(name, sizeof(name), "%s:%s", prefix,
			       deb_field_name((enum deb_field_kind)field));
		if (values[field])
			r = deb_substvars_set(vars, name, values[field], err);
	}
	deb_substvars_sort(vars);
	return r;
}

/* Replace our variables in a file, and keep the others. */
static int update_substvars(const struct run *run, const char *path, const char *const *values,
			    struct abilock_error *err)
{
	_cleanup_(deb_substvars_deinit) struct deb_substvars vars = {0};
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	int r = access(path, F_OK) < 0 ? 0 : deb_substvars_read(&vars, path, err);

	deb_substvars_drop(&vars, abilock_cli_value(run->inv, OPT_SHLIBDEPS_PREFIX, "shlibs"));
	if (r >= 0)
		r = set_variables(run, values, &vars, err);
	if (r >= 0)
		r = abilock_output_open(&out, path, err);
	if (r < 0)
		return r;
	deb_substvars_write(&vars, out.file);
	return abilock_output_commit(&out, err);
}

static int write_answer(struct run *run, const char *const *values, FILE *file,
			struct abilock_error *err)
{
	_cleanup_(deb_substvars_deinit) struct deb_substvars vars = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const struct shlibdeps_result result = {run->database, run->depends, values};

	if (run->format == FORMAT_JSON)
		return shlibdeps_write_json(&result, file, err);
	if (run->format == FORMAT_TSV) {
		int r = shlibdeps_write_tsv(&result, &text, err);

		if (r >= 0 && text.failed)
			r = abilock_error_nomem(err);
		if (r >= 0 && text.length > 0)
			(void)fwrite(text.data, 1, text.length, file);
		return r;
	}
	int r = set_variables(run, values, &vars, err);
	if (r >= 0)
		deb_substvars_write(&vars, file);
	return r;
}

/* The answer goes to the output, unless a file of variables is all that was asked for. */
static int write_all(struct run *run, struct abilock_error *err)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	const struct abilock_invocation *inv = run->inv;
	const char *path = abilock_cli_value(inv, OPT_GENSYMBOLS_OUTPUT, NULL);
	const char *substvars = abilock_cli_value(inv, OPT_SHLIBDEPS_SUBSTVARS, NULL);
	const char *values[DEB_FIELD_COUNT];

	int r = deb_depends_values(run->depends, abilock_cli_has(inv, OPT_SHLIBDEPS_SIMPLIFY),
				   values, err);
	if (r >= 0 && substvars)
		r = update_substvars(run, substvars, values, err);
	if (r < 0 || (substvars && !path && !abilock_cli_has(inv, OPT_DEPS_FORMAT)))
		return r;
	r = abilock_output_open(&out, path, err);
	if (r >= 0)
		r = write_answer(run, values, out.file, err);
	return r < 0 ? r : abilock_output_commit(&out, err);
}

/* ---- the command ---- */

static int check_options(struct run *run)
{
	const struct abilock_invocation *inv = run->inv;
	const char *warnings = abilock_cli_value(inv, OPT_SHLIBDEPS_WARNINGS, "3");
	const char *prefix = abilock_cli_value(inv, OPT_SHLIBDEPS_PREFIX, "shlibs");
	enum deb_field_kind field;

	if (!*warnings || warnings[strspn(warnings, "0123456789")] || strlen(warnings) > 9)
		return abilock_cli_usage(inv, "--warnings %s: expected a number", warnings);
	if (!deb_substvars_is_name(prefix) || strlen(prefix) > 128)
		return abilock_cli_usage(
			inv, "--varname-prefix %s: expected letters, digits, - and :", prefix);
	for (size_t i = 0; i < inv->option_count; i++)
		if (inv->options[i].id == OPT_SHLIBDEPS_FIELD &&
		    !deb_field_parse(inv->options[i].value, &field))
			return abilock_cli_usage(inv,
						 "--field %s: expected Pre-Depends, Depends, "
						 "Recommends or Suggests",
						 inv->options[i].value);
	return deps_format(inv, &run->format);
}

static int prepare(struct run *run, struct abilock_error *err)
{
	const struct abilock_invocation *inv = run->inv;
	int r = deb_arch_open(abilock_cli_value(inv, OPT_GENSYMBOLS_ARCH, NULL), &run->arch, err);

	if (r >= 0)
		r = collect(inv, OPT_SHLIBDEPS_EXCLUDE, &run->excluded, &run->excluded_count, err);
	if (r >= 0)
		r = collect(inv, OPT_SHLIBDEPS_IGNORE_TREE, &run->ignored_trees,
			    &run->ignored_count, err);
	if (r >= 0)
		r = open_search(run, err);
	if (r >= 0)
		r = open_database(run, err);
	if (r >= 0)
		r = read_build_depends(run, err);
	return r;
}

static int new_depends(struct run *run, struct abilock_error *err)
{
	const struct abilock_invocation *inv = run->inv;
	struct deb_depends_settings settings = {
		.arch = run->arch,
		.database = run->database,
		.search = run->search,
		.messages = &run->messages,
		.build_depends = &run->build_depends,
		.local_shlibs = abilock_cli_value(inv, OPT_SHLIBDEPS_LOCAL, "debian/shlibs.local"),
		.confdir = abilock_cli_value(inv, OPT_SHLIBDEPS_CONFDIR, "/etc/dpkg"),
		.package_type = abilock_cli_value(inv, OPT_SHLIBDEPS_TYPE, "deb"),
		.excluded = run->excluded,
		.excluded_count = run->excluded_count,
		.ignore_missing = abilock_cli_has(inv, OPT_SHLIBDEPS_IGNORE_MISSING),
		.warnings = (unsigned)strtoul(abilock_cli_value(inv, OPT_SHLIBDEPS_WARNINGS, "3"),
					      NULL, 10),
	};

	for (size_t i = 0; i < inv->option_count; i++)
		settings.verbosity += inv->options[i].id == OPT_GENSYMBOLS_VERBOSE;
	run->depends = deb_depends_new(&settings);
	return run->depends ? add_files(run, err) : abilock_error_nomem(err);
}

static void print_messages(struct run *run)
{
	if (run->messages.text.length > 0)
		(void)fwrite(run->messages.text.data, 1, run->messages.text.length, stderr);
	abilock_text_clear(&run->messages.text);
}

int shlibdeps_run(const struct abilock_invocation *inv)
{
	_cleanup_(run_deinit) struct run run = {.inv = inv, .messages = {.prefix = "abiaudit: "}};
	struct abilock_error err = {0};
	int status = check_options(&run);

	if (status != ABILOCK_EXIT_OK)
		return status;
	int r = prepare(&run, &err);
	if (r >= 0)
		r = new_depends(&run, &err);
	if (r >= 0)
		r = deb_depends_run(run.depends, &err);
	if (r >= 0 && run.messages.error_count > 0)
		deb_explain(&run.messages,
			    "nothing is written, because dependencies would be missing. A library "
			    "that is not found: install its package, or name its folder with "
			    "--folder or its build tree with --search-tree. One that nothing is "
			    "known about: give its package a symbols or shlibs file, name it in "
			    "debian/shlibs.local, or go on without it: --ignore-missing-info");
	else if (r >= 0)
		r = write_all(&run, &err);
	print_messages(&run);
	if (r < 0)
		return abilock_cli_fail(inv, &err);
	return run.messages.error_count > 0 ? ABILOCK_EXIT_ERROR : ABILOCK_EXIT_OK;
}
