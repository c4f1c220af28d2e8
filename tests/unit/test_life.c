/* SPDX-License-Identifier: MIT */
/* What holds a module: counted where it is used, and once for the admin. */
#define ABILOCK_EMBEDDED
#define ABILOCK_MODULE_NAME "timer"
#include <check.h>

#include "modules/module_object.h"

ABILOCK_PROVIDES("service", "clock");

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "phone"
ABILOCK_USES("service", "clock");

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "fax"
ABILOCK_USES("module", "timer");
ABILOCK_CANUSE("module", "phone");

#undef ABILOCK_MODULE_NAME
#define ABILOCK_MODULE_NAME "broken"

static int load_broken(struct abilock_module *module)
{
	abilock_module_fail(module, "no line");
	return ABILOCK_LOAD_FAILURE;
}

ABILOCK_USES("module", "timer");
ABILOCK_ENTRY(.load = load_broken);

static struct abilock_modules *modules;

static void setup(void)
{
	const struct abilock_modules_options options = {.size = sizeof(options)};

	ck_assert_int_eq(abilock_modules_open(&options, &modules), 0);
}

static void teardown(void)
{
	abilock_modules_close(modules);
}

static struct abilock_module *load(const char *name, int expected)
{
	ck_assert_int_eq(abilock_modules_load(modules, name, NULL), expected);
	return abilock_modules_find(modules, name);
}

START_TEST(the_admin_holds_what_he_loads_once)
{
	const struct abilock_module *timer = load("timer", 0);

	ck_assert(timer->is_held_by_admin);
	ck_assert_uint_eq(timer->instance_references, 1);
	ck_assert_ptr_eq(load("timer.so", 0), timer);
	ck_assert_uint_eq(timer->instance_references, 1);
	ck_assert_uint_eq(timer->library_references, 1);
}
END_TEST

START_TEST(a_user_holds_instance_and_library)
{
	const struct abilock_module *phone = load("phone", 0);
	const struct abilock_module *timer = abilock_modules_find(modules, "timer");

	ck_assert(!timer->is_held_by_admin);
	ck_assert_uint_eq(timer->instance_references, 1);
	ck_assert_uint_eq(timer->library_references, 2); /* the user's, and the own instance's */
	const struct abilock_module *fax = load("fax", 0);
	ck_assert_uint_eq(timer->instance_references, 2);
	ck_assert_uint_eq(timer->library_references, 3);
	/* Can use it, and does not hold it. */
	ck_assert_uint_eq(phone->instance_references, 1);
	ck_assert_uint_eq(fax->library_references, 1);
}
END_TEST

START_TEST(what_failed_is_not_held_and_holds_nothing)
{
	const struct abilock_module *broken = load("broken", -1);
	const struct abilock_module *timer = abilock_modules_find(modules, "timer");

	(void)load("broken", -1);
	ck_assert(!broken->is_held_by_admin);
	ck_assert_uint_eq(broken->instance_references, 0);
	ck_assert_uint_eq(broken->library_references, 0);
	ck_assert_uint_eq(timer->instance_references, 0);
}
END_TEST

START_TEST(autoload_is_the_admin_of_each)
{
	char path[] = "/tmp/test_life_XXXXXX";
	const int fd = mkstemp(path);
	const char text[] = "[modules]\nautoload=yes\nnoload=broken\n";
	const struct abilock_modules_options options = {.size = sizeof(options), .conf = path};
	static const char *const names[] = {"timer", "phone", "fax"};
	struct abilock_modules *automatic;

	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	(void)close(fd);
	ck_assert_int_eq(abilock_modules_open(&options, &automatic), 0);
	(void)unlink(path);
	ck_assert_int_eq(abilock_modules_start(automatic), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert(abilock_modules_find(automatic, names[i])->is_held_by_admin);
	ck_assert(!abilock_modules_find(automatic, "broken")->is_held_by_admin);
	ck_assert_uint_eq(abilock_modules_find(automatic, "timer")->instance_references, 3);
	abilock_modules_close(automatic);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("life");
	TCase *tcase = tcase_create("references");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_admin_holds_what_he_loads_once);
	tcase_add_test(tcase, a_user_holds_instance_and_library);
	tcase_add_test(tcase, what_failed_is_not_held_and_holds_nothing);
	tcase_add_test(tcase, autoload_is_the_admin_of_each);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
