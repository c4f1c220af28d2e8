/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <errno.h>
#include <sys/stat.h>

#include "../symbols/diagnostics_format.h"
#include "../symbols/json.h"
#include "../symbols/rule_pages.h"
#include "job.h"
#include "lint/lint.h"
#include "lint/lint_text.h"

enum {
	OPT_HEADERS = 1,
	OPT_FIX,
	OPT_DISABLE,
	OPT_ERROR_ON,
	OPT_LIST,
	OPT_EXPLAIN,
};

/* Each pass mends what it can without two edits in one place; more than these never were needed. */
enum { PASSES_MAX = 64 };

struct file;

/* Findings of all files, for the formats that have one document. */
struct all {
	struct file **files; /* malloc'ed array: what the findings point into stays */
	size_t file_count;
	struct abilock_diagnostics diags;
	struct abilock_source *sources; /* malloc'ed */
	size_t source_count;
};

struct run {
	const struct abilock_invocation *inv;
	enum diagnostics_format format;
	struct all all;
	struct json_object *findings; /* NULL for text */
	struct json_object *fixes;
	size_t errors; /* that count for the exit status */
	size_t warnings;
	size_t fixed;
	struct abilock_error err;
};

/* One declaration. */
struct file {
	const char *path;
	struct abilock_declaration *decl;
	struct abilock_diagnostics diags; /* of the reader */
	struct lint lint;
};

static void file_deinit(struct file *file)
{
	lint_deinit(&file->lint);
	abilock_diagnostics_deinit(&file->diags);
	abilock_declaration_free(file->decl);
}

static void file_freep(struct file **file)
{
	if (*file)
		file_deinit(*file);
	free(*file);
}

static void all_deinit(struct all *all)
{
	for (size_t i = 0; i < all->file_count; i++)
		file_freep(&all->files[i]);
	free(all->files);
	abilock_diagnostics_deinit(&all->diags);
	free(all->sources);
}

static void run_deinit(struct run *run)
{
	all_deinit(&run->all);
}

/* Whether an option was given for a rule, by its id or by `warning`. */
static bool is_named(const struct run *run, int option, const char *rule, bool is_warning)
{
	for (size_t i = 0; i < run->inv->option_count; i++) {
		const struct abilock_option_value *value = &run->inv->options[i];

		if (value->id == option &&
		    (str_eq(value->value, rule) || (is_warning && str_eq(value->value, "warning"))))
			return true;
	}
	return false;
}

/* ---- output ---- */

static bool add_json(struct json_object *findings, const struct abilock_diagnostic *diag,
		     const struct abilock_source *sources)
{
	const bool is_error = diag->level == ABILOCK_LEVEL_ERROR;
	struct json_object *finding = json_push_object(findings);

	return finding && json_put_string(finding, "rule", diag->rule) &&
	       json_put_string(finding, "level", is_error ? "error" : "warning") &&
	       json_put_string(finding, "file", sources[diag->place.file].path) &&
	       json_put_number(finding, "line", diag->place.line) &&
	       json_put_number(finding, "column", diag->place.column) &&
	       json_put_string(finding, "message", diag->message) &&
	       json_put_string(finding, "fix", diag->fix);
}

/* Leave out what is disabled, and count the rest at the levels that the options give them. */
static void judge(struct run *run, struct abilock_diagnostics *diags)
{
	size_t kept = 0;

	for (size_t i = 0; i < diags->count; i++) {
		struct abilock_diagnostic *diag = &diags->items[kept];

		*diag = diags->items[i];
		if (is_named(run, OPT_DISABLE, diag->rule, false))
			continue;
		if (is_named(run, OPT_ERROR_ON, diag->rule, diag->level == ABILOCK_LEVEL_WARNING))
			diag->level = ABILOCK_LEVEL_ERROR;
		run->errors += diag->level == ABILOCK_LEVEL_ERROR;
		run->warnings += diag->level == ABILOCK_LEVEL_WARNING;
		kept++;
	}
	diags->count = kept;
}

static bool add_to_all(struct all *all, const struct abilock_diagnostics *diags,
		       const struct abilock_source *sources, size_t source_count)
{
	const uint32_t first = (uint32_t)all->source_count;

	for (size_t i = 0; i < source_count; i++) {
		struct abilock_source *to =
			abilock_array_push(&all->sources, &all->source_count, sizeof(*to));

		if (!to)
			return false;
		*to = sources[i];
	}
	for (size_t i = 0; i < diags->count; i++) {
		struct abilock_diagnostic *to =
			abilock_array_push(&all->diags.items, &all->diags.count, sizeof(*to));

		if (!to)
			return false;
		*to = diags->items[i];
		to->place.file += first;
	}
	return !diags->failed;
}

