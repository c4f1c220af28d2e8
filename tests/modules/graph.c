/* SPDX-License-Identifier: MIT */
/*
 * Ask the resolver about a graph of modules that a text file describes, and compare the answers
 * with those in the file. tests/modules/graphs/README.md has the form.
 *
 *     graph [--update] FILE...
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "manifest/module_name.h"
#include "modules/manager.h"

enum { MODULES_MAX = 512 };

/** What a module of the test does when it is loaded. */
struct behaviour {
	struct abilock_module *module;
	char *words; /* of its line */
};

struct graph {
	const char *path;
	struct abilock_catalogue *catalogue;
	struct abilock_configuration *configuration;
	struct abilock_arena arena; /* of failures, and texts */
	struct behaviour behaviours[MODULES_MAX];
	size_t count;
	const char *arch;
	struct abilock_text out, mapped, started;
};

static void die(const struct graph *graph, const char *what)
{
	(void)fprintf(stderr, "%s: %s\n", graph->path, what);
	exit(3);
}

/* ---- hooks ---- */

static bool does(const struct graph *graph, const struct abilock_module *module, const char *word)
{
	for (size_t i = 0; i < graph->count; i++)
		if (graph->behaviours[i].module == module)
			return strstr(graph->behaviours[i].words, word) != NULL;
	return false;
}

static int fail(struct graph *graph, struct abilock_module *module, bool is_decline,
		const char *text, const struct abilock_failure **ret_failure)
{
	struct abilock_failure *failure =
		abilock_failure_new(&graph->arena, NULL, "%s: %s", module->name, text);

	if (!failure)
		die(graph, "out of memory");
	failure->is_decline = is_decline;
	module->state = is_decline ? ABILOCK_MODULE_DECLINED : ABILOCK_MODULE_FAILED;
	module->failure = failure;
	*ret_failure = failure;
	return -1;
}

static void list(struct abilock_text *text, const struct abilock_module *module)
{
	abilock_text_printf(text, "%s%s", text->length > 0 ? ", " : "", module->name);
}

static int map(void *data, struct abilock_module *module,
	       const struct abilock_failure **ret_failure)
{
	struct graph *graph = data;

	if (does(graph, module, "map-fails"))
		return fail(graph, module, false, "refused by the lock", ret_failure);
	if (does(graph, module, "map-declines"))
		return fail(graph, module, true, "declined: not for this machine", ret_failure);
	module->state = ABILOCK_MODULE_LOADED;
	list(&graph->mapped, module);
	return 0;
}

static int start(void *data, struct abilock_module *module,
		 const struct abilock_failure **ret_failure)
{
	struct graph *graph = data;

	if (does(graph, module, "start-fails"))
		return fail(graph, module, false, "load() failed", ret_failure);
	if (does(graph, module, "start-declines"))
		return fail(graph, module, true, "declined: no configuration", ret_failure);
	module->state = ABILOCK_MODULE_RUNNING;
	list(&graph->started, module);
	return 0;
}

static void failed(void *data, struct abilock_module *module, const struct abilock_failure *failure)
{
	(void)data;
	module->state = failure->is_decline ? ABILOCK_MODULE_DECLINED : ABILOCK_MODULE_FAILED;
	module->failure = failure;
}

/* ---- answers ---- */

static void write_answer(struct graph *graph, const struct abilock_resolution *ret)
{
	struct abilock_text *out = &graph->out;

	for (size_t i = 0; i < ret->step_count; i++)
		abilock_text_printf(out, "%zu. %s  because %s\n", i + 1, ret->steps[i].module->name,
				    ret->steps[i].reason);
	for (size_t i = 0; i < ret->note_count; i++)
		abilock_text_printf(out, "note: %s\n", ret->notes[i]);
	for (size_t i = 0; i < ret->problem_count; i++)
		abilock_text_printf(out, "%s: %s\n",
				    ret->problems[i].is_fatal ? "fatal" : "problem",
				    ret->problems[i].text);
	if (ret->step_count + ret->note_count + ret->problem_count == 0)
		abilock_text_puts(out, "nothing\n");
}

