/* SPDX-License-Identifier: MIT */
#include <check.h>

#include "../../symbols/diagnostics_format.h"
#include "../../symbols/json.h"

static struct abilock_diagnostics diags;
static struct abilock_text text;
static struct abilock_error err;

static const struct abilock_rule rules[] = {
	{"symbol-added", ABILOCK_LEVEL_NOTE, "a new symbol is worth a look", "nothing"},
	{"symbol-binding", ABILOCK_LEVEL_WARNING, "a symbol is bound as declared", "correct it"},
	{"symbol-removed", ABILOCK_LEVEL_ERROR, "a released symbol stays", "bring it back"},
};
static const struct abilock_source sources[] = {
	{"src/foo.syms", "FOO_1 {\n  \xc3\xa4 foo;\n};\n", 20},
	{"build/libfoo.so.1", NULL, 0},
	{"odd dir/100%,a:b.syms", NULL, 0},
};
static struct diagnostics_document document;

static void setup(void)
{
	document = (struct diagnostics_document){
		.tool = "abiaudit",
		.command = "check",
		.subject = "build/libfoo.so.1",
		.diags = &diags,
		.sources = sources,
		.rules = rules,
		.rule_count = ARRAY_SIZE(rules),
	};
}

static void teardown(void)
{
	abilock_diagnostics_deinit(&diags);
	abilock_text_deinit(&text);
}

static struct abilock_diagnostic *add(const char *rule, uint32_t file, uint32_t line,
				      const char *subject, const char *message)
{
	const struct abilock_rule *row = abilock_rule_find(rules, ARRAY_SIZE(rules), rule);
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&diags, row ? row->level : ABILOCK_LEVEL_ERROR, rule,
		(struct abilock_place){file, line, line ? 1 : 0, 0}, "%s", message);

	ck_assert_ptr_nonnull(diag);
	diag->subject = subject;
	return diag;
}

static const char *written(enum diagnostics_format format)
{
	abilock_text_clear(&text);
	ck_assert_int_eq(diagnostics_format_write(&text, format, &document, &err), 0);
	abilock_text_putc(&text, '\0');
	return text.data;
}

static void write_entry(struct abilock_text *out, const struct abilock_diagnostic *diag)
{
	if (!str_eq(diag->subject, "never"))
		abilock_text_printf(out, "%s %s: WHY", diag->rule, diag->subject);
}

/* A document of the shape that tools read; the caller releases it. */
static struct json_object *parsed(enum diagnostics_format format)
{
	struct json_object *root = json_tokener_parse(written(format));

	ck_assert_ptr_nonnull(root);
	return root;
}

/* The member at a path: names, or numbers for elements of arrays, with slashes between. */
static struct json_object *at(struct json_object *root, const char *path)
{
	struct json_object *value = NULL;
	char pointer[200];

	(void)snprintf(pointer, sizeof(pointer), "/%s", path);
	return json_pointer_get(root, pointer, &value) == 0 ? value : NULL;
}

static const char *string_at(struct json_object *root, const char *path)
{
	const char *string = json_object_get_string(at(root, path));

	return string ? string : "";
}

/* ---- names and levels ---- */

START_TEST(formats_have_names)
{
	static const char *const names[] = {"text", "json", "sarif", "junit", "github"};
	enum diagnostics_format format = DIAGNOSTICS_GITHUB;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert(diagnostics_format_parse(names[i], &format));
		ck_assert_uint_eq((size_t)format, i);
	}
	ck_assert(!diagnostics_format_parse("xml", &format));
	ck_assert(diagnostics_format_parse(NULL, &format));
	ck_assert_int_eq(format, DIAGNOSTICS_TEXT);
}
END_TEST

static size_t raised(const char *what)
{
	abilock_diagnostics_deinit(&diags);
	(void)add("symbol-added", 1, 0, "a", "a is new");
	(void)add("symbol-binding", 1, 0, "b", "b is weak");
	(void)add("symbol-removed", 1, 0, "c", "c is gone");
	add("symbol-binding", 1, 0, "d", "d is weak")->accepted = "it is meant";
	ck_assert(diagnostics_raise(&diags, what, rules, ARRAY_SIZE(rules)));
	ck_assert_uint_eq(diags.error_count, diagnostics_count_errors(&diags));
	return diagnostics_count_errors(&diags);
}

