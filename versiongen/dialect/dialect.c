/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include <elf.h>
#include <stdarg.h>

#include "../../symbols/name_table.h"

void dialect_refuse(struct abilock_diagnostics *diags, struct abilock_place place, const char *fmt,
		    ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		(void)abilock_diagnostics_add(diags, ABILOCK_LEVEL_ERROR, "dialect", place, "%s",
					      text);
	else
		diags->failed = true;
}

void dialect_check_language(struct abilock_diagnostics *diags, const struct abilock_entry *entry)
{
	if (entry->language != ABILOCK_LANGUAGE_C)
		dialect_refuse(diags, entry->place,
			       "'%s' is compared with demangled names, which this dialect cannot: "
			       "list the symbol as the linker has it",
			       entry->text);
}

int dialect_result(const struct abilock_diagnostics *diags)
{
	if (diags->failed)
		return ABILOCK_E_NOMEM;
	return diags->error_count > 0 ? ABILOCK_E_SYNTAX : 0;
}

/* ---- a list without nodes ---- */

void dialect_list_deinit(struct dialect_list *list)
{
	free(list->entries);
	*list = (struct dialect_list){0};
}

/* The entry of each name's default version: the last one in the source without `compat`. */
static bool find_defaults(const struct abilock_declaration *decl,
			  struct abilock_name_table *defaults)
{
	for (size_t i = 0; i < decl->entry_count; i++) {
		struct abilock_entry *entry = &decl->entries[i];

		if (!entry->is_local && !entry->tags.is_compat &&
		    !abilock_name_table_put(defaults, entry->text, entry))
			return false;
	}
	return true;
}

/* Where the entries of a node start; those without a node come behind the last one. */
static size_t group_of(const struct abilock_declaration *decl, const struct abilock_entry *entry)
{
	return entry->node == ABILOCK_NO_NODE ? decl->node_count : entry->node;
}

/* Whether each entry is listed. Looking names up is what costs, so it is done once. */
static bool *mark_listed(const struct abilock_declaration *decl)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table defaults = {0};
	bool *listed = calloc(decl->entry_count + 1, sizeof(*listed));

	if (!listed || !find_defaults(decl, &defaults)) {
		free(listed);
		return NULL;
	}
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		listed[i] = !entry->is_local &&
			    abilock_name_table_find(&defaults, entry->text) == entry;
	}
	return listed;
}

int dialect_list_init(const struct abilock_declaration *decl, struct dialect_list *ret)
{
	_cleanup_(freep) bool *listed = mark_listed(decl);
	_cleanup_(freep) size_t *starts = calloc(decl->node_count + 2, sizeof(*starts));
	_cleanup_(dialect_list_deinit) struct dialect_list list = {
		.entries = calloc(decl->entry_count + 1, sizeof(*list.entries))};

	if (!listed || !starts || !list.entries)
		return ABILOCK_E_NOMEM;
	for (size_t i = 0; i < decl->entry_count; i++)
		if (listed[i])
			starts[group_of(decl, &decl->entries[i]) + 1]++;
	for (size_t i = 1; i < decl->node_count + 2; i++)
		starts[i] += starts[i - 1];
	list.count = starts[decl->node_count + 1];
	for (size_t i = 0; i < decl->entry_count; i++)
		if (listed[i])
			list.entries[starts[group_of(decl, &decl->entries[i])]++] =
				&decl->entries[i];
	*ret = list;
	list.entries = NULL;
	return 0;
}

static void write_heading(FILE *file, const struct dialect_build *build, const char *comment,
			  size_t n)
{
	const struct abilock_declaration *decl = build->decl;
	const struct abilock_declared_node *node = n < decl->node_count ? &decl->nodes[n] : NULL;

	if (!node)
		fprintf(file, "%s without a version\n", comment);
	else if (*node->name)
		fprintf(file, "%s %s%s%s\n", comment, node->name, node->is_tagged ? "_" : "",
			node->is_tagged ? tags_of(&build->tags, n) : "");
}

static int write_marker(FILE *file, const struct dialect_build *build, size_t n,
			dialect_line *write)
{
	_cleanup_(abilock_text_deinit) struct abilock_text name = {0};

	abilock_text_puts(&name, ABILOCK_MARKER_PREFIX);
	abilock_text_puts(&name, build->decl->nodes[n].name);
	abilock_text_putc(&name, '_');
	abilock_text_puts(&name, tags_of(&build->tags, n));
	abilock_text_putc(&name, '\0');
	if (name.failed)
		return ABILOCK_E_NOMEM;
	write(file, name.data, true);
	return 0;
}

int dialect_list_write(FILE *file, const struct dialect_build *build,
		       const struct dialect_list *list, const char *comment, dialect_line *write)
{
	const struct abilock_declaration *decl = build->decl;
	size_t i = 0;
	int r = 0;

	for (size_t n = 0; n <= decl->node_count && r == 0; n++) {
		bool is_tagged = n < decl->node_count && decl->nodes[n].is_tagged;

		if (is_tagged || (i < list->count && group_of(decl, list->entries[i]) == n))
			write_heading(file, build, comment, n);
		for (; i < list->count && group_of(decl, list->entries[i]) == n; i++)
			write(file, list->entries[i]->text,
			      list->entries[i]->tags.type == STT_OBJECT);
		if (is_tagged)
			r = write_marker(file, build, n, write);
	}
	return r;
}
