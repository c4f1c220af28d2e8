/* SPDX-License-Identifier: MIT */
/* What the parts of gate_compare() share. */
#ifndef ABILOCK_GATE_GATE_COMPARE_H
#define ABILOCK_GATE_GATE_COMPARE_H

#include "gate.h"

/** No such export, on the other side. */
#define COMPARE_NONE SIZE_MAX

/** One side, with what the other one has of it. */
struct compare_side {
	const struct abilock_baseline *baseline;
	size_t source;	/**< For places. */
	size_t *nodes;	/**< Index of each node on the other side; ABILOCK_NO_NODE: not there. */
	size_t *others; /**< Index of each export on the other side, or COMPARE_NONE. */
	bool *is_told;	/**< Exports that are part of a finding, or of nothing to tell. */
	/** First export of each node, that of node N at N + 1, of those without one at 0; and the
	 * end behind the last one. */
	size_t *firsts;
};

struct compare {
	struct gate *gate;
	struct compare_side before, after;
	const char *subject; /**< What the library is called: subject of what no symbol is. */
	bool same_machine;
	struct abilock_name_table fresh;    /**< Exports of `after` alone: index + 1 by name. */
	struct abilock_name_table defaults; /**< Default versions of `after`: the same. */
	struct abilock_name_table released_defaults; /**< And of `before`. */
	struct abilock_error *err;
};

/** The node of an export; NULL: it has none. */
static inline const struct abilock_node *compare_node(const struct compare_side *side,
						      size_t export)
{
	const struct abilock_surface *surface = side->baseline->surface;
	const size_t node = surface->exports[export].node;

	return node == ABILOCK_NO_NODE ? NULL : &surface->nodes[node];
}

static inline bool compare_is_private(const struct compare_side *side, size_t export)
{
	const struct abilock_node *node = compare_node(side, export);

	return node && node->is_private;
}

/** `foo@NODE`, in the arena of the findings; "" when memory is out (which the gate knows then). */
const char *compare_subject(struct compare *cmp, const struct compare_side *side, size_t export);

/** Where an export stood: the line of the old side's text, or the new file. */
struct abilock_place compare_place(const struct compare *cmp, unsigned line);

/**
 * A list of names for a finding. @return malloc'ed array grown by one; false when memory is out.
 */
bool compare_push(struct compare *cmp, const char ***names, size_t *count, const char *name);

/** Hand a list of names over to a finding's `symbols`, or `details`: copied into its arena. */
void compare_keep(struct compare *cmp, const char **names, size_t count, const char ***ret,
		  size_t *ret_count);

/** Set where the C source declares an export of the new side. */
void compare_set_c_place(const struct compare *cmp, struct abilock_diagnostic *diag, size_t export);

/** Symbols that are gone, have moved, are new, or differ; all but their types. */
int compare_symbols(struct compare *cmp) _must_check_;

/** Types of the symbols that both sides have. */
int compare_types(struct compare *cmp) _must_check_;

/** Private nodes, which fail nothing. */
int compare_private(struct compare *cmp) _must_check_;

#endif
