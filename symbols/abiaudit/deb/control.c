/* SPDX-License-Identifier: MIT */
#include "control.h"

#include <ctype.h>
#include <strings.h>

#include "textfile.h"

/* What a file is read into. */
struct reader {
	struct deb_control *control;
	struct deb_textfile text;
	struct deb_paragraph *paragraph; /* NULL between paragraphs */
	char *value_end;		 /* of the field that was read last */
};

static int fail(const struct reader *reader, struct abilock_error *err, const char *message,
		const char *found)
{
	return abilock_error_set_line(err, reader->text.path, reader->text.line, 1, message, found);
}

static bool is_blank(char c)
{
	return isspace((unsigned char)c) != 0;
}

static void strip_end(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && is_blank(line[length - 1]))
		line[--length] = '\0';
}

static struct deb_paragraph *paragraph_here(struct reader *reader)
{
	struct deb_control *control = reader->control;

	if (!reader->paragraph) {
		reader->paragraph =
			abilock_array_push(&control->paragraphs, &control->paragraph_count,
					   sizeof(*reader->paragraph));
		if (reader->paragraph)
			reader->paragraph->line = reader->text.line;
	}
	return reader->paragraph;
}

static int add_field(struct reader *reader, char *line, struct abilock_error *err)
{
	char *colon = strchr(line, ':');
	size_t length = colon ? (size_t)(colon - line) : 0;

	if (line[0] == '-')
		return fail(reader, err, "'%.100s': a field cannot begin with a hyphen", line);
	while (length > 0 && is_blank(line[length - 1]))
		length--;
	if (length == 0 || strcspn(line, " \t") < length)
		return fail(reader, err, "'%.100s': expected 'Field: value'", line);
	line[length] = '\0';
	for (colon++; is_blank(*colon); colon++)
		;
	struct deb_paragraph *paragraph = paragraph_here(reader);
	if (!paragraph)
		return abilock_error_nomem(err);
	if (deb_paragraph_field(paragraph, line))
		return fail(reader, err, "field %.100s is in the paragraph twice", line);
	struct deb_control_field *field =
		abilock_array_push(&paragraph->fields, &paragraph->field_count, sizeof(*field));
	if (!field)
		return abilock_error_nomem(err);
	*field = (struct deb_control_field){line, colon};
	reader->value_end = colon + strlen(colon);
	return 0;
}

/*
 * ` text` goes on with the value; a line of dots stands for one dot less, an empty line at last.
 * The lines of a value move together where they were read: they only get shorter.
 */
static int continue_field(struct reader *reader, const char *line, struct abilock_error *err)
{
	if (!reader->paragraph)
		return fail(reader, err, "'%.100s' goes on with a field, but there is none", line);
	line++;
	if (line[0] == '.' && line[strspn(line, ".")] == '\0')
		line++;
	const size_t length = strlen(line);
	*reader->value_end = '\n';
	memmove(reader->value_end + 1, line, length + 1);
	reader->value_end += 1 + length;
	return 0;
}

static int read_lines(struct reader *reader, struct abilock_error *err)
{
	char *line;
	int r = 0;

	while (r >= 0 && (line = deb_textfile_line(&reader->text))) {
		strip_end(line);
		if (line[0] == '#')
			continue;
		if (line[0] == '\0')
			reader->paragraph = NULL;
		else if (is_blank(line[0]))
			r = continue_field(reader, line, err);
		else
			r = add_field(reader, line, err);
	}
	return r;
}

static int read_control(struct reader *reader, int r, struct deb_control **ret_control,
			struct abilock_error *err)
{
	if (r >= 0)
		r = read_lines(reader, err);
	if (r < 0) {
		deb_control_free(reader->control);
		return r;
	}
	*ret_control = reader->control;
	return 0;
}

int deb_control_open(const char *path, struct deb_control **ret_control, struct abilock_error *err)
{
	struct reader reader = {.control = calloc(1, sizeof(*reader.control))};

	if (!reader.control)
		return abilock_error_nomem(err);
	int r = deb_textfile_read(&reader.text, &reader.control->arena, path, err);
	return read_control(&reader, r, ret_control, err);
}

int deb_control_parse(const char *bytes, size_t size, const char *path,
		      struct deb_control **ret_control, struct abilock_error *err)
{
	struct reader reader = {.control = calloc(1, sizeof(*reader.control))};

	if (!reader.control)
		return abilock_error_nomem(err);
	int r = deb_textfile_open(&reader.text, &reader.control->arena, path, bytes, size, err);
	return read_control(&reader, r, ret_control, err);
}

void deb_control_free(struct deb_control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < control->paragraph_count; i++)
		free(control->paragraphs[i].fields);
	free(control->paragraphs);
	abilock_arena_clear(&control->arena);
	free(control);
}

const char *deb_paragraph_field(const struct deb_paragraph *paragraph, const char *name)
{
	for (size_t i = 0; i < paragraph->field_count; i++)
		if (strcasecmp(paragraph->fields[i].name, name) == 0)
			return paragraph->fields[i].value;
	return NULL;
}
