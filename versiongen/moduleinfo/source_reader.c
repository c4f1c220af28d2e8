/* SPDX-License-Identifier: MIT */
#include "source_reader.h"

#include <ctype.h>
#include <limits.h>

/* What expat takes in one piece, with room for more. */
enum { SOURCE_MAX = INT_MAX / 2 };

void moduleinfo_deinit(struct moduleinfo *info)
{
	free(info->facts);
	abilock_arena_clear(&info->arena);
	*info = (struct moduleinfo){0};
}

/* ---- places ---- */

static bool find_lines(struct source_reader *reader)
{
	const char *text = reader->lexer.text, *end = text + reader->lexer.length;

	for (const char *s = text;;) {
		size_t *line =
			abilock_array_push(&reader->lines, &reader->line_count, sizeof(*line));

		if (!line)
			return false;
		*line = (size_t)(s - text);
		s = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
		if (!s)
			return true;
		s++;
	}
}

struct abilock_place source_place(const struct source_reader *reader, size_t offset, size_t length)
{
	size_t low = 0, high = reader->line_count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (reader->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (struct abilock_place){.file = reader->info->file,
				      .line = (uint32_t)low + 1,
				      .column = (uint32_t)(offset - reader->lines[low]) + 1,
				      .length = (uint32_t)length};
}

struct abilock_diagnostic *source_diagnose(struct abilock_diagnostics *diags,
					   enum abilock_level level, const char *rule,
					   struct abilock_place place, const char *fmt,
					   va_list args)
{
	char message[512];

	(void)vsnprintf(message, sizeof(message), fmt, args);
	str_disarm(message);
	return abilock_diagnostics_add(diags, level, rule, place, "%s", message);
}

struct abilock_diagnostic *source_report(struct source_reader *reader, enum abilock_level level,
					 const char *rule, struct abilock_place place,
					 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct abilock_diagnostic *diag =
		source_diagnose(reader->diags, level, rule, place, fmt, args);
	va_end(args);
	reader->info->is_bad |= level == ABILOCK_LEVEL_ERROR;
	reader->failed |= !diag;
	return diag;
}

/* ---- facts ---- */

static bool is_utf8(const char *s)
{
	while (*s) {
		const size_t length = abilock_utf8_sequence(s);

		if (length == 0)
			return false;
		s += length;
	}
	return true;
}

void source_add_fact(struct source_reader *reader, const char *key, enum moduleinfo_origin origin,
		     struct abilock_place place, const char *value, size_t length)
{
	struct moduleinfo *info = reader->info;

	for (; length > 0 && isspace((unsigned char)*value); length--)
		value++;
	while (length > 0 && isspace((unsigned char)value[length - 1]))
		length--;
	if (length == 0)
		return;
	const char *copy = abilock_arena_strndup(&info->arena, value, length);
	struct moduleinfo_fact *fact =
		copy ? abilock_array_push(&info->facts, &info->fact_count, sizeof(*fact)) : NULL;
	if (!fact) {
		reader->failed = true;
		return;
	}
	*fact = (struct moduleinfo_fact){key, copy, origin, place, NULL};
	if (strlen(copy) != length || !is_utf8(copy))
		source_report(reader, ABILOCK_LEVEL_ERROR, RULE_VALUE, place,
			      "the text of '%s' is no UTF-8", key);
}

void source_add_capability(struct source_reader *reader, const char *key,
			   enum moduleinfo_origin origin, struct abilock_place place,
			   const char *type, const char *value)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_text_printf(&text, "%s=%s", type, value);
	if (text.failed)
		reader->failed = true;
	else
		source_add_fact(reader, key, origin, place, text.data, text.length);
}

/* ---- comments ---- */

static size_t skip_blanks(const char *s, size_t length, size_t at)
{
	while (at < length && isspace((unsigned char)s[at]))
		at++;
	return at;
}

static bool has_word(const char *s, size_t length, size_t at, const char *word)
{
	const size_t size = strlen(word);

	return length - at >= size && memcmp(s + at, word, size) == 0 &&
	       (length - at == size ||
		!(isalnum((unsigned char)s[at + size]) || s[at + size] == '_'));
}

