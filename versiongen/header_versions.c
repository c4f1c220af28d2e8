/* SPDX-License-Identifier: MIT */
#include "header_versions.h"

#include <ctype.h>

#include "../symbols/name_table.h"

/* A symbol with a version that is not the default, and all its exports in their order. */
struct versioned {
	const char *name;
	struct version {
		const struct abilock_export *export;
		struct version *next;
	} * first, **end;
	struct versioned *next;
};

struct versions {
	struct abilock_arena *arena;
	struct abilock_name_table table;
	struct versioned *first, **end;
};

static void versions_deinit(struct versions *versions)
{
	abilock_name_table_deinit(&versions->table);
}

static bool is_identifier(const char *name)
{
	if (isdigit((unsigned char)*name))
		return false;
	for (; isalnum((unsigned char)*name) || *name == '_'; name++)
		;
	return *name == '\0';
}

static bool add_symbol(struct versions *versions, const char *name)
{
	struct versioned *symbol;

	if (abilock_name_table_find(&versions->table, name))
		return true;
	symbol = abilock_arena_alloc(versions->arena, sizeof(*symbol));
	if (!symbol)
		return false;
	symbol->name = name;
	symbol->end = &symbol->first;
	*versions->end = symbol;
	versions->end = &symbol->next;
	return abilock_name_table_put(&versions->table, name, symbol);
}

static bool add_version(struct versions *versions, const struct abilock_export *export)
{
	struct versioned *symbol = abilock_name_table_find(&versions->table, export->name);
	struct version *version;

	if (!symbol)
		return true;
	version = abilock_arena_alloc(versions->arena, sizeof(*version));
	if (!version)
		return false;
	version->export = export;
	*symbol->end = version;
	symbol->end = &version->next;
	return true;
}

/* The table has the few symbols with old versions only: most declarations have none. */
static bool collect(struct versions *versions, const struct abilock_surface *decl)
{
	for (size_t i = 0; i < decl->export_count; i++) {
		const struct abilock_export *export = &decl->exports[i];

		if (!export->is_default && export->node != ABILOCK_NO_NODE &&
		    is_identifier(export->name) && !add_symbol(versions, export->name))
			return false;
	}
	for (size_t i = 0; versions->first && i < decl->export_count; i++)
		if (decl->exports[i].node != ABILOCK_NO_NODE &&
		    !add_version(versions, &decl->exports[i]))
			return false;
	return true;
}

static void write_node(FILE *file, const struct abilock_surface *decl, size_t n,
		       const struct tags *tags)
{
	const struct abilock_node *node = &decl->nodes[n];

	fprintf(file, "%s%s%s", node->name, node->is_tagged ? "_" : "",
		node->is_tagged ? tags_of(tags, n) : "");
}

/* `ABILOCK_SAME_(node, "FOO_1.0") || ... 0` for the old versions, or for the default */
static void write_check(FILE *file, const struct versioned *symbol, bool is_default,
			const struct abilock_surface *decl, const struct tags *tags)
{
	fprintf(file, "#define ABILOCK_IS_%s_%s(node) (", is_default ? "DEFAULT" : "OLD",
		symbol->name);
	for (const struct version *v = symbol->first; v; v = v->next)
		if (v->export->is_default == is_default) {
			fprintf(file, "ABILOCK_SAME_(node, \"");
			write_node(file, decl, v->export->node, tags);
			fprintf(file, "\") || ");
		}
	fprintf(file, "0)\n");
}

static bool has_tagged_version(const struct versioned *symbol, const struct abilock_surface *decl)
{
	for (const struct version *v = symbol->first; v; v = v->next)
		if (decl->nodes[v->export->node].is_tagged)
			return true;
	return false;
}

static void write_symbol(FILE *file, const struct versioned *symbol,
			 const struct abilock_surface *decl, const struct tags *tags)
{
	fprintf(file, "#define ABILOCK_VERSIONS_OF_%s \"", symbol->name);
	for (const struct version *v = symbol->first; v; v = v->next) {
		fprintf(file, "%s", v == symbol->first ? "" : ", ");
		write_node(file, decl, v->export->node, tags);
		fprintf(file, " (%s)", v->export->is_default ? "default" : "old");
	}
	fprintf(file, "\"\n");
	write_check(file, symbol, false, decl, tags);
	write_check(file, symbol, true, decl, tags);
}

/*
 * The attribute is what link-time optimisation of gcc understands. Assembler beside the function
 * may end up in another part of the program than the function does, which gcc before 10 cannot
 * help; that of clang is read into the symbol table of the bitcode.
 */