static bool report_json(struct run *run, const struct abilock_diagnostics *diags,
			const struct abilock_source *sources)
{
	for (size_t i = 0; i < diags->count; i++)
		if (!add_json(run->findings, &diags->items[i], sources))
			return false;
	return true;
}

static int report(struct run *run, struct abilock_diagnostics *diags,
		  const struct abilock_source *sources, size_t source_count)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	bool is_done = true;

	judge(run, diags);
	if (run->format == DIAGNOSTICS_TEXT)
		abilock_diagnostics_write(&text, diags, sources, isatty(STDOUT_FILENO));
	else if (run->format == DIAGNOSTICS_JSON)
		is_done = report_json(run, diags, sources);
	else
		is_done = add_to_all(&run->all, diags, sources, source_count);
	if (text.length > 0)
		(void)fwrite(text.data, 1, text.length, stdout);
	return text.failed || !is_done ? abilock_error_nomem(&run->err) : 0;
}

static void add_operands(struct abilock_text *text, const struct abilock_invocation *inv)
{
	for (size_t i = 0; i < inv->operand_count; i++)
		abilock_text_printf(text, "%s%s", i > 0 ? " " : "", inv->operands[i]);
	abilock_text_putc(text, '\0');
}

/* The one document of all files. */
static int print_all(struct run *run)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0}, subject = {0};
	_cleanup_(freep) char *root = getcwd(NULL, 0);

	add_operands(&subject, run->inv);
	if (subject.failed)
		return abilock_error_nomem(&run->err);
	const struct diagnostics_document document = {
		.tool = "versiongen",
		.command = "lint",
		.subject = subject.data,
		.diags = &run->all.diags,
		.sources = run->all.sources,
		.rules = lint_rules,
		.rule_count = lint_rule_count,
		.root = root,
	};
	int r = diagnostics_format_write(&text, run->format, &document, &run->err);

	if (r == 0 && text.length > 0)
		(void)fwrite(text.data, 1, text.length, stdout);
	return r;
}

/* ---- fixes ---- */

static void drop_disabled(const struct run *run, struct lint *lint)
{
	size_t kept = 0;

	for (size_t i = 0; i < lint->edit_count; i++)
		if (!is_named(run, OPT_DISABLE, lint->edits[i].rule, false))
			lint->edits[kept++] = lint->edits[i];
	lint->edit_count = kept;
}

static int write_source(struct run *run, const char *path, const struct abilock_text *text)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	int r = abilock_output_replace(&out, path, &run->err);
	if (r == 0 && text->length > 0 &&
	    fwrite(text->data, 1, text->length, out.file) != text->length)
		r = abilock_error_set(&run->err, ABILOCK_E_IO, path, NULL, 0, "%s",
				      strerror(errno));
	return r < 0 ? r : abilock_output_commit(&out, &run->err);
}

static bool add_json_fix(struct json_object *fixes, const struct lint_edit *edit, const char *path,
			 uint32_t line)
{
	struct json_object *fix = json_push_object(fixes);

	return fix && json_put_string(fix, "rule", edit->rule) &&
	       json_put_string(fix, "file", path) && json_put_number(fix, "line", line);
}

/* What was mended in a source: a line for each group of edits. Lines are those of before. */
static int report_fixes(struct run *run, const struct lint *lint, uint32_t file)
{
	const char *path = lint->sources[file].path;
	_cleanup_(lint_text_deinit) struct lint_text text = {0};
	size_t group = 0;

	if (!lint_text_read(&text, &lint->sources[file]))
		return abilock_error_nomem(&run->err);

	for (size_t i = 0; i < lint->edit_count; i++) {
		const struct lint_edit *edit = &lint->edits[i];

		if (!edit->is_made || edit->file != file || edit->group == group)
			continue;
		group = edit->group;
		const uint32_t line = lint_text_place(&text, file, edit->offset, 0).line;
		if (run->format == DIAGNOSTICS_TEXT)
			printf("%s:%u: fixed [%s]\n", path, line, edit->rule);
		else if (run->fixes && !add_json_fix(run->fixes, edit, path, line))
			return abilock_error_nomem(&run->err);
	}
	return 0;
}

