/* SPDX-License-Identifier: MIT */
/* Declarations against files: stubs of what another declaration says, for any machine. */
#include <check.h>

#include "../../symbols/gate/gate.h"
#include "../../versiongen/stub/stub.h"
#include "../../versiongen/tag.h"

static struct abilock_error err;

static struct abilock_declaration *parse(const char *text)
{
	struct abilock_diagnostics diags = {0};
	struct abilock_declaration *decl = NULL;

	ck_assert_int_eq(abilock_declaration_parse(text, strlen(text), "decl", &decl, &diags, &err),
			 0);
	abilock_diagnostics_deinit(&diags);
	return decl;
}

/* What is linked from a declaration, with the markers of the build @p tag. */
static struct abilock_object *link_with(const char *text, const char *tag, const char *machine,
					char **ret_bytes)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = parse(text);
	_cleanup_(abilock_surface_freep) struct abilock_surface *plain = NULL, *tagged = NULL;
	struct abilock_object *object = NULL;
	struct stub_source source = {.soname = "libs.so.1"};
	size_t size = 0;
	FILE *file = open_memstream(ret_bytes, &size);

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(abilock_declaration_surface(decl, &plain, &err), 0);
	ck_assert_int_eq(tag_apply(plain, &(struct tags){.build = tag}, &tagged, &err), 0);
	source.surface = tagged;
	stub_source_set_machine(&source, abilock_machine_find(machine));
	ck_assert_int_eq(stub_write(file, &source, &err), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(abilock_object_open_bytes(*ret_bytes, size, "libs.so", &object, &err), 0);
	return object;
}

/* `RULE SUBJECT LINE` of each finding, separated by `; `, the line only where there is one. */
static char found[4096];

static const char *check_on(const char *declared, const char *linked, const char *machine)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = parse(declared);
	_cleanup_(freep) char *bytes = NULL;
	struct abilock_object *object = link_with(linked, "t1", machine, &bytes);
	struct gate gate = {0};
	size_t length = 0;

	ck_assert_int_eq(gate_check_declared(&gate, decl, object, &err), 0);
	found[0] = '\0';
	for (size_t i = 0; i < gate.diags.count && length < sizeof(found); i++) {
		const struct abilock_diagnostic *diag = &gate.diags.items[i];
		char line[16] = "";

		ck_assert_uint_lt(diag->place.file, gate.source_count);
		ck_assert_ptr_nonnull(diag->fix);
		if (diag->place.line > 0)
			(void)snprintf(line, sizeof(line), " %u", diag->place.line);
		length += (size_t)snprintf(found + length, sizeof(found) - length, "%s%s %s%s",
					   i > 0 ? "; " : "", diag->rule, diag->subject, line);
	}
	gate_deinit(&gate);
	abilock_object_free(object);
	return found;
}

static const char *check_both(const char *declared, const char *linked)
{
	return check_on(declared, linked, "x86_64");
}

/* ---- what is the same ---- */

static const char everything[] =
	"F_1 { global: a; b; # data\n c; # tls\n d; # compat\n local: *; };\n"
	"F_2 { global: d; e; # weak\n f; # ifunc\n } F_1;\n"
	"F_PRIVATE { global: g; h; # data\n } F_2;\n"
	"G_PRIVATE { global: i; };\n";

START_TEST(what_was_linked_from_a_declaration_passes)
{
	static const char *const machines[] = {"x86_64", "i386",    "s390x",
					       "ppc64",	 "aarch64", "armhf"};

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		ck_assert_str_eq(check_on(everything, everything, machines[i]), "");
}
END_TEST

START_TEST(a_script_without_nodes_has_symbols_without_versions)
{
	ck_assert_str_eq(check_both("{ global: a; b; local: *; };", "{ global: a; b; };"), "");
	ck_assert_str_eq(check_both("{ global: a; };", "F_1 { global: a; };"),
			 "symbol-wrong-node a 1; node-not-declared F_1");
}
END_TEST

START_TEST(patterns_take_symbols_by_the_rules_of_ld)
{
	static const char linked[] = "F_1 { global: f_a; f_b; }; F_2 { global: f_c; x; } F_1;";

	ck_assert_str_eq(check_both("F_1 { global: f_*; }; F_2 { global: f_c; *; } F_1;", linked),
			 "");
	ck_assert_str_eq(
		check_both("F_1 { global: f_*; }; F_2 { global: f_[cd]; x; } F_1;", linked), "");
	ck_assert_str_eq(check_both("F_1 { global: f_*; };\nF_2 { global: x; } F_1;", linked),
			 "symbol-wrong-node f_c@F_1 1");
}
END_TEST

