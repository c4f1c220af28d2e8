/* SPDX-License-Identifier: MIT */
/* Dependency fields: parsed, reduced, simplified, sorted and printed. */
#include <check.h>

#include "deb/dependency.h"

static struct deb_dependencies field;
static char printed[1024];

static void close_field(void)
{
	deb_dependencies_deinit(&field);
}

static void parse(const char *text)
{
	struct abilock_error err = {0};

	deb_dependencies_deinit(&field);
	ck_assert_msg(deb_dependencies_parse(text, false, &field, &err) == 0, "%s: %s", text,
		      err.message);
}

static const char *print(void)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	deb_dependencies_print(&field, &text);
	ck_assert(!text.failed && text.length < sizeof(printed));
	if (text.length > 0)
		memcpy(printed, text.data, text.length);
	printed[text.length] = '\0';
	return printed;
}

static const char *simplify(const char *text)
{
	parse(text);
	deb_dependencies_simplify(&field);
	return print();
}

static const char *sort(const char *text)
{
	parse(text);
	deb_dependencies_sort(&field);
	return print();
}

START_TEST(a_field_is_printed_with_single_spaces)
{
	parse("  libc6(>=2.34) ,\n foo|bar:any  ( = 1 ),baz [ amd64   !i386 ]  <!nocheck>  <a b>");
	ck_assert_str_eq(print(), "libc6 (>= 2.34), foo | bar:any (= 1), "
				  "baz [amd64 !i386] <!nocheck> <a b>");
}
END_TEST

START_TEST(old_relations_are_those_with_equality)
{
	parse("a (< 1), b (> 2)");
	ck_assert_str_eq(print(), "a (<= 1), b (>= 2)");
}
END_TEST

START_TEST(empty_parts_and_bars_at_the_end_stand_for_nothing)
{
	parse(", a, , b |, |,");
	ck_assert_str_eq(print(), "a, b");
	parse(" \n ");
	ck_assert_str_eq(print(), "");
}
END_TEST

START_TEST(what_is_no_dependency_is_an_error_that_shows_it)
{
	static const char *const wrong[] = {
		"| a",	     "a | | b", "a (1)",    "a (>= )",	"a (>= 1", "a (>= 1 2)",
		"-a",	     "a b",	"a:",	    "a [",	"a []",	   "a <",
		"a <b",	     "a [_]",	"a:native", "\xc3\xa4", "(>= 1)",  "a (>= 1) (<< 2)",
		"a <b> [c]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct deb_dependencies broken = {0};
		struct abilock_error err = {0};
		int r = deb_dependencies_parse(wrong[i], false, &broken, &err);

		ck_assert_msg(r == ABILOCK_E_SYNTAX, "%s is accepted", wrong[i]);
		ck_assert_msg(strstr(err.message, "is no dependency"), "%s", err.message);
		deb_dependencies_deinit(&broken);
	}
}
END_TEST

START_TEST(native_is_for_build_dependencies)
{
	struct abilock_error err = {0};

	ck_assert_int_eq(deb_dependencies_parse("python3:native", true, &field, &err), 0);
	ck_assert_str_eq(print(), "python3:native");
}
END_TEST

START_TEST(the_higher_of_two_lower_bounds_stays)
{
	ck_assert_str_eq(simplify("libc6 (>= 2.14), libc6 (>= 2.34)"), "libc6 (>= 2.34)");
	ck_assert_str_eq(simplify("libc6 (>= 2.34), libc6 (>= 2.14), libc6"), "libc6 (>= 2.34)");
	ck_assert_str_eq(simplify("a (>= 1), a (>> 1), a (= 2)"), "a (= 2)");
	ck_assert_str_eq(simplify("a (<< 3), a (<= 3), a (>= 1)"), "a (<< 3), a (>= 1)");
	ck_assert_str_eq(simplify("a (>= 1.0~rc1), a (>= 1.0)"), "a (>= 1.0)");
}
END_TEST

START_TEST(a_package_implies_the_alternatives_that_it_is_one_of)
{
	ck_assert_str_eq(simplify("a | b, c, a"), "a, c");
	ck_assert_str_eq(simplify("a (>= 2), a (>= 1) | b"), "a (>= 2)");
	ck_assert_str_eq(simplify("a | b, b | a | c"), "a | b");
	ck_assert_str_eq(simplify("a (>= 1) | a (>= 2), a"), "a (>= 1) | a (>= 2), a");
}
END_TEST

