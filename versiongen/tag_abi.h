/* SPDX-License-Identifier: MIT */
/*
 * The tag `abi`: a fingerprint of the types behind the symbols of a private node, one a node. It
 * stays what it is from build to build until a caller of that node has to be compiled again.
 */
#ifndef VERSIONGEN_TAG_ABI_H
#define VERSIONGEN_TAG_ABI_H

#include "../symbols/declaration.h"
#include "tag.h"

/** What it is read from. All is borrowed. */
struct tag_abi_question {
	const struct abilock_declaration *decl;
	const struct abilock_surface *surface; /**< Of @p decl, without tags. */
	/** Objects and archives with debug information; or one linked file, or one baseline. */
	const char *const *paths;
	size_t path_count;
	const char *const *headers; /**< See struct abilock_types_question. */
	size_t header_count;
};

/** Initialise with `{ 0 }`, release with tag_abi_deinit(). */
struct tag_abi {
	struct abilock_arena arena; /**< Owns all that is below. */
	const char **nodes;	    /**< By index of the node; NULL for one without a tag. */
	const char *build;	    /**< Over the names and tags of all private nodes. */
};

void tag_abi_deinit(struct tag_abi *tags);

/**
 * Read the tags.
 *
 * @param diags  What is not known is added here, for each symbol: a type, or the name where the
 *               declaration has a pattern.
 * @return 0, what the readers of types and baselines return, or ABILOCK_E_SYNTAX with at least one
 *         diagnostic. Nothing is guessed: a node without symbols has a tag, one with a symbol
 *         whose type is not known has none.
 */
int tag_abi_read(const struct tag_abi_question *question, struct tag_abi *ret,
		 struct abilock_diagnostics *diags, struct abilock_error *err) _must_check_;

#endif