static void write_version(FILE *file)
{
	fputs("#if defined(ABILOCK_PE_) || defined(ABILOCK_MACHO_)\n"
	      "/* No versions here: the default is the symbol. */\n"
	      "#define ABILOCK_VERSION_(implementation, at) \\\n"
	      "\textern __typeof__(implementation) implementation\n"
	      "#define ABILOCK_ALIAS_(implementation, symbol) \\\n"
	      "\t__asm__(\".globl \" ABILOCK_TEXT_(__USER_LABEL_PREFIX__) symbol \"\\n\" \\\n"
	      "\t\t\".set \" ABILOCK_TEXT_(__USER_LABEL_PREFIX__) symbol \", \" \\\n"
	      "\t\tABILOCK_TEXT_(__USER_LABEL_PREFIX__) #implementation)\n"
	      "#else\n"
	      "#if !defined(__clang__) && __GNUC__ >= 10 && !defined(ABILOCK_NO_SYMVER)\n"
	      "#define ABILOCK_VERSION_(implementation, at) \\\n"
	      "\textern __typeof__(implementation) implementation \\\n"
	      "\t\t__attribute__((visibility(\"default\"), symver(at)))\n"
	      "#elif !defined(__clang__)\n"
	      "#define ABILOCK_VERSION_(implementation, at) \\\n"
	      "\textern __typeof__(implementation) implementation \\\n"
	      "\t\t__attribute__((visibility(\"default\"), externally_visible)); \\\n"
	      "\t__asm__(\".symver \" #implementation \", \" at)\n"
	      "#else\n"
	      "#define ABILOCK_VERSION_(implementation, at) \\\n"
	      "\textern __typeof__(implementation) implementation \\\n"
	      "\t\t__attribute__((visibility(\"default\"))); \\\n"
	      "\t__asm__(\".symver \" #implementation \", \" at)\n"
	      "#endif\n"
	      "#endif\n",
	      file);
}

static void write_macros(FILE *file)
{
	fputs("/* Between the declaration and the definition of a function or variable that is one "
	      "of several\n"
	      "   versions of a symbol: ABILOCK_OLD_VERSION(foo_v1, foo, \"FOO_1.0\"); for "
	      "programs "
	      "that were\n"
	      "   linked with it, ABILOCK_DEFAULT_VERSION(foo_v2, foo, \"FOO_1.2\"); for new "
	      "ones. */\n"
	      "#ifdef __cplusplus\n"
	      "#define ABILOCK_ASSERT_(is_true, text) static_assert(is_true, text)\n"
	      "#else\n"
	      "#define ABILOCK_ASSERT_(is_true, text) __extension__ _Static_assert(is_true, text)\n"
	      "#endif\n"
	      "#define ABILOCK_SAME_(node, name) (__builtin_strcmp(node, name) == 0)\n",
	      file);
	write_version(file);
	fputs("#define ABILOCK_OLD_VERSION(implementation, symbol, node) \\\n"
	      "\tABILOCK_ASSERT_(ABILOCK_IS_OLD_##symbol(node), \"abilock: \" node \" is no old "
	      "version of \" \\\n"
	      "\t\t#symbol \", the declaration has \" ABILOCK_VERSIONS_OF_##symbol); \\\n"
	      "\tABILOCK_VERSION_(implementation, #symbol \"@\" node)\n"
	      "#define ABILOCK_DEFAULT_VERSION(implementation, symbol, node) \\\n"
	      "\tABILOCK_ASSERT_(ABILOCK_IS_DEFAULT_##symbol(node), \"abilock: \" node \" is not "
	      "the default \" \\\n"
	      "\t\t\"of \" #symbol \", the declaration has \" ABILOCK_VERSIONS_OF_##symbol); \\\n"
	      "\tABILOCK_DEFAULT_(implementation, #symbol, node)\n"
	      "#ifdef ABILOCK_ALIAS_\n"
	      "#define ABILOCK_DEFAULT_(implementation, symbol, node) \\\n"
	      "\tABILOCK_ALIAS_(implementation, symbol)\n"
	      "#else\n"
	      "#define ABILOCK_DEFAULT_(implementation, symbol, node) \\\n"
	      "\tABILOCK_VERSION_(implementation, symbol \"@@\" node)\n"
	      "#endif\n",
	      file);
}

int header_versions_write(FILE *file, const struct abilock_surface *decl, const struct tags *tags,
			  struct abilock_arena *arena)
{
	_cleanup_(versions_deinit) struct versions versions = {.arena = arena};

	versions.end = &versions.first;
	if (!collect(&versions, decl))
		return ABILOCK_E_NOMEM;
	write_macros(file);
	for (const struct versioned *symbol = versions.first; symbol; symbol = symbol->next)
		if (tags || !has_tagged_version(symbol, decl))
			write_symbol(file, symbol, decl, tags);
	fprintf(file, "\n");
	return 0;
}
