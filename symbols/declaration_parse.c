/* SPDX-License-Identifier: MIT */
#include "declaration_reader.h"

/* For a message; longer names are cut. */
enum { SHOWN_NODE_SIZE = 120 };

static size_t add_node(struct lexer *lx, const struct token *name)
{
	struct reader *rd = lx->reader;
	struct abilock_declared_node *node;

	if (rd->node_count == ABILOCK_DECLARATION_NODES_MAX) {
		(void)reader_error(rd, "syntax", name->place, "more than %d nodes",
				   ABILOCK_DECLARATION_NODES_MAX);
		lx->p = lx->end;
		lx->is_cut = true;
		return rd->node_count - 1;
	}
	node = abilock_array_push(&rd->nodes, &rd->node_count, sizeof(*node));
	const char *text = reader_copy(rd, name->text, name->length);
	if (!node || !text) {
		rd->no_memory = true;
		return 0;
	}
	*node = (struct abilock_declared_node){
		.name = text, .place = name->place, .open = lx->token.place};
	return rd->node_count - 1;
}

static void add_parent(struct reader *rd, size_t node, const struct token *name)
{
	const char *text = reader_copy(rd, name->text, name->length);
	struct parent_reference *parent =
		abilock_array_push(&rd->parents, &rd->parent_count, sizeof(*parent));

	reader_check_node_name(rd, name);
	if (!text || !parent) {
		rd->no_memory = true;
		return;
	}
	*parent = (struct parent_reference){node, text, ABILOCK_NO_NODE, name->place};
}

static const char *shown_node(const struct reader *rd, size_t node, char shown[SHOWN_NODE_SIZE])
{
	const char *name = rd->nodes[node].name;

	if (*name)
		(void)snprintf(shown, SHOWN_NODE_SIZE, "node '%.100s'", name);
	else
		(void)snprintf(shown, SHOWN_NODE_SIZE, "the anonymous script");
	return shown;
}

static void report_open_end(struct reader *rd, struct abilock_place after, size_t node)
{
	char shown[SHOWN_NODE_SIZE];

	reader_fix(rd,
		   reader_error(rd, "syntax", after, "expected ';' behind %s and its parents",
				shown_node(rd, node, shown)),
		   "write ';' here");
}

/* `PARENT... ;` behind the closing brace. @return Whether another node began instead. */
static bool parse_parents(struct lexer *lx, size_t node, struct token *ret_node)
{
	struct reader *rd = lx->reader;

	while (lx->token.kind == TOKEN_WORD || lx->token.kind == TOKEN_QUOTED) {
		const struct abilock_place after = lx->after;
		const struct token name = lexer_take(lx);

		if (lx->token.kind == TOKEN_OPEN) {
			report_open_end(rd, after, node);
			*ret_node = name;
			return true;
		}
		add_parent(rd, node, &name);
	}
	if (lx->token.kind == TOKEN_SEMICOLON) {
		lexer_next(lx);
		return false;
	}
	report_open_end(rd, lx->after, node);
	if (lx->token.kind == TOKEN_COLON)
		lexer_next(lx);
	return false;
}

/* From its brace on. @return Whether another node began before its end. */
static bool parse_node(struct lexer *lx, struct token *name)
{
	struct reader *rd = lx->reader;
	const size_t node = add_node(lx, name);
	const struct scope scope = {.node = node, .open = lx->token.place, .is_braced = true};
	char shown[SHOWN_NODE_SIZE];

	if (rd->no_memory)
		return false;
	rd->heading = NULL;
	lexer_next(lx);
	const enum list_end end = reader_list(lx, scope, name);
	rd->heading = NULL;
	if (rd->no_memory)
		return false;
	if (end == LIST_CLOSED) {
		rd->nodes[node].close = lx->before;
		return parse_parents(lx, node, name);
	}
	if (end == LIST_NODE)
		reader_fix(rd,
			   reader_error(rd, "syntax", name->place,
					"%s is not closed before node '%.*s'",
					shown_node(rd, node, shown), SHOWN(name)),
			   "write '};' in front of this");
	else if (!lx->is_cut)
		(void)reader_error(rd, "syntax", scope.open, "%s is never closed",
				   shown_node(rd, node, shown));
	return end == LIST_NODE;
}

/* A list of names outside of any node is one mistake. @return Whether a node follows it. */
static bool report_outside(struct lexer *lx, struct token *name)
{
	struct reader *rd = lx->reader;

	if (lx->token.kind == TOKEN_COLON || lx->token.kind == TOKEN_SEMICOLON)
		reader_fix(rd,
			   reader_error(rd, "syntax", name->place,
					"'%.*s' stands outside of a node", SHOWN(name)),
			   "a list stands in braces behind the name of a node");
	else
		reader_fix(rd,
			   reader_error(rd, "syntax", lx->after,
					"expected '{' behind the node name '%.*s'", SHOWN(name)),
			   "write '{' here");
	while (lx->token.kind != TOKEN_OPEN && lx->token.kind != TOKEN_END)
		*name = lexer_take(lx);
	return lx->token.kind == TOKEN_OPEN;
}

/* @param name  Whose brace is next. */
static void parse_from(struct lexer *lx, struct token *name)
{
	do
		if (name->length > 0)
			reader_check_node_name(lx->reader, name);
	while (parse_node(lx, name));
}

static void parse_named(struct lexer *lx)
{
	struct token name = lexer_take(lx);
	struct lexer inner;

	if (token_is(&name, "include") && lx->token.kind == TOKEN_QUOTED) {
		const struct token file = lexer_take_include(lx);

		if (reader_include(lx, &file, &inner))
			parse_nodes(&inner);
	} else if (lx->token.kind == TOKEN_OPEN || report_outside(lx, &name)) {
		parse_from(lx, &name);
	}
}

static void report_mark(struct lexer *lx)
{
	static const char *const marks[] = {
		[TOKEN_CLOSE] = "}", [TOKEN_SEMICOLON] = ";", [TOKEN_COLON] = ":"};
	const enum token_kind kind = lx->token.kind;

	reader_fix(lx->reader,
		   reader_error(lx->reader, "syntax", lx->token.place,
				"expected the name of a node, not '%s'", marks[kind]),
		   "leave out this '%s'", marks[kind]);
	lexer_next(lx);
	if (kind == TOKEN_CLOSE && lx->token.kind == TOKEN_SEMICOLON)
		lexer_next(lx);
}

void parse_nodes(struct lexer *lx)
{
	while (lx->token.kind != TOKEN_END && !lx->reader->no_memory) {
		if (lx->token.kind == TOKEN_OPEN) {
			struct token anonymous = lx->token;

			anonymous.length = 0;
			parse_from(lx, &anonymous);
		} else if (lx->token.kind == TOKEN_WORD || lx->token.kind == TOKEN_QUOTED) {
			parse_named(lx);
		} else {
			report_mark(lx);
		}
	}
}
