/* SPDX-License-Identifier: MIT */
/* Parents in front of their children, and cycles. */
#include "declaration_reader.h"

/* Of a cycle that is printed. */
enum { CYCLE_SHOWN_MAX = 10 };

/* A walk from each node to its parents, without recursion: a chain may have 32765 of them. */
struct walk {
	struct reader *rd;
	size_t *first;	  /* per node: its first parent in rd->parents; one more at the end */
	size_t *next;	  /* per node: the parent to look at next */
	size_t *stack;	  /* the nodes that are being left, children first */
	size_t *order;	  /* the result: old indices, parents first */
	size_t *position; /* the result: where each went; SIZE_MAX before */
	bool *is_open;	  /* on the stack */
	size_t depth;
	size_t count;
};

static void report_cycle(struct walk *walk, const struct parent_reference *parent)
{
	struct reader *rd = walk->rd;
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t start = walk->depth, shown = 0;

	/* Looking for the start takes its time in a hostile file. */
	if (rd->error_count >= DECLARATION_ERRORS_MAX)
		return;
	while (start > 0 && walk->stack[start - 1] != parent->index)
		start--;
	for (size_t i = start - 1; i < walk->depth && shown < CYCLE_SHOWN_MAX; i++, shown++)
		abilock_text_printf(&text, "'%.*s' -> ", 60, rd->nodes[walk->stack[i]].name);
	if (shown == CYCLE_SHOWN_MAX)
		abilock_text_puts(&text, "... -> ");
	abilock_text_putc(&text, '\0');
	(void)reader_error(rd, "parent-cycle", parent->place,
			   "nodes are parents in a cycle: %s'%s'", text.failed ? "" : text.data,
			   parent->name);
}

static void enter(struct walk *walk, size_t node)
{
	walk->stack[walk->depth++] = node;
	walk->is_open[node] = true;
	walk->next[node] = walk->first[node];
}

static void leave(struct walk *walk)
{
	const size_t node = walk->stack[--walk->depth];

	walk->is_open[node] = false;
	walk->position[node] = walk->count;
	walk->order[walk->count++] = node;
}

static void walk_from(struct walk *walk, size_t start)
{
	enter(walk, start);
	while (walk->depth > 0) {
		const size_t node = walk->stack[walk->depth - 1];

		if (walk->next[node] == walk->first[node + 1]) {
			leave(walk);
			continue;
		}
		const struct parent_reference *parent = &walk->rd->parents[walk->next[node]++];
		if (parent->index == ABILOCK_NO_NODE || parent->index == node)
			continue;
		if (walk->is_open[parent->index])
			report_cycle(walk, parent);
		else if (walk->position[parent->index] == SIZE_MAX)
			enter(walk, parent->index);
	}
}

static void walk_all(struct walk *walk)
{
	const struct reader *rd = walk->rd;
	size_t at = 0;

	for (size_t i = 0; i < rd->node_count; i++) {
		walk->first[i] = at;
		while (at < rd->parent_count && rd->parents[at].node == i)
			at++;
		walk->position[i] = SIZE_MAX;
	}
	walk->first[rd->node_count] = at;
	for (size_t i = 0; i < rd->node_count; i++)
		if (walk->position[i] == SIZE_MAX)
			walk_from(walk, i);
}

/* Nodes in their new order, with their parents; entries with their new nodes. */
static void reorder(const struct walk *walk)
{
	struct reader *rd = walk->rd;
	struct abilock_declared_node *sorted = calloc(rd->node_count + 1, sizeof(*sorted));
	size_t *all = abilock_arena_array(&rd->decl->arena, rd->parent_count, sizeof(*all));

	if (!sorted || !all) {
		rd->no_memory = true;
		free(sorted);
		return;
	}
	for (size_t i = 0; i < rd->node_count; i++) {
		const size_t old = walk->order[i];
		const size_t first = walk->first[old], end = walk->first[old + 1];

		sorted[i] = rd->nodes[old];
		sorted[i].parents = all + first;
		sorted[i].parent_count = end - first;
		for (size_t k = first; k < end; k++)
			all[k] = walk->position[rd->parents[k].index];
	}
	free(rd->nodes);
	rd->nodes = sorted;
	for (size_t i = 0; i < rd->entry_count; i++)
		if (rd->entries[i].node != ABILOCK_NO_NODE)
			rd->entries[i].node = walk->position[rd->entries[i].node];
}

void reader_sort_nodes(struct reader *rd)
{
	const size_t n = rd->node_count;
	_cleanup_(freep) size_t *numbers = calloc(5 * n + 1, sizeof(*numbers));
	_cleanup_(freep) bool *is_open = calloc(n + 1, sizeof(*is_open));
	struct walk walk = {.rd = rd, .is_open = is_open};

	if (!numbers || !is_open) {
		rd->no_memory = true;
		return;
	}
	walk.next = numbers;
	walk.stack = walk.next + n;
	walk.order = walk.stack + n;
	walk.position = walk.order + n;
	walk.first = walk.position + n;
	walk_all(&walk);
	if (rd->error_count == 0)
		reorder(&walk);
}