/* What is too much in one place where a file is included may be all that there is in another. */
static bool is_included_twice(const struct abilock_declaration *decl, size_t source)
{
	struct stat st, other;

	if (stat(decl->sources[source].path, &st) < 0)
		return false;
	for (size_t i = 0; i < decl->source_count; i++)
		if (i != source && stat(decl->sources[i].path, &other) == 0 &&
		    st.st_dev == other.st_dev && st.st_ino == other.st_ino)
			return true;
	return false;
}

/* One pass over the files of a declaration. @return How many groups of edits were made. */
static int fix_pass(struct run *run, struct file *file, size_t *count)
{
	int r = 0;

	drop_disabled(run, &file->lint);
	for (uint32_t i = 0; r == 0 && i < file->decl->source_count; i++) {
		_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
		size_t made = 0;

		r = lint_fix(&file->lint, i, &text, &made, &run->err);
		if (made > 0 && is_included_twice(file->decl, i))
			continue;
		if (r == 0 && made > 0)
			r = write_source(run, file->decl->sources[i].path, &text);
		if (r == 0)
			r = report_fixes(run, &file->lint, i);
		*count += made;
	}
	return r;
}

/* ---- one declaration ---- */

static int read_file(struct run *run, struct file *file)
{
	int r = abilock_declaration_read(file->path, &file->decl, &file->diags, &run->err);

	if (r == ABILOCK_E_SYNTAX && file->decl)
		return 0;
	return r < 0 ? r
		     : lint_check(file->decl, abilock_cli_value(run->inv, OPT_HEADERS, NULL),
				  &file->lint, &run->err);
}

static int report_file(struct run *run, struct file *file)
{
	int r = report(run, &file->diags, file->decl->sources, file->decl->source_count);

	return r < 0 ? r
		     : report(run, &file->lint.diags, file->lint.sources, file->lint.source_count);
}

static int keep_file(struct run *run, struct file **file)
{
	struct file **to =
		abilock_array_push(&run->all.files, &run->all.file_count, sizeof(struct file *));

	if (!to)
		return abilock_error_nomem(&run->err);
	*to = take_ptr(*file);
	return 0;
}

/* Read, and read again after each pass that changed something. */
static int lint_file(struct run *run, const char *path)
{
	const bool fixes = abilock_cli_has(run->inv, OPT_FIX);

	for (size_t pass = 0;; pass++) {
		_cleanup_(file_freep) struct file *file = calloc(1, sizeof(*file));
		size_t count = 0;

		if (!file)
			return abilock_error_nomem(&run->err);
		file->path = path;
		int r = read_file(run, file);

		/* A file that is not understood is not touched. */
		if (r == 0 && fixes && file->diags.error_count == 0 && pass < PASSES_MAX)
			r = fix_pass(run, file, &count);
		run->fixed += count;
		if (r < 0)
			return r;
		if (count == 0) {
			r = report_file(run, file);
			return r < 0 ? r : keep_file(run, &file);
		}
	}
}

/* ---- the command ---- */

static int list_rules(void)
{
	for (size_t i = 0; i < lint_rule_count; i++) {
		const struct abilock_rule *rule = &lint_rules[i];

		printf("%-26s %-8s %s\n", rule->id,
		       rule->level == ABILOCK_LEVEL_ERROR ? "error" : "warning", rule->summary);
	}
	return ABILOCK_EXIT_OK;
}

static int explain(const struct abilock_invocation *inv, const char *id)
{
	const struct abilock_rule *rule = lint_rule_find(id);

	if (!rule)
		return abilock_cli_usage(inv, "there is no rule '%s': see --list-rules", id);
	printf("%s (%s)\n\n%s.\n\nWhat to do: %s.\n%s\nPage: docs/rules/%s.md\n", rule->id,
	       rule->level == ABILOCK_LEVEL_ERROR ? "error" : "warning", rule->summary, rule->fix,
	       lint_rule_is_fixed(rule->id) ? "--fix does it where that is safe.\n" : "", rule->id);
	const char *body = abilock_rule_page_body(id);
	if (body)
		printf("\n%s", body);
	return ABILOCK_EXIT_OK;
}

/* @return An exit status, or -1 when all rules that are named exist. */
static int check_rule_names(const struct abilock_invocation *inv)
{
	for (size_t i = 0; i < inv->option_count; i++) {
		const struct abilock_option_value *option = &inv->options[i];

		if (option->id == OPT_ERROR_ON && str_eq(option->value, "warning"))
			continue;
		if ((option->id == OPT_ERROR_ON || option->id == OPT_DISABLE) &&
		    !lint_rule_find(option->value))
			return abilock_cli_usage(inv, "there is no rule '%s': see --list-rules",
						 option->value);
	}
	return -1;
}

