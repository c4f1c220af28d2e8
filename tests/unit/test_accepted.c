/* SPDX-License-Identifier: MIT */
/* Ledgers of accepted changes: their text, and what they do to findings. */
#include <check.h>

#include "gate/accepted.h"

static struct abilock_error err;
static struct accepted accepted;
static struct gate gate;

static void setup(void)
{
	accepted = (struct accepted){0};
	gate = (struct gate){0};
}

static void teardown(void)
{
	gate_deinit(&gate);
	accepted_deinit(&accepted);
}

static int parse(const char *text)
{
	return accepted_parse(text, strlen(text), "x.accepted", &accepted, &gate.diags, &err);
}

START_TEST(an_entry_has_rule_subject_and_reason)
{
	ck_assert_int_eq(
		parse("\xef\xbb\xbf# prose\n\n"
		      "symbol-removed foo@A: it never worked\n"
		      "  type-changed \"struct foo\" commit=0123abc until=A_2 :  why: so \n"
		      "default-moved a@@B until=2026-02-28: why\r\n"),
		0);
	ck_assert_uint_eq(accepted.entry_count, 3);
	const struct accepted_entry *entry = accepted.entries;
	ck_assert_str_eq(entry[0].rule, "symbol-removed");
	ck_assert_str_eq(entry[0].subject, "foo@A");
	ck_assert_str_eq(entry[0].reason, "it never worked");
	ck_assert_uint_eq(entry[0].place.line, 3);
	ck_assert_str_eq(entry[1].subject, "struct foo");
	ck_assert_str_eq(entry[1].commit, "0123abc");
	ck_assert_str_eq(entry[1].until, "A_2");
	ck_assert_str_eq(entry[1].reason, "why: so");
	ck_assert_uint_eq(entry[1].place.column, 3);
	ck_assert_str_eq(entry[2].subject, "a@@B");
	ck_assert_str_eq(entry[2].reason, "why");
}
END_TEST

START_TEST(all_errors_are_found_in_one_run)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"symbol-gone a: why", "'symbol-gone' is no rule"},
		{"accepted-over a: why", "cannot be accepted"},
		{"symbol-removed: why", "expected what is accepted"},
		{"symbol-removed", "expected what is accepted"},
		{"symbol-removed a", "expected ': REASON'"},
		{"symbol-removed a why", "expected commit=HASH"},
		{"symbol-removed b:", "the reason why"},
		{"symbol-removed c: SAY WHY", "the reason why"},
		{"symbol-removed d commit=12345: why", "7 to 64 digits"},
		{"symbol-removed d commit=1234567G: why", "7 to 64 digits"},
		{"symbol-removed d until=2026-02-29: why", "there is no day"},
		{"symbol-removed d until=2026-13-01: why", "there is no day"},
		{"symbol-removed d until=: why", "expected a date or a node"},
		{"symbol-removed d until=2026-1-31: why", "a date is written YYYY-MM-DD"},
		{"symbol-removed d until=2026/01/31: why", "a date is written YYYY-MM-DD"},
		{"symbol-removed d until=31.12.2026: why", "a date is written YYYY-MM-DD"},
		{"symbol-removed d until=A until=B: why", "stands here twice"},
		{"symbol-removed \"d e: why", "a name in quotes has no end"},
		{"symbol-removed \"d\"e: why", "expected a space"},
		{"symbol-removed good: why", NULL},
		{"symbol-removed good: why", "line 20 accepts this already"},
	};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		abilock_text_printf(&text, "%s\n", cases[i].line);
	abilock_text_putc(&text, '\0');
	ck_assert_int_eq(parse(text.data), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(err.offset, 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct abilock_diagnostic *diag = &gate.diags.items[found];

		if (!cases[i].message)
			continue;
		ck_assert_uint_lt(found, gate.diags.count);
		ck_assert_msg(strstr(diag->message, cases[i].message), "%s: %s", cases[i].line,
			      diag->message);
		ck_assert_uint_eq(diag->place.line, i + 1);
		ck_assert_str_eq(diag->rule, "accepted-syntax");
		found++;
	}
	ck_assert_uint_eq(found, gate.diags.count);
	/* The entries that are ones hold. */
	ck_assert_uint_eq(accepted.entry_count, 1);
}
END_TEST

static struct abilock_node nodes[] = {{.name = "A"}, {.name = "B"}};
static const struct abilock_surface surface = {.nodes = nodes, .node_count = 2};

/* "RULE SUBJECT" of a finding that is there, and the rules of those behind it. */
static void apply(const char *text, const char *rule, const char *subject)
{
	(void)gate_add(&gate, rule, (struct abilock_place){0}, subject, "it is broken");
	ck_assert_int_eq(parse(text), 0);
	ck_assert_int_eq(gate_accept(&gate, &accepted, "2026-03-01", &surface, &err), 0);
}

