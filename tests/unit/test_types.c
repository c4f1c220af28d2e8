/* SPDX-License-Identifier: MIT */
/* The model of types, its text and its fingerprints. */
#include "types_model.h"

static uint64_t print_of(const char *lines, const char *symbol)
{
	const char *symbols[] = {symbol, NULL};
	_cleanup_(abilock_types_freep) struct abilock_types *types = model(lines, symbols);
	_cleanup_(freep) struct abilock_fingerprint *prints = NULL;

	ck_assert_int_eq(abilock_types_fingerprints(types, &prints, &err), 0);
	ck_assert(prints[0].is_known);
	return prints[0].value;
}

static void same_text(const char *lines)
{
	_cleanup_(abilock_types_freep) struct abilock_types *types = model(lines, NULL);
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_types_write(&text, types);
	abilock_text_putc(&text, '\0');
	ck_assert_str_eq(text.data, lines);
}

static const char list[] = ".struct list 16\n"
			   ".\t0 n int\n"
			   ".\t8 next struct list *\n";

START_TEST(what_is_written_reads_back)
{
	same_text(list);
	same_text(".enum color 4\n.\t-1 NONE\n.\t0 RED\n.\t18 BLUE\n");
	same_text(".struct empty 0\n");
	same_text(".struct @foo_t 8\n.\t0:0 a unsigned int : 3\n.\t0:3 - unsigned int : 2\n.\t4 "
		  "\"a b\\\"\\\\\\x0a\" int\n");
	same_text(".union \"odd name\" 8\n.\t0 - struct @a.b\n");
	same_text(".enum e 8\n.\t-9223372036854775808 MIN\n.\t9223372036854775807 MAX\n");
	same_text(".struct a 4\n.\t0 n int\n.struct a 8\n.\t0 n long\n");
	same_text("");
}
END_TEST

static void refused(const char *line, const char *message)
{
	_cleanup_(abilock_types_reader_deinit) struct abilock_types_reader reader = {0};
	_cleanup_(abilock_types_freep) struct abilock_types *types = model("", NULL);
	const char *last = strrchr(line, '\n');
	_cleanup_(freep) char *first = strndup(line, last ? (size_t)(last - line) : 0);

	reader.types = types;
	if (last)
		ck_assert_int_eq(abilock_types_read_line(&reader, first, &err), 0);
	ck_assert_int_eq(abilock_types_read_line(&reader, last ? last + 1 : line, &err),
			 ABILOCK_E_SYNTAX);
	ck_assert_msg(strstr(err.message, message) != NULL, "%s: %s", line, err.message);
}

START_TEST(lines_that_are_refused)
{
	refused(".class foo 8", "expected .struct, .union or .enum");
	refused(".struct  8", "and a name");
	refused(".struct @ 8", "and a name");
	refused(".struct \"a 8", "and a name");
	refused(".struct \"a\" 8", "quotes only where");
	refused(".struct foo", "expected the size");
	refused(".struct foo 08", "expected the size");
	refused(".struct foo -8", "expected the size");
	refused(".struct foo 8 ", "expected the size");
	refused(".struct foo 18446744073709551616", "expected the size");
	refused(".\t0 n int", "before its members");
	refused(".struct a 8\n.\tx n int", "expected the offset");
	refused(".struct a 8\n.\t0:8 n int : 1", "expected the offset");
	refused(".struct a 8\n.\t2305843009213693952 n int", "expected the offset");
	refused(".struct a 8\n.\t0  int", "expected a name");
	refused(".struct a 8\n.\t0 \"\" int", "expected -");
	refused(".struct a 8\n.\t0 \"n\" int", "quotes only where");
	refused(".struct a 8\n.\t0 \"n\\q\" int", "quotes only where");
	refused(".struct a 8\n.\t0 n", "expected the type");
	refused(".struct a 8\n.\t0 n ", "expected the type");
	refused(".struct a 8\n.\t0 n in\x01t", "expected the type");
	refused(".struct a 8\n.\t0 n int : 3", "byte:bit");
	refused(".struct a 8\n.\t0:0 n int", "expected the width");
	refused(".struct a 8\n.\t0:0 n int : 0", "expected the type");
	refused(".enum a 8\n.\t9223372036854775808 A", "expected the value");
	refused(".enum a 8\n.\t-0 A", "expected the value");
	refused(".enum a 8\n.\t1 A int", "expected the end of the line");
	refused("struct a 8", "begins with a dot");
}
END_TEST

