/* SPDX-License-Identifier: MIT */
/* What sources in the style of Asterisk say of their module. */
#include <check.h>

#include "../../versiongen/moduleinfo/c_lexer.h"
#include "../../versiongen/moduleinfo/moduleinfo.h"

/* ---- a source, and what came of it ---- */

static struct moduleinfo info;
static struct abilock_source source;
static struct abilock_diagnostics diags;
static struct abilock_manifest *manifest;
static struct abilock_text written;

static void tear_down(void)
{
	moduleinfo_deinit(&info);
	abilock_diagnostics_deinit(&diags);
	diags = (struct abilock_diagnostics){0};
	abilock_manifest_free(manifest);
	manifest = NULL;
	abilock_text_deinit(&written);
	written = (struct abilock_text){0};
}

static int make_named(const char *path, const char *text, const struct moduleinfo_options *options)
{
	const struct moduleinfo *sources[] = {&info};

	tear_down();
	source = (struct abilock_source){path, text, strlen(text)};
	ck_assert_int_eq(moduleinfo_read(&source, 0, &info, &diags), 0);
	return moduleinfo_manifest(sources, 1, options, &manifest, &diags);
}

static int make(const char *text)
{
	const struct moduleinfo_options options = {0};

	return make_named("dir/app_test.c", text, &options);
}

/* The manifest is this text behind its name, and nothing was said. */
static void ck_manifest(const char *text, const char *expected)
{
	_cleanup_(abilock_text_deinit) struct abilock_text all = {0};

	ck_assert_int_eq(make(text), 0);
	ck_assert_uint_eq(diags.count, 0);
	abilock_manifest_write(&written, manifest);
	abilock_text_putc(&written, '\0');
	abilock_text_printf(&all, "[module]\nname=app_test\n%s", expected);
	abilock_text_putc(&all, '\0');
	ck_assert_str_eq(written.data, all.data);
}

/* There is no manifest; the first error is at this place, and its text has these words. */
static void ck_refused(const char *text, unsigned line, unsigned column, const char *words)
{
	ck_assert_int_eq(make(text), ABILOCK_E_SYNTAX);
	ck_assert_ptr_null(manifest);
	ck_assert_uint_ge(diags.error_count, 1);
	abilock_diagnostics_sort(&diags);
	for (size_t i = 0; i < diags.count; i++) {
		const struct abilock_diagnostic *diag = &diags.items[i];

		if (diag->level != ABILOCK_LEVEL_ERROR)
			continue;
		ck_assert_msg(strstr(diag->message, words), "%s", diag->message);
		ck_assert_msg(diag->place.line == line && diag->place.column == column,
			      "%s: at %u:%u, not %u:%u", diag->message, diag->place.line,
			      diag->place.column, line, column);
		return;
	}
}

#define CALL "AST_MODULE_INFO_STANDARD(KEY, \"Test\");\n"

/* ---- the lexer ---- */

static void ck_tokens(const char *text, const char *kinds)
{
	struct c_lexer lexer = {.text = text, .length = strlen(text)};
	char found[64] = "";
	size_t count = 0;

	for (struct c_token token; (token = c_lexer_next(&lexer)).kind != C_END;) {
		ck_assert_uint_lt(count, sizeof(found) - 1);
		found[count++] = "?wscnpCe"[token.kind];
		ck_assert_uint_le(token.offset + token.length, lexer.length);
	}
	ck_assert_msg(str_eq(found, kinds), "'%s' is %s, not %s", text, found, kinds);
}

START_TEST(tokens_are_those_of_c)
{
	ck_tokens("a+b", "wpw");
	ck_tokens("/* \" */ \"/* \" 'x'", "Csc");
	ck_tokens("// a \\\n b\nc", "Cw");
	ck_tokens("\"a\\\"b\" L\"x\" u8\"y\" 'L' L'x'", "ssscc");
	ck_tokens("1'000 0x1e+3 .5 1e-3", "nnpnn");
	ck_tokens("#define A \"b\"\nc", "pwwsew");
	ck_tokens("#a\\\nb\nc # d", "pwwewpw");
	ck_tokens("R\"x(\" )\" )x\" a", "sw");
	ck_tokens("R\"abc\" a", "wsw");
	ck_tokens("\"open\nnext", "sw");
	ck_tokens("/* open", "C");
}
END_TEST

