/* SPDX-License-Identifier: MIT */
/* Questions about patterns, against all names of a small alphabet. */
#include <check.h>
#include <fnmatch.h>

#include "../../versiongen/lint/lint_glob.h"

static const char *const patterns[] = {
	"*",	 "a",	   "b",	   "?",	    "a*",     "*a",	"a*b",	 "*a*",	   "??",
	"a?",	 "?*b",	   "[ab]", "[^a]",  "[!b]*",  "a[a-c]", "[]a]b", "[^]]",   "**a",
	"a**",	 "*b*a*",  "ab",   "abc",   "?b?",    "[a-b]?", "c*",	 "[c-a]",  "a\\*",
	"\\a*b", "*[ab]*", "[a",   "a[bc]", "*[^b]c", "***",	"?[a]*", "[abc]?c"};

/* Calls back with each name of up to four of `abc]*`. */
static void each_name(bool (*visit)(const char *name, void *context), void *context)
{
	static const char letters[] = "abc]*";
	const unsigned base = sizeof(letters) - 1;

	for (unsigned length = 0, count = 1; length <= 4; length++, count *= base) {
		for (unsigned i = 0; i < count; i++) {
			char name[8] = {0};
			unsigned rest = i;

			for (unsigned k = 0; k < length; k++, rest /= base)
				name[k] = letters[rest % base];
			if (!visit(name, context))
				return;
		}
	}
}

struct pair {
	const char *a;
	const char *b;
	bool both;   /* some name matches both */
	bool only_b; /* some name matches b and not a */
};

static bool look(const char *name, void *context)
{
	struct pair *pair = context;
	const bool a = fnmatch(pair->a, name, 0) == 0, b = fnmatch(pair->b, name, 0) == 0;

	pair->both |= a && b;
	pair->only_b |= b && !a;
	return true;
}

START_TEST(pairs_meet_where_a_name_matches_both)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(patterns); k++) {
			struct pair pair = {.a = patterns[i], .b = patterns[k]};

			each_name(look, &pair);
			ck_assert_msg(!pair.both || glob_meet(pair.a, pair.b) == 1,
				      "'%s' and '%s' meet", pair.a, pair.b);
			ck_assert_int_eq(glob_meet(pair.a, pair.b), glob_meet(pair.b, pair.a));
			ck_assert_msg(!pair.only_b || !glob_contains(pair.a, pair.b),
				      "'%s' does not contain '%s'", pair.a, pair.b);
		}
	}
}
END_TEST

START_TEST(apart_patterns_do_not_meet)
{
	static const char *const pairs[][2] = {
		{"a*", "b*"},  {"*a", "*b"},	    {"[ab]", "[cd]"}, {"a?", "a"},
		{"[^a]", "a"}, {"foo_*x", "foo_y"}, {"[a-c]*", "d*"}, {"???", "a*bcd"}};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		ck_assert_msg(glob_meet(pairs[i][0], pairs[i][1]) == 0, "'%s' and '%s'",
			      pairs[i][0], pairs[i][1]);
}
END_TEST

START_TEST(wider_patterns_contain_narrower_ones)
{
	static const char *const pairs[][2] = {
		{"*", "a*"},	   {"foo_*", "foo_old_*"}, {"a*", "a*"},	 {"?", "[ab]"},
		{"[a-c]", "[ab]"}, {"*a*", "*bab*"},	   {"foo*", "foo_[a-z]"}};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		ck_assert_msg(glob_contains(pairs[i][0], pairs[i][1]), "'%s' and '%s'", pairs[i][0],
			      pairs[i][1]);
}
END_TEST

START_TEST(the_prefix_ends_where_anything_may_come)
{
	ck_assert_uint_eq(glob_prefix("foo_*"), 4);
	ck_assert_uint_eq(glob_prefix("foo"), 3);
	ck_assert_uint_eq(glob_prefix("?oo"), 0);
	ck_assert_uint_eq(glob_prefix("a\\*"), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lint");
	TCase *tcase = tcase_create("patterns");

	tcase_add_test(tcase, pairs_meet_where_a_name_matches_both);
	tcase_add_test(tcase, apart_patterns_do_not_meet);
	tcase_add_test(tcase, wider_patterns_contain_narrower_ones);
	tcase_add_test(tcase, the_prefix_ends_where_anything_may_come);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
