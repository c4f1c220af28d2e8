/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "../symbols/diff.h"
#include "../symbols/machine.h"
#include "collect/collect_report.h"
#include "job.h"

enum {
	OPT_HOST = 1,
	OPT_MODULES,
	OPT_MODULE,
	OPT_LIBRARIES,
	OPT_WHOLE,
	OPT_UNDEFINED,
	OPT_NO_DEFAULT,
	OPT_DECLARATION,
	OPT_UPDATE,
	OPT_CHECK,
	OPT_NODE,
	OPT_HEADERS,
	OPT_LINK_FLAGS,
	OPT_LINKER,
};

/* What one run works on. */
struct run {
	const struct abilock_invocation *inv;
	struct collect collect;
	struct collect_update update;
	struct abilock_declaration *declared, *selected;
	const char **roots, **folders, **defines;
	size_t root_count, folder_count, define_count;
	bool is_json;
	struct abilock_error err;
};

static void run_deinit(struct run *run)
{
	collect_update_deinit(&run->update);
	collect_deinit(&run->collect);
	abilock_declaration_free(run->declared);
	abilock_declaration_free(run->selected);
	free(run->roots);
	free(run->folders);
	free(run->defines);
}

/* ---- the command line ---- */

/* The arguments of an option that may come several times; free() the list. */
static int values_of(struct run *run, int id, const char ***ret, size_t *ret_count)
{
	*ret = abilock_cli_values(run->inv, id, ret_count);
	return *ret ? 0 : abilock_error_nomem(&run->err);
}

/* The option that says what an operand is: the last one in front of it. */
static const struct abilock_option_value *section_of(const struct abilock_invocation *inv,
						     size_t operand)
{
	const struct abilock_option_value *section = NULL;

	for (size_t i = 0; i < inv->option_count && inv->options[i].operand <= operand; i++)
		if (inv->options[i].id >= OPT_HOST && inv->options[i].id <= OPT_LIBRARIES)
			section = &inv->options[i];
	return section;
}

/* The host's files in front of --whole-archive. */
static size_t first_whole(const struct abilock_invocation *inv)
{
	for (size_t i = 0; i < inv->option_count; i++)
		if (inv->options[i].id == OPT_WHOLE)
			return inv->options[i].operand;
	return SIZE_MAX;
}

static struct collect_group *add_group(struct run *run, enum collect_role role, const char *name)
{
	struct collect *collect = &run->collect;
	struct collect_group *group =
		abilock_array_push(&collect->groups, &collect->group_count, sizeof(*group));

	if (group)
		*group = (struct collect_group){.role = role,
						.name = name,
						.first = collect->inputs.count,
						.whole = SIZE_MAX};
	return group;
}

/* Read a file as the next part of a group. */
static int read_into(struct run *run, struct collect_group *group, const char *path)
{
	if (!group)
		return abilock_error_nomem(&run->err);
	int r = inputs_read(&run->collect.inputs, path, &run->err);
	group->count = run->collect.inputs.count - group->first;
	return r;
}

static int read_host(struct run *run)
{
	const struct abilock_invocation *inv = run->inv;
	struct collect_group *group = add_group(run, COLLECT_HOST, "host");
	const size_t whole = first_whole(inv);
	int r = group ? 0 : abilock_error_nomem(&run->err);

	for (size_t i = 0; r == 0 && i < inv->operand_count; i++) {
		const struct abilock_option_value *section = section_of(inv, i);

		if (!section || section->id != OPT_HOST)
			continue;
		if (i >= whole && group->whole == SIZE_MAX)
			group->whole = run->collect.inputs.count;
		r = read_into(run, group, inv->operands[i]);
	}
	return r;
}

/* A module without an object file of its own is all that its archives hold. */
static void finish_module(struct run *run, struct collect_group *group)
{
	bool has_object = false;

	for (size_t i = group->first; i < group->first + group->count; i++)
		has_object |= run->collect.inputs.items[i].archive == INPUTS_NONE;
	if (!has_object)
		group->whole = group->first;
}

