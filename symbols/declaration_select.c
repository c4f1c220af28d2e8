/* SPDX-License-Identifier: MIT */
/* Which part of a declaration is for one build. */
#include "declaration.h"
#include "machine.h"

/* `A|B` or `!A|!B`. */
static bool arch_holds(const char *arch, const char *machine)
{
	bool is_negated = arch && *arch == '!';

	if (!arch || !machine)
		return true;
	for (const char *p = arch; *p;) {
		p += *p == '!';
		const size_t length = strcspn(p, "|");

		if (abilock_machine_is(machine, p, length))
			return !is_negated;
		p += length;
		p += *p == '|';
	}
	return is_negated;
}

static bool condition_holds(const char *condition, const struct abilock_selection *selection)
{
	bool is_negated = condition && *condition == '!';

	if (!condition)
		return true;
	for (size_t i = 0; i < selection->define_count; i++)
		if (str_eq(selection->defines[i], condition + is_negated))
			return !is_negated;
	return is_negated;
}

static bool holds(const struct abilock_tags *tags, const struct abilock_selection *selection)
{
	return arch_holds(tags->arch, selection->machine) &&
	       condition_holds(tags->condition, selection);
}

/* ---- what is left ---- */

struct cut {
	struct abilock_declaration *decl;
	bool *is_gone;	      /* per node */
	size_t *position;     /* per node: its new index */
	size_t *global_count; /* per node: global entries before, and what is left of them */
	size_t *global_left;
};

static void cut_deinit(struct cut *cut)
{
	free(cut->is_gone);
	free(cut->position);
	free(cut->global_count);
	free(cut->global_left);
}

static bool cut_init(struct cut *cut)
{
	const size_t n = cut->decl->node_count + 1;

	cut->is_gone = calloc(n, sizeof(*cut->is_gone));
	cut->position = calloc(n, sizeof(*cut->position));
	cut->global_count = calloc(n, sizeof(*cut->global_count));
	cut->global_left = calloc(n, sizeof(*cut->global_left));
	return cut->is_gone && cut->position && cut->global_count && cut->global_left;
}

static void find_gone(struct cut *cut, const struct abilock_selection *selection)
{
	const struct abilock_declaration *decl = cut->decl;
	size_t left = 0;

	for (size_t i = 0; i < decl->node_count; i++)
		cut->is_gone[i] = !holds(&decl->nodes[i].tags, selection);
	for (size_t i = 0; i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->is_local || entry->node == ABILOCK_NO_NODE)
			continue;
		cut->global_count[entry->node]++;
		cut->global_left[entry->node] += holds(&entry->tags, selection);
	}
	for (size_t i = 0; i < decl->node_count; i++) {
		cut->is_gone[i] |= cut->global_count[i] > 0 && cut->global_left[i] == 0;
		cut->position[i] = left;
		left += !cut->is_gone[i];
	}
}

/* A growing list of parents, each once. */
struct parents {
	size_t *items; /* malloc'ed */
	size_t count;
	size_t *last_child; /* per node: who has it already, one more than the index */
	size_t child;
};

static bool add_parent(struct parents *parents, size_t parent)
{
	if (parents->last_child[parent] == parents->child + 1)
		return true;
	parents->last_child[parent] = parents->child + 1;
	size_t *slot = abilock_array_push(&parents->items, &parents->count, sizeof(*slot));
	if (slot)
		*slot = parent;
	return slot != NULL;
}

/* Parents stand first, so those of a parent that is gone have been replaced before. The indices
 * stay the old ones here. */
static bool replace_parents(const struct cut *cut, size_t i, size_t *last_child)
{
	struct abilock_declared_node *node = &cut->decl->nodes[i];
	struct parents parents = {.last_child = last_child, .child = i};
	bool ok = true;

	for (size_t k = 0; ok && k < node->parent_count; k++) {
		const size_t parent = node->parents[k];
		const struct abilock_declared_node *gone = &cut->decl->nodes[parent];

		if (!cut->is_gone[parent])
			ok = add_parent(&parents, parent);
		for (size_t m = 0; ok && cut->is_gone[parent] && m < gone->parent_count; m++)
			ok = add_parent(&parents, gone->parents[m]);
	}
	size_t *kept =
		ok ? abilock_arena_array(&cut->decl->arena, parents.count, sizeof(*kept)) : NULL;
	if (kept && parents.count > 0)
		memcpy(kept, parents.items, parents.count * sizeof(*kept));
	free(parents.items);
	node->parents = kept;
	node->parent_count = kept ? parents.count : 0;
	return kept != NULL;
}

