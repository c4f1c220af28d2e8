/* SPDX-License-Identifier: MIT */
/* The text of a private node becomes a model. */
#include "collect_comment.h"

struct node_reader {
	struct node_model *model;
	const char *p, *end;
	const char *line;	   /* start of the line */
	struct node_texts pending; /* comments that may belong to what follows */
	const char *heading;
	bool is_behind_blank; /* since the last thing that was read */
	bool has_indent;
	const struct node_entry *entries;
	size_t entry_count, next_entry;
	size_t line_items; /* items of the line that have no comment yet: the last ones */
	struct abilock_error *err;
};

static int push(struct node_texts *texts, struct node_text text, struct abilock_error *err)
{
	struct node_text *slot = abilock_array_push(&texts->items, &texts->count, sizeof(*slot));

	if (!slot)
		return abilock_error_nomem(err);
	*slot = text;
	return 0;
}

static bool looking_at(const struct node_reader *rd, const char *s)
{
	const size_t length = strlen(s);

	return (size_t)(rd->end - rd->p) >= length && memcmp(rd->p, s, length) == 0;
}

static bool at_comment(const struct node_reader *rd)
{
	return rd->p < rd->end && (*rd->p == '#' || looking_at(rd, "/*"));
}

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct node_text take_comment(struct node_reader *rd)
{
	struct node_text text = {rd->p, 0};

	if (*rd->p == '#') {
		const char *newline = memchr(rd->p, '\n', (size_t)(rd->end - rd->p));

		rd->p = newline ? newline : rd->end;
		text.length = (size_t)(rd->p - text.text);
		while (text.length > 1 && is_white(text.text[text.length - 1]))
			text.length--;
		return text;
	}
	const char *close = memmem(rd->p + 2, (size_t)(rd->end - rd->p - 2), "*/", 2);
	rd->p = close ? close + 2 : rd->end;
	text.length = (size_t)(rd->p - text.text);
	return text;
}

/* White space; a blank line is remembered. @return Whether a line ended. */
static bool skip_white(struct node_reader *rd)
{
	bool ended = false;

	for (; rd->p < rd->end && is_white(*rd->p); rd->p++) {
		if (*rd->p != '\n')
			continue;
		rd->is_behind_blank |= ended;
		ended = true;
		rd->line = rd->p + 1;
	}
	return ended;
}

/* @return Whether there was a comment. */
static bool skip_white_and_comments(struct node_reader *rd)
{
	for (bool any = false;; any = true) {
		(void)skip_white(rd);
		if (!at_comment(rd))
			return any;
		(void)take_comment(rd);
	}
}

/* The comments so far belong to nothing. */
static int flush_pending(struct node_reader *rd)
{
	struct node_model *model = rd->model;
	struct node_texts *to =
		model->has_label || model->item_count > 0 ? &model->notes : &model->head;
	int r = 0;

	for (size_t i = 0; r == 0 && i < rd->pending.count; i++)
		r = push(to, rd->pending.items[i], rd->err);
	free(take_ptr(rd->pending.items));
	rd->pending.count = 0;
	return r;
}

static struct node_heading *new_heading(struct node_model *model, const char *name)
{
	struct node_heading *heading =
		abilock_array_push(&model->headings, &model->heading_count, sizeof(*heading));

	if (heading)
		heading->name = name;
	return heading && abilock_name_table_put(&model->heading_of, name,
						 (void *)(uintptr_t)model->heading_count)
		       ? heading
		       : NULL;
}

/* A second heading of the same file joins the first; what stands above it, too. */
static int add_heading(struct node_reader *rd, struct node_text comment)
{
	struct node_model *model = rd->model;
	struct node_text rest = comment_inside(comment), word;

	(void)comment_take_word(&rest, &word);
	rd->heading = abilock_arena_strndup(model->arena, word.text, word.length);
	if (!rd->heading)
		return abilock_error_nomem(rd->err);
	struct node_heading *heading = node_model_heading(model, rd->heading);
	if (!heading)
		heading = new_heading(model, rd->heading);
	if (!heading)
		return abilock_error_nomem(rd->err);
	for (size_t i = 0; i < rd->pending.count; i++) {
		int r = push(&heading->above, rd->pending.items[i], rd->err);
		if (r < 0)
			return r;
	}
	free(take_ptr(rd->pending.items));
	rd->pending.count = 0;
	return 0;
}

