/* SPDX-License-Identifier: MIT */
/*
 * abilock_dlopen(), abilock_dlerror() and abilock_verify() from many threads at once, under TSan.
 *
 *   threads GOOD-MODULE MODULE-THAT-NEEDS-AN-UNKNOWN-SYMBOL NOT-AN-ELF-FILE
 *
 * Each thread loads, is refused, and must find its own reasons in its own error text.
 */
#include <abilock/abilock.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 40 };

/* For the good module to bind to. */
__attribute__((visibility("default"))) int threads_counter(void);

__attribute__((visibility("default"))) int threads_counter(void)
{
	return 1;
}

static char **files;

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "threads: %s: %s\n", what, text ? text : "(no text)");
	exit(1);
}

static void load_good(void)
{
	void *handle = abilock_dlopen(files[0], RTLD_NOW);

	if (!handle)
		fail("the good module was refused", abilock_dlerror());
	if (abilock_dlerror())
		fail("an error without a failure", files[0]);
	if (!dlsym(handle, "module_answer"))
		fail("no symbol", dlerror());
	if (dlsym(handle, "no such symbol") || !abilock_dlerror())
		fail("abilock_dlerror() does not pass dlsym()'s error on", NULL);
	dlclose(handle);
}

static void load_bad(const char *file, const char *expected)
{
	const char *text;

	if (abilock_dlopen(file, RTLD_NOW))
		fail("it was loaded", file);
	text = abilock_dlerror();
	if (!text || !strstr(text, file) || !strstr(text, expected))
		fail("not this thread's error", text);
	if (abilock_dlerror())
		fail("the error is given twice", text);
}

static void verify(const char *file, const char *code)
{
	struct abilock_verdict *verdict = NULL;

	if (abilock_verify(file, NULL, &verdict) != 1 ||
	    strcmp(abilock_verdict_code(verdict, 0), code) != 0)
		fail("abilock_verify() gives another code", abilock_verdict_text(verdict));
	abilock_verdict_free(verdict);
}

static void *work(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		load_good();
		load_bad(files[1], "nowhere_defined");
		load_bad(files[2], "invalid ELF header");
		verify(files[1], "unresolved-symbol");
		verify(files[2], "not-elf");
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc != 4)
		return 2;
	files = argv + 1;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			fail("pthread_create", NULL);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("ok - 8 threads load, are refused and get their own errors");
	return 0;
}
