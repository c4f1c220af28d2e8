/* SPDX-License-Identifier: MIT */
#include "c_lexer.h"

#include <ctype.h>

/* Longest delimiter of a raw string that the language allows. */
enum { RAW_DELIMITER_MAX = 16 };

static char peek(const struct c_lexer *lexer, size_t ahead)
{
	return ahead < lexer->length - lexer->at ? lexer->text[lexer->at + ahead] : '\0';
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Length of a backslash and the newline behind it, or 0. */
static size_t joined_line(const struct c_lexer *lexer)
{
	if (peek(lexer, 0) != '\\')
		return 0;
	if (peek(lexer, 1) == '\n')
		return 2;
	return peek(lexer, 1) == '\r' && peek(lexer, 2) == '\n' ? 3 : 0;
}

/* Skip blanks. @return true at the end of a preprocessor line. */
static bool skip_blanks(struct c_lexer *lexer)
{
	while (lexer->at < lexer->length) {
		const size_t joined = joined_line(lexer);
		const char c = lexer->text[lexer->at];

		if (c == '\n' && lexer->is_in_directive)
			return true;
		if (c == '\n')
			lexer->is_in_line = false;
		else if (!joined && !isspace((unsigned char)c))
			return false;
		lexer->at += joined ? joined : 1;
	}
	return false;
}

static void take_line_comment(struct c_lexer *lexer)
{
	while (lexer->at < lexer->length && lexer->text[lexer->at] != '\n') {
		const size_t joined = joined_line(lexer);

		lexer->at += joined ? joined : 1;
	}
}

static void take_comment(struct c_lexer *lexer, struct c_token *token)
{
	token->kind = C_COMMENT;
	if (peek(lexer, 1) == '/') {
		take_line_comment(lexer);
		return;
	}
	const size_t start = lexer->at + 2;
	const char *end = start < lexer->length
				  ? memmem(lexer->text + start, lexer->length - start, "*/", 2)
				  : NULL;
	token->is_broken = !end;
	lexer->at = end ? (size_t)(end - lexer->text) + 2 : lexer->length;
}

/* A string or character ends with its line, so that one that is not closed spoils nothing else. */
static void take_quoted(struct c_lexer *lexer, struct c_token *token, char quote)
{
	token->kind = quote == '"' ? C_STRING : C_CHARACTER;
	lexer->at++;
	while (lexer->at < lexer->length) {
		const size_t joined = joined_line(lexer);
		const char c = lexer->text[lexer->at];

		if (c == '\n')
			break;
		lexer->at += joined ? joined : c == '\\' && peek(lexer, 1) != '\n' ? 2 : 1;
		if (c == quote)
			return;
	}
	if (lexer->at > lexer->length)
		lexer->at = lexer->length;
	token->is_broken = true;
}

/* `"DELIMITER(...)DELIMITER"` behind its R. @return false: it is none. */
static bool take_raw(struct c_lexer *lexer, struct c_token *token)
{
	char end[RAW_DELIMITER_MAX + 3] = ")";
	size_t length = 0;

	for (char c; (c = peek(lexer, 1 + length)) != '('; length++) {
		if (length == RAW_DELIMITER_MAX || c == '\0' || isspace((unsigned char)c) ||
		    strchr(")\\\"", c))
			return false;
		end[1 + length] = c;
	}
	end[1 + length] = '"';
	const size_t start = lexer->at + length + 2;
	const char *found = memmem(lexer->text + start, lexer->length - start, end, length + 2);
	token->kind = C_STRING;
	token->is_raw = true;
	token->is_broken = !found;
	lexer->at = found ? (size_t)(found - lexer->text) + length + 2 : lexer->length;
	return true;
}

/* A word, or the prefix of a string. */
static void take_word(struct c_lexer *lexer, struct c_token *token)
{
	static const char *const prefixes[] = {"L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R"};

	token->kind = C_WORD;
	while (lexer->at < lexer->length && is_word_char(lexer->text[lexer->at]))
		lexer->at++;
	const char quote = peek(lexer, 0);
	token->length = lexer->at - token->offset;
	for (size_t i = 0; (quote == '"' || quote == '\'') && i < ARRAY_SIZE(prefixes); i++) {
		if (!c_token_is(lexer, token, prefixes[i]))
			continue;
		if (quote == '"' && strchr(prefixes[i], 'R') && take_raw(lexer, token))
			return;
		if (!strchr(prefixes[i], 'R'))
			take_quoted(lexer, token, quote);
		return;
	}
}

static void take_number(struct c_lexer *lexer, struct c_token *token)
{
	token->kind = C_NUMBER;
	while (lexer->at < lexer->length) {
		const char c = lexer->text[lexer->at];

		/* 1'000 */
		if (c == '\'' && isalnum((unsigned char)peek(lexer, 1)))
			lexer->at++;
		else if (strchr("eEpP", c) && c && strchr("+-", peek(lexer, 1)) && peek(lexer, 1))
			lexer->at++;
		else if (!is_word_char(c) && c != '.')
			break;
		lexer->at++;
	}
}

static void take_punctuation(struct c_lexer *lexer, struct c_token *token)
{
	token->kind = C_PUNCTUATION;
	if (lexer->text[lexer->at] == '#' && !lexer->is_in_line)
		lexer->is_in_directive = token->is_directive = true;
	lexer->at++;
}

static void take(struct c_lexer *lexer, struct c_token *token)
{
	const char c = peek(lexer, 0);

	if (c == '/' && (peek(lexer, 1) == '/' || peek(lexer, 1) == '*')) {
		take_comment(lexer, token);
		return;
	}
	if (c == '"' || c == '\'')
		take_quoted(lexer, token, c);
	else if (isdigit((unsigned char)c))
		take_number(lexer, token);
	else if (is_word_char(c))
		take_word(lexer, token);
	else
		take_punctuation(lexer, token);
	lexer->is_in_line = true;
}

struct c_token c_lexer_next(struct c_lexer *lexer)
{
	const bool is_line_end = skip_blanks(lexer);
	struct c_token token = {.offset = lexer->at, .is_directive = lexer->is_in_directive};

	if (is_line_end || (lexer->at >= lexer->length && lexer->is_in_directive)) {
		lexer->is_in_directive = false;
		token.kind = C_LINE_END;
	} else if (lexer->at < lexer->length) {
		take(lexer, &token);
	}
	token.length = lexer->at - token.offset;
	return token;
}

bool c_token_is(const struct c_lexer *lexer, const struct c_token *token, const char *text)
{
	return (token->kind == C_WORD || token->kind == C_PUNCTUATION) &&
	       token->length == strlen(text) &&
	       memcmp(lexer->text + token->offset, text, token->length) == 0;
}

/* ---- strings ---- */

static void add_utf8(struct abilock_text *out, uint32_t code)
{
	if (code < 0x80) {
		abilock_text_putc(out, (char)code);
		return;
	}
	const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};

	abilock_text_putc(out, (char)(first[more] | code >> (6 * more)));
	for (unsigned i = more; i-- > 0;)
		abilock_text_putc(out, (char)(0x80 | (code >> (6 * i) & 0x3f)));
}

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 99;
}