static int read_own_comment(struct node_reader *rd)
{
	const bool is_behind_blank = rd->is_behind_blank;
	int r = is_behind_blank ? flush_pending(rd) : 0;
	const struct node_text comment = take_comment(rd);

	rd->is_behind_blank = false;
	if (r < 0)
		return r;
	if (comment_is_unversioned(comment))
		return push(rd->model->item_count > 0 ? &rd->model->notes : &rd->model->head,
			    comment, rd->err);
	if (comment_is_heading(comment))
		return add_heading(rd, comment);
	/* As the reader of declarations has it: such a comment ends what the heading began. */
	if (is_behind_blank)
		rd->heading = "";
	return push(&rd->pending, comment, rd->err);
}

static unsigned column_of(const struct node_reader *rd, const char *at)
{
	unsigned column = 0;

	for (const char *p = rd->line; p && p < at; p++)
		column = *p == '\t' ? column - column % NODE_TAB + NODE_TAB : column + 1;
	return column;
}

/* Tags of two comments as those of one. */
static struct node_text join_comments(const struct node_reader *rd, struct node_text a,
				      struct node_text b)
{
	const struct node_text x = comment_inside(a), y = comment_inside(b);
	const char *text = abilock_arena_printf(rd->model->arena, "/*%.*s %.*s*/", (int)x.length,
						x.text, (int)y.length, y.text);

	return text ? (struct node_text){text, strlen(text)} : (struct node_text){0};
}

/* Tags come in front of prose, which goes above. */
static int add_comment(const struct node_reader *rd, struct node_item *item,
		       struct node_text comment)
{
	const struct node_text before = item->comment;
	int r = 0;

	if (before.length == 0 && item->raw.length > 0)
		item->raw.length = (size_t)(comment.text + comment.length - item->raw.text);
	else
		item->raw.length = 0;
	item->comment = comment;
	if (before.length > 0 && comment_is_tags(before))
		item->comment = join_comments(rd, before, comment);
	else if (before.length > 0)
		r = push(&item->above, before, rd->err);
	if (r == 0 && item->comment.length > 0)
		item->header = comment_file(rd->model->arena, item->comment);
	return r < 0 || (item->comment.length > 0 && item->header) ? r
								   : abilock_error_nomem(rd->err);
}

/*
 * As the reader of declarations has it: the entries of the line that no tags were for yet, or else
 * those that the last ones were for.
 */
static size_t first_of_line(const struct node_reader *rd)
{
	const struct node_model *model = rd->model;
	const size_t least = model->item_count - rd->line_items;
	size_t first = model->item_count;

	while (first > least && !comment_is_tags(model->items[first - 1].comment))
		first--;
	if (first < model->item_count)
		return first;
	const char *last = model->items[first - 1].comment.text;
	while (first > least && model->items[first - 1].comment.text == last)
		first--;
	return first;
}

/* A comment behind entries in their line: tags are for all of them, prose for the last. */
static int read_line_comment(struct node_reader *rd)
{
	struct node_model *model = rd->model;
	const char *start = rd->p;
	const struct node_text comment = take_comment(rd);
	struct node_item *last = &model->items[model->item_count - 1];
	int r = 0;

	if (rd->line_items == 1 && model->comment_column == 0)
		model->comment_column = column_of(rd, start);
	if (comment_is_unversioned(comment)) {
		r = push(&model->notes, comment, rd->err);
	} else if (comment_is_tags(comment)) {
		for (size_t i = first_of_line(rd); r == 0 && i < model->item_count; i++)
			r = add_comment(rd, &model->items[i], comment);
	} else {
		r = last->comment.length > 0 ? push(&last->above, comment, rd->err)
					     : add_comment(rd, last, comment);
	}
	if (memchr(comment.text, '\n', comment.length))
		rd->line_items = 0;
	return r;
}

static const char *indent_here(const struct node_reader *rd, const char *at)
{
	size_t length = 0;

	if (!rd->line)
		return NULL;
	while (rd->line + length < at && (rd->line[length] == ' ' || rd->line[length] == '\t'))
		length++;
	return rd->line + length == at ? abilock_arena_strndup(rd->model->arena, rd->line, length)
				       : NULL;
}

