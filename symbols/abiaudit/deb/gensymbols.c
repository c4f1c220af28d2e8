/* SPDX-License-Identifier: MIT */
#include "gensymbols.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "diff.h"
#include "gensymbols_format.h"
#include "gensymbols_run.h"
#include "merge.h"
#include "private.h"

/* Levels of --check, of which each has all below it. */
enum { LOST_SYMBOLS = 1, NEW_SYMBOLS, LOST_LIBRARIES, NEW_LIBRARIES };

static void run_deinit(struct gensymbols_run *run)
{
	deb_symbols_file_free(run->file);
	deb_symbols_file_free(run->before);
	deb_arch_free(run->arch);
	abilock_arena_clear(&run->arena);
}

static void raise_status(struct gensymbols_run *run, int status)
{
	if (status > run->status)
		run->status = status;
}

/* A line on the standard error. Names in it come from files. */
static void say(const struct gensymbols_run *run, const char *kind, const char *fmt, va_list ap)
{
	_cleanup_(freep) char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0) {
		text = NULL;
		return;
	}
	str_disarm(text);
	fprintf(stderr, "%s: %s: %s\n", run->inv->tool->name, kind, text);
}

void gensymbols_warn(const struct gensymbols_run *run, const char *fmt, ...)
{
	va_list ap;

	if (run->quiet)
		return;
	va_start(ap, fmt);
	say(run, "warning", fmt, ap);
	va_end(ap);
}

/* Fails the run at this level, warns below it. */
static void check_failed(struct gensymbols_run *run, unsigned level, const char *fmt, ...)
	_printf_(3, 4);

static void check_failed(struct gensymbols_run *run, unsigned level, const char *fmt, ...)
{
	const bool fails = run->level >= level;
	va_list ap;

	if (fails)
		raise_status(run, ABILOCK_EXIT_FINDINGS);
	if (!fails && run->quiet)
		return;
	va_start(ap, fmt);
	say(run, fails ? "error" : "warning", fmt, ap);
	va_end(ap);
}

/* ---- the libraries ---- */

static int merge_file(struct gensymbols_run *run, const char *path, struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct deb_exports exports;

	int r = abilock_object_open(path, &object, err);
	if (r < 0)
		return r;
	if (!object->soname || !*object->soname) {
		if (!run->build_dir)
			gensymbols_warn(run, "%s: no soname: nothing can depend on it", path);
		return 0;
	}
	r = deb_exports_read(object, &exports, err);
	return r < 0 ? r : deb_symbols_merge(run->file, &exports, run->package, run->version, err);
}

/* All files are read, though one that fails is the end of it: a list without it would say that its
 * symbols are gone. */
static int merge_files(struct gensymbols_run *run)
{
	_cleanup_(deb_paths_deinit) struct deb_paths files = {0};
	struct abilock_error err;
	int status = gensymbols_find_files(run, &files);

	for (size_t i = 0; i < files.count && status != ABILOCK_EXIT_USAGE; i++)
		if (merge_file(run, files.items[i], &err) < 0)
			status = abilock_cli_fail(run->inv, &err);
	deb_symbols_file_keep_found(run->file);
	return status;
}

/* ---- private nodes ---- */

static void report_private(struct gensymbols_run *run, const struct deb_library *library,
			   const struct deb_private_node *node)
{
	const bool fails = abilock_cli_has(run->inv, OPT_GENSYMBOLS_STRICT_PRIVATE);
	const struct deb_symbol *stale = node->stale;

	check_failed(run, fails ? 0 : NEW_LIBRARIES + 1,
		     "%s: %zu symbols of the private node %s get the main dependency, '%s', which "
		     "other builds satisfy",
		     library->soname, node->count, node->name, library->dependencies[0]);
	if (stale)
		gensymbols_warn(
			run, "%s:%lu: '%s' with dependency %u was meant for it, and takes nothing",
			stale->file, stale->line, stale->name, stale->dependency);
	if (node->name[node->stem])
		gensymbols_warn(run,
				"give it one of its own in the template: '| %s (= VERSION)', and "
				"' (regex|optional)\"@%.*s_\" 0 1'",
				run->package, (int)node->stem, node->name);
	else
		gensymbols_warn(run,
				"give it one of its own in the template: '| %s (= VERSION)', and "
				"' (symver|optional)%s 0 1'",
				run->package, node->name);
}

static int check_private(struct gensymbols_run *run, const struct deb_library *library,
			 struct abilock_error *err)
{
	_cleanup_(freep) struct deb_private_node *nodes = NULL;
	size_t count = 0;
	int r = deb_private_nodes(library, &nodes, &count, err);

