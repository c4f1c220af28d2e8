/* SPDX-License-Identifier: MIT */
/* Baselines as text, and what the comparison of two says. */
#include <check.h>
#include <elf.h>

#include "gate/gate.h"

static struct abilock_error err;

static struct abilock_baseline *parse(const char *text)
{
	struct abilock_baseline *baseline = NULL;
	int r = abilock_baseline_parse(text, strlen(text), "a.abi", &baseline, &err);

	ck_assert_msg(r == 0, "%llu: %s", (unsigned long long)err.offset, err.message);
	return baseline;
}

static void expect_text(const char *text, const char *want)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = parse(text);
	_cleanup_(abilock_text_deinit) struct abilock_text out = {0};

	abilock_baseline_write(&out, baseline, true);
	abilock_text_putc(&out, '\0');
	ck_assert_str_eq(out.data, want);
}

/* @p line and @p message: of the error. */
static void expect_error(const char *text, unsigned line, const char *message)
{
	struct abilock_baseline *baseline = NULL;

	ck_assert_int_eq(abilock_baseline_parse(text, strlen(text), "a.abi", &baseline, &err),
			 ABILOCK_E_SYNTAX);
	ck_assert_ptr_null(baseline);
	ck_assert_uint_eq(err.offset, line);
	ck_assert_msg(strstr(err.message, message), "%s", err.message);
}

#define HEAD ".abilock-baseline 1\n"
#define BARE "# Made without debug information: no fingerprints.\n"

static const char sample[] = HEAD ".soname libfoo.so.1\n"
				  ".machine x86_64\n"
				  ".node LIBFOO_1.0\n"
				  ".node LIBFOO_1.2 LIBFOO_1.0\n"
				  "- plain func\n"
				  "LIBFOO_1.0 foo_old func - 0123456789abcdef compat\n"
				  "LIBFOO_1.0 foo_open func - 0123456789abcdef\n"
				  "LIBFOO_1.0 foo_table data 64 00000000000000ff\n"
				  "LIBFOO_1.2 foo_tls tls 4 weak\n"
				  "LIBFOO_1.2 foo_unique data 8 unique\n";

START_TEST(what_is_written_reads_back_as_itself)
{
	expect_text(sample, sample);
}
END_TEST

START_TEST(order_spaces_and_comments_do_not_matter)
{
	expect_text("# licence\n\n" HEAD "# comment\n.node B A # why\n\n.node A\n"
		    "B  b\tfunc   # comment\r\nA z func -\n  A a data - - weak\n",
		    HEAD BARE ".node A\n.node B A\nA a data weak\nA z func\nB b func\n");
}
END_TEST

START_TEST(names_may_hold_anything)
{
	const char *text = HEAD BARE ".soname \"lib foo\\\"\\\\.so\"\n.node \"-\"\n"
				     "- \".dot\" func\n- \"a b\" func\n- \"tab\\x09\" notype\n"
				     "\"-\" $x<y>@z ifunc\n";

	expect_text(text, text);
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = parse(text);
	ck_assert_str_eq(baseline->surface->soname, "lib foo\"\\.so");
	ck_assert_uint_ne(abilock_baseline_find(baseline, ABILOCK_NO_NODE, "tab\t"), SIZE_MAX);
	ck_assert_uint_eq(abilock_baseline_find(baseline, ABILOCK_NO_NODE, "x"), SIZE_MAX);
	ck_assert_uint_ne(abilock_baseline_find(baseline, 0, "$x<y>@z"), SIZE_MAX);
}
END_TEST

START_TEST(a_machine_has_one_name)
{
	expect_text(HEAD ".machine amd64\n", HEAD BARE ".machine x86_64\n");
	expect_text(HEAD ".machine vax\n", HEAD BARE ".machine vax\n");
}
END_TEST

