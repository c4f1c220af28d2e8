/* SPDX-License-Identifier: MIT */
/* Whom a comment is for: entries or a node of its line, those below it, or nobody. */
#include <ctype.h>

#include "declaration_tags.h"

/* A line of very many entries with very many comments would take for ever. */
enum { GROUP_COMMENTS_MAX = 16 };

static struct abilock_place place_of(const struct comment *comment, const struct word *word)
{
	struct abilock_place place = comment->place;
	const char *start = comment->lx->line_start + comment->place.column - 1;

	if (memchr(comment->text, '\n', (size_t)(word->text - comment->text)))
		return place;
	place.column += (uint32_t)(word->text - start);
	place.length = (uint32_t)word->length;
	return place;
}

#define WORD_SHOWN(w) (int)((w)->length < 100 ? (w)->length : 100), (w)->text

static void report_wrong(const struct comment *comment)
{
	struct reader *rd = comment->lx->reader;
	const struct word *wrong = &comment->wrong, *against = &comment->against;
	struct abilock_diagnostic *diag;

	if (against->length > 0) {
		(void)reader_error(rd, "tag", place_of(comment, wrong),
				   "the tag '%.*s' contradicts '%.*s'", WORD_SHOWN(wrong),
				   WORD_SHOWN(against));
		return;
	}
	diag = reader_error(rd, "tag", place_of(comment, wrong), "the tag '%.*s' has a bad value",
			    WORD_SHOWN(wrong));
	if (word_starts(wrong, "since="))
		reader_fix(rd, diag, "write a release, such as since=1.2");
	else if (word_starts(wrong, "arch="))
		reader_fix(rd, diag,
			   "write machines that versiongen(1) lists, such as arch=x86_64|aarch64 "
			   "or arch=!i386|!arm");
	else
		reader_fix(rd, diag, "write a name, such as if=WITH_TLS or if=!WITH_TLS");
}

static void apply_to_entry(const struct comment *comment, struct abilock_entry *entry)
{
	const struct abilock_tags *from = &comment->tags;
	struct abilock_tags *to = &entry->tags;

	if (comment->set[FIELD_TYPE].length > 0) {
		to->type = from->type;
		to->has_type = true;
	}
	if (comment->set[FIELD_BIND].length > 0)
		to->bind = from->bind;
	to->is_compat |= from->is_compat;
	to->since = from->since ? from->since : to->since;
	to->arch = from->arch ? from->arch : to->arch;
	to->condition = from->condition ? from->condition : to->condition;
	to->header = from->header ? from->header : to->header;
}

/* The node whose brace was opened in the line; or NULL. */
static struct abilock_declared_node *node_of_line(const struct comment *comment)
{
	struct reader *rd = comment->lx->reader;
	struct abilock_declared_node *node =
		rd->node_count > 0 ? &rd->nodes[rd->node_count - 1] : NULL;

	return node && node->open.line == comment->place.line &&
			       node->open.file == comment->place.file
		       ? node
		       : NULL;
}

static void apply_to_node(const struct comment *comment, struct abilock_declared_node *node)
{
	const struct word *type = &comment->set[FIELD_TYPE], *bind = &comment->set[FIELD_BIND];
	const struct word *wrong = type->length > 0 ? type : bind;

	if (wrong->length > 0) {
		reader_fix(comment->lx->reader,
			   reader_error(comment->lx->reader, "tag", place_of(comment, wrong),
					"the tag '%.*s' is for a symbol, not for a node",
					WORD_SHOWN(wrong)),
			   "write it behind the symbols that it is for");
		return;
	}
	const bool is_exact = node->tags.is_exact;
	node->tags = comment->tags;
	node->tags.is_exact |= is_exact;
}

static bool is_in_line(const struct comment *comment, const struct abilock_entry *entry)
{
	return entry->place.line == comment->place.line && entry->place.file == comment->place.file;
}

/* The entries of the line that no comment before was for: those of that comment, if none is new. */
static bool find_group(const struct comment *comment)
{
	struct reader *rd = comment->lx->reader;
	size_t first = rd->entry_count;

	if (first > rd->group_end) {
		while (first > rd->group_end && is_in_line(comment, &rd->entries[first - 1]))
			first--;
		rd->group_start = first;
		rd->group_end = rd->entry_count;
		rd->group_comments = 0;
	}
	return rd->group_start < rd->group_end &&
	       is_in_line(comment, &rd->entries[rd->group_start]);
}