	for (size_t i = 0; r >= 0 && i < count; i++)
		report_private(run, library, &nodes[i]);
	return r;
}

/* dpkg-shlibdeps fails on such a line, in another package. */
static void check_dependencies(struct gensymbols_run *run, const struct deb_library *library)
{
	for (size_t i = 0; i < library->symbols.count; i++) {
		const struct deb_symbol *symbol = library->symbols.items[i];

		if (symbol->found && symbol->dependency >= library->dependency_count) {
			gensymbols_warn(run, "%s: %s has dependency %u, but there are only %zu",
					library->soname, symbol->name, symbol->dependency,
					library->dependency_count);
			return;
		}
	}
}

/* ---- what has changed ---- */

struct changes {
	struct deb_changes gained, lost;
	const char **new_libraries, **lost_libraries; /* NULL at the end */
};

static void changes_deinit(struct changes *changes)
{
	deb_changes_deinit(&changes->gained);
	deb_changes_deinit(&changes->lost);
	free(changes->new_libraries);
	free(changes->lost_libraries);
}

/* Sonames of the libraries that are in one file and not in the other, sorted. */
static const char **find_new_libraries(const struct deb_symbols_file *file,
				       const struct deb_symbols_file *reference)
{
	_cleanup_(freep) const struct deb_library **sorted = deb_symbols_file_sorted(file);
	const char **names = calloc(file->library_count + 1, sizeof(*names));
	size_t count = 0;

	if (!sorted)
		free(take_ptr(names));
	for (size_t i = 0; names && i < file->library_count; i++)
		if (!deb_symbols_library(reference, sorted[i]->soname))
			names[count++] = sorted[i]->soname;
	return names;
}

static int find_changes(const struct gensymbols_run *run, struct changes *changes,
			struct abilock_error *err)
{
	changes->new_libraries = find_new_libraries(run->file, run->before);
	changes->lost_libraries = find_new_libraries(run->before, run->file);
	if (!changes->new_libraries || !changes->lost_libraries)
		return abilock_error_nomem(err);
	int r = deb_symbols_changes(run->file, run->before, &changes->gained, err);
	return r < 0 ? r : deb_symbols_changes(run->before, run->file, &changes->lost, err);
}

static void check_libraries(struct gensymbols_run *run, unsigned level, const char *what,
			    const char **names)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	for (size_t i = 0; names[i]; i++)
		abilock_text_printf(&text, "%s%s", i ? " " : "", names[i]);
	if (text.length)
		check_failed(run, level, "%s: %.*s", what, (int)text.length, text.data);
}

static void check_changes(struct gensymbols_run *run, const struct changes *changes)
{
	/* Without a template all are new: that goes without saying, unless it is an error. */
	if (run->reference || run->level >= NEW_LIBRARIES)
		check_libraries(run, NEW_LIBRARIES, "libraries that the template does not have",
				changes->new_libraries);
	check_libraries(run, LOST_LIBRARIES, "libraries of the template that are gone",
			changes->lost_libraries);
	if (changes->gained.count)
		check_failed(run, NEW_SYMBOLS, "new symbols or patterns: %zu, the first is %s",
			     changes->gained.count, changes->gained.items[0].symbol->name);
	if (changes->lost.count)
		check_failed(run, LOST_SYMBOLS, "lost symbols or patterns: %zu, the first is %s",
			     changes->lost.count, changes->lost.items[0].symbol->name);
}

/* ---- output ---- */

static struct deb_symbols_form form_of(const struct gensymbols_run *run)
{
	const bool verbose = abilock_cli_has(run->inv, OPT_GENSYMBOLS_VERBOSE);

	return (struct deb_symbols_form){
		.package = run->package,
		.as_template = abilock_cli_has(run->inv, OPT_GENSYMBOLS_TEMPLATE),
		.with_missing = verbose,
		.with_matches = verbose,
	};
}

static int write_text(const struct gensymbols_run *run, const struct deb_symbols_form *form,
		      FILE *file, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	deb_symbols_file_write(run->file, form, &text);
	if (text.failed)
		return abilock_error_nomem(err);
	if (text.length)
		(void)fwrite(text.data, 1, text.length, file);
	return 0;
}

static int write_form(const struct gensymbols_run *run, const struct changes *changes, FILE *file,
		      struct abilock_error *err)
{
	const struct deb_symbols_form form = form_of(run);
	const struct gensymbols_result result = {
		.package = run->package,
		.version = run->version,
		.file = run->file,
		.form = &form,
		.gained = &changes->gained,
		.lost = &changes->lost,
		.new_libraries = changes->new_libraries,
		.lost_libraries = changes->lost_libraries,
	};

