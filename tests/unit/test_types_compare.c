/* SPDX-License-Identifier: MIT */
/* What changed between two models of types, in words. */
#include "types_model.h"

#include "types/types_compare.h"

static struct abilock_text text;

static void setup(void)
{
	text = (struct abilock_text){0};
}

static void teardown(void)
{
	abilock_text_deinit(&text);
}

/* `SUBJECT: LINE` each; symbols are called f0, f1 ... */
static void compare(const struct abilock_types *old_types, const struct abilock_types *new_types)
{
	static const char *const names[] = {"f0", "f1", "f2"};
	struct abilock_type_changes changes = {0};
	struct abilock_type_pair pairs[3];

	for (size_t i = 0; i < old_types->symbol_count; i++)
		pairs[i] = (struct abilock_type_pair){i, i, names[i]};
	ck_assert_int_eq(abilock_types_compare(old_types, new_types, pairs, old_types->symbol_count,
					       &changes, &err),
			 0);
	for (size_t i = 0; i < changes.count; i++) {
		const struct abilock_type_change *change = &changes.items[i];

		ck_assert_uint_gt(change->line_count, 0);
		ck_assert_uint_gt(change->pair_count, 0);
		for (size_t k = 0; k < change->line_count; k++)
			abilock_text_printf(&text, "%s: %s\n", change->subject, change->lines[k]);
	}
	abilock_type_changes_deinit(&changes);
	abilock_text_putc(&text, '\0');
}

static void expect(const char *old_lines, const char *old_symbol, const char *new_lines,
		   const char *new_symbol, const char *want)
{
	const char *old_symbols[] = {old_symbol, NULL}, *new_symbols[] = {new_symbol, NULL};
	_cleanup_(abilock_types_freep) struct abilock_types *old_types =
		model(old_lines, old_symbols);
	_cleanup_(abilock_types_freep) struct abilock_types *new_types =
		model(new_lines, new_symbols);

	abilock_text_clear(&text);
	compare(old_types, new_types);
	ck_assert_str_eq(text.data, want);
}

static void expect_texts(const char *old_symbol, const char *new_symbol, const char *want)
{
	expect("", old_symbol, "", new_symbol, want);
}

static void expect_types(const char *old_lines, const char *new_lines, const char *want)
{
	expect(old_lines, "int (struct foo *)", new_lines, "int (struct foo *)", want);
}

START_TEST(parameters)
{
	expect_texts("int (int)", "int (long)", "f0: parameter 1 changed from int to long\n");
	expect_texts("int (int, char *)", "int (int, long, char *)",
		     "f0: parameter 2 was added: long\n");
	expect_texts("int (int, long, char *)", "int (int, char *)",
		     "f0: parameter 2 was removed (long)\n");
	expect_texts("int (void)", "int (char *)", "f0: parameter 1 was added: char *\n");
	expect_texts("int (char *)", "int (void)", "f0: parameter 1 was removed (char *)\n");
	expect_texts("int (const char *)", "int (char *)",
		     "f0: parameter 1 changed from const char * to char *\n");
	expect_texts("int (char *const *)", "int (char **)",
		     "f0: parameter 1 changed from char *const * to char **\n");
	expect_texts("int (void (*)(int))", "int (void (*)(long))",
		     "f0: parameter 1 changed from void (*)(int) to void (*)(long)\n");
	expect_texts("int (int (*)[4])", "int (int *[4])",
		     "f0: parameter 1 changed from int (*)[4] to int *[4]\n");
	expect_texts("int (long, int)", "int (int, long, char)",
		     "f0: parameter 1 changed from long to int\n"
		     "f0: parameter 2 changed from int to long\n"
		     "f0: parameter 3 was added: char\n");
}
END_TEST

START_TEST(results_and_the_rest_of_a_prototype)
{
	expect_texts("int (int)", "long (int)", "f0: returns long, was int\n");
	expect_texts("char *(int)", "const char *(int)", "f0: returns const char *, was char *\n");
	expect_texts("void (*(int))(char)", "void (*(int))(long)",
		     "f0: returns void (*)(long), was void (*)(char)\n");
	expect_texts("int (char *)", "int (char *, ...)",
		     "f0: takes any number of further arguments now\n");
	expect_texts("int (char *, ...)", "int (char *)",
		     "f0: takes no further arguments any more\n");
	expect_texts("int ()", "int (void)", "f0: has a prototype now\n");
	expect_texts("int (void)", "int ()", "f0: has no prototype any more\n");
}
END_TEST

