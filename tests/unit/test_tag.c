/* SPDX-License-Identifier: MIT */
/* Tags of real trees: each test makes its own repository in a temporary directory. */
#include <check.h>
#include <elf.h>

#include "../../symbols/declaration.h"
#include "../../versiongen/tag.h"

static struct abilock_error err;
static char *tag;
static char dir[] = "/tmp/abilock-tag-XXXXXX";

/* Run a script in the test's directory; `commit` makes all of the current one a commit. */
static void sh(const char *script)
{
	char *line = NULL;

	ck_assert_int_gt(
		asprintf(&line,
			 "cd '%s' && export GIT_CONFIG_GLOBAL=/dev/null && set -e && "
			 "commit() { git add -A; git -c user.name=t -c user.email=t@t commit "
			 "-qm x; }; %s",
			 dir, script),
		0);
	ck_assert_msg(system(line) == 0, "failed: %s", script);
	free(line);
}

static void setup(void)
{
	err = (struct abilock_error){0};
	tag = NULL;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0);
	ck_assert_int_eq(setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1), 0);
}

static void teardown(void)
{
	char *line = NULL;

	free(take_ptr(tag));
	if (asprintf(&line, "rm -rf '%s'", dir) > 0)
		ck_assert_int_eq(system(line), 0);
	free(line);
}

static int read_at(const char *below)
{
	_cleanup_(freep) char *path = NULL;

	free(take_ptr(tag));
	ck_assert_int_gt(asprintf(&path, "%s/%s", dir, below), 0);
	return tag_read("git", path, &tag, &err);
}

static void reads(const char *below)
{
	int r = read_at(below);

	ck_assert_msg(r == 0, "%s", err.message);
}

static bool is_hash(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") == len && (len == 40 || len == 64);
}

#define fails_with(call, code, words)                                                              \
	do {                                                                                       \
		ck_assert_int_eq(call, code);                                                      \
		ck_assert_ptr_null(tag);                                                           \
		ck_assert_msg(strstr(err.message, words), "message: %s", err.message);             \
	} while (0)

START_TEST(a_clean_tree_has_the_full_hash_of_head)
{
	sh("git init -q && echo 1 >a && commit");
	reads(".");
	ck_assert(is_hash(tag, strlen(tag)));
	ck_assert_int_eq(setenv("TAG", tag, 1), 0);
	sh("test \"$TAG\" = \"$(git rev-parse HEAD)\"");
}
END_TEST

START_TEST(a_directory_below_the_top_has_the_same_tag)
{
	sh("git init -q && mkdir sub && echo 1 >a && echo 1 >sub/b && commit");
	reads(".");
	_cleanup_(freep) char *top = take_ptr(tag);
	reads("sub");
	ck_assert_str_eq(tag, top);
}
END_TEST

START_TEST(an_untracked_file_does_not_make_a_tree_dirty)
{
	sh("git init -q && echo 1 >a && commit && echo x >new && touch -d 2001-01-01 a");
	reads(".");
	ck_assert(is_hash(tag, strlen(tag)));
}
END_TEST

START_TEST(a_changed_file_adds_the_hash_of_the_change)
{
	sh("git init -q && echo 1 >a && commit && echo 2 >a");
	reads(".");
	char *dirty = strstr(tag, "_dirty_");
	ck_assert_ptr_nonnull(dirty);
	ck_assert(is_hash(dirty + 7, strlen(dirty + 7)));
	ck_assert_ptr_eq(dirty, tag + 40);
}
END_TEST

START_TEST(a_staged_change_is_a_change)
{
	sh("git init -q && echo 1 >a && commit && echo 2 >b && git add b");
	reads(".");
	ck_assert_ptr_nonnull(strstr(tag, "_dirty_"));
}
END_TEST

START_TEST(two_changes_have_two_tags)
{
	sh("git init -q && echo 1 >a && commit && echo 2 >a");
	reads(".");
	_cleanup_(freep) char *first = take_ptr(tag);
	sh("echo 3 >a");
	reads(".");
	ck_assert_str_ne(tag, first);
}
END_TEST

