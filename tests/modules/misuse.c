/* SPDX-License-Identifier: MIT */
/*
 * A host that calls everything at the wrong time, twice, or with what makes no sense. Its modules
 * are embedded, some ask for what they may not have.
 *
 *   modules_misuse FOLDER   (for files of modules.conf)
 */
#define ABILOCK_MODULE_NAME "good"
#include <abilock/modules.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct abilock_modules *modules;
static int good_loads, twice_loads, cycle_result, self_result;
static char cycle_text[512], self_text[512];
static int failures;

static void check(int is_so, const char *sentence)
{
	printf("%s - %s\n", is_so ? "ok" : "not ok", sentence);
	failures += !is_so;
}

/* Whether the last error of the thread has a text. */
static int says(const char *expected)
{
	const char *text = abilock_dlerror();

	if (text && strstr(text, expected))
		return 1;
	printf("    expected: %s\n    got: %s\n", expected, text ? text : "(no text)");
	return 0;
}

static int has(const char *text, const char *expected)
{
	if (text && strstr(text, expected))
		return 1;
	printf("    expected: %s\n    got: %s\n", expected, text ? text : "(no text)");
	return 0;
}

/* ---- the modules ---- */

static int load_good(struct abilock_module *module)
{
	(void)module;
	good_loads++;
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_PROVIDES("thing", "good");
ABILOCK_ENTRY(.load = load_good);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "bad"

static int load_bad(struct abilock_module *module)
{
	abilock_module_fail(module, "no card");
	return ABILOCK_LOAD_FAILURE;
}

ABILOCK_PROVIDES("thing", "bad");
ABILOCK_ENTRY(.load = load_bad);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "declines"

static int load_declines(struct abilock_module *module)
{
	(void)module;
	return ABILOCK_LOAD_DECLINE;
}

ABILOCK_PROVIDES("thing", "declined");
ABILOCK_ENTRY(.load = load_declines);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "odd_result"

static int load_odd(struct abilock_module *module)
{
	(void)module;
	return 42;
}

ABILOCK_ENTRY(.load = load_odd);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "asks_its_user"

/* Somebody else needs this one, and so cannot be had yet. */
static int load_asking(struct abilock_module *module)
{
	(void)module;
	cycle_result = abilock_modules_request(modules, "thing", "of_user", "load()", NULL);
	const char *text = abilock_dlerror();
	(void)snprintf(cycle_text, sizeof(cycle_text), "%s", text ? text : "");
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load_asking);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "its_user"

ABILOCK_USES("module", "asks_its_user");
ABILOCK_PROVIDES("thing", "of_user");

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "loads_itself"

static int load_itself(struct abilock_module *module)
{
	self_result = abilock_modules_load(modules, abilock_module_name(module), NULL);
	const char *text = abilock_dlerror();
	(void)snprintf(self_text, sizeof(self_text), "%s", text ? text : "");
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load_itself);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "twice"

static int load_twice(struct abilock_module *module)
{
	(void)module;
	twice_loads++;
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load_twice);
ABILOCK_ENTRY(.load = load_twice);

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "notes_alone"

ABILOCK_DESCRIPTION("It has no entry");

static int entry_alone_loads;

static int load_entry_alone(struct abilock_module *module)
{
	(void)module;
	entry_alone_loads++;
	return ABILOCK_LOAD_SUCCESS;
}

static __attribute__((constructor)) void queue_entries(void)
{
	static const struct abilock_module_entry alone = {
		.size = sizeof(alone), .name = "entry_alone", .load = load_entry_alone};
	static const struct abilock_module_entry small = {.size = 3, .name = "too_small"};
	static const struct abilock_module_entry unnamed = {.size = sizeof(unnamed)};

	abilock_module_register(&alone);
	abilock_module_register(&small);
	abilock_module_register(&unnamed);
	abilock_module_register(NULL);
}

/* ---- opening ---- */

static const char *folder;
static char conf_path[4096];

static const char *write_conf(const char *text)
{
	FILE *file;

	(void)snprintf(conf_path, sizeof(conf_path), "%s/modules_misuse.conf", folder);
	file = fopen(conf_path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		exit(3);
	return conf_path;
}

static int open_with(const char *conf)
{
	struct abilock_modules_options options = {.size = sizeof(options)};

	options.conf = conf ? write_conf(conf) : NULL;
	return abilock_modules_open(&options, &modules);
}

static void reopen(const char *conf)
{
	abilock_modules_close(modules);
	if (open_with(conf) != 0) {
		printf("not ok - it opens again: %s\n", abilock_dlerror());
		exit(1);
	}
}

static void test_options(void)
{
	struct {
		struct abilock_modules_options options;
		char tail[32];
	} newer = {.options = {.size = sizeof(newer)}};
	struct abilock_modules_options options = {0};
	struct abilock_modules *opened = (struct abilock_modules *)&options;

	check(abilock_modules_open(NULL, &opened) == -1 && says("without a size"),
	      "no options are refused");
	check(!opened, "what could not be opened is NULL");
	check(abilock_modules_open(&options, &opened) == -1, "so are those without a size");
	options.size = sizeof(options) - 1;
	check(abilock_modules_open(&options, &opened) == -1, "and those of half a size");
	options.size = sizeof(options);
	check(abilock_modules_open(&options, NULL) == -1 && says("ret_modules"),
	      "there has to be a place for the result");
	check(abilock_modules_open(&newer.options, &opened) == 0, "longer ones of zeros are fine");
	abilock_modules_close(opened);
	newer.tail[31] = 1;
	check(abilock_modules_open(&newer.options, &opened) == -1 && says("newer version"),
	      "an option that is not known is refused");
	options.host = "no-such-host";
	check(abilock_modules_open(&options, &opened) == -1 && says("no-such-host"),
	      "a host that is not loaded is an error");
	options.host = NULL;
	options.path = "/nowhere/{tag}";
	check(abilock_modules_open(&options, &opened) == -1 && says("{tag}"),
	      "{tag} without a note in the host is an error");
	abilock_modules_close(NULL);
}

/* ---- names ---- */

static char *long_name(void)
{
	enum { LENGTH = 64 * 1024 };
	char *name = malloc(LENGTH + 1);

	if (!name)
		exit(3);
	memset(name, 'n', LENGTH);
	name[LENGTH] = '\0';
	return name;
}

static void test_names(void)
{
	char *name = long_name();
	struct abilock_module *module = (struct abilock_module *)name;

	check(abilock_modules_load(modules, NULL, &module) == -1 && says("no name"),
	      "to load NULL is an error");
	check(abilock_modules_load(modules, "", NULL) == -1 && says("is empty"),
	      "to load nothing is an error");
	check(abilock_modules_load(modules, "../good", NULL) == -1 && says("slash"),
	      "a path is no name");
	check(abilock_modules_load(modules, ".so", NULL) == -1, "nor is .so");
	check(abilock_modules_load(modules, "\xff", NULL) == -1 && says("UTF-8"),
	      "nor is what is not UTF-8");
	check(abilock_modules_load(modules, name, NULL) == -1 && says("there is no module nnn"),
	      "a name of 64 KiB is not known");
	check(abilock_modules_load_type(modules, NULL) == -1 && says("no type"),
	      "to load the type NULL is an error");
	check(abilock_modules_load_type(modules, name) == 0, "a type of 64 KiB has no modules");
	check(abilock_modules_request(modules, NULL, "x", NULL, NULL) == -1,
	      "a request without a type is an error");
	check(abilock_modules_request(modules, "x", NULL, NULL, NULL) == -1,
	      "and one without a name");
	check(abilock_modules_request(modules, name, name, name, NULL) == 1,
	      "what nobody has heard of is provided by nobody");
	check(!abilock_modules_find(modules, NULL) && !abilock_modules_find(modules, "") &&
		      !abilock_modules_find(modules, name),
	      "none of these is found");
	check(!abilock_modules_provider(modules, NULL, NULL, 0) &&
		      !abilock_modules_provider(modules, "thing", "good", (size_t)-1) &&
		      abilock_modules_provider(modules, "thing", "good", 0),
	      "a provider has an index");
	check(abilock_modules_provider(modules, "module", "good.so", 0) != NULL,
	      "a module provides itself, also with .so");
	check(!abilock_modules_at(modules, (size_t)-1), "so has a module");
	const char **names = abilock_modules_complete(modules, NULL);
	check(names && names[0], "NULL completes to all");
	free(names);
	names = abilock_modules_complete(modules, name);
	check(names && !names[0], "a long name to none");
	free(names);
	free(name);
}

static void test_texts(void)
{
	char *name = long_name(), *text;

	check(!abilock_modules_explain(modules, NULL) && !abilock_modules_explain(modules, "") &&
		      !abilock_modules_explain(modules, "a/b"),
	      "nothing is known of what is no name");
	free(abilock_modules_explain(modules, "="));
	free(abilock_modules_explain(modules, "=x"));
	free(abilock_modules_explain(modules, "thing="));
	free(abilock_modules_explain(modules, name));
	check(!abilock_modules_why_not(modules, NULL, "x") &&
		      !abilock_modules_why_not(modules, "x", NULL),
	      "nor why NULL is not there");
	text = abilock_modules_why_not(modules, "module", "good.so");
	check(has(text, "good is not loaded"), "a module is meant with .so, too");
	free(text);
	text = abilock_modules_why_not(modules, "module", "nothing");
	check(has(text, "there is no module nothing"), "what is not known is said to be so");
	free(text);
	text = abilock_modules_why_not(modules, name, name);
	check(has(text, "nothing provides nnn"), "also of 64 KiB");
	free(text);
	free(name);
}

static void test_values(void)
{
	struct abilock_module *module = abilock_modules_find(modules, "notes_alone");
	char *name = long_name();

	check(!abilock_module_value(module, NULL, 0) && !abilock_module_value(module, "", 0) &&
		      !abilock_module_value(module, ".", 0) &&
		      !abilock_module_value(module, name, 0),
	      "keys that there are not have no value");
	check(abilock_module_value(module, "description", 0) &&
		      !abilock_module_value(module, "description", 1) &&
		      !abilock_module_value(module, "description", (size_t)-1),
	      "a value beyond the last is none");
	check(!abilock_module_key(module, (size_t)-1), "nor is a key");
	check(strcmp(abilock_module_state_name((enum abilock_module_state)99), "unknown") == 0,
	      "a state that there is not has a name all the same");
	check(!abilock_module_data(module), "a module begins without a pointer of the host");
	abilock_module_set_data(module, &name);
	check(abilock_module_data(module) == &name, "and keeps the one that it is given");
	check(!abilock_module_failure(module), "what did not fail has no failure");
	free(name);
}

static void test_plans(void)
{
	const char *const odd[] = {"=", "thing=", "=x", "nothing", "nothing=nothing", NULL};
	const char *const path[] = {"a/b", NULL};
	const char *const nothing[] = {NULL};
	struct abilock_plan *plan = NULL;

	check(abilock_modules_plan(modules, odd, &plan) == 0 && abilock_plan_problem(plan, 0) &&
		      !abilock_plan_module(plan, 0),
	      "a plan of nonsense has problems");
	check(!abilock_plan_module(plan, (size_t)-1) && !abilock_plan_reason(plan, (size_t)-1) &&
		      !abilock_plan_problem(plan, (size_t)-1) &&
		      !abilock_plan_note(plan, (size_t)-1) &&
		      !abilock_plan_is_fatal(plan, (size_t)-1),
	      "and nothing beyond the last");
	abilock_plan_free(plan);
	check(abilock_modules_plan(modules, path, &plan) == -1 && says("slash") && !plan,
	      "a path is no name in a plan");
	check(abilock_modules_plan(modules, nothing, &plan) == 0 && !abilock_plan_module(plan, 0),
	      "no names are the start");
	abilock_plan_free(plan);
	abilock_plan_free(NULL);
}

/* ---- load() that asks ---- */

static void test_asking(void)
{
	struct abilock_module *module = NULL;

	reopen("[modules]\ndemandload=yes\n");
	check(abilock_modules_load(modules, "asks_its_user", &module) == 0,
	      "a module may ask for what uses it");
	check(cycle_result == -1 && has(cycle_text, "asks_its_user"),
	      "it cannot have it yet, and is told so");
	check(abilock_modules_request(modules, "thing", "of_user", NULL, &module) == 0 &&
		      abilock_module_state(module) == ABILOCK_MODULE_RUNNING,
	      "behind it that can be had");
	check(abilock_modules_load(modules, "loads_itself", &module) == 0 &&
		      abilock_module_state(module) == ABILOCK_MODULE_RUNNING,
	      "a module that loads itself runs");
	check(self_result == -1 && has(self_text, "loads_itself"),
	      "but it was told that it cannot do that");
	check(!abilock_module_failure(module), "and nothing is left of that");
}

static void test_entries(void)
{
	struct abilock_module *module = NULL;

	check(abilock_modules_load(modules, "twice", NULL) == 0 && twice_loads == 1,
	      "a module that queues itself twice is started once");
	check(abilock_modules_load(modules, "notes_alone", NULL) == 0,
	      "one without an entry has nothing to do");
	check(abilock_modules_load(modules, "entry_alone", &module) == 0 && entry_alone_loads == 1,
	      "one that says nothing of itself is known by its entry");
	check(!abilock_modules_find(modules, "too_small"), "an entry of no size is none");
	check(abilock_modules_load(modules, "odd_result", NULL) == -1 && says("42"),
	      "a result that there is not is a failure");
}

/* ---- states ---- */

static void test_why_not(void)
{
	char *text;

	reopen("[modules]\nneverload=twice.so\ndemandload=no\n");
	(void)abilock_modules_load(modules, "bad", NULL);
	(void)abilock_modules_load(modules, "declines", NULL);
	(void)abilock_modules_load(modules, "good", NULL);
	check(!abilock_modules_why_not(modules, "thing", "good"), "of what runs nothing is wrong");
	text = abilock_modules_why_not(modules, "thing", "bad");
	check(has(text, "no card"), "what failed has its reason");
	free(text);
	text = abilock_modules_why_not(modules, "thing", "declined");
	check(has(text, "declined"), "so has what declined");
	free(text);
	text = abilock_modules_why_not(modules, "module", "twice");
	check(has(text, "neverload") && has(text, ":2"), "what is forbidden names the line");
	free(text);
	check(abilock_modules_request(modules, "thing", "bad", NULL, NULL) == -1,
	      "a request for what failed fails");
}

static void test_phases(void)
{
	reopen("[modules]\nrequire=good.so\nload=bad\n");
	check(abilock_modules_initialise(modules, NULL) == 0, "what was not mapped is mapped");
	check(abilock_modules_map(modules) == 0 && abilock_modules_map(modules) == 0,
	      "mapping again does nothing");
	check(abilock_modules_initialise(modules, "") == 0 &&
		      abilock_modules_initialise(modules, "no-such-type") == 0,
	      "a type that there is not starts nothing");
	check(abilock_modules_start(modules) == 0 && abilock_modules_start(modules) == 0,
	      "starting again is no error");
	check(good_loads == 1, "and an embedded module that is required was started once");
}

static void test_two_managers(void)
{
	struct abilock_modules_options options = {.size = sizeof(options)};
	struct abilock_modules *second = NULL;
	struct abilock_module *module = NULL;

	check(abilock_modules_open(&options, &second) == 0 &&
		      abilock_modules_load(second, "good", &module) == 0 && good_loads == 1,
	      "a second manager does not start it again");
	check(abilock_modules_load(second, "twice", &module) == -1 && says("neverload"),
	      "and has the bans of the first");
	abilock_modules_close(second);
	check(abilock_module_state(module ? module : abilock_modules_find(modules, "good")) ==
		      ABILOCK_MODULE_RUNNING,
	      "a module outlives its manager");
}

/* The seed of it all: what is required, and may not be loaded. */
static void test_required(void)
{
	abilock_modules_close(modules);
	check(open_with("[modules]\nrequire=good\nneverload=good.so\n") == -1 && says(":2:"),
	      "require against neverload prevents the start");
	check(!modules, "and nothing is open");
	check(open_with("[modules]\nrequire=good\nnoload=good\n") == -1 && says("noload"),
	      "so does require against noload");
	check(open_with("[modules]\nrequire=app_system\n") == 0, "what is required is unknown");
	check(abilock_modules_start(modules) == -1 && says("app_system"),
	      "until the start, which fails");
	check(!abilock_dlerror(), "an error is told once");
	reopen(NULL);
}

/* ---- what callers may rely on ---- */

static void test_errno(void)
{
	struct abilock_plan *plan = NULL;

	errno = 4711;
	(void)abilock_modules_load(modules, "nothing", NULL);
	check(errno == 4711, "errno stays behind a load");
	(void)abilock_modules_request(modules, "thing", "nothing", NULL, NULL);
	check(errno == 4711, "and a request");
	(void)abilock_modules_request(modules, "thing", "good", NULL, NULL);
	(void)abilock_modules_rescan(modules);
	check(errno == 4711, "and a rescan");
	if (abilock_modules_plan(modules, NULL, &plan) == 0)
		abilock_plan_free(plan);
	free(abilock_modules_explain(modules, "good"));
	free(abilock_modules_why_not(modules, "thing", "bad"));
	check(errno == 4711, "and plans and texts");
	reopen(NULL);
	check(errno == 4711, "and opening and closing");
	(void)abilock_dlerror();
	(void)abilock_modules_load(modules, "nothing", NULL);
	check(abilock_modules_load(modules, "good", NULL) == 0 && !abilock_dlerror(),
	      "what succeeds leaves no error of earlier calls");
	(void)abilock_modules_load(modules, "nothing", NULL);
	check(abilock_modules_request(modules, "thing", "good", NULL, NULL) == 0 &&
		      !abilock_dlerror(),
	      "also where nothing is to be done");
}

static void ask_in_vain(int count)
{
	for (int i = 0; i < count; i++) {
		(void)abilock_modules_request(modules, "thing", "bad", "a test", NULL);
		(void)abilock_modules_load(modules, "nothing", NULL);
		(void)abilock_module_failure(abilock_modules_find(modules, "bad"));
		free(abilock_modules_why_not(modules, "thing", "bad"));
	}
}

static void test_memory(void)
{
	enum { FIRST = 1000, MORE = 20000 };

	reopen("[modules]\ndemandload=yes\n");
	ask_in_vain(FIRST);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	const size_t before = mallinfo2().uordblks;
	ask_in_vain(MORE);
	const size_t after = mallinfo2().uordblks;
	check(after < before + (64 << 10), "what is asked for in vain takes no memory");
	if (after >= before + (64 << 10))
		printf("    %zu bytes more\n", after - before);
#endif
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	folder = argv[1];
	test_options();
	if (open_with(NULL) != 0)
		return 1;
	test_names();
	test_texts();
	test_values();
	test_plans();
	test_asking();
	test_entries();
	test_why_not();
	test_phases();
	test_two_managers();
	test_required();
	test_errno();
	test_memory();
	abilock_modules_close(modules);
	return failures > 0;
}
