/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../symbols/cli.h"

enum { OPT_NAME = 1, OPT_LOUD };

static char dir[] = "/tmp/abilock-cli-XXXXXX";
static char path[64];
static struct abilock_error err;

/* What the command saw, in words. */
static char seen[512];

static int cmd_show(const struct abilock_invocation *inv)
{
	int n = snprintf(seen, sizeof(seen), "%s name=%s loud=%d", inv->command->name,
			 abilock_cli_value(inv, OPT_NAME, "none"), abilock_cli_has(inv, OPT_LOUD));

	for (size_t i = 0; i < inv->operand_count; i++)
		n += snprintf(seen + n, sizeof(seen) - (size_t)n, " [%s]", inv->operands[i]);
	return ABILOCK_EXIT_FINDINGS;
}

static int cmd_names(const struct abilock_invocation *inv)
{
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	int n = 0;

	if (abilock_cli_names(inv, abilock_cli_has(inv, OPT_LOUD), &names, &err) < 0)
		return abilock_cli_fail(inv, &err);
	for (size_t i = 0; i < names.count; i++)
		n += snprintf(seen + n, sizeof(seen) - (size_t)n, "[%s]", names.items[i]);
	return ABILOCK_EXIT_OK;
}

static const struct abilock_option options[] = {
	{"name", 'n', "NAME", "give a 'name': [it]", OPT_NAME},
	{"loud", '0', NULL, "be loud", OPT_LOUD},
};

static const struct abilock_option grouped[] = {
	{"shape", 0, "WORD", "(round) the shape", OPT_NAME},
	{"loud", 0, NULL, "a help text that is too long for what is left of the line behind it",
	 OPT_LOUD},
	{"corners", 0, NULL, "(square) how many", OPT_LOUD},
	{"radius", 'r', NULL, "(round) how wide", OPT_LOUD},
};

static const struct abilock_option alike[] = {
	{"format", 0, NULL, "a form", OPT_LOUD},
	{"forward", 0, NULL, "a direction", OPT_LOUD},
};

static const struct abilock_command commands[] = {
	{"alike", cmd_show, 0, 0, "", "have options that begin alike", NULL, alike,
	 ARRAY_SIZE(alike)},
	{"group", cmd_show, 0, 0, "", "have groups",
	 "A paragraph that does not fit into one line of eighty columns, and so has two of them.\n"
	 "Another one.\n\n  an example  that has to stay as it is, though it is longer than lines "
	 "can be",
	 grouped, ARRAY_SIZE(grouped)},
	{"show", cmd_show, 1, 2, "ONE [TWO]", "show it", "A paragraph.", options,
	 ARRAY_SIZE(options)},
	{"names", cmd_names, 0, -1, "FILE...", "work on many", NULL, options, ARRAY_SIZE(options)},
};

static const struct abilock_tool tool = {"tool", "Test.", commands, ARRAY_SIZE(commands)};

/* Both streams of one run end up in files, to be compared as text. */
static char out[8192], errors[1024];

static void slurp(const char *file, char *buf, size_t size)
{
	FILE *f = fopen(file, "r");

	ck_assert_ptr_nonnull(f);
	buf[fread(buf, 1, size - 1, f)] = '\0';
	(void)fclose(f);
}

static int run(const char *input, size_t len, int argc, char **argv)
{
	int saved[3];
	int status;
	FILE *in = tmpfile();

	ck_assert_ptr_nonnull(in);
	(void)fwrite(input, 1, len, in);
	rewind(in);
	seen[0] = '\0';
	(void)fflush(NULL);
	for (int fd = 0; fd < 3; fd++)
		saved[fd] = dup(fd);
	ck_assert_int_eq(dup2(fileno(in), 0), 0);
	ck_assert_int_eq(dup2(open("out", O_RDWR | O_CREAT | O_TRUNC, 0600), 1), 1);
	ck_assert_int_eq(dup2(open("err", O_RDWR | O_CREAT | O_TRUNC, 0600), 2), 2);
	status = abilock_cli_run(&tool, argc, argv);
	(void)fflush(NULL);
	for (int fd = 0; fd < 3; fd++) {
		(void)dup2(saved[fd], fd);
		(void)close(saved[fd]);
	}
	(void)fclose(in);
	slurp("out", out, sizeof(out));
	slurp("err", errors, sizeof(errors));
	return status;
}