START_TEST(strings_mean_what_their_escapes_say)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} strings[] = {
		{"\"a\\tb\\\\\\\"\"", "a\tb\\\""},
		{"\"\\x41\\101\"", "AA"},
		{"\"\\u00e9\\U0001F600\"", "\xc3\xa9\xf0\x9f\x98\x80"},
		{"\"a\\\nb\"", "ab"},
		{"u8\"x\"", "x"},
		{"R\"(a\\n)\"", "a\\n"},
		{"R\"q(a)\")q\"", "a)\""},
		{"\"\\q\"", NULL},
		{"\"\\ud800\"", NULL},
		{"\"\\0\"", NULL},
		{"\"open", NULL},
		{"\"\\u12\"", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
		struct c_lexer lexer = {.text = strings[i].text, .length = strlen(strings[i].text)};
		const struct c_token token = c_lexer_next(&lexer);

		ck_assert_int_eq(c_token_string(&lexer, &token, &text), strings[i].value != NULL);
		abilock_text_putc(&text, '\0');
		if (strings[i].value)
			ck_assert_str_eq(text.data, strings[i].value);
	}
}
END_TEST

/* ---- the macro ---- */

START_TEST(a_standard_module_says_its_support_level)
{
	ck_manifest("AST_MODULE_INFO_STANDARD(KEY, \"A\");", "description=A\nsupport_level=core\n");
	ck_manifest("AST_MODULE_INFO_STANDARD_EXTENDED(KEY, \"A\");",
		    "description=A\nsupport_level=extended\n");
	ck_manifest("AST_MODULE_INFO_STANDARD_DEPRECATED(KEY, \"A\");",
		    "description=A\nsupport_level=deprecated\n");
	ck_manifest("AST_MODULE_INFO_RELOADABLE(KEY, \"A\");", "description=A\n");
	ck_manifest("AST_MODULE_INFO_AUTOCLEAN(KEY, \"A\", .requires = \"b\");",
		    "description=A\n\n[uses]\nmodule=b\n");
}
END_TEST

START_TEST(fields_of_the_macro_are_keys)
{
	ck_manifest("AST_MODULE_INFO(KEY, AST_MODFLAG_GLOBAL_SYMBOLS | AST_MODFLAG_LOAD_ORDER,\n"
		    "\"An \" /* , */ \"application, \\\"x\\\"\",\n"
		    ".load = f(a, b), .load_pri = AST_MODPRI_CHANNEL_DRIVER,\n"
		    ".support_level = AST_MODULE_SUPPORT_EXTENDED,\n"
		    ".requires = \"res_b, res_a\" \",res_a\", .optional_modules = \"func_x\",\n"
		    ".enhances = \"res_fax\", .reload = NULL,);",
		    "description=An application, \"x\"\nsupport_level=extended\n"
		    "load_priority=channel_driver\nexport_globals=yes\n\n"
		    "[uses]\nmodule=res_a\nmodule=res_b\nmodule=res_fax\n\n"
		    "[canuse]\nmodule=func_x\n");
}
END_TEST

START_TEST(cxx_gives_fields_by_their_place)
{
	ck_manifest("AST_MODULE_INFO(KEY, AST_MODFLAG_LOAD_ORDER, \"A\", load, unload, nullptr,\n"
		    "AST_MODPRI_TIMING, AST_MODULE_SUPPORT_CORE);",
		    "description=A\nsupport_level=core\nload_priority=timing\n");
}
END_TEST

