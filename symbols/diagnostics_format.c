/* SPDX-License-Identifier: MIT */
#include "diagnostics_format.h"

#include "diagnostics_format_writers.h"

bool diagnostics_format_parse(const char *name, enum diagnostics_format *ret)
{
	static const char *const names[] = {
		[DIAGNOSTICS_TEXT] = "text",	 [DIAGNOSTICS_JSON] = "json",
		[DIAGNOSTICS_SARIF] = "sarif",	 [DIAGNOSTICS_JUNIT] = "junit",
		[DIAGNOSTICS_GITHUB] = "github",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(name ? name : "text", names[i])) {
			*ret = (enum diagnostics_format)i;
			return true;
		}
	return false;
}

int diagnostics_format_write(struct abilock_text *out, enum diagnostics_format format,
			     const struct diagnostics_document *document, struct abilock_error *err)
{
	static int (*const writers[])(struct abilock_text *, const struct diagnostics_document *,
				      struct abilock_error *) = {
		[DIAGNOSTICS_TEXT] = diagnostics_text_write,
		[DIAGNOSTICS_JSON] = diagnostics_json_write,
		[DIAGNOSTICS_SARIF] = diagnostics_sarif_write,
		[DIAGNOSTICS_JUNIT] = diagnostics_junit_write,
		[DIAGNOSTICS_GITHUB] = diagnostics_github_write,
	};

	/* A list that is not whole must not look like one. */
	if (document->diags->failed || writers[format](out, document, err) < 0 || out->failed)
		return abilock_error_nomem(err);
	return 0;
}

/* ---- levels ---- */

bool diagnostics_raise(struct abilock_diagnostics *diags, const char *what,
		       const struct abilock_rule *rules, size_t rule_count)
{
	bool is_level = false;
	enum abilock_level lowest = ABILOCK_LEVEL_ERROR;

	for (int i = ABILOCK_LEVEL_ERROR; i <= ABILOCK_LEVEL_NOTE; i++)
		if (str_eq(what, abilock_level_name((enum abilock_level)i))) {
			is_level = true;
			lowest = (enum abilock_level)i;
		}
	if (!is_level && !abilock_rule_find(rules, rule_count, what))
		return false;
	for (size_t i = 0; i < diags->count; i++) {
		struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->accepted || diag->level == ABILOCK_LEVEL_ERROR)
			continue;
		if (is_level ? diag->level <= lowest : str_eq(diag->rule, what)) {
			diag->level = ABILOCK_LEVEL_ERROR;
			diags->error_count++;
		}
	}
	return true;
}

struct diagnostics_counts diagnostics_count(const struct abilock_diagnostics *diags)
{
	struct diagnostics_counts counts = {0};

	for (size_t i = 0; i < diags->count; i++)
		if (diags->items[i].accepted)
			counts.accepted++;
		else
			counts.levels[diags->items[i].level]++;
	return counts;
}

size_t diagnostics_count_errors(const struct abilock_diagnostics *diags)
{
	return diagnostics_count(diags).levels[ABILOCK_LEVEL_ERROR];
}

/* ---- groups ---- */

static int rank(const struct abilock_diagnostic *diag)
{
	return diag->accepted ? ABILOCK_LEVEL_NOTE + 1 : (int)diag->level;
}

static const char *rule_id(const struct abilock_diagnostic *diag)
{
	return diag->rule ? diag->rule : "";
}

static int compare_groups(const struct abilock_diagnostic *a, const struct abilock_diagnostic *b)
{
	return rank(a) != rank(b) ? rank(a) - rank(b) : strcmp(rule_id(a), rule_id(b));
}

static int compare(const void *a, const void *b)
{
	const struct abilock_diagnostic *x = *(const struct abilock_diagnostic *const *)a;
	const struct abilock_diagnostic *y = *(const struct abilock_diagnostic *const *)b;
	int order = compare_groups(x, y);

	return order ? order : (x > y) - (x < y);
}

const struct abilock_diagnostic **diagnostics_sort_groups(const struct abilock_diagnostics *diags)
{
	const struct abilock_diagnostic **sorted = calloc(diags->count + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < diags->count; i++)
		sorted[i] = &diags->items[i];
	if (sorted)
		qsort(sorted, diags->count, sizeof(*sorted), compare);
	return sorted;
}