#define RUN_INPUT(input, len, ...)                                                                 \
	({                                                                                         \
		const char *args_[] = {"tool", __VA_ARGS__, NULL};                                 \
		char *argv_[ARRAY_SIZE(args_)];                                                    \
		for (size_t i_ = 0; i_ < ARRAY_SIZE(args_); i_++)                                  \
			argv_[i_] = args_[i_] ? strdup(args_[i_]) : NULL;                          \
		int status_ = run(input, len, (int)ARRAY_SIZE(args_) - 1, argv_);                  \
		for (size_t i_ = 0; i_ < ARRAY_SIZE(args_); i_++)                                  \
			free(argv_[i_]);                                                           \
		status_;                                                                           \
	})
#define RUN(...) RUN_INPUT("", 0, __VA_ARGS__)

static void setup(void)
{
	err = (struct abilock_error){0};
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	(void)snprintf(path, sizeof(path), "%s/result", dir);
}

static void teardown(void)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "rm -rf '%s'", dir);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(line), 0);
}

#define complains(call, text)                                                                      \
	do {                                                                                       \
		ck_assert_int_eq(call, ABILOCK_EXIT_USAGE);                                        \
		ck_assert_str_eq(errors, text "\n");                                               \
		ck_assert_str_eq(out, "");                                                         \
		ck_assert_str_eq(seen, "");                                                        \
	} while (0)

START_TEST(options_and_operands_mix)
{
	ck_assert_int_eq(RUN("show", "a", "--name", "x", "b", "-0"), ABILOCK_EXIT_FINDINGS);
	ck_assert_str_eq(seen, "show name=x loud=1 [a] [b]");
}
END_TEST

START_TEST(the_last_value_of_an_option_counts)
{
	(void)RUN("show", "a", "-n", "x", "--name=y");
	ck_assert_str_eq(seen, "show name=y loud=0 [a]");
}
END_TEST

START_TEST(behind_two_dashes_all_is_operand)
{
	(void)RUN("show", "--", "--name", "-0");
	ck_assert_str_eq(seen, "show name=none loud=0 [--name] [-0]");
}
END_TEST

START_TEST(usage_errors_are_one_specific_line)
{
	complains(RUN("frob"), "tool: unknown command 'frob' (see 'tool --help')");
	complains(RUN("--frob"), "tool: unknown option '--frob' (see 'tool --help')");
	complains(RUN("show"),
		  "tool show: missing operand: expected ONE [TWO] (see 'tool show --help')");
	complains(RUN("show", "a", "b", "c"),
		  "tool show: extra operand 'c' (see 'tool show --help')");
	complains(RUN("show", "--frob"),
		  "tool show: unknown option '--frob' (see 'tool show --help')");
	complains(RUN("show", "-x"), "tool show: unknown option '-x' (see 'tool show --help')");
	complains(RUN("show", "-0x"), "tool show: unknown option '-x' (see 'tool show --help')");
	complains(RUN("show", "a", "--name"),
		  "tool show: option '--name' needs an argument (see 'tool show --help')");
	complains(RUN("show", "a", "-n"),
		  "tool show: option '-n' needs an argument (see 'tool show --help')");
	complains(RUN("show", "a", "--loud=3"),
		  "tool show: option '--loud=3' takes no argument (see 'tool show --help')");
}
END_TEST