/* `AST_MODULE_INFO(, , "Description"`, as menuselect reads it from a comment. */
static void read_shown_description(struct source_reader *reader, const struct c_token *comment)
{
	static const char macro[] = "AST_MODULE_INFO(";
	const char *text = reader->lexer.text + comment->offset;
	const char *found = memmem(text, comment->length, macro, strlen(macro));
	struct c_lexer lexer = {.text = reader->lexer.text};

	if (!found)
		return;
	lexer.at = (size_t)(found - lexer.text) + strlen(macro);
	lexer.length = comment->offset + comment->length;
	for (struct c_token token; (token = c_lexer_next(&lexer)).kind != C_END;) {
		_cleanup_(abilock_text_deinit) struct abilock_text value = {0};

		if (c_token_is(&lexer, &token, ")"))
			return;
		if (token.kind != C_STRING || !c_token_string(&lexer, &token, &value))
			continue;
		source_add_fact(reader, "description", MODULEINFO_COMMENT,
				source_place(reader, token.offset, token.length),
				value.data ? value.data : "", value.length);
		reader->failed |= value.failed;
		return;
	}
}

/* The XML of a block: what is between its word and the asterisks at its end. */
static void read_block(struct source_reader *reader, const struct c_token *token, size_t start,
		       bool is_documentation)
{
	const char *text = reader->lexer.text + token->offset;
	size_t length = token->length - 2;

	for (size_t i = 0; i < 2 && length > start && text[length - 1] == '*'; i++)
		length--;
	if (length + 4 != token->length) {
		struct abilock_diagnostic *diag =
			source_report(reader, ABILOCK_LEVEL_WARNING, RULE_COMMENT,
				      source_place(reader, token->offset + token->length - 2, 2),
				      "the block ends with '*/'");
		if (diag)
			diag->fix = "write '***/': other readers of such blocks look for it";
	}
	reader->info->has_blocks = true;
	source_read_block(reader, is_documentation, token->offset + start, length - start);
}

static void read_comment(struct source_reader *reader, const struct c_token *token)
{
	const char *text = reader->lexer.text + token->offset;

	if (token->is_broken) {
		struct abilock_diagnostic *diag = source_report(
			reader, ABILOCK_LEVEL_ERROR, RULE_COMMENT,
			source_place(reader, token->offset, 2), "the comment does not end");
		if (diag)
			diag->fix = "end it with '*/'";
		return;
	}
	if (token->length > 6 && memcmp(text, "/***", 4) == 0) {
		const size_t length = token->length - 2, word = skip_blanks(text, length, 4);

		if (has_word(text, length, word, "MODULEINFO"))
			read_block(reader, token, word + strlen("MODULEINFO"), false);
		else if (has_word(text, length, word, "DOCUMENTATION"))
			read_block(reader, token, word + strlen("DOCUMENTATION"), true);
	}
	read_shown_description(reader, token);
}

/* ---- preprocessor lines ---- */

static struct c_token next(struct source_reader *reader)
{
	for (;;) {
		struct c_token token = c_lexer_next(&reader->lexer);

		if (token.kind != C_COMMENT)
			return token;
		read_comment(reader, &token);
	}
}

static void finish_line(struct source_reader *reader, struct c_token token)
{
	while (token.kind != C_LINE_END && token.kind != C_END)
		token = next(reader);
}

/* A macro that is defined in two ways has no value that we know. */
static void put_define(struct source_reader *reader, const struct c_token *name, const char *value)
{
	struct abilock_arena *arena = &reader->info->arena;
	const char *key =
		abilock_arena_strndup(arena, reader->lexer.text + name->offset, name->length);
	void **slot = key ? abilock_name_table_value(&reader->defines, key) : NULL;

	if (!slot || !value) {
		reader->failed = true;
		return;
	}
	if (*slot && !str_eq(*slot, value))
		value = "";
	*slot = (void *)value;
	if (reader->depth == 0 && str_eq(key, "AST_MODULE") && *value)
		reader->info->name = value;
}

/* `#define NAME "text"`. */
static void read_define(struct source_reader *reader)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct c_token name = next(reader);
	const size_t behind = name.offset + name.length;
	struct c_token token = name.kind == C_WORD ? next(reader) : name;
	bool is_string = token.kind == C_STRING && token.offset > behind;

	for (; token.kind == C_STRING; token = next(reader))
		is_string &= c_token_string(&reader->lexer, &token, &text);
	if (is_string && token.kind == C_LINE_END) {
		const char *value = abilock_arena_strndup(&reader->info->arena,
							  text.data ? text.data : "", text.length);
		put_define(reader, &name, text.failed ? NULL : value);
	}
	finish_line(reader, token);
}

