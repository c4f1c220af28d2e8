/* SPDX-License-Identifier: MIT */
/* Versions and architectures as dpkg understands them. */
#include <check.h>

#include "deb/arch.h"
#include "deb/version.h"

static const char *const versions[] = {
	"0",
	"0:0",
	"00",
	"1",
	"1.0",
	"1.0-0",
	"1.0-1",
	"1.0-01",
	"1.0-1~bpo12+1",
	"1.0-1+b1",
	"1.0~rc1-1",
	"1.0~~",
	"1.0~",
	"1.0a",
	"1.0A",
	"1.0+dfsg",
	"1.0.0",
	"1.00",
	"1.9",
	"1.10",
	"1.a",
	"1.-1",
	"1-1-1",
	"1:0.1",
	"10:0",
	"2:1.0",
	"1:1.0:1",
	"18446744073709551616",
	"18446744073709551617",
	"20230104.1~git0-3",
	"3.2.0+really3.1.4-0.1",
};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

START_TEST(versions_compare_as_with_dpkg)
{
	static const char script[] = "dpkg --compare-versions '%s' lt '%s' && echo -1 && continue; "
				     "dpkg --compare-versions '%s' eq '%s' && echo 0 || echo 1";
	unsigned pairs = 0;

	if (system("dpkg --compare-versions 1 eq 1 2>/dev/null") != 0)
		return; /* no dpkg here: the tests below remain */
	char path[] = "/tmp/abilock-version-XXXXXX", command[64];
	int fd = mkstemp(path);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		for (size_t k = i; k < ARRAY_SIZE(versions); k++) {
			const char *a = versions[i], *b = versions[k];

			fprintf(file, "for once in 1; do ");
			fprintf(file, script, a, b, a, b);
			fprintf(file, "; done\n");
		}
	ck_assert_int_eq(fclose(file), 0);
	(void)snprintf(command, sizeof(command), "sh %s 2>/dev/null", path);
	FILE *dpkg = popen(command, "re");
	ck_assert_ptr_nonnull(dpkg);
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		for (size_t k = i; k < ARRAY_SIZE(versions); k++, pairs++) {
			const char *a = versions[i], *b = versions[k];
			int expected = 2;

			ck_assert_int_eq(fscanf(dpkg, "%d", &expected), 1);
			ck_assert_msg(sign(deb_version_compare(a, b)) == expected,
				      "%s against %s: dpkg says %d", a, b, expected);
			ck_assert_msg(sign(deb_version_compare(b, a)) == -expected,
				      "%s against %s: not the opposite", b, a);
		}
	ck_assert_int_eq(pclose(dpkg), 0);
	ck_assert_uint_ge(pairs, 400);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(a_tilde_comes_before_nothing)
{
	ck_assert_int_lt(deb_version_compare("1.0~rc1", "1.0"), 0);
	ck_assert_int_lt(deb_version_compare("1.0", "1.0-1"), 0);
	ck_assert_int_eq(deb_version_compare("1.0", "0:1.0-0"), 0);
}
END_TEST

START_TEST(numbers_are_numbers_of_any_length)
{
	ck_assert_int_lt(deb_version_compare("1.9", "1.10"), 0);
	ck_assert_int_lt(deb_version_compare("18446744073709551616", "18446744073709551617"), 0);
	ck_assert_int_eq(deb_version_compare("1.007", "1.7"), 0);
}
END_TEST

START_TEST(all_of_them_are_versions)
{
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		ck_assert_msg(deb_version_is_valid(versions[i], NULL), "%s", versions[i]);
}
END_TEST

START_TEST(what_is_no_version_is_told_why)
{
	static const struct {
		const char *version, *why;
	} bad[] = {
		{"", "empty"},
		{":1", "in front of the colon"},
		{"-1", "no upstream version"},
		{"1-", "behind the dash"},
		{"a1", "begin with a digit"},
		{"1_2", "only letters"},
		{"a:1", "no number"},
		{"1:a", "begin with a digit"},
		{"1 2", "only letters"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct abilock_error err = {0};

		ck_assert_msg(!deb_version_is_valid(bad[i].version, &err), "%s", bad[i].version);
		ck_assert_int_eq(err.code, ABILOCK_E_SYNTAX);
		ck_assert_msg(strstr(err.message, bad[i].why) != NULL, "%s", err.message);
	}
}
END_TEST

static struct deb_arch *arch;

static void open_arch(const char *name)
{
	struct abilock_error err = {0};

	ck_assert_msg(deb_arch_open(name, &arch, &err) == 0, "%s", err.message);
}

static void close_arch(void)
{
	deb_arch_free(take_ptr(arch));
}

START_TEST(an_architecture_has_a_width_a_byte_order_and_a_triplet)
{
	static const struct {
		const char *name, *multiarch;
		unsigned bits;
		bool big;
	} known[] = {
		{"amd64", "x86_64-linux-gnu", 64, false},
		{"x32", "x86_64-linux-gnux32", 32, false},
		{"i386", "i386-linux-gnu", 32, false},
		{"hurd-i386", "i386-gnu", 32, false},
		{"armhf", "arm-linux-gnueabihf", 32, false},
		{"armel", "arm-linux-gnueabi", 32, false},
		{"s390x", "s390x-linux-gnu", 64, true},
		{"ppc64el", "powerpc64le-linux-gnu", 64, false},
		{"mips64el", "mips64el-linux-gnuabi64", 64, false},
		{"mipsn32", "mips64-linux-gnuabin32", 32, true},
		{"kfreebsd-amd64", "x86_64-kfreebsd-gnu", 64, false},
		{"musl-linux-armhf", "arm-linux-musleabihf", 32, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		open_arch(known[i].name);
		ck_assert_str_eq(deb_arch_name(arch), known[i].name);
		ck_assert_str_eq(deb_arch_multiarch(arch), known[i].multiarch);
		ck_assert_uint_eq(deb_arch_bits(arch), known[i].bits);
		ck_assert_int_eq(deb_arch_is_big_endian(arch), known[i].big);
		close_arch();
	}
}
END_TEST

START_TEST(an_unknown_architecture_is_an_error)
{
	struct abilock_error err = {0};

	ck_assert_int_eq(deb_arch_open("amd46", &arch, &err), ABILOCK_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.message, "'amd46'"));
}
END_TEST

START_TEST(the_environment_names_the_architecture_else_the_build_does)
{
	ck_assert_int_eq(setenv("DEB_HOST_ARCH", "riscv64", 1), 0);
	open_arch(NULL);
	ck_assert_str_eq(deb_arch_name(arch), "riscv64");
	close_arch();
	ck_assert_int_eq(unsetenv("DEB_HOST_ARCH"), 0);
	open_arch(NULL);
#if defined(__x86_64__) && defined(__LP64__)
	ck_assert_str_eq(deb_arch_name(arch), "amd64");
#endif
}
END_TEST

START_TEST(wildcards_match_the_parts_that_they_name)
{
	static const struct {
		const char *name, *wildcard;
		bool matches;
	} cases[] = {
		{"amd64", "any", true},
		{"amd64", "amd64", true},
		{"amd64", "i386", false},
		{"amd64", "linux-amd64", true},
		{"amd64", "linux-any", true},
		{"amd64", "hurd-any", false},
		{"amd64", "any-amd64", true},
		{"amd64", "gnu-any-any", true},
		{"amd64", "musl-any-any", false},
		{"musl-linux-amd64", "musl-any-any", true},
		{"hurd-i386", "any-i386", true},
		{"hurd-i386", "linux-any", false},
		{"x32", "any-amd64", true},
		{"armhf", "any-arm", true},
		{"armhf", "eabihf-any-any-any", true},
		{"armel", "eabihf-any-any-any", false},
		{"amd64", "nonsense", false},
		{"amd64", "", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		open_arch(cases[i].name);
		ck_assert_msg(deb_arch_matches(arch, cases[i].wildcard) == cases[i].matches,
			      "%s and %s", cases[i].name, cases[i].wildcard);
		close_arch();
	}
}
END_TEST

START_TEST(a_list_holds_names_and_what_is_not_excluded)
{
	static const struct {
		const char *list;
		bool holds;
	} cases[] = {
		{"amd64", true},	 {"i386 amd64", true},	{"i386,amd64", true},
		{"I386 AMD64", true},	 {"i386", false},	{"", false},
		{"!i386", true},	 {"!amd64", false},	{"!i386 !armel", true},
		{"!i386 !amd64", false}, {"!linux-any", false}, {"any-amd64 !armel", true},
		{"!alpha amd64", true},	 {"!alpha i386", true}, {" amd64 ", true},
	};

	open_arch("amd64");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_msg(deb_arch_in_list(arch, cases[i].list) == cases[i].holds, "%s",
			      cases[i].list);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deb_version");
	TCase *tc = tcase_create("versions");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, versions_compare_as_with_dpkg);
	tcase_add_test(tc, a_tilde_comes_before_nothing);
	tcase_add_test(tc, numbers_are_numbers_of_any_length);
	tcase_add_test(tc, all_of_them_are_versions);
	tcase_add_test(tc, what_is_no_version_is_told_why);
	suite_add_tcase(suite, tc);

	tc = tcase_create("architectures");
	tcase_add_checked_fixture(tc, NULL, close_arch);
	tcase_add_test(tc, an_architecture_has_a_width_a_byte_order_and_a_triplet);
	tcase_add_test(tc, an_unknown_architecture_is_an_error);
	tcase_add_test(tc, the_environment_names_the_architecture_else_the_build_does);
	tcase_add_test(tc, wildcards_match_the_parts_that_they_name);
	tcase_add_test(tc, a_list_holds_names_and_what_is_not_excluded);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
