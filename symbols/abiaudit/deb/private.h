/* SPDX-License-Identifier: MIT */
/*
 * Private nodes in a symbols file. Their symbols are for modules of the same build, and need a
 * dependency that other builds do not satisfy.
 */
#ifndef ABIAUDIT_DEB_PRIVATE_H
#define ABIAUDIT_DEB_PRIVATE_H

#include "symbols_file.h"

/** A private node of which no line of the template speaks. */
struct deb_private_node {
	const char *name;
	size_t stem;  /**< Length of the part in front of its tag: `FOO_PRIVATE`. */
	size_t count; /**< Its symbols. They have the main dependency. */
	/** A line for such a node, with a dependency of its own, that has taken nothing: the tag in
	 * it is of another build. NULL where there is none. */
	const struct deb_symbol *stale;
};

/**
 * Find the private nodes of a library that was merged.
 *
 * @param[out] ret_nodes  Sorted by name; to be freed.
 */
int deb_private_nodes(const struct deb_library *library, struct deb_private_node **ret_nodes,
		      size_t *ret_count, struct abilock_error *err) _must_check_;

#endif
