/* SPDX-License-Identifier: MIT */
#include "diagnostics_format_writers.h"

enum {
	FINDINGS_SHOWN = 20, /* of a rule; the form is for reading */
	SYMBOLS_SHOWN = 3,
};

static size_t shown_of(const struct diagnostics_document *document,
		       const struct diagnostics_group *group)
{
	return document->verbose || group->count <= FINDINGS_SHOWN ? group->count : FINDINGS_SHOWN;
}

static void add_heading(struct abilock_text *out, const struct diagnostics_document *document,
			const struct abilock_diagnostic *first)
{
	static const char *const colours[] = {"\033[31;1m", "\033[35;1m", "\033[36;1m"};
	const struct abilock_rule *rule = diagnostics_rule(document, first);

	abilock_text_printf(out, "%s%s%s", document->colour ? colours[first->level] : "",
			    abilock_level_name(first->level), document->colour ? "\033[0m" : "");
	if (first->rule)
		abilock_text_printf(out, " %s", first->rule);
	if (rule)
		abilock_text_printf(out, ": %s", rule->summary);
	abilock_text_putc(out, '\n');
}

/* What to do about a whole group: what all of its findings say, or what their rule says. */
static const char *group_fix(const struct diagnostics_document *document,
			     const struct diagnostics_group *group)
{
	const struct abilock_rule *rule = diagnostics_rule(document, group->items[0]);
	const char *fix = diagnostics_fix(document, group->items[0]);

	for (size_t i = 1; fix && i < group->count; i++) {
		const char *other = diagnostics_fix(document, group->items[i]);

		if (!other || !str_eq(other, fix))
			return rule ? rule->fix : NULL;
	}
	return fix;
}

static void add_group(struct abilock_text *out, const struct diagnostics_document *document,
		      const struct diagnostics_group *group)
{
	const char *fix = group_fix(document, group);
	const size_t shown = shown_of(document, group);

	add_heading(out, document, group->items[0]);
	for (size_t i = 0; i < shown; i++) {
		const struct abilock_diagnostic *diag = group->items[i];

		abilock_text_puts(out, "  ");
		diagnostics_add_finding(out, document, diag);
		abilock_text_putc(out, '\n');
		diagnostics_add_details(out, document, diag, "      ",
					document->verbose ? SIZE_MAX - 1 : SYMBOLS_SHOWN);
		/* That of the group stands at the end, once. */
		if (diag->fix && (!fix || !str_eq(diag->fix, fix)))
			abilock_text_printf(out, "      = %s\n", diag->fix);
	}
	if (shown < group->count)
		abilock_text_printf(out, "  and %zu more\n", group->count - shown);
	abilock_text_putc(out, '\n');
}

/* One line: what is new is worth a look and no more. */
static void add_notes(struct abilock_text *out, const struct diagnostics_group *group)
{
	const size_t count = group->count;
	const size_t shown = count <= SYMBOLS_SHOWN + 1 ? count : SYMBOLS_SHOWN;

	abilock_text_printf(out, "note %s: ", group->items[0]->rule);
	for (size_t i = 0; i < shown; i++) {
		const struct abilock_diagnostic *diag = group->items[i];

		abilock_text_puts(out, i > 0 ? ", " : "");
		diagnostics_add_plain(out, diag->subject ? diag->subject : diag->message);
	}
	if (shown < count)
		abilock_text_printf(out, " and %zu more", count - shown);
	abilock_text_putc(out, '\n');
}

static void add_accepted(struct abilock_text *out, const struct diagnostics_document *document,
			 const struct diagnostics_group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct abilock_diagnostic *diag = group->items[i];

		abilock_text_printf(out, "accepted %s: ", diag->rule);
		diagnostics_add_finding(out, document, diag);
		abilock_text_puts(out, " (");
		diagnostics_add_plain(out, diag->accepted);
		abilock_text_puts(out, ")\n");
		if (document->verbose)
			diagnostics_add_details(out, document, diag, "      ", SIZE_MAX - 1);
	}
}

/* What a group ends up as in the list of what to do; notes and accepted ones ask for nothing. */
static bool is_to_do(const struct diagnostics_group *group)
{
	return group->items[0]->level != ABILOCK_LEVEL_NOTE && !group->items[0]->accepted;
}

static bool add_entries(struct abilock_text *entries, const struct diagnostics_document *document,
			const struct diagnostics_group *group)
{
	for (size_t i = 0; i < group->count && document->ledger && document->write_entry; i++) {
		const size_t before = entries->length;

		abilock_text_puts(entries, "    ");
		const size_t start = entries->length;
		document->write_entry(entries, group->items[i]);
		if (entries->length == start)
			entries->length = before;
		else
			abilock_text_putc(entries, '\n');
	}
	return !entries->failed;
}

static void add_to_do(struct abilock_text *out, const struct diagnostics_document *document,
		      const struct abilock_diagnostic *const *sorted)
{
	_cleanup_(abilock_text_deinit) struct abilock_text entries = {0};
	const size_t count = document->diags->count;
	struct diagnostics_group group;
	bool is_first = true;

	for (size_t i = 0; i < count; i += group.count) {
		group = diagnostics_first_group(sorted + i, count - i);
		const char *fix = is_to_do(&group) ? group_fix(document, &group) : NULL;
		if (!is_to_do(&group))
			continue;
		abilock_text_puts(out, is_first && fix ? "What to do:\n" : "");
		is_first = is_first && !fix;
		if (fix)
			abilock_text_printf(out, "  %s: %s\n", group.items[0]->rule, fix);
		if (!add_entries(&entries, document, &group))
			out->failed = true;
	}
	if (entries.length > 0) {
		abilock_text_puts(out, "  Where it is meant, add to ");
		diagnostics_add_plain(out, diagnostics_relative(document, document->ledger));
		abilock_text_puts(out, ":\n");
		abilock_text_add(out, entries.data, entries.length);
	}
	abilock_text_puts(out, is_first ? "" : "\n");
}

int diagnostics_text_write(struct abilock_text *out, const struct diagnostics_document *document,
			   struct abilock_error *err)
{
	const size_t count = document->diags->count;
	_cleanup_(freep) const struct abilock_diagnostic **sorted =
		diagnostics_sort_groups(document->diags);
	struct diagnostics_group group;
	bool has_lines = false;

	if (!sorted)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < count; i += group.count) {
		group = diagnostics_first_group(sorted + i, count - i);
		const bool is_note = group.items[0]->level == ABILOCK_LEVEL_NOTE;
		if (group.items[0]->accepted)
			add_accepted(out, document, &group);
		else if (is_note && !document->verbose)
			add_notes(out, &group);
		else
			add_group(out, document, &group);
		has_lines =
			has_lines || group.items[0]->accepted || (is_note && !document->verbose);
	}
	abilock_text_puts(out, has_lines ? "\n" : "");
	add_to_do(out, document, sorted);
	diagnostics_add_verdict(out, document);
	return 0;
}
