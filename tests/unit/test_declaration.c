/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <elf.h>
#include <sys/stat.h>

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
	refuses("A$ { a; };", 1, 2, "'$' in the node name");
}
END_TEST

START_TEST(refuses_a_double_slash_as_ld_does)
{
	refuses("A {\n a; // data\n};", 2, 5, "does not start a comment");
	ck_assert_str_eq(diags.items[0].fix, "write '#' instead of '//'");
}
END_TEST

static const struct refusal {
	const char *text;
	unsigned line, column;
	const char *words;
} refusals[] = {
	{"", 1, 1, "no version node"},
	{"\n # only a comment\n", 1, 1, "no version node"},
	{"{ a; };\nB { b; };", 1, 1, "anonymous node beside other"},
	{"B { b; };\n{ a; };", 2, 1, "anonymous node beside other"},
	{"{ a; } B;", 1, 8, "has no parents"},
	{"A { ns::a; };", 1, 7, "outside extern \"C++\""},
	{"A { glboal: a; };", 1, 5, "'glboal:' is no label"},
	{"A { extern \"C\" { global: a; }; };", 1, 18, "'global:' inside an extern block"},
	{"A { extern \"D\" { a; }; };", 1, 12, "unknown language 'D'"},
	{"A { extern C { a; }; };", 1, 11, "a language in quotes"},
	{"A { extern \"C\" a; };", 1, 15, "expected '{'"},
	{"A { extern \"C\" { a; } };", 1, 22, "expected ';'"},
	{"A { \"a; };", 1, 5, "not closed on its line"},
	{"A { \"\"; };", 1, 5, "empty name"},
	{"\"A\" { a; };", 1, 1, "in quotes"},
	{"A { a;; };", 1, 7, "expected a name, not ';'"},
	{"A { global a; };", 1, 11, "expected ':' behind 'global'"},
	/* abiaudit takes these for private; a tag that is written by hand never changes. */
	{"A_PRIVATE_1 { a; };", 1, 1, "looks private"},
	{"LIBVIRT_PRIVATE_10.2.0 { a; };", 1, 1, "looks private"},
	{"A.B_PRIVATE { a; };", 1, 1, "no C name"},
	{"include other.map\n", 1, 8, "expected '{'"},
	{"include \"/nonexistent/x\"\n", 1, 9, "cannot read '/nonexistent/x'"},
	{"A { a; };\nB { local: a; };", 2, 12, "'a' is local here, but global in node 'A', line 1"},
	{"A { local: a*; };\nB { a*; };", 2, 5, "'a*' is global here, but local in node 'A'"},
	{"A { a; };\nA { b; };", 2, 1, "defined twice: first in line 1"},
	{"A { a; } B;\nB { b; } A;", 2, 10, "cycle: 'A' -> 'B' -> 'A'"},
	{"A { a; } A;", 1, 10, "its own parent"},
	{"A { a; }; B { b; } A A;", 1, 22, "listed twice"},
	{"A_PRIVATE { a; }; B { b; } A_PRIVATE;", 1, 28, "private node"},
	{"9A { a; };", 1, 1, "cannot start with '9'"},
	{"A-1 { a; };", 1, 2, "'-' in the node name"},
	{"A { foo@A; };", 1, 8, "'@'"},
	{"A { f\xc3\xb6; };", 1, 6, "byte 0xc3"},
	{"\xef\xbb\xbf"
	 "A { a; };",
	 1, 1, "byte order mark"},
	{"A { abilock_marker_A; };", 1, 5, "made by versiongen"},
	{"A { a };", 1, 6, "expected ';'"},
	{"A { a; }", 1, 9, "expected ';' behind node 'A'"},
	{"A { a; } ; }", 1, 12, "expected the name of a node"},
	{"A a; };", 1, 2, "expected '{'"},
	{"A { a;", 1, 3, "never closed"},
	{"A { a", 1, 3, "never closed"},
	{"A { a; /* };", 1, 8, "never ends"},
	{"A { a; /*/ };", 1, 8, "never ends"},
	{"A {\n\ta; }; }", 2, 8, "expected the name of a node"},
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

static const struct abilock_entry *entry(const char *text)
{
	for (size_t i = 0; i < decl->entry_count; i++)
		if (str_eq(decl->entries[i].text, text))
			return &decl->entries[i];
	ck_abort_msg("no entry %s", text);
	return NULL;
}

static const struct abilock_declared_node *node(const char *name)
{
	for (size_t i = 0; i < decl->node_count; i++)
		if (str_eq(decl->nodes[i].name, name))
			return &decl->nodes[i];
	ck_abort_msg("no node %s", name);
	return NULL;
}

START_TEST(patterns_are_kept_as_they_are_written)
{
	accepts("A { a*; b?; [cd]; \\*e*; };");
	ck_assert(entry("a*")->is_pattern);
	ck_assert(entry("b?")->is_pattern);
	ck_assert(entry("[cd]")->is_pattern);
	ck_assert(entry("\\*e*")->is_pattern);
	ck_assert_uint_eq(surface->export_count, 0);
	ck_assert_ptr_eq(abilock_declaration_first_pattern(decl), &decl->entries[0]);
}
END_TEST

START_TEST(a_backslash_makes_a_name_of_a_pattern)
{
	accepts("A { a\\*; \\b; };");
	ck_assert(!entry("a*")->is_pattern);
	ck_assert(!entry("b")->is_pattern);
	ck_assert_ptr_null(abilock_declaration_first_pattern(decl));
}
END_TEST

START_TEST(a_quoted_name_is_no_pattern)
{
	accepts("A { \"a*\"; \"b\"; };");
	ck_assert(!entry("a*")->is_pattern);
	ck_assert(entry("a*")->is_quoted);
	ck_assert_uint_eq(entry("b")->place.length, 3);
	ck_assert_uint_eq(surface->export_count, 2);
}
END_TEST

START_TEST(a_quoted_name_with_a_version_is_no_symbol)
{
	accepts("A { \"a@B\"; };");
	ck_assert_uint_eq(surface->export_count, 0);
	ck_assert_ptr_nonnull(abilock_declaration_first_pattern(decl));
}
END_TEST

START_TEST(extern_blocks_give_their_language)
{
	accepts("A { extern \"C++\" { a::*; extern \"C\" { b; }; \"c::d(int)\"; }; e;\n"
		"local: extern \"java\" { f }; *; };");
	ck_assert_uint_eq(entry("a::*")->language, ABILOCK_LANGUAGE_CXX);
	ck_assert_uint_eq(entry("b")->language, ABILOCK_LANGUAGE_C);
	ck_assert_uint_eq(entry("c::d(int)")->language, ABILOCK_LANGUAGE_CXX);
	ck_assert_uint_eq(entry("e")->language, ABILOCK_LANGUAGE_C);
	ck_assert_uint_eq(entry("f")->language, ABILOCK_LANGUAGE_JAVA);
	ck_assert(entry("f")->is_local);
	ck_assert_uint_eq(surface->export_count, 2);
}
END_TEST

START_TEST(keywords_are_names_where_no_colon_follows)
{
	accepts("A { global; local; extern; include; };");
	ck_assert_uint_eq(surface->export_count, 4);
}
END_TEST

START_TEST(an_anonymous_script_has_no_node_on_the_surface)
{
	accepts("{ global: a; local: *; };");
	ck_assert_str_eq(decl->nodes[0].name, "");
	ck_assert_uint_eq(surface->node_count, 0);
	ck_assert_uint_eq(find("a")->node, ABILOCK_NO_NODE);
}
END_TEST

START_TEST(an_empty_node_is_a_node)
{
	accepts("A { }; B_PRIVATE { local: *; } A;");
	ck_assert_uint_eq(surface->node_count, 2);
}
END_TEST

START_TEST(parents_are_sorted_in_front_of_their_children)
{
	accepts("C { c; } B A; X { x; }; B { b; } A; A { a; };");
	ck_assert_str_eq(decl->nodes[0].name, "A");
	ck_assert_str_eq(decl->nodes[1].name, "B");
	ck_assert_str_eq(decl->nodes[2].name, "C");
	ck_assert_str_eq(decl->nodes[3].name, "X");
	ck_assert_uint_eq(decl->nodes[2].parents[0], 1);
	ck_assert_uint_eq(decl->nodes[2].parents[1], 0);
	ck_assert_uint_eq(entry("c")->node, 2);
	ck_assert_str_eq(decl->entries[0].text, "c");
}
END_TEST

START_TEST(comments_behind_much_space_are_read_in_linear_time)
{
	enum { SPACES = 1000000, COMMENTS = 100000 };
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_text_puts(&text, "A { f;\n");
	abilock_text_pad(&text, SPACES);
	for (size_t i = 0; i < COMMENTS; i++)
		abilock_text_puts(&text, "/**/");
	abilock_text_puts(&text, "};\n");
	abilock_text_putc(&text, '\0');
	ck_assert(!text.failed);
	accepts(text.data);
}
END_TEST

START_TEST(a_long_chain_of_parents_needs_no_stack)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	for (int i = 0; i < 30000; i++)
		fprintf(f, "N%d{s%d;}N%d;\n", i, i, i + 1);
	fprintf(f, "N30000{a;};");
	(void)fclose(f);
	accepts(text);
	free(text);
	ck_assert_str_eq(decl->nodes[0].name, "N30000");
	ck_assert_str_eq(decl->nodes[30000].name, "N0");
}
END_TEST

