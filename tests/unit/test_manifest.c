/* SPDX-License-Identifier: MIT */
/* Manifests: reading, writing, values, and what is refused. Notes: tests/tool/manifest_test.sh. */
#include <check.h>

#include "manifest/checksum.h"
#include "manifest/manifest.h"
#include "manifest/manifest_keys.h"
#include "manifest/module_name.h"

static struct abilock_arena arena;
static struct abilock_diagnostics diags;
static struct abilock_manifest *manifest;
static struct abilock_text out;

static void setup(void)
{
	arena = (struct abilock_arena){0};
	diags = (struct abilock_diagnostics){0};
	out = (struct abilock_text){0};
	manifest = NULL;
}

static void teardown(void)
{
	abilock_arena_clear(&arena);
	abilock_diagnostics_deinit(&diags);
	abilock_text_deinit(&out);
	abilock_manifest_free(take_ptr(manifest));
}

static int parse(const char *text)
{
	teardown();
	setup();
	return abilock_manifest_parse(text, strlen(text), "x.manifest", &manifest, &diags);
}

static void accept(const char *text)
{
	int r = parse(text);

	ck_assert_msg(r == 0, "%s", diags.count ? diags.items[0].message : "");
	ck_assert_ptr_nonnull(manifest);
}

static void expect_written(const char *want)
{
	abilock_text_clear(&out);
	abilock_manifest_write(&out, manifest);
	abilock_text_putc(&out, '\0');
	ck_assert_str_eq(out.data, want);
}

static void refuse(const char *text, uint32_t line, const char *rule, const char *message)
{
	ck_assert_int_eq(parse(text), ABILOCK_E_SYNTAX);
	ck_assert_ptr_null(manifest);
	ck_assert_uint_eq(diags.error_count, 1);
	ck_assert_str_eq(diags.items[0].rule, rule);
	ck_assert_uint_eq(diags.items[0].place.line, line);
	ck_assert_msg(strstr(diags.items[0].message, message) != NULL, "%s",
		      diags.items[0].message);
}

/* ---- names ---- */

static const char *name_of(const char *spelling)
{
	struct abilock_error err;
	const char *name = NULL;
	int r = abilock_module_name_parse(&arena, spelling, &name, &err);

	ck_assert_int_eq(r, name ? 0 : ABILOCK_E_USAGE);
	return name;
}

START_TEST(a_name_has_no_so_and_is_no_path)
{
	ck_assert_str_eq(name_of("chan_sip"), "chan_sip");
	ck_assert_str_eq(name_of("chan_sip.so"), "chan_sip");
	ck_assert_str_eq(name_of("a.so.so"), "a.so");
	ck_assert_str_eq(name_of("caf\xc3\xa9 1"), "caf\xc3\xa9 1");
	ck_assert_ptr_null(name_of(""));
	ck_assert_ptr_null(name_of(".so"));
	ck_assert_ptr_null(name_of(".hidden"));
	ck_assert_ptr_null(name_of("../x"));
	ck_assert_ptr_null(name_of("/x.so"));
	ck_assert_ptr_null(name_of("a\nb"));
	ck_assert_ptr_null(name_of("a\xff"));
}
END_TEST

START_TEST(names_differ_in_more_than_a_dash)
{
	char key[16];

	abilock_module_name_key("a-b_c", key);
	ck_assert_str_eq(key, "a_b_c");
	ck_assert(abilock_module_name_eq("a-b", "a_b"));
	ck_assert(abilock_module_name_eq("", ""));
	ck_assert(!abilock_module_name_eq("a-b", "a_bc"));
	ck_assert(!abilock_module_name_eq("a-bc", "a_b"));
	ck_assert(!abilock_module_name_eq("a", "A"));
}
END_TEST

START_TEST(only_some_files_are_modules)
{
	static const char *const no[] = {
		".so",		 ".x.so", "x.so~",	"x.so.1", "x.so.debug", "x.debug.so",
		"x.so.dpkg-new", "x",	  "x.manifest", "#x.so#", "#x.so",	"d/x.so",
		"x.so;5f",	 ""};

	ck_assert(abilock_module_name_is_file("x.so"));
	ck_assert(abilock_module_name_is_file("mod-x.1.so"));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		ck_assert_msg(!abilock_module_name_is_file(no[i]), "%s", no[i]);
}
END_TEST