static void read_if(struct source_reader *reader)
{
	struct c_token value = next(reader);
	const bool is_zero = value.kind == C_NUMBER && value.length == 1 &&
			     reader->lexer.text[value.offset] == '0';
	struct c_token token = value.kind == C_LINE_END ? value : next(reader);

	reader->depth++;
	if (!reader->off && is_zero && token.kind == C_LINE_END)
		reader->off = reader->depth;
	finish_line(reader, token);
}

static void read_directive(struct source_reader *reader)
{
	struct c_token name = next(reader);
	const struct c_lexer *lexer = &reader->lexer;

	if (c_token_is(lexer, &name, "define") && !reader->off) {
		read_define(reader);
		return;
	}
	if (c_token_is(lexer, &name, "if")) {
		read_if(reader);
		return;
	}
	if (c_token_is(lexer, &name, "ifdef") || c_token_is(lexer, &name, "ifndef"))
		reader->depth++;
	else if ((c_token_is(lexer, &name, "else") || c_token_is(lexer, &name, "elif")) &&
		 reader->off == reader->depth)
		reader->off = 0;
	else if (c_token_is(lexer, &name, "endif") && reader->depth > 0) {
		if (reader->off == reader->depth)
			reader->off = 0;
		reader->depth--;
	}
	finish_line(reader, name);
}

/* ---- the source ---- */

static bool is_macro(const struct source_reader *reader, const struct c_token *token)
{
	static const char macro[] = "AST_MODULE_INFO";
	const size_t length = strlen(macro);
	const char *text = reader->lexer.text + token->offset;

	return token->kind == C_WORD && token->length >= length &&
	       memcmp(text, macro, length) == 0 && (token->length == length || text[length] == '_');
}

static void read_token(struct source_reader *reader, const struct c_token *token)
{
	if (token->is_directive && c_token_is(&reader->lexer, token, "#")) {
		read_directive(reader);
		return;
	}
	if (reader->off)
		return;
	if (token->kind == C_STRING && token->is_broken)
		source_report(reader, ABILOCK_LEVEL_ERROR, RULE_COMMENT,
			      source_place(reader, token->offset, 1), "the string does not end");
	if (!is_macro(reader, token))
		return;
	struct c_lexer ahead = reader->lexer;
	struct c_token paren = c_lexer_next(&ahead);
	while (paren.kind == C_COMMENT)
		paren = c_lexer_next(&ahead);
	if (c_token_is(&ahead, &paren, "("))
		source_read_call(reader, token);
}

static void read_c(struct source_reader *reader)
{
	static const char mark[] = "\xef\xbb\xbf";

	/* Else the first word would begin with it, or the first # not be one of the line. */
	if (reader->lexer.length >= strlen(mark) &&
	    memcmp(reader->lexer.text, mark, strlen(mark)) == 0)
		reader->lexer.at = strlen(mark);
	for (struct c_token token; (token = next(reader)).kind != C_END && !reader->failed;)
		read_token(reader, &token);
}

static void reader_deinit(struct source_reader *reader)
{
	free(reader->lines);
	abilock_name_table_deinit(&reader->defines);
}

int moduleinfo_read(const struct abilock_source *source, uint32_t file, struct moduleinfo *ret,
		    struct abilock_diagnostics *diags)
{
	_cleanup_(reader_deinit) struct source_reader reader = {
		.info = ret,
		.diags = diags,
		.lexer = {.text = source->text, .length = source->length},
	};

	ret->source = source;
	ret->file = file;
	if (!find_lines(&reader))
		return ABILOCK_E_NOMEM;
	if (source->length > SOURCE_MAX)
		source_report(&reader, ABILOCK_LEVEL_ERROR, RULE_MODULE,
			      source_place(&reader, 0, 0), "the file is too large: %zu bytes",
			      source->length);
	else if (str_ends(source->path, ".xml"))
		source_read_document(&reader);
	else
		read_c(&reader);
	return reader.failed || diags->failed ? ABILOCK_E_NOMEM : 0;
}