START_TEST(a_node_knows_its_braces)
{
	accepts("A\n {\n a;\n  } ;");
	ck_assert_uint_eq(decl->nodes[0].place.line, 1);
	ck_assert_uint_eq(decl->nodes[0].open.line, 2);
	ck_assert_uint_eq(decl->nodes[0].open.column, 2);
	ck_assert_uint_eq(decl->nodes[0].close.line, 4);
	ck_assert_uint_eq(decl->nodes[0].close.column, 3);
}
END_TEST

START_TEST(tags_say_when_and_where_a_symbol_is)
{
	accepts("A {\n a; # since=1.2 arch=x86_64|arm64 if=WITH_A core/a.h weak compat\n"
		" b; /* if=!WITH_A unique notype */\n};");
	const struct abilock_tags *a = &entry("a")->tags, *b = &entry("b")->tags;
	ck_assert_str_eq(a->since, "1.2");
	ck_assert_str_eq(a->arch, "x86_64|arm64");
	ck_assert_str_eq(a->condition, "WITH_A");
	ck_assert_str_eq(a->header, "core/a.h");
	ck_assert_uint_eq(a->bind, STB_WEAK);
	ck_assert(a->is_compat);
	ck_assert(!a->has_type);
	ck_assert_str_eq(b->condition, "!WITH_A");
	ck_assert_uint_eq(b->bind, STB_GNU_UNIQUE);
	ck_assert(b->has_type);
	ck_assert_uint_eq(b->type, STT_NOTYPE);
}
END_TEST