/* ---- reading and writing ---- */

START_TEST(the_first_example_is_read_and_written_as_it_is)
{
	_cleanup_(freep) char *path = NULL;
	struct abilock_error err = {0};
	char bytes[4096];

	ck_assert_int_gt(asprintf(&path, "%s/tests/modules/seed/func_periodic_hook.manifest",
				  getenv("SOURCE_DIR")),
			 0);
	ck_assert_msg(abilock_manifest_read(path, &manifest, &diags, &err) == 0, "%s", err.message);
	ck_assert_uint_eq(diags.count, 0);
	ck_assert_str_eq(manifest->path, path);
	ck_assert_str_eq(manifest->name, "func_periodic_hook");
	ck_assert_str_eq(manifest->checksum, "844c2153257936cc25d8b32760780c7b");
	ck_assert_str_eq(manifest->support_level, "core");
	ck_assert(manifest->export_globals);
	ck_assert_int_eq(manifest->priority, ABILOCK_LOAD_PRIORITY_DEFAULT);
	ck_assert_ptr_null(manifest->load_priority);
	ck_assert_uint_eq(manifest->uses.count, 4);
	ck_assert_str_eq(manifest->uses.items[3].type, "module");
	ck_assert_str_eq(manifest->uses.items[3].name, "func_uri");
	ck_assert_uint_eq(manifest->uses.items[3].place.line, 11);
	ck_assert_uint_eq(manifest->provides.count, 1);
	ck_assert_str_eq(manifest->provides.items[0].name, "PERIODIC_HOOK");
	_cleanup_(fclosep) FILE *f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	bytes[fread(bytes, 1, sizeof(bytes) - 1, f)] = '\0';
	expect_written(bytes);
}
END_TEST

/* Each key once, as it is written. */
static const char every_key[] = "[module]\n"
				"name=chan_sip\n"
				"description=\"SIP; the \\\"protocol\\\" ;\\n\\tand more\"\n"
				"type=channel\n"
				"checksum=md5:844c2153257936cc25d8b32760780c7b\n"
				"support_level=deprecated\n"
				"deprecated_in=17\n"
				"removed_in=21\n"
				"replacement=chan_pjsip\n"
				"load_priority=channel_driver\n"
				"export_globals=yes\n"
				"embedded=yes\n"
				"licence=MIT\n"
				"arch=x86_64\n"
				"config=sip.conf\n"
				"config=a.conf\n"
				"colour=\" blue\"\n"
				"\n[uses]\nmodule=res_rtp\nfunction=A:1\n"
				"\n[canuse]\nmodule=res_http\n"
				"\n[willuse]\nmodule=res_more\n"
				"\n[provides]\nchannel=SIP\nservice=timer:200\ncodec=g726:32:0\n"
				"low=x:-7\n"
				"\n[x]\na=1\na=2\n"
				"\n[y]\nb=3\n"
				"\n[x]\nc=4\n";

START_TEST(every_key_is_read_and_written_again)
{
	accept(every_key);
	ck_assert_str_eq(manifest->description, "SIP; the \"protocol\" ;\n\tand more");
	ck_assert_int_eq(manifest->priority, 70);
	ck_assert(manifest->is_embedded);
	ck_assert_uint_eq(manifest->config_count, 2);
	ck_assert_str_eq(manifest->configs[1], "a.conf");
	ck_assert_str_eq(manifest->uses.items[1].name, "A:1");
	ck_assert_int_eq(manifest->provides.items[1].priority, 200);
	ck_assert_str_eq(manifest->provides.items[1].name, "timer");
	ck_assert_str_eq(manifest->provides.items[2].name, "g726:32");
	ck_assert_int_eq(manifest->provides.items[3].priority, -7);
	ck_assert_uint_eq(manifest->unknown_count, 5);
	expect_written(every_key);
}
END_TEST

START_TEST(what_has_no_meaning_is_kept_and_warned_about)
{
	accept(every_key);
	ck_assert_uint_eq(diags.count, 4);
	ck_assert_uint_eq(diags.error_count, 0);
	for (size_t i = 0; i < diags.count; i++)
		ck_assert_str_eq(diags.items[i].rule, "manifest-unknown-key");
	ck_assert_uint_eq(diags.items[0].place.line, 17);
}
END_TEST

