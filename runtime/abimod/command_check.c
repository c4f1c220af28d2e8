/* SPDX-License-Identifier: MIT */
#include "abimod.h"
#include "cli_rules.h"
#include "diagnostics_format.h"
#include "manifest/module_rules.h"
#include "shown.h"

enum {
	OPT_REPORT = 1,
	OPT_OUTPUT,
	OPT_ERROR_ON,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
};

static const struct abilock_option options[] = {
	{"format", 'f', "FORMAT", "text (default), json, sarif, junit or github", OPT_REPORT},
	{"output", 'o', "FILE", "write to FILE instead of stdout", OPT_OUTPUT},
	{"error-on", 0, "RULE", "fail on a rule, or on all of a level: warning", OPT_ERROR_ON},
	{"list-rules", 0, NULL, "print the rules", OPT_LIST_RULES},
	{"explain", 0, "RULE", "say what a rule is about and what to do", OPT_EXPLAIN},
	ABIMOD_OPTIONS,
};

static const char help[] =
	"Are the modules of these directories, their manifests and modules.conf of one piece? "
	"Finds what nobody provides, things that two modules provide with one priority, cycles, "
	"manifests without a module and modules without a manifest, manifests that belong to "
	"another build of their module, embedded modules that use others which are not, and, with "
	"--host, modules that the host refuses. For "
	"a build ('make check') or a package: no module is loaded or run.\n\n"
	"The status is 1 where there are errors, 3 where modules.conf has any.\n\n"
	"Examples:\n"
	"  abimod check --dir modules --conf modules.conf --host ./foo\n"
	"  abimod check --explain module-cycle";

/* ---- findings ---- */

/* A place names its file by number: each finding has one of its own. */
struct report {
	const struct abimod *tool;
	struct abilock_diagnostics diags;
	struct abilock_source *sources; /* malloc'ed; one for each diagnostic */
	size_t source_count;
};

static void report_deinit(struct report *report)
{
	abilock_diagnostics_deinit(&report->diags);
	free(report->sources);
}

static const char *copy(struct report *report, const char *s)
{
	const char *text = s ? abilock_arena_text(&report->diags.arena, s) : NULL;

	report->diags.failed |= s && !text;
	return text;
}

static void take(void *data, const struct abilock_modules_finding *finding)
{
	struct report *report = data;
	const enum abilock_level level =
		finding->is_error ? ABILOCK_LEVEL_ERROR : ABILOCK_LEVEL_WARNING;
	const char *file = finding->file ? finding->file : finding->module;
	const struct abilock_place place = {.file = (uint32_t)report->source_count,
					    .line = finding->line};
	struct abilock_source *source =
		abilock_array_push(&report->sources, &report->source_count, sizeof(*source));
	struct abilock_diagnostic *diag =
		source ? abilock_diagnostics_add(&report->diags, level, copy(report, finding->rule),
						 place, "%s", finding->text)
		       : NULL;

	if (!diag) {
		report->diags.failed = true;
		return;
	}
	source->path = copy(report, file ? file : report->tool->path);
	source->path = source->path ? source->path : "modules";
	diag->fix = copy(report, finding->fix);
	diag->subject = copy(report, finding->module);
}

/* ---- output ---- */

static void write_finding(struct abilock_text *out, const struct abilock_diagnostic *diag,
			  const struct abilock_source *source)
{
	shown_add(out, source->path);
	if (diag->place.line > 0)
		abilock_text_printf(out, ":%u", diag->place.line);
	abilock_text_printf(out, ": %s: ", abilock_level_name(diag->level));
	shown_add(out, diag->message);
	abilock_text_printf(out, " [%s]\n", diag->rule);
	if (diag->fix) {
		abilock_text_puts(out, "      = ");
		shown_add(out, diag->fix);
		abilock_text_putc(out, '\n');
	}
}

/* As compilers do, so that editors find the place. */
static void write_text(struct abilock_text *out, const struct report *report)
{
	const struct abilock_diagnostics *diags = &report->diags;
	const size_t count = abilock_modules_count(report->tool->modules);

	for (size_t i = 0; i < diags->count; i++)
		write_finding(out, &diags->items[i], &report->sources[diags->items[i].place.file]);
	abilock_text_printf(out, "%zu module%s: %zu error%s, %zu warning%s\n", count,
			    count == 1 ? "" : "s", diags->error_count,
			    diags->error_count == 1 ? "" : "s", diags->count - diags->error_count,
			    diags->count - diags->error_count == 1 ? "" : "s");
}

