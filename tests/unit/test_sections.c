/* SPDX-License-Identifier: MIT */
/*
 * The view by section headers: equal to the loader's view in a good file, empty without section
 * headers, an error with a place where a header lies. The file is this test's own program.
 */
#include <check.h>
#include <sys/stat.h>

#include "object.h"

static uint8_t *program; /* the bytes of this test */
static size_t program_size;
static uint8_t *image; /* a test's copy of it */
static struct abilock_object *object;
static struct abilock_error err;

static void read_program(void)
{
	_cleanup_(fclosep) FILE *f = fopen("/proc/self/exe", "r");
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0)
		abort();
	program_size = (size_t)st.st_size;
	program = malloc(program_size);
	if (!program || fread(program, 1, program_size, f) != program_size)
		abort();
}

static void setup(void)
{
	image = malloc(program_size);
	if (!image)
		abort();
	memcpy(image, program, program_size);
	object = NULL;
	err = (struct abilock_error){0};
}

static void teardown(void)
{
	abilock_object_free(object);
	free(image);
}

static ElfW(Ehdr) * header(void)
{
	return (ElfW(Ehdr) *)(void *)image;
}

/* The first section header of a type. */
static ElfW(Shdr) * section(uint32_t type)
{
	ElfW(Shdr) *sections = (ElfW(Shdr) *)(void *)(image + header()->e_shoff);

	for (size_t i = 0; i < header()->e_shnum; i++)
		if (sections[i].sh_type == type)
			return &sections[i];
	ck_abort_msg("no section of type %u", type);
}

static int open_sections(size_t size)
{
	abilock_object_free(take_ptr(object));
	int r = abilock_object_open_sections_bytes(image, size, "image", &object, &err);

	return r < 0 ? r : abilock_object_load_symbols(object, &err);
}

static void expect_damage(const char *table, const char *words)
{
	ck_assert_int_eq(open_sections(program_size), ABILOCK_E_DAMAGED);
	ck_assert_str_eq(err.table, table);
	ck_assert_msg(strstr(err.message, words), "\"%s\" has no \"%s\"", err.message, words);
}

START_TEST(both_views_of_a_good_file_are_the_same)
{
	struct abilock_object *loaded = NULL;
	struct abilock_symbol a, b;

	ck_assert_int_eq(open_sections(program_size), 0);
	ck_assert_int_eq(abilock_object_open_bytes(image, program_size, "image", &loaded, &err), 0);
	ck_assert_int_eq(abilock_object_load_symbols(loaded, &err), 0);
	ck_assert_uint_gt(object->symbol_count, 10);
	ck_assert_uint_eq(object->symbol_count, loaded->symbol_count);
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		ck_assert_int_eq(abilock_object_symbol(object, i, &a, &err), 0);
		ck_assert_int_eq(abilock_object_symbol(loaded, i, &b, &err), 0);
		ck_assert_str_eq(a.name, b.name);
		ck_assert_uint_eq(a.version, b.version);
	}
	ck_assert_uint_gt(object->verneed_count, 0);
	ck_assert_uint_eq(object->verneed_count, loaded->verneed_count);
	for (size_t i = 0; i < object->verneed_count; i++) {
		ck_assert_str_eq(object->verneeds[i].node, loaded->verneeds[i].node);
		ck_assert_uint_eq(object->verneeds[i].offset, loaded->verneeds[i].offset);
	}
	ck_assert_uint_eq(object->needed_count, loaded->needed_count);
	ck_assert(object->has_debug && loaded->has_debug);
	ck_assert(object->has_gnu_hash == loaded->has_gnu_hash);
	abilock_object_free(loaded);
}
END_TEST

START_TEST(sections_have_names)
{
	ck_assert_int_eq(open_sections(program_size), 0);
	ck_assert_uint_eq(object->section_count, header()->e_shnum);
	bool found = false;
	for (size_t i = 0; i < object->section_count; i++)
		found |= str_eq(object->sections[i].name, ".dynsym") &&
			 object->sections[i].type == SHT_DYNSYM;
	ck_assert(found);
}
END_TEST

START_TEST(file_without_section_headers_shows_nothing)
{
	header()->e_shoff = 0;
	header()->e_shnum = 0;
	ck_assert_int_eq(open_sections(program_size), 0);
	ck_assert(!object->has_dynamic);
	ck_assert_uint_eq(object->symbol_count, 0);
	ck_assert_uint_eq(object->verneed_count, 0);
}
END_TEST