START_TEST(names_of_cxx_are_those_of_the_demangler)
{
	static const char linked[] = "F_1 { global: _ZN3foo3barEi; _ZN3foo3bazEv; };";

	ck_assert_str_eq(check_both("F_1 { global: extern \"C++\" { \"foo::bar(int)\"; foo::baz*; "
				    "}; local: *; };",
				    linked),
			 "");
	ck_assert_str_eq(
		check_both("F_1 { global: extern \"C++\" { foo::*;\n\"foo::qux()\"; }; };", linked),
		"symbol-missing foo::qux()@F_1 2");
}
END_TEST

START_TEST(tags_of_patterns_hold_where_there_are_some)
{
	static const char linked[] = "F_1 { global: f_a; # data\n f_b; };";

	ck_assert_str_eq(check_both("F_1 { global: f_*; };", linked), "");
	ck_assert_str_eq(check_both("F_1 { global: f_*; # data\n };", linked),
			 "symbol-type f_b@F_1 1");
}
END_TEST

START_TEST(a_resolver_is_a_function_to_users)
{
	ck_assert_str_eq(check_both("F_1 { global: a; };", "F_1 { global: a; # ifunc\n };"), "");
	ck_assert_str_eq(check_both("F_1 { global: a; # ifunc\n };", "F_1 { global: a; };"), "");
}
END_TEST

/* ---- symbols ---- */

START_TEST(symbols_are_compared_both_ways)
{
	ck_assert_str_eq(check_both("F_1 { global: a;\n b; };", "F_1 { global: a; c; };"),
			 "symbol-missing b@F_1 2; symbol-not-declared c@F_1");
	ck_assert_str_eq(check_both("F_1 { global: a;\n local: c*; };", "F_1 { global: a; c1; };"),
			 "symbol-not-declared c1@F_1 2");
}
END_TEST

START_TEST(a_symbol_without_its_version_is_no_missing_one)
{
	static const char linked[] = "F_1 { global: a; };\n# unversioned: b";

	ck_assert_str_eq(check_both("F_1 { global: a;\n b; };", linked),
			 "symbol-unversioned b@F_1 2");
	ck_assert_str_eq(check_both("F_1 { global: a; };\n# unversioned: b", linked), "");
	ck_assert_str_eq(check_both("F_1 { global: a; };\n# unversioned: b c", linked),
			 "symbol-not-declared b");
}
END_TEST

START_TEST(what_linkers_add_is_no_finding)
{
	static const char linked[] = "F_1 { global: a; };\n# unversioned: _init\n"
				     "# unversioned: _edata notype\n# unversioned: end notype";

	ck_assert_str_eq(check_both("F_1 { global: a; local: *; };", linked), "");
	ck_assert_str_eq(check_both("F_1 { global: a; local: *; };",
				    "F_1 { global: a; };\n# unversioned: end"),
			 "symbol-not-declared end");
}
END_TEST

START_TEST(each_version_of_a_symbol_counts)
{
	static const char linked[] = "F_1 { global: a; # compat\n }; F_2 { global: a; } F_1;";

	ck_assert_str_eq(check_both("F_1 { global: a; }; F_2 { global: a; } F_1;", linked), "");
	ck_assert_str_eq(check_both("F_1 { global: a; }; F_2 { } F_1;", linked),
			 "symbol-not-default a@F_1 1; symbol-not-declared a@F_2");
	ck_assert_str_eq(check_both("F_1 { }; F_2 { global: a; } F_1;", linked),
			 "symbol-not-declared a@F_1");
	ck_assert_str_eq(
		check_both("F_1 { global: a; };\nF_2 { global: a; # compat\n } F_1;", linked),
		"symbol-not-default a@F_1 1; symbol-not-default a@F_2 2");
}
END_TEST

START_TEST(weak_definitions_need_no_tag_but_a_tag_is_a_claim)
{
	ck_assert_str_eq(check_both("F_1 { global: a; };", "F_1 { global: a; # weak\n };"), "");
	ck_assert_str_eq(check_both("F_1 { global: a; # weak\n };", "F_1 { global: a; };"),
			 "symbol-binding a@F_1 1");
	ck_assert_str_eq(
		check_both("F_1 { global: a; # data\n };", "F_1 { global: a; # data unique\n };"),
		"symbol-binding a@F_1 1");
}
END_TEST

/* ---- nodes ---- */

START_TEST(one_finding_tells_of_a_node_and_its_symbols)
{
	ck_assert_str_eq(check_both("F_1 { global: a; };\nF_2 { global: b; c; } F_1;",
				    "F_1 { global: a; b; c; };"),
			 "node-missing F_2 2");
	ck_assert_str_eq(
		check_both("F_1 { global: a; };", "F_1 { global: a; }; F_2 { global: b; c; } F_1;"),
		"node-not-declared F_2");
}
END_TEST

