/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>

#include "../../runtime/modules/configuration/configuration.h"

static struct abilock_configuration *configuration;
static struct abilock_diagnostics diags;
static struct abilock_error err;
static struct abilock_text text;
static char *folder;

static void teardown(void)
{
	abilock_configuration_free(configuration);
	configuration = NULL;
	abilock_diagnostics_deinit(&diags);
	abilock_text_deinit(&text);
	if (folder) {
		_cleanup_(freep) char *command = NULL;

		ck_assert_int_gt(asprintf(&command, "rm -rf '%s'", folder), 0);
		ck_assert_int_eq(system(command), 0);
		free(folder);
		folder = NULL;
	}
}

/* ---- one text ---- */

static int parse(const char *conf)
{
	return abilock_configuration_parse(conf, strlen(conf), "modules.conf", &configuration,
					   &diags);
}

/* What was said, as it is printed. */
static const char *said(void)
{
	abilock_text_clear(&text);
	abilock_diagnostics_write(&text, &diags, configuration->sources, false);
	abilock_text_putc(&text, '\0');
	return text.data;
}

static void check_list(const struct abilock_directives *list, const char *expected)
{
	_cleanup_(abilock_text_deinit) struct abilock_text names = {0};

	for (size_t i = 0; i < list->count; i++)
		abilock_text_printf(&names, "%s%s", i ? " " : "", list->items[i].name);
	abilock_text_putc(&names, '\0');
	ck_assert_str_eq(names.data, expected);
}

static void check_uses(const char *expected)
{
	_cleanup_(abilock_text_deinit) struct abilock_text uses = {0};

	for (size_t i = 0; i < configuration->use_count; i++)
		abilock_text_printf(&uses, "%s%s %s=%s", i ? ", " : "",
				    configuration->uses[i].module, configuration->uses[i].type,
				    configuration->uses[i].name);
	abilock_text_putc(&uses, '\0');
	ck_assert_str_eq(uses.data, expected);
}

START_TEST(an_empty_text_wants_nothing)
{
	ck_assert_int_eq(parse(""), 0);
	ck_assert(!configuration->autoload);
	ck_assert(!configuration->demandload);
	ck_assert_uint_eq(configuration->load.count, 0);
	ck_assert_ptr_null(abilock_directives_find(&configuration->neverload, "a"));
	ck_assert_uint_eq(diags.count, 0);
}
END_TEST

START_TEST(each_key_fills_its_list)
{
	ck_assert_int_eq(parse("[modules]\nautoload=yes\ndemandload = ON\nload=a\nload => b.so\n"
			       "require=c\nnoload=d\nneverload=e\n"),
			 0);
	ck_assert(configuration->autoload);
	ck_assert(configuration->demandload);
	ck_assert_uint_eq(configuration->autoload_place.line, 2);
	check_list(&configuration->load, "a b");
	check_list(&configuration->require, "c");
	check_list(&configuration->noload, "d");
	check_list(&configuration->neverload, "e");
	ck_assert_uint_eq(diags.count, 0);
}
END_TEST

START_TEST(a_module_is_listed_once_however_it_is_spelled)
{
	ck_assert_int_eq(parse("[modules]\nload=res_a\nload=res-a.so\nload=b\n"), 0);
	check_list(&configuration->load, "res_a b");
	ck_assert_uint_eq(configuration->load.items[0].place.line, 2);
}
END_TEST

START_TEST(a_ban_is_found_by_every_spelling)
{
	ck_assert_int_eq(parse("[modules]\nneverload=func-shell.so\n"), 0);
	ck_assert_ptr_nonnull(abilock_directives_find(&configuration->neverload, "func_shell"));
	ck_assert_ptr_nonnull(abilock_directives_find(&configuration->neverload, "func-shell"));
	ck_assert_ptr_null(abilock_directives_find(&configuration->neverload, "func_shel"));
	ck_assert_ptr_null(abilock_directives_find(&configuration->neverload, "func_shelll"));
}
END_TEST