START_TEST(sections_without_bytes_show_nothing)
{
	section(SHT_DYNSYM)->sh_type = SHT_NOBITS;
	section(SHT_DYNAMIC)->sh_type = SHT_NOBITS;
	section(SHT_GNU_verneed)->sh_type = SHT_NOBITS;
	section(SHT_GNU_versym)->sh_type = SHT_NOBITS;
	ck_assert_int_eq(open_sections(program_size), 0);
	ck_assert(!object->has_dynamic);
	ck_assert_uint_eq(object->symbol_count, 0);
}
END_TEST

START_TEST(headers_of_another_size_are_damage)
{
	header()->e_shentsize = 1;
	expect_damage("ELF header", "section headers of 1 bytes");
}
END_TEST

START_TEST(headers_behind_the_end_are_damage)
{
	header()->e_shoff = program_size - 8;
	expect_damage("section headers", "do not fit");
}
END_TEST

START_TEST(too_many_headers_are_damage)
{
	header()->e_shnum = 0;
	((ElfW(Shdr) *)(void *)(image + header()->e_shoff))->sh_size = UINT32_MAX;
	expect_damage("section headers", "do not fit");
}
END_TEST

START_TEST(names_from_a_section_that_is_not_there_are_damage)
{
	header()->e_shstrndx = 999;
	expect_damage("ELF header", "section 999");
}
END_TEST

START_TEST(name_outside_of_the_names_is_damage)
{
	section(SHT_DYNSYM)->sh_name = UINT32_MAX;
	expect_damage("section headers", "a name lies at 0xffffffff");
}
END_TEST

START_TEST(symbols_behind_the_end_are_damage)
{
	section(SHT_DYNSYM)->sh_offset = program_size;
	expect_damage("symbol table", "");
}
END_TEST

START_TEST(fewer_versions_than_symbols_are_damage)
{
	section(SHT_GNU_versym)->sh_size = 4;
	expect_damage("versym", "versions for 2 of");
}
END_TEST

START_TEST(strings_that_are_no_strings_are_damage)
{
	section(SHT_DYNAMIC)->sh_link = 0;
	expect_damage("section headers", "no string table");
}
END_TEST

START_TEST(endless_needs_are_damage)
{
	section(SHT_GNU_verneed)->sh_info = UINT32_MAX;
	expect_damage("verneed", "do not fit");
}
END_TEST

START_TEST(file_cut_anywhere_is_an_error)
{
	for (size_t size = 0; size < program_size; size += 97) {
		err = (struct abilock_error){0};
		int r = open_sections(size);
		/* The section headers are the last thing in the file. */
		ck_assert_int_lt(r, 0);
		ck_assert_int_eq(r, err.code);
	}
}
END_TEST

START_TEST(damaged_headers_are_as_good_as_none)
{
	section(SHT_DYNSYM)->sh_name = UINT32_MAX;
	ck_assert_int_eq(abilock_object_open_bytes(image, program_size, "image", &object, &err), 0);
	ck_assert_int_eq(abilock_object_load_sections(object, &err), ABILOCK_E_DAMAGED);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(object->section_count, 0);
		ck_assert_int_eq(abilock_object_load_sections(object, &err), 0);
	}
}
END_TEST

static Suite *sections_suite(void)
{
	Suite *suite = suite_create("sections");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, both_views_of_a_good_file_are_the_same);
	tcase_add_test(tc, sections_have_names);
	tcase_add_test(tc, file_without_section_headers_shows_nothing);
	tcase_add_test(tc, sections_without_bytes_show_nothing);
	tcase_add_test(tc, headers_of_another_size_are_damage);
	tcase_add_test(tc, headers_behind_the_end_are_damage);
	tcase_add_test(tc, too_many_headers_are_damage);
	tcase_add_test(tc, names_from_a_section_that_is_not_there_are_damage);
	tcase_add_test(tc, name_outside_of_the_names_is_damage);
	tcase_add_test(tc, symbols_behind_the_end_are_damage);
	tcase_add_test(tc, fewer_versions_than_symbols_are_damage);
	tcase_add_test(tc, strings_that_are_no_strings_are_damage);
	tcase_add_test(tc, endless_needs_are_damage);
	tcase_add_test(tc, file_cut_anywhere_is_an_error);
	tcase_add_test(tc, damaged_headers_are_as_good_as_none);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	read_program();
	SRunner *runner = srunner_create(sections_suite());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	free(program);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