START_TEST(variables)
{
	expect_texts("int", "long", "f0: type changed from int to long\n");
	expect_texts("int [3]", "int [4]", "f0: type changed from int [3] to int [4]\n");
	expect_texts("int [3][2]", "int [2][3]",
		     "f0: type changed from int [3][2] to int [2][3]\n");
	expect_texts("const int", "int", "f0: type changed from const int to int\n");
	expect_texts("int", "int (void)", "f0: type changed from int to int (void)\n");
	expect_texts("struct foo", "union foo", "f0: type changed from struct foo to union foo\n");
}
END_TEST

/* What does not parse is shown as it stands, and never silent. */
START_TEST(texts_that_are_no_types)
{
	_cleanup_(freep) char *deep = calloc(2000, 1), *deeper = calloc(2000, 1);

	expect_texts("int (", "int )", "f0: type changed from int ( to int )\n");
	expect_texts("*", "**", "f0: type changed from * to **\n");
	expect_texts("int  *", "int *", "f0: type changed from int  * to int *\n");
	strcpy(deep, "int ");
	memset(deep + 4, '*', 1000);
	strcpy(deeper, deep);
	strcat(deeper, "*");
	_cleanup_(freep) char *want = malloc(5000);
	(void)snprintf(want, 5000, "f0: type changed from %s to %s\n", deep, deeper);
	expect_texts(deep, deeper, want);
}
END_TEST

START_TEST(members)
{
	static const char before[] = ".struct foo 16\n.\t0 n int\n.\t8 p char *\n";

	expect_types(before, ".struct foo 24\n.\t0 n int\n.\t8 x long\n.\t16 p char *\n",
		     "struct foo: size changed from 16 to 24\n"
		     "struct foo: member \"x\" was added at offset 8: long\n"
		     "struct foo: member \"p\" moved from offset 8 to 16\n");
	expect_types(before, ".struct foo 8\n.\t0 p char *\n",
		     "struct foo: size changed from 16 to 8\n"
		     "struct foo: member \"n\" was removed (offset 0: int)\n"
		     "struct foo: member \"p\" moved from offset 8 to 0\n");
	expect_types(before, ".struct foo 16\n.\t0 n long\n.\t8 p char *\n",
		     "struct foo: member \"n\" changed from int to long\n");
	expect_types(before, ".struct foo 16\n.\t0 m int\n.\t8 p char *\n",
		     "struct foo: member \"n\" was renamed to \"m\"\n");
	expect_types(before, ".struct foo 16\n.\t0 p char *\n.\t8 n int\n",
		     "struct foo: member \"n\" moved from offset 0 to 8\n"
		     "struct foo: member \"p\" moved from offset 8 to 0\n");
}
END_TEST

START_TEST(members_that_move_together_share_a_line)
{
	expect_types(".struct foo 40\n.\t0 a long\n.\t8 b long\n.\t16 c long\n.\t24 d long\n.\t32 "
		     "e long\n",
		     ".struct foo 48\n.\t0 a long\n.\t8 x long\n.\t16 b long\n.\t24 c long\n.\t32 "
		     "d long\n.\t40 e long\n",
		     "struct foo: size changed from 40 to 48\n"
		     "struct foo: member \"x\" was added at offset 8: long\n"
		     "struct foo: 4 members from offset 8 to 32 moved by 8 bytes\n");
}
END_TEST

START_TEST(bit_fields)
{
	static const char before[] = ".struct foo 4\n.\t0:0 f unsigned int : 3\n.\t0:3 g int : 1\n";

	expect_types(before, ".struct foo 4\n.\t0:0 f unsigned int : 4\n.\t0:4 g int : 1\n",
		     "struct foo: bit-field \"f\" changed from 3 to 4 bits\n"
		     "struct foo: bit-field \"g\" moved from offset 0:3 to 0:4\n");
	expect_types(before, ".struct foo 4\n.\t0 f unsigned int\n",
		     "struct foo: bit-field \"f\" changed from unsigned int : 3 to unsigned int\n"
		     "struct foo: bit-field \"g\" was removed (offset 0:3: int : 1)\n");
	expect_types(before,
		     ".struct foo 4\n.\t0:0 f int : 3\n.\t0:3 g int : 1\n.\t0:4 - int : 2\n",
		     "struct foo: bit-field \"f\" changed from unsigned int : 3 to int : 3\n"
		     "struct foo: unnamed bit-field at offset 0:4 was added: int : 2\n");
}
END_TEST