START_TEST(the_change_is_of_the_whole_tree_seen_from_below_too)
{
	sh("git init -q && mkdir sub && echo 1 >a && echo 1 >sub/b && commit && echo 2 >a");
	reads(".");
	_cleanup_(freep) char *top = take_ptr(tag);
	sh("git config diff.relative true");
	reads("sub");
	ck_assert_str_eq(tag, top);
}
END_TEST

START_TEST(configuration_does_not_change_the_hash_of_a_change)
{
	sh("git init -q && seq 30 >a && printf 'b\\0\\n' >b && commit && "
	   "seq 31 | sed s/15/x/ >a && printf 'c\\0\\n' >b && git mv a c && echo >>c");
	reads(".");
	_cleanup_(freep) char *plain = take_ptr(tag);
	sh("git config diff.noprefix true; git config diff.context 9; git config diff.renames "
	   "copies;"
	   "git config diff.algorithm patience; git config diff.external /bin/false;"
	   "git config diff.mnemonicPrefix true; git config core.abbrev 5; git config color.ui "
	   "always;"
	   "git config diff.interHunkContext 20; git config diff.suppressBlankEmpty true;"
	   "git config core.pager /bin/false; echo b >order; git config diff.orderFile order");
	reads(".");
	ck_assert_str_eq(tag, plain);
}
END_TEST

START_TEST(git_variables_of_another_repository_are_not_followed)
{
	sh("mkdir one two && cd one && git init -q && echo 1 >a && commit && cd ../two && "
	   "git init -q && echo 2 >b && commit");
	reads("one");
	_cleanup_(freep) char *one = take_ptr(tag);
	_cleanup_(freep) char *other = NULL;
	ck_assert_int_gt(asprintf(&other, "%s/two/.git", dir), 0);
	ck_assert_int_eq(setenv("GIT_DIR", other, 1), 0);
	ck_assert_int_eq(setenv("GIT_EXTERNAL_DIFF", "/bin/false", 1), 0);
	reads("one");
	ck_assert_str_eq(tag, one);
}
END_TEST

START_TEST(a_sha256_repository_has_64_digits)
{
	sh("git init -q --object-format=sha256 && echo 1 >a && commit && echo 2 >a");
	reads(".");
	ck_assert_uint_eq(strlen(tag), 64 + strlen("_dirty_") + 64);
}
END_TEST

START_TEST(a_repository_without_a_commit_fails_with_gits_words)
{
	sh("git init -q");
	fails_with(read_at("."), ABILOCK_E_IO, "fatal: ");
}
END_TEST

START_TEST(no_git_at_all_is_an_error_that_says_so)
{
	sh("git init -q && echo 1 >a && commit");
	ck_assert_int_eq(setenv("PATH", "/nonexistent", 1), 0);
	int r = read_at(".");
	ck_assert_int_eq(setenv("PATH", "/usr/bin:/bin", 1), 0);
	fails_with(r, ABILOCK_E_IO, "cannot run git: No such file");
}
END_TEST

START_TEST(a_tree_that_is_neither_is_told_what_to_do)
{
	sh("mkdir plain");
	fails_with(read_at("plain"), ABILOCK_E_IO, "--tag release:VERSION");
}
END_TEST

#define ARCHIVE                                                                                    \
	"mkdir src && cd src && git init -q && echo '$Format:%H$' >.abilock-tag && mkdir sub && "  \
	"echo 1 >sub/a && echo '.abilock-tag export-subst' >.gitattributes && commit && "          \
	"git archive --prefix=foo-1/ HEAD | tar -x -C .. && cd .. && "

START_TEST(an_archive_carries_the_hash_of_its_commit)
{
	sh(ARCHIVE "true");
	reads("src");
	_cleanup_(freep) char *checkout = take_ptr(tag);
	reads("foo-1");
	ck_assert_str_eq(tag, checkout);
	reads("foo-1/sub");
	ck_assert_str_eq(tag, checkout);
}
END_TEST

