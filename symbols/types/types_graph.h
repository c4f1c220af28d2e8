/* SPDX-License-Identifier: MIT */
/* A directed graph and its strongly connected components, without recursion. */
#ifndef ABILOCK_TYPES_TYPES_GRAPH_H
#define ABILOCK_TYPES_TYPES_GRAPH_H

#include "../util.h"

/** The edges of node i are targets[starts[i]] up to targets[starts[i + 1]]. */
struct type_graph {
	size_t count;
	size_t *starts;	 /**< count + 1 of them; malloc'ed. */
	size_t *targets; /**< malloc'ed array of target_count. */
	size_t target_count;
};

void type_graph_deinit(struct type_graph *graph);

/** The edges the other way round. @return false when memory is out. */
bool type_graph_reverse(const struct type_graph *graph, struct type_graph *ret) _must_check_;

/** Add a node without edges. @return false when memory is out. */
bool type_graph_add_node(struct type_graph *graph) _must_check_;

/** Add an edge to the newest node. @return false when memory is out. */
bool type_graph_add_edge(struct type_graph *graph, size_t target) _must_check_;

/** To be called behind the last edge. @return false when memory is out. */
bool type_graph_end(struct type_graph *graph) _must_check_;

/** What a component points to comes before it. */
struct type_components {
	size_t count;
	size_t *starts;	   /**< Component c is nodes[starts[c]] up to nodes[starts[c + 1]]. */
	size_t *nodes;	   /**< malloc'ed. */
	size_t *component; /**< Of each node; SIZE_MAX for one that is left out. */
};

void type_components_deinit(struct type_components *components);

/**
 * Tarjan's algorithm.
 *
 * @param left_out  For each node, whether to act as if it and its edges were not there.
 * @return false when memory is out.
 */
bool type_graph_components(const struct type_graph *graph, const bool *left_out,
			   struct type_components *ret) _must_check_;

/**
 * The graph of components: an edge for each two that have edges between them. None was left out.
 *
 * @return false when memory is out.
 */
bool type_graph_condense(const struct type_graph *graph, const struct type_components *components,
			 struct type_graph *ret) _must_check_;

#endif