START_TEST(enumerators)
{
	static const char before[] = ".enum foo 4\n.\t0 RED\n.\t1 BLUE\n";

	expect("", "enum foo", ".enum foo 4\n", "enum foo",
	       "enum foo: was opaque, is defined now (4 bytes)\n");
	expect(before, "enum foo", ".enum foo 4\n.\t1 RED\n.\t2 BLUE\n.\t3 X\n", "enum foo",
	       "enum foo: enumerator RED changed from 0 to 1\n"
	       "enum foo: enumerator BLUE changed from 1 to 2\n"
	       "enum foo: enumerator X was added: 3\n");
	expect(before, "enum foo", ".enum foo 1\n.\t0 RED\n", "enum foo",
	       "enum foo: size changed from 4 to 1\n"
	       "enum foo: enumerator BLUE was removed (1)\n");
	expect(before, "enum foo", ".enum foo 4\n.\t0 RED\n.\t1 BLAU\n", "enum foo",
	       "enum foo: enumerator BLUE was renamed to BLAU\n");
}
END_TEST

START_TEST(opaque_types)
{
	expect_types("", ".struct foo 24\n.\t0 n int\n",
		     "struct foo: was opaque, is defined now (24 bytes)\n");
	expect_types(".struct foo 1\n.\t0 n char\n", "",
		     "struct foo: was defined (1 byte), is opaque now\n");
}
END_TEST

START_TEST(a_variable_of_each_thread_is_told)
{
	static const char *const symbols[] = {"int", NULL};
	_cleanup_(abilock_types_freep) struct abilock_types *old_types = model("", symbols);
	_cleanup_(abilock_types_freep) struct abilock_types *new_types = model("", symbols);
	struct abilock_type_pair pair = {0, 0, "f"};
	struct abilock_type_changes changes = {0};

	new_types->symbols[0].is_thread_local = true;
	ck_assert_int_eq(abilock_types_compare(old_types, new_types, &pair, 1, &changes, &err), 0);
	ck_assert_uint_eq(changes.count, 1);
	ck_assert_uint_eq(changes.items[0].line_count, 1);
	ck_assert_str_eq(changes.items[0].lines[0], "each thread has its own now");
	abilock_type_changes_deinit(&changes);
}
END_TEST

START_TEST(a_cause_is_told_where_it_is)
{
	static const char *const symbols[] = {"int (struct foo *)", "int (struct bar *)", "int",
					      NULL};
	_cleanup_(abilock_types_freep) struct abilock_types *old_types =
		model(".struct foo 8\n.\t0 bar struct bar *\n.struct bar 4\n.\t0 n int\n", symbols);
	_cleanup_(abilock_types_freep) struct abilock_types *new_types = model(
		".struct foo 8\n.\t0 bar struct bar *\n.struct bar 4\n.\t0 n float\n", symbols);
	struct abilock_type_pair pairs[] = {{0, 0, "f0"}, {1, 1, "f1"}, {2, 2, "f2"}};
	struct abilock_type_changes changes = {0};

	ck_assert_int_eq(abilock_types_compare(old_types, new_types, pairs, 3, &changes, &err), 0);
	ck_assert_uint_eq(changes.count, 1);
	ck_assert_str_eq(changes.items[0].subject, "struct bar");
	ck_assert(!changes.items[0].is_symbol);
	ck_assert_uint_eq(changes.items[0].pair_count, 2);
	ck_assert_uint_eq(changes.items[0].pairs[0], 0);
	ck_assert_uint_eq(changes.items[0].pairs[1], 1);
	abilock_type_changes_deinit(&changes);
}
END_TEST

