/* SPDX-License-Identifier: MIT */
/* The line format of manifests and modules.conf. */
#include <check.h>

#include "manifest/ini.h"

static struct abilock_arena arena;
static struct abilock_diagnostics diags;
static struct abilock_text out;

static void setup(void)
{
	arena = (struct abilock_arena){0};
	diags = (struct abilock_diagnostics){0};
	out = (struct abilock_text){0};
}

static void teardown(void)
{
	abilock_arena_clear(&arena);
	abilock_diagnostics_deinit(&diags);
	abilock_text_deinit(&out);
}

static int show(const struct abilock_ini_line *line, void *data)
{
	(void)data;
	if (line->key)
		abilock_text_printf(&out, "%u:%u %s|%s|%s|\n", line->place.line, line->place.column,
				    line->section, line->key, line->value);
	else
		abilock_text_printf(&out, "%u:%u [%s]\n", line->place.line, line->place.column,
				    line->section);
	return 0;
}

static void read_bytes(const char *text, size_t length)
{
	ck_assert_int_eq(abilock_ini_read(text, length, 0, &arena, show, NULL, &diags), 0);
	abilock_text_putc(&out, '\0');
	ck_assert(!out.failed);
}

/* What is read, a line each; and nothing is wrong. */
static void expect(const char *text, const char *want)
{
	abilock_text_clear(&out);
	read_bytes(text, strlen(text));
	ck_assert_str_eq(out.data, want);
	ck_assert_msg(diags.count == 0, "%s", diags.count ? diags.items[0].message : "");
}

/* One error, at a place, and the line behind is read. */
static void refuse(const char *text, size_t length, uint32_t column, const char *message)
{
	_cleanup_(freep) char *whole = malloc(length + 5);

	memcpy(whole, text, length);
	memcpy(whole + length, "\nk=v\n", 5);
	teardown();
	setup();
	read_bytes(whole, length + 5);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_str_eq(diags.items[0].rule, "ini-syntax");
	ck_assert_uint_eq(diags.items[0].place.line, 1);
	ck_assert_uint_eq(diags.items[0].place.column, column);
	ck_assert_ptr_nonnull(strstr(diags.items[0].message, message));
	ck_assert_ptr_nonnull(diags.items[0].fix);
	ck_assert_ptr_nonnull(strstr(out.data, "|k|v|"));
}

static void refuse_text(const char *text, uint32_t column, const char *message)
{
	refuse(text, strlen(text), column, message);
}

START_TEST(sections_and_keys_are_told_in_their_order)
{
	expect("a=1\n[s]\nb=2\nb=3\n[ t u ]\nc=\n",
	       "1:1 |a|1|\n2:2 [s]\n3:1 s|b|2|\n4:1 s|b|3|\n5:3 [t u]\n6:1 t u|c||\n");
	expect("", "");
	expect("\n\n", "");
	expect("last=line", "1:1 |last|line|\n");
}
END_TEST

START_TEST(blanks_around_both_are_dropped)
{
	expect("  a \t=\t 1 2 \t\n", "1:3 |a|1 2|\n");
	expect("\t[s]\t\n", "1:3 [s]\n");
}
END_TEST

START_TEST(an_arrow_is_an_equal_sign)
{
	expect("a => 1\nb=>2\nc=\">3\"\nd= > 4\n",
	       "1:1 |a|1|\n2:1 |b|2|\n3:1 |c|>3|\n4:1 |d|> 4|\n");
}
END_TEST

START_TEST(comments_begin_a_line_or_follow_a_blank)
{
	expect("; x=1\n# y=2\n  ;z\na=1 ; c\nb=1;2\nc=#3\nd=4 # 5\n[s] ;t\ne= ;\nf=;\n",
	       "4:1 |a|1|\n5:1 |b|1;2|\n6:1 |c|#3|\n7:1 |d|4 # 5|\n8:2 [s]\n9:1 s|e||\n"
	       "10:1 s|f|;|\n");
}
END_TEST

START_TEST(quotes_keep_what_is_in_them)
{
	expect("a=\" 1 ; 2 \" ; three\nb=\"\\\"\\\\\\n\\t\"\nc=x\"y\"\nd=\"\"\n",
	       "1:1 |a| 1 ; 2 |\n2:1 |b|\"\\\n\t|\n3:1 |c|x\"y\"|\n4:1 |d||\n");
}
END_TEST

START_TEST(a_byte_order_mark_and_carriage_returns_are_taken)
{
	expect("\xef\xbb\xbf[s]\r\na=1\r\nb=2\r", "1:2 [s]\n2:1 s|a|1|\n3:1 s|b|2|\n");
}
END_TEST