START_TEST(order_and_spelling_of_a_hand_do_not_matter)
{
	accept("[provides]\na=b:0\n[module]\nexport_globals = On\nembedded=0\n; c\nname = x.so\n"
	       "load_priority=007\n[uses]\nmodule => y.so\n[module]\ntype=t\n");
	ck_assert_int_eq(manifest->priority, 7);
	expect_written("[module]\nname=x\ntype=t\nload_priority=007\nexport_globals=yes\n"
		       "\n[uses]\nmodule=y\n\n[provides]\na=b\n");
}
END_TEST

START_TEST(a_bad_value_is_an_error_with_its_line)
{
#define HEAD "[module]\nname=x\n"
	refuse("", 0, "manifest-value", "name=");
	refuse("[uses]\na=b\n", 0, "manifest-value", "name=");
	refuse("a=b\n[module]\nname=x\n", 1, "manifest-value", "front");
	refuse("[module]\nname=\n", 2, "manifest-value", "empty");
	refuse("[module]\nname=a/b\n", 2, "manifest-value", "slash");
	refuse(HEAD "checksum=crc32:1234\n", 3, "manifest-value", "sha256");
	refuse(HEAD "support_level=best\n", 3, "manifest-value", "extended");
	refuse(HEAD "load_priority=256\n", 3, "manifest-value", "255");
	refuse(HEAD "load_priority=-1\n", 3, "manifest-value", "255");
	refuse(HEAD "load_priority=\n", 3, "manifest-value", "255");
	refuse(HEAD "export_globals=maybe\n", 3, "manifest-value", "yes or no");
	refuse(HEAD "type=a b\n", 3, "manifest-value", "one word");
	refuse(HEAD "config=\n", 3, "manifest-value", "file");
	refuse(HEAD "[uses]\na b=c\n", 4, "manifest-value", "one word");
	refuse(HEAD "[uses]\na=\n", 4, "manifest-value", "empty");
	refuse(HEAD "[uses]\na=\"b\\nc\"\n", 4, "manifest-value", "one line");
	refuse(HEAD "[uses]\nmodule=../a\n", 4, "manifest-value", "slash");
	refuse(HEAD "[provides]\na=b:\n", 4, "manifest-value", "priority");
	refuse(HEAD "[provides]\na=b:c\n", 4, "manifest-value", "priority");
	refuse(HEAD "[provides]\na=b:2147483648\n", 4, "manifest-value", "priority");
	refuse(HEAD "[provides]\na=b:99999999999999999999999\n", 4, "manifest-value", "priority");
	refuse(HEAD "[provides]\na=:5\n", 4, "manifest-value", "empty");
	refuse(HEAD "broken\n", 3, "ini-syntax", "key=value");
}
END_TEST

START_TEST(a_key_that_stands_twice_is_an_error_that_names_both_lines)
{
	refuse(HEAD "type=a\n\ntype=a\n", 5, "manifest-duplicate-key", "line 3");
	refuse(HEAD "name=x\n", 3, "manifest-duplicate-key", "line 2");
	refuse(HEAD "export_globals=no\nexport_globals=no\n", 4, "manifest-duplicate-key",
	       "line 3");
	refuse(HEAD "[provides]\na=b:1\na=b:2\n", 5, "manifest-duplicate-key", "line 4");
	accept(HEAD "[uses]\na=b\na=b\n");
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq((int)diags.items[0].level, ABILOCK_LEVEL_WARNING);
}
END_TEST

