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

#include "needs.h"
#include "scope.h"

/**
 * Reasons to refuse a module, most telling first: the first of a report's findings is its verdict.
 * The names (abilock_code_name()) are stable; docs/findings.md has a paragraph for each.
 */
enum abilock_code {
	ABILOCK_WRONG_CLASS,
	ABILOCK_WRONG_BYTE_ORDER,
	ABILOCK_WRONG_MACHINE,
	ABILOCK_NOT_A_MODULE,
	ABILOCK_UNSAFE_PATH,
	ABILOCK_STALE_HOST,
	ABILOCK_SECOND_HOST_COPY,
	ABILOCK_OTHER_HOST,
	ABILOCK_HOST_NOT_LOCKED,
	ABILOCK_HOST_WITHOUT_NODES,
	ABILOCK_HOST_WITHOUT_SONAME,
	ABILOCK_STAMP_MISMATCH,
	ABILOCK_PROMOTED_SYMBOL,
	ABILOCK_MISSING_NODE,
	ABILOCK_WEAK_NODE,
	ABILOCK_MISLABELLED,
	ABILOCK_NOT_LINKED,
	ABILOCK_UNVERSIONED_REFERENCE,
	ABILOCK_WEAK_REFERENCES_ONLY,
	ABILOCK_DATA_ONLY,
	ABILOCK_NO_HOST_SYMBOL,
	ABILOCK_NO_MARKER,
	ABILOCK_NO_NOTE,
	ABILOCK_OTHER_BUILD,
	ABILOCK_MISSING_SYMBOL,
	ABILOCK_MISSING_LIBRARY,
	ABILOCK_LIBRARY_WITHOUT_NODES,
	ABILOCK_MISSING_LIBRARY_NODE,
	ABILOCK_UNRESOLVED_SYMBOL,
	ABILOCK_CODE_COUNT
};

/** Stable name of a code, such as "missing-node". */
const char *abilock_code_name(enum abilock_code code);

/** One sentence without a full stop that says what the code means. */
const char *abilock_code_summary(enum abilock_code code);

/** One reason to refuse. Strings are owned by the report. */
struct abilock_finding {
	enum abilock_code code;
	const char *subject;  /**< Node, symbol, library or path that it is about; never NULL. */
	const char *provider; /**< File that lacks it, or NULL. */
	const char **symbols; /**< Symbols of the module behind it. */
	size_t symbol_count;
	const char *detail; /**< What was found and what was expected; one line; never NULL. */
};

/** Who built a file: any member may be NULL. */
struct abilock_build {
	const char *path;
	const char *host;     /**< Name of the host that it is, or is for. */
	const char *tag;      /**< The build: from the note, or the private nodes of a host of others. */
	const char *name;     /**< Of the module. */
	const char *kind;     /**< "host", "private", "public" or NULL: no note. */
	const char *package;  /**< "NAME VERSION" from .note.package. */
	const char *build_id; /**< Hex. */
};

/** The answer about one module. */
struct abilock_report {
	struct abilock_arena arena;
	struct abilock_build module, host;
	struct abilock_build installed; /**< Host on disk; path is NULL where it is not another. */
	struct abilock_finding *findings; /**< malloc'ed; most telling first. */
	size_t finding_count;
	size_t symbol_counts[ABILOCK_ROLE_COUNT]; /**< Symbols that each role provides. */
	const char **after; /**< Modules that must be loaded before this one; malloc'ed. */
	size_t after_count;
	bool is_related; /**< The module has to do with the host: a note, a link or a symbol. */
	bool needs_same_build; /**< Binds to a private node or stamp: a new build of the host needs a
				    new build of the module. */
};

/** What the lock is asked about. All is borrowed. */
struct abilock_lock_question {
	struct abilock_object *module;
	struct abilock_object *host;
	/** The host file on disk, where @p host is the one that runs and the two may differ. */
	struct abilock_object *installed_host;
	const struct abilock_scope *scope; /**< Must contain @p host. */
	const char *unsafe_path;	   /**< What is unsafe about the module's path, or NULL. */
	bool require_lock;		   /**< Refuse where host or module carry no lock of ours. */
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

/** NULL is a no-op. */
void abilock_report_free(struct abilock_report *report);

static inline void abilock_report_freep(struct abilock_report **report)
{
	abilock_report_free(*report);
}

/**
 * What is unsafe about loading code from a path: anybody may replace the file.
 *
 * @return A text for the report, or NULL when nothing is.
 */
const char *abilock_path_problem(const char *path);

#endif
