/* SPDX-License-Identifier: MIT */
/* The rules one by one; tests/tool/version_script_test.sh compares them with GNU ld's answers. */
#include <check.h>

#include "../../symbols/declaration_match.h"

static struct abilock_declaration *decl;
static struct abilock_matcher *matcher;
static struct abilock_diagnostics diags;

static void teardown(void)
{
	abilock_matcher_free(take_ptr(matcher));
	abilock_declaration_free(take_ptr(decl));
	abilock_diagnostics_deinit(&diags);
}

/* What takes the symbol: "NODE", "NODE local", or "none". */
static const char *taker(const char *script, const char *symbol)
{
	static char text[100];
	const struct abilock_entry *entry;

	teardown();
	ck_assert_int_eq(abilock_declaration_parse(script, strlen(script), "", &decl, &diags, NULL),
			 0);
	ck_assert_int_eq(abilock_matcher_new(decl, &matcher, NULL), 0);
	entry = abilock_matcher_find(matcher, symbol);
	(void)snprintf(text, sizeof(text), "%s%s", entry ? decl->nodes[entry->node].name : "none",
		       entry && entry->is_local ? " local" : "");
	return text;
}

static const struct {
	const char *script, *symbol, *taker;
} cases[] = {
	/* nothing names it */
	{"A { a; };", "b", "none"},
	{"A { a; };\n# unversioned: b\n", "b", "none"},
	{"A { };", "a", "none"},
	/* an exact name beats a pattern */
	{"A { a*; }; B { ab; };", "ab", "B"},
	{"A { ab; }; B { a*; };", "ab", "A"},
	{"A { local: ab; }; B { a*; };", "ab", "A local"},
	{"A { a*; local: ab; };", "ab", "A local"},
	{"A { \"a*\"; }; B { a*; };", "a*", "A"},
	{"A { \"a*\"; }; B { a*; };", "ab", "B"},
	{"A { a\\*; };", "a*", "A"},
	{"A { a\\*; };", "ab", "none"},
	/* of exact names the first node, global before local */
	{"A { a; }; B { a; };", "a", "A"},
	{"A { global: a; local: a; };", "a", "A"},
	/* of patterns the last node, global before local, a star last */
	{"A { a*; }; B { *b; };", "ab", "B"},
	{"A { global: a*; }; B { local: *b; };", "ab", "A"},
	{"A { local: a*; }; B { global: *b; };", "ab", "B"},
	{"A { global: *; }; B { local: a*; };", "ab", "B local"},
	{"A { global: *; }; B { local: a*; };", "b", "A"},
	{"A { *; }; B { *; };", "a", "B"},
	{"A { global: a; local: *; };", "b", "A local"},
	/* ld reads parents first: so the order is that of the sorted nodes */
	{"B { a; } A; A { a; };", "a", "A"},
	/* fnmatch() without flags: a star takes dots and slashes */
	{"A { a*z; };", "a.b/z", "A"},
	{"A { [!a]b; };", "cb", "A"},
	{"A { [!a]b; };", "ab", "none"},
	/* C++ by the demangled name */
	{"A { extern \"C++\" { foo::*; }; };", "_ZN3foo3barEi", "A"},
	{"A { extern \"C++\" { foo::*; }; };", "foo", "none"},
	{"A { extern \"C++\" { \"foo::bar(int)\"; }; };", "_ZN3foo3barEi", "A"},
	{"A { extern \"C++\" { \"foo::*\"; }; };", "_ZN3foo3barEi", "none"},
	{"A { extern \"C++\" { a; }; };", "a", "A"},
	{"A { _ZN*; }; B { extern \"C++\" { \"foo::bar(int)\"; }; };", "_ZN3foo3barEi", "B"},
	{"A { extern \"C++\" { \"foo::bar(int)\"; }; }; B { _ZN3foo3barEi; };", "_ZN3foo3barEi",
	 "A"},
};

START_TEST(takes_as_ld_does)
{
	ck_assert_str_eq(taker(cases[_i].script, cases[_i].symbol), cases[_i].taker);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("declaration_match");
	TCase *tc = tcase_create("declaration_match");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, takes_as_ld_does, 0, (int)ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