START_TEST(all_errors_are_told)
{
	ck_assert_int_eq(parse("[module]\ntype=a b\nembedded=x\n"), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.error_count, 3);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_told_from_one_that_is_wrong)
{
	struct abilock_error err = {0};
	char path[] = "/tmp/abilock-manifest-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, HEAD "type=a b\n", strlen(HEAD "type=a b\n")), 25);
	(void)close(fd);
	ck_assert_int_eq(abilock_manifest_read("/nonexistent", &manifest, NULL, &err),
			 ABILOCK_E_IO);
	ck_assert_int_eq(abilock_manifest_read("/", &manifest, NULL, &err), ABILOCK_E_IO);
	ck_assert_int_eq(abilock_manifest_read("/dev/null", &manifest, NULL, &err), ABILOCK_E_IO);
	ck_assert_int_eq(abilock_manifest_read(path, &manifest, NULL, &err), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(err.file, path);
	ck_assert_uint_eq(err.offset, 3);
	(void)unlink(path);
}
END_TEST

/* ---- values ---- */

START_TEST(words_of_load_priority_are_those_of_asterisk)
{
	ck_assert_int_eq(abilock_load_priority_parse("realtime_depend"), 10);
	ck_assert_int_eq(abilock_load_priority_parse("realtime_depend2"), 20);
	ck_assert_int_eq(abilock_load_priority_parse("core"), 40);
	ck_assert_int_eq(abilock_load_priority_parse("channel_driver"), 70);
	ck_assert_int_eq(abilock_load_priority_parse("default"), 128);
	ck_assert_int_eq(abilock_load_priority_parse("devstate_consumer"), 150);
	ck_assert_int_eq(abilock_load_priority_parse("0"), 0);
	ck_assert_int_eq(abilock_load_priority_parse("255"), 255);
	ck_assert_int_eq(abilock_load_priority_parse("Core"), -1);
	ck_assert_int_eq(abilock_load_priority_parse("1x"), -1);
}
END_TEST

START_TEST(a_key_of_a_note_is_set_or_refused)
{
	const char *problem = "";

	manifest = abilock_manifest_new("x");
	ck_assert_int_eq(abilock_manifest_set(manifest, "uses", "module=y.so", &problem), 1);
	ck_assert_int_eq(abilock_manifest_set(manifest, "provides", "a=b:3", &problem), 1);
	ck_assert_int_eq(abilock_manifest_set(manifest, "type", "t", &problem), 1);
	ck_assert_int_eq(abilock_manifest_set(manifest, "type", "t", &problem), 1);
	ck_assert_int_eq(abilock_manifest_set(manifest, "type", "u", &problem), 0);
	ck_assert_str_eq(problem, "it is \"t\" already");
	ck_assert_int_eq(abilock_manifest_set(manifest, "uses", "y", &problem), 0);
	ck_assert_ptr_nonnull(problem);
	ck_assert_int_eq(abilock_manifest_set(manifest, "other", "y", &problem), 0);
	ck_assert_ptr_null(problem);
	expect_written("[module]\nname=x\ntype=t\n\n[uses]\nmodule=y\n\n[provides]\na=b:3\n");
}
END_TEST

/* Put a line into a list of a new manifest. @return The entry, or NULL where it is refused. */
static const struct abilock_capability *add_line(struct abilock_manifest *into, const char *list,
						 const char *text)
{
	struct abilock_capabilities *entries = abilock_manifest_list(into, list);
	const char *problem;

	if (abilock_manifest_set(into, list, text, &problem) != 1)
		return NULL;
	return &entries->items[entries->count - 1];
}

START_TEST(a_capability_is_a_type_and_a_name)
{
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *x = abilock_manifest_new("x");
	const struct abilock_capability *c = add_line(x, "provides", "service=timer:200");

	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->type, "service");
	ck_assert_str_eq(c->name, "timer");
	ck_assert_int_eq(c->priority, 200);
	c = add_line(x, "uses", "service=timer:200");
	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->name, "timer:200");
	c = add_line(x, "uses", "module=x.so");
	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->name, "x");
	ck_assert_ptr_null(add_line(x, "uses", "timer"));
	ck_assert_ptr_null(add_line(x, "uses", "=timer"));
	ck_assert_ptr_null(add_line(x, "uses", "service="));
	ck_assert_ptr_null(add_line(x, "provides", "service=t:x"));
	ck_assert_ptr_null(add_line(x, "uses", "module=a/b"));
}
END_TEST

START_TEST(lists_are_sorted_without_repetition)
{
	static const char *const texts[] = {"b=x", "a=y:1", "a=x", "b=x", "a=y:2"};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *x = abilock_manifest_new("x");
	const struct abilock_capabilities *list = &x->provides;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_ptr_nonnull(add_line(x, "provides", texts[i]));
	abilock_capabilities_sort(&x->provides);
	ck_assert_uint_eq(list->count, 4);
	ck_assert_str_eq(list->items[0].name, "x");
	ck_assert_int_eq(list->items[1].priority, 2);
	ck_assert_str_eq(list->items[3].type, "b");
}
END_TEST