/* Which modules were mapped is told where it is not what was started. */
static void write_mapped(struct graph *graph)
{
	const struct abilock_text *mapped = &graph->mapped, *started = &graph->started;

	if (mapped->length == 0)
		return;
	if (mapped->length == started->length &&
	    memcmp(mapped->data, started->data, mapped->length) == 0)
		return;
	abilock_text_puts(&graph->out, "mapped: ");
	abilock_text_add(&graph->out, mapped->data, mapped->length);
	abilock_text_putc(&graph->out, '\n');
}

static void resolve(struct graph *graph, struct abilock_resolver_question *question)
{
	struct abilock_resolution ret;
	struct abilock_error err = {0};

	question->catalogue = graph->catalogue;
	question->configuration = graph->configuration;
	question->arch = graph->arch;
	question->failures = &graph->arena;
	abilock_text_clear(&graph->mapped);
	abilock_text_clear(&graph->started);
	if (abilock_resolve(question, &ret, &err) < 0)
		die(graph, "out of memory");
	if (question->hooks && question->hooks->start)
		write_mapped(graph);
	write_answer(graph, &ret);
	abilock_resolution_deinit(&ret);
}

static void write_states(struct graph *graph)
{
	static const char *const names[] = {"known",   "loaded", "running",  "stopping",
					    "stopped", "failed", "declined", "blocked"};

	for (size_t i = 0; i < abilock_catalogue_count(graph->catalogue); i++) {
		const struct abilock_module *module = abilock_catalogue_at(graph->catalogue, i);

		abilock_text_printf(&graph->out, "%s %s\n", module->name, names[module->state]);
	}
}

static void write_cycles(struct graph *graph)
{
	struct abilock_cycle *cycles = NULL;
	size_t count = 0;

	if (abilock_resolver_cycles(graph->catalogue, graph->configuration, &graph->arena, &cycles,
				    &count, NULL) < 0)
		die(graph, "out of memory");
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < cycles[i].count; k++)
			abilock_text_printf(&graph->out, "%s -> ", cycles[i].modules[k]->name);
		abilock_text_printf(&graph->out, "%s\n", cycles[i].modules[0]->name);
	}
	free(cycles);
}

/* What the manager's functions for people say. */
static void write_text_for_people(struct graph *graph, const char *line)
{
	struct abilock_modules modules = {.catalogue = graph->catalogue,
					  .configuration = graph->configuration,
					  .arch = graph->arch};
	const char *subject = strchr(line, ' ');
	char *text, *name;

	subject = subject ? subject + 1 : "";
	(void)pthread_mutex_init(&modules.data, NULL);
	if (str_starts(line, "explain ")) {
		text = abilock_modules_explain(&modules, subject);
	} else {
		char *type = abilock_arena_strdup(&graph->arena, subject);

		name = type ? strchr(type, '=') : NULL;
		if (!name)
			die(graph, line);
		*name++ = '\0';
		text = abilock_modules_why_not(&modules, type, name);
	}
	abilock_text_printf(&graph->out, "%s\n", text ? text : "(nothing to say)");
	free(text);
	(void)pthread_mutex_destroy(&modules.data);
}

/* ---- questions ---- */

/* Goals of words: `NAME` or `TYPE=NAME`. */
static size_t goals_of_words(struct graph *graph, char *words, const char *reason,
			     struct abilock_goal *goals, size_t room)
{
	size_t count = 0;

	for (char *word, *at = words; (word = strsep(&at, " ")) != NULL;) {
		char *name = strchr(word, '=');
		const char *type = name ? word : "module";

		if (!*word || count == room)
			continue;
		if (name)
			*name++ = '\0';
		else if (abilock_module_name_parse(&graph->arena, word, (const char **)&name,
						   NULL) < 0)
			die(graph, "a name that is none");
		goals[count++] =
			(struct abilock_goal){.type = type, .name = name, .reason = reason};
	}
	return count;
}

