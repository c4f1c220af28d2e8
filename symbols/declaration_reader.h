/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the declaration's reader share: text becomes tokens (declaration_lex.c), tokens
 * become nodes and entries (declaration_parse.c, declaration_list.c, declaration_names.c), comments
 * become tags (declaration_comment.c, declaration_tags.c), and in the end it is seen whether the
 * whole makes sense (declaration_check.c, declaration_order.c).
 */
#ifndef ABILOCK_SYMBOLS_DECLARATION_READER_H
#define ABILOCK_SYMBOLS_DECLARATION_READER_H

#include "declaration.h"

enum {
	/** Beyond these nobody reads on, and a hostile file would fill the memory with them. */
	DECLARATION_ERRORS_MAX = 1000,
	DECLARATION_SOURCES_MAX = 65536,
};

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_SEMICOLON,
	TOKEN_COLON,
};

/** A token has no such character. */
#define TOKEN_GOOD SIZE_MAX

struct token {
	enum token_kind kind;
	bool is_magic;	  /**< A word with one of `*?[` or a backslash. */
	const char *text; /**< Borrowed from the source; without quotes. */
	size_t length;
	size_t bad; /**< Where in the text of a word the first character stands that ld refuses. */
	size_t colons;		    /**< Where the first `::` of a word stands; or TOKEN_GOOD. */
	struct abilock_place place; /**< With quotes. */
};

/** A parent as it is written behind a node's brace. */
struct parent_reference {
	size_t node; /**< Whose parent it is. */
	const char *name;
	size_t index; /**< The parent; ABILOCK_NO_NODE where there is none of that name. */
	struct abilock_place place;
};

struct reader {
	struct abilock_declaration *decl;
	struct abilock_diagnostics *diags;
	size_t error_count;
	bool no_memory;
	bool keeps_names; /* of private nodes: each is `exact` */
	/* malloc'ed while they grow; moved into the declaration at the end */
	struct abilock_source *sources;
	size_t source_count;
	struct abilock_include *includes;
	size_t include_count;
	struct abilock_declared_node *nodes;
	size_t node_count;
	struct abilock_entry *entries;
	size_t entry_count;
	struct parent_reference *parents; /* in the order of the source, so grouped by node */
	size_t parent_count;
	size_t total_size; /* of all sources */
	/* The entries that a comment on their line speaks of: those since the comment before. */
	size_t group_start;
	size_t group_end;
	unsigned group_comments; /* how many it had */
	const char *heading;	 /* file that a comment on its own line names; or NULL */
};

/** One file that is being read. */
struct lexer {
	struct reader *reader;
	const struct lexer *includer; /**< NULL for the file itself. */
	const char *path;
	uint64_t device; /**< With inode: which file this is; both 0 when that is not known. */
	uint64_t inode;
	unsigned depth;
	const char *text;
	const char *p;
	const char *end;
	const char *line_start;
	const char *margin; /**< Up to here the line is known to be blank. */
	bool is_cut;	    /**< Its end was reported: what is open there need not be. */
	uint32_t file;	    /**< Index into the sources. */
	uint32_t line;
	struct token token;	     /**< The next one, not yet taken. */
	struct abilock_place before; /**< Of the token before. */
	struct abilock_place after;  /**< Behind it: where something is missing. */
};

/* declaration.c */

/**
 * Add an error.
 *
 * @return For reader_fix(); NULL where the error is one too many, or memory is out.
 */
struct abilock_diagnostic *reader_error(struct reader *rd, const char *rule,
					struct abilock_place place, const char *fmt, ...)
	_printf_(4, 5);

/** Say what to write instead. @param diag  May be NULL. */
void reader_fix(struct reader *rd, struct abilock_diagnostic *diag, const char *fmt, ...)
	_printf_(3, 4);

/** A copy that lives as long as the declaration; NULL when memory is out, which is noted. */
const char *reader_copy(struct reader *rd, const char *s, size_t length);

/** Start to read a text that is already in memory; the first token is read. */
bool reader_open(struct reader *rd, struct lexer *lx, const char *text, size_t length,
		 const char *path);

/**
 * Open the file that an include directive names, relative to the one that it stands in. What is
 * wrong with it is reported.
 */
bool reader_include(struct lexer *from, const struct token *name, struct lexer *ret);

/* declaration_lex.c */

/** Take a token: the one behind it is then in lx->token. Comments on the way are read. */
void lexer_next(struct lexer *lx);

static inline struct token lexer_take(struct lexer *lx)
{
	const struct token token = lx->token;

	lexer_next(lx);
	return token;
}

/** The name behind `include`, with the `;` that may stand behind it. */
static inline struct token lexer_take_include(struct lexer *lx)
{
	const struct token name = lexer_take(lx);

	if (lx->token.kind == TOKEN_SEMICOLON)
		lexer_next(lx);
	return name;
}

bool token_is(const struct token *token, const char *word);

/** The arguments for a "%.*s" that shows a token in a message. */
#define SHOWN(t) (int)((t)->length < 100 ? (t)->length : 100), (t)->text

/* declaration_parse.c */

/** Read nodes until the end of the file. */
void parse_nodes(struct lexer *lx);

/* declaration_list.c */

/** Where entries are being read. */
struct scope {
	size_t node;
	struct abilock_place open; /**< Of the brace that has to be closed. */
	enum abilock_language language;
	bool is_local;
	bool is_extern;
	bool is_braced; /**< Not the whole of an included file. */
	unsigned depth; /**< Of extern blocks. */
};

/** How a list of entries ended. */
enum list_end {
	LIST_CLOSED,	/**< With its brace, which is taken. */
	LIST_FILE_ENDS, /**< Without. */
	LIST_NODE,	/**< With the name of another node, whose brace is next. */
};

/** Read entries up to and with the closing brace. */
enum list_end reader_list(struct lexer *lx, struct scope scope, struct token *ret_node);

/* declaration_names.c */

/** Add an entry as @p as says; what is wrong with its name is reported. */
void reader_add_entry(struct reader *rd, const struct token *name, const struct abilock_entry *as);

/** Report what is wrong with the name of a node or of a parent. */
void reader_check_node_name(struct reader *rd, const struct token *name);

/* declaration_comment.c */

/**
 * Read a comment.
 *
 * @param start    Of the comment; the length is that of its first line.
 * @param is_alone  Nothing else stands in its lines.
 */
void reader_comment(struct lexer *lx, struct abilock_place start, const char *text, size_t length,
		    bool is_alone);

/* declaration_check.c */

/** What needs the whole: names, parents, order. Sorts the nodes. */
void reader_check(struct reader *rd);

/* declaration_order.c */

/** Put parents in front of their children, and report cycles. */
void reader_sort_nodes(struct reader *rd);

#endif
