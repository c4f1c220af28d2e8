/* SPDX-License-Identifier: MIT */
/*
 * Load modules as a host would, and tell what happened:
 *
 *   loader [--plain] [--before COMMAND] MODULE
 *
 * Descriptor 9 is the trace that code of a module would write to. --plain uses dlopen(), to show
 * what the dynamic linker alone does. --before runs a command after start-up, before loading.
 *
 * Exit status: 0 loaded, 1 refused, 2 the two functions of abilock disagree, 3 anything else.
 */
#include <abilock/abilock.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int load_plain(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	puts(handle ? "loaded" : dlerror());
	return handle ? 0 : 1;
}

static int load_checked(const char *path)
{
	struct abilock_verify_options options = {.size = sizeof(options)};
	struct abilock_verdict *verdict = NULL;
	int expected = abilock_verify(path, &options, &verdict);
	void *handle = abilock_dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	const char *text = handle ? "loaded" : abilock_dlerror();

	puts(text);
	if (expected != (handle ? 0 : 1) ||
	    (!handle && strcmp(text, abilock_verdict_text(verdict))))
		return 2;
	abilock_verdict_free(verdict);
	return expected;
}

int main(int argc, char **argv)
{
	int at = 1, plain = 0;

	if (at < argc && strcmp(argv[at], "--plain") == 0)
		plain = at++;
	if (at + 1 < argc && strcmp(argv[at], "--before") == 0) {
		if (system(argv[at + 1]) != 0)
			return 3;
		at += 2;
	}
	if (at + 1 != argc)
		return 3;
	return plain ? load_plain(argv[at]) : load_checked(argv[at]);
}
