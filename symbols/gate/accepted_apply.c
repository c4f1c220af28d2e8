/* SPDX-License-Identifier: MIT */
#include "accepted_parts.h"

const char *accepted_key(struct abilock_arena *arena, const char *rule, const char *subject)
{
	const char *at = strstr(subject, "@@");

	return at ? abilock_arena_printf(arena, "%s %.*s%s", rule, (int)(at - subject), subject,
					 at + 1)
		  : abilock_arena_printf(arena, "%s %s", rule, subject);
}

static bool has_node(const struct abilock_surface *surface, const char *name)
{
	for (size_t i = 0; surface && i < surface->node_count; i++)
		if (str_eq(surface->nodes[i].name, name))
			return true;
	return false;
}

/* The day or the release that an entry names still has it. */
static bool is_over(const struct accepted_entry *entry, const char *today,
		    const struct abilock_surface *surface)
{
	if (!entry->until)
		return false;
	return entry->has_day ? strcmp(today, entry->until) > 0 : has_node(surface, entry->until);
}

static int mark(struct gate *gate, struct accepted *accepted,
		const struct abilock_name_table *table, const char *today,
		const struct abilock_surface *surface)
{
	for (size_t i = 0; i < gate->diags.count; i++) {
		struct abilock_diagnostic *diag = &gate->diags.items[i];

		if (!diag->subject || !diag->rule)
			continue;
		const char *key = accepted_key(&accepted->arena, diag->rule, diag->subject);
		if (!key)
			return -1;
		struct accepted_entry *entry = abilock_name_table_find(table, key);
		if (!entry)
			continue;
		entry->is_used = true;
		if (is_over(entry, today, surface))
			continue;
		diag->accepted = abilock_arena_strdup(&gate->diags.arena, entry->reason);
		if (!diag->accepted)
			return -1;
	}
	return 0;
}

static void report(struct gate *gate, const struct accepted_entry *entry, const char *today,
		   const struct abilock_surface *surface)
{
	if (!entry->is_used)
		(void)gate_add(gate, "accepted-unused", entry->place, entry->subject,
			       "'%s %s' accepts nothing: there is no such finding", entry->rule,
			       entry->subject);
	else if (is_over(entry, today, surface) && entry->has_day)
		(void)gate_add(gate, "accepted-over", entry->place, entry->subject,
			       "'%s %s' was accepted until %s, and today is %s", entry->rule,
			       entry->subject, entry->until, today);
	else if (is_over(entry, today, surface))
		(void)gate_add(gate, "accepted-over", entry->place, entry->subject,
			       "'%s %s' was accepted until node %s, which is there now",
			       entry->rule, entry->subject, entry->until);
}

int gate_accept(struct gate *gate, struct accepted *accepted, const char *today,
		const struct abilock_surface *surface, struct abilock_error *err)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};
	const size_t source = gate_add_source(gate, &accepted->source);

	if (source == SIZE_MAX || !abilock_name_table_reserve(&table, accepted->entry_count))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < accepted->entry_count; i++) {
		struct accepted_entry *entry = &accepted->entries[i];
		const char *key = accepted_key(&accepted->arena, entry->rule, entry->subject);

		entry->place.file = (uint32_t)source;
		if (!key || !abilock_name_table_put(&table, key, entry))
			return abilock_error_nomem(err);
	}
	if (mark(gate, accepted, &table, today, surface) < 0)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < accepted->entry_count; i++)
		report(gate, &accepted->entries[i], today, surface);
	return gate->diags.failed ? abilock_error_nomem(err) : 0;
}

void accepted_write_entry(struct abilock_text *out, const struct abilock_diagnostic *diag)
{
	if (!diag->rule || !diag->subject || !accepted_may_accept(diag->rule))
		return;
	abilock_text_puts(out, diag->rule);
	abilock_text_putc(out, ' ');
	/* Quotes are those of a baseline, but for control characters, which no subject has. */
	const bool is_odd = !diag->subject[0] || strpbrk(diag->subject, " \t\"\\") ||
			    str_ends(diag->subject, ":");
	if (is_odd)
		abilock_text_putc(out, '"');
	for (const char *p = diag->subject; *p; p++) {
		if (is_odd && (*p == '"' || *p == '\\'))
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, *p);
	}
	if (is_odd)
		abilock_text_putc(out, '"');
	abilock_text_puts(out, ": " ACCEPTED_REASON);
}