START_TEST(a_very_long_name_is_found)
{
	_cleanup_(abilock_text_deinit) struct abilock_text conf = {0};
	static char name[5000];

	memset(name, 'n', sizeof(name) - 1);
	abilock_text_printf(&conf, "[modules]\nneverload=%s\n", name);
	abilock_text_putc(&conf, '\0');
	ck_assert_int_eq(parse(conf.data), 0);
	ck_assert_ptr_nonnull(abilock_directives_find(&configuration->neverload, name));
	name[1000] = '-';
	ck_assert_ptr_null(abilock_directives_find(&configuration->neverload, name));
}
END_TEST

START_TEST(old_spellings_are_taken_with_a_note)
{
	ck_assert_int_eq(parse("[modules]\npreload=a\npreload-require=b\n"), 0);
	check_list(&configuration->load, "a");
	check_list(&configuration->require, "b");
	ck_assert_str_eq(
		said(),
		"modules.conf:2:1: note: 'preload' is read as 'load': what a module uses is loaded "
		"before it [conf-spelling]\n"
		"    2 | preload=a\n"
		"      | ^~~~~~~\n"
		"      = write load=a\n"
		"modules.conf:3:1: note: 'preload-require' is read as 'require': what a module "
		"uses "
		"is loaded before it [conf-spelling]\n"
		"    3 | preload-require=b\n"
		"      | ^~~~~~~~~~~~~~~\n"
		"      = write require=b\n");
}
END_TEST

START_TEST(a_type_line_switches_what_follows)
{
	ck_assert_int_eq(parse("[uses]\na=b\ntype=application\na=Dial\ntype=function\na=CHANNEL\n"
			       "type=module\na=c.so\n"),
			 0);
	check_uses("a module=b, a application=Dial, a function=CHANNEL, a module=c");
}
END_TEST

START_TEST(the_type_is_module_again_at_each_head)
{
	ck_assert_int_eq(parse("[uses]\ntype=application\n[uses]\na=b\n"), 0);
	check_uses("a module=b");
}
END_TEST

START_TEST(a_line_can_name_its_type)
{
	ck_assert_int_eq(parse("[uses]\ntype=function\na=application:Dial\na=CHANNEL\n"
			       "a=module:b.so\na=service:a:b\n"),
			 0);
	check_uses("a application=Dial, a function=CHANNEL, a module=b, a service=a:b");
}
END_TEST

START_TEST(a_module_called_type_is_written_with_its_suffix)
{
	ck_assert_int_eq(parse("[uses]\ntype.so=a\n"), 0);
	check_uses("type module=a");
}
END_TEST

START_TEST(cr_and_a_byte_order_mark_mean_nothing)
{
	ck_assert_int_eq(parse("\xef\xbb\xbf[modules]\r\nload=a\r\n[uses]\r\na=b\r\n"), 0);
	check_list(&configuration->load, "a");
	check_uses("a module=b");
	ck_assert_uint_eq(diags.count, 0);
}
END_TEST

START_TEST(a_line_may_have_any_length)
{
	_cleanup_(abilock_text_deinit) struct abilock_text conf = {0};

	abilock_text_puts(&conf, "[modules]\n;");
	for (int i = 0; i < 1 << 20; i++)
		abilock_text_putc(&conf, 'x');
	abilock_text_puts(&conf, "\nload=a\n");
	abilock_text_putc(&conf, '\0');
	ck_assert_int_eq(parse(conf.data), 0);
	check_list(&configuration->load, "a");
}
END_TEST

/* ---- what is wrong ---- */

/* The text is refused, and the report has all of this in it. */
static void check_refused(const char *conf, const char *expected)
{
	ck_assert_int_eq(parse(conf), ABILOCK_E_SYNTAX);
	ck_assert_msg(strstr(said(), expected), "expected:\n%s\nin:\n%s", expected, said());
	abilock_configuration_free(take_ptr(configuration));
	abilock_diagnostics_deinit(&diags);
}

