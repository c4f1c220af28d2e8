/* SPDX-License-Identifier: MIT */
/* Whether nodes and entries make sense together. */
#include "declaration_reader.h"
#include "name_table.h"
#include "similar.h"

/* Looking through all nodes takes its time; a hostile file has many such errors. */
enum { SIMILAR_ERRORS_MAX = 10 };

/* ---- names of nodes ---- */

/* What abiaudit and the lock take for a private node must be one here. */
static void check_private_name(struct reader *rd, const struct abilock_declared_node *node)
{
	const bool is_private = str_ends(node->name, "_PRIVATE");
	struct abilock_diagnostic *diag;

	if (is_private && strchr(node->name, '.')) {
		diag = reader_error(
			rd, "private-name", node->place,
			"private node '%s': with a '.' it gives no C name for its marker",
			node->name);
		reader_fix(rd, diag, "write '_' for the '.', or '# exact' behind its '{'");
	} else if (!is_private && abilock_node_name_is_private(node->name)) {
		diag = reader_error(
			rd, "private-name", node->place,
			"node '%s' looks private, but its name does not end in _PRIVATE",
			node->name);
		reader_fix(rd, diag,
			   "leave out what is behind _PRIVATE, versiongen adds the tag; or write "
			   "'# exact' behind its '{'");
	}
}

static void set_private(struct reader *rd, struct abilock_declared_node *node)
{
	node->tags.is_exact |= rd->keeps_names && abilock_node_name_is_private(node->name);
	if (node->tags.is_exact) {
		node->is_private = abilock_node_name_is_private(node->name);
		return;
	}
	node->is_private = str_ends(node->name, "_PRIVATE") && !str_eq(node->name, "_PRIVATE");
	node->is_tagged = node->is_private;
	check_private_name(rd, node);
}

static void check_anonymous(struct reader *rd)
{
	for (size_t i = 0; i < rd->node_count; i++) {
		if (rd->nodes[i].name[0] != '\0' || rd->node_count == 1)
			continue;
		reader_fix(rd,
			   reader_error(rd, "anonymous-script", rd->nodes[i].open,
					"an anonymous node beside other nodes"),
			   "give it a name");
	}
	if (rd->node_count == 1 && rd->nodes[0].name[0] == '\0' && rd->parent_count > 0)
		(void)reader_error(rd, "anonymous-script", rd->parents[0].place,
				   "an anonymous script has no parents");
}