START_TEST(two_comments_in_a_line_are_for_the_entries_in_front_of_each)
{
	accepts("A {\n a; /* data */ b; /* tls */ # core/b.h\n};");
	ck_assert_uint_eq(find("a")->type, STT_OBJECT);
	ck_assert_uint_eq(find("b")->type, STT_TLS);
	ck_assert_ptr_null(entry("a")->tags.header);
	ck_assert_str_eq(entry("b")->tags.header, "core/b.h");
}
END_TEST

START_TEST(a_tag_may_stand_in_front_of_the_semicolon)
{
	accepts("A {\n a /* data */;\n};");
	ck_assert_uint_eq(find("a")->type, STT_OBJECT);
}
END_TEST

START_TEST(a_node_hands_its_tags_to_its_entries)
{
	accepts("A { # since=1 arch=arm if=X core/a.h\n a;\n b; # since=2 if=!Y\n};\n"
		"B { # compat\n a; } A;");
	ck_assert_str_eq(node("A")->tags.since, "1");
	ck_assert_str_eq(entry("a")->tags.since, "1");
	ck_assert_str_eq(entry("a")->tags.condition, "X");
	ck_assert_str_eq(entry("b")->tags.since, "2");
	ck_assert_str_eq(entry("b")->tags.condition, "!Y");
	ck_assert_str_eq(entry("b")->tags.arch, "arm");
	ck_assert_str_eq(entry("b")->tags.header, "core/a.h");
	ck_assert(decl->entries[2].tags.is_compat);
}
END_TEST

