/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <elf.h>

#include "../../symbols/declaration.h"

static struct abilock_error err;
static struct abilock_surface *surface;
static struct abilock_declaration *decl;
static struct abilock_diagnostics diags;

static void setup(void)
{
	err = (struct abilock_error){0};
	surface = NULL;
}

static void teardown(void)
{
	abilock_surface_free(take_ptr(surface));
	abilock_declaration_free(take_ptr(decl));
	abilock_diagnostics_deinit(&diags);
}

static int read_text(const char *text, size_t len)
{
	abilock_declaration_free(take_ptr(decl));
	int r = abilock_declaration_parse(text, len, "x.syms", &decl, &diags, &err);

	return r == 0 ? abilock_declaration_surface(decl, &surface, &err) : r;
}

static int parse(const char *text)
{
	/* A copy of exactly that size: a read past the end is then one that ASan sees. */
	size_t len = strlen(text);
	_cleanup_(freep) char *copy = malloc(len ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	return read_text(copy, len);
}

static void accepts(const char *text)
{
	char line[1024];

	if (parse(text) == 0)
		return;
	(void)abilock_error_format(&err, line, sizeof(line));
	ck_abort_msg("refused: %s", line);
}

#define refuses(text, at_line, at_column, words)                                                   \
	do {                                                                                       \
		ck_assert_int_eq(parse(text), ABILOCK_E_SYNTAX);                                   \
		ck_assert_ptr_null(surface);                                                       \
		ck_assert_msg(strstr(err.message, words), "message: %s", err.message);             \
		ck_assert_str_eq(err.file, "x.syms");                                              \
		ck_assert_uint_eq(err.offset, at_line);                                            \
		ck_assert_uint_eq(err.column, at_column);                                          \
	} while (0)

static const struct abilock_export *find(const char *name)
{
	for (size_t i = 0; i < surface->export_count; i++)
		if (str_eq(surface->exports[i].name, name))
			return &surface->exports[i];
	ck_abort_msg("no symbol %s", name);
	return NULL;
}

START_TEST(reads_nodes_in_their_order)
{
	accepts("A_1 { a; };\nA_PRIVATE {\n b; };");
	ck_assert_uint_eq(surface->node_count, 2);
	ck_assert_str_eq(surface->nodes[0].name, "A_1");
	ck_assert_str_eq(surface->nodes[1].name, "A_PRIVATE");
	ck_assert_uint_eq(surface->nodes[1].line, 2);
}
END_TEST

START_TEST(a_node_is_private_by_its_ending_only)
{
	accepts("A_PRIVATEER_1 { a; }; B_PRIVATE { b; }; _PRIVATE { c; };");
	ck_assert(!surface->nodes[0].is_private);
	ck_assert(surface->nodes[1].is_private);
	ck_assert(!surface->nodes[2].is_private);
}
END_TEST

START_TEST(a_symbol_is_a_default_function_unless_told)
{
	accepts("A {\n\tfoo;\n};");
	const struct abilock_export *foo = find("foo");
	ck_assert_uint_eq(foo->type, STT_FUNC);
	ck_assert_uint_eq(foo->bind, STB_GLOBAL);
	ck_assert_uint_eq(foo->node, 0);
	ck_assert_uint_eq(foo->line, 2);
	ck_assert(foo->is_default);
}
END_TEST

START_TEST(a_tag_gives_the_type_of_the_symbol_before_it)
{
	accepts("A {\n d; # data\n t; # tls\n i; # ifunc\n f; # func\n c; /* data */\n};");
	ck_assert_uint_eq(find("d")->type, STT_OBJECT);
	ck_assert_uint_eq(find("t")->type, STT_TLS);
	ck_assert_uint_eq(find("i")->type, STT_GNU_IFUNC);
	ck_assert_uint_eq(find("f")->type, STT_FUNC);
	ck_assert_uint_eq(find("c")->type, STT_OBJECT);
}
END_TEST

START_TEST(a_tag_is_for_every_symbol_of_its_line)
{
	accepts("A {\n before;\n a; b; # data\n after;\n};");
	ck_assert_uint_eq(find("before")->type, STT_FUNC);
	ck_assert_uint_eq(find("a")->type, STT_OBJECT);
	ck_assert_uint_eq(find("b")->type, STT_OBJECT);
	ck_assert_uint_eq(find("after")->type, STT_FUNC);
}
END_TEST

START_TEST(a_tag_may_stand_beside_a_header_path)
{
	accepts("A {\n a; # data core/queue.h\n b; # core/queue.h, tls\n c; # core/queue.h\r\n};");
	ck_assert_uint_eq(find("a")->type, STT_OBJECT);
	ck_assert_uint_eq(find("b")->type, STT_TLS);
	ck_assert_uint_eq(find("c")->type, STT_FUNC);
}
END_TEST

START_TEST(prose_that_begins_with_a_tag_word_is_prose)
{
	accepts("A {\n a; # data race\n b; # func or data\n c; # database\n};");
	ck_assert_uint_eq(find("a")->type, STT_FUNC);
	ck_assert_uint_eq(find("b")->type, STT_FUNC);
	ck_assert_uint_eq(find("c")->type, STT_FUNC);
}
END_TEST

START_TEST(a_tag_on_a_line_of_its_own_is_for_nobody)
{
	accepts("A {\n a;\n # data\n b; };");
	ck_assert_uint_eq(find("a")->type, STT_FUNC);
	ck_assert_uint_eq(find("b")->type, STT_FUNC);
}
END_TEST

START_TEST(labels_come_in_any_order)
{
	accepts("A { local: *; global: a; b; };");
	ck_assert_uint_eq(surface->export_count, 2);
}
END_TEST

START_TEST(a_label_may_have_space_before_its_colon)
{
	accepts("A{global\n:a;local :*;};");
	ck_assert_uint_eq(surface->export_count, 1);
}
END_TEST

START_TEST(keeps_several_parents_in_their_order)
{
	accepts("A{a;}; B{b;}; C{c;} B A;");
	ck_assert_uint_eq(surface->nodes[2].parent_count, 2);
	ck_assert_uint_eq(surface->nodes[2].parents[0], 1);
	ck_assert_uint_eq(surface->nodes[2].parents[1], 0);
}
END_TEST

START_TEST(a_private_node_may_follow_a_public_one)
{
	accepts("A{a;}; A_PRIVATE{b;} A; B_PRIVATE{c;} A_PRIVATE;");
	ck_assert_uint_eq(surface->nodes[2].parents[0], 1);
}
END_TEST

START_TEST(comments_may_stand_anywhere)
{
	accepts("# one\nA/* two */{/**/a/* ; */;# }\n}/*\n*/;\n#");
	ck_assert_uint_eq(surface->export_count, 1);
}
END_TEST

START_TEST(dollar_is_for_symbols_only)
{
	accepts("A { _foo$2.x; };");
	surface = (abilock_surface_free(surface), NULL);
	refuses("A$ { a; };", 1, 2, "'$' in the name");
}
END_TEST

START_TEST(refuses_a_double_slash_as_ld_does)
{
	refuses("A {\n a; // data\n};", 2, 5, "write '#'");
}
END_TEST

static const struct refusal {
	const char *text;
	unsigned line, column;
	const char *words;
} refusals[] = {
	{"", 1, 1, "no version node"},
	{"\n # only a comment\n", 3, 1, "no version node"},
	{"{ a; };", 1, 1, "anonymous"},
	{"A { };", 1, 1, "no symbol"},
	{"A { a; };\nB_PRIVATE { local: *; };", 2, 1, "no symbol"},
	{"A { a*; };", 1, 6, "patterns"},
	{"A { *; };", 1, 5, "patterns"},
	{"A { a[bc]; };", 1, 6, "patterns"},
	{"A { \"a\"; };", 1, 5, "quoted"},
	{"A { extern \"C++\" { a; }; };", 1, 5, "extern"},
	{"A { extern \"C\" { a; }; };", 1, 5, "extern"},
	{"A { ns::a; };", 1, 7, "C++ names"},
	{"A { glboal: a; };", 1, 11, "expected 'global:' or 'local:'"},
	/* abiaudit takes these for private; a tag that is written by hand never changes. */
	{"A_PRIVATE_1 { a; };", 1, 1, "looks private"},
	{"LIBVIRT_PRIVATE_10.2.0 { a; };", 1, 1, "looks private"},
	{"A.B_PRIVATE { a; };", 1, 1, "no C name"},
	{"include other.map\n", 1, 1, "include"},
	{"A { a; local: b; };", 1, 15, "only '*'"},
	{"A { a; local: };", 1, 15, "only '*'"},
	{"A { global; };", 1, 5, "keyword"},
	{"A { a; a; };", 1, 8, "listed twice: first in node A, line 1"},
	{"A { a; };\nB { a; };", 2, 5, "listed twice: first in node A, line 1"},
	{"A { a; };\nA { b; };", 2, 1, "defined twice: first in line 1"},
	{"A { a; } B;\nB { b; };", 1, 10, "not defined above"},
	{"A { a; } A;", 1, 10, "its own parent"},
	{"A { a; }; B { b; } A A;", 1, 22, "listed twice"},
	{"A_PRIVATE { a; }; B { b; } A_PRIVATE;", 1, 28, "private node"},
	{"9A { a; };", 1, 1, "cannot start with '9'"},
	{".A { a; };", 1, 1, "cannot start with '.'"},
	{"A-1 { a; };", 1, 2, "'-' in the name"},
	{"A { foo@A; };", 1, 8, "'@'"},
	{"A { f\xc3\xb6; };", 1, 6, "byte 0xc3"},
	{"\xef\xbb\xbf"
	 "A { a; };",
	 1, 1, "byte 0xef"},
	{"A { abilock_marker_A; };", 1, 5, "made by versiongen"},
	{"A { a };", 1, 7, "expected ';'"},
	{"A { a; }", 1, 9, "the file ends"},
	{"A { a; } ; }", 1, 12, "expected a node name"},
	{"A a; };", 1, 3, "expected '{'"},
	{"A { a;", 1, 1, "never closed"},
	{"A { a", 1, 6, "the file ends"},
	{"A { a; /* };", 1, 8, "never ends"},
	{"A { a; /*/ };", 1, 8, "never ends"},
	{"A {\n\ta; }; }", 2, 8, "expected a node name"},
};

START_TEST(refuses_with_line_column_and_reason)
{
	const struct refusal *r = &refusals[_i];

	refuses(r->text, r->line, r->column, r->words);
}
END_TEST

START_TEST(refuses_a_nul_byte_where_it_stands)
{
	static const char text[] = "A {\n a\0b; };";

	ck_assert_int_eq(read_text(text, sizeof(text) - 1), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(err.offset, 2);
	ck_assert_uint_eq(err.column, 3);
}
END_TEST

/* "a", "aa", "aaa" and so on: the set must compare whole names, also after it has grown. */
START_TEST(names_that_begin_alike_are_different_symbols)
{
	char text[20000] = "A {", *p = text + 3;

	for (int i = 1; i <= 150; i++) {
		memset(p, 'a', (size_t)i);
		p = stpcpy(p + i, ";");
	}
	(void)stpcpy(p, "};");
	accepts(text);
	ck_assert_uint_eq(surface->export_count, 150);
	ck_assert_uint_eq(strlen(surface->exports[149].name), 150);
}
END_TEST

static char *many_nodes(int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; i < count; i++)
		fprintf(f, "N%d{s%d;};\n", i, i);
	(void)fclose(f);
	return text;
}

START_TEST(takes_as_many_nodes_as_an_index_can_number)
{
	_cleanup_(freep) char *text = many_nodes(ABILOCK_DECLARATION_NODES_MAX);

	accepts(text);
	ck_assert_uint_eq(surface->node_count, ABILOCK_DECLARATION_NODES_MAX);
}
END_TEST

START_TEST(refuses_one_node_more)
{
	_cleanup_(freep) char *text = many_nodes(ABILOCK_DECLARATION_NODES_MAX + 1);

	refuses(text, ABILOCK_DECLARATION_NODES_MAX + 1, 1, "more than 32765 nodes");
}
END_TEST

START_TEST(refuses_what_is_too_large)
{
	size_t len = ABILOCK_DECLARATION_MAX + 1;
	_cleanup_(freep) char *text = malloc(len);

	memset(text, ' ', len);
	ck_assert_int_eq(read_text(text, len), ABILOCK_E_UNSUPPORTED);
	ck_assert_str_eq(err.message, "larger than 64 MiB");
}
END_TEST

START_TEST(an_absent_file_is_an_io_error_with_its_name)
{
	ck_assert_int_eq(abilock_declaration_read("/nonexistent/x.syms", &decl, &diags, &err),
			 ABILOCK_E_IO);
	ck_assert_str_eq(err.file, "/nonexistent/x.syms");
	ck_assert_str_eq(err.message, "No such file or directory");
}
END_TEST

START_TEST(a_directory_is_an_io_error)
{
	ck_assert_int_eq(abilock_declaration_read("/", &decl, &diags, &err), ABILOCK_E_IO);
}
END_TEST

START_TEST(the_error_may_be_null)
{
	ck_assert_int_eq(abilock_declaration_parse("A {", 3, "x", &decl, &diags, NULL),
			 ABILOCK_E_SYNTAX);
	ck_assert_ptr_null(surface);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("declaration");
	TCase *tc = tcase_create("declaration");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_nodes_in_their_order);
	tcase_add_test(tc, a_node_is_private_by_its_ending_only);
	tcase_add_test(tc, a_symbol_is_a_default_function_unless_told);
	tcase_add_test(tc, a_tag_gives_the_type_of_the_symbol_before_it);
	tcase_add_test(tc, a_tag_is_for_every_symbol_of_its_line);
	tcase_add_test(tc, a_tag_may_stand_beside_a_header_path);
	tcase_add_test(tc, prose_that_begins_with_a_tag_word_is_prose);
	tcase_add_test(tc, a_tag_on_a_line_of_its_own_is_for_nobody);
	tcase_add_test(tc, labels_come_in_any_order);
	tcase_add_test(tc, a_label_may_have_space_before_its_colon);
	tcase_add_test(tc, keeps_several_parents_in_their_order);
	tcase_add_test(tc, a_private_node_may_follow_a_public_one);
	tcase_add_test(tc, comments_may_stand_anywhere);
	tcase_add_test(tc, dollar_is_for_symbols_only);
	tcase_add_test(tc, refuses_a_double_slash_as_ld_does);
	tcase_add_loop_test(tc, refuses_with_line_column_and_reason, 0, (int)ARRAY_SIZE(refusals));
	tcase_add_test(tc, refuses_a_nul_byte_where_it_stands);
	tcase_add_test(tc, names_that_begin_alike_are_different_symbols);
	tcase_add_test(tc, takes_as_many_nodes_as_an_index_can_number);
	tcase_add_test(tc, refuses_one_node_more);
	tcase_add_test(tc, refuses_what_is_too_large);
	tcase_add_test(tc, an_absent_file_is_an_io_error_with_its_name);
	tcase_add_test(tc, a_directory_is_an_io_error);
	tcase_add_test(tc, the_error_may_be_null);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