static int read_modules(struct run *run, int id)
{
	const struct abilock_invocation *inv = run->inv;
	const struct abilock_option_value *last = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < inv->operand_count; i++) {
		const struct abilock_option_value *section = section_of(inv, i);
		const bool is_module = section && section->id == OPT_MODULE;
		struct collect *collect = &run->collect;

		if (!section || (id == OPT_LIBRARIES) != (section->id == OPT_LIBRARIES) ||
		    section->id == OPT_HOST)
			continue;
		struct collect_group *group =
			is_module && section == last
				? &collect->groups[collect->group_count - 1]
				: add_group(run,
					    id == OPT_LIBRARIES ? COLLECT_LIBRARY : COLLECT_MODULE,
					    inv->operands[i]);
		last = section;
		r = read_into(run, group, inv->operands[i]);
	}
	for (size_t i = 0; r == 0 && i < run->collect.group_count; i++)
		if (run->collect.groups[i].role == COLLECT_MODULE)
			finish_module(run, &run->collect.groups[i]);
	return r;
}

static size_t count_section(const struct abilock_invocation *inv, int id, int other)
{
	size_t count = 0;

	for (size_t i = 0; i < inv->operand_count; i++) {
		const struct abilock_option_value *section = section_of(inv, i);

		count += section && (section->id == id || section->id == other);
	}
	return count;
}

static const char *declaration_of(const struct abilock_invocation *inv)
{
	static const int ids[] = {OPT_CHECK, OPT_UPDATE, OPT_DECLARATION};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (abilock_cli_has(inv, ids[i]))
			return abilock_cli_value(inv, ids[i], NULL);
	return NULL;
}

/* What pulls a member in, and at best says so when there is none. */
static const char *undefined_option(const char *linker)
{
	static const struct {
		const char *linker, *option;
	} options[] = {{"all", "--undefined"},
		       {"bfd", "--require-defined"},
		       {"gold", "--undefined"},
		       {"lld", "--undefined"},
		       {"mold", "--require-defined"}};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (str_eq(options[i].linker, linker))
			return options[i].option;
	return NULL;
}

/* @return An exit status, 0 where the command line makes sense. */
static int check_usage(const struct abilock_invocation *inv)
{
	const char *format = abilock_cli_value(inv, OPT_FORMAT, "text");
	const char *linker = abilock_cli_value(inv, OPT_LINKER, "all");
	const char *node = abilock_cli_value(inv, OPT_NODE, NULL);
	const bool check = abilock_cli_has(inv, OPT_CHECK),
		   update = abilock_cli_has(inv, OPT_UPDATE);
	const char *update_file = abilock_cli_value(inv, OPT_UPDATE, "");

	if (inv->operand_count > 0 && !section_of(inv, 0))
		return abilock_cli_usage(inv,
					 "'%s' stands in front of --host, --modules, --module "
					 "and --libraries: say which it is",
					 inv->operands[0]);
	if (count_section(inv, OPT_HOST, OPT_HOST) == 0)
		return abilock_cli_usage(inv, "no file of the host: give some behind --host");
	if (count_section(inv, OPT_MODULE, OPT_MODULES) == 0)
		return abilock_cli_usage(inv, "no module: give some behind --modules");
	if (check + update + abilock_cli_has(inv, OPT_DECLARATION) > 1)
		return abilock_cli_usage(inv, "--check, --update and --declaration each name the "
					      "declaration: give one of them");
	if (update && str_eq(update_file, "-"))
		return abilock_cli_usage(inv, "--update writes a file, not the standard input");
	if (!str_eq(format, "text") && !str_eq(format, "json"))
		return abilock_cli_usage(inv, "unknown format '%s'", format);
	if (!undefined_option(linker))
		return abilock_cli_usage(inv, "unknown linker '%s': all, bfd, gold, lld or mold",
					 linker);
	if (node && !collect_is_node_name(node))
		return abilock_cli_usage(inv,
					 "'%s' is no name of a private node: a C name that "
					 "ends in _PRIVATE",
					 node);
	return 0;
}

/* ---- the declaration ---- */

static int read_once(struct run *run, const char *path, struct abilock_declaration **ret,
		     bool is_quiet)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = abilock_declaration_read(path, ret, &diags, &run->err);

	for (size_t i = 0; !is_quiet && *ret && i < diags.count; i++)
		abilock_diagnostic_write(&text, &diags.items[i], (*ret)->sources,
					 isatty(STDERR_FILENO));
	if (text.length > 0)
		(void)fwrite(text.data, 1, text.length, stderr);
	return r;
}