START_TEST(a_line_may_be_long)
{
	const size_t length = 1 << 20;
	_cleanup_(freep) char *text = malloc(length);

	memset(text, 'x', length);
	text[1] = '=';
	read_bytes(text, length);
	ck_assert_uint_eq(diags.count, 0);
	ck_assert_uint_eq(out.length, strlen("1:1 |x||\n") + length - 2 + 1);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place)
{
	refuse_text("nothing", 1, "key=value");
	refuse_text("  = x", 3, "no key");
	refuse_text("a ; = b", 1, "key=value");
	refuse_text("[open", 1, "no ]");
	refuse_text("[ ]", 1, "without a name");
	refuse_text("[s] t", 5, "behind the section");
	refuse_text("a=\"b", 3, "no quote");
	refuse_text("a=\"b\\\"", 3, "no quote");
	refuse_text("a=\"b\\x\"", 5, "backslash");
	refuse_text("a=\"b\\", 5, "backslash");
	refuse_text("a=\"b\" c", 7, "behind the quoted");
	refuse_text("a=\x1b[0m", 3, "control");
	refuse_text("a=1\r2", 4, "control");
	refuse_text("a=\x7f", 3, "control");
	refuse("a=\0b", 4, 3, "control");
	refuse_text("a=\xc0\x80", 3, "UTF-8");
	refuse_text("a=\xe2\x82", 3, "UTF-8");
	refuse_text("a=\xed\xa0\x80", 3, "UTF-8");
}
END_TEST

START_TEST(a_text_that_is_cut_in_a_character_is_not_read_beyond_its_end)
{
	_cleanup_(freep) char *text = malloc(4);

	memcpy(text, "a=\xe2\x82", 4);
	read_bytes(text, 4);
	ck_assert_uint_eq(diags.error_count, 1);
}
END_TEST

static int stop(const struct abilock_ini_line *line, void *data)
{
	*(size_t *)data += 1;
	return str_eq(line->key, "b") ? -42 : 0;
}

START_TEST(the_caller_can_end_reading)
{
	size_t count = 0;
	const char *text = "a=1\nb=2\nc=3\n";

	ck_assert_int_eq(abilock_ini_read(text, strlen(text), 0, &arena, stop, &count, &diags),
			 -42);
	ck_assert_uint_eq(count, 2);
}
END_TEST

static void check_written(const char *value, const char *want)
{
	abilock_text_clear(&out);
	abilock_text_puts(&out, "k=");
	abilock_ini_write_value(&out, value);
	abilock_text_putc(&out, '\n');
	ck_assert_uint_eq(out.length, strlen(want) + 3);
	ck_assert_mem_eq(out.data + 2, want, strlen(want));
	_cleanup_(freep) char *copy = strndup(out.data, out.length);
	_cleanup_(freep) char *back = NULL;
	ck_assert_int_gt(asprintf(&back, "1:1 |k|%s|\n", value), 0);
	expect(copy, back);
}

START_TEST(values_are_quoted_where_they_need_it)
{
	check_written("", "");
	check_written("plain value", "plain value");
	check_written("a;b # \"c\" \\ =", "a;b # \"c\" \\ =");
	check_written(" front", "\" front\"");
	check_written("back ", "\"back \"");
	check_written("a ;b", "\"a ;b\"");
	check_written(";", "\";\"");
	check_written(">", "\">\"");
	check_written("\"a\"", "\"\\\"a\\\"\"");
	check_written("a\n\tb\\", "\"a\\n\\tb\\\\\"");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("ini");
	TCase *tc = tcase_create("ini");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, sections_and_keys_are_told_in_their_order);
	tcase_add_test(tc, blanks_around_both_are_dropped);
	tcase_add_test(tc, an_arrow_is_an_equal_sign);
	tcase_add_test(tc, comments_begin_a_line_or_follow_a_blank);
	tcase_add_test(tc, quotes_keep_what_is_in_them);
	tcase_add_test(tc, a_byte_order_mark_and_carriage_returns_are_taken);
	tcase_add_test(tc, a_line_may_be_long);
	tcase_add_test(tc, what_is_wrong_is_told_with_its_place);
	tcase_add_test(tc, a_text_that_is_cut_in_a_character_is_not_read_beyond_its_end);
	tcase_add_test(tc, the_caller_can_end_reading);
	tcase_add_test(tc, values_are_quoted_where_they_need_it);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