START_TEST(names_in_texts)
{
	static const char *const want[] = {"struct foo", "union \"a \\\" b\"", "enum @e.f",
					   "struct @\"x y\""};
	const char *text = "int (\"struct no\", struct foo *, xstruct a, union \"a \\\" b\", "
			   "enum @e.f [3], struct @\"x y\", ...)";
	const char *name;
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		name = abilock_type_text_next(&text, &length);
		ck_assert_ptr_nonnull(name);
		ck_assert_uint_eq(length, strlen(want[i]));
		ck_assert_mem_eq(name, want[i], length);
	}
	ck_assert_ptr_null(abilock_type_text_next(&text, &length));
	ck_assert_str_eq(text, "");
	text = "struct \"never closed";
	ck_assert_ptr_null(abilock_type_text_next(&text, &length));
}
END_TEST

START_TEST(types_have_the_kind_and_the_handle_of_their_name)
{
	_cleanup_(abilock_types_freep) struct abilock_types *types = model("", NULL);
	const struct abilock_type *type = abilock_types_type(types, "union @foo.u");

	ck_assert_ptr_nonnull(type);
	ck_assert_int_eq(type->kind, ABILOCK_TYPE_UNION);
	ck_assert(type->is_unnamed);
	ck_assert_ptr_eq(abilock_types_type(types, "union @foo.u"), type);
	ck_assert_ptr_eq(abilock_types_find(types, "union @foo.u"), type);
	ck_assert_ptr_null(abilock_types_find(types, "union foo.u"));
	ck_assert(!abilock_types_type(types, "struct \"@a\"")->is_unnamed);
	ck_assert_ptr_null(abilock_types_type(types, "int"));
	ck_assert_ptr_null(abilock_types_type(types, "struct foo *"));
	ck_assert_ptr_null(abilock_types_type(types, "struct"));
}
END_TEST

/* The value of today, on all machines: it is in baselines and in the names of private nodes. */
START_TEST(the_value_stays)
{
	ck_assert_uint_eq(print_of(list, "int (struct list *)"), 0x7c422b226564d87d);
	ck_assert_uint_eq(print_of("", "void (void)"), 0xf7b1d5c02df0ffc6);
}
END_TEST

START_TEST(what_changes_a_fingerprint)
{
	static const char *const lists[] = {
		".struct list 16\n.\t0 m int\n.\t8 next struct list *\n",
		".struct list 24\n.\t0 n int\n.\t8 next struct list *\n",
		".struct list 16\n.\t0 n long\n.\t8 next struct list *\n",
		".struct list 16\n.\t4 n int\n.\t8 next struct list *\n",
		".struct list 16\n.\t0:0 n int : 4\n.\t8 next struct list *\n",
		".struct list 16\n.\t0 n int\n.\t8 next struct link *\n",
		".struct list 16\n.\t0 n int\n",
		"",
	};
	const uint64_t before = print_of(list, "int (struct list *)");

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		ck_assert_uint_ne(print_of(lists[i], "int (struct list *)"), before);
	ck_assert_uint_ne(print_of(list, "int (struct list *, int)"), before);
	ck_assert_uint_ne(print_of(list, "int (const struct list *)"), before);
	ck_assert_uint_ne(print_of(".enum e 4\n.\t0 A\n", "enum e"),
			  print_of(".enum e 4\n.\t1 A\n", "enum e"));
	ck_assert_uint_ne(print_of(".struct @a 4\n.\t0 n int\n", "struct @a"),
			  print_of(".union @a 4\n.\t0 n int\n", "union @a"));
}
END_TEST

/* Readers merge what they know in any order, and two files may mean different things by a name. */
START_TEST(definitions_come_in_any_order)
{
	static const char one[] = ".struct a 4\n.\t0 n int\n", two[] = ".struct a 8\n.\t0 n long\n";
	char both[100], turned[100], thrice[100];

	(void)snprintf(both, sizeof(both), "%s%s", one, two);
	(void)snprintf(turned, sizeof(turned), "%s%s", two, one);
	(void)snprintf(thrice, sizeof(thrice), "%s%s%s", one, two, one);
	ck_assert_uint_eq(print_of(both, "struct a"), print_of(turned, "struct a"));
	ck_assert_uint_eq(print_of(both, "struct a"), print_of(thrice, "struct a"));
	ck_assert_uint_ne(print_of(both, "struct a"), print_of(one, "struct a"));
}
END_TEST