START_TEST(a_comment_on_the_line_of_entries_is_not_for_the_node)
{
	accepts("A { a; }; # since=1");
	ck_assert_ptr_null(node("A")->tags.since);
	ck_assert_str_eq(entry("a")->tags.since, "1");
}
END_TEST

START_TEST(an_exact_node_keeps_its_name)
{
	accepts("GLIBC_PRIVATE { # exact\n a; };\nQt_5_PRIVATE_API { b; }; # exact\n"
		"Qt_5 { c; } Qt_5_PRIVATE_API;\nL_PRIVATE_1.2 { # exact\n abilock_marker_L; };");
	ck_assert(node("GLIBC_PRIVATE")->is_private);
	ck_assert(!node("GLIBC_PRIVATE")->is_tagged);
	ck_assert(node("Qt_5_PRIVATE_API")->is_private);
	ck_assert(!node("Qt_5")->is_private);
	ck_assert(!surface->nodes[0].is_tagged);
}
END_TEST

START_TEST(a_file_name_on_its_own_line_heads_the_entries_below)
{
	accepts("A {\n"
		"# util/virfile.h\n a;\n b; # util/other.h\n\n c;\n"
		"/* util/virhash.h */\n d;\n# prose below it\n e;\n"
		"\n# Something else\n f;\n};\nB { g; };");
	ck_assert_str_eq(entry("a")->tags.header, "util/virfile.h");
	ck_assert_str_eq(entry("b")->tags.header, "util/other.h");
	ck_assert_str_eq(entry("c")->tags.header, "util/virfile.h");
	ck_assert_str_eq(entry("d")->tags.header, "util/virhash.h");
	ck_assert_str_eq(entry("e")->tags.header, "util/virhash.h");
	ck_assert_ptr_null(entry("f")->tags.header);
	ck_assert_ptr_null(entry("g")->tags.header);
}
END_TEST

START_TEST(an_unversioned_symbol_belongs_to_no_node)
{
	accepts("# unversioned: raw data\nA {\n a; # unversioned: two weak core/two.h\n};\n"
		"/* unversioned: three */ # unversioned: of these there is none\n");
	ck_assert_uint_eq(decl->entry_count, 4);
	ck_assert_uint_eq(entry("raw")->node, ABILOCK_NO_NODE);
	ck_assert_uint_eq(entry("raw")->tags.type, STT_OBJECT);
	ck_assert_uint_eq(entry("raw")->place.column, 16);
	ck_assert_uint_eq(entry("two")->tags.bind, STB_WEAK);
	ck_assert_uint_eq(entry("two")->tags.type, STT_FUNC);
	ck_assert_ptr_null(entry("a")->tags.header);
	ck_assert_uint_eq(find("three")->node, ABILOCK_NO_NODE);
	ck_assert(find("three")->is_default);
}
END_TEST

START_TEST(the_last_version_of_a_symbol_is_the_default)
{
	accepts("A { f; g; h; h; }; B { f; g; # compat\n h; } A; C {\n f; # compat\n } B;");
	ck_assert_uint_eq(surface->export_count, 7);
	ck_assert(!surface->exports[0].is_default);
	ck_assert(surface->exports[3].is_default == false);
	ck_assert_str_eq(surface->exports[3].name, "f");
	ck_assert(!surface->exports[6].is_default);
}
END_TEST

static void select_for(const char *text, const char *define, const char *machine)
{
	const struct abilock_selection selection = {&define, define ? 1 : 0, machine};

	accepts(text);
	abilock_surface_free(take_ptr(surface));
	ck_assert_int_eq(abilock_declaration_select(decl, &selection, &err), 0);
	ck_assert_int_eq(abilock_declaration_surface(decl, &surface, &err), 0);
}

START_TEST(entries_are_for_builds_with_their_feature)
{
	static const char text[] = "A {\n a; # if=X\n b; # if=!X\n c;\n};\n# unversioned: d if=X\n";

	select_for(text, "X", NULL);
	ck_assert_uint_eq(surface->export_count, 3);
	ck_assert_str_eq(surface->exports[0].name, "a");
	ck_assert_str_eq(surface->exports[2].name, "d");
	abilock_surface_free(take_ptr(surface));
	select_for(text, "Y", NULL);
	ck_assert_uint_eq(surface->export_count, 2);
	ck_assert_str_eq(surface->exports[0].name, "b");
}
END_TEST

