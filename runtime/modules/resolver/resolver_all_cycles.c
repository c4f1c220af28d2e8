/* SPDX-License-Identifier: MIT */
/*
 * All cycles that there are, for those who mend manifests.
 *
 * First the modules that no cycle keeps from loading, where what is missing or damaged is taken to
 * be there: from those that use nothing upwards. What is left is on a cycle, or uses such a one;
 * each set of it in which all lead to all has a cycle.
 */
#include "resolver_state.h"

/** An element of a list. */
struct item {
	struct vertex *vertex;
	struct need *need;
	struct item *next;
};

/** A module. */
struct vertex {
	struct node *node;
	struct item *provides; /**< Needs that it meets. */
	size_t unmet;	       /**< Of its uses. */
	bool loads;
	/* Of the search for sets. */
	size_t edge, candidate; /**< What is looked at next. */
	size_t index, low;	/**< 0: not yet seen. */
	bool is_on_stack;
	size_t set; /**< 0: in none yet. */
	/* Of the search for a cycle in a set. */
	struct vertex *reached_from;
	size_t search;
};

/** Something that is used. */
struct need {
	struct want *want;
	bool is_met;
	struct item *users;
	const struct vertex *last_provider; /**< That was looked at. */
};

struct cycles {
	struct state st;
	struct vertex **vertices; /* malloc'ed; in the order of names */
	size_t count;
	struct vertex **queue, **path, **stack; /* malloc'ed; room for all */
	size_t path_count, stack_count, index, sets;
	struct abilock_arena *arena;
	struct abilock_cycle *found; /* malloc'ed */
	size_t found_count;
};

static struct vertex *vertex_of(const struct node *node)
{
	return node->extra;
}

/* ---- the graph ---- */

static bool add_item(struct cycles *cy, struct item **list, struct vertex *vertex,
		     struct need *need)
{
	struct item *item = abilock_arena_alloc(&cy->st.ret->arena, sizeof(*item));

	if (!item)
		return false;
	*item = (struct item){.vertex = vertex, .need = need, .next = *list};
	*list = item;
	return true;
}

/* Whether it is worth looking at: what is forbidden is not there. */
static struct vertex *candidate_vertex(const struct node *node)
{
	return node->forbidden ? NULL : vertex_of(node);
}

static struct need *need_of(struct cycles *cy, struct want *want)
{
	struct need *need = want->extra;

	if (need)
		return need;
	need = abilock_arena_alloc(&cy->st.ret->arena, sizeof(*need));
	if (!need || !resolver_stand_ins(&cy->st, want))
		return NULL;
	need->want = want;
	/* What nobody provides is another's finding. */
	need->is_met = true;
	for (size_t i = 0; i < want->candidate_count; i++) {
		struct vertex *vertex = candidate_vertex(want->candidates[i]);

		if (!vertex)
			continue;
		need->is_met = false;
		if (!add_item(cy, &vertex->provides, vertex, need))
			return NULL;
	}
	want->extra = need;
	return need;
}

static bool add_vertex(struct cycles *cy, struct abilock_module *module)
{
	struct node *node = module ? resolver_node(&cy->st, module) : NULL;
	struct vertex *vertex =
		node ? abilock_arena_alloc(&cy->st.ret->arena, sizeof(*vertex)) : NULL;

	if (!vertex)
		return false;
	vertex->node = node;
	node->extra = vertex;
	cy->vertices[cy->count++] = vertex;
	return true;
}

static bool add_needs(struct cycles *cy, struct vertex *vertex)
{
	struct node *node = vertex->node;

	if (!resolver_edges(&cy->st, node))
		return false;
	for (size_t i = 0; i < node->edge_count; i++)
		if (node->edges[i].kind == EDGE_USE && !need_of(cy, node->edges[i].want))
			return false;
	return true;
}