	switch (run->format) {
	case FORMAT_JSON: return gensymbols_write_json(file, &result, err);
	case FORMAT_TSV: return gensymbols_write_tsv(file, &result, err);
	case FORMAT_TEXT: break;
	}
	return write_text(run, &form, file, err);
}

/* Where dpkg-gensymbols puts it for a build tree; nowhere when there is nothing to say. */
static int place_in_tree(struct gensymbols_run *run, bool *ret_skip, struct abilock_error *err)
{
	const char *folder;

	*ret_skip = false;
	if (run->output || !run->build_dir || run->format != FORMAT_TEXT ||
	    abilock_cli_has(run->inv, OPT_GENSYMBOLS_OUTPUT))
		return 0;
	*ret_skip = run->file->library_count == 0;
	folder = abilock_arena_printf(&run->arena, "%s/DEBIAN", run->build_dir);
	run->output = folder ? abilock_arena_printf(&run->arena, "%s/symbols", folder) : NULL;
	if (!run->output)
		return abilock_error_nomem(err);
	if (!*ret_skip && mkdir(folder, 0777) < 0 && errno != EEXIST)
		return abilock_error_set(err, ABILOCK_E_IO, folder, NULL, 0, "cannot make it: %s",
					 strerror(errno));
	return 0;
}

static int write_output(struct gensymbols_run *run, const struct changes *changes,
			struct abilock_error *err)
{
	_cleanup_(abilock_output_discard) struct abilock_output output = {0};
	bool skip;

	int r = place_in_tree(run, &skip, err);
	if (r < 0 || skip)
		return r;
	r = abilock_output_open(&output, run->output, err);
	if (r >= 0)
		r = write_form(run, changes, output.file, err);
	return r < 0 ? r : abilock_output_commit(&output, err);
}

/* Both as templates, in which a change of tags shows too. */
static int show_diff(struct gensymbols_run *run, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text old = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text new = {0};
	const struct deb_symbols_form form = {.as_template = true, .with_missing = true};
	const char *label;

	deb_symbols_file_write(run->before, &form, &old);
	deb_symbols_file_write(run->file, &form, &new);
	label = abilock_arena_printf(&run->arena, "%s (%s_%s_%s)",
				     run->reference ? run->reference : "new_symbol_file",
				     run->package, run->version, deb_arch_name(run->arch));
	if (old.failed || new.failed || !label)
		return abilock_error_nomem(err);
	if (old.length == new.length &&
	    (!old.length || memcmp(old.data, new.data, old.length) == 0))
		return 0;
	if (run->reference)
		gensymbols_warn(run, "the symbols are not those of %s: see the difference",
				run->reference);
	else
		gensymbols_warn(run, "no template: all symbols get this version, %s", run->version);
	(void)fflush(stdout);
	return abilock_diff(run->output ? STDOUT_FILENO : STDERR_FILENO, &old, label, &new,
			    "generated", err);
}

static int finish(struct gensymbols_run *run)
{
	_cleanup_(changes_deinit) struct changes changes = {0};
	struct abilock_error err;

	int r = find_changes(run, &changes, &err);
	if (r >= 0)
		r = write_output(run, &changes, &err);
	if (r < 0)
		return abilock_cli_fail(run->inv, &err);
	for (size_t i = 0; r >= 0 && i < run->file->library_count; i++) {
		r = check_private(run, &run->file->libraries[i], &err);
		check_dependencies(run, &run->file->libraries[i]);
	}
	if (r < 0)
		return abilock_cli_fail(run->inv, &err);
	check_changes(run, &changes);
	/* The symbols themselves are on the standard output: a diff with nothing says no more. */
	if (!run->quiet && run->format == FORMAT_TEXT && (run->reference || run->output))
		r = show_diff(run, &err);
	if (r < 0)
		return abilock_cli_fail(run->inv, &err);
	return run->status;
}

int gensymbols_run(const struct abilock_invocation *inv)
{
	_cleanup_(run_deinit) struct gensymbols_run run = {.inv = inv};

	/* Files of a package are for everybody to read. */
	(void)umask(022);
	int status = gensymbols_read_options(&run);
	if (status == ABILOCK_EXIT_OK)
		status = gensymbols_read_reference(&run);
	if (status == ABILOCK_EXIT_OK)
		status = merge_files(&run);
	return status == ABILOCK_EXIT_OK ? finish(&run) : status;
}