/* ---- checksums ---- */

START_TEST(checksums_have_a_known_form)
{
	ck_assert(abilock_checksum_is_known("844c2153257936cc25d8b32760780c7b"));
	ck_assert(abilock_checksum_is_known("md5:844C2153257936cc25d8b32760780c7b"));
	ck_assert(abilock_checksum_is_known(
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	ck_assert(!abilock_checksum_is_known(""));
	ck_assert(!abilock_checksum_is_known("sha256:"));
	ck_assert(!abilock_checksum_is_known("sha256:844c2153257936cc25d8b32760780c7b"));
	ck_assert(!abilock_checksum_is_known("844c2153257936cc25d8b32760780c7g"));
	ck_assert(!abilock_checksum_is_known("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}
END_TEST

static void write_file(const char *path, size_t size)
{
	_cleanup_(fclosep) FILE *f = fopen(path, "w");
	_cleanup_(freep) char *bytes = malloc(size);

	ck_assert_ptr_nonnull(f);
	memset(bytes, 'a', size);
	ck_assert_uint_eq(fwrite(bytes, 1, size, f), size);
}

/* Known answers of sha256sum and md5sum. */
START_TEST(checksums_are_those_of_others)
{
	char path[] = "/tmp/abilock-checksum-XXXXXX";
	struct abilock_error err = {0};
	const char *sum = NULL;
	int fd = mkstemp(path);

	(void)close(fd);
	ck_assert_msg(abilock_checksum_compute(&arena, path, &sum, &err) == 0, "%s", err.message);
	ck_assert_str_eq(sum,
			 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ck_assert_int_eq(abilock_checksum_compare("D41D8CD98F00B204E9800998ECF8427E", path, &err),
			 1);
	write_file(path, 1000000);
	ck_assert_int_eq(abilock_checksum_compute(&arena, path, &sum, &err), 0);
	ck_assert_str_eq(sum,
			 "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	ck_assert_int_eq(abilock_checksum_compare(sum, path, &err), 1);
	ck_assert_int_eq(
		abilock_checksum_compare("md5:7707d6ae4e027c70eea2a935c2296f21", path, &err), 1);
	ck_assert_int_eq(abilock_checksum_compare("7707d6ae4e027c70eea2a935c2296f21", path, &err),
			 1);
	ck_assert_int_eq(abilock_checksum_compare("7707d6ae4e027c70eea2a935c2296f22", path, &err),
			 0);
	ck_assert_int_eq(abilock_checksum_compare("crc:1", path, &err), ABILOCK_E_UNSUPPORTED);
	(void)unlink(path);
	ck_assert_int_eq(abilock_checksum_compute(&arena, path, &sum, &err), ABILOCK_E_IO);
	ck_assert_int_eq(abilock_checksum_compute(&arena, "/", &sum, &err), ABILOCK_E_IO);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("manifest");
	TCase *tc = tcase_create("manifest");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_name_has_no_so_and_is_no_path);
	tcase_add_test(tc, names_differ_in_more_than_a_dash);
	tcase_add_test(tc, only_some_files_are_modules);
	tcase_add_test(tc, the_first_example_is_read_and_written_as_it_is);
	tcase_add_test(tc, every_key_is_read_and_written_again);
	tcase_add_test(tc, what_has_no_meaning_is_kept_and_warned_about);
	tcase_add_test(tc, order_and_spelling_of_a_hand_do_not_matter);
	tcase_add_test(tc, a_bad_value_is_an_error_with_its_line);
	tcase_add_test(tc, a_key_that_stands_twice_is_an_error_that_names_both_lines);
	tcase_add_test(tc, all_errors_are_told);
	tcase_add_test(tc, a_file_that_cannot_be_read_is_told_from_one_that_is_wrong);
	tcase_add_test(tc, words_of_load_priority_are_those_of_asterisk);
	tcase_add_test(tc, a_key_of_a_note_is_set_or_refused);
	tcase_add_test(tc, a_capability_is_a_type_and_a_name);
	tcase_add_test(tc, lists_are_sorted_without_repetition);
	tcase_add_test(tc, checksums_have_a_known_form);
	tcase_add_test(tc, checksums_are_those_of_others);
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
