/* SPDX-License-Identifier: MIT */
/*
 * The same program with dlopen() and with abilock_dlopen(): what it prints must be the same.
 *
 *   dropin plain|abilock open FILE...       load each, print the `id` that it defines
 *   dropin plain|abilock setenv DIR FILE    change LD_LIBRARY_PATH first
 *   dropin plain|abilock unlink FILE        load, remove the file, load again
 *   dropin plain|abilock flags FILE         flags without RTLD_NOW and RTLD_LAZY
 *   dropin plain|abilock errors FILE        whose error comes out after two failures
 *   dropin plain|abilock cancel FILE        cancel threads that load; load once more
 */
#include <abilock/abilock.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*open_file)(const char *, int);
static char *(*last_error)(void);

static void show(const char *file)
{
	void *handle = open_file(file, RTLD_NOW);
	int *id = handle ? dlsym(handle, "id") : NULL;

	if (!handle)
		puts(last_error() ? "refused" : "refused without an error");
	else
		printf("loaded id=%d%s\n", id ? *id : 0, last_error() && id ? " with an error" : "");
}

static void *load_and_close(void *file)
{
	for (;;) {
		void *handle = open_file(file, RTLD_NOW);

		if (handle)
			dlclose(handle);
		pthread_testcancel();
	}
	return NULL;
}

static void cancel(char *file)
{
	alarm(60); /* a mutex that a cancelled thread took along would hang here */
	for (int i = 0; i < 200; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, load_and_close, file) != 0)
			exit(3);
		usleep(200);
		pthread_cancel(thread);
		pthread_join(thread, NULL);
	}
	show(file);
}

static void errors(char *file)
{
	char *text;

	open_file("./is_not_there.so", RTLD_NOW);
	dlsym(open_file(file, RTLD_NOW), "no_such_symbol");
	text = last_error();
	puts(text && strstr(text, "no_such_symbol") ? "of dlsym" : "of dlopen");
	puts(last_error() ? "and one more" : "and no more");
	open_file(file, RTLD_NOW);
	puts(last_error() ? "an error of a success" : "none of a success");
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	const char *action = argv[2];
	open_file = strcmp(argv[1], "plain") == 0 ? dlopen : abilock_dlopen;
	last_error = strcmp(argv[1], "plain") == 0 ? dlerror : abilock_dlerror;

	if (strcmp(action, "open") == 0) {
		for (int i = 3; i < argc; i++)
			show(argv[i]);
	} else if (strcmp(action, "setenv") == 0) {
		setenv("LD_LIBRARY_PATH", argv[3], 1);
		show(argv[4]);
	} else if (strcmp(action, "unlink") == 0) {
		show(argv[3]);
		unlink(argv[3]);
		show(argv[3]);
	} else if (strcmp(action, "flags") == 0) {
		puts(open_file(argv[3], 0) ? "loaded" : last_error());
	} else if (strcmp(action, "errors") == 0) {
		errors(argv[3]);
	} else if (strcmp(action, "cancel") == 0) {
		cancel(argv[3]);
	}
	return 0;
}
