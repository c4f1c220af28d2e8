/* SPDX-License-Identifier: MIT */
#include "lint_text.h"

void lint_text_deinit(struct lint_text *text)
{
	free(text->tokens);
	free(text->lines);
	*text = (struct lint_text){0};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool starts_comment(const struct lint_text *text, size_t at)
{
	return text->text[at] == '#' ||
	       (text->text[at] == '/' && at + 1 < text->length && text->text[at + 1] == '*');
}

/* Behind the newest byte of `# ...` or of a block comment. */
static size_t comment_end(const struct lint_text *text, size_t at)
{
	const char *p = text->text + at, *end = text->text + text->length;

	if (*p == '#') {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		return (size_t)((newline ? newline : end) - text->text);
	}
	const char *close = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);
	return (size_t)((close ? close + 2 : end) - text->text);
}

static size_t quoted_end(const struct lint_text *text, size_t at)
{
	const char *p = text->text + at + 1, *end = text->text + text->length;
	const char *close = memchr(p, '"', (size_t)(end - p));

	return (size_t)((close ? close + 1 : end) - text->text);
}

/* A colon belongs to a word where it is doubled: C++ names. */
static size_t word_end(const struct lint_text *text, size_t at)
{
	const char *s = text->text;

	while (at < text->length && !is_blank(s[at]) && !strchr("{};\"", s[at]) &&
	       !starts_comment(text, at)) {
		if (s[at] == ':' && (at + 1 == text->length || s[at + 1] != ':'))
			break;
		at += s[at] == ':' ? 2 : 1;
	}
	return at;
}

static struct lint_token token_at(const struct lint_text *text, size_t at)
{
	const char c = text->text[at];
	struct lint_token token = {LINT_WORD, at, 0};
	size_t end = at + 1;

	if (starts_comment(text, at)) {
		token.kind = LINT_COMMENT;
		end = comment_end(text, at);
	} else if (c == '"') {
		token.kind = LINT_QUOTED;
		end = quoted_end(text, at);
	} else if (strchr("{};", c) || word_end(text, at) == at) {
		token.kind = LINT_PUNCTUATION;
	} else {
		end = word_end(text, at);
	}
	token.length = end - at;
	return token;
}

static bool read_lines(struct lint_text *text)
{
	const char *p = text->text, *end = p + text->length;

	while (p) {
		size_t *line = abilock_array_push(&text->lines, &text->line_count, sizeof(*line));

		if (!line)
			return false;
		*line = (size_t)(p - text->text);
		p = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		p = p ? p + 1 : NULL;
	}
	return true;
}

bool lint_text_read(struct lint_text *text, const struct abilock_source *source)
{
	text->text = source->text ? source->text : "";
	text->length = source->length;
	for (size_t at = 0; at < text->length;) {
		if (is_blank(text->text[at])) {
			at++;
			continue;
		}
		struct lint_token *token =
			abilock_array_push(&text->tokens, &text->token_count, sizeof(*token));
		if (!token)
			return false;
		*token = token_at(text, at);
		at += token->length;
	}
	return read_lines(text);
}

size_t lint_text_offset(const struct lint_text *text, struct abilock_place place)
{
	if (place.line == 0 || place.line > text->line_count || place.column == 0)
		return text->length;
	size_t offset = text->lines[place.line - 1] + place.column - 1;
	return offset < text->length ? offset : text->length;
}

/* Index of the last line that starts at or before the offset. */
static size_t line_of(const struct lint_text *text, size_t offset)
{
	size_t low = 0, high = text->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (text->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct abilock_place lint_text_place(const struct lint_text *text, uint32_t file, size_t offset,
				     size_t length)
{
	size_t line = line_of(text, offset);

	return (struct abilock_place){file, (uint32_t)line + 1,
				      (uint32_t)(offset - text->lines[line]) + 1, (uint32_t)length};
}

size_t lint_text_find(const struct lint_text *text, size_t offset)
{
	size_t low = 0, high = text->token_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (text->tokens[middle].offset + text->tokens[middle].length <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t lint_text_skip(const struct lint_text *text, size_t at)
{
	while (at < text->token_count && text->tokens[at].kind == LINT_COMMENT)
		at++;
	return at;
}

bool lint_token_is(const struct lint_text *text, size_t token, const char *word)
{
	if (token >= text->token_count)
		return false;
	const struct lint_token *t = &text->tokens[token];
	return t->length == strlen(word) && memcmp(text->text + t->offset, word, t->length) == 0;
}

void lint_text_line(const struct lint_text *text, size_t offset, size_t *ret_start, size_t *ret_end)
{
	size_t line = line_of(text, offset);

	*ret_start = text->lines[line];
	*ret_end = line + 1 < text->line_count ? text->lines[line + 1] - 1 : text->length;
}

bool lint_text_is_blank(const struct lint_text *text, size_t from, size_t to)
{
	for (; from < to; from++)
		if (!is_blank(text->text[from]))
			return false;
	return true;
}