/* What waits for what. A module that provides what it uses has it. */
static bool add_uses(struct cycles *cy, struct vertex *vertex)
{
	struct node *node = vertex->node;

	for (const struct item *item = vertex->provides; item; item = item->next)
		item->need->last_provider = vertex;
	for (size_t i = 0; i < node->edge_count; i++) {
		struct edge *edge = &node->edges[i];
		struct need *need = edge->want->extra;

		if (edge->kind != EDGE_USE || need->is_met)
			continue;
		edge->is_own = need->last_provider == vertex;
		if (edge->is_own)
			continue;
		if (!add_item(cy, &need->users, vertex, need))
			return false;
		vertex->unmet++;
	}
	return true;
}

static bool make_graph(struct cycles *cy)
{
	struct abilock_catalogue *catalogue = cy->st.question->catalogue;
	const size_t count = abilock_catalogue_count(catalogue);

	cy->vertices = calloc(count + 1, sizeof(struct vertex *));
	cy->queue = calloc(count + 1, sizeof(struct vertex *));
	cy->path = calloc(count + 1, sizeof(struct vertex *));
	cy->stack = calloc(count + 1, sizeof(struct vertex *));
	if (!cy->vertices || !cy->queue || !cy->path || !cy->stack)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!add_vertex(cy, abilock_catalogue_at(catalogue, i)))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!add_needs(cy, cy->vertices[i]))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!add_uses(cy, cy->vertices[i]))
			return false;
	return true;
}

/* ---- what loads ---- */

static void meet(struct cycles *cy, struct need *need, size_t *end)
{
	if (need->is_met)
		return;
	need->is_met = true;
	for (const struct item *user = need->users; user; user = user->next) {
		struct vertex *vertex = user->vertex;

		if (vertex->loads || --vertex->unmet > 0)
			continue;
		vertex->loads = true;
		cy->queue[(*end)++] = vertex;
	}
}

static void find_loading(struct cycles *cy)
{
	size_t end = 0;

	for (size_t i = 0; i < cy->count; i++) {
		if (cy->vertices[i]->unmet > 0)
			continue;
		cy->vertices[i]->loads = true;
		cy->queue[end++] = cy->vertices[i];
	}
	for (size_t i = 0; i < end; i++)
		for (const struct item *item = cy->queue[i]->provides; item; item = item->next)
			meet(cy, item->need, &end);
}

/* ---- sets in which all lead to all ---- */

/* The next module that one waits for, as vertex->edge and ->candidate have it; NULL: no more. */
static struct vertex *next_of(struct vertex *vertex)
{
	const struct node *node = vertex->node;

	for (; vertex->edge < node->edge_count; vertex->edge++, vertex->candidate = 0) {
		const struct edge *edge = &node->edges[vertex->edge];
		const struct need *need = edge->want->extra;

		if (edge->kind != EDGE_USE || need->is_met || edge->is_own)
			continue;
		while (vertex->candidate < edge->want->candidate_count) {
			struct vertex *next =
				candidate_vertex(edge->want->candidates[vertex->candidate++]);

			if (next)
				return next;
		}
	}
	return NULL;
}

static void enter(struct cycles *cy, struct vertex *vertex)
{
	vertex->index = vertex->low = ++cy->index;
	vertex->is_on_stack = true;
	cy->stack[cy->stack_count++] = vertex;
	cy->path[cy->path_count++] = vertex;
}

static bool report_set(struct cycles *cy, struct vertex **members, size_t count);

/* All that a module leads to was seen. @return false when memory is out. */
static bool leave(struct cycles *cy, struct vertex *vertex)
{
	size_t from = cy->stack_count;

	cy->path_count--;
	if (cy->path_count > 0 && vertex->low < cy->path[cy->path_count - 1]->low)
		cy->path[cy->path_count - 1]->low = vertex->low;
	if (vertex->low != vertex->index)
		return true;
	cy->sets++;
	do {
		from--;
		cy->stack[from]->is_on_stack = false;
		cy->stack[from]->set = cy->sets;
	} while (cy->stack[from] != vertex);
	const size_t count = cy->stack_count - from;

	cy->stack_count = from;
	return count < 2 || report_set(cy, cy->stack + from, count);
}

