/* SPDX-License-Identifier: MIT */
/* GNU ld wants parents above their children; --fix puts them there. */
#include "lint_checks.h"

/* A node's text with the comments that belong to it: those right above, and behind it. */
struct chunk {
	size_t start;
	size_t end;
	bool ends_in_comment;
};

static size_t newlines(const struct lint_text *text, size_t from, size_t to)
{
	size_t count = 0;

	for (; from < to; from++)
		count += text->text[from] == '\n';
	return count;
}

static size_t token_end(const struct lint_text *text, size_t token)
{
	return text->tokens[token].offset + text->tokens[token].length;
}

/* Comments above, down from the last empty line. */
static size_t chunk_start(const struct lint_text *text, size_t token, size_t limit)
{
	size_t start = text->tokens[token].offset;

	while (token > 0 && text->tokens[token - 1].kind == LINT_COMMENT) {
		size_t offset = text->tokens[--token].offset, line = 0, end = 0;

		lint_text_line(text, offset, &line, &end);
		if (offset < limit || newlines(text, token_end(text, token), start) != 1 ||
		    !lint_text_is_blank(text, line, offset))
			break;
		start = offset;
	}
	return start;
}

static bool find_chunk(const struct lint_check *check, const struct abilock_declared_node *node,
		       size_t limit, struct chunk *ret)
{
	const struct lint_text *text = &check->texts[node->place.file];
	size_t name = lint_text_find(text, lint_text_offset(text, node->place));
	size_t last = lint_text_find(text, lint_text_offset(text, node->close));

	while (last < text->token_count && !lint_token_is(text, last, ";"))
		last++;
	if (name >= text->token_count || last >= text->token_count)
		return false;
	ret->start = chunk_start(text, name, limit);
	ret->ends_in_comment = false;
	while (last + 1 < text->token_count && text->tokens[last + 1].kind == LINT_COMMENT &&
	       newlines(text, token_end(text, last), text->tokens[last + 1].offset) == 0) {
		last++;
		ret->ends_in_comment = true;
	}
	ret->end = token_end(text, last);
	return ret->start >= limit;
}

/* Where a symbol could go to another node, order decides: that is for a human. */
static bool order_matters(const struct lint_check *check)
{
	static const char *const rules[] = {
		"symbol-in-two-nodes", "two-defaults",	       "pattern-over-name", "shadowed",
		"patterns-overlap",    "glob-catches-private", "two-catch-alls",
	};
	const struct abilock_diagnostics *diags = &check->lint->diags;

	for (size_t i = 0; i < diags->count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(rules); k++)
			if (str_eq(diags->items[i].rule, rules[k]))
				return true;
	return false;
}

static bool find_chunks(const struct lint_check *check, struct chunk *chunks)
{
	const struct lint_text *text = &check->texts[0];
	bool has_comment = false, is_apart = true;
	size_t limit = 0;

	for (size_t i = 0; i < check->decl->node_count; i++) {
		const struct abilock_declared_node *node =
			&check->decl->nodes[check->node_order[i]];

		if (!find_chunk(check, node, limit, &chunks[i]))
			return false;
		is_apart &= i == 0 || newlines(text, limit, chunks[i].start) > 0;
		has_comment |= chunks[i].ends_in_comment;
		limit = chunks[i].end;
	}
	/* A comment at an end would swallow what comes behind it on the line. */
	return is_apart || !has_comment;
}

static void fix_order(struct lint_check *check)
{
	const size_t count = check->decl->node_count;
	const char *s = check->texts[0].text;
	_cleanup_(freep) struct chunk *chunks = calloc(count, sizeof(*chunks));

	if (!chunks) {
		check->lint->failed = true;
		return;
	}
	if (check->decl->source_count > 1 || order_matters(check) || !find_chunks(check, chunks))
		return;
	const size_t group = lint_group(check);
	for (size_t i = 0; i < count; i++) {
		/* The declaration's own order has parents first. */
		const struct chunk *old = &chunks[i], *new = &chunks[check->node_rank[i]];

		if (old != new)
			lint_edit(check, group, "parent-order", 0, old->start,
				  old->end - old->start, s + new->start, new->end - new->start);
	}
}

void lint_check_parent_order(struct lint_check *check)
{
	bool found = false;

	for (size_t i = 0; i < check->decl->node_count; i++) {
		const struct abilock_declared_node *node = &check->decl->nodes[i];

		for (size_t k = 0; k < node->parent_count; k++) {
			const size_t parent = node->parents[k];

			if (check->node_rank[parent] < check->node_rank[i] ||
			    check->decl->nodes[parent].place.file != node->place.file)
				continue;
			lint_add(check, "parent-order", node->place,
				 "node %s stands above its parent %s (line %u)", node->name,
				 check->decl->nodes[parent].name,
				 check->decl->nodes[parent].place.line);
			found = true;
		}
	}
	if (found)
		fix_order(check);
}