static const struct {
	const char *arch, *machine;
	bool holds;
} machines[] = {
	{"x86_64", "x86_64", true},	  {"amd64", "x86_64", true},
	{"x86_64", "amd64", true},	  {"x86_64", "i386", false},
	{"i386|amd64", "x86_64", true},	  {"!i386|!amd64", "x86_64", false},
	{"!i386|!arm", "x86_64", true},	  {"arm64", "aarch64", true},
	{"armhf", "arm", true},		  {"armel", "arm", true},
	{"ppc64el", "ppc64le", true},	  {"ppc64el", "ppc64", false},
	{"loong64", "loongarch64", true}, {"s390x", "s390x", true},
	{"!s390x", "s390x", false},	  {"x32", "x86_64", false},
	{"riscv64", NULL, true},
};

START_TEST(entries_are_for_their_machines)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "A {\n a; # arch=%s\n b; };", machines[_i].arch);
	select_for(text, NULL, machines[_i].machine);
	ck_assert_uint_eq(surface->export_count, machines[_i].holds ? 2 : 1);
}
END_TEST

START_TEST(a_node_that_loses_its_symbols_goes)
{
	select_for("A { a; };\nB { local: *; global: b; # if=X\n} A;\nC { c; } B;\n"
		   "D { # if=X\n d; } C; E { e; } D C; F { };",
		   NULL, NULL);
	ck_assert_uint_eq(surface->node_count, 4);
	ck_assert_str_eq(surface->nodes[1].name, "C");
	ck_assert_uint_eq(surface->nodes[1].parent_count, 1);
	ck_assert_uint_eq(surface->nodes[1].parents[0], 0);
	ck_assert_str_eq(surface->nodes[2].name, "E");
	ck_assert_uint_eq(surface->nodes[2].parent_count, 1);
	ck_assert_uint_eq(surface->nodes[2].parents[0], 1);
	ck_assert_str_eq(surface->nodes[3].name, "F");
}
END_TEST

START_TEST(what_a_node_hid_stays_hidden_without_it)
{
	select_for("A {\n global: a; # if=X\n local: *;\n};\nB { b; } A;", NULL, NULL);
	ck_assert_uint_eq(surface->node_count, 1);
	ck_assert(entry("*")->is_local);
	ck_assert_uint_eq(entry("*")->node, 0);
}
END_TEST

START_TEST(nothing_may_be_left)
{
	select_for("A { # if=X\n global: a; local: *; };", NULL, NULL);
	ck_assert_uint_eq(surface->node_count, 0);
	ck_assert_uint_eq(surface->export_count, 0);
	ck_assert_uint_eq(decl->node_count, 1);
	ck_assert_str_eq(decl->nodes[0].name, "");
	ck_assert(entry("*")->is_local);
}
END_TEST

/* ---- errors ---- */

START_TEST(all_errors_of_a_text_are_found)
{
	static const char *const rules[] = {"syntax",	      "syntax",		"tag",
					    "syntax",	      "unknown-parent", "duplicate-node",
					    "private-parent", "marker-name"};
	static const unsigned lines[] = {2, 2, 3, 4, 5, 6, 7, 8};

	ck_assert_int_eq(parse("A {\n a@b; c d;\n e; # weak unique\n glboal: f;\n} Z;\n"
			       "A_PRIVATE { g; }; A { h; };\nB { i; } A_PRIVATE;\n"
			       "C { abilock_marker_C; };"),
			 ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.count, ARRAY_SIZE(rules));
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		ck_assert_str_eq(diags.items[i].rule, rules[i]);
		ck_assert_uint_eq(diags.items[i].place.line, lines[i]);
	}
}
END_TEST