START_TEST(help_of_a_command_needs_no_operands)
{
	ck_assert_int_eq(RUN("show", "--help"), ABILOCK_EXIT_OK);
	ck_assert_ptr_nonnull(strstr(out, "usage: tool show [OPTION...] ONE [TWO]\n"));
	ck_assert_ptr_nonnull(strstr(out, "A paragraph."));
	ck_assert_ptr_nonnull(strstr(out, "-n, --name NAME"));
	ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(the_beginning_of_several_options_is_ambiguous)
{
	ck_assert_int_eq(RUN("alike", "--for"), ABILOCK_EXIT_USAGE);
	ck_assert_str_eq(errors, "tool alike: option '--for' is ambiguous: write more of it (see "
				 "'tool alike --help')\n");
	ck_assert_int_eq(RUN("alike", "--forw"), ABILOCK_EXIT_FINDINGS);
	ck_assert_int_eq(RUN("alike", "--forx"), ABILOCK_EXIT_USAGE);
	ck_assert_str_eq(errors, "tool alike: unknown option '--forx' (see 'tool alike --help')\n");
}
END_TEST

START_TEST(help_has_a_heading_for_each_group)
{
	ck_assert_int_eq(RUN("group", "--help"), ABILOCK_EXIT_OK);
	ck_assert_ptr_nonnull(strstr(out, "\n\noptions for round:\n"
					  "      --shape WORD            the shape\n"
					  "  -r, --radius                how wide\n\n"
					  "options for square:\n"
					  "      --corners               how many\n"));
}
END_TEST

START_TEST(help_is_wrapped)
{
	ck_assert_int_eq(RUN("group", "--help"), ABILOCK_EXIT_OK);
	ck_assert_ptr_nonnull(strstr(
		out, "\n\nA paragraph that does not fit into one line of eighty columns, and "
		     "so has two of\nthem.\nAnother one.\n\n  an example  that has to stay "
		     "as it is, though it is longer than lines can be\n\n"));
	ck_assert_ptr_nonnull(strstr(out, "\noptions:\n      --loud                  a help text "
					  "that is too long for what is left of\n"
					  "                              the line behind it\n"
					  "  -h, --help "));
}
END_TEST

START_TEST(help_of_the_tool_has_every_command)
{
	ck_assert_int_eq(RUN("--help"), ABILOCK_EXIT_OK);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		ck_assert_ptr_nonnull(strstr(out, commands[i].summary));
}
END_TEST

START_TEST(version_names_the_tool)
{
	ck_assert_int_eq(RUN("--version"), ABILOCK_EXIT_OK);
	ck_assert_str_eq(out, "tool (abilock) " ABILOCK_VERSION "\n");
}
END_TEST

START_TEST(completion_for_bash_completes)
{
	ck_assert_int_eq(RUN("--print-completion", "bash"), ABILOCK_EXIT_OK);
	ck_assert_int_eq(rename("out", "completion"), 0);
	ck_assert_int_eq(
		system("bash -c '. ./completion && COMP_WORDS=(tool show --n) COMP_CWORD=2 "
		       "&& _tool && test \"${COMPREPLY[*]}\" = --name'"),
		0);
	ck_assert_int_eq(system("bash -c '. ./completion && COMP_WORDS=(tool s) COMP_CWORD=1 "
				"&& _tool && test \"${COMPREPLY[*]}\" = show'"),
			 0);
}
END_TEST

START_TEST(completion_for_zsh_and_fish_escapes_the_help)
{
	ck_assert_int_eq(RUN("--print-completion", "zsh"), ABILOCK_EXIT_OK);
	ck_assert_ptr_nonnull(
		strstr(out, "'--name=[give a '\\''name'\\''\\: \\[it\\]]:NAME:_files'"));
	ck_assert_int_eq(RUN("--print-completion", "fish"), ABILOCK_EXIT_OK);
	ck_assert_ptr_nonnull(strstr(out, "-l name -r -d 'give a '\\''name'\\'': [it]'"));
}
END_TEST

START_TEST(completion_for_another_shell_is_a_usage_error)
{
	complains(RUN("--print-completion", "csh"),
		  "tool: --print-completion takes bash, zsh or fish (see 'tool --help')");
	complains(RUN("--print-completion"),
		  "tool: --print-completion takes bash, zsh or fish (see 'tool --help')");
}
END_TEST

START_TEST(names_come_from_the_command_line)
{
	ck_assert_int_eq(RUN_INPUT("x\n", 2, "names", "a", "b"), ABILOCK_EXIT_OK);
	ck_assert_str_eq(seen, "[a][b]");
}
END_TEST

START_TEST(names_come_from_stdin_a_line_each)
{
	ck_assert_int_eq(RUN_INPUT("a\n\nb c\nd", 8, "names"), ABILOCK_EXIT_OK);
	ck_assert_str_eq(seen, "[a][b c][d]");
}
END_TEST

START_TEST(a_dash_is_replaced_by_the_names_of_stdin)
{
	ck_assert_int_eq(RUN_INPUT("a\nb\n", 4, "names", "x", "-", "y"), ABILOCK_EXIT_OK);
	ck_assert_str_eq(seen, "[x][a][b][y]");
}
END_TEST

START_TEST(names_with_newlines_come_nul_separated)
{
	ck_assert_int_eq(RUN_INPUT("a\nb\0c\0", 6, "names", "-0"), ABILOCK_EXIT_OK);
	ck_assert_str_eq(seen, "[a\nb][c]");
}
END_TEST

START_TEST(a_nul_byte_in_a_line_is_not_cut_off_silently)
{
	ck_assert_int_eq(RUN_INPUT("a\0b\n", 4, "names"), ABILOCK_EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(errors, "-0"));
}
END_TEST

START_TEST(no_name_at_all_is_a_usage_error)
{
	ck_assert_int_eq(RUN("names"), ABILOCK_EXIT_USAGE);
	ck_assert_str_eq(errors, "tool: no file names: expected FILE..., or names on the "
				 "standard input (see 'tool names --help')\n");
}
END_TEST

START_TEST(a_full_stdout_is_an_error)
{
	int saved = dup(1), full = open("/dev/full", O_WRONLY);
	char *argv[] = {(char[]){"tool"}, (char[]){"--help"}, NULL};

	(void)fflush(stdout);
	ck_assert_int_eq(dup2(full, 1), 1);
	int status = abilock_cli_run(&tool, 2, argv);
	clearerr(stdout);
	(void)dup2(saved, 1);
	ck_assert_int_eq(status, ABILOCK_EXIT_ERROR);
}
END_TEST

START_TEST(an_output_appears_only_when_committed)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};

	ck_assert_int_eq(abilock_output_open(&o, path, &err), 0);
	fprintf(o.file, "hello");
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(abilock_output_commit(&o, &err), 0);
	slurp(path, out, sizeof(out));
	ck_assert_str_eq(out, "hello");
}
END_TEST

