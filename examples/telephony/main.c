/* SPDX-License-Identifier: MIT */
/*
 * switchboard: a host whose channel drivers, dialplan applications, functions and timers are
 * modules, which modules.conf and the dialplan ask for.
 *
 *	switchboard [--modules DIR] [--conf FILE] [--conf-dir DIR] [--list] [--call EXTENSION]...
 *
 *	--conf FILE     modules.conf; other files are in its folder
 *	--conf-dir DIR  more of it, in DIR/NAME.conf
 *	--list          say which modules there are, after the start
 *	--call TO       a call to EXTENSION or EXTENSION@CONTEXT
 *
 * Exit status: 0; 1 when a required module does not start or a call fails; 2 for wrong usage.
 */
#include <abilock/modules.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dialplan.h"
#include "registry.h"

/* Says in the file itself which build this is. Once in a host. */
ABILOCK_HOST();

struct global {
	struct global *next;
	const char *name, *value;
};

static struct global *globals;
static const char *conf = SWITCHBOARD_CONF; /* set by CMakeLists.txt */

/* ---- for the modules ---- */

void switchboard_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

FILE *switchboard_open(const char *name)
{
	const char *slash = strrchr(conf, '/');
	char *path;
	FILE *file;

	if (asprintf(&path, "%.*s%s", slash ? (int)(slash - conf) + 1 : 0, conf, name) < 0)
		return NULL;
	file = fopen(path, "re");
	free(path);
	return file;
}

const char *switchboard_global(const char *name)
{
	for (const struct global *global = globals; global; global = global->next)
		if (strcmp(global->name, name) == 0)
			return global->value;
	return "";
}

void switchboard_set_global(const char *name, const char *value)
{
	struct global *global = malloc(sizeof(*global));

	if (!global)
		abort();
	*global = (struct global){globals, strdup(name), strdup(value)};
	globals = global;
}

/* ---- the program ---- */

static void log_line(void *data, enum abilock_log_level level, const char *text)
{
	(void)data;
	if (level <= ABILOCK_LOG_NOTICE)
		fprintf(stderr, "switchboard: %s\n", text);
}

/* A module that is not loaded can be described as well: its manifest does. */
static void list_modules(void)
{
	struct abilock_module *module;

	for (size_t i = 0; (module = abilock_modules_at(switchboard_modules, i)); i++) {
		const char *description = abilock_module_value(module, "description", 0);
		const char *why = abilock_module_failure(module);

		switchboard_say("%-20s %-9s %s", abilock_module_name(module),
				abilock_module_state_name(abilock_module_state(module)),
				description ? description : "");
		if (why)
			switchboard_say("    %s", why);
	}
}

static int start(const char *path, const char *conf_dir)
{
	const struct abilock_modules_options options = {
		.size = sizeof(options),
		.path = path,
		.conf = conf,
		.conf_path = conf_dir,
		.log = log_line,
	};

	dialplan_start();
	if (abilock_modules_open(&options, &switchboard_modules) == 0 &&
	    abilock_modules_start(switchboard_modules) == 0)
		return 0;
	fprintf(stderr, "switchboard: cannot start: %s\n", abilock_dlerror());
	return -1;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"modules", required_argument, NULL, 'm'},  {"conf", required_argument, NULL, 'c'},
		{"conf-dir", required_argument, NULL, 'd'}, {"list", no_argument, NULL, 'l'},
		{"call", required_argument, NULL, 't'},	    {0},
	};
	const char *path = SWITCHBOARD_MODULES, *conf_dir = NULL;
	const char **calls = calloc((size_t)argc, sizeof(*calls));
	size_t call_count = 0;
	int letter, list = 0, failed;

	while (calls && (letter = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (letter) {
		case 'm': path = optarg; break;
		case 'c': conf = optarg; break;
		case 'd': conf_dir = optarg; break;
		case 'l': list = 1; break;
		case 't': calls[call_count++] = optarg; break;
		default: return 2;
		}
	}
	failed = !calls || start(path, conf_dir) < 0;
	if (list && switchboard_modules)
		list_modules();
	for (size_t i = 0; i < call_count && !failed; i++)
		failed = dialplan_call(calls[i]) < 0;
	abilock_modules_close(switchboard_modules);
	free(calls);
	return failed;
}