static void ask(struct graph *graph, char *line)
{
	const struct abilock_resolver_hooks hooks = {.map = map,
						     .start = start,
						     .failed = failed,
						     .data = graph},
					    map_hooks = {
						    .map = map, .failed = failed, .data = graph};
	struct abilock_resolver_question question = {.hooks = &hooks};
	struct abilock_goal goals[32], *wanted = NULL;
	char *rest = strchr(line, ' ');
	const bool is_load = str_starts(line, "load "), is_request = str_starts(line, "request ");

	abilock_text_printf(&graph->out, "> %s\n", line);
	if (str_eq(line, "states")) {
		write_states(graph);
		return;
	}
	if (str_eq(line, "cycles")) {
		write_cycles(graph);
		return;
	}
	if (str_starts(line, "explain ") || str_starts(line, "why-not ")) {
		write_text_for_people(graph, line);
		return;
	}
	if (str_starts(line, "plan"))
		question.hooks = NULL;
	if (str_eq(line, "map"))
		question.hooks = &map_hooks;
	if (str_starts(line, "initialise")) {
		question.is_continued = true;
		question.only_type = rest ? rest + 1 : NULL;
	}
	question.goals = goals;
	if (is_load || is_request || str_starts(line, "plan ")) {
		question.goal_count = goals_of_words(
			graph, rest, is_request ? "asked for by a test" : "loaded by the admin",
			goals, ARRAY_SIZE(goals));
	} else {
		if (abilock_goals_of_configuration(graph->catalogue, graph->configuration,
						   &graph->arena, &wanted, &question.goal_count,
						   NULL) < 0)
			die(graph, "out of memory");
		question.goals = wanted;
	}
	resolve(graph, &question);
	free(wanted);
}

/* ---- the file ---- */

/* The problem of a module whose line says `problem` or `gone`, and what it is already. */
static void set_state(struct graph *graph, struct abilock_module *module, const char *words)
{
	static const char *const states[] = {"is-known",    "is-loaded",  "is-running",
					     "is-stopping", "is-stopped", "is-failed",
					     "is-declined", "is-blocked"};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strstr(words, states[i]))
			module->state = (enum abilock_module_state)i;
	if (strstr(words, "is-damaged"))
		module->problem = "the manifest is damaged";
	if (strstr(words, "is-gone"))
		module->is_gone = true;
	(void)graph;
}

static void add_module(struct graph *graph, char *words, const char *text, size_t length)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_manifest *manifest = NULL;
	struct abilock_error err = {0};

	if (abilock_manifest_parse(text, length, NULL, &manifest, &diags) < 0 ||
	    graph->count == MODULES_MAX)
		die(graph, diags.count > 0 ? diags.items[0].message : "too many modules");
	char *name = abilock_arena_strdup(&graph->arena, manifest->name);

	if (abilock_catalogue_add(graph->catalogue, manifest, &err) < 0)
		die(graph, err.message);
	struct abilock_module *module = abilock_catalogue_find(graph->catalogue, name);

	if (!module)
		die(graph, "a module is not found by its name");
	graph->behaviours[graph->count++] = (struct behaviour){module, words};
	set_state(graph, module, words);
}

static void set_configuration(struct graph *graph, const char *text, size_t length)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	abilock_configuration_free(take_ptr(graph->configuration));
	if (abilock_configuration_parse(text, length, "modules.conf", &graph->configuration,
					&diags) == ABILOCK_E_NOMEM)
		die(graph, "out of memory");
	for (size_t i = 0; i < diags.count; i++)
		abilock_text_printf(
			&graph->out, "modules.conf:%u: %s: %s\n", diags.items[i].place.line,
			abilock_level_name(diags.items[i].level), diags.items[i].message);
}

/* A section: its head without `=== `, and the lines below. */
static void take_section(struct graph *graph, char *head, char *text, size_t length)
{
	if (str_starts(head, "module")) {
		add_module(graph, head + strlen("module"), text, length);
	} else if (str_eq(head, "conf")) {
		set_configuration(graph, text, length);
	} else if (str_starts(head, "arch ")) {
		graph->arch = head + strlen("arch ");
	} else if (str_eq(head, "ask")) {
		for (char *line; (line = strsep(&text, "\n")) != NULL;)
			if (*line)
				ask(graph, line);
	} else {
		die(graph, head);
	}
}

