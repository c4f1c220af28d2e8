/* SPDX-License-Identifier: MIT */
/* Stubs of surfaces that no compiler makes, read back. */
#include <check.h>
#include <elf.h>

#include "../../symbols/object.h"
#include "../../versiongen/stub/stub.h"

static struct abilock_error err;

static const struct abilock_export function = {
	.name = "f", .is_default = true, .type = STT_FUNC, .bind = STB_GLOBAL};

/* The stub of exports in nodes A, B and C, for a 64-bit machine of this byte order. */
static int write_stub(const struct abilock_export *exports, size_t count, size_t node_count,
		      const struct stub_place *places, struct abilock_object **ret,
		      char **ret_bytes)
{
	static const size_t parents[] = {0, 1};
	struct abilock_node nodes[] = {
		{.name = "A"}, {.name = "B"}, {.name = "C", .parents = parents, .parent_count = 2}};
	struct abilock_surface surface = {.nodes = nodes,
					  .node_count = node_count,
					  .exports = (struct abilock_export *)exports,
					  .export_count = count};
	struct stub_source source = {.surface = &surface, .soname = "s.so", .places = places};
	size_t size = 0;
	FILE *file = open_memstream(ret_bytes, &size);

	ck_assert_ptr_nonnull(file);
	stub_source_set_machine(&source, abilock_machine_find("x86_64"));
	int r = stub_write(file, &source, &err);
	ck_assert_int_eq(fclose(file), 0);
	if (r == 0)
		r = abilock_object_open_bytes(*ret_bytes, size, "stub", ret, &err);
	return r;
}

START_TEST(each_version_of_a_symbol_is_found)
{
	struct abilock_export exports[12];
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(freep) char *bytes = NULL;
	static const char *const names[] = {"one", "two", "three", "four"};

	/* Shuffled, as a declaration may have them: the first is the newest. */
	for (size_t i = 0; i < 12; i++) {
		exports[i] = function;
		exports[i].name = names[i % 4];
		exports[i].node = 2 - i / 4;
		exports[i].is_default = i < 4;
	}
	ck_assert_int_eq(write_stub(exports, 12, 3, NULL, &object, &bytes), 0);
	for (size_t i = 0; i < 12; i++) {
		static const char *const nodes[] = {"A", "B", "C"};
		struct abilock_symbol symbol;

		ck_assert_int_eq(abilock_object_find(object, exports[i].name,
						     nodes[exports[i].node], &symbol, &err),
				 1);
		ck_assert_uint_eq(symbol.version, exports[i].node + 2);
		ck_assert_int_eq(symbol.hidden, !exports[i].is_default);
	}
}
END_TEST

START_TEST(parents_of_a_declaration_come_last_first)
{
	struct abilock_export exports[1] = {function};
	struct stub_place place = {0};
	_cleanup_(freep) char *bytes = NULL, *more = NULL;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL, *copy = NULL;

	ck_assert_int_eq(write_stub(exports, 1, 3, NULL, &object, &bytes), 0);
	ck_assert_str_eq(abilock_object_find_verdef(object, "C")->parents[0], "B");
	ck_assert_int_eq(write_stub(exports, 1, 3, &place, &copy, &more), 0);
	ck_assert_str_eq(abilock_object_find_verdef(copy, "C")->parents[0], "A");
}
END_TEST

START_TEST(without_nodes_there_are_no_version_tables)
{
	struct abilock_export exports[1] = {function};
	_cleanup_(freep) char *bytes = NULL;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

	exports[0].node = ABILOCK_NO_NODE;
	ck_assert_int_eq(write_stub(exports, 1, 0, NULL, &object, &bytes), 0);
	ck_assert(!object->has_versym);
	ck_assert_uint_eq(object->verdef_count, 0);
}
END_TEST

START_TEST(nothing_can_be_exported)
{
	_cleanup_(freep) char *bytes = NULL;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

	ck_assert_int_eq(write_stub(NULL, 0, 1, NULL, &object, &bytes), 0);
	ck_assert_int_eq(abilock_object_load_symbols(object, &err), 0);
	ck_assert_str_eq(object->soname, "s.so");
}
END_TEST

/* Where a file claims it, it must neither wrap around nor take memory. */
START_TEST(variables_larger_than_memory_are_refused)
{
	static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX / 2, (uint64_t)1 << 63,
					 (uint64_t)1 << 47};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int type = STT_OBJECT; type <= STT_TLS; type += STT_TLS - STT_OBJECT) {
			struct abilock_export exports[1] = {function};
			struct stub_place place = {.address = UINT64_MAX};
			_cleanup_(freep) char *bytes = NULL;
			_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

			exports[0].type = (uint8_t)type;
			exports[0].size = sizes[i];
			ck_assert_int_eq(write_stub(exports, 1, 1, &place, &object, &bytes),
					 ABILOCK_E_UNSUPPORTED);
		}
}
END_TEST

START_TEST(names_of_one_variable_stay_together)
{
	struct abilock_export exports[3] = {function, function, function};
	const struct stub_place places[3] = {{.address = 8}, {.address = 16}, {.address = 8}};
	static const char *const names[] = {"x", "y", "x_too"};
	struct abilock_symbol symbols[3];
	_cleanup_(freep) char *bytes = NULL;
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

	for (size_t i = 0; i < 3; i++) {
		exports[i].name = names[i];
		exports[i].type = STT_OBJECT;
		exports[i].size = 100; /* they overlap: a claim */
	}
	ck_assert_int_eq(write_stub(exports, 3, 1, places, &object, &bytes), 0);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(abilock_object_find(object, names[i], "A", &symbols[i], &err), 1);
	ck_assert_uint_eq(symbols[0].value, symbols[2].value);
	ck_assert_uint_ge(symbols[1].value, symbols[0].value + 100);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stub");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tcase, each_version_of_a_symbol_is_found);
	tcase_add_test(tcase, parents_of_a_declaration_come_last_first);
	tcase_add_test(tcase, without_nodes_there_are_no_version_tables);
	tcase_add_test(tcase, nothing_can_be_exported);
	tcase_add_test(tcase, variables_larger_than_memory_are_refused);
	tcase_add_test(tcase, names_of_one_variable_stay_together);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
