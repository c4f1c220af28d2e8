/* SPDX-License-Identifier: MIT */
/*
 * What is wrong in text files, all of it: each diagnostic has a place, a rule, and where it is
 * known what to write instead. Printed as compilers do, with the line and a caret, so that editors
 * and CI find the place.
 */
#ifndef ABILOCK_SYMBOLS_DIAGNOSTICS_H
#define ABILOCK_SYMBOLS_DIAGNOSTICS_H

#include "arena.h"
#include "error.h"
#include "text.h"

/** Where something stands. Lines and columns (bytes) count from 1; line 0: nowhere. */
struct abilock_place {
	uint32_t file; /**< Index into the files that belong to it. */
	uint32_t line;
	uint32_t column;
	uint32_t length; /**< Bytes that the caret underlines; 0 is shown as 1. */
};

/** A file as it was read. */
struct abilock_source {
	const char *path; /**< As given, for messages. */
	const char *text; /**< Not ended by a NUL. */
	size_t length;
};

enum abilock_level {
	ABILOCK_LEVEL_ERROR,
	ABILOCK_LEVEL_WARNING,
	ABILOCK_LEVEL_NOTE, /**< Worth knowing, nothing to mend. */
};

struct abilock_diagnostic {
	enum abilock_level level;
	const char *rule; /**< Stable id, such as "unknown-parent"; docs/rules/ID.md is its page. */
	struct abilock_place place;
	const char *message; /**< One line, no full stop. */
	const char *fix;     /**< What to do, one line; or NULL. */
	/* What is found in binaries has these as well; all may be NULL or 0. Lent by the adder, or
	   in the arena. */
	const char *subject;  /**< Symbol (`foo@@NODE`), node or type: what a ledger names. */
	const char **details; /**< Lines of their own, such as the members that changed. */
	size_t detail_count;
	const char **symbols; /**< Symbols that it is about, where the subject is none. */
	size_t symbol_count;
	const char *c_file; /**< Where the C source declares the subject. */
	unsigned c_line;
	const char *accepted; /**< Why it is meant: the reason in the ledger. It fails nothing. */
};

/** `error`, `warning` or `note`. */
const char *abilock_level_name(enum abilock_level level);

/** Initialise with `{ 0 }`, release with abilock_diagnostics_deinit(). */
struct abilock_diagnostics {
	struct abilock_arena arena;
	struct abilock_diagnostic *items; /**< malloc'ed; in the order in which they were found. */
	size_t count;
	size_t error_count; /**< Of them, those of ABILOCK_LEVEL_ERROR. */
	bool failed;	    /**< Memory ran out: some are missing. */
};

void abilock_diagnostics_deinit(struct abilock_diagnostics *diags);

/**
 * Add one.
 *
 * @param rule  Borrowed for ever: a literal.
 * @return Its place in the list, for setting `fix`; NULL when memory is out. Valid until the next
 *         one is added.
 */
struct abilock_diagnostic *abilock_diagnostics_add(struct abilock_diagnostics *diags,
						   enum abilock_level level, const char *rule,
						   struct abilock_place place, const char *fmt, ...)
	_printf_(5, 6);

/** Sort by file, line and column; those of one place stay in the order in which they came. */
void abilock_diagnostics_sort(struct abilock_diagnostics *diags);

/**
 * Write one as `FILE:LINE:COLUMN: error: MESSAGE [RULE]`, the line of the source with a caret below
 * it, and the fix. Control characters of the source are shown as `?`, tabs are kept under the
 * caret.
 *
 * @param sources  Where `place.file` points into.
 * @param colour   Whether to use the terminal's colours.
 */
void abilock_diagnostic_write(struct abilock_text *out, const struct abilock_diagnostic *diag,
			      const struct abilock_source *sources, bool colour);

/** Most of them that abilock_diagnostics_write() writes. */
#define ABILOCK_DIAGNOSTICS_SHOWN 100

/** Write them in their order: the first hundred, and how many more there are. */
void abilock_diagnostics_write(struct abilock_text *out, const struct abilock_diagnostics *diags,
			       const struct abilock_source *sources, bool colour);

#endif
