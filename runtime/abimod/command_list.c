/* SPDX-License-Identifier: MIT */
#include "shown.h"
#include "view.h"

enum {
	OPT_NAMES = 1,
	OPT_TYPE,
	OPT_PROVIDES,
	OPT_SUPPORT,
};

static const struct abilock_option options[] = {
	{"names", 'n', NULL, "names alone, one a line, for completion", OPT_NAMES},
	{"type", 't', "TYPE", "modules of a type", OPT_TYPE},
	{"provides", 'p', "TYPE=NAME", "modules that provide something", OPT_PROVIDES},
	{"support", 0, "LEVEL", "modules of a support level, such as core", OPT_SUPPORT},
	ABIMOD_FORMAT_OPTION,
	ABIMOD_OPTIONS,
};

static const char help[] =
	"Every module that there is, loaded or not: a line each, or with --format json all that is "
	"known of it. With PREFIX those whose names begin with it.\n\n"
	"The second column is dynamic (a file with its manifest), no-manifest (a file that tells "
	"of itself, or tells nothing), embedded (in the host), no-file (a manifest that is "
	"alone), damaged, or blocked by neverload.\n\n"
	"Nothing is loaded or run.\n\n"
	"Examples:\n"
	"  abimod list --dir /usr/lib/foo/modules\n"
	"  abimod list --dir /usr/lib/foo/modules --provides application=Dial\n"
	"  abimod list --dir /usr/lib/foo/modules --names chan_";

/* ---- which ---- */

struct filter {
	const char *prefix, *type, *support;
	struct view_want provides; /* type NULL: any */
};

static bool passes(struct abimod *tool, const struct filter *filter, struct abilock_module *module)
{
	return (!filter->type || str_eq(view_value(module, "type", 0), filter->type)) &&
	       (!filter->support ||
		str_eq(view_value(module, "support_level", 0), filter->support)) &&
	       (!filter->provides.type || view_satisfies(tool->modules, &filter->provides, module));
}

/* @return -1, or the exit status. */
static int parse_filter(struct abimod *tool, struct filter *filter)
{
	const struct abilock_invocation *inv = tool->inv;
	const char *provides = abilock_cli_value(inv, OPT_PROVIDES, NULL);
	const char *equals = provides ? strchr(provides, '=') : NULL;

	filter->prefix = inv->operand_count > 0 ? inv->operands[0] : "";
	filter->type = abilock_cli_value(inv, OPT_TYPE, NULL);
	filter->support = abilock_cli_value(inv, OPT_SUPPORT, NULL);
	if (provides && (!equals || equals == provides || !equals[1]))
		return abilock_cli_usage(inv, "--provides %s: expected TYPE=NAME", provides);
	if (!provides)
		return -1;
	filter->provides.type = strdup(provides);
	if (!filter->provides.type)
		return abimod_nomem(tool);
	filter->provides.type[equals - provides] = '\0';
	filter->provides.name = filter->provides.type + (equals - provides) + 1;
	return -1;
}

/* ---- how ---- */

/* `application=Dial +2` */
static void add_provides(struct shown_table *table, struct abilock_module *module)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t count = 0;

	while (abilock_module_value(module, "provides", count))
		count++;
	if (count > 0)
		abilock_text_puts(&text, view_value(module, "provides", 0));
	if (count > 1)
		abilock_text_printf(&text, " +%zu", count - 1);
	abilock_text_putc(&text, '\0');
	shown_table_add(table, text.data);
	table->failed |= text.failed;
}

static void add_row(struct shown_table *table, struct abilock_module *module)
{
	shown_table_add(table, abilock_module_name(module));
	shown_table_add(table, view_status(module));
	shown_table_add(table, view_value(module, "type", 0));
	shown_table_add(table, view_value(module, "support_level", 0));
	add_provides(table, module);
	shown_table_add(table, view_value(module, "description", 0));
}

static int write_text(struct abimod *tool, struct abilock_module *const *modules, size_t count)
{
	_cleanup_(shown_table_deinit) struct shown_table table = {.columns = 6};
	static const char *const heads[] = {"NAME",    "STATE",	   "TYPE",
					    "SUPPORT", "PROVIDES", "DESCRIPTION"};

	for (size_t i = 0; count > 0 && i < ARRAY_SIZE(heads); i++)
		shown_table_add(&table, heads[i]);
	for (size_t i = 0; i < count; i++)
		add_row(&table, modules[i]);
	shown_table_write(&table, &tool->out);
	return abimod_print(tool, ABILOCK_EXIT_OK);
}

static int write_names(struct abimod *tool, struct abilock_module *const *modules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		shown_add(&tool->out, abilock_module_name(modules[i]));
		abilock_text_putc(&tool->out, '\n');
	}
	return abimod_print(tool, ABILOCK_EXIT_OK);
}

static int write_json(struct abimod *tool, struct abilock_module *const *modules, size_t count)
{
	_cleanup_(json_freep) struct json_object *document = abimod_document();
	struct json_object *array = document ? json_put_array(document, "modules") : NULL;
	bool ok = array;

	for (size_t i = 0; ok && i < count; i++) {
		struct json_object *object = json_push_object(array);

		ok = object && view_put(object, modules[i]);
	}
	return abimod_print_json(tool, document, ok, ABILOCK_EXIT_OK);
}

/* ---- the command ---- */

static int list(struct abimod *tool, const struct filter *filter)
{
	_cleanup_(freep) const char **names =
		abilock_modules_complete(tool->modules, filter->prefix);
	_cleanup_(freep) struct abilock_module **modules = NULL;
	size_t count = 0;

	for (size_t i = 0; names && names[i]; i++) {
		struct abilock_module *module = abilock_modules_find(tool->modules, names[i]);
		struct abilock_module **slot;

		if (!module || !passes(tool, filter, module))
			continue;
		slot = abilock_array_push(&modules, &count, sizeof(*slot));
		if (!slot)
			return abimod_nomem(tool);
		*slot = module;
	}
	if (!names)
		return abimod_fail(tool);
	if (tool->is_json)
		return write_json(tool, modules, count);
	return abilock_cli_has(tool->inv, OPT_NAMES) ? write_names(tool, modules, count)
						     : write_text(tool, modules, count);
}

static void filter_deinit(struct filter *filter)
{
	view_want_deinit(&filter->provides);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	_cleanup_(filter_deinit) struct filter filter = {0};

	int status = abimod_open(inv, &tool);
	if (status < 0)
		status = parse_filter(&tool, &filter);
	return status >= 0 ? status : list(&tool, &filter);
}

const struct abilock_command command_list = {
	.name = "list",
	.run = run,
	.max_operands = 1,
	.operands = "[PREFIX]",
	.summary = "print every module, loaded or not",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