START_TEST(load_priorities_are_words_or_sums)
{
#define PRIORITY(flags, sum) "AST_MODULE_INFO(KEY, " flags ", \"A\", .load_pri = " sum ");"
	ck_manifest(PRIORITY("AST_MODFLAG_LOAD_ORDER", "AST_MODPRI_CHANNEL_DEPEND - 4"),
		    "description=A\nload_priority=56\n");
	ck_manifest(PRIORITY("AST_MODFLAG_LOAD_ORDER", "17"), "description=A\nload_priority=17\n");
	ck_manifest(PRIORITY("AST_MODFLAG_LOAD_ORDER", "AST_MODPRI_DEFAULT"), "description=A\n");
	ck_refused(PRIORITY("AST_MODFLAG_LOAD_ORDER", "AST_MODPRI_NEVER"), 1, 63, "AST_MODPRI");
	ck_refused(PRIORITY("AST_MODFLAG_LOAD_ORDER", "300"), 1, 63, "255");
	ck_refused(PRIORITY("AST_MODFLAG_LOAD_ORDER", "1 * 2"), 1, 63, "255");
	ck_assert_int_eq(make(PRIORITY("AST_MODFLAG_DEFAULT", "AST_MODPRI_CORE")), 0);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_ptr_nonnull(strstr(diags.items[0].message, "AST_MODFLAG_LOAD_ORDER"));
	ck_assert_ptr_null(manifest->load_priority);
#undef PRIORITY
}
END_TEST

START_TEST(macros_of_the_file_stand_for_their_strings)
{
	ck_manifest("#define NAME \"res\" \"_a\"\n#define DESC \"Some \\\n text\"\n"
		    "AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, DESC, .requires = NAME \",b\");",
		    "description=Some  text\n\n[uses]\nmodule=b\nmodule=res_a\n");
	ck_refused("#ifdef X\n#define N \"a\"\n#else\n#define N \"b\"\n#endif\n"
		   "AST_MODULE_INFO(KEY, 0, \"A\", .requires = N);",
		   6, 42, ".requires are not known");
}
END_TEST

START_TEST(a_description_that_is_not_known_is_a_warning)
{
	ck_assert_int_eq(make("AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, tdesc);"), 0);
	ck_assert_ptr_null(manifest->description);
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_int_eq(diags.items[0].level, ABILOCK_LEVEL_WARNING);
	ck_manifest("/* For menuselect: AST_MODULE_INFO(, , \"Shown\" */\n"
		    "AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, tdesc);",
		    "description=Shown\n");
	ck_manifest("/*** MODULEINFO <description>Said</description> ***/\n"
		    "AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, tdesc);",
		    "description=Said\n");
}
END_TEST

START_TEST(the_macro_is_found_in_code_alone)
{
	ck_manifest("/* AST_MODULE_INFO(1) */ const char *a = \"AST_MODULE_INFO(2)\";\n"
		    "#define AST_MODULE_INFO_MINE(x) AST_MODULE_INFO(x, 0, \"B\")\n"
		    "#if 0\nAST_MODULE_INFO(KEY, 0, \"C\");\n#if 1\n'\n#endif\n#endif\n"
		    "// \"\nint c = '\"'; " CALL,
		    "description=Test\nsupport_level=core\n");
	ck_manifest("#if 0\n\"\n#else\n" CALL "#endif\n", "description=Test\nsupport_level=core\n");
}
END_TEST

START_TEST(a_call_that_is_not_understood_is_refused)
{
	ck_refused("int a;", 1, 1, "no AST_MODULE_INFO");
	ck_refused("\nAST_MODULE_INFO(KEY, 0, \"A\"", 2, 1, "not closed");
	ck_refused(CALL CALL, 2, 1, "line 1");
	ck_refused("AST_MODULE_INFO_MINE(KEY, 0);", 1, 1, "not known");
	ck_refused("AST_MODULE_INFO(KEY);", 1, 1, "without a description");
	ck_refused("AST_MODULE_INFO(KEY, flags, \"A\");", 1, 22, "unknown flag");
	ck_refused("AST_MODULE_INFO(KEY, 0, \"A\", .support_level = 1);", 1, 47, "AST_MODULE_SUP");
	ck_refused("AST_MODULE_INFO(KEY, 0, \"A\n);", 1, 25, "does not end");
	ck_refused(CALL "char *a = \"b;\n", 2, 11, "does not end");
	ck_refused(CALL "/* open", 2, 1, "does not end");
	ck_refused("AST_MODULE_INFO(KEY, 0, \"A\", .requires = \"a/b\");", 1, 42, "a/b");
	ck_refused("AST_MODULE_INFO(KEY, 0, \"\xff\");", 1, 25, "UTF-8");
}
END_TEST