START_TEST(an_archive_inside_another_checkout_keeps_its_own_tag)
{
	sh(ARCHIVE
	   "mkdir outer && cd outer && git init -q && echo 2 >b && commit && mv ../foo-1 .");
	reads("src");
	_cleanup_(freep) char *checkout = take_ptr(tag);
	reads("outer/foo-1");
	ck_assert_str_eq(tag, checkout);
	reads("outer");
	ck_assert_str_ne(tag, checkout);
}
END_TEST

/* As Debian packaging does: the tarball's commit stays the same while its files change. */
START_TEST(an_archive_that_was_committed_again_has_the_new_commit)
{
	sh(ARCHIVE "cd foo-1 && git init -q && commit");
	reads("src");
	_cleanup_(freep) char *upstream = take_ptr(tag);
	reads("foo-1/sub");
	ck_assert_str_ne(tag, upstream);
	_cleanup_(freep) char *first = take_ptr(tag);
	sh("cd foo-1 && echo patched >sub/patched && commit");
	reads("foo-1");
	ck_assert_str_ne(tag, first);
	ck_assert_str_ne(tag, upstream);
}
END_TEST

START_TEST(a_checkout_inside_an_archive_has_its_own_tag)
{
	sh(ARCHIVE "mkdir foo-1/dep && cd foo-1/dep && git init -q && echo 3 >c && commit");
	reads("foo-1");
	_cleanup_(freep) char *outer = take_ptr(tag);
	reads("foo-1/dep");
	ck_assert_str_ne(tag, outer);
}
END_TEST

START_TEST(the_unsubstituted_file_of_a_checkout_is_ignored)
{
	sh(ARCHIVE "cd src && echo 2 >sub/a");
	reads("src/sub");
	ck_assert_ptr_nonnull(strstr(tag, "_dirty_"));
}
END_TEST

/* The commit of the tree around it says nothing about what was unpacked there. */
START_TEST(an_untracked_directory_in_a_checkout_has_no_tag)
{
	sh("git init -q && echo 1 >a && commit && mkdir bar-1 && echo 1 >bar-1/x");
	fails_with(read_at("bar-1"), ABILOCK_E_IO, "git tracks no file here");
}
END_TEST

START_TEST(a_tag_file_with_anything_else_is_an_error)
{
	sh("echo v1.2 >.abilock-tag");
	fails_with(read_at("."), ABILOCK_E_IO, "neither a full commit hash");
}
END_TEST

START_TEST(a_shortened_hash_is_not_taken)
{
	sh("echo 0123456789abcdef >.abilock-tag");
	fails_with(read_at("."), ABILOCK_E_IO, "neither a full commit hash");
}
END_TEST

START_TEST(release_and_id_are_taken_as_they_are)
{
	ck_assert_int_eq(tag_read("release:1.2_rc3", "/", &tag, &err), 0);
	ck_assert_str_eq(tag, "1.2_rc3");
	free(take_ptr(tag));
	ck_assert_int_eq(tag_read("id:9fceb02", "/", &tag, &err), 0);
	ck_assert_str_eq(tag, "9fceb02");
}
END_TEST

START_TEST(characters_that_linkers_disagree_about_are_refused)
{
	fails_with(tag_read("release:1.2-3", "/", &tag, &err), ABILOCK_E_USAGE, "not on '-'");
	fails_with(tag_read("id:a+b", "/", &tag, &err), ABILOCK_E_USAGE, "not on '+'");
	fails_with(tag_read("id:a b", "/", &tag, &err), ABILOCK_E_USAGE, "not on ' '");
	fails_with(tag_read("id:", "/", &tag, &err), ABILOCK_E_USAGE, "nothing behind");
}
END_TEST

START_TEST(a_tag_of_a_kilobyte_is_refused)
{
	char spec[1024] = "id:";

	memset(spec + 3, 'a', sizeof(spec) - 4);
	fails_with(tag_read(spec, "/", &tag, &err), ABILOCK_E_USAGE, "longer than 200");
}
END_TEST

START_TEST(unknown_tags_are_usage_errors)
{
	fails_with(tag_read("svn", "/", &tag, &err), ABILOCK_E_USAGE, "not one of git");
	fails_with(tag_read("abi", "/", &tag, &err), ABILOCK_E_USAGE, "is read from objects");
}
END_TEST

