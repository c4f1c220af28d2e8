/* SPDX-License-Identifier: MIT */
/* Symbols files of Debian packages: read, asked and written. */
#include <check.h>

#include "demangle.h"
#include "deb/merge.h"

static struct abilock_error err;
static struct deb_arch *arch;
static struct deb_symbols_file *file;

static void setup(void)
{
	err = (struct abilock_error){0};
	ck_assert_msg(deb_arch_open("amd64", &arch, &err) == 0, "%s", err.message);
}

static void teardown(void)
{
	deb_symbols_file_free(take_ptr(file));
	deb_arch_free(take_ptr(arch));
}

static int parse(const char *text)
{
	return deb_symbols_file_parse(text, strlen(text), "test", arch, &file, &err);
}

static const struct deb_library *library(const char *text)
{
	ck_assert_msg(parse(text) == 0, "%s", err.message);
	ck_assert_uint_ge(file->library_count, 1);
	return &file->libraries[0];
}

static void refused(const char *text, uint64_t line, const char *why)
{
	ck_assert_int_eq(parse(text), ABILOCK_E_SYNTAX);
	ck_assert_ptr_null(file);
	ck_assert_str_eq(err.file, "test");
	ck_assert_uint_eq(err.offset, line);
	ck_assert_msg(strstr(err.message, why) != NULL, "%s", err.message);
}

static char *written(bool as_template)
{
	const struct deb_symbols_form form = {
		.package = "libfoo1", .as_template = as_template, .with_missing = true};
	struct abilock_text text = {0};

	deb_symbols_file_write(file, &form, &text);
	abilock_text_putc(&text, '\0');
	ck_assert(!text.failed);
	return text.data;
}

#define LIBRARY "libfoo.so.1 libfoo1 #MINVER#\n"

START_TEST(a_library_has_dependencies_fields_and_symbols)
{
	const struct deb_library *lib = library(LIBRARY "| libfoo1 (= 1.0)\n"
							"|libfoo1-x\n"
							"* Build-Depends-Package: libfoo-dev\n"
							"*IGNORE-blacklist-groups:  aeabi \n"
							" a@Base 1.0\n"
							"\tb@FOO_1 1.1 2\n");

	ck_assert_str_eq(lib->soname, "libfoo.so.1");
	ck_assert_uint_eq(lib->dependency_count, 3);
	ck_assert_str_eq(lib->dependencies[0], "libfoo1 #MINVER#");
	ck_assert_str_eq(lib->dependencies[1], "libfoo1 (= 1.0)");
	ck_assert_str_eq(lib->dependencies[2], "libfoo1-x");
	ck_assert_str_eq(deb_library_field(lib, "build-depends-package"), "libfoo-dev");
	ck_assert_str_eq(deb_library_field(lib, "Ignore-Blacklist-Groups"), "aeabi");
	ck_assert_ptr_null(deb_library_field(lib, "Missing"));
	ck_assert_uint_eq(lib->symbols.count, 2);
	ck_assert_str_eq(lib->symbols.items[1]->name, "b@FOO_1");
	ck_assert_str_eq(lib->symbols.items[1]->minver, "1.1");
	ck_assert_uint_eq(lib->symbols.items[1]->dependency, 2);
	ck_assert_uint_eq(lib->symbols.items[1]->line, 7);
	ck_assert_ptr_eq(deb_symbols_library(file, "libfoo.so.1"), lib);
	ck_assert_ptr_null(deb_symbols_library(file, "libfoo.so"));
}
END_TEST

START_TEST(tags_and_quotes_are_taken_apart)
{
	const struct deb_symbol *symbol;
	const struct deb_library *lib =
		library(LIBRARY " (optional=why not|arch=amd64 i386|odd)\"a b\"@Base 1.0 1\n");

	/* dpkg does not take what follows the quotes for a part of the name. */
	ck_assert_uint_eq(lib->symbols.count, 0);
	ck_assert_uint_eq(file->warning_count, 1);
	ck_assert_ptr_nonnull(strstr(file->warnings[0], "test:2: not understood"));
	teardown();
	setup();
	lib = library(LIBRARY " (optional=why not|arch=amd64 i386|odd|a=b=c)\"a b@Base\" 1.0 1\n");
	ck_assert_uint_eq(lib->symbols.count, 1);
	symbol = lib->symbols.items[0];
	ck_assert_str_eq(symbol->name, "a b@Base");
	ck_assert_int_eq(symbol->quote, '"');
	ck_assert_uint_eq(symbol->tag_count, 4);
	ck_assert_str_eq(deb_symbol_tag(symbol, "optional")->value, "why not");
	ck_assert_str_eq(deb_symbol_tag(symbol, "arch")->value, "amd64 i386");
	ck_assert_ptr_null(deb_symbol_tag(symbol, "odd")->value);
	ck_assert_str_eq(deb_symbol_tag(symbol, "a=b")->value, "c");
	ck_assert_uint_eq(symbol->dependency, 1);
}
END_TEST