START_TEST(a_node_may_be_empty_where_it_is_declared_so)
{
	static const char linked[] = "F_1 { global: a; }; F_2 { } F_1;";

	ck_assert_str_eq(check_both(linked, linked), "");
	ck_assert_str_eq(check_both("F_1 { global: a; };\nF_2 { global: b*; } F_1;", linked),
			 "node-without-symbols F_2 2; pattern-unused b*@F_2 2");
}
END_TEST

START_TEST(parents_count_where_the_linker_writes_any)
{
	static const char linked[] = "A { global: a; }; B { global: b; } A; C { global: c; } B;";

	ck_assert_str_eq(
		check_both("A { global: a; }; B { global: b; } A;\nC { global: c; } A;", linked),
		"node-parents C 2");
	ck_assert_str_eq(
		check_both(linked, "A { global: a; }; B { global: b; }; C { global: c; };"), "");
}
END_TEST

/* ---- private nodes ---- */

START_TEST(a_private_node_has_a_tag_and_a_marker)
{
	static const char declared[] = "F_PRIVATE { global: a; };";

	ck_assert_str_eq(check_both(declared, "F_PRIVATE_t1 { # exact\n global: a; };"),
			 "marker-missing F_PRIVATE 1");
	ck_assert_str_eq(check_both(declared, "F_PRIVATE { # exact\n global: a; };"),
			 "node-missing F_PRIVATE 1");
}
END_TEST

START_TEST(private_nodes_are_of_one_build)
{
	static const char declared[] = "F_PRIVATE { global: a; };\nG_PRIVATE { global: b; };";

	ck_assert_str_eq(check_both(declared,
				    "F_PRIVATE { global: a; }; G_PRIVATE_t2 { # exact\n global: b; "
				    "};"),
			 "marker-missing G_PRIVATE 2; several-private-tags G_PRIVATE 2");
	ck_assert_str_eq(
		check_both("F_PRIVATE { global: a; b; };",
			   "F_PRIVATE { global: a; }; F_PRIVATE_t2 { # exact\n global: b; };"),
		"several-private-tags F_PRIVATE 1");
}
END_TEST

START_TEST(fingerprints_differ_from_node_to_node)
{
	ck_assert_str_eq(check_both("F_PRIVATE { global: a; };\nG_PRIVATE { global: b; };",
				    "F_PRIVATE_0123456789abcdef { # exact\n global: a; };"
				    "G_PRIVATE_fedcba9876543210 { # exact\n global: b; };"),
			 "marker-missing F_PRIVATE 1; marker-missing G_PRIVATE 2");
}
END_TEST

START_TEST(the_longest_name_has_the_tag_behind_it)
{
	static const char text[] = "F_PRIVATE { global: a; }; F_PRIVATE_G_PRIVATE { global: b; };";

	ck_assert_str_eq(check_both(text, text), "");
}
END_TEST

START_TEST(rules_are_sorted_and_complete)
{
	for (size_t i = 0; i < gate_rule_count; i++) {
		const struct abilock_rule *rule = &gate_rules[i];

		ck_assert_ptr_eq(abilock_rule_find(gate_rules, gate_rule_count, rule->id), rule);
		ck_assert(*rule->summary && *rule->fix);
		ck_assert(rule->summary[strlen(rule->summary) - 1] != '.');
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gate");
	TCase *tcase = tcase_create("declared");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, what_was_linked_from_a_declaration_passes);
	tcase_add_test(tcase, a_script_without_nodes_has_symbols_without_versions);
	tcase_add_test(tcase, patterns_take_symbols_by_the_rules_of_ld);
	tcase_add_test(tcase, names_of_cxx_are_those_of_the_demangler);
	tcase_add_test(tcase, tags_of_patterns_hold_where_there_are_some);
	tcase_add_test(tcase, a_resolver_is_a_function_to_users);
	tcase_add_test(tcase, symbols_are_compared_both_ways);
	tcase_add_test(tcase, a_symbol_without_its_version_is_no_missing_one);
	tcase_add_test(tcase, what_linkers_add_is_no_finding);
	tcase_add_test(tcase, each_version_of_a_symbol_counts);
	tcase_add_test(tcase, weak_definitions_need_no_tag_but_a_tag_is_a_claim);
	tcase_add_test(tcase, one_finding_tells_of_a_node_and_its_symbols);
	tcase_add_test(tcase, a_node_may_be_empty_where_it_is_declared_so);
	tcase_add_test(tcase, parents_count_where_the_linker_writes_any);
	tcase_add_test(tcase, a_private_node_has_a_tag_and_a_marker);
	tcase_add_test(tcase, private_nodes_are_of_one_build);
	tcase_add_test(tcase, fingerprints_differ_from_node_to_node);
	tcase_add_test(tcase, the_longest_name_has_the_tag_behind_it);
	tcase_add_test(tcase, rules_are_sorted_and_complete);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
