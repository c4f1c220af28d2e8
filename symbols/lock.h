/* SPDX-License-Identifier: MIT */
/*
 * The lock: would this module load into this host, and is it safe that it does?
 *
 * One engine for both places that ask: `abiaudit verify` (files, any architecture) and the runtime
 * (the host as it is mapped). It compares the needs of the module with the surfaces of a scope and
 * lists every reason to refuse.
 */
#ifndef ABILOCK_SYMBOLS_LOCK_H
#define ABILOCK_SYMBOLS_LOCK_H

#include "name_table.h"
#include "report.h"

/** What was found out for one question and holds for others about the same host. Initialise with
 * `{ 0 }`. */
struct abilock_lock_memory {
	char *directory; /**< The one that was looked at last; malloc'ed; NULL: none yet. */
	bool is_open;	 /**< Everybody can write into it. */
	/** Symbols of the host that were found: the version definition that each is in. */
	struct abilock_name_table symbols;
};

/** What the lock is asked about. All is borrowed. */
struct abilock_lock_question {
	struct abilock_object *module;
	struct abilock_object *host;
	/** The host file on disk, where @p host is the one that runs and the two may differ. */
	struct abilock_object *installed_host;
	const struct abilock_scope *scope; /**< Must contain @p host. */
	bool require_lock; /**< Refuse where host or module carry no lock of ours. */
	/** Only whether there is a finding is wanted: the report does not describe the builds. */
	bool is_brief;
	struct abilock_lock_memory *memory; /**< NULL: all is looked at anew. */
};

/**
 * Answer.
 *
 * @param[out] ret_report  Owned by the caller; refers to none of the objects. A report without
 *                         findings means: load it.
 * @return 0, whatever the answer is, or a negative error for files that cannot be judged.
 */
int abilock_lock_check(const struct abilock_lock_question *question,
		       struct abilock_report **ret_report, struct abilock_error *err) _must_check_;

/**
 * What is unsafe about loading code from a path: anybody may replace the file.
 *
 * @return A text for the report, or NULL when nothing is.
 */
const char *abilock_path_problem(const char *path);

/** Forget the directory, which may be another one by now. */
void abilock_lock_memory_forget(struct abilock_lock_memory *memory);

void abilock_lock_memory_deinit(struct abilock_lock_memory *memory);

#endif