START_TEST(a_later_line_takes_the_place_of_an_earlier_one)
{
	const struct deb_library *lib = library(LIBRARY " a@Base 1.0\n"
							" (symver)V 1.0\n"
							" (arch=i386)a@Base 2.0\n"
							" (optional|symver)V 3.0\n"
							"libfoo.so.1 libfoo2\n");

	ck_assert_uint_eq(file->library_count, 1);
	ck_assert_str_eq(lib->dependencies[0], "libfoo2");
	ck_assert_uint_eq(lib->symbols.count, 1);
	ck_assert_str_eq(lib->symbols.items[0]->minver, "2.0");
	ck_assert_uint_eq(lib->patterns.count, 1);
	ck_assert_str_eq(lib->patterns.items[0]->minver, "3.0");
}
END_TEST

START_TEST(a_reference_is_found_by_its_symbol_or_by_a_pattern)
{
	static const struct {
		const char *name, *minver;
	} cases[] = {
		{"plain@Base", "1"},	     {"other@Base", NULL},	{"any@FOO_1", "2"},
		{"plain@FOO_1", "3"},	     {"_ZN3FooD1Ev@Base", "4"}, {"_ZN3FooD2Ev@Base", "4"},
		{"_ZN3Bar3runEv@Base", "5"}, {"re_12@Base", "6"},	{"re_x@Base", NULL},
		{"gone@Base", NULL},	     {"foreign@FOO_9", NULL},	{"_ZN3Foo1xEv@FOO_2", "8"},
		{"Foo::x()@FOO_2", NULL},
	};
	const struct deb_library *lib = library(LIBRARY " plain@Base 1\n"
							" (symver)FOO_1 2\n"
							" plain@FOO_1 3\n"
							" (c++)\"Foo::~Foo()@Base\" 4\n"
							" (c++|regex)\"^Bar::\\w+\\(\" 5\n"
							" (regex)\"^re_\\d+@\" 6\n"
							"#MISSING: 2# gone@Base 1\n"
							" (arch=!amd64|symver)FOO_9 7\n"
							" (c++|symver)FOO_2 8\n");

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct deb_symbol *found = deb_library_lookup(lib, cases[i].name);

		ck_assert_msg(!found == !cases[i].minver, "%s", cases[i].name);
		if (found)
			ck_assert_str_eq(found->minver, cases[i].minver);
	}
}
END_TEST

START_TEST(the_oldest_version_is_that_of_the_main_dependency)
{
	const struct deb_library *lib = library(LIBRARY " a@Base 1.10\n b@Base 1.9\n"
							" c@Base 0.1 1\n d@Base 1.9~\n");

	ck_assert_str_eq(deb_library_oldest_version(lib), "1.9~");
	teardown();
	setup();
	ck_assert_ptr_null(deb_library_oldest_version(library(LIBRARY)));
}
END_TEST

