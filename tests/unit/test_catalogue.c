/* SPDX-License-Identifier: MIT */
/* The catalogue: what is known of directories of modules, and stays known when they change. */
#include <check.h>
#include <sys/stat.h>

#include "modules/catalogue/catalogue.h"
#include "modules/host_check.h"
#include "modules/host_key.h"
#include "modules/manager.h"

static char folder[] = "/tmp/abilock-catalogue.XXXXXX";
static struct abilock_catalogue *catalogue;
static struct abilock_error err;
static struct abilock_text log_text;
static struct abilock_arena arena;

static void setup(void)
{
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	abilock_catalogue_close(catalogue);
	catalogue = NULL;
	abilock_text_deinit(&log_text);
	char *command = abilock_arena_printf(&arena, "chmod -R u+w %s; rm -rf %s", folder, folder);
	ck_assert_int_eq(system(command), 0);
	abilock_arena_clear(&arena);
}

static const char *path_of(const char *name)
{
	return abilock_arena_printf(&arena, "%s/%s", folder, name);
}

static void put(const char *name, const char *text)
{
	_cleanup_(fclosep) FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
}

/* A manifest of an embedded module: it needs no file. */
static void put_module(const char *name, const char *rest)
{
	put(abilock_arena_printf(&arena, "%s.manifest", name),
	    abilock_arena_printf(&arena, "[module]\nname=%s\nembedded=yes\n%s", path_base(name),
				 rest));
}

static void make_folder(const char *name)
{
	ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
}

static void take_log(void *data, enum abilock_log_level level, const char *text)
{
	(void)data;
	abilock_text_printf(&log_text, "%d %s\n", level, text);
}

static bool was_logged(const char *text)
{
	abilock_text_putc(&log_text, '\0');
	log_text.length--;
	return strstr(log_text.data, text) != NULL;
}

static int try_open(const char *path, bool write_index)
{
	const struct abilock_catalogue_options options = {
		.path = path, .use_index = true, .write_index = write_index, .log = take_log};

	abilock_catalogue_close(catalogue);
	catalogue = NULL;
	return abilock_catalogue_open(&options, &catalogue, &err);
}

static void open_all(void)
{
	ck_assert_int_eq(try_open(folder, false), 0);
}

static const char *names(void)
{
	const char *all = "";

	for (size_t i = 0; i < abilock_catalogue_count(catalogue); i++)
		all = abilock_arena_printf(&arena, "%s%s%s", all, *all ? " " : "",
					   abilock_catalogue_at(catalogue, i)->name);
	return all;
}

static const char *providers(const char *type, const char *name)
{
	_cleanup_(freep) struct abilock_provided *provided = NULL;
	const char *all = "";
	ssize_t count = abilock_catalogue_providers(catalogue, type, name, &provided);

	ck_assert_int_ge(count, 0);
	for (ssize_t i = 0; i < count; i++)
		all = abilock_arena_printf(&arena, "%s%s%s:%d", all, i ? " " : "",
					   provided[i].module->name, provided[i].priority);
	return all;
}

static struct abilock_module *find(const char *name)
{
	return abilock_catalogue_find(catalogue, name);
}

static void rescan(bool all, bool want_changed)
{
	bool changed = !want_changed;

	ck_assert_int_eq(abilock_catalogue_rescan(catalogue, all, &changed, &err), 0);
	ck_assert_int_eq(changed, want_changed);
}

static void embed(const char *name, const char *rest)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	const char *text = abilock_arena_printf(&arena, "[module]\nname=%s\n%s", name, rest);
	struct abilock_manifest *manifest;

	ck_assert_int_eq(abilock_manifest_parse(text, strlen(text), NULL, &manifest, &diags), 0);
	ck_assert_int_eq(abilock_catalogue_add(catalogue, manifest, &err), 0);
}

START_TEST(modules_are_those_of_the_directory_and_of_those_in_it)
{
	make_folder("codec");
	make_folder("codec/deeper");
	make_folder(".hidden");
	put_module("b", "");
	put_module("codec/ulaw", "");
	put_module("codec/typed", "type=other\n");
	put_module("codec/deeper/no", "");
	put_module(".hidden/no", "");
	put_module("chan_sip", "");
	put("readme.txt", "");
	put(".manifest", "");
	open_all();
	ck_assert_str_eq(names(), "b chan_sip typed ulaw");
	ck_assert_str_eq(abilock_module_type(find("ulaw")), "codec");
	ck_assert_str_eq(abilock_module_type(find("typed")), "other");
	ck_assert_str_eq(abilock_module_type(find("chan_sip")), "chan");
	ck_assert_str_eq(abilock_module_type(find("b")), "b");
	ck_assert_str_eq(find("ulaw")->manifest_path, path_of("codec/ulaw.manifest"));
	ck_assert_ptr_null(find("ulaw")->file.path);
}
END_TEST

