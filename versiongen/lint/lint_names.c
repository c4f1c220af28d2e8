/* SPDX-License-Identifier: MIT */
/* Exact names: one that is listed more than once. */
#include "lint_checks.h"

#include "../../symbols/name_table.h"

/* How many earlier entries of a name are compared: nobody has more, and a hostile file could. */
enum { LOOK_BACK = 64 };

struct names {
	struct lint_check *check;
	struct abilock_name_table tables[3]; /* by language; the value is the newest entry */
	size_t *previous;		     /* of each entry: the one of the same name, plus 1 */
};

/*
 * Take an entry away that another one repeats. Where a comment stands on its line, only together
 * with the whole line, and only when the other line says the same: what the comment says about the
 * entry must not get lost. The other entry must be there in each build that has this one.
 */
static void fix_duplicate(struct lint_check *check, const struct abilock_entry *entry,
			  const struct abilock_entry *first)
{
	const struct lint_text *text = &check->texts[entry->place.file];
	const struct lint_text *other = &check->texts[first->place.file];
	size_t at = lint_text_offset(text, entry->place), start = 0, end = 0, from = 0, to = 0;
	size_t name = lint_text_find(text, at), semicolon = lint_text_skip(text, name + 1);

	if (name >= text->token_count || !lint_token_is(text, semicolon, ";") ||
	    !lint_covers(&first->tags, &entry->tags) ||
	    first->tags.is_compat != entry->tags.is_compat)
		return;
	size_t behind = text->tokens[semicolon].offset + 1;
	lint_text_line(text, at, &start, &end);
	lint_text_line(other, lint_text_offset(other, first->place), &from, &to);
	const bool is_alone = lint_text_is_blank(text, start, at) &&
			      lint_text_is_blank(text, behind, end) && behind <= end;
	const bool is_copy = end - start == to - from && first->place.line != entry->place.line &&
			     memcmp(text->text + start, other->text + from, end - start) == 0 &&
			     lint_text_is_blank(text, start, at) && behind <= end &&
			     !memchr(text->text + behind, ';', end - behind);
	const bool has_comment = memchr(text->text + start, '#', end - start) ||
				 memmem(text->text + start, end - start, "/*", 2) ||
				 memmem(text->text + start, end - start, "*/", 2) || behind > end;

	if (is_alone || is_copy)
		lint_edit(check, lint_group(check), "duplicate-symbol", entry->place.file, start,
			  end - start + (end < text->length), "", 0);
	else if (!has_comment)
		lint_edit(check, lint_group(check), "duplicate-symbol", entry->place.file, at,
			  behind - at, "", 0);
}

static void report_duplicate(struct lint_check *check, const struct abilock_entry *entry,
			     const struct abilock_entry *first)
{
	lint_add(check, "duplicate-symbol", entry->place,
		 "'%s' is listed twice in node %s: first in line %u", entry->text,
		 lint_node_name(check, entry->node), first->place.line);
	fix_duplicate(check, entry, first);
}

static void report_two_nodes(struct lint_check *check, const struct abilock_entry *entry,
			     const struct abilock_entry *first)
{
	const char *first_node = lint_node_name(check, first->node);
	const char *node = lint_node_name(check, entry->node);

	if (lint_related(check, first->node, entry->node))
		lint_add(check, "two-defaults", entry->place,
			 "'%s' is in %s and, without 'compat', in %s (line %u)", entry->text, node,
			 first_node, first->place.line);
	else
		lint_add(check, "symbol-in-two-nodes", entry->place,
			 "'%s' is in %s and in %s (line %u), which have nothing to do with each "
			 "other",
			 entry->text, node, first_node, first->place.line);
}

/* Compare an entry with the earlier ones of its name: one finding at most. */
static void compare(struct names *names, size_t index)
{
	const struct abilock_entry *entries = names->check->decl->entries, *entry = &entries[index];
	const struct abilock_entry *other = NULL, *twin = NULL, *both = NULL;
	size_t at = names->previous[index];

	for (size_t n = 0; at > 0 && n < LOOK_BACK; n++, at = names->previous[at - 1]) {
		const struct abilock_entry *earlier = &entries[at - 1];

		if (!lint_meet(&earlier->tags, &entry->tags) ||
		    earlier->is_pattern != entry->is_pattern)
			continue;
		if (earlier->is_local != entry->is_local) {
			both = earlier->node == entry->node && !entry->is_pattern ? earlier : both;
			continue;
		}
		if (earlier->node == entry->node)
			twin = earlier;
		else if (!earlier->tags.is_compat)
			other = other ? other : earlier;
	}
	if (both)
		lint_add(names->check, "global-and-local", entry->place,
			 "'%s' is global and local in node %s: see line %u", entry->text,
			 lint_node_name(names->check, entry->node), both->place.line);
	else if (twin)
		report_duplicate(names->check, entry, twin);
	else if (other && lint_is_name(entry) && !entry->tags.is_compat)
		report_two_nodes(names->check, entry, other);
}

static bool look_at(struct names *names, size_t index)
{
	struct abilock_entry *entry = &names->check->decl->entries[index];
	struct abilock_name_table *table = &names->tables[entry->language];
	const struct abilock_entry *before = abilock_name_table_find(table, entry->text);

	names->previous[index] = before ? (size_t)(before - names->check->decl->entries) + 1 : 0;
	compare(names, index);
	return abilock_name_table_put(table, entry->text, entry);
}

void lint_check_names(struct lint_check *check)
{
	struct names names = {.check = check};
	const size_t count = check->decl->entry_count;

	names.previous = calloc(count + 1, sizeof(*names.previous));
	bool ok = names.previous;
	for (size_t i = 0; ok && i < count; i++)
		if (check->decl->entries[i].node != ABILOCK_NO_NODE &&
		    !lint_is_star(&check->decl->entries[i]))
			ok = look_at(&names, i);
	check->lint->failed |= !ok;
	free(names.previous);
	for (size_t i = 0; i < ARRAY_SIZE(names.tables); i++)
		abilock_name_table_deinit(&names.tables[i]);
}
