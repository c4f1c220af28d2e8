/* SPDX-License-Identifier: MIT */
/* The dialplan: extensions, the steps of each, and calls that go through them. */
#include "dialplan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"
#include "switchboard_private.h"

enum { DEPTH_MAX = 16 };

static struct step *steps;
static size_t step_count;
struct call *switchboard_calls;

void switchboard_add_step(const struct step *step)
{
	struct step *more = realloc(steps, (step_count + 1) * sizeof(*steps));

	if (!more)
		abort();
	steps = more;
	steps[step_count++] = *step;
}

static const struct step *find_step(const char *context, const char *extension, unsigned priority)
{
	for (size_t i = 0; i < step_count; i++)
		if (steps[i].priority == priority && strcmp(steps[i].context, context) == 0 &&
		    strcmp(steps[i].extension, extension) == 0)
			return &steps[i];
	return NULL;
}

int switchboard_fail(const struct call *call, char *why, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "switchboard: %s: ", call->step->where);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s%s\n", why ? ": " : "", why ? why : "");
	free(why);
	return -1;
}

/* `NAME(ARGUMENT)` of a `${NAME(ARGUMENT)}`, or a variable. */
static int write_value(struct call *call, char *name, FILE *out)
{
	char *argument = strchr(name, '('), *end = strrchr(name, ')'), *why;
	const struct function *function;

	if (!argument || !end || end < argument) {
		fputs(strcmp(name, "ARG1") == 0 && call->argument ? call->argument : "", out);
		return 0;
	}
	*argument++ = *end = '\0';
	function = switchboard_find("function", name, call->step->where, &why);
	if (!function)
		return switchboard_fail(call, why, "no function %s", name);
	function->read(call, argument, out);
	return 0;
}

/* The arguments of a step with the values of its variables and functions. */
static char *expand(struct call *call, const char *text)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	int r = out ? 0 : -1;

	while (r == 0 && *text) {
		const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;

		if (end) {
			char *name = strndup(text + 2, (size_t)(end - text) - 2);

			r = name ? write_value(call, name, out) : -1;
			free(name);
			text = end + 1;
		} else {
			putc(*text++, out);
		}
	}
	if (out)
		fclose(out);
	if (r == 0)
		return result;
	free(result);
	return NULL;
}

static int run_step(struct call *call)
{
	const struct step *step = call->step;
	char *why, *arguments;
	const struct application *application =
		switchboard_find("application", step->application, step->where, &why);
	int r = -1;

	if (!application)
		return switchboard_fail(call, why, "no application %s", step->application);
	arguments = expand(call, step->arguments);
	if (arguments) {
		switchboard_say("%s,%s,%u %s(%s)", step->context, step->extension, step->priority,
				step->application, arguments);
		call->steps++;
		r = application->run(call, arguments);
	}
	free(arguments);
	return r;
}

int switchboard_run(struct call *call, const char *context, const char *extension,
		    unsigned priority)
{
	const struct step *step = find_step(context, extension, priority), *before = call->step;
	int r = 0;

	if (!step || ++call->depth > DEPTH_MAX) {
		fprintf(stderr, "switchboard: %s,%s,%u: %s\n", context, extension, priority,
			step ? "too many calls of each other" : "no such step");
		return -1;
	}
	for (; step && r == 0; step = find_step(context, extension, ++priority)) {
		call->step = step;
		r = run_step(call);
	}
	call->step = before;
	call->depth--;
	return r < 0 ? -1 : 0;
}

static void write_record(const void *interface, const void *call)
{
	((const struct call_record *)interface)->write(call);
}

int dialplan_call(const char *to)
{
	static unsigned number;
	struct call call = {.next = switchboard_calls, .number = ++number};
	const char *at = strchr(to, '@');
	char *extension = strndup(to, at ? (size_t)(at - to) : strlen(to));
	int r;

	if (!extension)
		abort();
	switchboard_calls = &call;
	r = switchboard_run(&call, at ? at + 1 : "default", extension, 1);
	registry_each("cdr", write_record, &call);
	switchboard_calls = call.next;
	free(extension);
	return r;
}

static int no_op(struct call *call, const char *arguments)
{
	(void)call;
	(void)arguments;
	return 0;
}

void dialplan_start(void)
{
	static const struct application application = {no_op};

	switchboard_register("application", "NoOp", 0, &application);
}
