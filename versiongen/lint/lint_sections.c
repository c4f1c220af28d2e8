/* SPDX-License-Identifier: MIT */
/*
 * The inside of a node, as it is written: GNU ld and gold read names without a label, or `global:`
 * and names, or `local:` and names, or `global:` before `local:`; each label once.
 */
#include "lint_checks.h"

/* A label and what stands behind it, or what stands in front of the first one. */
struct section {
	size_t label; /* index of its token; SIZE_MAX without one */
	size_t first; /* of the tokens of its content, comments included */
	size_t last;  /* the one behind */
	bool is_local;
};

struct body {
	struct lint_check *check;
	const struct lint_text *text;
	uint32_t file;
	struct section *sections;
	size_t section_count;
};

static bool is_label(const struct lint_text *text, size_t token)
{
	return (lint_token_is(text, token, "global") || lint_token_is(text, token, "local")) &&
	       lint_token_is(text, lint_text_skip(text, token + 1), ":");
}

static bool add_section(struct body *body, size_t label, size_t first, bool is_local)
{
	struct section *section =
		abilock_array_push(&body->sections, &body->section_count, sizeof(*section));

	if (section)
		*section = (struct section){label, first, first, is_local};
	return section;
}

/* The sections between two tokens, the braces of a node. */
static bool read_sections(struct body *body, size_t open, size_t close)
{
	const struct lint_text *text = body->text;
	size_t depth = 0;

	if (!add_section(body, SIZE_MAX, open + 1, false))
		return false;
	for (size_t i = open + 1; i < close; i++) {
		depth += lint_token_is(text, i, "{");
		depth -= depth > 0 && lint_token_is(text, i, "}");
		if (depth == 0 && is_label(text, i)) {
			size_t colon = lint_text_skip(text, i + 1);

			body->sections[body->section_count - 1].last = i;
			if (!add_section(body, i, colon + 1, lint_token_is(text, i, "local")))
				return false;
			i = colon;
		}
	}
	body->sections[body->section_count - 1].last = close;
	return true;
}

static bool is_empty(const struct body *body, const struct section *section)
{
	return lint_text_skip(body->text, section->first) >= section->last;
}

/* ---- fixes ---- */

static void fix_unlabelled(struct body *body, const struct section *section)
{
	size_t first = lint_text_skip(body->text, section->first);

	lint_edit(body->check, lint_group(body->check), "section-order", body->file,
		  body->text->tokens[first].offset, 0, "global: ", strlen("global: "));
}

static void fix_repeated(struct body *body, const struct section *section)
{
	const struct lint_token *label = &body->text->tokens[section->label];
	const struct lint_token *colon = &body->text->tokens[section->first - 1];
	size_t start = 0, end = 0, from = label->offset, to = colon->offset + 1;

	/* With its line, where there is nothing else on it. */
	lint_text_line(body->text, from, &start, &end);
	if (to <= end && lint_text_is_blank(body->text, start, from) &&
	    lint_text_is_blank(body->text, to, end) && end < body->text->length) {
		from = start;
		to = end + 1;
	}
	lint_edit(body->check, lint_group(body->check), "section-order", body->file, from,
		  to - from, "", 0);
}

/* From its label to its last token, with a comment behind that on the same line. */
static void section_range(const struct body *body, const struct section *section, size_t *ret_from,
			  size_t *ret_to)
{
	const struct lint_token *last = &body->text->tokens[section->last - 1];

	*ret_from = body->text->tokens[section->label].offset;
	*ret_to = last->offset + last->length;
}

static bool has_comment(const struct body *body, const struct section *section)
{
	for (size_t i = section->label; i < section->last; i++)
		if (body->text->tokens[i].kind == LINT_COMMENT)
			return true;
	return false;
}

/* Whether only white space, up to a newline, stands in front of and behind some bytes. */
static bool has_lines(const struct lint_text *text, size_t from, size_t to)
{
	size_t start = 0, end = 0, unused = 0;

	lint_text_line(text, from, &start, &unused);
	lint_text_line(text, to, &unused, &end);
	return lint_text_is_blank(text, start, from) && lint_text_is_blank(text, to, end);
}

/* Change places. Comments must not come to swallow anything, or to speak of another line. */
static void fix_swap(struct body *body, const struct section *local, const struct section *global)
{
	const struct lint_text *text = body->text;
	size_t a = 0, a_end = 0, b = 0, b_end = 0;

	section_range(body, local, &a, &a_end);
	section_range(body, global, &b, &b_end);
	if ((has_comment(body, local) || has_comment(body, global)) &&
	    !(has_lines(text, a, a_end) && has_lines(text, b, b_end)))
		return;
	const size_t group = lint_group(body->check);
	lint_edit(body->check, group, "section-order", body->file, a, a_end - a, text->text + b,
		  b_end - b);
	lint_edit(body->check, group, "section-order", body->file, b, b_end - b, text->text + a,
		  a_end - a);
}

/* ---- the rule ---- */

static void report(struct body *body, size_t token, const char *what)
{
	const struct lint_token *t = &body->text->tokens[token];

	lint_add(body->check, "section-order",
		 lint_text_place(body->text, body->file, t->offset, t->length),
		 "%s: GNU ld and gold refuse it", what);
}

/* One finding a node: what is mended first shows the next one. */
static void check_sections(struct body *body)
{
	const struct section *before = &body->sections[0];

	for (size_t i = 1; i < body->section_count; i++, before++) {
		const struct section *section = &body->sections[i];

		if (i == 1 && is_empty(body, before))
			continue;
		if (before->label == SIZE_MAX) {
			report(body, section->label, "a label behind names without one");
			fix_unlabelled(body, before);
			return;
		}
		if (before->is_local == section->is_local) {
			report(body, section->label,
			       section->is_local ? "'local:' for the second time"
						 : "'global:' for the second time");
			fix_repeated(body, section);
			return;
		}
		if (!section->is_local) {
			report(body, section->label, "'global:' behind 'local:'");
			fix_swap(body, before, section);
			return;
		}
	}
}

static void check_body(struct lint_check *check, const struct abilock_declared_node *node)
{
	struct body body = {
		.check = check, .text = &check->texts[node->open.file], .file = node->open.file};
	size_t open = lint_text_find(body.text, lint_text_offset(body.text, node->open));
	size_t close = lint_text_find(body.text, lint_text_offset(body.text, node->close));

	if (node->close.file != node->open.file || close <= open)
		return;
	if (read_sections(&body, open, close))
		check_sections(&body);
	else
		check->lint->failed = true;
	free(body.sections);
}

void lint_check_sections(struct lint_check *check)
{
	for (size_t i = 0; i < check->decl->node_count; i++)
		check_body(check, &check->decl->nodes[i]);
}
