/* SPDX-License-Identifier: MIT */
/* What changed between two models, in C words, each cause once with the symbols that it reaches. */
#ifndef ABILOCK_TYPES_TYPES_COMPARE_H
#define ABILOCK_TYPES_TYPES_COMPARE_H

#include "types.h"

/** Two exports that are the same symbol: indices into the symbols of the two models. */
struct abilock_type_pair {
	size_t old_symbol, new_symbol;
	const char *name; /**< For messages, such as `foo_open@@LIBFOO_1.0`. Borrowed. */
};

/** One cause. */
struct abilock_type_change {
	/**
	 * `struct foo`, where a definition changed; `foo_t`, where that of an unnamed type did that
	 * both sides know by this typedef; a pair's name, where its own type did.
	 */
	const char *subject;
	bool is_symbol;	    /**< The subject is a pair's name. */
	const char **lines; /**< What changed: `member "n" moved from offset 8 to 16`. */
	size_t line_count;
	const size_t *pairs; /**< Indices of the pairs whose type reaches it; at least one. */
	size_t pair_count;
};

struct abilock_type_changes {
	struct abilock_arena arena; /**< Owns all that is below. */
	struct abilock_type_change *items;
	size_t count;
};

void abilock_type_changes_deinit(struct abilock_type_changes *changes);

/**
 * Compare pairs whose types are known in both models. What is in an unnamed type is told where it
 * stands, with a path: `member "u.i" changed from int to long`. Lines show types as people write
 * them, a typedef of an unnamed type by its name alone. A type that one side does not reach, or
 * has only declared, is a change of what refers to it. Each pair with unlike fingerprints is in at
 * least one change, and none with equal ones is in any.
 *
 * @param old_types,new_types  Finished.
 * @param[out] ret  Empty before; sorted by subject, symbols behind types.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_types_compare(const struct abilock_types *old_types,
			  const struct abilock_types *new_types,
			  const struct abilock_type_pair *pairs, size_t pair_count,
			  struct abilock_type_changes *ret, struct abilock_error *err) _must_check_;

#endif