START_TEST(a_level_or_a_rule_is_raised)
{
	ck_assert_uint_eq(raised("error"), 1);
	ck_assert_uint_eq(raised("warning"), 2);
	ck_assert_uint_eq(raised("note"), 3);
	ck_assert_uint_eq(raised("symbol-added"), 2);
	ck_assert_int_eq(diags.items[1].level, ABILOCK_LEVEL_WARNING);
	ck_assert(!diagnostics_raise(&diags, "no-such-rule", rules, ARRAY_SIZE(rules)));
}
END_TEST

START_TEST(an_accepted_error_is_none)
{
	add("symbol-removed", 1, 0, "c", "c is gone")->accepted = "never used";
	ck_assert_uint_eq(diagnostics_count_errors(&diags), 0);
	ck_assert_ptr_nonnull(
		strstr(written(DIAGNOSTICS_TEXT), "1 accepted; build/libfoo.so.1 passes\n"));
}
END_TEST

/* ---- text ---- */

START_TEST(text_is_grouped_and_ends_with_what_to_do)
{
	static const char *details[] = {"struct foo: member \"n\" moved"};
	static const char *symbols[] = {"a", "b", "c", "d", "e"};
	struct abilock_diagnostic *diag;

	document.ledger = "foo.accepted";
	document.write_entry = write_entry;
	(void)add("symbol-added", 1, 0, "new@@FOO_2", "new@@FOO_2 is new");
	(void)add("symbol-removed", 0, 2, "x@@FOO_1", "x@@FOO_1 is gone");
	diag = add("symbol-binding", 1, 0, "never", "never is weak");
	diag->details = details;
	diag->detail_count = 1;
	diag->symbols = symbols;
	diag->symbol_count = 5;
	diag->c_file = "src/foo.h";
	diag->c_line = 7;
	(void)add("symbol-removed", 0, 3, "y@@FOO_1", "y@@FOO_1 is gone");
	add("symbol-removed", 0, 3, "z", "z is gone")->accepted = "never used";
	ck_assert_str_eq(written(DIAGNOSTICS_TEXT),
			 "error symbol-removed: a released symbol stays\n"
			 "  src/foo.syms:2: x@@FOO_1 is gone\n"
			 "  src/foo.syms:3: y@@FOO_1 is gone\n"
			 "\n"
			 "warning symbol-binding: a symbol is bound as declared\n"
			 "  build/libfoo.so.1: never is weak\n"
			 "      struct foo: member \"n\" moved\n"
			 "      symbols: a, b, c and 2 more\n"
			 "      in C: src/foo.h:7\n"
			 "\n"
			 "note symbol-added: new@@FOO_2\n"
			 "accepted symbol-removed: src/foo.syms:3: z is gone (never used)\n"
			 "\n"
			 "What to do:\n"
			 "  symbol-removed: bring it back\n"
			 "  symbol-binding: correct it\n"
			 "  Where it is meant, add to foo.accepted:\n"
			 "    symbol-removed x@@FOO_1: WHY\n"
			 "    symbol-removed y@@FOO_1: WHY\n"
			 "\n"
			 "2 errors, 1 warning, 1 note, 1 accepted; build/libfoo.so.1 fails\n");
}
END_TEST

START_TEST(nothing_found_is_one_line)
{
	ck_assert_str_eq(written(DIAGNOSTICS_TEXT), "build/libfoo.so.1 passes\n");
}
END_TEST

START_TEST(a_rule_of_many_findings_is_cut_short)
{
	for (int i = 0; i < 25; i++)
		(void)add("symbol-removed", 1, 0, "x", "x is gone");
	ck_assert_ptr_nonnull(strstr(written(DIAGNOSTICS_TEXT), "  and 5 more\n"));
	document.verbose = true;
	ck_assert_ptr_null(strstr(written(DIAGNOSTICS_TEXT), "more"));
}
END_TEST

START_TEST(what_a_reader_reports_needs_no_row)
{
	add("syntax", 0, 2, NULL, "what is this")->fix = "remove it";
	ck_assert_str_eq(written(DIAGNOSTICS_TEXT), "error syntax\n"
						    "  src/foo.syms:2: what is this\n"
						    "\n"
						    "What to do:\n"
						    "  syntax: remove it\n"
						    "\n"
						    "1 error; build/libfoo.so.1 fails\n");
	struct json_object *root = parsed(DIAGNOSTICS_SARIF);
	ck_assert_str_eq(string_at(root, "runs/0/tool/driver/rules/3/id"), "syntax");
	ck_assert_int_eq(json_object_get_int(at(root, "runs/0/results/0/ruleIndex")), 3);
	(void)json_object_put(root);
}
END_TEST