/* Handles are in no fingerprint, also where unnamed types go in a circle. */
START_TEST(circles_of_unnamed_types)
{
	const uint64_t before = print_of(
		".struct @a 8\n.\t0 p struct @b *\n.struct @b 8\n.\t0 p struct @a *\n.\t4 n int\n",
		"struct @a");

	ck_assert_uint_eq(print_of(".struct @x 8\n.\t0 p struct @c *\n.struct @c 8\n.\t0 p struct "
				   "@x *\n.\t4 n int\n",
				   "struct @x"),
			  before);
	ck_assert_uint_ne(print_of(".struct @a 8\n.\t0 p struct @b *\n.struct @b 8\n.\t0 p struct "
				   "@a *\n.\t4 n long\n",
				   "struct @a"),
			  before);
}
END_TEST

enum { MANY = 100000 };

/* 100,000 types in a row, named and not: neither depth nor size is a matter. */
static uint64_t chain(const char *mark)
{
	_cleanup_(abilock_text_deinit) struct abilock_text lines = {0};
	char symbol[32];

	for (int i = 0; i < MANY; i++)
		abilock_text_printf(&lines, ".struct %ss%d 8\n.\t0 p struct %ss%d *\n", mark, i,
				    mark, i + 1);
	abilock_text_printf(&lines, ".struct %ss%d 8\n", mark, MANY);
	abilock_text_putc(&lines, '\0');
	(void)snprintf(symbol, sizeof(symbol), "struct %ss0 *", mark);
	return print_of(lines.data, symbol);
}

START_TEST(long_chains)
{
	ck_assert_uint_ne(chain(""), chain("@"));
}
END_TEST

START_TEST(long_texts)
{
	static const char *const parts[] = {"struct foo *, ", "(", "*", "int (*)(", "\"", "[",
					    "struct @a, "};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_(abilock_text_deinit) struct abilock_text symbol = {0};

		abilock_text_puts(&symbol, "int (");
		while (symbol.length < 1 << 20)
			abilock_text_puts(&symbol, parts[i]);
		abilock_text_puts(&symbol, "int)");
		abilock_text_putc(&symbol, '\0');
		(void)print_of(".struct foo 8\n.\t0 n int\n.struct @a 4\n", symbol.data);
	}
}
END_TEST

/* ---- nodes ---- */

static struct abilock_export exports[] = {
	{.name = "b", .node = 0, .is_default = true},
	{.name = "a", .node = 0, .is_default = true},
	{.name = "other", .node = 1, .is_default = true},
	{.name = "abilock_marker_x", .node = 0, .is_default = true},
};
static const struct abilock_surface surface = {.exports = exports, .export_count = 4};

static struct abilock_fingerprint node_print(const struct abilock_fingerprint *prints, size_t node,
					     const char **unknown)
{
	struct abilock_fingerprint print = {0};

	ck_assert_int_eq(abilock_node_fingerprint(&surface, prints, node, &print, unknown, &err),
			 0);
	return print;
}

START_TEST(fingerprints_of_nodes)
{
	struct abilock_fingerprint prints[] = {{1, true}, {2, true}, {3, true}, {0, false}};
	const char *unknown = "";
	const struct abilock_fingerprint before = node_print(prints, 0, &unknown);

	ck_assert(before.is_known);
	ck_assert_ptr_null(unknown);
	prints[2].value = 4;
	ck_assert_uint_eq(node_print(prints, 0, &unknown).value, before.value);
	exports[0].is_default = false;
	ck_assert_uint_eq(node_print(prints, 0, &unknown).value, before.value);
	exports[0].is_default = true;
	exports[0].name = "a";
	exports[1].name = "b";
	ck_assert_uint_ne(node_print(prints, 0, &unknown).value, before.value);
	prints[0].value = 2;
	prints[1].value = 1;
	ck_assert_uint_eq(node_print(prints, 0, &unknown).value, before.value);
	prints[0].is_known = prints[1].is_known = false;
	ck_assert(!node_print(prints, 0, &unknown).is_known);
	ck_assert_str_eq(unknown, "a");
	ck_assert(node_print(prints, 7, &unknown).is_known);
	ck_assert_ptr_null(unknown);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("types");
	TCase *tcase = tcase_create("types");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, what_is_written_reads_back);
	tcase_add_test(tcase, lines_that_are_refused);
	tcase_add_test(tcase, names_in_texts);
	tcase_add_test(tcase, types_have_the_kind_and_the_handle_of_their_name);
	tcase_add_test(tcase, the_value_stays);
	tcase_add_test(tcase, what_changes_a_fingerprint);
	tcase_add_test(tcase, definitions_come_in_any_order);
	tcase_add_test(tcase, circles_of_unnamed_types);
	tcase_add_test(tcase, long_chains);
	tcase_add_test(tcase, long_texts);
	tcase_add_test(tcase, fingerprints_of_nodes);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
