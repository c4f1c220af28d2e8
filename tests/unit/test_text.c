/* SPDX-License-Identifier: MIT */
/* Text that grows in memory: columns against printf(), escapes, and what happens without memory. */
#include <check.h>
#include <inttypes.h>

#include "text.h"

static struct abilock_text text;

static void setup(void)
{
	text = (struct abilock_text){0};
}

static void teardown(void)
{
	abilock_text_deinit(&text);
}

static void expect(const char *want)
{
	ck_assert(!text.failed);
	ck_assert_uint_eq(text.length, strlen(want));
	ck_assert_mem_eq(text.data, want, text.length);
	abilock_text_clear(&text);
}

START_TEST(columns_are_those_of_printf)
{
	static const uint64_t values[] = {0,	 1,	 9,	     10,	15,	   16,
					  99999, 100000, UINT32_MAX, INT64_MAX, UINT64_MAX};
	char want[64];

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (unsigned width = 0; width <= 24; width++) {
			abilock_text_decimal(&text, values[i], width);
			(void)snprintf(want, sizeof(want), "%*" PRIu64, (int)width, values[i]);
			expect(want);
		}
		for (unsigned width = 1; width <= 16; width++) {
			abilock_text_hex(&text, values[i], width);
			(void)snprintf(want, sizeof(want), "%0*" PRIx64, (int)width, values[i]);
			expect(want);
		}
	}
	abilock_text_left(&text, "abc", 5);
	abilock_text_left(&text, "abcdef", 5);
	abilock_text_pad(&text, 2);
	expect("abc  abcdef  ");
}
END_TEST

START_TEST(fields_hold_no_separator)
{
	abilock_text_field(&text, "plain \xc3\xa4");
	expect("plain \xc3\xa4");
	abilock_text_field(&text, "a\tb\nc\rd\\e\x1b[0m\x7f");
	expect("a\\tb\\nc\\rd\\\\e\\x1b[0m\\x7f");
	abilock_text_field(&text, "\t");
	expect("\\t");
	abilock_text_field(&text, "");
	expect("");
}
END_TEST

START_TEST(printf_of_any_length)
{
	_cleanup_(freep) char *want = malloc(20001);

	ck_assert_ptr_nonnull(want);
	memset(want, 'x', 20000);
	want[20000] = '\0';
	abilock_text_printf(&text, "%s", want);
	expect(want);
	abilock_text_puts(&text, "1");
	abilock_text_putc(&text, '2');
	abilock_text_printf(&text, "%d", 3);
	expect("123");
}
END_TEST

START_TEST(what_does_not_fit_is_lost_and_said)
{
	abilock_text_puts(&text, "kept");
	ck_assert_ptr_null(abilock_text_reserve(&text, SIZE_MAX));
	ck_assert(text.failed);
	ck_assert_uint_eq(text.length, 4);
	abilock_text_clear(&text);
	ck_assert(!text.failed);
	abilock_text_puts(&text, "again");
	expect("again");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, columns_are_those_of_printf);
	tcase_add_test(tcase, fields_hold_no_separator);
	tcase_add_test(tcase, printf_of_any_length);
	tcase_add_test(tcase, what_does_not_fit_is_lost_and_said);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
