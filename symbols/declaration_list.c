/* SPDX-License-Identifier: MIT */
/* The inside of a node: entries, labels, extern blocks and included lists. */
#include <elf.h>
#include <strings.h>

#include "declaration_reader.h"

static bool is_label(const struct token *token)
{
	return token_is(token, "global") || token_is(token, "local");
}

static const char *describe(const struct token *token)
{
	switch (token->kind) {
	case TOKEN_END: return "the end of the file";
	case TOKEN_OPEN: return "'{'";
	case TOKEN_CLOSE: return "'}'";
	case TOKEN_SEMICOLON: return "';'";
	case TOKEN_COLON: return "':'";
	case TOKEN_QUOTED: return "a quoted name";
	default: return "a name";
	}
}

static void add_entry(struct lexer *lx, const struct token *name, const struct scope *scope)
{
	const struct abilock_entry entry = {
		.language = scope->language,
		.is_local = scope->is_local,
		.node = scope->node,
		.tags = {.type = STT_FUNC, .bind = STB_GLOBAL, .header = lx->reader->heading},
	};

	reader_add_entry(lx->reader, name, &entry);
}

/* `;`, or what stands in its place is reported. @param name  NULL: behind an extern block. */
static void expect_semicolon(struct lexer *lx, const struct scope *scope, const struct token *name)
{
	struct reader *rd = lx->reader;

	if (lx->token.kind == TOKEN_SEMICOLON) {
		lexer_next(lx);
		return;
	}
	/* A file that ends inside of braces is reported for those. */
	if (lx->token.kind == TOKEN_END && (scope->is_braced || lx->is_cut))
		return;
	/* ld lets the last one of an extern block go. */
	if (scope->is_extern && lx->token.kind == TOKEN_CLOSE)
		return;
	struct abilock_diagnostic *diag =
		name ? reader_error(rd, "syntax", lx->after, "expected ';' behind '%.*s'",
				    SHOWN(name))
		     : reader_error(rd, "syntax", lx->after,
				    "expected ';' behind the '}' of the extern block");
	reader_fix(rd, diag, "write ';' here");
}

/* A name with a colon behind it. */
static void report_label(struct lexer *lx, const struct token *name)
{
	struct reader *rd = lx->reader;
	struct abilock_diagnostic *diag =
		reader_error(rd, "syntax", name->place, "'%.*s:' is no label", SHOWN(name));
	const char c = name->length > 0 ? name->text[0] : '\0';

	if (c == 'g' || c == 'G' || c == 'l' || c == 'L')
		reader_fix(rd, diag, "did you mean '%s:'?",
			   c == 'g' || c == 'G' ? "global" : "local");
	else
		reader_fix(rd, diag, "labels are 'global:' and 'local:'");
	lexer_next(lx);
}

static enum abilock_language language_of(struct reader *rd, const struct token *name)
{
	static const char *const languages[] = {"C", "C++", "Java"};

	for (size_t i = 0; i < ARRAY_SIZE(languages); i++)
		if (strlen(languages[i]) == name->length &&
		    strncasecmp(languages[i], name->text, name->length) == 0)
			return (enum abilock_language)i;
	reader_fix(rd,
		   reader_error(rd, "syntax", name->place, "unknown language '%.*s'", SHOWN(name)),
		   "ld knows \"C\", \"C++\" and \"Java\"");
	return ABILOCK_LANGUAGE_CXX;
}

/* `extern "C" {`, from behind the first word; what is missing is reported. */
static bool open_extern(struct lexer *lx, struct scope *scope)
{
	struct reader *rd = lx->reader;

	if (lx->token.kind == TOKEN_QUOTED) {
		scope->language = language_of(rd, &lx->token);
		lexer_next(lx);
	} else {
		reader_fix(rd,
			   reader_error(rd, "syntax", lx->after,
					"expected a language in quotes behind 'extern'"),
			   "write extern \"C\" or extern \"C++\"");
		if (lx->token.kind == TOKEN_WORD)
			lexer_next(lx);
	}
	scope->open = lx->token.place;
	scope->is_extern = scope->is_braced = true;
	if (++scope->depth > ABILOCK_DECLARATION_DEPTH_MAX)
		(void)reader_error(rd, "syntax", lx->token.place,
				   "more than %d extern blocks inside each other",
				   ABILOCK_DECLARATION_DEPTH_MAX);
	else if (lx->token.kind != TOKEN_OPEN)
		reader_fix(rd,
			   reader_error(rd, "syntax", lx->after, "expected '{' behind 'extern'"),
			   "write '{' here");
	else
		return true;
	return false;
}

/* Behind `extern`. */
static enum list_end parse_extern(struct lexer *lx, const struct scope *scope,
				  struct token *ret_node)
{
	struct scope inner = *scope;

	if (!open_extern(lx, &inner))
		return LIST_CLOSED;
	lexer_next(lx);
	enum list_end end = reader_list(lx, inner, ret_node);
	if (end == LIST_CLOSED)
		expect_semicolon(lx, scope, NULL);
	else if (end == LIST_FILE_ENDS && !scope->is_braced && !lx->is_cut)
		(void)reader_error(lx->reader, "syntax", inner.open,
				   "this extern block is never closed");
	return end;
}