static int mismatch(const struct node_reader *rd)
{
	return abilock_error_set(rd->err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
				 "the text of a private node is not understood near '%.*s'",
				 (int)(rd->end - rd->p < 40 ? rd->end - rd->p : 40), rd->p);
}

static struct node_text take_name(struct node_reader *rd)
{
	struct node_text name = {rd->p, 0};

	if (*rd->p == '"') {
		const char *close = memchr(rd->p + 1, '"', (size_t)(rd->end - rd->p - 1));

		rd->p = close ? close + 1 : rd->end;
	} else {
		while (rd->p < rd->end && !is_white(*rd->p) && !strchr(";{}\"", *rd->p) &&
		       !at_comment(rd))
			rd->p++;
	}
	name.length = (size_t)(rd->p - name.text);
	return name;
}

static int read_item(struct node_reader *rd, struct node_text name)
{
	struct node_model *model = rd->model;
	const char *indent = indent_here(rd, name.text);
	char *copy = abilock_arena_strndup(model->arena, name.text, name.length);
	struct node_item *item = copy ? node_model_add(model, copy) : NULL;

	if (!item)
		return abilock_error_nomem(rd->err);
	while (rd->next_entry < rd->entry_count && rd->entries[rd->next_entry].at < name.text)
		rd->next_entry++;
	if (rd->next_entry == rd->entry_count || rd->entries[rd->next_entry].at != name.text)
		return mismatch(rd);
	item->index = rd->next_entry;
	item->entry = rd->entries[rd->next_entry++].entry;
	item->heading = rd->heading;
	item->above = rd->pending;
	rd->pending = (struct node_texts){0};
	if (indent && !rd->has_indent) {
		model->indent = indent;
		rd->has_indent = true;
	}
	const bool has_inside = skip_white_and_comments(rd);
	if (rd->p == rd->end || *rd->p != ';')
		return mismatch(rd);
	rd->p++;
	if (has_inside)
		item->written = (struct node_text){name.text, (size_t)(rd->p - name.text)};
	/* A second entry takes the line from the first as well. */
	if (rd->line_items++ == 0 && indent)
		item->raw = (struct node_text){name.text, (size_t)(rd->p - name.text)};
	else
		for (size_t i = model->item_count - rd->line_items; i < model->item_count; i++)
			model->items[i].raw.length = 0;
	return 0;
}

/* What is kept as it is, up to `;` outside of braces, or the end of an included name. */
static int read_other(struct node_reader *rd, const char *start, bool is_include)
{
	unsigned depth = 0;
	int r = flush_pending(rd);

	while (rd->p < rd->end) {
		if (at_comment(rd)) {
			(void)take_comment(rd);
			continue;
		}
		const char c = *rd->p++;
		if (c == '"') {
			const char *close = memchr(rd->p, '"', (size_t)(rd->end - rd->p));

			rd->p = close ? close + 1 : rd->end;
			if (is_include)
				break;
		}
		depth += c == '{';
		depth -= c == '}' && depth > 0;
		if (c == ';' && depth == 0)
			break;
	}
	if (is_include && rd->p < rd->end && *rd->p == ';')
		rd->p++;
	/* Tags behind it are not for what stands in front of it. */
	if (is_include)
		rd->line_items = 0;
	return r < 0 ? r
		     : push(&rd->model->others, (struct node_text){start, (size_t)(rd->p - start)},
			    rd->err);
}

/* From `local` to the next `global:` or to the end. */
static int read_local(struct node_reader *rd, const char *start)
{
	const char *end = rd->p;
	int r = flush_pending(rd);

	while (rd->p < rd->end) {
		(void)skip_white(rd);
		if (at_comment(rd)) {
			(void)take_comment(rd);
			end = rd->p;
			continue;
		}
		const char *word = rd->p;
		if (rd->p == rd->end)
			break;
		struct node_text name = take_name(rd);
		if (name.length == 0)
			rd->p++;
		if (node_text_is(name, "global") || node_text_is(name, "global:")) {
			rd->p = word;
			break;
		}
		end = rd->p;
	}
	rd->heading = "";
	return r < 0 ? r
		     : push(&rd->model->local, (struct node_text){start, (size_t)(end - start)},
			    rd->err);
}