static int write_report(struct report *report, enum diagnostics_format format,
			struct abilock_text *out, struct abilock_error *err)
{
	const struct diagnostics_document document = {
		.tool = report->tool->inv->tool->name,
		.command = report->tool->inv->command->name,
		.subject = report->tool->path ? report->tool->path : "modules",
		.diags = &report->diags,
		.sources = report->sources,
		.rules = abilock_module_rules,
		.rule_count = abilock_module_rule_count,
	};

	if (report->diags.failed)
		return abilock_error_nomem(err);
	if (format != DIAGNOSTICS_TEXT)
		return diagnostics_format_write(out, format, &document, err);
	write_text(out, report);
	return out->failed ? abilock_error_nomem(err) : 0;
}

/* Writing over what was read would be the end of it. */
static int check_output(const struct report *report, const char *path, struct abilock_error *err)
{
	struct abilock_modules *modules = report->tool->modules;
	struct abilock_module *module;
	bool is_input = report->tool->conf && abilock_cli_is_same_file(report->tool->conf, path);

	for (size_t i = 0; !is_input && (module = abilock_modules_at(modules, i)); i++) {
		const char *files[] = {abilock_module_path(module),
				       abilock_module_value(module, "manifest", 0)};

		for (size_t k = 0; k < ARRAY_SIZE(files); k++)
			is_input |= files[k] && abilock_cli_is_same_file(files[k], path);
	}
	if (!is_input)
		return 0;
	return abilock_error_set(err, ABILOCK_E_USAGE, path, NULL, 0,
				 "the output is a file that is read");
}

static int print_report(struct report *report, enum diagnostics_format format,
			struct abilock_error *err)
{
	const char *path = abilock_cli_value(report->tool->inv, OPT_OUTPUT, NULL);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};

	int r = path && !str_eq(path, "-") ? check_output(report, path, err) : 0;
	if (r == 0)
		r = write_report(report, format, &text, err);
	if (r == 0)
		r = abilock_output_open(&out, path, err);
	if (r < 0)
		return r;
	if (text.length > 0)
		(void)fwrite(text.data, 1, text.length, out.file);
	return abilock_output_commit(&out, err);
}

/* ---- rules ---- */

static struct abilock_rules rules(void)
{
	return (struct abilock_rules){abilock_module_rules, abilock_module_rule_count};
}

/* @return -1, or the exit status. */
static int parse(const struct abilock_invocation *inv, enum diagnostics_format *ret)
{
	const char *format = abilock_cli_value(inv, OPT_REPORT, NULL);
	const char *rule = abilock_cli_value(inv, OPT_EXPLAIN, NULL);

	if (abilock_cli_has(inv, OPT_LIST_RULES))
		return abilock_rules_list(rules());
	if (rule)
		return abilock_rules_explain(inv, rules(), rule);
	if (!diagnostics_format_parse(format, ret))
		return abilock_cli_usage(
			inv, "--format %s: expected text, json, sarif, junit or github", format);
	return abilock_rules_check_levels(inv, OPT_ERROR_ON, "--error-on", rules());
}

/* ---- the command ---- */

static int check(struct abimod *tool, enum diagnostics_format format)
{
	_cleanup_(report_deinit) struct report report = {.tool = tool};
	struct abilock_error err = {0};

	if (abilock_modules_check(tool->modules, take, &report) < 0)
		return abimod_fail(tool);
	abilock_rules_raise(tool->inv, OPT_ERROR_ON, &report.diags, rules());
	if (print_report(&report, format, &err) < 0)
		return abilock_cli_fail(tool->inv, &err);
	return report.diags.error_count > 0 ? ABILOCK_EXIT_FINDINGS : ABILOCK_EXIT_OK;
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	enum diagnostics_format format = DIAGNOSTICS_TEXT;

	int status = parse(inv, &format);
	if (status < 0)
		status = abimod_open(inv, &tool);
	return status >= 0 ? status : check(&tool, format);
}

const struct abilock_command command_check = {
	.name = "check",
	.run = run,
	.operands = "",
	.summary = "fail where modules and manifests do not fit together",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