START_TEST(modules_are_named_by_their_file_their_source_or_the_caller)
{
	const struct moduleinfo_options named = {.name = "res_other.so"}, none = {0};

	ck_assert_int_eq(make("#define AST_MODULE \"acl\"\n" CALL), 0);
	ck_assert_str_eq(manifest->name, "acl");
	ck_assert_int_eq(make("#ifdef ALONE\n#define AST_MODULE \"acl\"\n#endif\n" CALL), 0);
	ck_assert_str_eq(manifest->name, "app_test");
	ck_assert_int_eq(make_named("a.c", CALL, &named), 0);
	ck_assert_str_eq(manifest->name, "res_other");
	ck_assert_int_eq(make_named(".c", CALL, &none), ABILOCK_E_SYNTAX);
}
END_TEST

/* ---- MODULEINFO ---- */

#define PLAIN(text) "/*** MODULEINFO\n" text "\n ***/\nAST_MODULE_INFO(KEY, 0, \"Test\");\n"
#define BLOCK(text) "/*** MODULEINFO\n" text "\n ***/\n" CALL

START_TEST(moduleinfo_is_read_as_xml)
{
	ck_manifest(BLOCK("<use type=\"module\">a</use><use name='b' type='module'>B</use> "
			  "<use\ntype=\"application\"> Gosub "
			  "</use><support_level>core</support_level>"),
		    "description=Test\nsupport_level=core\n\n"
		    "[uses]\napplication=Gosub\nmodule=a\nmodule=b\n");
	ck_manifest(BLOCK("<description>A &amp; B &lt;&#xe9;&#233;&gt; <![CDATA[<c>]]>"
			  "<!-- no --></description>"),
		    "description=A & B <\xc3\xa9\xc3\xa9> <c>\nsupport_level=core\n");
	ck_manifest("/***MODULEINFO<export_globals/>***/" CALL,
		    "description=Test\nsupport_level=core\nexport_globals=yes\n");
}
END_TEST

START_TEST(moduleinfo_has_the_elements_of_menuselect)
{
	ck_manifest(PLAIN("<depend>dahdi</depend><depend type=\"module\">res_x</depend>"
			  "<use type=\"external\">lib</use><conflict>win32</conflict>"
			  "<defaultenabled>no</defaultenabled><support_level>deprecated"
			  "</support_level><replacement>app_new</replacement>"
			  "<deprecated_in>19</deprecated_in><removed_in>21</removed_in>"
			  "<member_data><x>1</x></member_data>"),
		    "description=Test\nsupport_level=deprecated\ndeprecated_in=19\n"
		    "removed_in=21\nreplacement=app_new\n");
}
END_TEST

START_TEST(moduleinfo_may_say_what_a_manifest_can)
{
	ck_manifest(BLOCK("<load_priority>app_depend</load_priority><export_globals/>"
			  "<canuse type=\"module\">a</canuse><willuse type=\"module\">b</willuse>"
			  "<provides type=\"service\" priority=\"200\">timer</provides>"
			  "<config>a.conf</config><type>timing</type>"),
		    "description=Test\ntype=timing\nsupport_level=core\nload_priority=app_depend\n"
		    "export_globals=yes\nconfig=a.conf\n\n[canuse]\nmodule=a\n\n"
		    "[willuse]\nmodule=b\n\n[provides]\nservice=timer:200\n");
}
END_TEST

START_TEST(what_the_macro_lists_is_there_what_it_is_at_run_time)
{
	ck_manifest("/*** MODULEINFO <use type=\"module\">res_a</use>\n"
		    "<use>res-b</use> ***/\n"
		    "AST_MODULE_INFO(KEY, 0, \"A\", .optional_modules = \"res_a\", "
		    ".requires = \"res_b\");",
		    "description=A\n\n[uses]\nmodule=res_b\n\n[canuse]\nmodule=res_a\n");
}
END_TEST

