/* SPDX-License-Identifier: MIT */
/*
 * Why a private node has another name: which types changed behind its symbols, from what to what.
 * Where the tag is `abi`, the name of a node tells which set of types is meant; files that have
 * that set, baselines or files with debug information, have the types.
 */
#ifndef ABILOCK_ABIAUDIT_VERIFY_TYPES_H
#define ABILOCK_ABIAUDIT_VERIFY_TYPES_H

#include "object.h"
#include "report.h"

struct verify_types;

/**
 * Read the files.
 *
 * @param paths  Baselines and files with debug information; of any age, in any order.
 * @param host   Read as well, if it has debug information.
 * @param[out] ret  Owned by the caller, release with verify_types_free().
 * @return 0 or what the readers return for a file of @p paths.
 */
int verify_types_open(const char *const *paths, size_t count, const char *host,
		      struct verify_types **ret, struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void verify_types_free(struct verify_types *types);

/** One cause. */
struct verify_type_change {
	const char *node;    /**< That the module needs. */
	const char *subject; /**< `struct foo`, or a symbol of the node. */
	bool is_symbol;
	const char **lines; /**< What changed, such as `member "n" moved from offset 8 to 16`. */
	size_t line_count;
	const char *
		*symbols; /**< Of the node, that it reaches; those that the module uses first. */
	size_t symbol_count;
	size_t used_count; /**< Of them, those that the module uses. */
};

/** What can be said about one report. Initialise with `{ 0 }`. */
struct verify_type_changes {
	struct abilock_arena arena;	  /**< Owns all that is below. */
	struct verify_type_change *items; /**< malloc'ed. */
	size_t count;
	const char **notes; /**< Why nothing can be said about a node; malloc'ed. */
	size_t note_count;
};

void verify_type_changes_deinit(struct verify_type_changes *changes);

/**
 * Explain the private nodes that a report misses.
 *
 * @param host  Its nodes are what there is in their place.
 * @param[out] ret  Empty where no node is missing for its types.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int verify_types_explain(struct verify_types *types, const struct abilock_report *report,
			 const struct abilock_object *host, struct verify_type_changes *ret,
			 struct abilock_error *err) _must_check_;

/** Write it below the details of a report. */
void verify_types_print(const struct verify_type_changes *changes, FILE *out);

#endif