START_TEST(each_error_says_where_and_what_was_expected)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *message;
	} cases[] = {
		{"", 0, "it is empty"},
		{"\177ELF", 1, "does not begin with '.abilock-baseline 1'"},
		{".abilock-baseline\n", 1, "expected the version"},
		{".abilock-baseline 1 x\n", 1, "expected the end of the line, found 'x'"},
		{HEAD ".nodes A\n", 2, "expected .soname, .machine, .public-headers, .node"},
		{HEAD ".node\n", 2, "expected .soname, .machine, .public-headers, .node"},
		{HEAD ".node \n", 2, "the name of a node"},
		{HEAD ".node A\n.node A\n", 3, "node 'A' stands in line 2 already"},
		{HEAD ".node A B\n", 2, "node 'B' has no line '.node B'"},
		{HEAD ".soname a\n.soname a\n", 3, "stands in line 2 already"},
		{HEAD ".soname a b\n", 2, "expected the end of the line"},
		{HEAD "A a func\n", 2, "node 'A' has no line"},
		{HEAD "-\n", 2, "expected NODE SYMBOL TYPE: a symbol"},
		{HEAD "- a\n", 2, "func, data, tls, ifunc or notype"},
		{HEAD "- a function\n", 2, "expected func, data, tls, ifunc or notype, found"},
		{HEAD "- a data 0x10\n", 2, "expected a size in bytes or '-', found '0x10'"},
		{HEAD "- a data 99999999999999999999\n", 2, "expected a size"},
		{HEAD "- a func 8\n", 2, "only data and tls have a size"},
		{HEAD "- a func - 123\n", 2, "expected a fingerprint of 16 digits"},
		{HEAD "- a func - 0123456789ABCDEF\n", 2, "expected a fingerprint of 16 digits"},
		{HEAD "- a func - - strong\n", 2, "expected weak, unique, compat"},
		{HEAD "- a func weak 8\n", 2, "expected weak, unique, compat"},
		{HEAD "- \"a func\n", 2, "a name in quotes has no end"},
		{HEAD "- \"a\\n\" func\n", 2, "expected \\\", \\\\ or \\xHH"},
		{HEAD "- \"a\\x00\" func\n", 2, "not both 0"},
		{HEAD "- \"a\"b func\n", 2, "expected a space"},
		{HEAD "- a func\n- b func\n- a data\n", 4, "stands in line 2 already"},
		{HEAD "- a func\n.type - b int (void)\n", 3, "which this node does not have"},
		{HEAD "- a func\n.type - a\n", 3, "the text of a type"},
		{HEAD "- a func\n.type - a int (void)\n.type - a int (void)\n", 4, "already"},
		{HEAD "- a func\n.struct foo\n", 3, ""},
		{HEAD "- a func\n.\t0 n int\n", 3, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		expect_error(cases[i].text, cases[i].line, cases[i].message);
}
END_TEST

START_TEST(nul_bytes_and_other_forms_are_refused)
{
	static const char nul[] = HEAD "- a\0b func\n";
	struct abilock_baseline *baseline = NULL;

	ck_assert_int_eq(abilock_baseline_parse(nul, sizeof(nul) - 1, "a", &baseline, &err),
			 ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(err.offset, 2);
	ck_assert_int_eq(abilock_baseline_parse(".abilock-baseline 2\n", 20, "a", &baseline, &err),
			 ABILOCK_E_UNSUPPORTED);
}
END_TEST

static const char typed[] = HEAD ".node A\nA f func\nA g func\n"
				 ".type A f int (struct foo *)\n.type A g void (void)\n"
				 ".struct foo 16\n.\t0 n int\n.\t8 next struct foo *\n";

START_TEST(types_give_the_fingerprints_that_are_not_there)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = parse(typed);
	_cleanup_(abilock_text_deinit) struct abilock_text out = {0};

	ck_assert(baseline->has_prints);
	ck_assert(baseline->prints[0].is_known && baseline->prints[1].is_known);
	abilock_baseline_write(&out, baseline, true);
	abilock_text_putc(&out, '\0');
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *again = parse(out.data);
	ck_assert_uint_eq(again->prints[0].value, baseline->prints[0].value);
}
END_TEST

START_TEST(a_fingerprint_belongs_to_the_types_beside_it)
{
	static const char text[] = HEAD "- f func - 0123456789abcdef\n.type - f int (void)\n";
	struct abilock_baseline *baseline = NULL;

	ck_assert_int_eq(abilock_baseline_parse(text, strlen(text), "a.abi", &baseline, &err),
			 ABILOCK_E_DAMAGED);
	ck_assert_str_eq(err.file, "a.abi:2");
	ck_assert_ptr_null(baseline);
}
END_TEST

START_TEST(a_tag_is_what_stands_behind_the_last_private)
{
	ck_assert_uint_eq(abilock_baseline_stem("FOO_PRIVATE"), 11);
	ck_assert_uint_eq(abilock_baseline_stem("FOO_PRIVATE_abc"), 11);
	ck_assert_uint_eq(abilock_baseline_stem("A_PRIVATE_B_PRIVATE_abc"), 19);
	ck_assert_uint_eq(abilock_baseline_stem("FOO_1.0"), 7);
	ck_assert_uint_eq(abilock_baseline_stem("_PRIVATE"), 8);
	ck_assert_uint_eq(abilock_baseline_stem("FOO_PRIVATEER"), 13);
}
END_TEST

START_TEST(what_is_no_api_is_left_out)
{
	struct abilock_node nodes[] = {
		{.name = "P_PRIVATE_1", .is_private = true},
		{.name = "B", .parents = (const size_t[]){0, 2}, .parent_count = 2},
		{.name = "A"}};
	struct abilock_export exports[] = {
		{.name = "_edata", .node = ABILOCK_NO_NODE, .is_default = true},
		{.name = "abilock_marker_X", .node = 1, .is_default = true},
		{.name = "copy", .node = ABILOCK_NO_NODE, .is_default = true, .row = 1},
		{.name = "p", .node = 0, .is_default = true},
		{.name = "b", .node = 1, .is_default = true, .type = STT_FUNC, .row = 2},
		{.name = "b", .node = 1, .type = STT_FUNC, .row = 3},
		{.name = "a", .node = 2, .is_default = true, .type = STT_FUNC},
	};
	const struct abilock_surface surface = {.nodes = nodes,
						.node_count = ARRAY_SIZE(nodes),
						.exports = exports,
						.export_count = ARRAY_SIZE(exports)};
	const bool copied[] = {false, true, false, false};
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = NULL;
	_cleanup_(abilock_text_deinit) struct abilock_text out = {0};

	ck_assert_int_eq(abilock_baseline_new(&surface, "x", false, copied, &baseline, &err), 0);
	abilock_baseline_write(&out, baseline, false);
	abilock_text_putc(&out, '\0');
	ck_assert_str_eq(out.data, HEAD BARE ".node A\n.node B A\nA a func\nB b func\n");
	abilock_baseline_free(take_ptr(baseline));
	ck_assert_int_eq(abilock_baseline_new(&surface, "x", true, copied, &baseline, &err), 0);
	abilock_text_clear(&out);
	abilock_baseline_write(&out, baseline, false);
	abilock_text_putc(&out, '\0');
	ck_assert_str_eq(out.data, HEAD BARE ".node A\n.node B A P_PRIVATE\n.node P_PRIVATE\n"
					     "A a func\nB b func\nP_PRIVATE p notype\n");
}
END_TEST

/* ---- comparison ---- */

/* "RULE SUBJECT" of all findings, a line each. */
static char *compare(const char *before, const char *after)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *a = parse(before);
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *b = parse(after);
	_cleanup_(gate_deinit) struct gate gate = {0};
	struct abilock_text out = {0};

	ck_assert_int_eq(gate_compare(&gate, a, b, &err), 0);
	for (size_t i = 0; i < gate.diags.count; i++)
		abilock_text_printf(&out, "%s %s\n", gate.diags.items[i].rule,
				    gate.diags.items[i].subject);
	abilock_text_putc(&out, '\0');
	return out.data;
}