static bool search(struct cycles *cy, struct vertex *from)
{
	enter(cy, from);
	while (cy->path_count > 0) {
		struct vertex *vertex = cy->path[cy->path_count - 1];
		struct vertex *next = next_of(vertex);

		if (!next) {
			if (!leave(cy, vertex))
				return false;
		} else if (next->index == 0) {
			enter(cy, next);
		} else if (next->is_on_stack && next->index < vertex->low) {
			vertex->low = next->index;
		}
	}
	return true;
}

/* ---- the cycle of a set ---- */

static bool add_cycle(struct cycles *cy, struct vertex *first, struct vertex *last)
{
	struct abilock_cycle *cycle =
		abilock_array_push(&cy->found, &cy->found_count, sizeof(*cycle));
	size_t count = 1;

	for (const struct vertex *at = last; at != first; at = at->reached_from)
		count++;
	if (cycle)
		cycle->modules =
			abilock_arena_array(cy->arena, count, sizeof(struct abilock_module *));
	if (!cycle || !cycle->modules)
		return false;
	cycle->count = count;
	for (struct vertex *at = last; count-- > 0; at = at->reached_from)
		cycle->modules[count] = at->node->module;
	return true;
}

static struct vertex *first_by_name(struct vertex **members, size_t count)
{
	struct vertex *first = members[0];

	for (size_t i = 1; i < count; i++)
		if (strcmp(members[i]->node->module->name, first->node->module->name) < 0)
			first = members[i];
	return first;
}

/* Breadth first from one module of the set back to it. */
static bool report_set(struct cycles *cy, struct vertex **members, size_t count)
{
	struct vertex *first = first_by_name(members, count);
	size_t end = 0;

	cy->queue[end++] = first;
	first->search = cy->sets;
	for (size_t i = 0; i < end; i++) {
		struct vertex *vertex = cy->queue[i], *next;

		vertex->edge = vertex->candidate = 0;
		while ((next = next_of(vertex)) != NULL) {
			if (next == first)
				return add_cycle(cy, first, vertex);
			if (next->set != cy->sets || next->search == cy->sets)
				continue;
			next->search = cy->sets;
			next->reached_from = vertex;
			cy->queue[end++] = next;
		}
	}
	return true;
}

static int by_first_name(const void *a, const void *b)
{
	const struct abilock_cycle *left = a, *right = b;

	return strcmp(left->modules[0]->name, right->modules[0]->name);
}

static bool find(struct cycles *cy)
{
	if (resolver_prepare(&cy->st) < 0 || !make_graph(cy))
		return false;
	find_loading(cy);
	for (size_t i = 0; i < cy->count; i++)
		if (!cy->vertices[i]->loads && cy->vertices[i]->index == 0 &&
		    !search(cy, cy->vertices[i]))
			return false;
	if (cy->found_count > 1)
		qsort(cy->found, cy->found_count, sizeof(*cy->found), by_first_name);
	return !cy->st.failed_memory;
}

int abilock_resolver_cycles(struct abilock_catalogue *catalogue,
			    const struct abilock_configuration *configuration,
			    struct abilock_arena *arena, struct abilock_cycle **ret_cycles,
			    size_t *ret_count, struct abilock_error *err)
{
	_cleanup_(abilock_resolution_deinit) struct abilock_resolution resolution = {0};
	const struct abilock_resolver_question question = {.catalogue = catalogue,
							   .configuration = configuration};
	struct cycles cy = {
		.arena = arena,
		.st = {.question = &question, .ret = &resolution, .failures = &resolution.arena}};
	const bool is_found = find(&cy);

	resolver_deinit(&cy.st);
	free(cy.vertices);
	free(cy.queue);
	free(cy.path);
	free(cy.stack);
	if (!is_found) {
		free(cy.found);
		return abilock_error_nomem(err);
	}
	*ret_cycles = cy.found;
	*ret_count = cy.found_count;
	return 0;
}