START_TEST(a_fix_of_its_own_stands_with_its_finding)
{
	(void)add("symbol-removed", 1, 0, "x", "x is gone");
	add("symbol-removed", 1, 0, "y", "y is gone")->fix = "define y";
	ck_assert_str_eq(written(DIAGNOSTICS_TEXT),
			 "error symbol-removed: a released symbol stays\n"
			 "  build/libfoo.so.1: x is gone\n"
			 "  build/libfoo.so.1: y is gone\n"
			 "      = define y\n"
			 "\n"
			 "What to do:\n"
			 "  symbol-removed: bring it back\n"
			 "\n"
			 "2 errors; build/libfoo.so.1 fails\n");
}
END_TEST

START_TEST(control_characters_do_not_reach_a_terminal)
{
	static const char *details[] = {"a\033[31mb"};
	struct abilock_diagnostic *diag = add("symbol-removed", 1, 0, "x\n::error::y", "x");

	diag->details = details;
	diag->detail_count = 1;
	diag->c_file = "a\nb";
	ck_assert_ptr_null(strchr(written(DIAGNOSTICS_TEXT), '\033'));
	ck_assert_ptr_null(strstr(written(DIAGNOSTICS_TEXT), "a\nb"));
	ck_assert_ptr_null(strstr(written(DIAGNOSTICS_GITHUB), "\n::error::y"));
}
END_TEST

START_TEST(paths_below_the_root_are_relative)
{
	static const struct abilock_source absolute[] = {{"/src/a.syms", NULL, 0},
							 {"/srcs/a.syms", NULL, 0}};

	document.sources = absolute;
	document.root = "/src";
	(void)add("symbol-removed", 0, 1, "x", "x is gone");
	(void)add("symbol-removed", 1, 1, "x", "x is gone");
	ck_assert_ptr_nonnull(strstr(written(DIAGNOSTICS_TEXT), "  a.syms:1: x"));
	ck_assert_ptr_nonnull(strstr(written(DIAGNOSTICS_TEXT), "  /srcs/a.syms:1: x"));
}
END_TEST

/* ---- JSON, SARIF ---- */

START_TEST(json_has_all_that_is_known)
{
	struct abilock_diagnostic *diag = add("symbol-removed", 0, 2, "x", "x is gone");

	diag->c_file = "foo.h";
	diag->c_line = 3;
	diag->accepted = "not \xff used";
	struct json_object *root = parsed(DIAGNOSTICS_JSON);
	ck_assert_int_eq(json_object_get_int(at(root, "format_version")), JSON_FORMAT_VERSION);
	ck_assert_str_eq(string_at(root, "findings/0/rule"), "symbol-removed");
	ck_assert_str_eq(string_at(root, "findings/0/fix"), "bring it back");
	ck_assert_str_eq(string_at(root, "findings/0/c_file"), "foo.h");
	ck_assert_str_eq(string_at(root, "findings/0/accepted"), "not \xef\xbf\xbd used");
	ck_assert_int_eq(json_object_get_int(at(root, "errors")), 0);
	ck_assert_int_eq(json_object_get_int(at(root, "accepted")), 1);
	(void)json_object_put(root);
}
END_TEST

START_TEST(sarif_names_rule_place_and_suppression)
{
	static const char physical[] = "runs/0/results/0/locations/0/physicalLocation";
	struct abilock_diagnostic *diag = add("symbol-removed", 0, 2, "x@@A", "x is gone");
	char path[120];

	diag->place.column = 6;
	diag->c_file = "/usr/src/foo.h";
	diag->c_line = 3;
	diag->accepted = "never used";
	struct json_object *root = parsed(DIAGNOSTICS_SARIF);
	ck_assert_str_eq(string_at(root, "version"), "2.1.0");
	ck_assert_int_eq(json_object_get_int(at(root, "runs/0/results/0/ruleIndex")), 2);
	(void)snprintf(path, sizeof(path), "%s/region/startColumn", physical);
	/* Of bytes 1 to 5 two are one character. */
	ck_assert_int_eq(json_object_get_int(at(root, path)), 5);
	(void)snprintf(path, sizeof(path), "%s/artifactLocation/uri", physical);
	ck_assert_str_eq(string_at(root, path), "src/foo.syms");
	ck_assert_str_eq(string_at(root, "runs/0/results/0/relatedLocations/0/physicalLocation/"
					 "artifactLocation/uri"),
			 "file:///usr/src/foo.h");
	ck_assert_str_eq(string_at(root, "runs/0/results/0/suppressions/0/justification"),
			 "never used");
	(void)json_object_put(root);
}
END_TEST