static void apply_to_group(const struct comment *comment)
{
	struct reader *rd = comment->lx->reader;

	if (rd->group_comments == GROUP_COMMENTS_MAX)
		(void)reader_error(rd, "tag", comment->place, "more than %d comments for a symbol",
				   GROUP_COMMENTS_MAX);
	if (rd->group_comments++ >= GROUP_COMMENTS_MAX)
		return;
	for (size_t i = rd->group_start; i < rd->group_end; i++)
		apply_to_entry(comment, &rd->entries[i]);
}

static void apply(const struct comment *comment)
{
	struct reader *rd = comment->lx->reader;
	struct abilock_declared_node *node = node_of_line(comment);
	const bool has_group = find_group(comment);
	const struct word *exact = &comment->set[FIELD_EXACT];

	if (exact->length > 0 && node)
		node->tags.is_exact = true;
	else if (exact->length > 0 && has_group)
		reader_fix(rd,
			   reader_error(rd, "tag", place_of(comment, exact),
					"the tag 'exact' is for a node, not for a symbol"),
			   "write it behind the '{' of the node");
	if (has_group)
		apply_to_group(comment);
	else if (node)
		apply_to_node(comment, node);
}

/* ---- comments of their own line ---- */

static bool is_behind_blank_line(const struct lexer *lx)
{
	const char *p = lx->line_start;

	if (p > lx->text)
		p--;
	while (p > lx->text && (p[-1] == ' ' || p[-1] == '\t' || p[-1] == '\r'))
		p--;
	return p == lx->text || p[-1] == '\n';
}

/* A file name alone heads the entries below it; after a blank line anything else ends that. */
static void read_heading(struct comment *comment)
{
	struct reader *rd = comment->lx->reader;
	const char *p = comment->text;
	struct word word, more;

	if (comment_next_word(comment, &p, &word) && word_is_file(&word) &&
	    !comment_next_word(comment, &p, &more))
		rd->heading = reader_copy(rd, word.text, word.length);
	else if (is_behind_blank_line(comment->lx))
		rd->heading = NULL;
}

/* Any node can have it, so it is a C name. */
static size_t bad_character(const struct word *name)
{
	size_t i = 0;

	if (name->text[0] >= '0' && name->text[0] <= '9')
		return 0;
	while (i < name->length &&
	       (isalnum((unsigned char)name->text[i]) || strchr("_.$", name->text[i])))
		i++;
	return i < name->length ? i : TOKEN_GOOD;
}

static void add_unversioned(struct comment *comment, const struct word *name)
{
	struct reader *rd = comment->lx->reader;
	const struct token token = {.kind = TOKEN_WORD,
				    .text = name->text,
				    .length = name->length,
				    .bad = bad_character(name),
				    .colons = TOKEN_GOOD,
				    .place = place_of(comment, name)};
	struct abilock_entry entry = {.node = ABILOCK_NO_NODE, .tags = comment->tags};

	entry.tags.has_type = comment->set[FIELD_TYPE].length > 0;
	reader_add_entry(rd, &token, &entry);
	/* No other comment speaks of it. */
	rd->group_end = rd->group_start = rd->entry_count;
}

/* `unversioned: NAME tags...` @return false where it is something else. */
static bool read_unversioned(struct comment *comment)
{
	const char *p = comment->text;
	struct word key, name, more;

	if (!comment_next_word(comment, &p, &key) || !word_is(&key, "unversioned:") ||
	    !comment_next_word(comment, &p, &name))
		return false;
	const char *rest = p;
	if (!comment_read_tags(comment, rest) && comment_next_word(comment, &p, &more))
		return false;
	if (comment->wrong.length > 0)
		report_wrong(comment);
	else
		add_unversioned(comment, &name);
	return true;
}

void reader_comment(struct lexer *lx, struct abilock_place start, const char *text, size_t length,
		    bool is_alone)
{
	struct comment comment = {.lx = lx, .place = start, .text = text, .length = length};

	if (read_unversioned(&comment))
		return;
	if (is_alone) {
		read_heading(&comment);
		return;
	}
	comment = (struct comment){.lx = lx, .place = start, .text = text, .length = length};
	if (!comment_read_tags(&comment, text))
		return;
	if (comment.wrong.length > 0)
		report_wrong(&comment);
	else
		apply(&comment);
}
