/* SPDX-License-Identifier: MIT */
/* A report: the lock's answer about one module. */
#ifndef ABILOCK_SYMBOLS_REPORT_H
#define ABILOCK_SYMBOLS_REPORT_H

#include "codes.h"
#include "scope.h"

/** One reason to refuse. Strings are owned by the report. */
struct abilock_finding {
	enum abilock_code code;
	const char *subject;   /**< Node, symbol, library or path that it is about; never NULL. */
	const char *provider;  /**< File that lacks it, or NULL. */
	const char *needed_by; /**< The module, or the library of the module that needs it. */
	const char **symbols;  /**< Symbols of the module behind it. */
	size_t symbol_count;
	const char *detail; /**< What was found and what was expected; one line; never NULL. */
};

/** Who built a file: any member may be NULL. */
struct abilock_build {
	const char *path;
	const char *host; /**< Name of the host that it is, or is for. */
	const char *tag; /**< The build: from the note, or the private nodes of a host of others. */
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
	bool needs_same_build; /**< Binds to a private node or stamp: a new build of the host needs
				  a new build of the module. */
	bool needs_same_types; /**< Binds to a private node by its types: a new build of the host
				  needs a new build of the module where they changed. */
	bool types_are_told;   /**< What changed in them stands beside the report. */
};

/** NULL is a no-op. */
void abilock_report_free(struct abilock_report *report);

static inline void abilock_report_freep(struct abilock_report **report)
{
	abilock_report_free(*report);
}

/** The finding with this code and subject (NULL: any), or NULL. Valid until the next add. */
struct abilock_finding *abilock_report_find(const struct abilock_report *report,
					    enum abilock_code code, const char *subject);

/**
 * Add a finding, unless one with this code and subject is there: two ways can lead to the same
 * reason, such as a note and a version table.
 *
 * @param detail_fmt  The one line of the finding, as printf().
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_report_add(struct abilock_report *report, struct abilock_error *err,
		       enum abilock_code code, const char *subject, const char *provider,
		       const char *needed_by, const char *detail_fmt, ...) _printf_(7, 8);

/** Append a symbol to a finding. @return 0 or ABILOCK_E_NOMEM. */
int abilock_report_add_symbol(struct abilock_report *report, struct abilock_error *err,
			      struct abilock_finding *finding, const char *symbol);

/** Fill in who built an object: from its notes, or else from its private nodes. */
void abilock_report_describe(struct abilock_report *report, const struct abilock_object *object,
			     struct abilock_build *build);

/** Bring the findings into the order of their codes. */
void abilock_report_sort(struct abilock_report *report);

#endif