START_TEST(what_may_be_another_package_or_another_case_stays)
{
	ck_assert_str_eq(simplify("a, b"), "a, b");
	ck_assert_str_eq(simplify("a:any, a"), "a:any, a");
	ck_assert_str_eq(simplify("a [amd64], a"), "a");
	ck_assert_str_eq(simplify("a [amd64 i386], a [i386]"), "a [amd64 i386]");
	ck_assert_str_eq(simplify("a [!amd64], a [i386]"), "a [!amd64]");
	ck_assert_str_eq(simplify("a [!i386], a [i386]"), "a [!i386], a [i386]");
	ck_assert_str_eq(simplify("a <x>, a <x> <y>"), "a <x> <y>");
	ck_assert_str_eq(simplify("a <x> <y>, a <z>"), "a <x> <y>, a <z>");
}
END_TEST

START_TEST(versions_that_are_none_imply_nothing)
{
	ck_assert_str_eq(simplify("a (>= ${x}), a (>= 1)"), "a (>= ${x}), a (>= 1)");
}
END_TEST

START_TEST(a_field_is_sorted_by_package_relation_and_version)
{
	ck_assert_str_eq(sort("b, a (<= 1), a (<< 1), a (= 1), a (>> 1), a (>= 10), a (>= 9), a"),
			 "a, a (>= 9), a (>= 10), a (>> 1), a (= 1), a (<< 1), a (<= 1), b");
	ck_assert_str_eq(sort("a | c, a | b, a"), "a, a | b, a | c");
	ck_assert_str_eq(sort("libx, libX, lib+"), "lib+, libX, libx");
}
END_TEST

START_TEST(reducing_keeps_what_is_for_the_architecture_and_the_profiles)
{
	struct deb_arch *arch = NULL;
	struct abilock_error err = {0};

	ck_assert_int_eq(deb_arch_open("amd64", &arch, &err), 0);
	parse("a [amd64], b [!amd64], c [linux-any] | d [i386], e [!i386 !hurd-any], "
	      "f <!nocheck>, g <stage1 cross>, h <!stage1> <cross>, i [!i386 arm64]");
	deb_dependencies_reduce(&field, arch, "nocheck stage1");
	ck_assert_str_eq(print(), "a, c, e, i");
	parse("f <!nocheck>, g <stage1 cross>, h <!stage1> <cross>");
	deb_dependencies_reduce(&field, arch, NULL);
	ck_assert_str_eq(print(), "f, h");
	deb_arch_free(arch);
}
END_TEST

START_TEST(the_minimum_is_the_highest_lower_bound_of_a_package)
{
	parse("a (>= 1), a (>> 3), b (>= 9) | a (>= 2), a (<< 10), c");
	ck_assert_str_eq(deb_dependencies_minimum(&field, "a"), "3");
	ck_assert_str_eq(deb_dependencies_minimum(&field, "b"), "9");
	ck_assert_ptr_null(deb_dependencies_minimum(&field, "c"));
	ck_assert_ptr_null(deb_dependencies_minimum(&field, "d"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deb_dependency");
	TCase *tc = tcase_create("fields");

	tcase_add_checked_fixture(tc, NULL, close_field);
	tcase_add_test(tc, a_field_is_printed_with_single_spaces);
	tcase_add_test(tc, old_relations_are_those_with_equality);
	tcase_add_test(tc, empty_parts_and_bars_at_the_end_stand_for_nothing);
	tcase_add_test(tc, what_is_no_dependency_is_an_error_that_shows_it);
	tcase_add_test(tc, native_is_for_build_dependencies);
	tcase_add_test(tc, the_higher_of_two_lower_bounds_stays);
	tcase_add_test(tc, a_package_implies_the_alternatives_that_it_is_one_of);
	tcase_add_test(tc, what_may_be_another_package_or_another_case_stays);
	tcase_add_test(tc, versions_that_are_none_imply_nothing);
	tcase_add_test(tc, a_field_is_sorted_by_package_relation_and_version);
	tcase_add_test(tc, reducing_keeps_what_is_for_the_architecture_and_the_profiles);
	tcase_add_test(tc, the_minimum_is_the_highest_lower_bound_of_a_package);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
