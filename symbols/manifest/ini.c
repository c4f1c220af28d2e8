/* SPDX-License-Identifier: MIT */
#include "ini.h"

static const char rule[] = "ini-syntax";

/* Where reading stands: one line of it. */
struct reader {
	struct abilock_arena *arena;
	struct abilock_diagnostics *diags;
	const char *section;
	uint32_t file, line;
	const char *start; /* of the line */
	const char *p, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && is_blank(*r->p))
		r->p++;
}

/* A comment begins with a `;` behind a blank, or at the start of the line. */
static bool is_comment(const struct reader *r, const char *at)
{
	return *at == ';' && (at == r->start || is_blank(at[-1]));
}

static uint32_t clamp(ptrdiff_t value)
{
	return value > INT32_MAX ? INT32_MAX : (uint32_t)value;
}

static struct abilock_place place_of(const struct reader *r, const char *from, const char *to)
{
	return (struct abilock_place){.file = r->file,
				      .line = r->line,
				      .column = clamp(from - r->start + 1),
				      .length = clamp(to - from)};
}

static void complain(struct reader *r, const char *from, const char *to, const char *message,
		     const char *fix)
{
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		r->diags, ABILOCK_LEVEL_ERROR, rule, place_of(r, from, to), "%s", message);

	if (diag)
		diag->fix = fix;
}

/* Characters that no line may have. */
static bool check_characters(struct reader *r)
{
	for (const char *p = r->p; p < r->end;) {
		if (*p >= ' ' && *p < 0x7f) {
			p++;
			continue;
		}
		/* A line in the middle of a text has its newline behind it, which ends a sequence;
		   the last one may have nothing that could be looked at. */
		char tail[5] = {0};
		const size_t left = (size_t)(r->end - p);

		memcpy(tail, p, left < 4 ? left : 4);
		const size_t step = abilock_utf8_sequence(tail);
		if (step == 0) {
			complain(r, p, p + 1, "this is not UTF-8", "save the file as UTF-8");
			return false;
		}
		if (is_control(*p) && *p != '\t') {
			complain(r, p, p + 1, "a control character",
				 "in a quoted value, \\n and \\t stand for newline and tab");
			return false;
		}
		p += step;
	}
	return true;
}

/* The end of what stands in front of a comment, without the blanks there. */
static const char *find_end(const struct reader *r, const char *from)
{
	const char *end = from;

	while (end < r->end && !is_comment(r, end))
		end++;
	while (end > from && is_blank(end[-1]))
		end--;
	return end;
}

/* Only blanks and a comment may follow. */
static bool check_rest(struct reader *r, const char *message, const char *fix)
{
	skip_blanks(r);
	if (r->p == r->end || is_comment(r, r->p))
		return true;
	complain(r, r->p, find_end(r, r->p), message, fix);
	return false;
}

/* @return 1 a section; 0 the line is wrong; or negative. */
static int read_section(struct reader *r, struct abilock_ini_line *line)
{
	const char *open = r->p, *close = memchr(open, ']', (size_t)(r->end - open));

	if (!close) {
		complain(r, open, find_end(r, open), "the section's name has no ]", "write [name]");
		return 0;
	}
	r->p = open + 1;
	skip_blanks(r);
	const char *from = r->p, *to = close;
	while (to > from && is_blank(to[-1]))
		to--;
	r->p = close + 1;
	if (to <= from) {
		complain(r, open, close + 1, "a section without a name", "write [name]");
		return 0;
	}
	if (!check_rest(r, "this stands behind the section's name", "put it on a line of its own"))
		return 0;
	r->section = abilock_arena_strndup(r->arena, from, (size_t)(to - from));
	if (!r->section)
		return ABILOCK_E_NOMEM;
	*line = (struct abilock_ini_line){.section = r->section, .place = place_of(r, from, to)};
	line->value_place = line->place;
	return 1;
}

static char unescape(char c)
{
	switch (c) {
	case 'n': return '\n';
	case 't': return '\t';
	case '"':
	case '\\': return c;
	default: return '\0';
	}
}