START_TEST(a_module_is_one_object_however_it_is_found)
{
	put_module("a-b", "[provides]\nservice=x\n");
	open_all();
	struct abilock_module *module = find("a_b");
	ck_assert_ptr_nonnull(module);
	ck_assert_ptr_eq(find("a-b"), module);
	ck_assert_ptr_eq(abilock_catalogue_at(catalogue, 0), module);
	ck_assert_str_eq(module->name, "a-b");
	ck_assert_str_eq(providers("service", "x"), "a-b:0");
	ck_assert_str_eq(providers("module", "a_b"), "a-b:0");
	ck_assert_uint_lt(module->number, abilock_catalogue_limit(catalogue));
	ck_assert_ptr_null(find("a"));
	ck_assert_ptr_null(find("a_b.so"));
	ck_assert_ptr_null(abilock_catalogue_at(catalogue, 1));
}
END_TEST

START_TEST(the_first_directory_wins)
{
	make_folder("one");
	make_folder("two");
	put_module("one/a", "description=first\n[provides]\nservice=x:1\n");
	put_module("two/a", "description=second\n[provides]\nservice=x:9\nservice=y\n");
	put_module("two/b", "[provides]\nservice=x:5\n");
	const char *path =
		abilock_arena_printf(&arena, "%s/one:%s/missing::%s/two/", folder, folder, folder);
	ck_assert_int_eq(try_open(path, false), 0);
	ck_assert(was_logged("missing: there is no such directory"));
	ck_assert_str_eq(names(), "a b");
	ck_assert_str_eq(find("a")->manifest->description, "first");
	ck_assert_str_eq(providers("service", "x"), "b:5 a:1");
	ck_assert_str_eq(providers("service", "y"), "");
	ck_assert_str_eq(find("b")->manifest_path, path_of("two/b.manifest"));
}
END_TEST

START_TEST(what_is_added_hides_what_a_directory_has)
{
	put_module("a", "[provides]\nservice=x:9\n");
	put_module("c", "");
	open_all();
	struct abilock_module *before = find("a");
	embed("a", "description=added\n[provides]\nservice=z\n");
	embed("b", "[provides]\nservice=x:1\nmodule=c:7\n");
	ck_assert_ptr_eq(find("a"), before);
	ck_assert_str_eq(before->manifest->description, "added");
	ck_assert_str_eq(names(), "a b c");
	ck_assert_str_eq(providers("service", "x"), "b:1");
	ck_assert_str_eq(providers("service", "z"), "a:0");
	ck_assert_str_eq(providers("module", "c"), "b:7 c:0");
	ck_assert_int_eq(abilock_catalogue_add(catalogue, abilock_manifest_new("b"), &err),
			 ABILOCK_E_USAGE);
	rescan(true, false);
	ck_assert_str_eq(names(), "a b c");
	ck_assert_str_eq(find("a")->manifest->description, "added");
}
END_TEST

START_TEST(a_damaged_manifest_is_known_with_its_problem)
{
	put("broken.manifest", "[module]\nname=broken\n[uses\n");
	put("other.manifest", "[module]\nname=another\nembedded=yes\n");
	put("lonely.manifest", "[module]\nname=lonely\n");
	put("text.so", "this is no ELF file");
	open_all();
	ck_assert_str_eq(names(), "broken lonely other text");
	ck_assert_ptr_nonnull(strstr(find("broken")->problem, "broken.manifest:3"));
	ck_assert_ptr_nonnull(strstr(find("other")->problem, "that of another"));
	ck_assert_ptr_nonnull(strstr(find("lonely")->problem, "no lonely.so"));
	ck_assert_ptr_nonnull(strstr(find("text")->problem, "text.so"));
	ck_assert_ptr_null(find("text")->manifest_path);
	ck_assert_ptr_nonnull(find("text")->manifest);
}
END_TEST

START_TEST(a_rescan_finds_what_came_changed_and_went)
{
	put_module("a", "");
	put_module("b", "description=old\n");
	open_all();
	rescan(false, false);
	struct abilock_module *a = find("a"), *b = find("b");
	ck_assert_int_eq(unlink(path_of("a.manifest")), 0);
	put_module("c", "[provides]\nservice=x\n");
	put_module("b", "description=new\n");
	rescan(false, true);
	ck_assert_str_eq(names(), "b c");
	ck_assert(a->is_gone && !b->is_gone);
	ck_assert_str_eq(a->manifest_path, path_of("a.manifest"));
	ck_assert_ptr_null(find("a"));
	ck_assert_ptr_eq(find("b"), b);
	ck_assert_str_eq(b->manifest->description, "new");
	ck_assert_str_eq(providers("service", "x"), "c:0");
	put_module("a", "description=back\n");
	rescan(false, true);
	ck_assert_ptr_eq(find("a"), a);
	ck_assert(!a->is_gone);
	ck_assert_str_eq(a->manifest->description, "back");
}
END_TEST