START_TEST(what_was_read_is_written_sorted)
{
	_cleanup_(freep) char *template = NULL;
	_cleanup_(freep) char *finished = NULL;

	library("libz.so.1 #PACKAGE# #MINVER#\n"
		" z@Base 1\n"
		"libfoo.so.1 #PACKAGE# #MINVER#\n"
		"* Zulu: #PACKAGE#-z\n* Alpha: a\n"
		" b@Base 1 1\n"
		" (optional|arch=amd64)'a@Base' 1\n"
		"#DEPRECATED: 2# Z@Base 1\n"
		" (arch=i386)c@Base 1\n"
		" *@FOO_1 1\n");
	template = written(true);
	ck_assert_str_eq(template, "libfoo.so.1 #PACKAGE# #MINVER#\n"
				   "* Alpha: a\n* Zulu: #PACKAGE#-z\n"
				   " (symver|optional)FOO_1 1\n"
				   "#MISSING: 2# Z@Base 1\n"
				   " (optional|arch=amd64)'a@Base' 1\n"
				   " b@Base 1 1\n"
				   " (arch=i386)c@Base 1\n"
				   "libz.so.1 #PACKAGE# #MINVER#\n"
				   " z@Base 1\n");
	finished = written(false);
	ck_assert_str_eq(finished, "libfoo.so.1 libfoo1 #MINVER#\n"
				   "* Alpha: a\n* Zulu: libfoo1-z\n"
				   "#MISSING: 2# Z@Base 1\n"
				   " a@Base 1\n"
				   " b@Base 1 1\n"
				   "libz.so.1 libfoo1 #MINVER#\n"
				   " z@Base 1\n");
}
END_TEST

START_TEST(what_dpkg_passes_over_gets_a_warning)
{
	library(LIBRARY " no_minver@Base\n \n (optional) a@Base 1\nlonely\n #include \"x\"\n");
	ck_assert_uint_eq(file->warning_count, 4);
	ck_assert_uint_eq(file->libraries[0].symbols.count, 1);
	ck_assert_str_eq(file->libraries[0].symbols.items[0]->name, "#include");
}
END_TEST

START_TEST(errors_have_a_line)
{
	refused(" a@Base 1\n", 1, "no library yet");
	refused("\n| libfoo2\n", 2, "no library yet");
	refused("* A: b\n", 1, "no library yet");
	refused(LIBRARY "* A:\n", 2, "'* FIELD: VALUE'");
	refused(LIBRARY " (symver)Base 1\n", 2, "unversioned");
	refused(LIBRARY " *@Base 1\n", 2, "unversioned");
	refused(LIBRARY " (regex)\"a(\" 1\n", 2, "'a('");
	refused(LIBRARY " (optional)\"\" 1\n", 2, "without a symbol");
	refused(LIBRARY "#MISSING: a# b@Base 1\n", 2, "not a version");
	refused(LIBRARY " a@Base 1 12345678901\n", 2, "dependency");
}
END_TEST

static void merge(const char *soname, const char *version, const char *const *names)
{
	struct deb_export exports[16];
	struct deb_exports all = {.soname = soname, .items = exports};

	for (; *names; names++)
		exports[all.count++] = (struct deb_export){*names, *names};
	ck_assert_msg(deb_symbols_merge(file, &all, "libfoo1", version, &err) == 0, "%s",
		      err.message);
}

START_TEST(merging_marks_what_is_gone_and_adds_what_is_new)
{
	static const char *const names[] = {"a@Base", "new@Base", "_ZN3Foo1xEv@Base", NULL};
	_cleanup_(freep) char *text = NULL;

	library(LIBRARY " a@Base 1.0\n gone@Base 1.0\n young@Base 9\n"
			"#MISSING: 1.5# (optional)still@Base 1.0\n"
			"#MISSING: 1.5# long@Base 1.0\n"
			" (arch=i386)foreign@Base 1.0\n"
			" (c++)\"Foo::x()@Base\" 0.5 1\n"
			" (regex)\"never\" 1\n");
	merge("libfoo.so.1", "2.0", names);
	text = written(true);
	ck_assert_str_eq(text, LIBRARY " (c++)\"Foo::x()@Base\" 0.5 1\n"
				       " a@Base 1.0\n"
				       " (arch=i386)foreign@Base 1.0\n"
				       "#MISSING: 2.0# gone@Base 1.0\n"
				       "#MISSING: 1.5# long@Base 1.0\n"
				       "#MISSING: 2.0# (regex)\"never\" 1\n"
				       " new@Base 2.0\n"
				       "#MISSING: 2.0# (optional)still@Base 1.0\n"
				       " young@Base 9\n");
	const struct deb_symbol *made = deb_library_lookup(&file->libraries[0], names[2]);
	ck_assert_ptr_nonnull(made);
	ck_assert_str_eq(made->minver, "0.5");
	ck_assert_uint_eq(made->dependency, 1);
}
END_TEST

