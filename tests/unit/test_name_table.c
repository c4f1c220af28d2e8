/* SPDX-License-Identifier: MIT */
/* Tables of names, and their hash. */
#include <check.h>

#include "hash.h"
#include "name_table.h"

/* Names of all lengths, and what is found under each of them. */
enum { COUNT = 3000, NAME_SIZE = 64 };
static char names[COUNT][NAME_SIZE];

static void make_names(void)
{
	for (int i = 0; i < COUNT; i++) {
		const int length = i % 40;

		(void)snprintf(names[i], NAME_SIZE, "%.*s%d", length,
			       "the_quick_brown_fox_jumps_over_the_lazy_dog", i);
	}
}

START_TEST(each_name_has_its_value)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};

	make_names();
	ck_assert_ptr_null(abilock_name_table_find(&table, "none"));
	for (int i = 0; i < COUNT; i++)
		ck_assert(abilock_name_table_put(&table, names[i], names[i]));
	for (int i = 0; i < COUNT; i++)
		ck_assert_ptr_eq(abilock_name_table_find(&table, names[i]), names[i]);
	ck_assert_ptr_null(abilock_name_table_find(&table, "none"));
	ck_assert(abilock_name_table_put(&table, names[7], names[8]));
	ck_assert_ptr_eq(abilock_name_table_find(&table, names[7]), names[8]);
	ck_assert_uint_eq(table.count, COUNT);
}
END_TEST

START_TEST(a_part_of_a_text_is_a_name)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table table = {0};
	char value;

	ck_assert(abilock_name_table_put(&table, "node", &value));
	ck_assert_ptr_eq(abilock_name_table_find_part(&table, "nodes", 4), &value);
	ck_assert_ptr_null(abilock_name_table_find_part(&table, "nodes", 5));
	ck_assert_ptr_null(abilock_name_table_find_part(&table, "nodes", 3));
}
END_TEST

/* Any one byte makes another hash, and so does one more. */
START_TEST(each_byte_counts)
{
	char text[NAME_SIZE] = {0};

	for (size_t length = 0; length < NAME_SIZE; length++) {
		const uint64_t hash = abilock_hash_string(text, length);

		ck_assert_uint_ne(hash, abilock_hash_string(text, length + 1));
		for (size_t i = 0; i < length; i++)
			for (int bit = 0; bit < 8; bit++) {
				text[i] = (char)(1 << bit);
				ck_assert_uint_ne(hash, abilock_hash_string(text, length));
				text[i] = 0;
			}
	}
}
END_TEST

/* Two words that differ where a product has nothing of it in its other bits. */
START_TEST(the_highest_bit_reaches_the_next_word)
{
	static const char high[8] = {0, 0, 0, 0, 0, 0, 0, (char)0x80};
	char a[16] = {0}, b[16] = {0};

	memcpy(a, high, sizeof(high));
	for (int bit = 0; bit < 64; bit++) {
		memset(b + 8, 0, 8);
		b[8 + bit / 8] = (char)(1 << (bit % 8));
		ck_assert_uint_ne(abilock_hash_string(a, 16), abilock_hash_string(b, 16));
	}
}
END_TEST

static uint64_t hash_in_another_process(void)
{
	FILE *pipe = popen("\"$TEST_NAME_TABLE\" hash", "r");
	unsigned long long hash = 0;

	ck_assert_ptr_nonnull(pipe);
	ck_assert_int_eq(fscanf(pipe, "%llx", &hash), 1);
	(void)pclose(pipe);
	return hash;
}

START_TEST(each_process_has_another_hash)
{
	const uint64_t ours = abilock_hash_string("name", 4), other = hash_in_another_process();

	ck_assert_uint_eq(ours, abilock_hash_string("name", 4));
	ck_assert_uint_ne(ours, other);
	ck_assert_uint_ne(other, hash_in_another_process());
}
END_TEST

int main(int argc, char **argv)
{
	if (argc > 1) {
		printf("%llx\n", (unsigned long long)abilock_hash_string("name", 4));
		return 0;
	}
	(void)setenv("TEST_NAME_TABLE", argv[0], 1);
	Suite *suite = suite_create("name_table");
	TCase *tc = tcase_create("name_table");

	tcase_add_test(tc, each_name_has_its_value);
	tcase_add_test(tc, a_part_of_a_text_is_a_name);
	tcase_add_test(tc, each_byte_counts);
	tcase_add_test(tc, the_highest_bit_reaches_the_next_word);
	tcase_add_test(tc, each_process_has_another_hash);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