struct diagnostics_group diagnostics_first_group(const struct abilock_diagnostic *const *items,
						 size_t count)
{
	struct diagnostics_group group = {.items = items, .count = 1};

	while (group.count < count && compare_groups(items[0], items[group.count]) == 0)
		group.count++;
	return group;
}

const struct abilock_rule *diagnostics_rule(const struct diagnostics_document *document,
					    const struct abilock_diagnostic *diag)
{
	return abilock_rule_find(document->rules, document->rule_count, rule_id(diag));
}

const char *diagnostics_fix(const struct diagnostics_document *document,
			    const struct abilock_diagnostic *diag)
{
	const struct abilock_rule *rule = diagnostics_rule(document, diag);

	return diag->fix ? diag->fix : rule ? rule->fix : NULL;
}

/* ---- parts of texts ---- */

const char *diagnostics_relative(const struct diagnostics_document *document, const char *path)
{
	const size_t length = document->root ? strlen(document->root) : 0;

	if (length > 1 && strncmp(path, document->root, length) == 0 && path[length] == '/' &&
	    path[length + 1])
		return path + length + 1;
	return str_starts(path, "./") && path[2] && path[2] != '/' ? path + 2 : path;
}

const char *diagnostics_path(const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag)
{
	return diagnostics_relative(document, document->sources
						      ? document->sources[diag->place.file].path
						      : document->subject);
}

void diagnostics_add_plain(struct abilock_text *out, const char *s)
{
	for (; *s; s++)
		abilock_text_putc(out, is_control(*s) ? '?' : *s);
}

void diagnostics_add_finding(struct abilock_text *out, const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag)
{
	diagnostics_add_plain(out, diagnostics_path(document, diag));
	if (diag->place.line > 0)
		abilock_text_printf(out, ":%u", diag->place.line);
	abilock_text_puts(out, ": ");
	diagnostics_add_plain(out, diag->message);
}

static void add_symbols(struct abilock_text *out, const struct abilock_diagnostic *diag,
			size_t symbols_max)
{
	/* "and 1 more" is no shorter than the name. */
	const size_t count = diag->symbol_count;
	const size_t shown = count <= symbols_max + 1 ? count : symbols_max;

	abilock_text_puts(out, count == 1 ? "symbol: " : "symbols: ");
	for (size_t i = 0; i < shown; i++) {
		abilock_text_puts(out, i > 0 ? ", " : "");
		diagnostics_add_plain(out, diag->symbols[i]);
	}
	if (shown < count)
		abilock_text_printf(out, " and %zu more", count - shown);
	abilock_text_putc(out, '\n');
}

void diagnostics_add_details(struct abilock_text *out, const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag, const char *indent,
			     size_t symbols_max)
{
	for (size_t i = 0; i < diag->detail_count; i++) {
		abilock_text_puts(out, indent);
		diagnostics_add_plain(out, diag->details[i]);
		abilock_text_putc(out, '\n');
	}
	if (diag->symbol_count > 0) {
		abilock_text_puts(out, indent);
		add_symbols(out, diag, symbols_max);
	}
	if (diag->c_file) {
		abilock_text_printf(out, "%sin C: ", indent);
		diagnostics_add_plain(out, diagnostics_relative(document, diag->c_file));
		if (diag->c_line > 0)
			abilock_text_printf(out, ":%u", diag->c_line);
		abilock_text_putc(out, '\n');
	}
}

static void add_count(struct abilock_text *out, size_t count, const char *word, bool has_plural,
		      const char **separator)
{
	if (count == 0)
		return;
	abilock_text_printf(out, "%s%zu %s%s", *separator, count, word,
			    count > 1 && has_plural ? "s" : "");
	*separator = ", ";
}

void diagnostics_add_verdict(struct abilock_text *out, const struct diagnostics_document *document)
{
	const struct diagnostics_counts counts = diagnostics_count(document->diags);
	const char *separator = "";

	for (int i = ABILOCK_LEVEL_ERROR; i <= ABILOCK_LEVEL_NOTE; i++)
		add_count(out, counts.levels[i], abilock_level_name((enum abilock_level)i), true,
			  &separator);
	add_count(out, counts.accepted, "accepted", false, &separator);
	abilock_text_puts(out, *separator ? "; " : "");
	diagnostics_add_plain(out, diagnostics_relative(document, document->subject));
	abilock_text_puts(out, counts.levels[ABILOCK_LEVEL_ERROR] > 0 ? " fails\n" : " passes\n");
}
