/* SPDX-License-Identifier: MIT */
/* JUnit XML: a test suite with a test case for each rule, those that found nothing too. */
#include "diagnostics_format_writers.h"

static const char REPLACEMENT[] = "\xef\xbf\xbd"; /* U+FFFD */

/* XML 1.0 has no way to write other control characters, nor U+FFFE and U+FFFF. */
static bool is_xml(const char *s, size_t length)
{
	if (length == 3 && memcmp(s, "\xef\xbf\xbe", 2) == 0 && (unsigned char)s[2] >= 0xbe)
		return false;
	return length > 1 || (length == 1 && (!is_control(*s) || *s == '\t' || *s == '\n'));
}

static void add_escaped(struct abilock_text *out, const char *s, size_t length)
{
	for (size_t i = 0, n; i < length; i += n) {
		n = abilock_utf8_sequence(s + i);
		if (!is_xml(s + i, n)) {
			abilock_text_puts(out, REPLACEMENT);
			n = n ? n : 1;
		} else if (n > 1) {
			abilock_text_add(out, s + i, n);
		} else if (strchr("&<>\"\t\n", s[i])) {
			/* An attribute would lose tabs and newlines that are not written so. */
			abilock_text_printf(out, "&#%d;", s[i]);
		} else {
			abilock_text_putc(out, s[i]);
		}
	}
}

static void add_attribute(struct abilock_text *out, const char *name, const char *value)
{
	abilock_text_printf(out, " %s=\"", name);
	add_escaped(out, value, strlen(value));
	abilock_text_putc(out, '"');
}

/* ---- a rule ---- */

static const char *rule_id(const struct abilock_diagnostic *diag)
{
	return diag->rule ? diag->rule : "";
}

static int compare(const void *a, const void *b)
{
	const struct abilock_diagnostic *x = *(const struct abilock_diagnostic *const *)a;
	const struct abilock_diagnostic *y = *(const struct abilock_diagnostic *const *)b;
	int order = strcmp(rule_id(x), rule_id(y));

	return order ? order : (x > y) - (x < y);
}

static bool is_failure(const struct abilock_diagnostic *diag)
{
	return diag->level == ABILOCK_LEVEL_ERROR && !diag->accepted;
}

struct rule_case {
	const char *id;
	struct diagnostics_group group; /* of any level; maybe none */
	size_t failures;
	size_t accepted;
};

static bool is_skipped(const struct rule_case *test)
{
	return test->group.count > 0 && test->accepted == test->group.count;
}

static struct rule_case make_case(const char *id, const struct abilock_diagnostic *const *items,
				  size_t count)
{
	struct rule_case test = {.id = id, .group = {.items = items}};

	for (; test.group.count < count && str_eq(rule_id(items[test.group.count]), id);
	     test.group.count++) {
		test.failures += is_failure(items[test.group.count]);
		test.accepted += items[test.group.count]->accepted != NULL;
	}
	return test;
}

static void add_text(struct abilock_text *out, const struct diagnostics_document *document,
		     const struct rule_case *test, bool failures)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const struct abilock_rule *rule =
		abilock_rule_find(document->rules, document->rule_count, test->id);
	bool needs_fix = false;

	for (size_t i = 0; i < test->group.count; i++) {
		const struct abilock_diagnostic *diag = test->group.items[i];

		if (is_failure(diag) != failures)
			continue;
		diagnostics_add_finding(&text, document, diag);
		if (diag->accepted)
			abilock_text_printf(&text, " (accepted: %s)", diag->accepted);
		abilock_text_putc(&text, '\n');
		diagnostics_add_details(&text, document, diag, "    ", 10);
		if (diag->fix && (!rule || !str_eq(diag->fix, rule->fix)))
			abilock_text_printf(&text, "    What to do: %s\n", diag->fix);
		else
			needs_fix = true;
	}
	if (failures && rule && needs_fix)
		abilock_text_printf(&text, "What to do: %s\n", rule->fix);
	out->failed = out->failed || text.failed;
	if (!text.failed)
		add_escaped(out, text.data, text.length);
}

