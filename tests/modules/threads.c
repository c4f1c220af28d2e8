/* SPDX-License-Identifier: MIT */
/*
 * The modules of one host from many threads at once, under TSan.
 *
 *   modules_threads DIRECTORY CONFIGURATION
 *
 * All threads wait for each other, then ask for the same things and for different ones, look at all
 * modules, have the directory read again while manifests come and go in it, and open and close
 * managers of their own. Each load() must run once; one that fails is tried
 * once for all who asked at the same time.
 */
#include <abilock/modules.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "threads.h"

enum { THREADS = 8, ROUNDS = 20, NAMES = 4 };

static struct abilock_modules *modules;
static const char *directory;
static pthread_barrier_t barrier;
static atomic_int loads[NAMES], failing_loads, log_lines, in_log;

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "modules_threads: %s: %s\n", what, text ? text : "(no text)");
	exit(1);
}

/* ---- what the modules call ---- */

void threads_loaded(int number)
{
	atomic_fetch_add(&loads[number], 1);
}

/* Long enough for all threads to come and wait. */
int threads_fail(void)
{
	atomic_fetch_add(&failing_loads, 1);
	usleep(200 * 1000);
	return -1;
}

struct abilock_modules *threads_modules(void)
{
	return modules;
}

/* ---- what the threads do ---- */

static void log_line(void *data, enum abilock_log_level level, const char *text)
{
	(void)data;
	(void)level;
	(void)text;
	if (atomic_fetch_add(&in_log, 1) != 0)
		fail("the log is called by two threads at the same time", text);
	atomic_fetch_add(&log_lines, 1);
	atomic_fetch_sub(&in_log, 1);
}

static void request(const char *name)
{
	struct abilock_module *module = NULL;

	if (abilock_modules_request(modules, "thing", name, "a test", &module) != 0)
		fail(name, abilock_dlerror());
	if (abilock_module_state(module) != ABILOCK_MODULE_RUNNING)
		fail("what was asked for does not run", abilock_module_name(module));
}

static void look(void)
{
	struct abilock_module *module;
	const char **names = abilock_modules_complete(modules, "threads");

	free(names);
	for (size_t i = 0; (module = abilock_modules_at(modules, i)); i++) {
		(void)abilock_module_value(module, "provides", 0);
		(void)abilock_module_path(module);
		(void)abilock_module_state(module);
		/* One may have gone since. */
		if (!abilock_modules_find(modules, abilock_module_name(module)) &&
		    strcmp(abilock_module_name(module), "threads_extra") != 0)
			fail("a module is not found by its name", abilock_module_name(module));
	}
	(void)abilock_modules_provider(modules, "thing", "one", 0);
	free(abilock_modules_why_not(modules, "thing", "bad"));
	free(abilock_modules_explain(modules, "threads_one"));
}

static void plan(void)
{
	struct abilock_plan *result = NULL;

	if (abilock_modules_plan(modules, NULL, &result) != 0)
		fail("no plan", abilock_dlerror());
	abilock_plan_free(result);
}

/* A manifest without a file: one more module that is known. */
static void change_directory(int number)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/threads_extra.manifest", directory);
	if (number % 2 == 1) {
		(void)unlink(path);
		return;
	}
	file = fopen(path, "w");
	if (!file)
		fail("fopen", path);
	(void)fprintf(file, "[module]\nname=threads_extra\ndescription=number %d\n", number);
	(void)fclose(file);
}

static void rescan(int number)
{
	change_directory(number);
	if (abilock_modules_rescan(modules) != 0)
		fail("rescan", abilock_dlerror());
}

/* Another manager of the same modules: what runs is not started again. */
static void open_another(void)
{
	struct abilock_modules_options options = {.size = sizeof(options), .path = directory};
	struct abilock_modules *own = NULL;

	if (abilock_modules_open(&options, &own) != 0)
		fail("open", abilock_dlerror());
	if (abilock_modules_load(own, "threads_three", NULL) != 0)
		fail("load with another manager", abilock_dlerror());
	abilock_modules_close(own);
}

static void round_of(size_t thread, int number)
{
	static const char *const names[NAMES] = {"one", "two", "three", "four"};

	request(names[(thread + (size_t)number) % NAMES]);
	look();
	if (thread == 0)
		rescan(number);
	if (number % 10 == 3)
		open_another();
	if (number % 5 == 0)
		plan();
	if (abilock_modules_load(modules, "threads_one.so", NULL) != 0)
		fail("load", abilock_dlerror());
}

static void request_bad(void)
{
	const char *text;

	if (abilock_modules_request(modules, "thing", "bad", NULL, NULL) != -1)
		fail("a failing module was loaded", "bad");
	text = abilock_dlerror();
	if (!text || !strstr(text, "it never works"))
		fail("the failure of the module is not the thread's error", text);
}

static void *work(void *data)
{
	size_t thread = (size_t)data;

	(void)pthread_barrier_wait(&barrier);
	request_bad();
	(void)pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++)
		round_of(thread, i);
	return NULL;
}

/* One thread loads what the other one is starting. */
static void *start(void *data)
{
	(void)pthread_barrier_wait(&barrier);
	if ((size_t)data % 2 == 0 && abilock_modules_start(modules) != 0)
		fail("start", abilock_dlerror());
	if (abilock_modules_load(modules, "threads_two", NULL) != 0)
		fail("load beside a start", abilock_dlerror());
	if (abilock_modules_load(modules, "threads_bad", NULL) != -1)
		fail("a failing module was loaded", "beside a start");
	return NULL;
}

static void run_threads(void *(*body)(void *), size_t count)
{
	pthread_t threads[THREADS];

	(void)pthread_barrier_init(&barrier, NULL, (unsigned)count);
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, body, (void *)i) != 0)
			fail("pthread_create", NULL);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	(void)pthread_barrier_destroy(&barrier);
}

static void check_counts(void)
{
	for (int i = 0; i < NAMES; i++)
		if (atomic_load(&loads[i]) != 1)
			fail("load() of a module ran more than once, or never", "");
	if (atomic_load(&failing_loads) != 1)
		fail("a failing module was tried again for those who waited", "");
	if (atomic_load(&log_lines) == 0)
		fail("nothing was logged", "");
}

int main(int argc, char **argv)
{
	struct abilock_modules_options options = {.size = sizeof(options), .log = log_line};

	if (argc != 3)
		return 2;
	directory = argv[1];
	options.path = directory;
	options.conf = argv[2];
	if (abilock_modules_open(&options, &modules) != 0)
		fail("open", abilock_dlerror());
	run_threads(work, THREADS);
	check_counts();
	run_threads(start, 4);
	abilock_modules_close(modules);
	change_directory(1);
	puts("ok - 8 threads ask, look, rescan, open and close, and each module is started once");
	return 0;
}
