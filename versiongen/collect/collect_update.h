/* SPDX-License-Identifier: MIT */
/*
 * What collect found against a declaration: which symbols are public there, which belong into a
 * private node, and the declaration with its private nodes as they should be.
 */
#ifndef VERSIONGEN_COLLECT_UPDATE_H
#define VERSIONGEN_COLLECT_UPDATE_H

#include "../../symbols/declaration.h"
#include "collect.h"

/** Name of the private node where none is there and none is named. */
#define COLLECT_NODE_NAME "HOST_PRIVATE"

/** Where a symbol of the result stands. */
struct collect_place {
	/** The node that has it, or is to have it; "" for one without a version; NULL for a symbol
	 * that is not exported. */
	const char *node;
	bool is_public;
	bool is_new;	    /**< The declaration has it not yet. */
	bool is_unwritable; /**< No declaration can hold the name. */
	/** An entry that it cannot be added beside: it is for another build, or makes it local.
	 * Else NULL. */
	const struct abilock_entry *obstacle;
};

/** Set the first part, the rest `{ 0 }`; release with collect_update_deinit(). */
struct collect_update {
	const struct collect *collect;
	const struct abilock_declaration *declared; /**< All of it, or NULL: there is none. */
	/** The same, only what is for this build. NULL exactly where @p declared is. */
	const struct abilock_declaration *selected;
	const char *node;	    /**< Private node for new symbols; NULL: the first. */
	const char *const *folders; /**< Where headers lie. */
	size_t folder_count;
	/* The result. */
	struct abilock_arena arena;
	struct collect_place *places; /**< One for each symbol of collect; malloc'ed. */
	size_t public_count, private_count, added_count, removed_count;
	/** Entries of included files that nothing uses: their files are not rewritten. malloc'ed.
	 */
	const struct abilock_entry **stale;
	size_t stale_count;
	struct abilock_text text; /**< The declaration; without one, the private node. */
	bool is_changed;	  /**< It is not what @p declared was read from. */
};

void collect_update_deinit(struct collect_update *update);

/** @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, ABILOCK_E_UNSUPPORTED or ABILOCK_E_USAGE. */
int collect_update_run(struct collect_update *update, struct abilock_error *err) _must_check_;

/** Whether a name can be that of a private node: a C identifier that ends in _PRIVATE. */
bool collect_is_node_name(const char *name);

#endif