/* The second one from the text of the first: the file may be the standard input. */
static int read_again(struct run *run)
{
	const struct abilock_source *source = &run->declared->sources[0];
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	return abilock_declaration_parse(source->text, source->length, source->path, &run->selected,
					 &diags, &run->err);
}

static const char *machine_of(const struct inputs *inputs)
{
	for (const struct abilock_machine *m = abilock_machines(); m->name; m++)
		if (m->machine == inputs->machine && m->elf_class == inputs->elf_class &&
		    m->data == inputs->data)
			return m->name;
	return NULL;
}

static int read_declaration(struct run *run)
{
	const char *path = declaration_of(run->inv);
	int r = path ? read_once(run, path, &run->declared, false) : 0;

	if (r < 0 || !path)
		return r;
	r = read_again(run);
	if (r < 0)
		return r;
	const struct abilock_selection selection = {run->defines, run->define_count,
						    machine_of(&run->collect.inputs)};
	return abilock_declaration_select(run->selected, &selection, &run->err);
}

/* ---- output ---- */

static int write_file(struct run *run, const char *path, const struct abilock_text *text)
{
	_cleanup_(abilock_output_discard) struct abilock_output out = {0};
	int r;

	if (text->failed)
		return abilock_error_nomem(&run->err);
	if (abilock_cli_has(run->inv, OPT_UPDATE) &&
	    path == abilock_cli_value(run->inv, OPT_UPDATE, NULL))
		r = abilock_output_replace(&out, path, &run->err);
	else
		r = abilock_output_open(&out, path, &run->err);
	if (r < 0)
		return r;
	if (text->length > 0)
		(void)fwrite(text->data, 1, text->length, out.file);
	return abilock_output_commit(&out, &run->err);
}

static int write_link_flags(struct run *run)
{
	const char *path = abilock_cli_value(run->inv, OPT_LINK_FLAGS, NULL);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (!path)
		return 0;
	int r = collect_report_link_flags(
		&run->collect, undefined_option(abilock_cli_value(run->inv, OPT_LINKER, "all")),
		&text, &run->err);
	return r < 0 ? r : write_file(run, path, &text);
}

static int print_diff(struct run *run)
{
	const struct abilock_source *source = &run->declared->sources[0];
	_cleanup_(abilock_text_deinit) struct abilock_text old = {0};
	_cleanup_(freep) char *label = NULL;

	abilock_text_add(&old, source->text, source->length);
	if (old.failed || asprintf(&label, "%s (up to date)", source->path) < 0)
		return abilock_error_nomem(&run->err);
	(void)fflush(stdout);
	int r = abilock_diff(STDOUT_FILENO, &old, source->path, &run->update.text, label,
			     &run->err);
	if (r == 0)
		(void)fprintf(
			stderr,
			"%s is not up to date: --update in the place of --check rewrites it\n",
			source->path);
	return r;
}

/* @return 1 where the declaration is out of date and stays so, 0, or a negative error. */
static int write_result(struct run *run)
{
	const struct abilock_invocation *inv = run->inv;
	const char *output = abilock_cli_value(inv, OPT_OUTPUT, NULL);

	if (abilock_cli_has(inv, OPT_UPDATE))
		return run->update.is_changed
			       ? write_file(run, abilock_cli_value(inv, OPT_UPDATE, NULL),
					    &run->update.text)
			       : 0;
	if (abilock_cli_has(inv, OPT_CHECK)) {
		int r = run->update.is_changed && !run->is_json ? print_diff(run) : 0;

		return r < 0 ? r : run->update.is_changed;
	}
	return run->is_json && !output ? 0 : write_file(run, output, &run->update.text);
}

static int print_report(struct run *run, size_t *ret_findings)
{
	const bool pulls = abilock_cli_has(run->inv, OPT_LINK_FLAGS);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = 0;

	*ret_findings = collect_report_findings(&run->update, pulls, &text);
	if (run->is_json) {
		abilock_text_clear(&text);
		r = collect_report_json(&run->update, pulls, *ret_findings, &text, &run->err);
	} else {
		collect_report_summary(&run->update, &text);
	}
	if (r == 0 && text.failed)
		r = abilock_error_nomem(&run->err);
	if (r == 0)
		(void)fwrite(text.data, 1, text.length, run->is_json ? stdout : stderr);
	return r;
}

/* ---- */

