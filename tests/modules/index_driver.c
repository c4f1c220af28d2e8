/* SPDX-License-Identifier: MIT */
/*
 * What the shell test of the index asks the catalogue:
 *
 *     index_driver list PATH [OPTION...]    every module, a line each; the log goes to stderr
 *     index_driver write PATH [OPTION...]   write the index files
 *     index_driver again PATH COMMAND       list, run a shell command, look again, list
 *     index_driver refresh PATH NAME COMMAND   the same for one module, by its stat()
 *     index_driver toggle FILE A B          write the indexes A and B to FILE in turn, for ever
 *
 * Options: -n do not look at the index, -w write it where it is stale, --host FILE.
 */
#include "modules/catalogue/catalogue.h"
#include "modules/index/index.h"

static struct abilock_error error;

static int fail(void)
{
	char line[1024];

	(void)abilock_error_format(&error, line, sizeof(line));
	(void)fprintf(stderr, "index_driver: %s\n", line);
	return 3;
}

static void print_log(void *data, enum abilock_log_level level, const char *text)
{
	static const char *const names[] = {"error", "warning", "notice", "debug"};

	(void)data;
	(void)fprintf(stderr, "%s: %s\n", names[level], text);
}

static void print_capabilities(const char *what, const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++)
		printf(" %s:%s=%s:%d", what, list->items[i].type, list->items[i].name,
		       list->items[i].priority);
}

static void print_module(const struct abilock_module *module)
{
	const struct abilock_module_file *file = &module->file;

	printf("%s type=%s path=%s%s%s%s%s", module->name, abilock_module_type(module),
	       file->path ? file->path : "none", file->is_checked ? " checked" : "",
	       file->is_verified ? " verified" : "", module->is_gone ? " gone" : "",
	       module->manifest->is_embedded ? " embedded" : "");
	if (module->manifest->description)
		printf(" description=%s", module->manifest->description);
	print_capabilities("uses", &module->manifest->uses);
	print_capabilities("provides", &module->manifest->provides);
	for (size_t i = 0; i < file->needs_count; i++)
		printf(" needs:%s", file->needs[i]);
	if (file->kind)
		printf(" kind=%s", file->kind);
	if (module->problem)
		printf(" problem=%s", module->problem);
	putchar('\n');
}

/* What is asked for besides: by name, and by what is provided. */
static int print_all(struct abilock_catalogue *catalogue)
{
	const size_t count = abilock_catalogue_count(catalogue);
	struct abilock_provided *provided = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct abilock_module *module = abilock_catalogue_at(catalogue, i);

		if (!module || abilock_catalogue_find(catalogue, module->name) != module) {
			(void)fprintf(stderr, "index_driver: module %zu is not found\n", i);
			return 3;
		}
		print_module(module);
	}
	ssize_t timers = abilock_catalogue_providers(catalogue, "service", "timer", &provided);
	printf("%zu modules; timers:", count);
	for (ssize_t i = 0; i < timers; i++)
		printf(" %s:%d", provided[i].module->name, provided[i].priority);
	printf("; %s\n", abilock_catalogue_is_indexed(catalogue) ? "indexed" : "not indexed");
	free(provided);
	return 0;
}

static int again(struct abilock_catalogue *catalogue, const char *command)
{
	bool changed = false;
	int status = print_all(catalogue);

	(void)fflush(stdout);
	if (status != 0 || system(command) != 0)
		return 3;
	if (abilock_catalogue_rescan(catalogue, false, &changed, &error) < 0)
		return fail();
	printf("%s\n", changed ? "changed" : "unchanged");
	return print_all(catalogue);
}

static int refresh(struct abilock_catalogue *catalogue, const char *name, const char *command)
{
	struct abilock_module *module = abilock_catalogue_find(catalogue, name);

	if (!module || abilock_catalogue_refresh(catalogue, module, &error) < 0)
		return fail();
	print_module(module);
	(void)fflush(stdout);
	if (system(command) != 0)
		return 3;
	if (abilock_catalogue_refresh(catalogue, module, &error) < 0)
		return fail();
	print_module(module);
	if (abilock_catalogue_rescan(catalogue, false, NULL, &error) < 0)
		return fail();
	print_module(module);
	return 0;
}

static int toggle(const char *file, const char *a, const char *b)
{
	struct abilock_index one = {0}, other = {0};

	if (abilock_index_open(a, &one, &error) < 0 || abilock_index_open(b, &other, &error) < 0)
		return fail();
	for (;;)
		if (abilock_index_write(&one, file, &error) < 0 ||
		    abilock_index_write(&other, file, &error) < 0)
			return fail();
}

static int run(struct abilock_catalogue *catalogue, int argc, char **argv)
{
	size_t count = 0;

	if (str_eq(argv[1], "list"))
		return print_all(catalogue);
	if (str_eq(argv[1], "again") && argc > 3)
		return again(catalogue, argv[3]);
	if (str_eq(argv[1], "refresh") && argc > 4)
		return refresh(catalogue, argv[3], argv[4]);
	if (abilock_catalogue_write(catalogue, &count, &error) < 0)
		return fail();
	printf("%zu written\n", count);
	return abilock_catalogue_is_indexed(catalogue) ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct abilock_catalogue_options options = {.use_index = true, .log = print_log};
	struct abilock_catalogue *catalogue = NULL;

	if (argc < 3)
		return 2;
	if (str_eq(argv[1], "toggle"))
		return argc > 4 ? toggle(argv[2], argv[3], argv[4]) : 2;
	options.path = argv[2];
	for (int i = 3; i < argc; i++) {
		if (str_eq(argv[i], "-n"))
			options.use_index = false;
		if (str_eq(argv[i], "-w"))
			options.write_index = true;
		if (str_eq(argv[i], "--host") && i + 1 < argc)
			options.host_file = argv[++i];
	}
	if (abilock_catalogue_open(&options, &catalogue, &error) < 0)
		return fail();
	int status = run(catalogue, argc, argv);
	abilock_catalogue_close(catalogue);
	return status;
}