START_TEST(an_unknown_key_is_an_error_with_its_place)
{
	ck_assert_int_eq(parse("[modules]\nneverlaod=func_shell\n"), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(said(), "modules.conf:2:1: error: there is no key 'neverlaod' in "
				 "[modules] [conf-key]\n"
				 "    2 | neverlaod=func_shell\n"
				 "      | ^~~~~~~~~\n"
				 "      = did you mean 'neverload'?\n");
}
END_TEST

START_TEST(what_is_no_configuration_is_refused)
{
	check_refused("[modules]\nLoad=a\n", "did you mean 'load'?");
	check_refused("[modules]\nnever_load=a\n", "did you mean 'neverload'?");
	check_refused("[modules]\nblacklist=a\n", "the keys are autoload, demandload, load");
	check_refused("[module]\nload=a\n", "there is no section [module] [conf-section]");
	check_refused("[module]\nload=a\n", "did you mean [modules]?");
	check_refused("[global]\na=yes\n", "the sections are [modules] and [uses]");
	check_refused("load=a\n", "'load' stands in no section [conf-section]");
	check_refused("[modules]\nautoload=maybe\n", "'maybe' is neither yes nor no [conf-value]");
	check_refused("[modules]\nautoload=\n", "write autoload=yes or autoload=no");
	check_refused("[modules]\nload=\n", "[conf-name]");
	check_refused("[modules]\nneverload=/usr/lib/a.so\n", "[conf-name]");
	check_refused("[modules]\nneverload=../a\n", "[conf-name]");
	check_refused("[modules]\nneverload=a, b\n", "write a line for each module");
	check_refused("[modules]\nneverload=func_*\n", "there are no patterns");
	check_refused("[uses]\na/b=c\n", "[conf-name]");
	check_refused("[uses]\na=b/c\n", "[conf-name]");
	check_refused("[uses]\ntype=\na=b\n", "'' is no type [conf-type]");
	check_refused("[uses]\ntype=application:Dial\n", "[conf-type]");
	check_refused("[uses]\na=application:\n", "is nothing to use [conf-use]");
	check_refused("[uses]\na=application=Dial\n", "[conf-");
	check_refused("[modules]\nload\n", "[ini-syntax]");
}
END_TEST

START_TEST(a_line_behind_an_error_is_read)
{
	ck_assert_int_eq(parse("[modules]\nlod=a\nload=b\n"), ABILOCK_E_SYNTAX);
	check_list(&configuration->load, "b");
}
END_TEST

START_TEST(one_error_is_said_for_a_section_that_is_none)
{
	ck_assert_int_eq(parse("[moduls]\nload=a\nload=b\n"), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.count, 1);
}
END_TEST

START_TEST(what_is_said_twice_in_a_file_is_a_warning)
{
	ck_assert_int_eq(parse("[modules]\nautoload=yes\nautoload=yes\nautoload=no\n"), 0);
	ck_assert(!configuration->autoload);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq(diags.items[0].level, ABILOCK_LEVEL_WARNING);
	ck_assert_str_eq(diags.items[0].message,
			 "autoload=no holds, and not what modules.conf:3 says");
}
END_TEST

/* ---- conflicts ---- */

START_TEST(load_of_what_is_never_loaded_is_ignored_with_a_note)
{
	ck_assert_int_eq(parse("[modules]\nload=a-b\nload=c\nneverload=a_b.so\n"), 0);
	check_list(&configuration->load, "c");
	ck_assert_ptr_null(abilock_directives_find(&configuration->load, "a_b"));
	ck_assert_ptr_nonnull(abilock_directives_find(&configuration->load, "c"));
	ck_assert_str_eq(said(), "modules.conf:2:1: note: load=a-b is ignored: modules.conf:4 says "
				 "neverload [conf-load-neverload]\n"
				 "    2 | load=a-b\n"
				 "      | ^~~~\n");
}
END_TEST

START_TEST(load_of_what_is_not_loaded_is_ignored_with_a_note)
{
	ck_assert_int_eq(parse("[modules]\nnoload=a\nload=a\n"), 0);
	check_list(&configuration->load, "");
	ck_assert_str_eq(diags.items[0].rule, "conf-load-noload");
}
END_TEST

START_TEST(a_required_module_that_is_forbidden_is_an_error)
{
	ck_assert_int_eq(parse("[modules]\nneverload=a\nrequire=a.so\n"), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(said(), "modules.conf:3:1: error: a is required, but modules.conf:2 says "
				 "neverload [conf-require-neverload]\n"
				 "    3 | require=a.so\n"
				 "      | ^~~~~~~\n"
				 "      = take require=a out, or neverload=a\n");
}
END_TEST

START_TEST(require_and_noload_are_an_error)
{
	check_refused("[modules]\nrequire=a\nnoload=a\n", "[conf-require-noload]");
}
END_TEST

START_TEST(a_use_of_what_is_never_loaded_is_a_warning)
{
	ck_assert_int_eq(parse("[modules]\nneverload=b\n[uses]\na=b\ntype=application\na=b\n"), 0);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq(diags.items[0].level, ABILOCK_LEVEL_WARNING);
	ck_assert_str_eq(diags.items[0].message,
			 "a cannot be loaded: it uses b, and modules.conf:2 says neverload");
}
END_TEST

/* ---- files ---- */

static void setup_folder(void)
{
	char name[] = "/tmp/abilock-test.XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(name));
	folder = strdup(name);
	ck_assert_ptr_nonnull(folder);
}

/* Paths of tests; from the folder. */
static const char *in_folder(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void make_directory(const char *name)
{
	ck_assert_int_eq(mkdir(in_folder(name), 0700), 0);
}

static void write_file(const char *name, const char *content)
{
	_cleanup_(fclosep) FILE *file = fopen(in_folder(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(content, file), 0);
}

/* Reads modules.conf (where that is there) and the directories `a` and `b` of the folder. */
static int read_all(const char *file)
{
	_cleanup_(freep) char *directories = NULL;

	ck_assert_int_gt(asprintf(&directories, "%s/a:%s/b", folder, folder), 0);
	return abilock_configuration_read(file ? in_folder(file) : NULL, directories,
					  &configuration, &diags, &err);
}

START_TEST(nothing_at_all_is_the_default)
{
	ck_assert_int_eq(abilock_configuration_read(NULL, NULL, &configuration, &diags, &err), 0);
	ck_assert_uint_eq(configuration->source_count, 0);
}
END_TEST

START_TEST(the_file_comes_first_and_then_the_directories_by_name)
{
	make_directory("a");
	make_directory("b");
	write_file("modules.conf", "[modules]\nload=main\n");
	write_file("a/20.conf", "[modules]\nload=a20\n");
	write_file("b/10.conf", "[modules]\nload=b10\n");
	write_file("a/30.conf", "[modules]\nload=a30\n");
	ck_assert_int_eq(read_all("modules.conf"), 0);
	check_list(&configuration->load, "main b10 a20 a30");
	ck_assert_str_eq(path_base(configuration->sources[1].path), "10.conf");
}
END_TEST

START_TEST(a_file_masks_that_of_the_same_name_in_a_later_directory)
{
	make_directory("a");
	make_directory("b");
	write_file("a/10.conf", "[modules]\nload=a10\n");
	write_file("b/10.conf", "[modules]\nload=b10\n");
	write_file("b/20.conf", "[modules]\nload=b20\n");
	write_file("b/30.conf", "[modules]\nload=b30\n");
	write_file("a/20.conf", "");
	ck_assert_int_eq(symlink("/dev/null", in_folder("a/30.conf")), 0);
	ck_assert_int_eq(read_all(NULL), 0);
	check_list(&configuration->load, "a10");
}
END_TEST

START_TEST(other_files_of_a_directory_are_left_alone)
{
	make_directory("a");
	write_file("a/.10.conf", "[modules]\nload=hidden\n");
	write_file("a/10.conf~", "[modules]\nload=backup\n");
	write_file("a/10.conf.dpkg-old", "[modules]\nload=old\n");
	write_file("a/README", "no configuration");
	write_file("a/10.conf", "[modules]\nload=a\n");
	ck_assert_int_eq(read_all(NULL), 0);
	check_list(&configuration->load, "a");
}
END_TEST

START_TEST(the_type_does_not_go_on_into_the_next_file)
{
	make_directory("a");
	write_file("a/1.conf", "[uses]\ntype=application\na=Dial\n");
	write_file("a/2.conf", "[uses]\na=b\n");
	ck_assert_int_eq(read_all(NULL), 0);
	check_uses("a application=Dial, a module=b");
}
END_TEST

START_TEST(the_section_does_not_go_on_into_the_next_file)
{
	make_directory("a");
	write_file("a/1.conf", "[modules]\nload=a\n");
	write_file("a/2.conf", "load=b\n");
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(path_base(err.file), "2.conf");
	ck_assert_uint_eq(err.offset, 1);
}
END_TEST

START_TEST(of_two_files_the_later_wins_with_a_note)
{
	make_directory("a");
	write_file("modules.conf", "[modules]\nautoload=yes\n");
	write_file("a/1.conf", "[modules]\nautoload=no\n");
	ck_assert_int_eq(read_all("modules.conf"), 0);
	ck_assert(!configuration->autoload);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq(diags.items[0].level, ABILOCK_LEVEL_NOTE);
	ck_assert_ptr_nonnull(strstr(diags.items[0].message, "modules.conf:2"));
}
END_TEST

START_TEST(a_ban_holds_wherever_it_stands)
{
	make_directory("a");
	write_file("modules.conf", "[modules]\nload=x\n");
	write_file("a/1.conf", "[modules]\nneverload=x\n");
	ck_assert_int_eq(read_all("modules.conf"), 0);
	check_list(&configuration->load, "");
	ck_assert_uint_eq(diags.items[0].place.file, 0);
}
END_TEST

START_TEST(a_file_that_is_missing_is_an_error)
{
	ck_assert_int_eq(read_all("modules.conf"), ABILOCK_E_IO);
	ck_assert_ptr_null(configuration);
	ck_assert_str_eq(path_base(err.file), "modules.conf");
	ck_assert_ptr_nonnull(strstr(err.message, "cannot open: "));
}
END_TEST

START_TEST(a_link_that_leads_nowhere_is_an_error)
{
	make_directory("a");
	ck_assert_int_eq(symlink("nothing", in_folder("a/1.conf")), 0);
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
}
END_TEST

START_TEST(a_directory_or_a_pipe_is_no_configuration)
{
	make_directory("a");
	make_directory("a/1.conf");
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
	ck_assert_str_eq(err.message, "no regular file");
	ck_assert_int_eq(rmdir(in_folder("a/1.conf")), 0);
	ck_assert_int_eq(mkfifo(in_folder("a/1.conf"), 0600), 0);
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	if (geteuid() == 0)
		return;
	make_directory("a");
	write_file("a/1.conf", "");
	ck_assert_int_eq(chmod(in_folder("a/1.conf"), 0), 0);
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
	ck_assert_int_eq(chmod(in_folder("a"), 0), 0);
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
	ck_assert_ptr_nonnull(strstr(err.message, "cannot open the directory"));
	ck_assert_int_eq(chmod(in_folder("a"), 0700), 0);
}
END_TEST

START_TEST(a_file_in_place_of_a_directory_is_an_error)
{
	write_file("a", "");
	ck_assert_int_eq(read_all(NULL), ABILOCK_E_IO);
	ck_assert_str_eq(err.message, "cannot open the directory: Not a directory");
}
END_TEST

START_TEST(the_error_is_the_first_one)
{
	write_file("modules.conf", "[modules]\npreload=a\nlaod=b\nx=y\n");
	ck_assert_int_eq(read_all("modules.conf"), ABILOCK_E_SYNTAX);
	ck_assert_ptr_nonnull(configuration);
	ck_assert_uint_eq(err.offset, 3);
	ck_assert_str_eq(err.message, "there is no key 'laod' in [modules]; did you mean 'load'?");
}
END_TEST

/* ---- the example of the proposal ---- */

START_TEST(the_example_is_read_as_it_says)
{
	_cleanup_(freep) char *path = NULL;
	const char *tree = getenv("SOURCE_DIR");

	ck_assert_int_gt(asprintf(&path, "%s/tests/modules/seed/modules.conf", tree ? tree : "."),
			 0);
	ck_assert_int_eq(abilock_configuration_read(path, NULL, &configuration, &diags, &err), 0);
	ck_assert(!configuration->autoload);
	ck_assert_uint_eq(configuration->autoload_place.line, 2);
	check_list(&configuration->require, "chan_sip");
	check_list(&configuration->load, "");
	check_list(&configuration->neverload, "app_system func_shell");
	check_uses("chan_sip module=cdr_custom, chan_sip module=res_timing_timerfd, "
		   "chan_sip module=res_rtp_asterisk, chan_sip module=pbx_config, "
		   "pbx_config module=app_dial, pbx_config application=Gosub, "
		   "pbx_config function=GLOBAL, pbx_config function=CHANNEL");
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq(diags.items[0].level, ABILOCK_LEVEL_NOTE);
	ck_assert_str_eq(diags.items[0].rule, "conf-load-neverload");
	ck_assert_uint_eq(diags.items[0].place.line, 4);
	ck_assert_ptr_nonnull(strstr(diags.items[0].message, "modules.conf:7 says neverload"));
}
END_TEST

START_TEST(a_place_has_its_file_and_line)
{
	ck_assert_int_eq(parse("[modules]\nload=a\n"), 0);
	ck_assert_str_eq(abilock_configuration_where(configuration,
						     configuration->load.items[0].place,
						     &configuration->arena),
			 "modules.conf:2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("configuration");
	TCase *one = tcase_create("text"), *wrong = tcase_create("errors");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(one, NULL, teardown);
	tcase_add_test(one, an_empty_text_wants_nothing);
	tcase_add_test(one, each_key_fills_its_list);
	tcase_add_test(one, a_module_is_listed_once_however_it_is_spelled);
	tcase_add_test(one, a_ban_is_found_by_every_spelling);
	tcase_add_test(one, a_very_long_name_is_found);
	tcase_add_test(one, old_spellings_are_taken_with_a_note);
	tcase_add_test(one, a_type_line_switches_what_follows);
	tcase_add_test(one, the_type_is_module_again_at_each_head);
	tcase_add_test(one, a_line_can_name_its_type);
	tcase_add_test(one, a_module_called_type_is_written_with_its_suffix);
	tcase_add_test(one, cr_and_a_byte_order_mark_mean_nothing);
	tcase_add_test(one, a_line_may_have_any_length);
	tcase_add_test(one, the_example_is_read_as_it_says);
	tcase_add_test(one, a_place_has_its_file_and_line);
	suite_add_tcase(suite, one);
	tcase_add_checked_fixture(wrong, NULL, teardown);
	tcase_add_test(wrong, an_unknown_key_is_an_error_with_its_place);
	tcase_add_test(wrong, what_is_no_configuration_is_refused);
	tcase_add_test(wrong, a_line_behind_an_error_is_read);
	tcase_add_test(wrong, one_error_is_said_for_a_section_that_is_none);
	tcase_add_test(wrong, what_is_said_twice_in_a_file_is_a_warning);
	tcase_add_test(wrong, load_of_what_is_never_loaded_is_ignored_with_a_note);
	tcase_add_test(wrong, load_of_what_is_not_loaded_is_ignored_with_a_note);
	tcase_add_test(wrong, a_required_module_that_is_forbidden_is_an_error);
	tcase_add_test(wrong, require_and_noload_are_an_error);
	tcase_add_test(wrong, a_use_of_what_is_never_loaded_is_a_warning);
	suite_add_tcase(suite, wrong);
	tcase_add_checked_fixture(files, setup_folder, teardown);
	tcase_add_test(files, nothing_at_all_is_the_default);
	tcase_add_test(files, the_file_comes_first_and_then_the_directories_by_name);
	tcase_add_test(files, a_file_masks_that_of_the_same_name_in_a_later_directory);
	tcase_add_test(files, other_files_of_a_directory_are_left_alone);
	tcase_add_test(files, the_type_does_not_go_on_into_the_next_file);
	tcase_add_test(files, the_section_does_not_go_on_into_the_next_file);
	tcase_add_test(files, of_two_files_the_later_wins_with_a_note);
	tcase_add_test(files, a_ban_holds_wherever_it_stands);
	tcase_add_test(files, a_file_that_is_missing_is_an_error);
	tcase_add_test(files, a_link_that_leads_nowhere_is_an_error);
	tcase_add_test(files, a_directory_or_a_pipe_is_no_configuration);
	tcase_add_test(files, what_cannot_be_read_is_an_error);
	tcase_add_test(files, a_file_in_place_of_a_directory_is_an_error);
	tcase_add_test(files, the_error_is_the_first_one);
	suite_add_tcase(suite, files);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