static const char mark[] = "\n=== ";

/* All sections up to the one that says what is expected. @return where that text begins. */
static char *take_sections(struct graph *graph, char *text)
{
	char *at = strstr(text, mark);

	while (at) {
		char *head = at + strlen(mark), *body = strchr(head, '\n'), *next;

		if (!body)
			break;
		*body++ = '\0';
		if (str_eq(head, "expect"))
			return body;
		/* A section may be empty. */
		next = str_starts(body, mark + 1) ? body - 1 : strstr(body, mark);
		if (next && next >= body)
			*next = '\0';
		take_section(graph, head, body, next && next < body ? 0 : strlen(body));
		at = next;
	}
	die(graph, "it has no `=== expect`");
	return NULL;
}

static char *read_file(const struct graph *graph)
{
	_cleanup_(fclosep) FILE *file = fopen(graph->path, "r");
	struct stat st;
	char *text = NULL;

	if (!file || fstat(fileno(file), &st) < 0 || !(text = calloc(1, (size_t)st.st_size + 1)) ||
	    fread(text, 1, (size_t)st.st_size, file) != (size_t)st.st_size)
		die(graph, "cannot be read");
	return text;
}

/* ---- comparing ---- */

static void write_temporary(char *path, const char *text, size_t length)
{
	const int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, length) != (ssize_t)length || close(fd) < 0)
		exit(3);
}

static void show_difference(const char *want, const struct abilock_text *have)
{
	char want_path[] = "/tmp/graph-expected.XXXXXX", have_path[] = "/tmp/graph-answer.XXXXXX";
	char *command = NULL;

	write_temporary(want_path, want, strlen(want));
	write_temporary(have_path, have->data, have->length);
	(void)fflush(stdout);
	if (asprintf(&command, "diff -u %s %s", want_path, have_path) >= 0 && system(command) < 0)
		exit(3);
	free(command);
	(void)unlink(want_path);
	(void)unlink(have_path);
}

static void update(const struct graph *graph, const char *original, size_t keep)
{
	_cleanup_(fclosep) FILE *file = fopen(graph->path, "w");

	if (!file || fwrite(original, 1, keep, file) != keep ||
	    fwrite(graph->out.data, 1, graph->out.length, file) != graph->out.length)
		die(graph, "cannot be written");
}

/* @return whether the answers are those of the file. */
static bool run(const char *path, bool is_update)
{
	const struct abilock_catalogue_options options = {.index = "modules.index"};
	struct graph graph = {.path = path};
	_cleanup_(freep) char *text = read_file(&graph);
	_cleanup_(freep) char *original = strdup(text);
	struct abilock_error err = {0};
	char *expected;
	bool is_same;

	if (abilock_catalogue_open(&options, &graph.catalogue, &err) < 0)
		die(&graph, err.message);
	set_configuration(&graph, "", 0);
	expected = take_sections(&graph, text);
	is_same = graph.out.length == strlen(expected) &&
		  memcmp(graph.out.data, expected, graph.out.length) == 0;
	if (!is_same && is_update)
		update(&graph, original, (size_t)(expected - text));
	else if (!is_same)
		show_difference(expected, &graph.out);
	(void)printf("%s - %s: %.*s\n", is_same || is_update ? "ok" : "not ok", path_base(path),
		     (int)strcspn(original, "\n"), original);
	abilock_text_deinit(&graph.out);
	abilock_text_deinit(&graph.mapped);
	abilock_text_deinit(&graph.started);
	abilock_configuration_free(graph.configuration);
	abilock_catalogue_close(graph.catalogue);
	abilock_arena_clear(&graph.arena);
	return is_same || is_update;
}

int main(int argc, char **argv)
{
	const bool is_update = argc > 1 && str_eq(argv[1], "--update");
	int failures = 0;

	for (int i = 1 + is_update; i < argc; i++)
		failures += !run(argv[i], is_update);
	(void)printf("%d of %d graphs failed\n", failures, argc - 1 - is_update);
	return failures > 0 || argc < 2 + is_update;
}
