/* SPDX-License-Identifier: MIT */
/* The parts of the lock that the fixtures of tests/lock cannot show one by one. */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>

#include "../../symbols/lock.h"
#include "../../symbols/report_text.h"
#include "../../symbols/stamp.h"

static struct abilock_error err;
static char dir[] = "/tmp/abilock-lock-XXXXXX";

/* Run a script in the test's directory. */
static void sh(const char *script)
{
	char *line = NULL;

	ck_assert_int_gt(asprintf(&line, "cd '%s' && set -e && %s", dir, script), 0);
	ck_assert_msg(system(line) == 0, "failed: %s", script);
	free(line);
}

static const char *in_dir(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *p = path[turn++ % ARRAY_SIZE(path)];

	(void)snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static struct abilock_object *open_object(const char *name)
{
	struct abilock_object *object = NULL;
	int r = abilock_object_open(in_dir(name), &object, &err);

	ck_assert_msg(r == 0, "%s: %s", name, err.message);
	return object;
}

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/abilock-lock-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&err, 0, sizeof(err));
}

static void teardown(void)
{
	sh("rm -rf \"$PWD\"");
}

/* ---- codes ---- */

START_TEST(every_code_has_a_name_and_a_summary_of_its_own)
{
	for (int i = 0; i < ABILOCK_CODE_COUNT; i++) {
		const char *name = abilock_code_name((enum abilock_code)i);

		ck_assert_ptr_nonnull(name);
		ck_assert_ptr_nonnull(abilock_code_summary((enum abilock_code)i));
		ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(name, abilock_code_name((enum abilock_code)j));
	}
}
END_TEST

/* ---- private node names ---- */

START_TEST(private_nodes_are_known_by_their_spelling)
{
	ck_assert(abilock_node_name_is_private("FOO_PRIVATE"));
	ck_assert(abilock_node_name_is_private("FOO_PRIVATE_0123abcd"));
	ck_assert(abilock_node_name_is_private("LIBVIRT_PRIVATE_9.0.0"));
	ck_assert(abilock_node_name_is_private("Qt_5_PRIVATE_API"));
	ck_assert(abilock_node_name_is_private("GLIBC_PRIVATE"));
	ck_assert(!abilock_node_name_is_private("FOO_1.0"));
	ck_assert(!abilock_node_name_is_private("FOO_PRIVATEER_1"));
	ck_assert(!abilock_node_name_is_private("_PRIVATE"));
}
END_TEST

START_TEST(fingerprints_in_node_names_are_told_from_other_tags)
{
	static const char print[] = "FOO_PRIVATE_0123456789abcdef";

	ck_assert_str_eq(abilock_node_name_fingerprint(print), "0123456789abcdef");
	ck_assert_str_eq(abilock_node_name_fingerprint("A_PRIVATE_B_PRIVATE_0123456789abcdef"),
			 "0123456789abcdef");
	ck_assert_ptr_null(abilock_node_name_fingerprint("FOO_PRIVATE"));
	ck_assert_ptr_null(abilock_node_name_fingerprint("FOO_PRIVATE_0123456789ABCDEF"));
	ck_assert_ptr_null(abilock_node_name_fingerprint("FOO_PRIVATE_00123456789abcdef"));
	ck_assert_ptr_null(abilock_node_name_fingerprint("FOO_1_0123456789abcdef"));
	ck_assert_ptr_null(abilock_node_name_fingerprint("_PRIVATE_0123456789abcdef"));
	ck_assert_ptr_null(abilock_node_name_fingerprint(""));
	ck_assert(abilock_node_names_differ_in_types(print, "FOO_PRIVATE_0123456789abcde0"));
	ck_assert(!abilock_node_names_differ_in_types(print, print));
	ck_assert(!abilock_node_names_differ_in_types(print, "FOO_PRIVATE_1.2"));
	ck_assert(!abilock_node_names_differ_in_types(print, "BAR_PRIVATE_0123456789abcde0"));
}
END_TEST

/* ---- texts ---- */

