/* SPDX-License-Identifier: MIT */
#include "shlibs.h"

#include <ctype.h>

#include "textfile.h"

/* The next word of a line, cut off; NULL at its end. What is behind it begins with no blank. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t\r\f\v");
	char *end = word + strcspn(word, " \t\r\f\v");

	*line = end + strspn(end, " \t\r\f\v");
	*end = '\0';
	return *word ? word : NULL;
}

/* A dependency has two letters at least: one alone makes a line a bad one for dpkg. */
static bool parse_line(char *line, struct deb_shlib *to)
{
	char *word = next_word(&line);
	const size_t length = word ? strlen(word) : 0;

	if (length > 1 && word[length - 1] == ':') {
		word[length - 1] = '\0';
		to->type = word;
		word = next_word(&line);
	}
	to->library = word;
	to->version = word ? next_word(&line) : NULL;
	to->dependencies = line;
	return to->version && strlen(line) != 1;
}

static int read_line(struct deb_shlibs *shlibs, const struct deb_textfile *text, char *line,
		     struct deb_messages *messages, struct abilock_error *err)
{
	size_t length = strlen(line);
	struct deb_shlib row = {0};

	while (length > 0 && isspace((unsigned char)line[length - 1]))
		line[--length] = '\0';
	if (line[0] == '#' || line[strspn(line, " \t\r\f\v")] == '\0')
		return 0;
	const char *shown =
		abilock_arena_strndup(&shlibs->arena, line, length < 100 ? length : 100);
	if (!parse_line(line, &row)) {
		deb_warn(messages,
			 "%s:%lu: '%s': expected 'LIBRARY VERSION DEPENDENCY'; the line is passed "
			 "over",
			 text->path, text->line, shown ? shown : "");
		return 0;
	}
	struct deb_shlib *slot = abilock_array_push(&shlibs->items, &shlibs->count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = row;
	return 0;
}

/* Bytes may be NULL: they are those of the file. */
static int read_shlibs(const char *path, const char *bytes, size_t size,
		       struct deb_shlibs **ret_shlibs, struct deb_messages *messages,
		       struct abilock_error *err)
{
	_cleanup_(deb_shlibs_freep) struct deb_shlibs *shlibs = calloc(1, sizeof(*shlibs));
	struct deb_textfile text;
	char *line;

	if (!shlibs || !(shlibs->path = abilock_arena_strdup(&shlibs->arena, path)))
		return abilock_error_nomem(err);
	int r = bytes ? deb_textfile_open(&text, &shlibs->arena, shlibs->path, bytes, size, err)
		      : deb_textfile_read(&text, &shlibs->arena, shlibs->path, err);
	while (r >= 0 && (line = deb_textfile_line(&text)))
		r = read_line(shlibs, &text, line, messages, err);
	if (r >= 0)
		*ret_shlibs = take_ptr(shlibs);
	return r;
}

int deb_shlibs_open(const char *path, struct deb_shlibs **ret_shlibs, struct deb_messages *messages,
		    struct abilock_error *err)
{
	return read_shlibs(path, NULL, 0, ret_shlibs, messages, err);
}

int deb_shlibs_parse(const char *bytes, size_t size, const char *path,
		     struct deb_shlibs **ret_shlibs, struct deb_messages *messages,
		     struct abilock_error *err)
{
	return read_shlibs(path, bytes, size, ret_shlibs, messages, err);
}

void deb_shlibs_free(struct deb_shlibs *shlibs)
{
	if (!shlibs)
		return;
	free(shlibs->items);
	abilock_arena_clear(&shlibs->arena);
	free(shlibs);
}

/* The last place of @p part in @p s with something in front and, for @p behind, behind it. */
static const char *last_inside(const char *s, const char *part, bool behind)
{
	const char *found = NULL;

	for (const char *p = s; (p = strstr(p, part)); p++)
		if (p > s && (!behind || p[strlen(part)]))
			found = p;
	return found;
}

static bool split_at_dash(const char *soname, struct deb_soname *ret)
{
	const char *end = soname + strlen(soname) - strlen(".so");

	if (!str_ends(soname, ".so"))
		return false;
	for (const char *p = end; p > soname + 1; p--) {
		if (p[-1] == '-' && p < end && isdigit((unsigned char)*p)) {
			*ret = (struct deb_soname){soname, (size_t)(p - 1 - soname), p,
						   (size_t)(end - p)};
			return true;
		}
	}
	return false;
}

bool deb_soname_split(const char *soname, struct deb_soname *ret)
{
	const char *dot = last_inside(soname, ".so.", true);

	if (!dot)
		return split_at_dash(soname, ret);
	*ret = (struct deb_soname){soname, (size_t)(dot - soname), dot + 4, strlen(dot + 4)};
	return true;
}

static bool is_part(const char *s, const char *part, size_t length)
{
	return strlen(s) == length && memcmp(s, part, length) == 0;
}

const char *deb_shlibs_find(const struct deb_shlibs *shlibs, const char *soname, const char *type)
{
	const char *any = NULL;
	struct deb_soname parts;

	if (!deb_soname_split(soname, &parts))
		return NULL;
	for (size_t i = 0; i < shlibs->count; i++) {
		const struct deb_shlib *row = &shlibs->items[i];

		if (!is_part(row->library, parts.name, parts.name_length) ||
		    !is_part(row->version, parts.version, parts.version_length))
			continue;
		if (row->type && str_eq(row->type, type))
			return row->dependencies;
		if (!row->type && !any)
			any = row->dependencies;
	}
	return any;
}
