/* SPDX-License-Identifier: MIT */
#include <check.h>

#include "../../symbols/diagnostics.h"

static struct abilock_diagnostics diags;
static struct abilock_text text;

static void teardown(void)
{
	abilock_diagnostics_deinit(&diags);
	abilock_text_deinit(&text);
}

static struct abilock_diagnostic *add(uint32_t line, uint32_t column, const char *message)
{
	return abilock_diagnostics_add(&diags, ABILOCK_LEVEL_ERROR, "rule",
				       (struct abilock_place){0, line, column, 1}, "%s", message);
}

static const char *written(const char *source, bool colour)
{
	const struct abilock_source sources[] = {{"x.syms", source, strlen(source)}};

	abilock_text_clear(&text);
	abilock_diagnostics_write(&text, &diags, sources, colour);
	abilock_text_putc(&text, '\0');
	return text.data;
}

START_TEST(a_caret_stands_under_the_place)
{
	struct abilock_diagnostic *diag = add(2, 4, "what");

	diag->place.length = 3;
	diag->fix = "do that";
	ck_assert_str_eq(written("one\n  two three\n", false), "x.syms:2:4: error: what [rule]\n"
							       "    2 |   two three\n"
							       "      |    ^~~\n"
							       "      = do that\n");
}
END_TEST

START_TEST(tabs_stay_tabs_above_the_caret)
{
	(void)add(1, 3, "what");
	ck_assert_ptr_nonnull(strstr(written("\ta b", false), "      | \t ^\n"));
}
END_TEST

START_TEST(a_character_of_several_bytes_has_one_column)
{
	struct abilock_diagnostic *diag = add(1, 8, "what");

	diag->place.length = 3;
	ck_assert_ptr_nonnull(strstr(written("\xc3\xa4 \xe2\x82\xac b\xc3\xb6", false),
				     "b\xc3\xb6\n      |     ^~\n"));
}
END_TEST

START_TEST(of_a_long_line_the_place_is_shown)
{
	static char line[1000];
	const char *out, *caret;

	memset(line, 'a', sizeof(line) - 1);
	line[700] = 'b';
	(void)add(1, 701, "what");
	out = written(line, false);
	caret = strchr(out, '^');
	ck_assert_ptr_nonnull(strstr(out, "    1 | ...aaa"));
	ck_assert_ptr_nonnull(caret);
	/* In its line as far from the start as the letter is. */
	ck_assert_int_eq(caret - strstr(out, "      | "),
			 strchr(out, 'b') - strstr(out, "    1 | "));
	ck_assert_uint_lt(strlen(out), 600);
}
END_TEST

START_TEST(a_place_behind_the_line_has_its_caret_there)
{
	(void)add(1, 4, "what");
	ck_assert_ptr_nonnull(strstr(written("abc\n", false), "    1 | abc\n      |    ^\n"));
}
END_TEST

START_TEST(a_place_behind_the_end_of_the_text_has_no_line)
{
	(void)add(3, 1, "what");
	ck_assert_str_eq(written("abc\n", false), "x.syms:3:1: error: what [rule]\n");
}
END_TEST

START_TEST(no_line_means_the_file)
{
	(void)add(0, 0, "what");
	ck_assert_str_eq(written("abc\n", false), "x.syms: error: what [rule]\n");
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
	(void)add(1, 1, "a\033[2Jb");
	ck_assert_str_eq(written("\033[2Jx\n", false), "x.syms:1:1: error: a?[2Jb [rule]\n"
						       "    1 | ?[2Jx\n"
						       "      | ^\n");
}
END_TEST

START_TEST(a_warning_is_no_error)
{
	(void)abilock_diagnostics_add(&diags, ABILOCK_LEVEL_WARNING, NULL,
				      (struct abilock_place){0, 1, 1, 0}, "%s", "what");
	ck_assert_uint_eq(diags.error_count, 0);
	ck_assert_str_eq(written("a", false), "x.syms:1:1: warning: what\n"
					      "    1 | a\n"
					      "      | ^\n");
}
END_TEST

START_TEST(colours_are_ended)
{
	(void)add(1, 1, "what");
	ck_assert_ptr_nonnull(strstr(written("a", true), "\033[31;1merror:\033[0m what"));
}
END_TEST

START_TEST(sorting_keeps_the_order_of_equals)
{
	static const char *const order[] = {"a", "b", "c", "d", "e"};

	(void)add(2, 1, "c");
	(void)add(1, 9, "b");
	(void)add(2, 1, "d");
	(void)add(1, 2, "a");
	(void)add(2, 1, "e");
	abilock_diagnostics_sort(&diags);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		ck_assert_str_eq(diags.items[i].message, order[i]);
}
END_TEST

START_TEST(files_are_sorted_one_after_another)
{
	add(1, 1, "second file")->place.file = 1;
	(void)add(9, 9, "first file");
	abilock_diagnostics_sort(&diags);
	ck_assert_str_eq(diags.items[0].message, "first file");
}
END_TEST

START_TEST(a_hundred_are_written_and_the_rest_counted)
{
	for (uint32_t i = 0; i < 103; i++)
		(void)add(0, 0, "what");
	const char *all = written("", false);
	size_t lines = 0;
	for (const char *p = all; (p = strchr(p, '\n')); p++)
		lines++;
	ck_assert_uint_eq(lines, 101);
	ck_assert(str_ends(all, "\nand 3 more\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("diagnostics");
	TCase *tc = tcase_create("diagnostics");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_caret_stands_under_the_place);
	tcase_add_test(tc, tabs_stay_tabs_above_the_caret);
	tcase_add_test(tc, a_character_of_several_bytes_has_one_column);
	tcase_add_test(tc, of_a_long_line_the_place_is_shown);
	tcase_add_test(tc, a_place_behind_the_line_has_its_caret_there);
	tcase_add_test(tc, a_place_behind_the_end_of_the_text_has_no_line);
	tcase_add_test(tc, no_line_means_the_file);
	tcase_add_test(tc, control_characters_do_not_reach_the_terminal);
	tcase_add_test(tc, a_warning_is_no_error);
	tcase_add_test(tc, colours_are_ended);
	tcase_add_test(tc, sorting_keeps_the_order_of_equals);
	tcase_add_test(tc, files_are_sorted_one_after_another);
	tcase_add_test(tc, a_hundred_are_written_and_the_rest_counted);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