/* From the quote on. @return 1, 0 or negative, as read_section(). */
static int read_quoted(struct reader *r, struct abilock_ini_line *line)
{
	const char *open = r->p++;
	char *value = abilock_arena_bytes(r->arena, (size_t)(r->end - open) + 1);
	size_t length = 0;

	if (!value)
		return ABILOCK_E_NOMEM;
	for (; r->p < r->end && *r->p != '"'; r->p++) {
		char c = *r->p;

		if (c == '\\') {
			c = r->p + 1 < r->end ? unescape(r->p[1]) : '\0';
			if (c == '\0') {
				complain(r, r->p, r->p + 2, "a backslash without a meaning",
					 "write \\\\ for a backslash; there are \\\", \\n and \\t");
				return 0;
			}
			r->p++;
		}
		value[length++] = c;
	}
	if (r->p == r->end) {
		complain(r, open, r->end, "the value has no quote at its end",
			 "a value ends on its line: write \\n for a newline");
		return 0;
	}
	r->p++;
	value[length] = '\0';
	line->value = value;
	line->value_place = place_of(r, open, r->p);
	return check_rest(r, "this stands behind the quoted value",
			  "put all of the value in quotes, with \\\" for a quote in it");
}

static int read_value(struct reader *r, struct abilock_ini_line *line)
{
	skip_blanks(r);
	if (r->p < r->end && *r->p == '"')
		return read_quoted(r, line);
	const char *to = find_end(r, r->p);
	line->value = abilock_arena_strndup(r->arena, r->p, (size_t)(to - r->p));
	line->value_place = place_of(r, r->p, to);
	return line->value ? 1 : ABILOCK_E_NOMEM;
}

static int read_pair(struct reader *r, struct abilock_ini_line *line)
{
	const char *from = r->p, *to = find_end(r, from);
	const char *equal = memchr(from, '=', (size_t)(to - from));

	if (!equal || equal == from) {
		complain(r, from, to, equal ? "there is no key in front of =" : "no key=value",
			 "write key=value, or ; in front of a comment");
		return 0;
	}
	for (to = equal; is_blank(to[-1]); to--)
		;
	line->section = r->section;
	line->key = abilock_arena_strndup(r->arena, from, (size_t)(to - from));
	line->place = place_of(r, from, to);
	r->p = equal + 1;
	if (r->p < r->end && *r->p == '>')
		r->p++;
	return line->key ? read_value(r, line) : ABILOCK_E_NOMEM;
}

static int read_line(struct reader *r, struct abilock_ini_line *line)
{
	*line = (struct abilock_ini_line){0};
	if (!check_characters(r))
		return 0;
	skip_blanks(r);
	if (r->p == r->end || *r->p == '#' || *r->p == ';')
		return 0;
	return *r->p == '[' ? read_section(r, line) : read_pair(r, line);
}

int abilock_ini_read(const char *text, size_t length, uint32_t file, struct abilock_arena *arena,
		     int (*take)(const struct abilock_ini_line *line, void *data), void *data,
		     struct abilock_diagnostics *diags)
{
	struct reader r = {.arena = arena, .diags = diags, .section = "", .file = file};
	const char *p = text, *end = length ? text + length : text;
	struct abilock_ini_line line;

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		r.start = r.p = p;
		r.end = newline ? newline : end;
		p = newline ? newline + 1 : end;
		if (r.end > r.p && r.end[-1] == '\r')
			r.end--;
		r.line += r.line < UINT32_MAX;
		int result = read_line(&r, &line);
		if (result > 0)
			result = take(&line, data);
		if (result < 0)
			return result;
	}
	return diags->failed ? ABILOCK_E_NOMEM : 0;
}

static bool needs_quotes(const char *value)
{
	if (is_blank(*value) || strchr("\">;", *value))
		return *value != '\0';
	for (; *value; value++) {
		if (*value == '\n' || *value == '\t')
			return true;
		if (*value == ' ' && (value[1] == ';' || value[1] == '\0'))
			return true;
	}
	return false;
}

void abilock_ini_write_value(struct abilock_text *out, const char *value)
{
	if (!needs_quotes(value)) {
		abilock_text_puts(out, value);
		return;
	}
	abilock_text_putc(out, '"');
	for (; *value; value++) {
		const char c = *value;

		if (c == '"' || c == '\\' || c == '\n' || c == '\t')
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, (char)(c == '\n' ? 'n' : c == '\t' ? 't' : c));
	}
	abilock_text_putc(out, '"');
}