START_TEST(names_from_files_cannot_steer_a_terminal)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = calloc(1, sizeof(*report));
	_cleanup_(freep) char *text = NULL;

	ck_assert_int_eq(abilock_report_add(report, NULL, ABILOCK_MISSING_NODE, "N\033[2J\nok", "h",
					    "m", "as %s", "\r\x7f"),
			 0);
	ck_assert_int_eq(abilock_report_add_symbol(report, NULL, report->findings, "s\ay"), 0);
	report->module.path = report->host.path = "p";
	text = abilock_report_text(report);
	for (const char *p = text; *p; p++)
		ck_assert(*p == '\n' || ((unsigned char)*p >= ' ' && *p != 0x7f));
	ck_assert_ptr_nonnull(strstr(text, "N?[2J?ok"));
	ck_assert_ptr_nonnull(strstr(text, "s?y"));
}
END_TEST

START_TEST(many_findings_of_one_kind_are_counted)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = calloc(1, sizeof(*report));
	_cleanup_(freep) char *text = NULL;
	char name[16];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "sym%02d", i);
		ck_assert_int_eq(abilock_report_add(report, NULL, ABILOCK_UNRESOLVED_SYMBOL, name,
						    NULL, "m", "nowhere"),
				 0);
	}
	abilock_report_sort(report);
	report->module.path = report->host.path = "p";
	text = abilock_report_text(report);
	ck_assert_ptr_nonnull(strstr(text, "missing  sym07  [unresolved-symbol] nowhere\n"));
	ck_assert_ptr_null(strstr(text, "sym08"));
	ck_assert_ptr_nonnull(strstr(text, "missing  and 12 more  [unresolved-symbol]\n"));
}
END_TEST

START_TEST(a_finding_is_listed_once)
{
	_cleanup_(abilock_report_freep) struct abilock_report *report = calloc(1, sizeof(*report));

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
			abilock_report_add(report, NULL, ABILOCK_MISSING_NODE, "N", "h", "m", "x"),
			0);
	ck_assert_uint_eq(report->finding_count, 1);
}
END_TEST

/* ---- paths ---- */

START_TEST(a_file_of_ones_own_is_safe)
{
	sh("chmod 700 . && : > m.so && chmod 644 m.so");
	ck_assert_ptr_null(abilock_path_problem(in_dir("m.so")));
}
END_TEST

START_TEST(a_file_that_everybody_can_write_is_not_safe)
{
	sh("chmod 700 . && : > m.so && chmod 666 m.so");
	ck_assert_ptr_nonnull(abilock_path_problem(in_dir("m.so")));
}
END_TEST

START_TEST(a_directory_that_everybody_can_write_is_not_safe)
{
	sh("mkdir d && : > d/m.so && chmod 644 d/m.so && chmod 777 d");
	ck_assert_ptr_nonnull(abilock_path_problem(in_dir("d/m.so")));
}
END_TEST

START_TEST(a_sticky_directory_is_safe)
{
	sh("mkdir d && : > d/m.so && chmod 644 d/m.so && chmod 1777 d");
	ck_assert_ptr_null(abilock_path_problem(in_dir("d/m.so")));
}
END_TEST

/* ---- finding libraries ---- */

#define MAKE_LIBRARIES                                                                             \
	"mkdir -p a b root/usr/lib/found root/etc/ld.so.conf.d && "                                \
	"cc='gcc -shared -nostdlib -o' && "                                                        \
	"echo 'int x;' > x.c && $cc a/libx.so x.c && $cc b/libx.so x.c && "

/* The path at which the library of @p object's first DT_NEEDED is found, or NULL. */
static const char *find(const char *object_name, const char *root, const char *library_path)
{
	static char found[512];
	struct abilock_libraries *libraries = abilock_libraries_new(root, library_path);
	struct abilock_object *object = open_object(object_name), *library = NULL;
	int r = abilock_libraries_find(libraries, object->needed[0], object, &library, &err);

	ck_assert_int_ge(r, 0);
	(void)snprintf(found, sizeof(found), "%s", r ? library->path : "");
	abilock_object_free(object);
	abilock_libraries_free(libraries);
	return r ? found : NULL;
}