START_TEST(sarif_encodes_paths)
{
	(void)add("symbol-removed", 2, 0, "x", "x is gone");
	ck_assert_ptr_nonnull(
		strstr(written(DIAGNOSTICS_SARIF), "\"uri\":\"odd%20dir/100%25%2Ca%3Ab.syms\""));
}
END_TEST

/* ---- JUnit, GitHub ---- */

START_TEST(junit_has_a_case_for_each_rule)
{
	(void)add("symbol-removed", 0, 2, "x", "x is gone");
	add("symbol-binding", 1, 0, "y", "y is weak")->accepted = "it is meant";
	(void)add("syntax", 0, 1, NULL, "what is this");
	ck_assert_str_eq(
		written(DIAGNOSTICS_JUNIT),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"  <testsuite name=\"abiaudit check build/libfoo.so.1\" tests=\"4\" "
		"failures=\"2\" errors=\"0\" skipped=\"1\" time=\"0\">\n"
		"    <testcase name=\"symbol-added\" classname=\"abiaudit.check\" time=\"0\"/>\n"
		"    <testcase name=\"symbol-binding\" classname=\"abiaudit.check\" time=\"0\">"
		"<skipped>it is meant</skipped><system-out>build/libfoo.so.1: y is weak "
		"(accepted: it is meant)&#10;</system-out></testcase>\n"
		"    <testcase name=\"symbol-removed\" classname=\"abiaudit.check\" time=\"0\">"
		"<failure type=\"symbol-removed\" message=\"x is gone\">src/foo.syms:2: x is gone"
		"&#10;What to do: bring it back&#10;</failure></testcase>\n"
		"    <testcase name=\"syntax\" classname=\"abiaudit.check\" time=\"0\">"
		"<failure type=\"syntax\" message=\"what is this\">src/foo.syms:1: what is this"
		"&#10;</failure></testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
}
END_TEST

START_TEST(junit_holds_what_xml_can_hold)
{
	struct abilock_diagnostic *diag = add("symbol-removed", 1, 0, "x", "x");

	diag->message = "<a> & \"b\" \x01 \xff \xef\xbf\xbf \xc3\xa4";
	ck_assert_ptr_nonnull(strstr(
		written(DIAGNOSTICS_JUNIT),
		"message=\"&#60;a&#62; &#38; &#34;b&#34; \xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd "
		"\xc3\xa4\""));
}
END_TEST

START_TEST(github_gets_annotations_errors_first)
{
	(void)add("symbol-added", 1, 0, "n", "n is new");
	(void)add("symbol-removed", 2, 2, "x", "x is 100% gone");
	ck_assert_str_eq(written(DIAGNOSTICS_GITHUB),
			 "::error file=odd dir/100%25%2Ca%3Ab.syms,line=2,col=1,"
			 "title=symbol-removed::x is 100%25 gone%0AWhat to do: bring it back\n"
			 "::notice file=build/libfoo.so.1,title=symbol-added::n is new\n"
			 "1 error, 1 note; build/libfoo.so.1 fails\n");
}
END_TEST

START_TEST(what_is_not_whole_is_not_written)
{
	diags.failed = true;
	for (int i = DIAGNOSTICS_TEXT; i <= DIAGNOSTICS_GITHUB; i++)
		ck_assert_int_eq(diagnostics_format_write(&text, (enum diagnostics_format)i,
							  &document, &err),
				 ABILOCK_E_NOMEM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diagnostics_format");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, formats_have_names);
	tcase_add_test(tcase, a_level_or_a_rule_is_raised);
	tcase_add_test(tcase, an_accepted_error_is_none);
	tcase_add_test(tcase, text_is_grouped_and_ends_with_what_to_do);
	tcase_add_test(tcase, nothing_found_is_one_line);
	tcase_add_test(tcase, a_rule_of_many_findings_is_cut_short);
	tcase_add_test(tcase, what_a_reader_reports_needs_no_row);
	tcase_add_test(tcase, a_fix_of_its_own_stands_with_its_finding);
	tcase_add_test(tcase, control_characters_do_not_reach_a_terminal);
	tcase_add_test(tcase, paths_below_the_root_are_relative);
	tcase_add_test(tcase, json_has_all_that_is_known);
	tcase_add_test(tcase, sarif_names_rule_place_and_suppression);
	tcase_add_test(tcase, sarif_encodes_paths);
	tcase_add_test(tcase, junit_has_a_case_for_each_rule);
	tcase_add_test(tcase, junit_holds_what_xml_can_hold);
	tcase_add_test(tcase, github_gets_annotations_errors_first);
	tcase_add_test(tcase, what_is_not_whole_is_not_written);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
