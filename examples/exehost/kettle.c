/* SPDX-License-Identifier: MIT */
/*
 * kettle: standard input to standard output, through filters that are loaded by name.
 *
 *	kettle [-d DIR] [-o KEY=VALUE]... MODULE...
 *
 * Exit status: 0; 1 when a module is refused or cannot be loaded (nothing is read then); 2 for
 * wrong usage.
 */
#include <abilock/abilock.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kettle_private.h"

/* Says in the file itself which build this is. Once in a host. */
ABILOCK_HOST();

enum { FILTERS_MAX = 16, OPTIONS_MAX = 16 };

static kettle_filter *filters[FILTERS_MAX];
static size_t filter_count;
static const char *options[OPTIONS_MAX];
static size_t option_count;

struct kettle_totals kettle_totals;
_Thread_local struct kettle_line *kettle_current;

/* ---- for the modules ---- */

void kettle_add_filter(const char *name, kettle_filter *filter)
{
	if (filter_count == FILTERS_MAX)
		return;
	filters[filter_count++] = filter;
	fprintf(stderr, "kettle: filter %s\n", name);
}

const char *kettle_text(const struct kettle_line *line)
{
	return line->text;
}

void kettle_set_text(struct kettle_line *line, const char *text)
{
	snprintf(line->text, sizeof(line->text), "%s", text);
}

const char *kettle_option(const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < option_count; i++)
		if (strncmp(options[i], key, len) == 0 && options[i][len] == '=')
			return options[i] + len + 1;
	return NULL;
}

void kettle_drop(void)
{
	kettle_current->dropped = true;
}

/* ---- the program ---- */

/* All that a host changes: dlopen() and dlerror() became abilock_dlopen() and abilock_dlerror(). */
static int load(const char *dir, const char *module)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.so", dir, module);
	if (abilock_dlopen(path, RTLD_NOW | RTLD_LOCAL))
		return 0;
	fprintf(stderr, "kettle: %s\n", abilock_dlerror());
	return 1;
}

static void filter_input(void)
{
	struct kettle_line line = {0};

	while (fgets(line.text, sizeof(line.text), stdin)) {
		line.text[strcspn(line.text, "\n")] = '\0';
		line.number = ++kettle_totals.lines;
		line.dropped = false;
		kettle_current = &line;
		for (size_t i = 0; i < filter_count && !line.dropped; i++)
			filters[i](&line);
		kettle_current = NULL;
		if (line.dropped)
			kettle_totals.dropped++;
		else
			puts(line.text);
	}
}

int main(int argc, char **argv)
{
	const char *dir = KETTLE_MODULES; /* set by the build */
	int failed = 0, letter;

	while ((letter = getopt(argc, argv, "d:o:")) != -1) {
		if (letter == 'd') {
			dir = optarg;
		} else if (letter == 'o' && option_count < OPTIONS_MAX) {
			options[option_count++] = optarg;
		} else {
			fprintf(stderr, "usage: kettle [-d DIR] [-o KEY=VALUE]... MODULE...\n");
			return 2;
		}
	}
	for (int i = optind; i < argc; i++)
		failed |= load(dir, argv[i]);
	if (failed)
		return 1;
	filter_input();
	fprintf(stderr, "kettle: %lu lines, %lu dropped\n", kettle_totals.lines,
		kettle_totals.dropped);
	return 0;
}