START_TEST(a_use_without_a_type_is_looked_up)
{
	static const char text[] = BLOCK("<use>res_a</use><use>lib</use>");
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table modules = {0};
	const struct moduleinfo_options options = {.modules = &modules};

	ck_refused(text, 2, 1, "no type");
	ck_assert_uint_eq(diags.error_count, 2);
	ck_assert(abilock_name_table_put(&modules, "res_a", &modules));
	ck_assert_int_eq(make_named("app_test.c", text, &options), 0);
	ck_assert_uint_eq(manifest->uses.count, 1);
	ck_assert_str_eq(manifest->uses.items[0].name, "res_a");
}
END_TEST

START_TEST(support_levels_that_differ_are_told)
{
	ck_assert_int_eq(make(BLOCK("<support_level>extended</support_level>")), 0);
	ck_assert_str_eq(manifest->support_level, "extended");
	ck_assert_uint_eq(diags.count, 1);
	ck_assert_uint_eq(diags.error_count, 0);
}
END_TEST

START_TEST(moduleinfo_with_errors_is_refused_at_its_place)
{
	ck_refused(BLOCK("<use>a</b>"), 2, 9, "'use' of line 2");
	ck_refused(BLOCK("<use type=\"module\">a"), 3, 2, "'use' of line 2");
	ck_refused(BLOCK("a & b"), 2, 4, "not well-formed");
	ck_refused(BLOCK("<a></abilock-block><b>"), 2, 6, "'a' of line 2");
	ck_refused(BLOCK("</abilock-block>"), 3, 2, "not well-formed");
	ck_refused(BLOCK("&unknown;"), 2, 1, "undefined entity");
	ck_refused(BLOCK("<!DOCTYPE a [<!ENTITY b \"c\">]>"), 2, 3, "not well-formed");
	ck_refused(BLOCK("<canuse>a</canuse>"), 2, 1, "no type");
	ck_refused(BLOCK("<use type=''>a</use>"), 2, 1, "no type");
	ck_refused(BLOCK("<use type='module'> </use>"), 2, 1, "names nothing");
	ck_refused(BLOCK("<use type='a b'>c</use>"), 2, 1, "a type is one word");
	ck_refused(BLOCK("<support_level>none</support_level>"), 2, 1, "support_level");
	ck_refused(BLOCK("<description>\xe9</description>"), 2, 14, "not well-formed");
}
END_TEST

START_TEST(all_errors_of_a_source_are_told_in_one_run)
{
	ck_assert_int_eq(make("/*** MODULEINFO <use>a</b> ***/\n"
			      "/*** DOCUMENTATION <application/> ***/\n"
			      "AST_MODULE_INFO(KEY, flags, \"A\", .requires = x, .load_pri = y);"),
			 ABILOCK_E_SYNTAX);
	ck_assert_uint_eq(diags.error_count, 5);
}
END_TEST

START_TEST(unknown_elements_and_ends_are_warnings)
{
	ck_assert_int_eq(make("/*** MODULEINFO <colour>red</colour> */" CALL), 0);
	ck_assert_uint_eq(diags.count, 2);
	ck_assert_uint_eq(diags.error_count, 0);
}
END_TEST

/* ---- DOCUMENTATION ---- */

#define DOCUMENTATION(text) "/*** DOCUMENTATION\n" text "\n ***/\n" CALL

START_TEST(documentation_is_what_a_module_provides)
{
	ck_manifest(DOCUMENTATION("<application name=\"B\" language=\"en_US\"><synopsis>"
				  "<application name=\"no\"/></synopsis></application>"
				  "<application name=\"A\"/><application name=\"A\"/>"
				  "<function name=\"F\"/><manager name=\"M\"/>"
				  "<managerEvent name=\"E\"/><agi name=\"channel status\"/>"
				  "<info name=\"I\"/><configInfo name=\"x\"><configFile "
				  "name=\"a.conf\"><configObject name=\"o\"/></configFile>"
				  "</configInfo>"),
		    "description=Test\nsupport_level=core\nconfig=a.conf\n\n"
		    "[provides]\nagi=channel status\napplication=A\napplication=B\nfunction=F\n"
		    "manager=M\n");
}
END_TEST

START_TEST(documentation_of_another_module_is_not_ours)
{
	ck_manifest(DOCUMENTATION("<application name=\"A\" module=\"app_test\"/>"
				  "<application name=\"B\" module=\"app_other\"/>"),
		    "description=Test\nsupport_level=core\n\n[provides]\napplication=A\n");
	ck_refused(DOCUMENTATION("<application language=\"en_US\"/>"), 2, 1, "no name");
}
END_TEST

