/* SPDX-License-Identifier: MIT */
/* Control files, substvars files and shlibs files. */
#include <check.h>

#include "deb/control.h"
#include "deb/shlibs.h"
#include "deb/substvars.h"

static struct deb_control *control;
static struct deb_substvars vars;
static struct deb_shlibs *shlibs;
static struct deb_messages messages;
static struct abilock_error err;

static void close_all(void)
{
	deb_control_free(take_ptr(control));
	deb_substvars_deinit(&vars);
	deb_shlibs_free(take_ptr(shlibs));
	abilock_text_deinit(&messages.text);
}

static int parse(const char *text)
{
	deb_control_free(take_ptr(control));
	err = (struct abilock_error){0};
	return deb_control_parse(text, strlen(text), "control", &control, &err);
}

static const char *write_file(const char *text)
{
	static char path[] = "test_deb_control.tmp";
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

START_TEST(paragraphs_are_apart_by_empty_lines)
{
	ck_assert_int_eq(parse("\n\nSource: a\nX: 1\n \t\n# a comment\nPackage: b\n\n\n"), 0);
	ck_assert_uint_eq(control->paragraph_count, 2);
	ck_assert_uint_eq(control->paragraphs[0].line, 3);
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "X"), "1");
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[1], "Package"), "b");
	ck_assert_ptr_null(deb_paragraph_field(&control->paragraphs[1], "X"));
}
END_TEST

START_TEST(a_file_without_paragraphs_is_empty)
{
	ck_assert_int_eq(parse(""), 0);
	ck_assert_uint_eq(control->paragraph_count, 0);
	ck_assert_int_eq(parse("# only this\n\n"), 0);
	ck_assert_uint_eq(control->paragraph_count, 0);
}
END_TEST

START_TEST(names_of_fields_have_no_case)
{
	ck_assert_int_eq(parse("build-DEPENDS: x\n"), 0);
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "Build-Depends"), "x");
}
END_TEST

START_TEST(a_value_goes_on_in_lines_with_a_blank_in_front)
{
	ck_assert_int_eq(parse("A:\n one,  \n# between\n  two\n .\n ..\n .x\nB:   v  \n"), 0);
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "A"),
			 "\none,\n two\n\n.\n.x");
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "B"), "v");
}
END_TEST

START_TEST(a_value_may_have_colons)
{
	ck_assert_int_eq(parse("Version: 1:2\nHomepage : http://x\n"), 0);
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "Version"), "1:2");
	ck_assert_str_eq(deb_paragraph_field(&control->paragraphs[0], "Homepage"), "http://x");
}
END_TEST

