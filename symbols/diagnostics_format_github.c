/* SPDX-License-Identifier: MIT */
/* Workflow commands of GitHub Actions: `::error file=F,line=N,title=RULE::MESSAGE`. */
#include "diagnostics_format_writers.h"

/* A new line or a `::` of ours only: what comes from files must not add commands of its own. */
static void add_escaped(struct abilock_text *out, const char *s, size_t length, bool is_property)
{
	for (size_t i = 0; i < length; i++) {
		const char c = s[i];

		if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
			abilock_text_printf(out, "%%%02X", (unsigned char)c);
		else
			abilock_text_putc(out, c != '\t' && is_control(c) ? '?' : c);
	}
}

static void add_property(struct abilock_text *out, const char *name, const char *value)
{
	abilock_text_puts(out, name);
	add_escaped(out, value, strlen(value), true);
}

static void add_message(struct abilock_text *out, const struct diagnostics_document *document,
			const struct abilock_diagnostic *diag)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const char *fix = diagnostics_fix(document, diag);

	abilock_text_printf(&text, "%s\n", diag->message);
	diagnostics_add_details(&text, document, diag, "  ", 10);
	if (diag->accepted)
		abilock_text_printf(&text, "Accepted: %s\n", diag->accepted);
	else if (fix && diag->level != ABILOCK_LEVEL_NOTE)
		abilock_text_printf(&text, "What to do: %s\n", fix);
	if (text.failed)
		out->failed = true;
	else
		add_escaped(out, text.data, text.length - 1, false);
	abilock_text_putc(out, '\n');
}

static void add_annotation(struct abilock_text *out, const struct diagnostics_document *document,
			   const struct abilock_diagnostic *diag)
{
	const bool is_notice = diag->accepted || diag->level == ABILOCK_LEVEL_NOTE;

	abilock_text_printf(out, "::%s", is_notice ? "notice" : abilock_level_name(diag->level));
	add_property(out, " file=", diagnostics_path(document, diag));
	if (diag->place.line > 0)
		abilock_text_printf(out, ",line=%u", diag->place.line);
	if (diag->place.line > 0 && diag->place.column > 0)
		abilock_text_printf(out, ",col=%u", diag->place.column);
	if (diag->rule)
		add_property(out, ",title=", diag->rule);
	abilock_text_puts(out, "::");
	add_message(out, document, diag);
}

int diagnostics_github_write(struct abilock_text *out, const struct diagnostics_document *document,
			     struct abilock_error *err)
{
	const struct abilock_diagnostics *diags = document->diags;
	_cleanup_(freep) const struct abilock_diagnostic **sorted = diagnostics_sort_groups(diags);

	if (!sorted)
		return abilock_error_nomem(err);
	/* Errors first: GitHub shows ten of a kind. */
	for (size_t i = 0; i < diags->count; i++)
		add_annotation(out, document, sorted[i]);
	diagnostics_add_verdict(out, document);
	return 0;
}
