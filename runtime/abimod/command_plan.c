/* SPDX-License-Identifier: MIT */
#include "shown.h"
#include "view.h"

static const struct abilock_option options[] = {
	ABIMOD_FORMAT_OPTION,
	ABIMOD_OPTIONS,
};

static const char help[] =
	"What a start of the host would load, in which order, and why each; with operands, what "
	"loading these modules (or something that modules provide, TYPE=NAME) would. Nothing is "
	"loaded or run; the modules are the same, found by the same code, as at a start. "
	"With --host the lock is asked about each, and where it refuses one the next provider is "
	"taken.\n\n"
	"The status is 1 where the start would fail, or something that was named would not be "
	"loaded.\n\n"
	"Examples:\n"
	"  abimod plan --dir modules --conf modules.conf\n"
	"  abimod plan --dir modules --conf modules.conf application=Dial";

static void planp(struct abilock_plan **plan)
{
	abilock_plan_free(*plan);
}

/* ---- what it means for the status ---- */

static bool has_fatal(const struct abilock_plan *plan)
{
	for (size_t i = 0; abilock_plan_problem(plan, i); i++)
		if (abilock_plan_is_fatal(plan, i))
			return true;
	return false;
}

static bool is_planned(const struct abilock_plan *plan, const struct abilock_module *module)
{
	const struct abilock_module *planned;

	for (size_t i = 0; (planned = abilock_plan_module(plan, i)); i++)
		if (planned == module)
			return true;
	return false;
}

/* Whether what was named would be there. */
static int is_met(struct abimod *tool, const struct abilock_plan *plan, const char *subject)
{
	const struct abilock_module *provider;
	const char *equals = strchr(subject, '=');

	if (!equals) {
		provider = abilock_modules_find(tool->modules, subject);
		return provider && is_planned(plan, provider);
	}
	_cleanup_(freep) char *type = strndup(subject, (size_t)(equals - subject));
	if (!type)
		return ABILOCK_E_NOMEM;
	for (size_t i = 0;
	     (provider = abilock_modules_provider(tool->modules, type, equals + 1, i)); i++)
		if (is_planned(plan, provider))
			return 1;
	return 0;
}

static int status_of(struct abimod *tool, const struct abilock_plan *plan)
{
	int status = has_fatal(plan) ? ABILOCK_EXIT_FINDINGS : ABILOCK_EXIT_OK;

	for (size_t i = 0; i < tool->inv->operand_count; i++) {
		const int r = is_met(tool, plan, tool->inv->operands[i]);

		if (r < 0)
			return abimod_nomem(tool);
		status = r == 0 ? ABILOCK_EXIT_FINDINGS : status;
	}
	return status;
}

/* ---- text ---- */

static void add_modules(struct abilock_text *out, const struct abilock_plan *plan)
{
	_cleanup_(shown_table_deinit) struct shown_table table = {.columns = 3};
	const struct abilock_module *module;
	char number[32];

	for (size_t i = 0; (module = abilock_plan_module(plan, i)); i++) {
		(void)snprintf(number, sizeof(number), "%5zu", i + 1);
		shown_table_add(&table, number);
		shown_table_add(&table, abilock_module_name(module));
		shown_table_add(&table, abilock_plan_reason(plan, i));
	}
	const size_t count = table.count / table.columns;
	if (count == 0)
		abilock_text_puts(out, "would load no module\n");
	else if (count == 1)
		abilock_text_puts(out, "would load 1 module:\n");
	else
		abilock_text_printf(out, "would load %zu modules in this order:\n", count);
	shown_table_write(&table, out);
}

static int write_text(struct abimod *tool, const struct abilock_plan *plan, int status)
{
	struct abilock_text *out = &tool->out;
	const char *text;

	add_modules(out, plan);
	for (size_t i = 0; (text = abilock_plan_note(plan, i)); i++) {
		abilock_text_puts(out, "note: ");
		shown_lines(out, text, 2);
		abilock_text_putc(out, '\n');
	}
	for (size_t i = 0; (text = abilock_plan_problem(plan, i)); i++) {
		abilock_text_puts(out, abilock_plan_is_fatal(plan, i) ? "error: " : "warning: ");
		shown_lines(out, text, 2);
		abilock_text_putc(out, '\n');
	}
	if (status == ABILOCK_EXIT_FINDINGS)
		abilock_text_puts(out, tool->inv->operand_count > 0
					       ? "not all of what was named would be loaded\n"
					       : "the start would fail\n");
	return abimod_print(tool, status);
}

/* ---- JSON ---- */

static bool put_modules(struct json_object *to, const struct abilock_plan *plan)
{
	struct json_object *array = json_put_array(to, "modules");
	struct abilock_module *module;
	bool ok = array;

	for (size_t i = 0; ok && (module = abilock_plan_module(plan, i)); i++) {
		struct json_object *object = json_push_object(array);

		ok = object && json_put_string(object, "name", abilock_module_name(module)) &&
		     json_put_string(object, "kind", view_kind(module)) &&
		     json_put_string(object, "type", abilock_module_value(module, "type", 0)) &&
		     json_put_string(object, "path", abilock_module_path(module)) &&
		     json_put_string(object, "reason", abilock_plan_reason(plan, i));
	}
	return ok;
}

static bool put_messages(struct json_object *to, const struct abilock_plan *plan)
{
	struct json_object *notes = json_put_array(to, "notes");
	struct json_object *problems = json_put_array(to, "problems");
	const char *text;
	bool ok = notes && problems;

	for (size_t i = 0; ok && (text = abilock_plan_note(plan, i)); i++)
		ok = json_push_string(notes, text);
	for (size_t i = 0; ok && (text = abilock_plan_problem(plan, i)); i++) {
		struct json_object *object = json_push_object(problems);

		ok = object && json_put_bool(object, "is_fatal", abilock_plan_is_fatal(plan, i)) &&
		     json_put_string(object, "text", text);
	}
	return ok;
}

static int write_json(struct abimod *tool, const struct abilock_plan *plan, int status)
{
	_cleanup_(json_freep) struct json_object *document = abimod_document();
	const bool ok = document && json_put_bool(document, "is_ok", status == ABILOCK_EXIT_OK) &&
			put_modules(document, plan) && put_messages(document, plan);

	return abimod_print_json(tool, document, ok, status);
}

/* ---- the command ---- */

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	_cleanup_(planp) struct abilock_plan *plan = NULL;

	int status = abimod_open(inv, &tool);
	if (status >= 0)
		return status;
	/* The array of operands ends with a NULL. */
	if (abilock_modules_plan(tool.modules, (const char *const *)inv->operands, &plan) < 0)
		return abimod_fail(&tool);
	status = status_of(&tool, plan);
	if (status == ABILOCK_EXIT_ERROR)
		return status;
	return tool.is_json ? write_json(&tool, plan, status) : write_text(&tool, plan, status);
}

const struct abilock_command command_plan = {
	.name = "plan",
	.run = run,
	.max_operands = -1,
	.operands = "[NAME|TYPE=NAME...]",
	.summary = "say what would be loaded, in which order",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