static void expect_findings(const char *before, const char *after, const char *want)
{
	_cleanup_(freep) char *found = compare(before, after);

	ck_assert_str_eq(found, want);
}

#define N HEAD ".node A\n.node B A\n"

static const struct {
	const char *before, *after, *want;
} comparisons[] = {
	/* nothing */
	{sample, sample, ""},
	{N "A a func\nB b func\n", HEAD ".node B A\n.node A\nB b func\nA a func\n", ""},
	{N "A a func\n", N "A a ifunc\n", ""},
	{N "A a func\n", N "A a notype\n", ""},
	{N "A a data 8\n", N "A a data\n", ""},
	{HEAD "- a func\n", HEAD ".soname x\n- a func\n", ""},
	{HEAD ".machine arm\n- a data 4\n", HEAD ".machine armhf\n- a data 4\n", ""},
	/* the library */
	{HEAD ".soname x\n", HEAD ".soname y\n", "soname-changed x\n"},
	{HEAD ".soname x\n", HEAD ".soname -\n", "soname-changed x\n"},
	{HEAD ".soname -\n", HEAD ".soname y\n", "soname-changed y\n"},
	{HEAD ".soname x\n.machine i386\n- a data 4\n- b func - 0000000000000001\n",
	 HEAD ".soname x\n.machine x86_64\n- a data 8\n- b func - 0000000000000002\n",
	 "machine-differs x\n"},
	/* nodes */
	{N "A a func\nB b func\n", HEAD ".node A\nA a func\n", "node-removed B\n"},
	{N "A a func\nB b func\n", HEAD ".node A\nA a func\n.node C A\nC b func\nC c func\n",
	 "node-renamed B\nsymbol-added c@C\n"},
	{N "B b func\nB c func\n", HEAD ".node A\nA b func\n.node C A\nC c func\n",
	 "node-removed B\nnode-added C\nadded-to-released b@A\nsymbol-added c@C\n"},
	{N "A a func\n", HEAD ".node A\n.node B\nA a func\n", "node-parents-changed B\n"},
	{N "A a func\n", HEAD ".node B A\n.node X_PRIVATE\n.node A X_PRIVATE\nA a func\n", ""},
	{N, N ".node C B\nC c func\n", "node-added C\nsymbol-added c@C\n"},
	/* symbols */
	{N "A a func\n", N, "symbol-removed a@A\n"},
	{HEAD "- a func\n", HEAD "- b func\n", "symbol-removed a\nsymbol-added b\n"},
	{N "A a func\n", N "A a func\nA b func\nB c data 4\n",
	 "added-to-released b@A\nadded-to-released c@B\n"},
	{N "A a func\n", N "B a func\n", "symbol-moved a@A\n"},
	{N "A a func\n", N "- a func\n", "symbol-moved a@A\n"},
	{N "A a func\n", N ".node C\nC a func\n", "symbol-moved a@A\nnode-added C\n"},
	{N "A a func compat\nB a func\n", N "A a func\n", "symbol-removed a@B\n"},
	{HEAD "- a func\n- b func\n", HEAD ".node A\nA a func\nA b func\n",
	 "symbol-versioned a.abi\nnode-added A\n"},
	{N "- a func\n", N "A a func\n", "symbol-versioned a.abi\nadded-to-released a@A\n"},
	{HEAD "- a func\n", HEAD ".node A\nA a func compat\n", "symbol-moved a\nnode-added A\n"},
	/* the default version */
	{N "A a func\n", N ".node C\nA a func compat\nC a func\n",
	 "node-added C\nsymbol-added a@C\n"},
	{N "A a func\n", N "A a func compat\nB a func\n",
	 "added-to-released a@B\ndefault-moved a@A\n"},
	{N "A a func compat\nB a func\n", N "A a func\nB a func compat\n", "default-moved a@B\n"},
	{N "A a func\n", N "A a func compat\n", "default-moved a@A\n"},
	{N "A a func\n", N "A a func compat\n- a func\n", "symbol-added a\ndefault-moved a@A\n"},
	{N "A a func compat\n", N "A a func\n", ""},
	/* what a symbol is */
	{N "A a func\n", N "A a data 8\n", "symbol-type-changed a@A\n"},
	{N "A a data 8\n", N "A a tls 8\n", "symbol-type-changed a@A\n"},
	{N "A a notype\n", N "A a tls\n", "symbol-type-changed a@A\n"},
	{N "A a func\n", N "A a func weak\n", "symbol-binding-changed a@A\n"},
	{N "A a data 8\n", N "A a data 16\n", "symbol-size-changed a@A\n"},
	{N "A a tls 8\n", N "A a tls 4 unique\n",
	 "symbol-size-changed a@A\nsymbol-binding-changed a@A\n"},
	/* types */
	{N "A a func - 0000000000000001\n", N "A a func - 0000000000000002\n",
	 "type-changed a@A\n"},
	{N "A a func - 0000000000000001\n", N "A a func\n", "types-missing a.abi\n"},
	{N "A a func\n", N "A a func - 0000000000000001\n", ""},
	{N "A f func\nB g func\n.type A f int (struct s *)\n.type B g void (struct s *)\n"
	   ".struct s 4\n.\t0 n int\n",
	 N "A f func\nB g func\n.type A f int (struct s *)\n.type B g void (struct s *)\n"
	   ".struct s 8\n.\t0 n long\n",
	 "type-changed struct s\n"},
	{N "A f func\n.type A f int (int)\n", N "A f func\n.type A f int (long)\n",
	 "type-changed f@A\n"},
	{N "A f func\n.type A f int (struct s *)\n",
	 N "A f func\n.type A f int (struct s *)\n.struct s 4\n.\t0 n int\n", ""},
	/* private nodes */
	{N ".node P_PRIVATE\nP_PRIVATE p func\nP_PRIVATE q func\nP_PRIVATE d data 4\n",
	 N ".node P_PRIVATE_2\nP_PRIVATE_2 p func\nP_PRIVATE_2 d data 8\n",
	 "private-changed P_PRIVATE\n"},
	{N ".node P_PRIVATE\nP_PRIVATE p func\n", N, ""},
	{N, N ".node P_PRIVATE\nP_PRIVATE p func\n", ""},
	{N ".node P_PRIVATE\nP_PRIVATE p func\n", N ".node Q_PRIVATE\nQ_PRIVATE p func\n",
	 "private-changed P_PRIVATE\nprivate-changed Q_PRIVATE\n"},
	{N "A a func\n", N ".node P_PRIVATE\nP_PRIVATE a func\n", "symbol-moved a@A\n"},
};

