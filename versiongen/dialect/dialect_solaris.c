/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include <ctype.h>
#include <elf.h>

#include "../../symbols/name_table.h"

struct solaris {
	FILE *file;
	const struct dialect_build *build;
	const struct abilock_declaration *decl;
	bool hides;	/* what is not listed */
	size_t *starts; /* per node: its first entry in `order`; those without a node come last */
	size_t *order;	/* indices of entries */
};

static void solaris_deinit(struct solaris *sol)
{
	free(sol->starts);
	free(sol->order);
}

static size_t group_of(const struct solaris *sol, const struct abilock_entry *entry)
{
	return entry->node == ABILOCK_NO_NODE ? sol->decl->node_count : entry->node;
}

/* Counted two places up, summed one place up: filling moves each start where it belongs. */
static bool solaris_init(struct solaris *sol)
{
	const struct abilock_declaration *decl = sol->decl;
	size_t groups = decl->node_count + 1;

	sol->starts = calloc(groups + 2, sizeof(*sol->starts));
	sol->order = calloc(decl->entry_count + 1, sizeof(*sol->order));
	if (!sol->starts || !sol->order)
		return false;
	for (size_t i = 0; i < decl->entry_count; i++)
		sol->starts[group_of(sol, &decl->entries[i]) + 2]++;
	for (size_t n = 2; n < groups + 2; n++)
		sol->starts[n] += sol->starts[n - 1];
	for (size_t i = 0; i < decl->entry_count; i++)
		sol->order[sol->starts[group_of(sol, &decl->entries[i]) + 1]++] = i;
	return true;
}

/* ---- what it has no words for ---- */

static void check_text(struct abilock_diagnostics *diags, const struct abilock_entry *entry)
{
	dialect_check_language(diags, entry);
	if (entry->is_pattern)
		dialect_refuse(diags, entry->place,
			       "a Solaris mapfile has no patterns but 'local: *': list the names "
			       "that '%s' stands for",
			       entry->text);
	if (strpbrk(entry->text, "'\n"))
		dialect_refuse(diags, entry->place, "a Solaris mapfile cannot hold the name '%s'",
			       entry->text);
}

static bool check_versions(const struct abilock_entry *entry, struct abilock_name_table *seen,
			   struct abilock_diagnostics *diags)
{
	const struct abilock_entry *first = abilock_name_table_find(seen, entry->text);

	if (first)
		dialect_refuse(diags, entry->place,
			       "'%s' has another version in line %u: on Solaris a symbol has one",
			       entry->text, first->place.line);
	else if (entry->tags.is_compat)
		dialect_refuse(diags, entry->place,
			       "'%s' is not the default version: on Solaris each version is",
			       entry->text);
	return first || abilock_name_table_put(seen, entry->text, (void *)(uintptr_t)entry);
}

static int check(struct solaris *sol, struct abilock_diagnostics *diags)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table seen = {0};
	const struct abilock_declaration *decl = sol->decl;

	sol->hides = decl->hides_rest;
	for (size_t i = 0; i < decl->entry_count; i++)
		sol->hides |= decl->entries[i].is_local && decl->entries[i].is_pattern &&
			      str_eq(decl->entries[i].text, "*");
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->is_local && sol->hides)
			continue;
		check_text(diags, entry);
		if (!entry->is_local && !check_versions(entry, &seen, diags))
			return ABILOCK_E_NOMEM;
	}
	return dialect_result(diags);
}

/* ---- the mapfile ---- */

/* What needs no quotes: `$` and `-` count as digits there. */
static bool is_plain(const char *name)
{
	if (isdigit((unsigned char)*name) || *name == '$' || *name == '-')
		return false;
	for (; isalnum((unsigned char)*name) || (*name && strchr("%/._$-", *name)); name++)
		;
	return *name == '\0';
}

static void write_name(const struct solaris *sol, const char *name)
{
	const char *quote = is_plain(name) ? "" : "'";

	fprintf(sol->file, "\t\t%s%s%s;", quote, name, quote);
}

static const char *type_comment(uint8_t type)
{
	switch (type) {
	case STT_OBJECT: return "\t# data";
	case STT_TLS: return "\t# tls";
	case STT_GNU_IFUNC: return "\t# ifunc";
	default: return "";
	}
}

/* The entries of a group that are local, or those that are not. @return Whether there are any. */
static bool write_entries(const struct solaris *sol, size_t group, bool is_local)
{
	bool has_heading = false;

	for (size_t i = sol->starts[group]; i < sol->starts[group + 1]; i++) {
		const struct abilock_entry *entry = &sol->decl->entries[sol->order[i]];

		if (entry->is_local != is_local)
			continue;
		if (!has_heading)
			fprintf(sol->file, "\t%s:\n", is_local ? "local" : "global");
		has_heading = true;
		write_name(sol, entry->text);
		fprintf(sol->file, "%s\n", is_local ? "" : type_comment(entry->tags.type));
	}
	return has_heading;
}

static void write_node_name(const struct solaris *sol, size_t n)
{
	const struct abilock_declared_node *node = &sol->decl->nodes[n];

	fprintf(sol->file, " %s%s%s", node->name, node->is_tagged ? "_" : "",
		node->is_tagged ? tags_of(&sol->build->tags, n) : "");
}

static void write_node(const struct solaris *sol, size_t n)
{
	const struct abilock_declared_node *node = &sol->decl->nodes[n];

	/* The base version has no name, and neither has the one node of an anonymous script. */
	fprintf(sol->file, "\n%s", *node->name ? "SYMBOL_VERSION" : "SYMBOL_SCOPE");
	if (*node->name)
		write_node_name(sol, n);
	fprintf(sol->file, " {\n");
	bool has_global = write_entries(sol, n, false);
	if (node->is_tagged)
		fprintf(sol->file, "%s\t\t" ABILOCK_MARKER_PREFIX "%s;\t# data\n",
			has_global ? "" : "\tglobal:\n", node->name);
	if (!sol->hides)
		(void)write_entries(sol, n, true);
	else if (n == 0)
		fprintf(sol->file, "\tlocal:\n\t\t*;\n");
	fprintf(sol->file, "}");
	for (size_t i = 0; i < node->parent_count; i++)
		write_node_name(sol, node->parents[i]);
	fprintf(sol->file, ";\n");
}

int dialect_solaris_write(FILE *file, const struct dialect_build *build,
			  struct abilock_diagnostics *diags)
{
	_cleanup_(solaris_deinit) struct solaris sol = {
		.file = file, .build = build, .decl = build->decl};
	size_t unversioned = build->decl->node_count;
	int r = check(&sol, diags);

	if (r < 0)
		return r;
	if (!solaris_init(&sol))
		return ABILOCK_E_NOMEM;
	fprintf(file, "$mapfile_version 2\n# Generated by versiongen: do not edit.\n");
	for (size_t n = 0; n < build->decl->node_count; n++)
		write_node(&sol, n);
	if (sol.starts[unversioned] < sol.starts[unversioned + 1]) {
		fprintf(file, "\nSYMBOL_SCOPE {\n");
		(void)write_entries(&sol, unversioned, false);
		fprintf(file, "};\n");
	}
	return 0;
}
