/* SPDX-License-Identifier: MIT */
/*
 * Private nodes are sorted, as `versiongen collect` writes them: within each group of lines, which
 * ends at an empty line, at a comment line, and where the declaring file changes.
 */
#include "lint_checks.h"

/* An entry that has its line for itself; else its text is where it is for a reason. */
static bool has_own_line(const struct lint_check *check, const struct abilock_entry *entry)
{
	const struct lint_text *text = &check->texts[entry->place.file];
	const size_t at = lint_text_offset(text, entry->place);
	size_t start = 0, end = 0, name = lint_text_find(text, at);
	size_t semicolon = lint_text_skip(text, name + 1);

	lint_text_line(text, at, &start, &end);
	if (!lint_text_is_blank(text, start, at) || !lint_token_is(text, semicolon, ";"))
		return false;
	for (size_t i = name; i < text->token_count && text->tokens[i].offset < end; i++)
		if (text->tokens[i].offset + text->tokens[i].length > end ||
		    (i > semicolon && text->tokens[i].kind != LINT_COMMENT))
			return false;
	return text->tokens[semicolon].offset < end;
}

static bool same_header(const struct abilock_entry *a, const struct abilock_entry *b)
{
	const char *x = a->tags.header ? a->tags.header : "";

	return str_eq(x, b->tags.header ? b->tags.header : "");
}

static bool continues(const struct lint_check *check, const struct abilock_entry *before,
		      const struct abilock_entry *entry)
{
	return lint_is_name(entry) && entry->node == before->node &&
	       entry->language == before->language && entry->place.file == before->place.file &&
	       entry->place.line == before->place.line + 1 && same_header(entry, before) &&
	       has_own_line(check, entry);
}

static int compare(const void *a, const void *b)
{
	const struct abilock_entry *x = *(const struct abilock_entry *const *)a;
	const struct abilock_entry *y = *(const struct abilock_entry *const *)b;
	int r = strcmp(x->text, y->text);

	return r ? r : x < y ? -1 : x > y;
}

static void fix_run(struct lint_check *check, const struct abilock_entry *first, size_t count)
{
	const struct lint_text *text = &check->texts[first->place.file];
	_cleanup_(freep) const struct abilock_entry **sorted = calloc(count, sizeof(*sorted));

	if (!sorted) {
		check->lint->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &first[i];
	qsort(sorted, count, sizeof(const struct abilock_entry *), compare);
	const size_t group = lint_group(check);
	for (size_t i = 0; i < count; i++) {
		size_t start = 0, end = 0, from = 0, to = 0;

		if (sorted[i] == &first[i])
			continue;
		lint_text_line(text, lint_text_offset(text, first[i].place), &start, &end);
		lint_text_line(text, lint_text_offset(text, sorted[i]->place), &from, &to);
		lint_edit(check, group, "unsorted", first->place.file, start, end - start,
			  text->text + from, to - from);
	}
}

/* Entries from @p first on that are one group. One finding for each. */
static size_t check_run(struct lint_check *check, const struct abilock_entry *first, size_t most)
{
	const struct abilock_entry *wrong = NULL;
	size_t count = 1;

	while (count < most && continues(check, &first[count - 1], &first[count])) {
		if (!wrong && strcmp(first[count - 1].text, first[count].text) > 0)
			wrong = &first[count];
		count++;
	}
	if (wrong) {
		lint_add(check, "unsorted", wrong->place, "'%s' stands behind '%s'", wrong->text,
			 wrong[-1].text);
		fix_run(check, first, count);
	}
	return count;
}

void lint_check_order(struct lint_check *check)
{
	const struct abilock_declaration *decl = check->decl;

	for (size_t i = 0; i < decl->entry_count;) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (lint_is_name(entry) && decl->nodes[entry->node].is_private &&
		    has_own_line(check, entry))
			i += check_run(check, entry, decl->entry_count - i);
		else
			i++;
	}
}