START_TEST(each_change_is_one_finding)
{
	const size_t i = (size_t)_i;

	expect_findings(comparisons[i].before, comparisons[i].after, comparisons[i].want);
}
END_TEST

START_TEST(a_finding_stands_at_its_line)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *a = parse(N "A a func\n");
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *b = parse(N);
	_cleanup_(gate_deinit) struct gate gate = {0};

	ck_assert_int_eq(gate_compare(&gate, a, b, &err), 0);
	ck_assert_uint_eq(gate.diags.count, 1);
	ck_assert_uint_eq(gate.diags.items[0].place.line, 4);
	ck_assert_str_eq(gate.diags.items[0].message,
			 "a@A was released and is not exported any more");
	ck_assert_int_eq(gate.diags.items[0].level, ABILOCK_LEVEL_ERROR);
}
END_TEST

START_TEST(an_empty_node_that_is_gone_is_a_warning)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *a = parse(N "A a func\n");
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *b =
		parse(HEAD ".node A\nA a func\n");
	_cleanup_(gate_deinit) struct gate gate = {0};

	ck_assert_int_eq(gate_compare(&gate, a, b, &err), 0);
	ck_assert_uint_eq(gate.diags.count, 1);
	ck_assert_str_eq(gate.diags.items[0].rule, "node-removed");
	ck_assert_int_eq(gate.diags.items[0].level, ABILOCK_LEVEL_WARNING);
	ck_assert_uint_eq(gate.diags.error_count, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("baseline");
	TCase *tcase = tcase_create("baseline");

	tcase_add_test(tcase, what_is_written_reads_back_as_itself);
	tcase_add_test(tcase, order_spaces_and_comments_do_not_matter);
	tcase_add_test(tcase, names_may_hold_anything);
	tcase_add_test(tcase, a_machine_has_one_name);
	tcase_add_test(tcase, each_error_says_where_and_what_was_expected);
	tcase_add_test(tcase, nul_bytes_and_other_forms_are_refused);
	tcase_add_test(tcase, types_give_the_fingerprints_that_are_not_there);
	tcase_add_test(tcase, a_fingerprint_belongs_to_the_types_beside_it);
	tcase_add_test(tcase, a_tag_is_what_stands_behind_the_last_private);
	tcase_add_test(tcase, what_is_no_api_is_left_out);
	tcase_add_loop_test(tcase, each_change_is_one_finding, 0, ARRAY_SIZE(comparisons));
	tcase_add_test(tcase, a_finding_stands_at_its_line);
	tcase_add_test(tcase, an_empty_node_that_is_gone_is_a_warning);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