static void expect_last(const char *rule)
{
	ck_assert_uint_eq(gate.diags.count, 2);
	ck_assert_str_eq(gate.diags.items[1].rule, rule);
	ck_assert_str_eq(gate.sources[gate.diags.items[1].place.file].path, "x.accepted");
	ck_assert_uint_eq(gate.diags.items[1].place.line, accepted.entry_count);
}

START_TEST(an_entry_accepts_its_finding)
{
	apply("symbol-removed a@A: why\n", "symbol-removed", "a@A");
	ck_assert_uint_eq(gate.diags.count, 1);
	ck_assert_str_eq(gate.diags.items[0].accepted, "why");
}
END_TEST

START_TEST(one_at_and_two_are_the_same)
{
	apply("symbol-removed a@A: why\nsymbol-removed b@@A: why\n", "symbol-removed", "a@@A");
	ck_assert_ptr_nonnull(gate.diags.items[0].accepted);
	expect_last("accepted-unused");
}
END_TEST

START_TEST(an_entry_of_another_rule_accepts_nothing)
{
	apply("symbol-moved a@A: why\n", "symbol-removed", "a@A");
	ck_assert_ptr_null(gate.diags.items[0].accepted);
	expect_last("accepted-unused");
}
END_TEST

START_TEST(an_entry_holds_on_its_last_day)
{
	apply("symbol-removed a@A until=2026-03-01: why\n", "symbol-removed", "a@A");
	ck_assert_uint_eq(gate.diags.count, 1);
	ck_assert_ptr_nonnull(gate.diags.items[0].accepted);
}
END_TEST

START_TEST(an_entry_is_over_on_the_day_after)
{
	apply("symbol-removed a@A until=2026-02-28: why\n", "symbol-removed", "a@A");
	ck_assert_ptr_null(gate.diags.items[0].accepted);
	expect_last("accepted-over");
}
END_TEST

START_TEST(an_entry_is_over_with_its_node)
{
	apply("symbol-removed a@A until=B: why\n", "symbol-removed", "a@A");
	ck_assert_ptr_null(gate.diags.items[0].accepted);
	expect_last("accepted-over");
}
END_TEST

START_TEST(an_entry_holds_before_its_node)
{
	apply("symbol-removed a@A until=C: why\n", "symbol-removed", "a@A");
	ck_assert_ptr_nonnull(gate.diags.items[0].accepted);
}
END_TEST

START_TEST(time_alone_breaks_nothing)
{
	apply("symbol-removed z@A until=2026-02-28: why\n", "symbol-removed", "a@A");
	expect_last("accepted-unused");
}
END_TEST

/* What is offered is what is read, once the reason is there. */
static void expect_entry(const char *rule, const char *subject, const char *want)
{
	const struct abilock_diagnostic diag = {.rule = rule, .subject = subject};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	accepted_write_entry(&text, &diag);
	abilock_text_putc(&text, '\0');
	ck_assert_str_eq(text.data, want);
	char *why = strstr(text.data, "SAY WHY");
	if (!why)
		return;
	memcpy(why, "because", strlen("because"));
	ck_assert_int_eq(parse(text.data), 0);
	ck_assert_str_eq(accepted.entries[0].subject, subject);
	accepted_deinit(&accepted);
}

START_TEST(an_entry_that_is_offered_reads_back)
{
	expect_entry("symbol-removed", "a@A", "symbol-removed a@A: SAY WHY");
	expect_entry("type-changed", "struct foo", "type-changed \"struct foo\": SAY WHY");
	expect_entry("type-changed", "struct \"a\\b\"",
		     "type-changed \"struct \\\"a\\\\b\\\"\": SAY WHY");
	expect_entry("symbol-removed", "odd:", "symbol-removed \"odd:\": SAY WHY");
	expect_entry("accepted-unused", "a@A", "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("accepted");
	TCase *tcase = tcase_create("accepted");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_entry_has_rule_subject_and_reason);
	tcase_add_test(tcase, all_errors_are_found_in_one_run);
	tcase_add_test(tcase, an_entry_accepts_its_finding);
	tcase_add_test(tcase, one_at_and_two_are_the_same);
	tcase_add_test(tcase, an_entry_of_another_rule_accepts_nothing);
	tcase_add_test(tcase, an_entry_holds_on_its_last_day);
	tcase_add_test(tcase, an_entry_is_over_on_the_day_after);
	tcase_add_test(tcase, an_entry_is_over_with_its_node);
	tcase_add_test(tcase, an_entry_holds_before_its_node);
	tcase_add_test(tcase, time_alone_breaks_nothing);
	tcase_add_test(tcase, an_entry_that_is_offered_reads_back);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
