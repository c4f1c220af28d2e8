/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <sys/stat.h>

#include "../../runtime/include/abilock/modules.h"
#include "../../symbols/text.h"

static char folder[] = "/tmp/abilock-test.XXXXXX";
static struct abilock_modules *modules;
static struct abilock_text text;

static void setup(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/abilock-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	_cleanup_(freep) char *command = NULL;

	abilock_modules_close(modules);
	modules = NULL;
	abilock_text_deinit(&text);
	ck_assert_int_gt(asprintf(&command, "rm -rf '%s'", folder), 0);
	ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *name, const char *content)
{
	_cleanup_(freep) char *path = NULL;

	ck_assert_int_gt(asprintf(&path, "%s/%s", folder, name), 0);
	_cleanup_(fclosep) FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(content, file), 0);
}

/* An embedded module needs no file. */
static void add(const char *name, const char *rest)
{
	_cleanup_(freep) char *file = NULL, *content = NULL;

	ck_assert_int_gt(asprintf(&file, "%s.manifest", name), 0);
	ck_assert_int_gt(asprintf(&content, "[module]\nname=%s\nembedded=yes\n%s", name, rest), 0);
	write_file(file, content);
}

static void open_modules(const char *conf)
{
	_cleanup_(freep) char *path = NULL;
	struct abilock_modules_options options = {
		.size = sizeof(options), .path = folder, .flags = ABILOCK_MODULES_INSPECT};

	ck_assert_int_gt(asprintf(&path, "%s/modules.conf", folder), 0);
	if (conf) {
		write_file("modules.conf", conf);
		options.conf = path;
	}
	ck_assert_msg(abilock_modules_open(&options, &modules) == 0, "%s", abilock_dlerror());
}

static void take(void *data, const struct abilock_modules_finding *finding)
{
	(void)data;
	abilock_text_printf(&text, "%s %s %s:%u %s\n", finding->is_error ? "error" : "warning",
			    finding->rule, finding->file ? strrchr(finding->file, '/') + 1 : "-",
			    finding->line, finding->module);
	ck_assert_ptr_nonnull(finding->text);
	ck_assert_ptr_null(strchr(finding->text, '\n'));
	ck_assert_ptr_nonnull(finding->fix);
	/* Whoever is told may look. */
	ck_assert_ptr_null(abilock_modules_find(modules, "no such module"));
}

static const char *findings(int expected_errors)
{
	abilock_text_clear(&text);
	ck_assert_int_eq(abilock_modules_check(modules, take, NULL), expected_errors);
	abilock_text_putc(&text, '\0');
	return text.data;
}

START_TEST(nothing_is_wrong_with_no_modules)
{
	open_modules(NULL);
	ck_assert_str_eq(findings(0), "");
}
END_TEST

START_TEST(findings_come_by_module_and_then_those_of_all)
{
	add("b", "[uses]\nmodule=a\nmodule=none\n");
	add("a", "[uses]\nmodule=b\n[canuse]\nthing=none\n");
	open_modules("[modules]\nload=c\n[uses]\na=c\n");
	ck_assert_str_eq(findings(3), "warning canuse-unknown a.manifest:7 a\n"
				      "error use-unknown b.manifest:6 b\n"
				      "error module-cycle a.manifest:0 a\n"
				      "warning conf-unknown-module modules.conf:2 c\n"
				      "error use-unknown modules.conf:4 a\n");
}
END_TEST

START_TEST(errors_are_counted_without_anybody_to_tell)
{
	add("a", "[uses]\nmodule=none\nmodule=nothing\n");
	open_modules(NULL);
	ck_assert_int_eq(abilock_modules_check(modules, NULL, NULL), 2);
}
END_TEST

START_TEST(uses_of_the_admin_can_close_a_cycle)
{
	add("a", "");
	add("b", "[uses]\nmodule=a\n");
	open_modules("[uses]\na=b\n");
	ck_assert_str_eq(findings(1), "error module-cycle a.manifest:0 a\n");
}
END_TEST

START_TEST(a_cycle_with_a_canuse_is_none)
{
	add("a", "[canuse]\nmodule=b\n");
	add("b", "[uses]\nmodule=a\n");
	open_modules(NULL);
	ck_assert_str_eq(findings(0), "");
}
END_TEST

START_TEST(each_provider_that_comes_second_is_found)
{
	add("a", "[provides]\nservice=timer:5\n");
	add("b", "[provides]\nservice=timer:5\n");
	add("c", "[provides]\nservice=timer:7\n");
	add("d", "[provides]\nservice=timer:5\n");
	open_modules(NULL);
	ck_assert_str_eq(findings(0), "warning provider-duplicate b.manifest:5 b\n"
				      "warning provider-duplicate d.manifest:5 d\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("modules_check");
	TCase *tcase = tcase_create("modules_check");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nothing_is_wrong_with_no_modules);
	tcase_add_test(tcase, findings_come_by_module_and_then_those_of_all);
	tcase_add_test(tcase, errors_are_counted_without_anybody_to_tell);
	tcase_add_test(tcase, uses_of_the_admin_can_close_a_cycle);
	tcase_add_test(tcase, a_cycle_with_a_canuse_is_none);
	tcase_add_test(tcase, each_provider_that_comes_second_is_found);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
