/* SPDX-License-Identifier: MIT */
/* The model of a private node becomes text. */
#include "collect_comment.h"

#include <elf.h>

const char *node_type_tag(uint8_t type)
{
	switch (type) {
	case STT_OBJECT: return "data";
	case STT_TLS: return "tls";
	case STT_GNU_IFUNC: return "ifunc";
	default: return "";
	}
}

static void write_lines(struct abilock_text *out, const char *indent,
			const struct node_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		abilock_text_puts(out, indent);
		abilock_text_add(out, texts->items[i].text, texts->items[i].length);
		abilock_text_putc(out, '\n');
	}
}

/* The words of the comment with another type; the header of an item that is new. */
static void write_tags(struct abilock_text *out, const struct node_item *item)
{
	struct node_text rest = comment_inside(item->comment), word;
	const char *tag = node_type_tag(item->type);

	abilock_text_putc(out, '#');
	if (*tag)
		abilock_text_printf(out, " %s", tag);
	if (item->comment.length == 0 && *item->header && !*item->heading)
		abilock_text_printf(out, " %s", item->header);
	if (item->comment.length > 0 && comment_is_tags(item->comment))
		while (comment_take_word(&rest, &word))
			if (!comment_is_type(word))
				abilock_text_printf(out, " %.*s", (int)word.length, word.text);
}

/* The name and its `;`, with the comments that stand between them. */
static void write_name(struct abilock_text *out, const struct node_item *item)
{
	if (item->written.length > 0)
		abilock_text_add(out, item->written.text, item->written.length);
	else
		abilock_text_printf(out, "%s;", item->name);
}

static void write_padding(struct abilock_text *out, const struct node_model *model,
			  const struct node_item *item)
{
	const size_t length = item->written.length ? item->written.length : strlen(item->name) + 1;
	unsigned column = 0;

	for (const char *p = model->indent; *p; p++)
		column = *p == '\t' ? column - column % NODE_TAB + NODE_TAB : column + 1;
	const size_t used = column + length;
	abilock_text_pad(out, used < model->comment_column ? model->comment_column - used : 1);
}

static bool has_words(struct node_text comment)
{
	struct node_text rest = comment_inside(comment), word;

	while (comment_take_word(&rest, &word))
		if (!comment_is_type(word))
			return true;
	return false;
}

/* Its name, and the comment as it was or with the type that it has now. */
static void write_item(struct abilock_text *out, const struct node_model *model,
		       const struct node_item *item)
{
	const bool is_changed = !item->entry || node_item_has_new_type(item);
	const bool is_prose = item->comment.length > 0 && !comment_is_tags(item->comment);
	const bool says_header = item->comment.length == 0 && *item->header && !*item->heading;

	write_lines(out, model->indent, &item->above);
	/* A comment with a tag in it must not have prose. */
	if (is_changed && is_prose) {
		abilock_text_puts(out, model->indent);
		abilock_text_add(out, item->comment.text, item->comment.length);
		abilock_text_putc(out, '\n');
	}
	abilock_text_puts(out, model->indent);
	if (!is_changed && item->raw.length > 0) {
		abilock_text_add(out, item->raw.text, item->raw.length);
		abilock_text_putc(out, '\n');
		return;
	}
	write_name(out, item);
	if (!is_changed && item->comment.length > 0) {
		write_padding(out, model, item);
		abilock_text_add(out, item->comment.text, item->comment.length);
	} else if (is_changed && (*node_type_tag(item->type) || says_header ||
				  (!is_prose && has_words(item->comment)))) {
		write_padding(out, model, item);
		write_tags(out, item);
	}
	abilock_text_putc(out, '\n');
}

static void write_heading(struct abilock_text *out, const struct node_model *model,
			  const char *name)
{
	const struct node_heading *heading = node_model_heading(model, name);

	if (heading)
		write_lines(out, model->indent, &heading->above);
	abilock_text_printf(out, "%s# %s\n", model->indent, name);
}

static void write_items(struct abilock_text *out, const struct node_model *model, bool any)
{
	const char *heading = "";

	for (size_t i = 0; i < model->item_count; i++) {
		const struct node_item *item = &model->items[i];

		if (item->is_dropped)
			continue;
		if (!str_eq(item->heading, heading)) {
			heading = item->heading;
			if (any)
				abilock_text_putc(out, '\n');
			write_heading(out, model, heading);
		}
		write_item(out, model, item);
		any = true;
	}
}

static bool has_items(const struct node_model *model)
{
	for (size_t i = 0; i < model->item_count; i++)
		if (!model->items[i].is_dropped)
			return true;
	return false;
}

void node_model_write(const struct node_model *model, struct abilock_text *out)
{
	const bool is_filled = has_items(model), has_label = model->has_label;

	if (model->behind_open.length > 0) {
		abilock_text_putc(out, ' ');
		abilock_text_add(out, model->behind_open.text, model->behind_open.length);
	}
	abilock_text_putc(out, '\n');
	write_lines(out, has_label ? model->label_indent : model->indent, &model->head);
	/* A blank line, so that they do not belong to the first entry. */
	if (!has_label && model->head.count > 0 && is_filled)
		abilock_text_putc(out, '\n');
	/* ld wants an entry behind a label. */
	if (has_label && (is_filled || model->others.count > 0))
		abilock_text_printf(out, "%sglobal:\n", model->label_indent);
	write_lines(out, model->indent, &model->notes);
	if (model->notes.count > 0 && is_filled)
		abilock_text_putc(out, '\n');
	write_lines(out, model->indent, &model->others);
	write_items(out, model, model->others.count > 0);
	write_lines(out, model->label_indent, &model->local);
}