START_TEST(merging_the_same_library_again_changes_nothing)
{
	static const char *const names[] = {"a@Base", "b@FOO_1", NULL};
	_cleanup_(freep) char *first = NULL;
	_cleanup_(freep) char *second = NULL;

	library(LIBRARY " (symver)FOO_1 1.0\n");
	merge("libfoo.so.1", "2.0", names);
	first = written(false);
	merge("libfoo.so.1", "2.0", names);
	second = written(false);
	ck_assert_str_eq(first, second);
}
END_TEST

START_TEST(changes_are_found_both_ways)
{
	static const char *const names[] = {"a@Base", "new@Base", "p@FOO_1", NULL};
	static const char text[] = LIBRARY " a@Base 1.0\n gone@Base 1.0\n"
					   " (optional)maybe@Base 1.0\n"
					   " (symver)FOO_1 1.0\n (symver)FOO_0 1.0\n";
	struct deb_changes gained = {0}, lost = {0};
	struct deb_symbols_file *before = NULL;

	ck_assert_int_eq(parse(text), 0);
	ck_assert_int_eq(deb_symbols_file_parse(text, strlen(text), "before", arch, &before, &err),
			 0);
	merge("libfoo.so.1", "2.0", names);
	ck_assert_int_eq(deb_symbols_changes(file, before, &gained, &err), 0);
	ck_assert_int_eq(deb_symbols_changes(before, file, &lost, &err), 0);
	ck_assert_uint_eq(gained.count, 1);
	ck_assert_str_eq(gained.items[0].symbol->name, "new@Base");
	ck_assert_uint_eq(lost.count, 2);
	ck_assert_str_eq(lost.items[0].symbol->name, "gone@Base");
	ck_assert_str_eq(lost.items[1].symbol->name, "FOO_0");
	deb_changes_deinit(&gained);
	deb_changes_deinit(&lost);
	deb_symbols_file_free(before);
}
END_TEST

START_TEST(a_slow_regular_expression_is_an_error_not_a_miss)
{
	static const char *const names[] = {
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@Base",
		NULL};
	struct deb_export export = {names[0], names[0]};
	struct deb_exports exports = {"libfoo.so.1", &export, 1};

	library(LIBRARY " (regex)\"^(a|aa|aaa)*$\" 1.0\n");
	ck_assert_int_eq(deb_symbols_merge(file, &exports, "libfoo1", "1", &err),
			 ABILOCK_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(err.message, "takes too long"));
}
END_TEST

START_TEST(names_are_demangled_where_they_stand_in_a_line)
{
	static const struct {
		const char *mangled, *plain;
	} cases[] = {
		{"_ZN3Foo3runEi@Base", "Foo::run(int)@Base"},
		{"_ZThn16_N3FooD1Ev@V_1", "non-virtual thunk to Foo::~Foo()@V_1"},
		{"_ZTI3Foo", "typeinfo for Foo"},
		{"a _Z1xv b", "a x() b"},
		{"._Z1xv", ".x()"},
		{"plain@Base", NULL},
		{"_Z", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *plain = abilock_demangle(cases[i].mangled);

		ck_assert_pstr_eq(plain, cases[i].plain);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deb_symbols");
	TCase *tc = tcase_create("symbols files");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_library_has_dependencies_fields_and_symbols);
	tcase_add_test(tc, tags_and_quotes_are_taken_apart);
	tcase_add_test(tc, a_later_line_takes_the_place_of_an_earlier_one);
	tcase_add_test(tc, a_reference_is_found_by_its_symbol_or_by_a_pattern);
	tcase_add_test(tc, the_oldest_version_is_that_of_the_main_dependency);
	tcase_add_test(tc, what_was_read_is_written_sorted);
	tcase_add_test(tc, what_dpkg_passes_over_gets_a_warning);
	tcase_add_test(tc, errors_have_a_line);
	tcase_add_test(tc, merging_marks_what_is_gone_and_adds_what_is_new);
	tcase_add_test(tc, merging_the_same_library_again_changes_nothing);
	tcase_add_test(tc, changes_are_found_both_ways);
	tcase_add_test(tc, a_slow_regular_expression_is_an_error_not_a_miss);
	tcase_add_test(tc, names_are_demangled_where_they_stand_in_a_line);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