/* m.so needs libx.so, which is in a/ and b/. */
#define MAKE_MODULE(rpath)                                                                         \
	MAKE_LIBRARIES "$cc libx.so x.c -Wl,-soname,libx.so && "                                   \
		       "$cc m.so x.c -Wl,--no-as-needed -L. -lx " rpath " && rm libx.so"

START_TEST(a_runpath_with_origin_is_followed)
{
	sh(MAKE_MODULE("-Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/b'"));
	ck_assert_str_eq(find("m.so", NULL, NULL), in_dir("b/libx.so"));
}
END_TEST

START_TEST(the_library_path_comes_before_a_runpath)
{
	sh(MAKE_MODULE("-Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/b'"));
	ck_assert_str_eq(find("m.so", NULL, in_dir("a")), in_dir("a/libx.so"));
}
END_TEST

START_TEST(an_old_rpath_comes_before_the_library_path)
{
	sh(MAKE_MODULE("-Wl,--disable-new-dtags -Wl,-rpath,'${ORIGIN}/b'"));
	ck_assert_str_eq(find("m.so", NULL, in_dir("a")), in_dir("b/libx.so"));
}
END_TEST

START_TEST(a_library_of_another_machine_is_passed_over)
{
	sh(MAKE_MODULE(
		"-Wl,-rpath,'$ORIGIN/a:$ORIGIN/b'") " && printf '\\363\\000' | dd of=a/libx.so "
						    "bs=1 seek=18 conv=notrunc 2>/dev/null");
	ck_assert_str_eq(find("m.so", NULL, NULL), in_dir("b/libx.so"));
}
END_TEST

START_TEST(a_linker_script_is_passed_over)
{
	sh(MAKE_MODULE("-Wl,-rpath,'$ORIGIN/a:$ORIGIN/b'") " && echo 'GROUP ( x )' > a/libx.so");
	ck_assert_str_eq(find("m.so", NULL, NULL), in_dir("b/libx.so"));
}
END_TEST

START_TEST(ld_so_conf_of_the_root_is_read)
{
	sh(MAKE_MODULE("") " && echo 'include ld.so.conf.d/*.conf' > root/etc/ld.so.conf && "
			   "printf '# comment\\n/usr/lib/found # here\\n' > "
			   "root/etc/ld.so.conf.d/x.conf && "
			   "mv a/libx.so root/usr/lib/found/");
	ck_assert_str_eq(find("m.so", in_dir("root"), NULL), in_dir("root/usr/lib/found/libx.so"));
}
END_TEST

START_TEST(an_absolute_link_stays_below_the_root)
{
	sh(MAKE_MODULE(
		"") " && mkdir -p root/opt root/usr/lib && mv a/libx.so root/opt/libx.so.1 && "
		    "ln -s /opt/libx.so.1 root/usr/lib/libx.so");
	ck_assert_str_eq(find("m.so", in_dir("root"), NULL), in_dir("root/opt/libx.so.1"));
}
END_TEST

START_TEST(a_library_that_is_nowhere_is_not_found)
{
	sh(MAKE_MODULE("-Wl,-rpath,'$ORIGIN/c'"));
	ck_assert_ptr_null(find("m.so", NULL, NULL));
}
END_TEST

START_TEST(a_damaged_library_is_an_error_and_not_passed_over)
{
	struct abilock_libraries *libraries = abilock_libraries_new(NULL, NULL);
	struct abilock_object *object, *library = NULL;

	sh(MAKE_MODULE("-Wl,-rpath,'$ORIGIN/a:$ORIGIN/b'") " && truncate -s 200 a/libx.so");
	object = open_object("m.so");
	ck_assert_int_eq(abilock_libraries_find(libraries, "libx.so", object, &library, &err),
			 ABILOCK_E_DAMAGED);
	ck_assert_str_eq(err.file, in_dir("a/libx.so"));
	abilock_object_free(object);
	abilock_libraries_free(libraries);
}
END_TEST

/* ---- stamps ---- */