START_TEST(what_is_gone_is_found_while_it_is_mapped)
{
	put_module("a", "");
	open_all();
	struct abilock_module *a = find("a");
	a->state = ABILOCK_MODULE_RUNNING;
	ck_assert_int_eq(unlink(path_of("a.manifest")), 0);
	rescan(false, true);
	ck_assert_ptr_eq(find("a"), a);
	ck_assert(a->is_gone);
	ck_assert_uint_eq(abilock_catalogue_count(catalogue), 0);
}
END_TEST

START_TEST(a_module_stays_one_object_wherever_it_is)
{
	make_folder("one");
	make_folder("two");
	put_module("two/a", "");
	const char *path = abilock_arena_printf(&arena, "%s/one:%s/two", folder, folder);
	ck_assert_int_eq(try_open(path, false), 0);
	struct abilock_module *a = find("a");
	put_module("one/a", "");
	rescan(false, true);
	ck_assert_ptr_eq(find("a"), a);
	ck_assert_ptr_eq(abilock_catalogue_at(catalogue, 0), a);
	ck_assert_str_eq(a->manifest_path, path_of("one/a.manifest"));
	ck_assert_int_eq(unlink(path_of("one/a.manifest")), 0);
	rescan(false, true);
	ck_assert_ptr_eq(find("a"), a);
	ck_assert_str_eq(a->manifest_path, path_of("two/a.manifest"));
	ck_assert_uint_eq(abilock_catalogue_limit(catalogue), 1);
}
END_TEST

/* In place: the directory does not change, so only a look at every file can tell. */
START_TEST(a_rescan_of_all_files_finds_what_was_written_over)
{
	put_module("a", "description=one\n");
	open_all();
	struct abilock_module *a = find("a");
	put_module("a", "description=two\n");
	rescan(false, false);
	ck_assert_str_eq(a->manifest->description, "one");
	rescan(true, true);
	ck_assert_str_eq(a->manifest->description, "two");
}
END_TEST

START_TEST(directories_come_and_go)
{
	const char *path = path_of("later");

	ck_assert_int_eq(try_open(path, false), 0);
	ck_assert_uint_eq(abilock_catalogue_count(catalogue), 0);
	rescan(false, false);
	make_folder("later");
	make_folder("later/codec");
	put_module("later/codec/a", "");
	rescan(false, true);
	ck_assert_str_eq(names(), "a");
	put_module("later/codec/b", "");
	rescan(false, true);
	ck_assert_str_eq(names(), "a b");
	ck_assert_int_eq(system(abilock_arena_printf(&arena, "rm -r %s", path)), 0);
	rescan(false, true);
	ck_assert_uint_eq(abilock_catalogue_count(catalogue), 0);
}
END_TEST