static int check_usage(const struct abilock_invocation *inv)
{
	if (inv->operand_count == 0)
		return abilock_cli_usage(inv, "no declaration is given");
	for (size_t i = 0; i < inv->operand_count && abilock_cli_has(inv, OPT_FIX); i++)
		if (str_eq(inv->operands[i], "-"))
			return abilock_cli_usage(inv,
						 "--fix changes files, not the standard input");
	return check_rule_names(inv);
}

static int print_json(struct run *run, struct json_object *root)
{
	if (!json_put_number(root, "errors", run->errors) ||
	    !json_put_number(root, "warnings", run->warnings))
		return abilock_error_nomem(&run->err);
	int r = json_print(stdout, root, &run->err);
	(void)putchar('\n');
	return r;
}

static void print_summary(const struct run *run)
{
	if (run->fixed > 0)
		printf("%zu fixed\n", run->fixed);
	if (run->errors + run->warnings > 0)
		printf("%zu error%s, %zu warning%s\n", run->errors, run->errors == 1 ? "" : "s",
		       run->warnings, run->warnings == 1 ? "" : "s");
}

static int lint_all(struct run *run)
{
	int status = ABILOCK_EXIT_OK;

	/* One that cannot be read does not hide what is wrong with the others. */
	for (size_t i = 0; i < run->inv->operand_count; i++)
		if (lint_file(run, run->inv->operands[i]) < 0)
			status = abilock_cli_fail(run->inv, &run->err);
	return status;
}

static bool start_json(struct run *run, struct json_object *root)
{
	return root && json_put_number(root, "format_version", JSON_FORMAT_VERSION) &&
	       (run->findings = json_put_array(root, "findings")) &&
	       (run->fixes = json_put_array(root, "fixed"));
}

static int run_lint(const struct abilock_invocation *inv, enum diagnostics_format format)
{
	const bool json = format == DIAGNOSTICS_JSON;
	_cleanup_(json_freep) struct json_object *root = json ? json_new() : NULL;
	_cleanup_(run_deinit) struct run run = {.inv = inv, .format = format};

	if (json && !start_json(&run, root)) {
		(void)abilock_error_nomem(&run.err);
		return abilock_cli_fail(inv, &run.err);
	}
	int status = lint_all(&run);
	if (format == DIAGNOSTICS_TEXT)
		print_summary(&run);
	else if ((json ? print_json(&run, root) : print_all(&run)) < 0)
		return abilock_cli_fail(inv, &run.err);
	if (status == ABILOCK_EXIT_OK && run.errors > 0)
		status = ABILOCK_EXIT_FINDINGS;
	return status;
}

static int run(const struct abilock_invocation *inv)
{
	const char *name = abilock_cli_value(inv, OPT_FORMAT, NULL);
	const char *rule = abilock_cli_value(inv, OPT_EXPLAIN, NULL);
	enum diagnostics_format format;

	if (abilock_cli_has(inv, OPT_LIST))
		return list_rules();
	if (rule)
		return explain(inv, rule);
	if (!diagnostics_format_parse(name, &format))
		return abilock_cli_usage(inv, "unknown format '%s'", name);
	int status = check_usage(inv);
	return status >= 0 ? status : run_lint(inv, format);
}

static const struct abilock_option options[] = {
	{"public-headers", 'H', "DIR", "compare with the headers that are installed", OPT_HEADERS},
	{"fix", 0, NULL, "mend what is safe to mend, in the files themselves", OPT_FIX},
	{"disable", 0, "RULE", "do not report a rule", OPT_DISABLE},
	{"error-on", 0, "RULE", "take a rule's warnings for errors; 'warning': all of them",
	 OPT_ERROR_ON},
	{"format", 'f', "FORMAT", "text (default), json, sarif, junit or github", OPT_FORMAT},
	{"list-rules", 0, NULL, "print the rules", OPT_LIST},
	{"explain", 0, "RULE", "say what a rule is about", OPT_EXPLAIN},
};

const struct abilock_command command_lint = {
	.name = "lint",
	.run = run,
	.max_operands = -1,
	.operands = "DECL...",
	.summary = "find what linkers disagree on or what breaks later",
	.text = "Entries are compared whatever their conditions; if=NAME and if=!NAME never meet. "
		"The status is 1 when there are errors, 0 with warnings only.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
