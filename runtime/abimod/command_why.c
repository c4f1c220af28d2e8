/* SPDX-License-Identifier: MIT */
#include "abimod.h"
#include "shown.h"

static const struct abilock_option options[] = {
	ABIMOD_FORMAT_OPTION,
	ABIMOD_OPTIONS,
};

static const char help[] =
	"Why a module would be loaded, or not: what wants it, what it provides that is wanted, "
	"what forbids it, what is wrong with it. Also of something that modules provide, "
	"TYPE=NAME: who provides it, and which of them would be taken.\n\n"
	"The status is 1 where there is no such module, or nobody provides the thing.\n\n"
	"Examples:\n"
	"  abimod why --dir modules --conf modules.conf app_dial\n"
	"  abimod why --dir modules --conf modules.conf service=timer";

/* Each line of the text is an element. */
static bool put_lines(struct json_object *to, const char *text)
{
	struct json_object *lines = json_put_array(to, "lines");
	bool ok = lines;

	while (ok && *text) {
		const size_t length = strcspn(text, "\n");
		_cleanup_(freep) char *line = strndup(text, length);

		ok = line && json_push_string(lines, line);
		text += length + (text[length] == '\n');
	}
	return ok;
}

static int write_json(struct abimod *tool, const char *subject, const char *text, int status)
{
	_cleanup_(json_freep) struct json_object *document = abimod_document();
	const bool ok = document && json_put_string(document, "subject", subject) &&
			put_lines(document, text);

	return abimod_print_json(tool, document, ok, status);
}

/* There is a text also where nobody provides a thing: who wants it. */
static int status_of(struct abimod *tool, const char *subject)
{
	const char *equals = strchr(subject, '=');
	_cleanup_(freep) char *type = strndup(subject, strcspn(subject, "="));

	if (!type)
		return abimod_nomem(tool);
	return !equals || abilock_modules_provider(tool->modules, type, equals + 1, 0)
		       ? ABILOCK_EXIT_OK
		       : ABILOCK_EXIT_FINDINGS;
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	const char *subject = inv->operands[0];

	int status = abimod_open(inv, &tool);
	if (status >= 0)
		return status;
	_cleanup_(freep) char *text = abilock_modules_explain(tool.modules, subject);
	if (!text) {
		abimod_say(&tool, "%s: there is no such module, and nothing that is provided",
			   subject);
		return ABILOCK_EXIT_FINDINGS;
	}
	status = status_of(&tool, subject);
	if (status == ABILOCK_EXIT_ERROR)
		return status;
	if (tool.is_json)
		return write_json(&tool, subject, text, status);
	shown_lines(&tool.out, text, 0);
	if (!str_ends(text, "\n"))
		abilock_text_putc(&tool.out, '\n');
	return abimod_print(&tool, status);
}

const struct abilock_command command_why = {
	.name = "why",
	.run = run,
	.min_operands = 1,
	.max_operands = 1,
	.operands = "NAME|TYPE=NAME",
	.summary = "say why a module would be loaded, or not",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
