/* SPDX-License-Identifier: MIT */
#include "declaration_reader.h"

enum {
	CHAR_NAME = 1,	/* may stand in a word */
	CHAR_MAGIC = 2, /* and makes a pattern of it, or an escape */
	CHAR_SPACE = 4,
	CHAR_END = 8, /* ends a word */
};

static const unsigned char char_class[256] = {
	['a' ... 'z'] = CHAR_NAME,
	['A' ... 'Z'] = CHAR_NAME,
	['0' ... '9'] = CHAR_NAME,
	['_'] = CHAR_NAME,
	['.'] = CHAR_NAME,
	['$'] = CHAR_NAME,
	['-'] = CHAR_NAME,
	['!'] = CHAR_NAME,
	['^'] = CHAR_NAME,
	[']'] = CHAR_NAME,
	['*'] = CHAR_NAME | CHAR_MAGIC,
	['?'] = CHAR_NAME | CHAR_MAGIC,
	['['] = CHAR_NAME | CHAR_MAGIC,
	['\\'] = CHAR_NAME | CHAR_MAGIC,
	[' '] = CHAR_SPACE | CHAR_END,
	['\t'] = CHAR_SPACE | CHAR_END,
	['\n'] = CHAR_SPACE | CHAR_END,
	['\r'] = CHAR_SPACE | CHAR_END,
	['\f'] = CHAR_SPACE | CHAR_END,
	['\v'] = CHAR_SPACE | CHAR_END,
	['\0'] = CHAR_END,
	['{'] = CHAR_END,
	['}'] = CHAR_END,
	[';'] = CHAR_END,
	['"'] = CHAR_END,
	['#'] = CHAR_END,
};

static unsigned class_of(char c)
{
	return char_class[(unsigned char)c];
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && strlen(word) == token->length &&
	       memcmp(token->text, word, token->length) == 0;
}

static struct abilock_place here(const struct lexer *lx, size_t length)
{
	return (struct abilock_place){.file = lx->file,
				      .line = lx->line,
				      .column = (uint32_t)(lx->p - lx->line_start) + 1,
				      .length = (uint32_t)length};
}

static bool looking_at(const struct lexer *lx, const char *s)
{
	size_t length = strlen(s);

	return (size_t)(lx->end - lx->p) >= length && memcmp(lx->p, s, length) == 0;
}

/* Lines may be as long as the file: never look for the end of one where less will do. */
static bool is_blank(const char *s, const char *end)
{
	while (s < end && *s != '\n' && class_of(*s) & CHAR_SPACE)
		s++;
	return s == end || *s == '\n';
}

/* Move to a place further on, with the line count. */
static void move_to(struct lexer *lx, const char *to)
{
	for (const char *p = lx->p; (p = memchr(p, '\n', (size_t)(to - p))); lx->line_start = ++p)
		lx->line++;
	lx->p = to;
}

/* Whether nothing but space stands in front. A line may have very many comments. */
static bool is_first_of_line(struct lexer *lx)
{
	const char *from = lx->margin > lx->line_start ? lx->margin : lx->line_start;

	if (!is_blank(from, lx->p))
		return false;
	lx->margin = lx->p;
	return true;
}

static const char *end_of_line(const struct lexer *lx)
{
	const char *newline = memchr(lx->p, '\n', (size_t)(lx->end - lx->p));

	return newline ? newline : lx->end;
}

static void skip_line_comment(struct lexer *lx)
{
	const char *end = end_of_line(lx);
	struct abilock_place place = here(lx, (size_t)(end - lx->p));
	bool is_alone = is_first_of_line(lx);

	reader_comment(lx, place, lx->p + 1, (size_t)(end - lx->p - 1), is_alone);
	lx->p = end;
}

static void skip_block_comment(struct lexer *lx)
{
	const char *start = lx->p + 2;
	const char *close = memmem(start, (size_t)(lx->end - start), "*/", 2);

	if (!close) {
		reader_fix(
			lx->reader,
			reader_error(lx->reader, "syntax", here(lx, 2), "this comment never ends"),
			"end it with '*/'");
		move_to(lx, lx->end);
		lx->is_cut = true;
		return;
	}
	const char *end = close + 2;
	const char *newline = memchr(start, '\n', (size_t)(close - start));
	struct abilock_place place = here(lx, (size_t)((newline ? newline : end) - lx->p));
	bool is_alone = is_first_of_line(lx) && is_blank(end, lx->end);

	reader_comment(lx, place, start, (size_t)(close - start), is_alone);
	move_to(lx, end);
}