static const struct {
	const char *text, *fix;
} fixes[] = {
	{"A { glboal: a; };", "did you mean 'global:'?"},
	{"A { locals: *; };", "did you mean 'local:'?"},
	{"A { x: a; };", "labels are 'global:' and 'local:'"},
	{"A { a@@V; };", "write the name alone: 'a'"},
	{"A { a };", "write ';' here"},
	{"A { a; }", "write ';' here"},
	{"A { a, b; };", "write ';' behind each name"},
	{"A { n::a; };", "write 'extern \"C++\" { n::a; };'"},
	{"A { a; // b\n};", "write '#' instead of '//'"},
	{"LIBX_1.0 { a; };\nLIBX_1.1 { b; } LIBX_1_0;", "did you mean 'LIBX_1.0'?"},
	{"9A { a; };", "ld drops the digit without an error: write another name"},
	{"A { extern C { a; }; };", "write extern \"C\" or extern \"C++\""},
	{"A { a; ", NULL},
	{"{ a; ", NULL},
	{"{ a; }", "write ';' here"},
	{"A { a;\nB { b; };", "write '};' in front of this"},
	{"a;\nb;\nc;\n", "a list stands in braces behind the name of a node"},
	{"A {\n a; # if=\n};", "write a name, such as if=WITH_TLS or if=!WITH_TLS"},
	{"A {\n a; # since=\n};", "write a release, such as since=1.2"},
	{"A {\n a; # arch=a|!b\n};",
	 "write machines that versiongen(1) lists, such as arch=x86_64|aarch64 or arch=!i386|!arm"},
	{"A {\n a; # arch=x86_64|x86_65\n};",
	 "write machines that versiongen(1) lists, such as arch=x86_64|aarch64 or arch=!i386|!arm"},
	{"A { # data\n a; };", "write it behind the symbols that it is for"},
	{"A {\n a; # exact\n };", "write it behind the '{' of the node"},
};

START_TEST(an_error_is_one_and_says_what_to_write)
{
	ck_assert_int_eq(parse(fixes[_i].text), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_pstr_eq(diags.items[0].fix, fixes[_i].fix);
}
END_TEST

START_TEST(a_wrong_tag_beside_prose_is_prose)
{
	accepts("A {\n a; # see if= below\n b; # weak, unique or not\n};");
	ck_assert_uint_eq(entry("b")->tags.bind, STB_GLOBAL);
}
END_TEST

START_TEST(errors_come_in_the_order_of_their_places)
{
	ck_assert_int_eq(parse("A { a; } Z;\nB { a@b; };\n"), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(diags.items[0].rule, "unknown-parent");
	ck_assert_str_eq(diags.items[1].rule, "syntax");
	ck_assert_uint_eq(diags.items[1].place.length, 1);
	ck_assert_uint_eq(err.offset, 1);
}
END_TEST

START_TEST(a_hostile_text_gives_a_bounded_number_of_errors)
{
	size_t len = 100000;
	_cleanup_(freep) char *text = malloc(len);

	memset(text, ';', len);
	for (size_t i = 0; i < len; i += 2)
		text[i] = '@';
	memcpy(text, "A {", 3);
	ck_assert_int_eq(read_text(text, len), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.error_count, 1000);
}
END_TEST

START_TEST(deep_blocks_are_an_error_not_a_crash)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	fputs("A {", f);
	for (int i = 0; i < 100000; i++)
		fputs("extern \"C\" {", f);
	(void)fclose(f);
	ck_assert_int_eq(parse(text), ABILOCK_E_SYNTAX);
	ck_assert_ptr_nonnull(strstr(err.message, "inside each other"));
	free(text);
}
END_TEST

/* ---- includes ---- */

static char folder[] = "/tmp/abilock-declaration-XXXXXX";

static void setup_folder(void)
{
	setup();
	(void)strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkdir("sub", 0700), 0);
}