/* ---- several sources ---- */

START_TEST(documents_of_xml_are_parts_of_a_module)
{
	static const char text[] = "<?xml version=\"1.0\"?>\n<!DOCTYPE docs SYSTEM \"x.dtd\">\n"
				   "<docs><application name=\"X\"/></docs>\n";
	const struct abilock_source sources[] = {{"a_doc.xml", text, strlen(text)},
						 {"app_a.c", CALL, strlen(CALL)}};
	struct moduleinfo infos[2] = {0};
	const struct moduleinfo *parts[] = {&infos[0], &infos[1]};
	const struct moduleinfo_options options = {0};

	for (uint32_t i = 0; i < 2; i++)
		ck_assert_int_eq(moduleinfo_read(&sources[i], i, &infos[i], &diags), 0);
	ck_assert_int_eq(moduleinfo_manifest(parts, 2, &options, &manifest, &diags), 0);
	ck_assert_str_eq(manifest->name, "app_a");
	ck_assert_uint_eq(manifest->provides.count, 1);
	parts[0] = parts[1];
	abilock_manifest_free(take_ptr(manifest));
	ck_assert_int_eq(moduleinfo_manifest(parts, 2, &options, &manifest, &diags),
			 ABILOCK_E_SYNTAX);
	for (size_t i = 0; i < 2; i++)
		moduleinfo_deinit(&infos[i]);
}
END_TEST

START_TEST(a_document_that_declares_entities_is_refused)
{
	static const char text[] = "<!DOCTYPE docs [<!ENTITY a \"aaaaaaaaaa\">]>\n"
				   "<docs><application name=\"&a;\"/></docs>\n";
	const struct moduleinfo_options options = {0};

	ck_assert_int_eq(make_named("a.xml", text, &options), ABILOCK_E_SYNTAX);
	ck_assert_ptr_nonnull(strstr(diags.items[0].message, "entity 'a'"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("moduleinfo");
	TCase *tcase = tcase_create("moduleinfo");
	SRunner *runner = srunner_create(suite);

	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_test(tcase, tokens_are_those_of_c);
	tcase_add_test(tcase, strings_mean_what_their_escapes_say);
	tcase_add_test(tcase, a_standard_module_says_its_support_level);
	tcase_add_test(tcase, fields_of_the_macro_are_keys);
	tcase_add_test(tcase, cxx_gives_fields_by_their_place);
	tcase_add_test(tcase, load_priorities_are_words_or_sums);
	tcase_add_test(tcase, macros_of_the_file_stand_for_their_strings);
	tcase_add_test(tcase, a_description_that_is_not_known_is_a_warning);
	tcase_add_test(tcase, the_macro_is_found_in_code_alone);
	tcase_add_test(tcase, a_call_that_is_not_understood_is_refused);
	tcase_add_test(tcase, modules_are_named_by_their_file_their_source_or_the_caller);
	tcase_add_test(tcase, moduleinfo_is_read_as_xml);
	tcase_add_test(tcase, moduleinfo_has_the_elements_of_menuselect);
	tcase_add_test(tcase, moduleinfo_may_say_what_a_manifest_can);
	tcase_add_test(tcase, what_the_macro_lists_is_there_what_it_is_at_run_time);
	tcase_add_test(tcase, a_use_without_a_type_is_looked_up);
	tcase_add_test(tcase, support_levels_that_differ_are_told);
	tcase_add_test(tcase, moduleinfo_with_errors_is_refused_at_its_place);
	tcase_add_test(tcase, all_errors_of_a_source_are_told_in_one_run);
	tcase_add_test(tcase, unknown_elements_and_ends_are_warnings);
	tcase_add_test(tcase, documentation_is_what_a_module_provides);
	tcase_add_test(tcase, documentation_of_another_module_is_not_ours);
	tcase_add_test(tcase, documents_of_xml_are_parts_of_a_module);
	tcase_add_test(tcase, a_document_that_declares_entities_is_refused);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
