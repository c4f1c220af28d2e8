/* SPDX-License-Identifier: MIT */
/*
 * A host whose libabilock loads no files (ABILOCK_DYNAMIC=OFF): the same interface, embedded
 * modules alone.
 *
 *   modules_static DIRECTORY-WITH-MODULES
 */
#define ABILOCK_MODULE_NAME "codec_static"
#include <abilock/modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int loads;

static int load(struct abilock_module *module)
{
	(void)module;
	loads++;
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_PROVIDES("codec", "ulaw");
ABILOCK_ENTRY(.load = load);

static void check(int is_so, const char *sentence)
{
	printf("%s - %s\n", is_so ? "ok" : "not ok", sentence);
	if (!is_so) {
		const char *text = abilock_dlerror();

		printf("    %s\n", text ? text : "(no text)");
		exit(1);
	}
}

static int says(const char *expected)
{
	const char *text = abilock_dlerror();

	return text && strstr(text, expected) != NULL;
}

int main(int argc, char **argv)
{
	struct abilock_modules_options options = {.size = sizeof(options)};
	struct abilock_modules *modules = NULL;
	struct abilock_module *module = NULL;

	if (argc != 2)
		return 2;
	options.path = argv[1];
	check(abilock_modules_open(&options, &modules) == 0, "a host opens its modules");
	check(abilock_modules_count(modules) == 1, "no directory is read");
	check(abilock_modules_load(modules, "codec_static", &module) == 0 && loads == 1,
	      "an embedded module is started");
	check(abilock_modules_request(modules, "codec", "ulaw", NULL, &module) == 0,
	      "and found by what it provides");
	check(abilock_modules_load(modules, "threads_one", NULL) == -1 && says("threads_one"),
	      "a module that is a file is not known");
	check(!abilock_dlopen(argv[0], RTLD_NOW) && says("load no files"),
	      "abilock_dlopen() loads nothing, and says why");
	abilock_modules_close(modules);
	return 0;
}