static bool has_gone_parent(const struct cut *cut, size_t i)
{
	const struct abilock_declared_node *node = &cut->decl->nodes[i];

	for (size_t k = 0; k < node->parent_count; k++)
		if (cut->is_gone[node->parents[k]])
			return true;
	return false;
}

static bool cut_parents(const struct cut *cut)
{
	struct abilock_declaration *decl = cut->decl;
	_cleanup_(freep) size_t *last_child = calloc(decl->node_count + 1, sizeof(*last_child));

	for (size_t i = 0; last_child && i < decl->node_count; i++)
		if (has_gone_parent(cut, i) && !replace_parents(cut, i, last_child))
			return false;
	return last_child != NULL;
}

/* No linker reads a script without a node. */
static void make_anonymous(struct abilock_declared_node *node)
{
	*node = (struct abilock_declared_node){
		.name = "", .place = node->open, .open = node->open, .close = node->close};
}

static bool cut_nodes(const struct cut *cut)
{
	struct abilock_declaration *decl = cut->decl;
	size_t left = 0;

	for (size_t i = 0; i < decl->node_count; i++) {
		struct abilock_declared_node *node = &decl->nodes[i];
		size_t *parents;

		if (cut->is_gone[i])
			continue;
		parents = abilock_arena_array(&decl->arena, node->parent_count, sizeof(*parents));
		if (!parents)
			return false;
		for (size_t k = 0; k < node->parent_count; k++)
			parents[k] = cut->position[node->parents[k]];
		node->parents = parents;
		decl->nodes[left++] = *node;
	}
	if (left == 0 && decl->node_count > 0)
		make_anonymous(&decl->nodes[left++]);
	decl->node_count = left;
	return true;
}

static void cut_entries(const struct cut *cut, const struct abilock_selection *selection)
{
	struct abilock_declaration *decl = cut->decl;
	size_t left = 0;

	for (size_t i = 0; i < decl->entry_count; i++) {
		struct abilock_entry entry = decl->entries[i];
		const bool has_node = entry.node != ABILOCK_NO_NODE;
		const bool is_gone = has_node && cut->is_gone[entry.node];

		/* What a local entry of a node that is gone hides stays hidden. */
		if (!holds(&entry.tags, selection) && !(entry.is_local && is_gone))
			continue;
		if (is_gone && !entry.is_local)
			continue;
		if (has_node)
			entry.node = is_gone ? 0 : cut->position[entry.node];
		decl->entries[left++] = entry;
	}
	decl->entry_count = left;
}

static bool is_define(const char *name)
{
	static const char good[] =
		"_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return *name && name[strspn(name, good)] == '\0' && !(*name >= '0' && *name <= '9');
}

int abilock_selection_check(const struct abilock_selection *selection, struct abilock_error *err)
{
	if (selection->machine && !abilock_machine_find(selection->machine))
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "unknown machine '%s'", selection->machine);
	for (size_t i = 0; i < selection->define_count; i++)
		if (!is_define(selection->defines[i]))
			return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
						 "-D '%.80s': expected a name alone, such as "
						 "WITH_TLS for if=WITH_TLS",
						 selection->defines[i]);
	return 0;
}

int abilock_declaration_select(struct abilock_declaration *decl,
			       const struct abilock_selection *selection, struct abilock_error *err)
{
	_cleanup_(cut_deinit) struct cut cut = {.decl = decl};

	if (!cut_init(&cut))
		return abilock_error_nomem(err);
	find_gone(&cut, selection);
	if (!cut_parents(&cut) || !cut_nodes(&cut))
		return abilock_error_nomem(err);
	cut_entries(&cut, selection);
	return 0;
}