/* Up to @p max digits. @return How many there are. */
static size_t number(const char *s, size_t length, int base, size_t max, uint32_t *value)
{
	size_t count = 0;

	for (*value = 0; count < length && count < max && digit_value(s[count]) < base; count++)
		*value = *value * (uint32_t)base + (uint32_t)digit_value(s[count]);
	return count;
}

/* @return Length of the escape behind its backslash, or 0. */
static size_t add_escape(const char *s, size_t length, struct abilock_text *out)
{
	static const char letters[] = "abefnrtv\\\"'?";
	static const char values[] = "\a\b\033\f\n\r\t\v\\\"'?";
	const char *letter = *s ? strchr(letters, *s) : NULL;
	uint32_t value;

	if (letter) {
		abilock_text_putc(out, values[letter - letters]);
		return 1;
	}
	size_t count = number(s, length, 8, 3, &value);
	if (count > 0) {
		abilock_text_putc(out, (char)value);
		return value > 0 && value < 0x100 ? count : 0;
	}
	if (*s == 'x') {
		count = number(s + 1, length - 1, 16, 2, &value);
		abilock_text_putc(out, (char)value);
		return value > 0 ? count + 1 : 0;
	}
	const size_t digits = *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	count = number(s + 1, length - 1, 16, digits, &value);
	if (digits == 0 || count != digits || value == 0 || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	add_utf8(out, value);
	return count + 1;
}

static void add_raw(const char *s, size_t length, struct abilock_text *out)
{
	const char *start = memchr(s, '(', length);
	const size_t delimiter = (size_t)(start - s) - (size_t)((char *)memchr(s, '"', length) - s);

	abilock_text_add(out, start + 1, length - (size_t)(start + 1 - s) - delimiter - 1);
}

bool c_token_string(const struct c_lexer *lexer, const struct c_token *token,
		    struct abilock_text *out)
{
	const char *s = lexer->text + token->offset, *end = s + token->length - 1;

	if (token->kind != C_STRING || token->is_broken)
		return false;
	if (token->is_raw) {
		add_raw(s, token->length, out);
		return true;
	}
	for (s = (const char *)memchr(s, '"', token->length) + 1; s < end;) {
		if (*s != '\\') {
			abilock_text_putc(out, *s++);
			continue;
		}
		s++;
		const bool is_return = *s == '\r' && s[1] == '\n';
		if (is_return || *s == '\n') {
			s += is_return ? 2 : 1;
			continue;
		}
		const size_t length = add_escape(s, (size_t)(end - s), out);
		if (length == 0)
			return false;
		s += length;
	}
	return true;
}