START_TEST(a_discarded_output_leaves_nothing_behind)
{
	struct abilock_output o = {0};

	ck_assert_int_eq(abilock_output_open(&o, path, &err), 0);
	abilock_output_discard(&o);
	abilock_output_discard(&o);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
}
END_TEST

/* Write @p text to the file as a command does, and say what became of the file. */
static struct stat written(const char *file, const char *text)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};
	struct stat st;

	ck_assert_int_eq(abilock_output_open(&o, file, &err), 0);
	ck_assert_int_ge(fputs(text, o.file), 0);
	ck_assert_int_eq(abilock_output_commit(&o, &err), 0);
	ck_assert_int_eq(stat(file, &st), 0);
	return st;
}

/* A file with an old time, mode 0640. */
static struct stat old_file(const char *file, const char *text)
{
	const struct timespec times[2] = {{1000000000, 1}, {1000000000, 1}};
	struct stat st;
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(file, 0640), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, file, times, 0), 0);
	ck_assert_int_eq(stat(file, &st), 0);
	return st;
}

static bool untouched(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_mode == b->st_mode &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

START_TEST(an_output_that_says_the_same_leaves_the_file_alone)
{
	static char large[100000];

	memset(large, 'x', sizeof(large) - 1);
	const char *const texts[] = {"", "hello", large};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct stat before = old_file(path, texts[i]);
		struct stat after = written(path, texts[i]);

		ck_assert(untouched(&before, &after));
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(rmdir(dir), 0); /* no temporary file is left */
		ck_assert_int_eq(mkdir(dir, 0700), 0);
	}
}
END_TEST

START_TEST(an_output_that_says_something_else_replaces_the_file)
{
	static char large[100000], other[100000];

	memset(large, 'x', sizeof(large) - 1);
	memcpy(other, large, sizeof(other));
	other[sizeof(other) - 2] = 'y'; /* the last byte only */
	const char *const texts[][2] = {{"", "x"},	     {"x", ""},		{"hello", "hallo"},
					{"hello", "hello "}, {"hello", "hell"}, {large, other}};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct stat before = old_file(path, texts[i][0]);
		struct stat after = written(path, texts[i][1]);

		ck_assert(before.st_mtim.tv_sec != after.st_mtim.tv_sec);
		ck_assert_uint_eq((size_t)after.st_size, strlen(texts[i][1]));
	}
}
END_TEST

START_TEST(an_output_that_says_the_same_through_a_link_leaves_the_file_alone)
{
	struct stat before = old_file("real", "hello"), after;

	ck_assert_int_eq(symlink("real", "link"), 0);
	(void)written("link", "hello");
	ck_assert_int_eq(stat("real", &after), 0);
	ck_assert(untouched(&before, &after));
	(void)written("link", "other");
	ck_assert_int_eq(lstat("link", &after), 0);
	ck_assert(S_ISLNK(after.st_mode));
	slurp("real", out, sizeof(out));
	ck_assert_str_eq(out, "other");
}
END_TEST