/* The value is one more than the index, since NULL is none. */
static void *index_value(size_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

static size_t find_node(const struct abilock_name_table *names, const char *name)
{
	return (size_t)(uintptr_t)abilock_name_table_find(names, name) - 1;
}

static void check_nodes(struct reader *rd, struct abilock_name_table *names)
{
	for (size_t i = 0; i < rd->node_count; i++) {
		struct abilock_declared_node *node = &rd->nodes[i];

		set_private(rd, node);
		if (node->name[0] == '\0')
			continue;
		size_t first = find_node(names, node->name);
		if (first != SIZE_MAX)
			(void)reader_error(rd, "duplicate-node", node->place,
					   "node '%s' is defined twice: first in line %u of %s",
					   node->name, rd->nodes[first].place.line,
					   rd->sources[rd->nodes[first].place.file].path);
		else if (!abilock_name_table_put(names, node->name, index_value(i)))
			rd->no_memory = true;
	}
	check_anonymous(rd);
}

/* ---- parents ---- */

static const char *similar_node(const struct reader *rd, const struct parent_reference *parent)
{
	const char *found = NULL;
	unsigned best = abilock_similar_limit(parent->name);

	for (size_t i = 0; i < rd->node_count; i++) {
		unsigned d = i == parent->node ? best
					       : abilock_similar_distance(parent->name,
									  rd->nodes[i].name, best);

		if (d < best) {
			best = d;
			found = rd->nodes[i].name;
		}
	}
	return found;
}

static void report_unknown(struct reader *rd, const struct parent_reference *parent)
{
	struct abilock_diagnostic *diag = reader_error(rd, "unknown-parent", parent->place,
						       "there is no node '%s'", parent->name);
	const char *similar =
		diag && rd->error_count <= SIMILAR_ERRORS_MAX ? similar_node(rd, parent) : NULL;

	if (similar)
		reader_fix(rd, diag, "did you mean '%s'?", similar);
}

static void check_parent(struct reader *rd, const struct parent_reference *parent)
{
	const struct abilock_declared_node *node = &rd->nodes[parent->node];
	const struct abilock_declared_node *up = &rd->nodes[parent->index];
	struct abilock_diagnostic *diag;

	if (parent->index == parent->node)
		(void)reader_error(rd, "parent-cycle", parent->place, "node '%s' is its own parent",
				   node->name);
	if (!up->is_tagged || node->is_private)
		return;
	diag = reader_error(rd, "private-parent", parent->place,
			    "the private node '%s' is a parent of the public node '%s'", up->name,
			    node->name);
	reader_fix(rd, diag, "what is public stays; make '%s' the parent of '%s' instead",
		   node->name, up->name);
}

/* Finds each parent; `last_child` has for each node who named it last, one more than the index. */
static void find_parents(struct reader *rd, const struct abilock_name_table *names,
			 size_t *last_child)
{
	for (size_t i = 0; i < rd->parent_count; i++) {
		struct parent_reference *parent = &rd->parents[i];

		parent->index = find_node(names, parent->name);
		if (rd->nodes[parent->node].name[0] == '\0')
			continue;
		if (parent->index == ABILOCK_NO_NODE) {
			report_unknown(rd, parent);
			continue;
		}
		if (last_child[parent->index] == parent->node + 1)
			(void)reader_error(rd, "duplicate-parent", parent->place,
					   "parent '%s' is listed twice", parent->name);
		else
			check_parent(rd, parent);
		last_child[parent->index] = parent->node + 1;
	}
}

/* ---- entries ---- */

static void inherit(struct abilock_tags *to, const struct abilock_tags *from)
{
	to->is_compat |= from->is_compat;
	to->since = to->since ? to->since : from->since;
	to->arch = to->arch ? to->arch : from->arch;
	to->condition = to->condition ? to->condition : from->condition;
	to->header = to->header ? to->header : from->header;
}

/* The marker of a node that keeps its name is one that was read from a library. */
static void check_entries(struct reader *rd)
{
	for (size_t i = 0; i < rd->entry_count; i++) {
		struct abilock_entry *entry = &rd->entries[i];
		const struct abilock_declared_node *node =
			entry->node != ABILOCK_NO_NODE ? &rd->nodes[entry->node] : NULL;

		if (node)
			inherit(&entry->tags, &node->tags);
		if (!entry->is_local && !(node && node->tags.is_exact) &&
		    str_starts(entry->text, ABILOCK_MARKER_PREFIX) &&
		    strlen(entry->text) > strlen(ABILOCK_MARKER_PREFIX))
			(void)reader_error(rd, "marker-name", entry->place,
					   "names that start with '%s' are made by versiongen",
					   ABILOCK_MARKER_PREFIX);
	}
}

/* The local entries of one text: ld looks at those of other nodes only. */
struct locals {
	const struct abilock_entry *first;
	const struct abilock_entry *other; /* the first in another node */
};

/* What ld compares: the text, whether it is a pattern, and the language. */
static const char *key_of(struct abilock_arena *arena, const struct abilock_entry *entry)
{
	if (!entry->is_pattern && entry->language == ABILOCK_LANGUAGE_C)
		return entry->text;
	return abilock_arena_printf(arena, "%c%c%s", entry->is_pattern ? 1 : 2,
				    '0' + (int)entry->language, entry->text);
}

static void collect_locals(struct reader *rd, struct abilock_arena *arena,
			   struct abilock_name_table *names)
{
	for (size_t i = 0; i < rd->entry_count; i++) {
		const struct abilock_entry *entry = &rd->entries[i];

		if (!entry->is_local)
			continue;
		const char *key = key_of(arena, entry);
		struct locals *locals = key ? abilock_name_table_find(names, key) : NULL;
		if (locals && !locals->other && locals->first->node != entry->node)
			locals->other = entry;
		if (locals)
			continue;
		locals = abilock_arena_alloc(arena, sizeof(*locals));
		if (!key || !locals || !abilock_name_table_put(names, key, locals)) {
			rd->no_memory = true;
			return;
		}
		locals->first = entry;
	}
}

static void report_both(struct reader *rd, const struct abilock_entry *global,
			const struct abilock_entry *local)
{
	const struct abilock_entry *early = global < local ? global : local;
	const struct abilock_entry *late = global < local ? local : global;
	struct abilock_diagnostic *diag = reader_error(
		rd, "global-and-local", late->place,
		"'%s' is %s here, but %s in node '%s', line %u", late->text,
		late == local ? "local" : "global", early == local ? "local" : "global",
		rd->nodes[early->node].name, early->place.line);

	reader_fix(rd, diag, "ld refuses this: leave one of them out");
}

static void check_locals(struct reader *rd)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table names = {0};
	struct abilock_arena arena = {0};

	collect_locals(rd, &arena, &names);
	for (size_t i = 0; i < rd->entry_count && names.count > 0; i++) {
		const struct abilock_entry *entry = &rd->entries[i];

		if (entry->is_local || entry->node == ABILOCK_NO_NODE)
			continue;
		const char *key = key_of(&arena, entry);
		const struct locals *locals = key ? abilock_name_table_find(&names, key) : NULL;
		if (locals && locals->first->node != entry->node)
			report_both(rd, entry, locals->first);
		else if (locals && locals->other)
			report_both(rd, entry, locals->other);
	}
	abilock_arena_clear(&arena);
}

void reader_check(struct reader *rd)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table names = {0};
	_cleanup_(freep) size_t *last_child = calloc(rd->node_count + 1, sizeof(*last_child));

	if (!last_child) {
		rd->no_memory = true;
		return;
	}
	if (rd->node_count == 0 && rd->error_count == 0)
		(void)reader_error(rd, "syntax", (struct abilock_place){0, 1, 1, 1},
				   "no version node");
	check_nodes(rd, &names);
	find_parents(rd, &names, last_child);
	check_entries(rd);
	check_locals(rd);
	if (!rd->no_memory)
		reader_sort_nodes(rd);
}
