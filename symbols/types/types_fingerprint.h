/* SPDX-License-Identifier: MIT */
/*
 * Fingerprints: 64 bits (XXH64) over a symbol's type and all that it reaches. Equal types have
 * equal fingerprints whatever compiler, options and order of files made them. The names of the
 * symbol, of typedefs and of parameters are not in it; names of members and tags are.
 */
#ifndef ABILOCK_TYPES_TYPES_FINGERPRINT_H
#define ABILOCK_TYPES_TYPES_FINGERPRINT_H

#include "types.h"

/** Digits of a fingerprint as text. */
#define ABILOCK_FINGERPRINT_DIGITS 16

/** A fingerprint, or that there is none. */
struct abilock_fingerprint {
	uint64_t value;
	bool is_known;
};

/**
 * The fingerprints of all symbols of a finished model.
 *
 * The cost grows with the number of types and members, not with its product with the symbols.
 *
 * @param[out] ret  symbol_count elements, malloc'ed.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_types_fingerprints(const struct abilock_types *types, struct abilock_fingerprint **ret,
			       struct abilock_error *err) _must_check_;

/**
 * The fingerprint of a node: of the names and fingerprints of its symbols, in any order. Markers
 * (`abilock_marker_*`) are left out.
 *
 * @param surface  Whose exports @p prints belong to, one for each.
 * @param[out] ret_unknown  First symbol without a fingerprint, or NULL. @p ret is unknown then.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_node_fingerprint(const struct abilock_surface *surface,
			     const struct abilock_fingerprint *prints, size_t node,
			     struct abilock_fingerprint *ret, const char **ret_unknown,
			     struct abilock_error *err) _must_check_;

#endif