START_TEST(an_output_has_the_mode_that_umask_says)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};
	struct stat st;

	(void)umask(027);
	ck_assert_int_eq(abilock_output_open(&o, path, &err), 0);
	ck_assert_int_eq(abilock_output_commit(&o, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
}
END_TEST

START_TEST(an_output_through_a_link_keeps_the_link)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};
	struct stat st;

	ck_assert_int_eq(close(open("real", O_CREAT | O_WRONLY, 0600)), 0);
	ck_assert_int_eq(symlink("real", "link"), 0);
	ck_assert_int_eq(abilock_output_open(&o, "link", &err), 0);
	fprintf(o.file, "x");
	ck_assert_int_eq(abilock_output_commit(&o, &err), 0);
	ck_assert_int_eq(lstat("link", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat("real", &st), 0);
	ck_assert_int_eq(st.st_size, 1);
}
END_TEST

/* Renaming over a device would replace it. A FIFO stands for the device: were the code wrong, this
 * test would ruin a file of its own only. */
START_TEST(what_is_no_regular_file_is_written_in_place)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};
	struct stat st;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	_cleanup_(closep) int reader = open(path, O_RDWR);
	ck_assert_int_eq(abilock_output_open(&o, path, &err), 0);
	fprintf(o.file, "x");
	ck_assert_int_eq(abilock_output_commit(&o, &err), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(S_ISFIFO(st.st_mode));
	ck_assert_int_eq(read(reader, out, sizeof(out)), 1);
}
END_TEST

START_TEST(a_failed_write_keeps_the_old_file_and_names_it)
{
	_cleanup_(abilock_output_discard) struct abilock_output o = {0};
	struct rlimit limit = {1, 1};

	ck_assert_int_eq(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(abilock_output_open(&o, path, &err), 0);
	fprintf(o.file, "too long");
	ck_assert_int_eq(abilock_output_commit(&o, &err), ABILOCK_E_IO);
	ck_assert_str_eq(err.file, path);
	ck_assert_str_eq(err.message, strerror(EFBIG));
	slurp(path, out, sizeof(out));
	ck_assert_str_eq(out, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli");
	TCase *tc = tcase_create("cli");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, options_and_operands_mix);
	tcase_add_test(tc, the_last_value_of_an_option_counts);
	tcase_add_test(tc, behind_two_dashes_all_is_operand);
	tcase_add_test(tc, usage_errors_are_one_specific_line);
	tcase_add_test(tc, help_of_a_command_needs_no_operands);
	tcase_add_test(tc, the_beginning_of_several_options_is_ambiguous);
	tcase_add_test(tc, help_has_a_heading_for_each_group);
	tcase_add_test(tc, help_is_wrapped);
	tcase_add_test(tc, help_of_the_tool_has_every_command);
	tcase_add_test(tc, version_names_the_tool);
	tcase_add_test(tc, completion_for_bash_completes);
	tcase_add_test(tc, completion_for_zsh_and_fish_escapes_the_help);
	tcase_add_test(tc, completion_for_another_shell_is_a_usage_error);
	tcase_add_test(tc, names_come_from_the_command_line);
	tcase_add_test(tc, names_come_from_stdin_a_line_each);
	tcase_add_test(tc, a_dash_is_replaced_by_the_names_of_stdin);
	tcase_add_test(tc, names_with_newlines_come_nul_separated);
	tcase_add_test(tc, a_nul_byte_in_a_line_is_not_cut_off_silently);
	tcase_add_test(tc, no_name_at_all_is_a_usage_error);
	tcase_add_test(tc, a_full_stdout_is_an_error);
	tcase_add_test(tc, an_output_appears_only_when_committed);
	tcase_add_test(tc, a_discarded_output_leaves_nothing_behind);
	tcase_add_test(tc, an_output_that_says_the_same_leaves_the_file_alone);
	tcase_add_test(tc, an_output_that_says_something_else_replaces_the_file);
	tcase_add_test(tc, an_output_that_says_the_same_through_a_link_leaves_the_file_alone);
	tcase_add_test(tc, an_output_has_the_mode_that_umask_says);
	tcase_add_test(tc, an_output_through_a_link_keeps_the_link);
	tcase_add_test(tc, what_is_no_regular_file_is_written_in_place);
	tcase_add_test(tc, a_failed_write_keeps_the_old_file_and_names_it);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
