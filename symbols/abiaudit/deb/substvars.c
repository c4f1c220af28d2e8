/* SPDX-License-Identifier: MIT */
#include "substvars.h"

#include <ctype.h>

#include "textfile.h"

/* Length of the name that @p s begins with: a word character, then more of a few kinds. */
static size_t name_length(const char *s)
{
	size_t length = isalnum((unsigned char)*s) || *s == '_';

	while (length > 0 &&
	       (isalnum((unsigned char)s[length]) || s[length] == '-' || s[length] == ':'))
		length++;
	return length;
}

bool deb_substvars_is_name(const char *name)
{
	const size_t length = name_length(name);

	return length > 0 && name[length] == '\0';
}

static struct deb_substvar *find(struct deb_substvars *vars, const char *name)
{
	for (size_t i = 0; i < vars->count; i++)
		if (str_eq(vars->items[i].name, name))
			return &vars->items[i];
	return NULL;
}

/* Strings must live in the arena. */
static int put(struct deb_substvars *vars, struct deb_substvar var, struct abilock_error *err)
{
	struct deb_substvar *slot = find(vars, var.name);

	if (!slot)
		slot = abilock_array_push(&vars->items, &vars->count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = var;
	return 0;
}

static int read_line(struct deb_substvars *vars, const struct deb_textfile *text, char *line,
		     struct abilock_error *err)
{
	size_t length = strlen(line);

	while (length > 0 && isspace((unsigned char)line[length - 1]))
		line[--length] = '\0';
	if (line[strspn(line, " \t\r\f\v")] == '#' || length == 0)
		return 0;
	char *name_end = line + name_length(line);
	const bool is_optional = *name_end == '?';
	char *equals = name_end + is_optional;
	if (name_end == line || *equals != '=')
		return abilock_error_set_line(err, text->path, text->line, 1,
					      "'%.100s': expected 'NAME=value'", line);
	*name_end = '\0';
	return put(vars, (struct deb_substvar){line, equals + 1, is_optional}, err);
}

static int read_lines(struct deb_substvars *vars, struct deb_textfile *text,
		      struct abilock_error *err)
{
	char *line;
	int r = 0;

	while (r >= 0 && (line = deb_textfile_line(text)))
		r = read_line(vars, text, line, err);
	return r;
}

int deb_substvars_read(struct deb_substvars *vars, const char *path, struct abilock_error *err)
{
	struct deb_textfile text;
	int r = deb_textfile_read(&text, &vars->arena, path, err);

	return r < 0 ? r : read_lines(vars, &text, err);
}

int deb_substvars_parse(struct deb_substvars *vars, const char *bytes, size_t size,
			const char *path, struct abilock_error *err)
{
	struct deb_textfile text;
	int r = deb_textfile_open(&text, &vars->arena, path, bytes, size, err);

	return r < 0 ? r : read_lines(vars, &text, err);
}

void deb_substvars_deinit(struct deb_substvars *vars)
{
	free(vars->items);
	abilock_arena_clear(&vars->arena);
	*vars = (struct deb_substvars){0};
}

int deb_substvars_set(struct deb_substvars *vars, const char *name, const char *value,
		      struct abilock_error *err)
{
	struct deb_substvar var = {abilock_arena_strdup(&vars->arena, name),
				   abilock_arena_strdup(&vars->arena, value), false};

	if (!var.name || !var.value)
		return abilock_error_nomem(err);
	return put(vars, var, err);
}

void deb_substvars_drop(struct deb_substvars *vars, const char *prefix)
{
	const size_t length = strlen(prefix);
	size_t kept = 0;

	for (size_t i = 0; i < vars->count; i++)
		if (strncmp(vars->items[i].name, prefix, length) != 0 ||
		    vars->items[i].name[length] != ':')
			vars->items[kept++] = vars->items[i];
	vars->count = kept;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct deb_substvar *)a)->name,
		      ((const struct deb_substvar *)b)->name);
}

void deb_substvars_sort(struct deb_substvars *vars)
{
	if (vars->count > 0)
		qsort(vars->items, vars->count, sizeof(*vars->items), by_name);
}

void deb_substvars_write(const struct deb_substvars *vars, FILE *file)
{
	for (size_t i = 0; i < vars->count; i++)
		(void)fprintf(file, "%s%s=%s\n", vars->items[i].name,
			      vars->items[i].is_optional ? "?" : "", vars->items[i].value);
}