START_TEST(a_mistake_is_told_with_its_line)
{
	static const struct {
		const char *text;
		uint64_t line;
		const char *message;
	} table[] = {
		{"A: 1\nno field\n", 2, "expected 'Field: value'"},
		{"A: 1\nB\n", 2, "expected 'Field: value'"},
		{"A: 1\n: 2\n", 2, "expected 'Field: value'"},
		{" x\n", 1, "there is none"},
		{"A: 1\n\n x\n", 3, "there is none"},
		{"A: 1\n-B: 2\n", 2, "hyphen"},
		{"A: 1\nB: 2\na: 3\n", 3, "twice"},
		{"-----BEGIN PGP SIGNED MESSAGE-----\n", 1, "hyphen"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ck_assert_int_eq(parse(table[i].text), ABILOCK_E_SYNTAX);
		ck_assert_uint_eq(err.offset, table[i].line);
		ck_assert_msg(strstr(err.message, table[i].message), "%s", err.message);
		ck_assert_ptr_null(control);
	}
}
END_TEST

START_TEST(variables_are_read_set_dropped_and_written)
{
	char text[256] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	ck_assert_int_eq(deb_substvars_read(&vars,
					    write_file("# c\n\nmisc:Depends=a=b  \nz?=1\n"
						       "shlibs:Depends=old\nshlibs2:X=stays\n"
						       "z?=2\n"),
					    &err),
			 0);
	deb_substvars_drop(&vars, "shlibs");
	ck_assert_int_eq(deb_substvars_set(&vars, "shlibs:Depends", "new", &err), 0);
	deb_substvars_sort(&vars);
	deb_substvars_write(&vars, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_str_eq(text, "misc:Depends=a=b\nshlibs2:X=stays\nshlibs:Depends=new\nz?=2\n");
}
END_TEST

START_TEST(a_line_that_sets_no_variable_is_told_with_its_line)
{
	static const char *const wrong[] = {"a=1\nb\n", "a=1\n=2\n", "a=1\n-a=2\n", "a=1\na b=2\n",
					    "a=1\na!=2\n"};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		err = (struct abilock_error){0};
		ck_assert_int_eq(deb_substvars_read(&vars, write_file(wrong[i]), &err),
				 ABILOCK_E_SYNTAX);
		ck_assert_uint_eq(err.offset, 2);
		deb_substvars_deinit(&vars);
	}
}
END_TEST

START_TEST(names_of_variables_are_words_with_colons)
{
	ck_assert(deb_substvars_is_name("shlibs"));
	ck_assert(deb_substvars_is_name("_a:b-9"));
	ck_assert(!deb_substvars_is_name(""));
	ck_assert(!deb_substvars_is_name("-a"));
	ck_assert(!deb_substvars_is_name("a b"));
}
END_TEST

static void check_split(const char *soname, const char *library, const char *version)
{
	struct deb_soname parts;

	if (!library) {
		ck_assert_msg(!deb_soname_split(soname, &parts), "%s", soname);
		return;
	}
	ck_assert_msg(deb_soname_split(soname, &parts), "%s", soname);
	ck_assert_uint_eq(parts.name_length, strlen(library));
	ck_assert_uint_eq(parts.version_length, strlen(version));
	ck_assert(strncmp(parts.name, library, parts.name_length) == 0);
	ck_assert(strncmp(parts.version, version, parts.version_length) == 0);
}

START_TEST(a_soname_is_a_library_and_a_version)
{
	check_split("libc.so.6", "libc", "6");
	check_split("libfoo.so.1.2.3", "libfoo", "1.2.3");
	check_split("liba.so.b.so.1", "liba.so.b", "1");
	check_split("libfoo-1.2.so", "libfoo", "1.2");
	check_split("lib-3-4x.so", "lib-3", "4x");
	check_split("libfoo-x.so.1", "libfoo-x", "1");
	check_split("libfoo.so", NULL, NULL);
	check_split("libfoo-x.so", NULL, NULL);
	check_split("libfoo-.so", NULL, NULL);
	check_split("libfoo.so.", NULL, NULL);
	check_split(".so.1", NULL, NULL);
	check_split("-1.so", NULL, NULL);
	check_split("", NULL, NULL);
}
END_TEST

START_TEST(a_shlibs_line_for_the_type_goes_before_one_for_any)
{
	const char *path = write_file("# comment\n\nlibfoo 1 libfoo1 (>= 1), bar\n"
				      "udeb: libfoo 1 libfoo1-udeb\nlibfoo 1 never\n"
				      "  libbar   2   libbar2   \nlibnone 3\n");

	ck_assert_int_eq(deb_shlibs_open(path, &shlibs, &messages, &err), 0);
	ck_assert_str_eq(deb_shlibs_find(shlibs, "libfoo.so.1", "deb"), "libfoo1 (>= 1), bar");
	ck_assert_str_eq(deb_shlibs_find(shlibs, "libfoo.so.1", "udeb"), "libfoo1-udeb");
	ck_assert_str_eq(deb_shlibs_find(shlibs, "libbar-2.so", "deb"), "libbar2");
	ck_assert_str_eq(deb_shlibs_find(shlibs, "libnone.so.3", "deb"), "");
	ck_assert_ptr_null(deb_shlibs_find(shlibs, "libfoo.so.2", "deb"));
	ck_assert_ptr_null(deb_shlibs_find(shlibs, "libfoo.so", "deb"));
	ck_assert_uint_eq(messages.text.length, 0);
}
END_TEST

START_TEST(a_bad_shlibs_line_is_warned_of_and_passed_over)
{
	const char *path = write_file("libfoo\nlibfoo 1 libfoo1\nlibbar 1 x\n");

	ck_assert_int_eq(deb_shlibs_open(path, &shlibs, &messages, &err), 0);
	ck_assert_str_eq(deb_shlibs_find(shlibs, "libfoo.so.1", "deb"), "libfoo1");
	abilock_text_putc(&messages.text, '\0');
	ck_assert_ptr_nonnull(strstr(messages.text.data, ":1: 'libfoo': expected"));
	ck_assert_ptr_nonnull(strstr(messages.text.data, ":3: 'libbar 1 x': expected"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deb_control");
	TCase *tc = tcase_create("files");

	tcase_add_checked_fixture(tc, NULL, close_all);
	tcase_add_test(tc, paragraphs_are_apart_by_empty_lines);
	tcase_add_test(tc, a_file_without_paragraphs_is_empty);
	tcase_add_test(tc, names_of_fields_have_no_case);
	tcase_add_test(tc, a_value_goes_on_in_lines_with_a_blank_in_front);
	tcase_add_test(tc, a_value_may_have_colons);
	tcase_add_test(tc, a_mistake_is_told_with_its_line);
	tcase_add_test(tc, variables_are_read_set_dropped_and_written);
	tcase_add_test(tc, a_line_that_sets_no_variable_is_told_with_its_line);
	tcase_add_test(tc, names_of_variables_are_words_with_colons);
	tcase_add_test(tc, a_soname_is_a_library_and_a_version);
	tcase_add_test(tc, a_shlibs_line_for_the_type_goes_before_one_for_any);
	tcase_add_test(tc, a_bad_shlibs_line_is_warned_of_and_passed_over);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
