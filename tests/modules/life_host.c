/* SPDX-License-Identifier: MIT */
/*
 * A host that does with its modules what it is told, one thing after the other.
 *
 *   life_host [--path P] [--conf F] [--conf-path P] [--arch A] [--flags N] [--host H] COMMAND...
 *
 * Each command is WHAT or WHAT:ARGUMENT; "> COMMAND = RESULT" is printed for it, and each line of
 * the error behind "! ". Lines of the log begin with the level.
 */
#include <abilock/modules.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life_host.h"

static struct abilock_modules_options options = {.size = sizeof(options)};
static struct abilock_modules *modules;

void life_say(const char *what, const char *name)
{
	printf("%s %s\n", what, name);
	fflush(stdout);
}

struct abilock_modules *life_modules(void)
{
	return modules;
}

static void log_line(void *data, enum abilock_log_level level, const char *text)
{
	static const char *const names[] = {"error", "warning", "notice", "debug"};

	(void)data;
	/* The host may look at modules from its log. */
	if (modules)
		(void)abilock_modules_find(modules, "nothing");
	printf("%s: %s\n", names[level], text);
	fflush(stdout);
}

static void print_lines(const char *prefix, const char *text)
{
	while (text && *text) {
		size_t length = strcspn(text, "\n");

		printf("%s%.*s\n", prefix, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static int answer(const char *command, int result)
{
	printf("> %s = %d\n", command, result);
	if (result != 0)
		print_lines("! ", abilock_dlerror());
	fflush(stdout);
	return result;
}

/* ---- commands ---- */

static int open_modules(const char *conf)
{
	if (*conf)
		options.conf = conf;
	return abilock_modules_open(&options, &modules);
}

static int close_modules(const char *unused)
{
	(void)unused;
	abilock_modules_close(modules);
	modules = NULL;
	return 0;
}

static int start(const char *unused)
{
	(void)unused;
	return abilock_modules_start(modules);
}

static int map(const char *unused)
{
	(void)unused;
	return abilock_modules_map(modules);
}

static int initialise(const char *type)
{
	return abilock_modules_initialise(modules, *type ? type : NULL);
}

static int load(const char *name)
{
	struct abilock_module *module = NULL;
	int result = abilock_modules_load(modules, name, &module);

	if (result == 0)
		printf("loaded as %s\n", abilock_module_name(module));
	return result;
}

static int load_type(const char *type)
{
	return abilock_modules_load_type(modules, type);
}

/* TYPE=NAME or TYPE=NAME@REASON, to be freed. */
static char *split(const char *text, const char **name, const char **reason)
{
	char *type = strdup(text), *equals = strchr(type, '='), *at = strchr(type, '@');

	*equals = '\0';
	if (at)
		*at = '\0';
	*name = equals + 1;
	*reason = at ? at + 1 : NULL;
	return type;
}

static int request(const char *what)
{
	const char *name, *reason;
	char *type = split(what, &name, &reason);
	struct abilock_module *module = NULL;
	int result = abilock_modules_request(modules, type, name, reason, &module);

	if (result == 0)
		printf("provided by %s\n", abilock_module_name(module));
	free(type);
	return result;
}

static int rescan(const char *unused)
{
	(void)unused;
	return abilock_modules_rescan(modules);
}

static int state(const char *name)
{
	struct abilock_module *module = abilock_modules_find(modules, name);

	printf("%s is %s\n", name,
	       module ? abilock_module_state_name(abilock_module_state(module)) : "unknown");
	return 0;
}

static int failure(const char *name)
{
	struct abilock_module *module = abilock_modules_find(modules, name);

	print_lines("| ", module ? abilock_module_failure(module) : NULL);
	return 0;
}

static int why(const char *what)
{
	const char *name, *reason;
	char *type = split(what, &name, &reason);
	char *text = abilock_modules_why_not(modules, type, name);

	print_lines("? ", text);
	free(text);
	free(type);
	return 0;
}

static int value(const char *what)
{
	const char *key, *reason, *text;
	char *name = split(what, &key, &reason);
	struct abilock_module *module = abilock_modules_find(modules, name);

	for (size_t i = 0; module && (text = abilock_module_value(module, key, i)); i++)
		printf("%s.%s: %s\n", name, key, text);
	free(name);
	return 0;
}

static int keys(const char *name)
{
	struct abilock_module *module = abilock_modules_find(modules, name);
	const char *key;

	for (size_t i = 0; module && (key = abilock_module_key(module, i)); i++)
		printf("%s has %s\n", name, key);
	return 0;
}

static int list(const char *unused)
{
	struct abilock_module *module;

	(void)unused;
	for (size_t i = 0; (module = abilock_modules_at(modules, i)); i++)
		printf("- %s %s %s\n", abilock_module_name(module),
		       abilock_module_state_name(abilock_module_state(module)),
		       abilock_module_path(module) ? "file" : "no file");
	printf("%zu modules\n", abilock_modules_count(modules));
	return 0;
}

static int complete(const char *prefix)
{
	const char **names = abilock_modules_complete(modules, prefix);

	for (size_t i = 0; names && names[i]; i++)
		printf("completes to %s\n", names[i]);
	free(names);
	return 0;
}

static int symbol(const char *name)
{
	printf("%s is %s\n", name, dlsym(RTLD_DEFAULT, name) ? "global" : "not global");
	return 0;
}

static int shell(const char *command)
{
	return system(command) == 0 ? 0 : -1;
}

static const struct command {
	const char *name;
	int (*run)(const char *argument);
} commands[] = {
	{"open", open_modules}, {"close", close_modules}, {"start", start},
	{"map", map},		{"init", initialise},	  {"load", load},
	{"type", load_type},	{"request", request},	  {"rescan", rescan},
	{"state", state},	{"failure", failure},	  {"why", why},
	{"value", value},	{"keys", keys},		  {"list", list},
	{"complete", complete}, {"symbol", symbol},	  {"sh", shell},
};

static int run(const char *text)
{
	size_t length = strcspn(text, ":");
	const char *argument = text[length] ? text + length + 1 : "";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strlen(commands[i].name) == length &&
		    memcmp(commands[i].name, text, length) == 0)
			return answer(text, commands[i].run(argument));
	fprintf(stderr, "no command: %s\n", text);
	exit(2);
}

static int take_option(char **argv)
{
	if (strcmp(argv[0], "--path") == 0)
		options.path = argv[1];
	else if (strcmp(argv[0], "--conf") == 0)
		options.conf = argv[1];
	else if (strcmp(argv[0], "--conf-path") == 0)
		options.conf_path = argv[1];
	else if (strcmp(argv[0], "--arch") == 0)
		options.arch = argv[1];
	else if (strcmp(argv[0], "--host") == 0)
		options.host = argv[1];
	else if (strcmp(argv[0], "--flags") == 0)
		options.flags = (unsigned)atoi(argv[1]);
	else
		return 0;
	return 2;
}

int main(int argc, char **argv)
{
	int i = 1, step;

	options.log = log_line;
	while (i + 1 < argc && (step = take_option(argv + i)) > 0)
		i += step;
	if (answer("open", open_modules("")) != 0)
		return 1;
	for (; i < argc; i++)
		(void)run(argv[i]);
#ifndef LIFE_NO_CLOSE
	abilock_modules_close(modules);
#endif
	return 0;
}