/* It is clear what is meant; ld ignores the slashes and takes the words for names. */
static void skip_slashes(struct lexer *lx)
{
	reader_fix(lx->reader,
		   reader_error(lx->reader, "syntax", here(lx, 2),
				"'//' does not start a comment in a version script"),
		   "write '#' instead of '//'");
	lx->p = end_of_line(lx);
}

static void skip_space(struct lexer *lx)
{
	while (lx->p < lx->end) {
		if (*lx->p == '\n') {
			lx->line++;
			lx->line_start = ++lx->p;
		} else if (class_of(*lx->p) & CHAR_SPACE) {
			lx->p++;
		} else if (*lx->p == '#') {
			skip_line_comment(lx);
		} else if (looking_at(lx, "/*")) {
			skip_block_comment(lx);
		} else if (looking_at(lx, "//")) {
			skip_slashes(lx);
		} else {
			return;
		}
	}
}

/* How many characters of a word stand here: `::` counts as one, a single `:` ends the word. */
static size_t word_step(const struct lexer *lx, const char *p)
{
	size_t left = (size_t)(lx->end - p);

	if (*p == ':')
		return left > 1 && p[1] == ':' ? 2 : 0;
	if (class_of(*p) & CHAR_END)
		return 0;
	if (*p == '/' && left > 1 && (p[1] == '/' || p[1] == '*'))
		return 0;
	return 1;
}

/* ld refuses, or drops without a word, what is none of its characters; and no name starts with a
 * digit or a colon. */
static void read_word(struct lexer *lx)
{
	struct token *token = &lx->token;
	const char *p = lx->p;
	unsigned seen = 0;

	token->kind = TOKEN_WORD;
	if ((*p >= '0' && *p <= '9') || *p == ':')
		token->bad = 0;
	for (size_t step = 1; p < lx->end && step > 0; p += step) {
		if (class_of(*p) & CHAR_NAME) {
			seen |= class_of(*p);
			step = 1;
			continue;
		}
		step = word_step(lx, p);
		if (step == 2 && token->colons == TOKEN_GOOD)
			token->colons = (size_t)(p - lx->p);
		if (step == 1 && token->bad == TOKEN_GOOD)
			token->bad = (size_t)(p - lx->p);
	}
	token->is_magic = seen & CHAR_MAGIC;
	token->length = (size_t)(p - lx->p);
	token->place.length = (uint32_t)token->length;
	lx->p = p;
}

static void read_quoted(struct lexer *lx)
{
	struct token *token = &lx->token;
	const char *start = lx->p + 1, *end = start;

	while (end < lx->end && *end != '"' && *end != '\n')
		end++;
	const bool is_closed = end < lx->end && *end == '"';
	/* Without the second quote the name is likely to end where others do. */
	if (!is_closed)
		for (end = start; end < lx->end && !(class_of(*end) & CHAR_END);)
			end++;
	token->kind = TOKEN_QUOTED;
	token->text = start;
	token->length = (size_t)(end - start);
	token->place.length = (uint32_t)token->length + (is_closed ? 2 : 1);
	if (!is_closed)
		reader_fix(lx->reader,
			   reader_error(lx->reader, "syntax", token->place,
					"this quote is not closed on its line"),
			   "write a '\"' behind the name");
	lx->p = is_closed ? end + 1 : end;
}

/* What stands behind the NUL is not text; it is not looked at. */
static void refuse_nul(struct lexer *lx)
{
	(void)reader_error(lx->reader, "syntax", here(lx, 1),
			   "a NUL byte: this is not a text file");
	lx->end = lx->p;
	lx->is_cut = true;
	lx->token.kind = TOKEN_END;
}

void lexer_next(struct lexer *lx)
{
	static const char marks[] = "{};:";
	static const enum token_kind kinds[] = {TOKEN_OPEN, TOKEN_CLOSE, TOKEN_SEMICOLON,
						TOKEN_COLON};

	lx->before = lx->token.place;
	lx->after = here(lx, 1);
	skip_space(lx);
	if (lx->reader->error_count >= DECLARATION_ERRORS_MAX)
		lx->p = lx->end;
	lx->token = (struct token){
		.text = lx->p, .bad = TOKEN_GOOD, .colons = TOKEN_GOOD, .place = here(lx, 1)};
	if (lx->p == lx->end)
		return;
	const char *mark = memchr(marks, *lx->p, sizeof(marks) - 1);
	if (*lx->p == '\0') {
		refuse_nul(lx);
	} else if (*lx->p == '"') {
		read_quoted(lx);
	} else if (mark && !looking_at(lx, "::")) {
		lx->token.kind = kinds[mark - marks];
		lx->token.length = 1;
		lx->p++;
	} else {
		read_word(lx);
	}
}