START_TEST(an_index_says_the_same_as_the_directory)
{
	put_module("a", "[provides]\nservice=x\n");
	put_module("b", "[provides]\nservice=x:3\n");
	ck_assert_int_eq(try_open(folder, true), 0);
	ck_assert(abilock_catalogue_is_indexed(catalogue));
	log_text.length = 0;
	open_all();
	ck_assert(abilock_catalogue_is_indexed(catalogue));
	ck_assert_uint_eq(log_text.length, 0);
	ck_assert_str_eq(names(), "a b");
	ck_assert_str_eq(providers("service", "x"), "b:3 a:0");
	put_module("c", "");
	open_all();
	ck_assert(!abilock_catalogue_is_indexed(catalogue));
	ck_assert_str_eq(names(), "a b c");
	size_t count = 0;
	ck_assert_int_eq(abilock_catalogue_write(catalogue, &count, &err), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert(abilock_catalogue_is_indexed(catalogue));
	open_all();
	ck_assert(abilock_catalogue_is_indexed(catalogue));
}
END_TEST

START_TEST(a_damaged_index_is_not_believed)
{
	put_module("a", "");
	ck_assert_int_eq(try_open(folder, true), 0);
	put("modules.index", "abilocki, but cut off");
	open_all();
	ck_assert(was_logged("modules.index: the index is cut off; the directory is read"));
	ck_assert_str_eq(names(), "a");
	ck_assert_int_eq(try_open(folder, true), 0);
	log_text.length = 0;
	open_all();
	ck_assert_uint_eq(log_text.length, 0);
	ck_assert_int_eq(chmod(path_of("modules.index"), 0666), 0);
	open_all();
	ck_assert(was_logged("not believed"));
	ck_assert_str_eq(names(), "a");
}
END_TEST

START_TEST(a_module_without_a_file_needs_no_refresh)
{
	put_module("a", "");
	open_all();
	ck_assert_int_eq(abilock_catalogue_refresh(catalogue, find("a"), &err), 0);
	put("b.so", "no ELF file");
	rescan(false, true);
	struct abilock_module *b = find("b");
	ck_assert_int_eq(abilock_catalogue_refresh(catalogue, b, &err), 0);
	put("b.so", "another file that is none");
	ck_assert_int_eq(abilock_catalogue_refresh(catalogue, b, &err), ABILOCK_E_DAMAGED);
	ck_assert_int_eq(unlink(path_of("b.so")), 0);
	ck_assert_int_eq(abilock_catalogue_refresh(catalogue, b, &err), ABILOCK_E_IO);
}
END_TEST

START_TEST(without_directories_there_are_the_added_ones)
{
	ck_assert_int_eq(try_open(NULL, false), 0);
	ck_assert_uint_eq(abilock_catalogue_count(catalogue), 0);
	ck_assert_ptr_null(find("a"));
	embed("b", "");
	embed("a", "");
	ck_assert_str_eq(names(), "a b");
	rescan(true, false);
	ck_assert_int_eq(abilock_catalogue_write(catalogue, NULL, &err), 0);
}
END_TEST

/* The index of `abimod index --host` is for the process that this host becomes. */
START_TEST(a_host_has_one_key_as_a_file_and_running)
{
	const char *key = abilock_host_key(NULL, &arena), *file = abilock_host_file(NULL, &arena);
	struct abilock_host_check *check = NULL;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(abilock_host_check_open(file, &check, &err), 0);
	if (key)
		ck_assert_str_eq(abilock_host_check_key(check), key);
	else
		ck_assert_ptr_null(abilock_host_check_key(check));
	abilock_host_check_close(check);
	ck_assert_ptr_null(abilock_host_key("no such host", &arena));
}
END_TEST

static bool stop_looking;

static void *look_up(void *data)
{
	pthread_mutex_t *mutex = data;
	size_t length = 0;

	while (!__atomic_load_n(&stop_looking, __ATOMIC_RELAXED)) {
		struct abilock_provided *provided = NULL;
		ssize_t count = abilock_catalogue_providers(catalogue, "service", "x", &provided);

		for (ssize_t i = 0; i < count; i++) {
			(void)pthread_mutex_lock(mutex);
			length += strlen(provided[i].module->manifest->description);
			(void)pthread_mutex_unlock(mutex);
		}
		free(provided);
		length += find("mod_3") != NULL;
		length += abilock_catalogue_at(catalogue, 5) != NULL;
	}
	return length ? mutex : NULL;
}

START_TEST(threads_look_up_while_another_one_rescans)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	const struct abilock_catalogue_options options = {.path = folder, .data = &mutex};
	pthread_t threads[3];

	for (int i = 0; i < 10; i++)
		put_module(abilock_arena_printf(&arena, "mod_%d", i),
			   "description=any\n[provides]\nservice=x\n");
	ck_assert_int_eq(abilock_catalogue_open(&options, &catalogue, &err), 0);
	__atomic_store_n(&stop_looking, false, __ATOMIC_RELAXED);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, look_up, &mutex), 0);
	for (int i = 0; i < 10; i++) {
		put_module(abilock_arena_printf(&arena, "later_%d", i),
			   "description=new\n[provides]\nservice=x:9\n");
		rescan(i % 2, true);
	}
	__atomic_store_n(&stop_looking, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *result = NULL;

		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_nonnull(result);
	}
	ck_assert_uint_eq(abilock_catalogue_count(catalogue), 20);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("catalogue");
	TCase *tcase = tcase_create("catalogue");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, modules_are_those_of_the_directory_and_of_those_in_it);
	tcase_add_test(tcase, a_module_is_one_object_however_it_is_found);
	tcase_add_test(tcase, the_first_directory_wins);
	tcase_add_test(tcase, what_is_added_hides_what_a_directory_has);
	tcase_add_test(tcase, a_damaged_manifest_is_known_with_its_problem);
	tcase_add_test(tcase, a_rescan_finds_what_came_changed_and_went);
	tcase_add_test(tcase, what_is_gone_is_found_while_it_is_mapped);
	tcase_add_test(tcase, a_module_stays_one_object_wherever_it_is);
	tcase_add_test(tcase, a_rescan_of_all_files_finds_what_was_written_over);
	tcase_add_test(tcase, directories_come_and_go);
	tcase_add_test(tcase, an_index_says_the_same_as_the_directory);
	tcase_add_test(tcase, a_damaged_index_is_not_believed);
	tcase_add_test(tcase, a_module_without_a_file_needs_no_refresh);
	tcase_add_test(tcase, without_directories_there_are_the_added_ones);
	tcase_add_test(tcase, a_host_has_one_key_as_a_file_and_running);
	tcase_add_test(tcase, threads_look_up_while_another_one_rescans);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