static bool take_colon(struct node_reader *rd, struct node_text *word)
{
	if (word->length > 0 && word->text[word->length - 1] == ':')
		return true;
	const char *before = rd->p;
	(void)skip_white_and_comments(rd);
	if (rd->p < rd->end && *rd->p == ':') {
		rd->p++;
		return true;
	}
	rd->p = before;
	return false;
}

/* `global:`, up to where the reader is. */
static int read_label(struct node_reader *rd, struct node_text word)
{
	struct node_model *model = rd->model;
	const char *indent = indent_here(rd, word.text), *end = rd->p;
	int r = 0;

	/* Comments in front of its colon are as good as those above it. */
	for (rd->p = word.text + word.length; r == 0 && rd->p < end;)
		if (at_comment(rd))
			r = push(&rd->pending, take_comment(rd), rd->err);
		else
			rd->p++;
	if (r == 0)
		r = flush_pending(rd);

	if (!model->has_label && indent)
		model->label_indent = indent;
	model->has_label = true;
	rd->is_behind_blank = false;
	return r;
}

/* A label whose colon is part of the word, with an entry right behind it. */
static void split_label(struct node_reader *rd, struct node_text *word)
{
	static const char *const labels[] = {"global:", "local:"};

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (node_text_starts(*word, labels[i])) {
			word->length = strlen(labels[i]);
			rd->p = word->text + word->length;
		}
}

static int read_thing(struct node_reader *rd)
{
	const char *start = rd->p;
	struct node_text word = take_name(rd);

	if (word.length == 0)
		return mismatch(rd);
	split_label(rd, &word);
	if ((node_text_is(word, "global") || node_text_is(word, "global:")) &&
	    take_colon(rd, &word))
		return read_label(rd, word);
	if ((node_text_is(word, "local") || node_text_is(word, "local:")) && take_colon(rd, &word))
		return read_local(rd, start);
	const char *before = rd->p;
	(void)skip_white_and_comments(rd);
	const bool is_quote = rd->p < rd->end && *rd->p == '"';
	rd->p = before;
	if (is_quote && (node_text_is(word, "extern") || node_text_is(word, "include")))
		return read_other(rd, start, node_text_is(word, "include"));
	return read_item(rd, word);
}

/* What stands in the line of the brace is about the node. */
static int read_behind_open(struct node_reader *rd)
{
	const char *newline = memchr(rd->p, '\n', (size_t)(rd->end - rd->p));

	while (rd->p < rd->end && rd->p != newline && is_white(*rd->p))
		rd->p++;
	if (!newline || !at_comment(rd))
		return 0;
	const char *start = rd->p;
	while (rd->p < newline && at_comment(rd)) {
		const struct node_text comment = take_comment(rd);

		rd->model->behind_open =
			(struct node_text){start, (size_t)(comment.text + comment.length - start)};
		while (rd->p < newline && is_white(*rd->p))
			rd->p++;
	}
	return 0;
}

static int read_all(struct node_reader *rd)
{
	int r = read_behind_open(rd);

	while (r == 0) {
		if (skip_white(rd))
			rd->line_items = 0;
		if (rd->p == rd->end)
			break;
		if (at_comment(rd) && rd->line_items > 0) {
			r = read_line_comment(rd);
		} else if (at_comment(rd)) {
			r = read_own_comment(rd);
		} else {
			if (rd->is_behind_blank)
				r = flush_pending(rd);
			rd->is_behind_blank = false;
			if (r == 0)
				r = read_thing(rd);
		}
	}
	return r < 0 ? r : flush_pending(rd);
}

int node_model_read(struct node_model *model, struct abilock_arena *arena, struct node_text text,
		    const struct node_entry *entries, size_t entry_count, struct abilock_error *err)
{
	struct node_reader rd = {.model = model,
				 .p = text.text,
				 .end = text.text + text.length,
				 .heading = "",
				 .entries = entries,
				 .entry_count = entry_count,
				 .err = err};

	node_model_init(model, arena);
	const unsigned column = model->comment_column;
	model->has_label = false;
	model->comment_column = 0;
	int r = read_all(&rd);
	free(rd.pending.items);
	if (model->comment_column == 0)
		model->comment_column = column;
	return r;
}