static void teardown_folder(void)
{
	static const char *const files[] = {"main", "a", "b", "sub/c", "sub/d"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		(void)unlink(files[i]);
	(void)rmdir("sub");
	(void)chdir("/");
	(void)rmdir(folder);
	teardown();
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	(void)fclose(f);
}

static int read_main(const char *text)
{
	write_file("main", text);
	abilock_declaration_free(take_ptr(decl));
	return abilock_declaration_read("main", &decl, &diags, &err);
}

START_TEST(nodes_are_included_between_nodes)
{
	write_file("a", "A { a; };\ninclude \"sub/c\"\n");
	write_file("sub/c", "include \"d\";\n");
	write_file("sub/d", "D { d; };\n");
	ck_assert_int_eq(read_main("M { m; } D;\ninclude \"a\"\nN { n; } A;\n"), 0);
	ck_assert_uint_eq(decl->node_count, 4);
	ck_assert_uint_eq(decl->source_count, 4);
	ck_assert_str_eq(decl->sources[3].path, "sub/d");
	ck_assert_uint_eq(node("D")->place.file, 3);
	ck_assert_uint_eq(decl->include_count, 3);
	ck_assert_uint_eq(decl->includes[0].place.file, 0);
	ck_assert_uint_eq(decl->includes[0].place.line, 2);
	ck_assert_uint_eq(decl->includes[0].place.column, 9);
	ck_assert_uint_eq(decl->includes[2].source, 3);
}
END_TEST

START_TEST(entries_are_included_between_entries)
{
	write_file("a", "# util/a.h\na1; # data\na2;\nlocal: a3;\nextern \"C\" { a4; };\n");
	ck_assert_int_eq(
		read_main("M {\n# main.h\nm1;\ninclude \"a\"\nm2; local: include \"b\" };"),
		ABILOCK_E_SYNTAX);
	write_file("b", "b1; global: b2;");
	abilock_diagnostics_deinit(&diags);
	ck_assert_int_eq(
		read_main("M {\n# main.h\nm1;\ninclude \"a\"\nm2; local: include \"b\" };"), 0);
	ck_assert_uint_eq(decl->entry_count, 8);
	ck_assert_uint_eq(entry("a1")->tags.type, STT_OBJECT);
	ck_assert_str_eq(entry("a2")->tags.header, "util/a.h");
	ck_assert_str_eq(entry("m2")->tags.header, "main.h");
	ck_assert(entry("a3")->is_local);
	ck_assert(entry("a4")->is_local);
	ck_assert(!entry("m2")->is_local);
	ck_assert(entry("b1")->is_local);
	ck_assert(!entry("b2")->is_local);
	ck_assert_uint_eq(entry("a2")->place.file, 1);
	ck_assert_uint_eq(entry("a2")->place.line, 3);
}
END_TEST

START_TEST(an_included_list_takes_the_language_of_its_place)
{
	write_file("a", "a::*; extern \"C\" { c; };");
	ck_assert_int_eq(read_main("M { extern \"C++\" { include \"a\" b::*; }; d; };"), 0);
	ck_assert_uint_eq(entry("a::*")->language, ABILOCK_LANGUAGE_CXX);
	ck_assert_uint_eq(entry("b::*")->language, ABILOCK_LANGUAGE_CXX);
	ck_assert_uint_eq(entry("d")->language, ABILOCK_LANGUAGE_C);
}
END_TEST

START_TEST(a_file_may_be_included_twice_but_not_in_itself)
{
	write_file("a", "a;");
	ck_assert_int_eq(read_main("M { include \"a\" }; N { include \"a\" };"), 0);
	ck_assert_uint_eq(decl->entry_count, 2);
	write_file("a", "include \"sub/../main\"");
	ck_assert_int_eq(read_main("M { m; }; include \"a\""), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(err.message, "'sub/../main' includes itself");
	ck_assert_str_eq(err.file, "a");
	ck_assert_str_eq(diags.items[0].rule, "include");
}
END_TEST

static const struct {
	const char *included, *words;
} bad_lists[] = {
	{"A { a; };", "a node in a list that is included inside a node"},
	{"a; };", "closes nothing in this file"},
	{"extern \"C\" { a;", "this extern block is never closed"},
	{"extern \"C\" { a; }", "expected ';' behind the '}' of the extern block"},
	{"a; b\n", "expected ';' behind 'b'"},
	{"a; /* ", "this comment never ends"},
};

START_TEST(an_included_list_holds_no_half_of_anything)
{
	write_file("a", bad_lists[_i].included);
	ck_assert_int_eq(read_main("M { m; include \"a\" n; };"), ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_uint_eq(diags.items[0].place.file, 1);
	ck_assert_ptr_nonnull(strstr(err.message, bad_lists[_i].words));
}
END_TEST

START_TEST(includes_inside_each_other_have_an_end)
{
	char name[32], text[64];

	for (int i = 0; i < 70; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		(void)snprintf(text, sizeof(text), "include \"f%d\"\n", i + 1);
		write_file(name, text);
	}
	ck_assert_int_eq(read_main("include \"f0\""), ABILOCK_E_SYNTAX);
	ck_assert_ptr_nonnull(strstr(err.message, "more than 64 files"));
	for (int i = 0; i < 70; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		(void)unlink(name);
	}
}
END_TEST

START_TEST(without_a_folder_nothing_is_included)
{
	write_file("a", "a;");
	ck_assert_int_eq(
		abilock_declaration_parse("A { include \"a\" };", 18, "", &decl, &diags, &err),
		ABILOCK_E_SYNTAX);
	ck_assert_str_eq(err.message, "there is no folder that 'a' could be in");
}
END_TEST

START_TEST(a_folder_cannot_be_included)
{
	ck_assert_int_eq(read_main("include \"sub\""), ABILOCK_E_SYNTAX);
	ck_assert_str_eq(err.message, "cannot read 'sub': Is a directory");
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
	tcase_add_test(tc, patterns_are_kept_as_they_are_written);
	tcase_add_test(tc, a_backslash_makes_a_name_of_a_pattern);
	tcase_add_test(tc, a_quoted_name_is_no_pattern);
	tcase_add_test(tc, a_quoted_name_with_a_version_is_no_symbol);
	tcase_add_test(tc, extern_blocks_give_their_language);
	tcase_add_test(tc, keywords_are_names_where_no_colon_follows);
	tcase_add_test(tc, an_anonymous_script_has_no_node_on_the_surface);
	tcase_add_test(tc, an_empty_node_is_a_node);
	tcase_add_test(tc, parents_are_sorted_in_front_of_their_children);
	tcase_add_test(tc, comments_behind_much_space_are_read_in_linear_time);
	tcase_add_test(tc, a_long_chain_of_parents_needs_no_stack);
	tcase_add_test(tc, a_node_knows_its_braces);
	tcase_add_test(tc, tags_say_when_and_where_a_symbol_is);
	tcase_add_test(tc, two_comments_in_a_line_are_for_the_entries_in_front_of_each);
	tcase_add_test(tc, a_tag_may_stand_in_front_of_the_semicolon);
	tcase_add_test(tc, a_node_hands_its_tags_to_its_entries);
	tcase_add_test(tc, a_comment_on_the_line_of_entries_is_not_for_the_node);
	tcase_add_test(tc, an_exact_node_keeps_its_name);
	tcase_add_test(tc, a_file_name_on_its_own_line_heads_the_entries_below);
	tcase_add_test(tc, an_unversioned_symbol_belongs_to_no_node);
	tcase_add_test(tc, the_last_version_of_a_symbol_is_the_default);
	tcase_add_test(tc, entries_are_for_builds_with_their_feature);
	tcase_add_loop_test(tc, entries_are_for_their_machines, 0, (int)ARRAY_SIZE(machines));
	tcase_add_test(tc, a_node_that_loses_its_symbols_goes);
	tcase_add_test(tc, what_a_node_hid_stays_hidden_without_it);
	tcase_add_test(tc, nothing_may_be_left);
	tcase_add_test(tc, all_errors_of_a_text_are_found);
	tcase_add_loop_test(tc, an_error_is_one_and_says_what_to_write, 0, (int)ARRAY_SIZE(fixes));
	tcase_add_test(tc, a_wrong_tag_beside_prose_is_prose);
	tcase_add_test(tc, errors_come_in_the_order_of_their_places);
	tcase_add_test(tc, a_hostile_text_gives_a_bounded_number_of_errors);
	tcase_add_test(tc, deep_blocks_are_an_error_not_a_crash);
	suite_add_tcase(suite, tc);
	TCase *includes = tcase_create("includes");
	tcase_add_checked_fixture(includes, setup_folder, teardown_folder);
	tcase_add_test(includes, nodes_are_included_between_nodes);
	tcase_add_test(includes, entries_are_included_between_entries);
	tcase_add_test(includes, an_included_list_takes_the_language_of_its_place);
	tcase_add_test(includes, a_file_may_be_included_twice_but_not_in_itself);
	tcase_add_loop_test(includes, an_included_list_holds_no_half_of_anything, 0,
			    (int)ARRAY_SIZE(bad_lists));
	tcase_add_test(includes, includes_inside_each_other_have_an_end);
	tcase_add_test(includes, without_a_folder_nothing_is_included);
	tcase_add_test(includes, a_folder_cannot_be_included);
	suite_add_tcase(suite, includes);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