static struct abilock_stamp compare_stamps(const char *module, const char *host)
{
	static struct abilock_arena arena;
	struct abilock_stamp stamp = {0};

	abilock_arena_clear(&arena);
	sh(module);
	sh(host);
	struct abilock_object *m = open_object("m.so"), *h = open_object("h.so");
	ck_assert_int_eq(abilock_stamp_compare(m, h, &arena, &stamp, &err), 0);
	abilock_object_free(m);
	abilock_object_free(h);
	return stamp;
}

#define STAMPED(name) "echo 'void " name "(void) {}' | gcc -shared -nostdlib -o m.so -x c -"
#define HOLDS(text) "echo 'const char s[] = \"" text "\";' | gcc -shared -nostdlib -o h.so -x c -"

START_TEST(a_stamp_that_the_host_holds_matches)
{
	struct abilock_stamp stamp = compare_stamps(STAMPED("foo_stamp_0123456789abcdef"),
						    HOLDS("foo_stamp_0123456789abcdef"));

	ck_assert_str_eq(stamp.module, "foo_stamp_0123456789abcdef");
	ck_assert(stamp.matches);
}
END_TEST

START_TEST(a_stamp_of_another_build_is_told)
{
	struct abilock_stamp stamp = compare_stamps(STAMPED("foo_stamp_0123456789abcdef"),
						    HOLDS("foo_stamp_fedcba9876543210"));

	ck_assert(!stamp.matches);
	ck_assert_str_eq(stamp.host, "foo_stamp_fedcba9876543210");
}
END_TEST

START_TEST(a_longer_hash_does_not_match_its_beginning)
{
	struct abilock_stamp stamp = compare_stamps(STAMPED("foo_stamp_0123456789"),
						    HOLDS("foo_stamp_0123456789abcdef"));

	ck_assert(!stamp.matches);
}
END_TEST

START_TEST(a_name_without_a_hash_is_no_stamp)
{
	struct abilock_stamp stamp = compare_stamps(STAMPED("message_with_stamp_text"),
						    HOLDS("message_with_stamp_other"));

	ck_assert_ptr_null(stamp.module);
}
END_TEST

static Suite *lock_suite(void)
{
	Suite *suite = suite_create("lock");
	TCase *tc = tcase_create("lock");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_code_has_a_name_and_a_summary_of_its_own);
	tcase_add_test(tc, private_nodes_are_known_by_their_spelling);
	tcase_add_test(tc, fingerprints_in_node_names_are_told_from_other_tags);
	tcase_add_test(tc, names_from_files_cannot_steer_a_terminal);
	tcase_add_test(tc, many_findings_of_one_kind_are_counted);
	tcase_add_test(tc, a_finding_is_listed_once);
	tcase_add_test(tc, a_file_of_ones_own_is_safe);
	tcase_add_test(tc, a_file_that_everybody_can_write_is_not_safe);
	tcase_add_test(tc, a_directory_that_everybody_can_write_is_not_safe);
	tcase_add_test(tc, a_sticky_directory_is_safe);
	tcase_add_test(tc, a_runpath_with_origin_is_followed);
	tcase_add_test(tc, the_library_path_comes_before_a_runpath);
	tcase_add_test(tc, an_old_rpath_comes_before_the_library_path);
	tcase_add_test(tc, a_library_of_another_machine_is_passed_over);
	tcase_add_test(tc, a_linker_script_is_passed_over);
	tcase_add_test(tc, ld_so_conf_of_the_root_is_read);
	tcase_add_test(tc, an_absolute_link_stays_below_the_root);
	tcase_add_test(tc, a_library_that_is_nowhere_is_not_found);
	tcase_add_test(tc, a_damaged_library_is_an_error_and_not_passed_over);
	tcase_add_test(tc, a_stamp_that_the_host_holds_matches);
	tcase_add_test(tc, a_stamp_of_another_build_is_told);
	tcase_add_test(tc, a_longer_hash_does_not_match_its_beginning);
	tcase_add_test(tc, a_name_without_a_hash_is_no_stamp);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(lock_suite());

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