static int collect_all(struct run *run)
{
	int r = values_of(run, OPT_UNDEFINED, &run->roots, &run->root_count);

	if (r == 0)
		r = values_of(run, OPT_HEADERS, &run->folders, &run->folder_count);
	if (r == 0)
		r = values_of(run, OPT_DEFINE, &run->defines, &run->define_count);
	if (r == 0)
		r = job_check_defines(run->inv, &run->err);
	if (r == 0)
		r = read_host(run);
	if (r == 0)
		r = read_modules(run, OPT_MODULES);
	if (r == 0)
		r = read_modules(run, OPT_LIBRARIES);
	if (r < 0)
		return r;
	run->collect.roots = run->roots;
	run->collect.root_count = run->root_count;
	run->collect.no_default_libraries = abilock_cli_has(run->inv, OPT_NO_DEFAULT);
	r = collect_run(&run->collect, &run->err);
	return r < 0 ? r : read_declaration(run);
}

static int update_all(struct run *run)
{
	run->update.collect = &run->collect;
	run->update.declared = run->declared;
	run->update.selected = run->selected;
	run->update.node = abilock_cli_value(run->inv, OPT_NODE, NULL);
	run->update.folders = run->folders;
	run->update.folder_count = run->folder_count;
	return collect_update_run(&run->update, &run->err);
}

static int run_collect(const struct abilock_invocation *inv)
{
	_cleanup_(run_deinit) struct run run = {.inv = inv};
	int status = check_usage(inv);
	size_t findings = 0;

	if (status != 0)
		return status;
	run.is_json = str_eq(abilock_cli_value(inv, OPT_FORMAT, "text"), "json");
	int r = collect_all(&run);
	/* Errors of a declaration have been printed with their lines. */
	if (r == ABILOCK_E_SYNTAX && run.declared)
		return ABILOCK_EXIT_ERROR;
	if (r == 0)
		r = update_all(&run);
	if (r == 0)
		r = print_report(&run, &findings);
	if (r == 0)
		r = write_link_flags(&run);
	if (r == 0)
		r = write_result(&run);
	if (r < 0)
		return abilock_cli_fail(inv, &run.err);
	return findings > 0 || r > 0 ? ABILOCK_EXIT_FINDINGS : ABILOCK_EXIT_OK;
}

static const struct abilock_option options[] = {
	{"host", 'H', NULL, "files behind it belong to the host", OPT_HOST},
	{"modules", 'M', NULL, "files behind it are modules, each of its own", OPT_MODULES},
	{"module", 0, NULL, "files behind it are one module", OPT_MODULE},
	{"libraries", 'L', NULL, "files behind it are libraries that both link with",
	 OPT_LIBRARIES},
	{"whole-archive", 'w', NULL, "archives of the host behind it are linked as a whole",
	 OPT_WHOLE},
	{"undefined", 'u', "SYMBOL", "the link of the host asks for SYMBOL", OPT_UNDEFINED},
	{"no-default-libraries", 'N', NULL, "do not look into the C library and its like",
	 OPT_NO_DEFAULT},
	{"declaration", 0, "DECL", "print DECL with its private nodes as they should be",
	 OPT_DECLARATION},
	{"update", 'U', "DECL", "rewrite the private nodes of DECL", OPT_UPDATE},
	{"check", 'c', "DECL", "say whether --update would change DECL, and how", OPT_CHECK},
	{"node", 'n', "NAME", "private node for new symbols", OPT_NODE},
	{"headers", 'I', "DIR", "group new symbols by the headers below DIR", OPT_HEADERS},
	{"link-flags", 'l', "FILE", "write flags that pull in what only modules need",
	 OPT_LINK_FLAGS},
	{"linker", 0, "NAME", "that the flags are for: all (default), bfd, gold, lld, mold",
	 OPT_LINKER},
	OPTION_DEFINE,
	{"format", 'f', "NAME", "text (default) or json", OPT_FORMAT},
	OPTION_OUTPUT,
};

const struct abilock_command command_collect = {
	.name = "collect",
	.run = run_collect,
	.min_operands = 2,
	.max_operands = -1,
	.operands = "--host FILE... --modules FILE...",
	.summary = "find the private symbols that modules use",
	.text = "FILE is an object file, an archive of them, or a linked object, for any machine. "
		"Prints a private node with the symbols that modules use and the host defines; "
		"with a DECL, only what none of its public nodes has. What needs a change by hand "
		"goes to stderr.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