START_TEST(unnamed_members_are_told_by_path)
{
	expect_types(
		".struct foo 16\n.\t8 u union @foo.u\n.union @foo.u 4\n.\t0 i int\n",
		".struct foo 16\n.\t8 u union @foo.0\n.union @foo.0 8\n.\t0 i int\n.\t0 l long\n",
		"struct foo: member \"u\": size changed from 4 to 8\n"
		"struct foo: member \"u.l\" was added at offset 8: long\n");
	/* The members of one without a name are those of the type around it. */
	expect_types(
		".struct foo 16\n.\t8 - union @foo.1\n.union @foo.1 8\n.\t0 i int\n.\t4 k int\n",
		".struct foo 16\n.\t8 - union @foo.2\n.union @foo.2 8\n.\t0 i long\n.\t4 k int\n",
		"struct foo: member \"i\" changed from int to long\n");
	expect_types(".struct foo 4\n.\t0 e enum @foo.e\n.enum @foo.e 4\n.\t0 A\n",
		     ".struct foo 4\n.\t0 e enum @foo.e\n.enum @foo.e 4\n.\t1 A\n",
		     "struct foo: member \"e\": enumerator A changed from 0 to 1\n");
	expect(".struct @f.p 4\n.\t0 n int\n", "int (struct @f.p *)",
	       ".struct @f.p 4\n.\t0 n float\n", "int (struct @f.p *)",
	       "f0: parameter 1: member \"n\" changed from int to float\n");
}
END_TEST

START_TEST(typedefs_are_subjects)
{
	static const char before[] = ".struct @foo_t 4\n.\t0 n int\n";

	expect(before, "int (struct @foo_t *)", ".struct @foo_t 4\n.\t0 n float\n",
	       "int (struct @foo_t *)", "foo_t: member \"n\" changed from int to float\n");
	/* The same under another name is the same. */
	expect(before, "int (struct @foo_t *)", ".struct @bar_t 4\n.\t0 n int\n",
	       "int (struct @bar_t *)", "");
	expect(before, "int (struct @foo_t *)", ".struct @bar_t 4\n.\t0 n float\n",
	       "int (struct @bar_t *)", "f0: parameter 1 changed from foo_t * to bar_t *\n");
	expect(before, "int (struct @foo_t *)", ".union @foo_t 4\n.\t0 n int\n",
	       "int (union @foo_t *)",
	       "f0: parameter 1 changed from struct foo_t * to union foo_t *\n");
	expect(before, "int (struct @foo_t *)", ".struct foo_t 4\n.\t0 n int\n",
	       "int (struct foo_t *)", "f0: parameter 1 changed from foo_t * to struct foo_t *\n");
}
END_TEST

START_TEST(types_with_several_definitions)
{
	static const char before[] = ".struct foo 4\n.\t0 n int\n.struct foo 8\n.\t0 n long\n";

	expect_types(before, ".struct foo 4\n.\t0 n int\n.struct foo 8\n.\t0 n double\n",
		     "struct foo: member \"n\" changed from long to double\n");
	expect_types(before, ".struct foo 4\n.\t0 n int\n",
		     "struct foo: one of its definitions (8 bytes) was removed\n");
	expect_types(".struct foo 4\n.\t0 n int\n", before,
		     "struct foo: another definition (8 bytes) was added by a file that means "
		     "something else by the name\n");
}
END_TEST

START_TEST(what_only_one_side_reaches_is_no_cause)
{
	expect_types(".struct foo 8\n.\t0 p struct a *\n.struct a 4\n.\t0 n int\n.struct b 4\n.\t0 "
		     "n int\n",
		     ".struct foo 8\n.\t0 p struct b *\n.struct a 4\n.\t0 n long\n.struct b "
		     "4\n.\t0 n long\n",
		     "struct foo: member \"p\" changed from struct a * to struct b *\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("types_compare");
	TCase *tcase = tcase_create("types_compare");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, parameters);
	tcase_add_test(tcase, results_and_the_rest_of_a_prototype);
	tcase_add_test(tcase, variables);
	tcase_add_test(tcase, texts_that_are_no_types);
	tcase_add_test(tcase, members);
	tcase_add_test(tcase, members_that_move_together_share_a_line);
	tcase_add_test(tcase, bit_fields);
	tcase_add_test(tcase, enumerators);
	tcase_add_test(tcase, opaque_types);
	tcase_add_test(tcase, a_variable_of_each_thread_is_told);
	tcase_add_test(tcase, a_cause_is_told_where_it_is);
	tcase_add_test(tcase, unnamed_members_are_told_by_path);
	tcase_add_test(tcase, typedefs_are_subjects);
	tcase_add_test(tcase, types_with_several_definitions);
	tcase_add_test(tcase, what_only_one_side_reaches_is_no_cause);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
