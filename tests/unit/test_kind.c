/* SPDX-License-Identifier: MIT */
/* What a refused file is called. Debug files and object files, which need tools, are tested in
 * tests/tool/list_test.sh. */
#include <check.h>

#include "kind.h"

static char path[] = "/tmp/abilock-kind-XXXXXX";
static int fd;
static struct abilock_error err;

static void setup(void)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
}

static void teardown(void)
{
	(void)close(fd);
	(void)unlink(path);
}

/* The code for a file of these bytes that is no ELF file. */
static int explain(const void *bytes, size_t size)
{
	(void)abilock_error_set(&err, ABILOCK_E_NOT_ELF, path, NULL, 0, "not an ELF file");
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pwrite(fd, bytes, size, 0), (ssize_t)size);
	return abilock_kind_explain(path, ABILOCK_E_NOT_ELF, &err);
}

static void expect_script(const char *script, const char *files)
{
	static const char head[] =
		"not an ELF file, but a linker script; list what it stands for: ";

	ck_assert_int_eq(explain(script, strlen(script)), ABILOCK_E_NOT_ELF);
	ck_assert(str_starts(err.message, head));
	ck_assert_str_eq(err.message + strlen(head), files);
}

START_TEST(linker_scripts_name_their_files)
{
	expect_script(
		"GROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a  AS_NEEDED ( /lib/ld.so ) )\n",
		"/lib/libc.so.6, /usr/lib/libc_nonshared.a, /lib/ld.so");
	expect_script("INPUT(libncurses.so.6 -ltinfo)\n", "libncurses.so.6, -ltinfo");
	expect_script("/* GNU ld script */ OUTPUT_FORMAT(elf64-x86-64)\n/**/INPUT(a,\"b c\";d)",
		      "a, b c, d");
	expect_script("INPUT(a) GROUP(b) SEARCH_DIR(/no) INPUT ( AS_NEEDED(c) d", "a, b, c, d");
	expect_script("INPUT(\"a", "\"a");
}
END_TEST

START_TEST(a_long_list_is_cut_and_says_so)
{
	char script[4096] = "INPUT(";

	for (int i = 0; i < 100; i++)
		strcat(script, "/usr/lib/libaaaaaaaa.so ");
	strcat(script, ")");
	ck_assert_int_eq(explain(script, strlen(script)), ABILOCK_E_NOT_ELF);
	ck_assert(str_ends(err.message, "/usr/lib/libaaaaaaaa.so, ..."));
	(void)memset(script + 6, 'a', 600);
	ck_assert_int_eq(explain(script, strlen(script)), ABILOCK_E_NOT_ELF);
	ck_assert(str_ends(err.message, "stands for: ..."));
}
END_TEST

START_TEST(text_that_is_no_linker_script)
{
	static const char *const texts[] = {
		"INPUT", "GROUP", "words (and more)", "/* open", "\"", "input(a)", "("};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(explain(texts[i], strlen(texts[i])), ABILOCK_E_NOT_ELF);
		ck_assert_str_eq(err.message, "not an ELF file, but text");
	}
	ck_assert_int_eq(explain("INPUT()", 7), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.message, "not an ELF file, but a linker script that names no file");
	ck_assert_int_eq(explain("#! /usr/bin/env python3\n", 24), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.message, "not an ELF file, but a script for /usr/bin/env");
}
END_TEST

START_TEST(what_is_not_known_keeps_its_message)
{
	ck_assert_int_eq(explain("\x01\x02\x03\x04", 4), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.message, "not an ELF file");
	ck_assert_int_eq(explain("INPUT(a)\0", 9), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.message, "not an ELF file");
	/* An error about another file, and one of another kind. */
	(void)abilock_error_set(&err, ABILOCK_E_NOT_ELF, "/other", NULL, 0, "other");
	ck_assert_int_eq(abilock_kind_explain(path, ABILOCK_E_NOT_ELF, &err), ABILOCK_E_NOT_ELF);
	ck_assert_str_eq(err.message, "other");
	(void)abilock_error_set(&err, ABILOCK_E_IO, path, NULL, 0, "io");
	ck_assert_int_eq(abilock_kind_explain(path, ABILOCK_E_IO, &err), ABILOCK_E_IO);
	ck_assert_str_eq(err.message, "io");
}
END_TEST

START_TEST(damaged_headers_are_no_debug_file)
{
	uint8_t head[64] = "\x7f"
			   "ELF\x02\x01\x01";

	for (int i = 8; i < 64; i++) {
		head[i] = 0xff;
		ck_assert_int_eq(ftruncate(fd, 0), 0);
		ck_assert_int_eq(pwrite(fd, head, sizeof(head), 0), (ssize_t)sizeof(head));
		(void)abilock_error_set(&err, ABILOCK_E_DAMAGED, path, "t", 1, "damage");
		ck_assert_int_eq(abilock_kind_explain(path, ABILOCK_E_DAMAGED, &err),
				 ABILOCK_E_DAMAGED);
		ck_assert_str_eq(err.message, "damage");
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kind");
	TCase *tcase = tcase_create("kind");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, linker_scripts_name_their_files);
	tcase_add_test(tcase, a_long_list_is_cut_and_says_so);
	tcase_add_test(tcase, text_that_is_no_linker_script);
	tcase_add_test(tcase, what_is_not_known_keeps_its_message);
	tcase_add_test(tcase, damaged_headers_are_no_debug_file);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