static void add_failure(struct abilock_text *out, const struct diagnostics_document *document,
			const struct rule_case *test)
{
	size_t first = 0;

	while (!is_failure(test->group.items[first]))
		first++;
	abilock_text_puts(out, "<failure");
	add_attribute(out, "type", test->id);
	add_attribute(out, "message", test->group.items[first]->message);
	abilock_text_putc(out, '>');
	add_text(out, document, test, true);
	abilock_text_puts(out, "</failure>");
}

static void add_case(struct abilock_text *out, const struct diagnostics_document *document,
		     const struct rule_case *test)
{
	abilock_text_puts(out, "    <testcase");
	add_attribute(out, "name", test->id);
	abilock_text_printf(out, " classname=\"%s.%s\" time=\"0\"", document->tool,
			    document->command);
	if (test->group.count == 0) {
		abilock_text_puts(out, "/>\n");
		return;
	}
	abilock_text_putc(out, '>');
	if (is_skipped(test)) {
		const char *reason = test->group.items[0]->accepted;

		/* As text: the attribute that some readers know is not in Jenkins' schema. */
		abilock_text_puts(out, "<skipped>");
		add_escaped(out, reason, strlen(reason));
		abilock_text_puts(out, "</skipped>");
	}
	if (test->failures > 0)
		add_failure(out, document, test);
	if (test->failures < test->group.count) {
		abilock_text_puts(out, "<system-out>");
		add_text(out, document, test, false);
		abilock_text_puts(out, "</system-out>");
	}
	abilock_text_puts(out, "</testcase>\n");
}

/* ---- the suite ---- */

struct suite {
	struct rule_case *cases; /* malloc'ed */
	size_t count, failures, skipped;
};

static void suite_deinit(struct suite *suite)
{
	free(suite->cases);
}

static bool push_case(struct suite *suite, const struct rule_case *test)
{
	struct rule_case *to = abilock_array_push(&suite->cases, &suite->count, sizeof(*to));

	if (!to)
		return false;
	*to = *test;
	suite->failures += test->failures > 0;
	suite->skipped += is_skipped(test);
	return true;
}

/* The rules of the table and those of the findings, both sorted by id. */
static bool make_suite(struct suite *suite, const struct diagnostics_document *document,
		       const struct abilock_diagnostic *const *sorted)
{
	const size_t count = document->diags->count;
	size_t i = 0, rule = 0;

	while (i < count || rule < document->rule_count) {
		const char *id = rule < document->rule_count ? document->rules[rule].id : NULL;

		if (!id || (i < count && strcmp(rule_id(sorted[i]), id) < 0))
			id = rule_id(sorted[i]);
		else
			rule++;
		const struct rule_case test = make_case(id, sorted + i, count - i);
		if (!push_case(suite, &test))
			return false;
		i += test.group.count;
	}
	return true;
}

static void add_counts(struct abilock_text *out, const struct suite *suite)
{
	abilock_text_printf(
		out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\"",
		suite->count, suite->failures, suite->skipped);
}

int diagnostics_junit_write(struct abilock_text *out, const struct diagnostics_document *document,
			    struct abilock_error *err)
{
	const struct abilock_diagnostics *diags = document->diags;
	_cleanup_(freep) const struct abilock_diagnostic **sorted = diagnostics_sort_groups(diags);
	_cleanup_(suite_deinit) struct suite suite = {0};

	if (!sorted)
		return abilock_error_nomem(err);
	qsort(sorted, diags->count, sizeof(*sorted), compare);
	if (!make_suite(&suite, document, sorted))
		return abilock_error_nomem(err);

	abilock_text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
			       "  <testsuite");
	_cleanup_(abilock_text_deinit) struct abilock_text name = {0};
	abilock_text_printf(&name, "%s %s %s", document->tool, document->command,
			    diagnostics_relative(document, document->subject));
	abilock_text_putc(&name, '\0');
	if (name.failed)
		return abilock_error_nomem(err);
	add_attribute(out, "name", name.data);
	add_counts(out, &suite);
	abilock_text_puts(out, ">\n");
	for (size_t i = 0; i < suite.count; i++)
		add_case(out, document, &suite.cases[i]);
	abilock_text_puts(out, "  </testsuite>\n</testsuites>\n");
	return 0;
}
