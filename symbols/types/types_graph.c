/* SPDX-License-Identifier: MIT */
#include "types_graph.h"

#include "../arena.h"

void type_graph_deinit(struct type_graph *graph)
{
	free(graph->starts);
	free(graph->targets);
	*graph = (struct type_graph){0};
}

void type_components_deinit(struct type_components *components)
{
	free(components->starts);
	free(components->nodes);
	free(components->component);
	*components = (struct type_components){0};
}

bool type_graph_add_node(struct type_graph *graph)
{
	size_t *start = abilock_array_push(&graph->starts, &graph->count, sizeof(*start));

	if (start)
		*start = graph->target_count;
	return start != NULL;
}

bool type_graph_add_edge(struct type_graph *graph, size_t target)
{
	size_t *slot = abilock_array_push(&graph->targets, &graph->target_count, sizeof(*slot));

	if (slot)
		*slot = target;
	return slot != NULL;
}

/* The end of the last one is where one more would start. */
bool type_graph_end(struct type_graph *graph)
{
	if (!type_graph_add_node(graph))
		return false;
	graph->count--;
	return true;
}

bool type_graph_reverse(const struct type_graph *graph, struct type_graph *ret)
{
	const size_t edges = graph->starts[graph->count];

	ret->count = graph->count;
	ret->target_count = edges;
	ret->starts = calloc(graph->count + 2, sizeof(*ret->starts));
	ret->targets = calloc(edges ? edges : 1, sizeof(*ret->targets));
	if (!ret->starts || !ret->targets)
		return false;
	/* Counted one behind, so that filling in moves each start to its place. */
	for (size_t i = 0; i < edges; i++)
		ret->starts[graph->targets[i] + 2]++;
	for (size_t i = 2; i <= graph->count; i++)
		ret->starts[i] += ret->starts[i - 1];
	for (size_t i = 0; i < graph->count; i++)
		for (size_t e = graph->starts[i]; e < graph->starts[i + 1]; e++)
			ret->targets[ret->starts[graph->targets[e] + 1]++] = i;
	return true;
}

/* A walk that is under way: the nodes from the root to where it is, and those not yet placed. */
struct walk {
	const struct type_graph *graph;
	const bool *left_out;
	struct type_components *ret;
	size_t *seen;	 /* Order of arrival, from 1; 0: not yet seen. */
	size_t *lowest;	 /* Lowest order that is known to be reached. */
	size_t *edge;	 /* The next one of each node on the path. */
	size_t *path;	 /* Nodes that are entered. */
	size_t *pending; /* Nodes without a component. */
	size_t path_length, pending_count, seen_count, placed;
};

static void walk_deinit(struct walk *walk)
{
	free(walk->seen);
	free(walk->lowest);
	free(walk->edge);
	free(walk->path);
	free(walk->pending);
}

static bool walk_init(struct walk *walk)
{
	const size_t count = walk->graph->count + 1;

	walk->seen = calloc(count, sizeof(size_t));
	walk->lowest = calloc(count, sizeof(size_t));
	walk->edge = calloc(count, sizeof(size_t));
	walk->path = calloc(count, sizeof(size_t));
	walk->pending = calloc(count, sizeof(size_t));
	walk->ret->starts = calloc(count, sizeof(size_t));
	walk->ret->nodes = calloc(count, sizeof(size_t));
	walk->ret->component = calloc(count, sizeof(size_t));
	if (!walk->seen || !walk->lowest || !walk->edge || !walk->path || !walk->pending)
		return false;
	if (!walk->ret->starts || !walk->ret->nodes || !walk->ret->component)
		return false;
	for (size_t i = 0; i < count; i++)
		walk->ret->component[i] = SIZE_MAX;
	return true;
}

static void enter(struct walk *walk, size_t node)
{
	walk->seen[node] = walk->lowest[node] = ++walk->seen_count;
	walk->edge[node] = walk->graph->starts[node];
	walk->path[walk->path_length++] = node;
	walk->pending[walk->pending_count++] = node;
}

static void lower(struct walk *walk, size_t node, size_t order)
{
	if (order < walk->lowest[node])
		walk->lowest[node] = order;
}

static void leave(struct walk *walk, size_t node)
{
	struct type_components *ret = walk->ret;
	size_t placed;

	walk->path_length--;
	if (walk->path_length > 0)
		lower(walk, walk->path[walk->path_length - 1], walk->lowest[node]);
	if (walk->lowest[node] != walk->seen[node])
		return;
	do {
		placed = walk->pending[--walk->pending_count];
		ret->component[placed] = ret->count;
		ret->nodes[walk->placed++] = placed;
	} while (placed != node);
	ret->starts[++ret->count] = walk->placed;
}

static void walk_from(struct walk *walk, size_t root)
{
	enter(walk, root);
	while (walk->path_length > 0) {
		size_t node = walk->path[walk->path_length - 1];

		if (walk->edge[node] == walk->graph->starts[node + 1]) {
			leave(walk, node);
			continue;
		}
		size_t target = walk->graph->targets[walk->edge[node]++];
		if (walk->left_out[target])
			continue;
		if (!walk->seen[target])
			enter(walk, target);
		else if (walk->ret->component[target] == SIZE_MAX)
			lower(walk, node, walk->seen[target]);
	}
}

bool type_graph_components(const struct type_graph *graph, const bool *left_out,
			   struct type_components *ret)
{
	_cleanup_(walk_deinit) struct walk walk = {
		.graph = graph, .left_out = left_out, .ret = ret};

	if (!walk_init(&walk))
		return false;
	for (size_t i = 0; i < graph->count; i++)
		if (!walk.seen[i] && !left_out[i])
			walk_from(&walk, i);
	return true;
}

bool type_graph_condense(const struct type_graph *graph, const struct type_components *components,
			 struct type_graph *ret)
{
	size_t *asked = calloc(components->count + 1, sizeof(*asked));
	bool is_done = asked != NULL;

	for (size_t i = 0; is_done && i < graph->count; i++) {
		const size_t node = components->nodes[i], part = components->component[node];

		if (i == components->starts[part])
			is_done = type_graph_add_node(ret);
		for (size_t e = graph->starts[node]; is_done && e < graph->starts[node + 1]; e++) {
			const size_t target = components->component[graph->targets[e]];

			if (target == part || asked[target] == part + 1)
				continue;
			asked[target] = part + 1;
			is_done = type_graph_add_edge(ret, target);
		}
	}
	free(asked);
	return is_done && type_graph_end(ret);
}
