/* SPDX-License-Identifier: MIT */
/* What the writers of diagnostics share. Included by diagnostics_format*.c only. */
#ifndef ABILOCK_SYMBOLS_DIAGNOSTICS_FORMAT_WRITERS_H
#define ABILOCK_SYMBOLS_DIAGNOSTICS_FORMAT_WRITERS_H

#include "diagnostics_format.h"

/* Each adds a document. @return 0 or ABILOCK_E_NOMEM. */
int diagnostics_text_write(struct abilock_text *out, const struct diagnostics_document *document,
			   struct abilock_error *err) _must_check_;
int diagnostics_json_write(struct abilock_text *out, const struct diagnostics_document *document,
			   struct abilock_error *err) _must_check_;
int diagnostics_sarif_write(struct abilock_text *out, const struct diagnostics_document *document,
			    struct abilock_error *err) _must_check_;
int diagnostics_junit_write(struct abilock_text *out, const struct diagnostics_document *document,
			    struct abilock_error *err) _must_check_;
int diagnostics_github_write(struct abilock_text *out, const struct diagnostics_document *document,
			     struct abilock_error *err) _must_check_;

/** How many there are of each kind; those that are accepted are counted as that only. */
struct diagnostics_counts {
	size_t levels[ABILOCK_LEVEL_NOTE + 1];
	size_t accepted;
};

struct diagnostics_counts diagnostics_count(const struct abilock_diagnostics *diags);

/** Neighbours in the list of diagnostics_sort_groups(). */
struct diagnostics_group {
	const struct abilock_diagnostic *const *items;
	size_t count;
};

/**
 * The diagnostics by level (accepted ones behind the notes), and below it by rule; those of a rule
 * in the order in which they were found.
 *
 * @return malloc'ed, one more than there are; NULL when memory is out.
 */
const struct abilock_diagnostic **diagnostics_sort_groups(const struct abilock_diagnostics *diags);

/** The group of one rule and level that begins at @p items, of @p count that are left. */
struct diagnostics_group diagnostics_first_group(const struct abilock_diagnostic *const *items,
						 size_t count);

/** Rule of a diagnostic; NULL where the table has none, as for what a reader reports. */
const struct abilock_rule *diagnostics_rule(const struct diagnostics_document *document,
					    const struct abilock_diagnostic *diag);

/** What to do about one: its own, or that of its rule; may be NULL. */
const char *diagnostics_fix(const struct diagnostics_document *document,
			    const struct abilock_diagnostic *diag);

/** File of a place, relative to the document's root where it lies below it. */
const char *diagnostics_path(const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag);

/** As diagnostics_path() for any path. */
const char *diagnostics_relative(const struct diagnostics_document *document, const char *path);

/** `FILE:LINE: MESSAGE`, without the line where there is none, and without a newline. */
void diagnostics_add_finding(struct abilock_text *out, const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag);

/** Lines of details, symbols and the place in C, each behind @p indent, with newlines. */
void diagnostics_add_details(struct abilock_text *out, const struct diagnostics_document *document,
			     const struct abilock_diagnostic *diag, const char *indent,
			     size_t symbols_max);

/** `2 errors, 1 warning, 3 accepted; FILE fails`, with a newline. */
void diagnostics_add_verdict(struct abilock_text *out, const struct diagnostics_document *document);

/** A string with each control character shown as `?`. */
void diagnostics_add_plain(struct abilock_text *out, const char *s);

#endif