/* Behind `include`. A heading is for the entries of its own file. */
static void parse_included_list(struct lexer *lx, struct scope scope)
{
	const struct token file = lexer_take_include(lx);
	const char *heading = take_ptr(lx->reader->heading);
	struct lexer inner;
	struct token node;

	scope.is_braced = false;
	if (reader_include(lx, &file, &inner) && reader_list(&inner, scope, &node) == LIST_NODE)
		(void)reader_error(lx->reader, "include", node.place,
				   "a node in a list that is included inside a node");
	lx->reader->heading = heading;
}

/* `global` or `local`, where a colon follows or was forgotten. */
static void set_label(struct lexer *lx, struct scope *scope, const struct token *label)
{
	struct reader *rd = lx->reader;

	if (lx->token.kind == TOKEN_COLON)
		lexer_next(lx);
	else
		reader_fix(rd,
			   reader_error(rd, "syntax", lx->after, "expected ':' behind '%.*s'",
					SHOWN(label)),
			   "write ':' here");
	if (scope->is_extern)
		reader_fix(rd,
			   reader_error(rd, "syntax", label->place,
					"'%.*s:' inside an extern block", SHOWN(label)),
			   "put the block behind the label");
	scope->is_local = token_is(label, "local");
}

/* The rest of `NAME ;`. */
static bool end_entry(struct lexer *lx, const struct scope *scope, const struct token *name,
		      size_t count_before)
{
	struct reader *rd = lx->reader;

	if (lx->token.kind == TOKEN_COLON || lx->token.kind == TOKEN_OPEN) {
		rd->entry_count = count_before;
		if (rd->group_end > count_before)
			rd->group_end = count_before;
	}
	if (lx->token.kind == TOKEN_COLON)
		return report_label(lx, name), true;
	if (lx->token.kind == TOKEN_OPEN)
		return false;
	/* A comma has been reported: it stands for the `;`. */
	if (name->length > 0 && name->text[name->length - 1] == ',' && name->kind == TOKEN_WORD)
		return true;
	expect_semicolon(lx, scope, name);
	return true;
}

static bool is_keyword(const struct token *token)
{
	return is_label(token) || token_is(token, "extern") || token_is(token, "include");
}

/* A keyword that may be one, by what follows: `global;` is a name. */
static bool follows_keyword(const struct lexer *lx, const struct token *word)
{
	const enum token_kind kind = lx->token.kind;

	if (is_label(word))
		return kind == TOKEN_COLON || kind == TOKEN_WORD || kind == TOKEN_QUOTED;
	if (token_is(word, "extern"))
		return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_OPEN;
	return kind == TOKEN_QUOTED;
}

/* What begins with a name. @return LIST_CLOSED to go on. */
static enum list_end parse_item(struct lexer *lx, struct scope *scope, struct token *ret_node)
{
	const size_t count = lx->reader->entry_count;
	const struct token name = lx->token;
	const bool may_be_keyword = is_keyword(&name);

	/* An entry is there before what is behind it is read: a comment speaks of it. */
	if (!may_be_keyword)
		add_entry(lx, &name, scope);
	lexer_next(lx);
	if (may_be_keyword && follows_keyword(lx, &name)) {
		if (token_is(&name, "extern"))
			return parse_extern(lx, scope, ret_node);
		if (token_is(&name, "include"))
			parse_included_list(lx, *scope);
		else
			set_label(lx, scope, &name);
		return LIST_CLOSED;
	}
	if (may_be_keyword)
		add_entry(lx, &name, scope);
	if (end_entry(lx, scope, &name, count))
		return LIST_CLOSED;
	*ret_node = name;
	return LIST_NODE;
}

static void report_mark(struct lexer *lx)
{
	struct reader *rd = lx->reader;
	struct abilock_diagnostic *diag = reader_error(
		rd, "syntax", lx->token.place, "expected a name, not %s", describe(&lx->token));

	if (lx->token.kind == TOKEN_SEMICOLON)
		reader_fix(rd, diag, "leave out this ';'");
	while (lx->token.kind == TOKEN_SEMICOLON || lx->token.kind == TOKEN_COLON ||
	       lx->token.kind == TOKEN_OPEN)
		lexer_next(lx);
}

enum list_end reader_list(struct lexer *lx, struct scope scope, struct token *ret_node)
{
	for (;;) {
		enum list_end end;

		switch (lx->token.kind) {
		case TOKEN_WORD:
		case TOKEN_QUOTED:
			end = parse_item(lx, &scope, ret_node);
			if (end != LIST_CLOSED)
				return end;
			break;
		case TOKEN_CLOSE:
			if (scope.is_braced)
				return (void)lexer_next(lx), LIST_CLOSED;
			(void)reader_error(lx->reader, "include", lx->token.place,
					   "this '}' closes nothing in this file");
			lexer_next(lx);
			if (lx->token.kind == TOKEN_SEMICOLON)
				lexer_next(lx);
			break;
		case TOKEN_END: return LIST_FILE_ENDS;
		default: report_mark(lx); break;
		}
	}
}
