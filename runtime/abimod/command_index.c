/* SPDX-License-Identifier: MIT */
#include "abimod.h"

enum { OPT_CHECK = 1 };

static const struct abilock_option options[] = {
	{"check", 0, NULL, "write nothing; status 1 where an index is missing or stale", OPT_CHECK},
	ABIMOD_FORMAT_OPTION,
	ABIMOD_OPTIONS,
};

static const char help[] =
	"Write the index of each directory, so that a host need not open its modules to know them. "
	"What did not change since the last index is not read again, unless --no-index is given. "
	"An index appears as a whole or not at all.\n\n"
	"With --host the index also has the answers of the lock for this host: a module that "
	"loads into it is loaded later without being looked at again. With another host they do "
	"not count.\n\n"
	"An index names files by device, inode, size and time: one that is moved with its "
	"directory (a package) is found to be stale, and read again by the host. Run this where "
	"the modules are installed.\n\n"
	"Example:\n"
	"  abimod index --dir /usr/lib/foo/modules --host /usr/sbin/foo";

static int write_json(struct abimod *tool, bool is_current, size_t count, int status)
{
	_cleanup_(json_freep) struct json_object *document = abimod_document();
	const bool ok = document && json_put_bool(document, "is_current", is_current) &&
			json_put_number(document, "modules", count);

	return abimod_print_json(tool, document, ok, status);
}

static int check(struct abimod *tool)
{
	const bool is_current = abilock_modules_is_indexed(tool->modules) > 0;
	const int status = is_current ? ABILOCK_EXIT_OK : ABILOCK_EXIT_FINDINGS;

	if (tool->is_json)
		return write_json(tool, is_current, abilock_modules_count(tool->modules), status);
	abilock_text_puts(&tool->out, is_current ? "the index is up to date\n"
						 : "the index is missing or stale: run 'abimod "
						   "index'\n");
	return abimod_print(tool, status);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	size_t count = 0;

	const int status = abimod_open(inv, &tool);
	if (status >= 0)
		return status;
	if (!tool.path)
		return abilock_cli_usage(inv, "--dir DIR is missing: where the index is written");
	if (abilock_cli_has(inv, OPT_CHECK))
		return check(&tool);
	if (abilock_modules_write_index(tool.modules, &count) < 0)
		return abimod_fail(&tool);
	if (tool.is_json)
		return write_json(&tool, true, count, ABILOCK_EXIT_OK);
	abilock_text_printf(&tool.out, "indexed %zu module%s\n", count, count == 1 ? "" : "s");
	return abimod_print(&tool, ABILOCK_EXIT_OK);
}

const struct abilock_command command_index = {
	.name = "index",
	.run = run,
	.operands = "",
	.summary = "write the index of each directory",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