static void declare(const char *text, size_t len, struct abilock_surface **ret)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	ck_assert_int_eq(abilock_declaration_parse(text, len, "x", &decl, &diags, &err), 0);
	ck_assert_int_eq(abilock_declaration_surface(decl, ret, &err), 0);
}

START_TEST(applying_a_tag_renames_private_nodes_and_adds_their_markers)
{
	static const char text[] = "A_1{a;}; A_PRIVATE{p;} A_1;";
	_cleanup_(abilock_surface_freep) struct abilock_surface *decl = NULL, *full = NULL;

	declare(text, strlen(text), &decl);
	ck_assert(tag_is_needed(decl));
	ck_assert_int_eq(tag_apply(decl, &(struct tags){.build = "t1"}, &full, &err), 0);
	ck_assert_str_eq(full->nodes[0].name, "A_1");
	ck_assert_str_eq(full->nodes[1].name, "A_PRIVATE_t1");
	ck_assert_uint_eq(full->nodes[1].parents[0], 0);
	ck_assert_uint_eq(full->export_count, 3);
	ck_assert_str_eq(full->exports[2].name, "abilock_marker_A_PRIVATE");
	ck_assert_uint_eq(full->exports[2].type, STT_OBJECT);
	ck_assert_uint_eq(full->exports[2].node, 1);
}
END_TEST

START_TEST(public_nodes_alone_need_no_tag)
{
	_cleanup_(abilock_surface_freep) struct abilock_surface *decl = NULL, *full = NULL;

	declare("A{a;};", 6, &decl);
	ck_assert(!tag_is_needed(decl));
	ck_assert_int_eq(tag_apply(decl, &(struct tags){0}, &full, &err), 0);
	ck_assert_uint_eq(full->export_count, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tag");
	TCase *tc = tcase_create("tag");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_clean_tree_has_the_full_hash_of_head);
	tcase_add_test(tc, a_directory_below_the_top_has_the_same_tag);
	tcase_add_test(tc, an_untracked_file_does_not_make_a_tree_dirty);
	tcase_add_test(tc, a_changed_file_adds_the_hash_of_the_change);
	tcase_add_test(tc, a_staged_change_is_a_change);
	tcase_add_test(tc, two_changes_have_two_tags);
	tcase_add_test(tc, the_change_is_of_the_whole_tree_seen_from_below_too);
	tcase_add_test(tc, configuration_does_not_change_the_hash_of_a_change);
	tcase_add_test(tc, git_variables_of_another_repository_are_not_followed);
	tcase_add_test(tc, a_sha256_repository_has_64_digits);
	tcase_add_test(tc, a_repository_without_a_commit_fails_with_gits_words);
	tcase_add_test(tc, no_git_at_all_is_an_error_that_says_so);
	tcase_add_test(tc, a_tree_that_is_neither_is_told_what_to_do);
	tcase_add_test(tc, an_archive_carries_the_hash_of_its_commit);
	tcase_add_test(tc, an_archive_inside_another_checkout_keeps_its_own_tag);
	tcase_add_test(tc, an_archive_that_was_committed_again_has_the_new_commit);
	tcase_add_test(tc, a_checkout_inside_an_archive_has_its_own_tag);
	tcase_add_test(tc, the_unsubstituted_file_of_a_checkout_is_ignored);
	tcase_add_test(tc, an_untracked_directory_in_a_checkout_has_no_tag);
	tcase_add_test(tc, a_tag_file_with_anything_else_is_an_error);
	tcase_add_test(tc, a_shortened_hash_is_not_taken);
	tcase_add_test(tc, release_and_id_are_taken_as_they_are);
	tcase_add_test(tc, characters_that_linkers_disagree_about_are_refused);
	tcase_add_test(tc, a_tag_of_a_kilobyte_is_refused);
	tcase_add_test(tc, unknown_tags_are_usage_errors);
	tcase_add_test(tc, applying_a_tag_renames_private_nodes_and_adds_their_markers);
	tcase_add_test(tc, public_nodes_alone_need_no_tag);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
