/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics for people and for machines: text grouped by rule, JSON, SARIF 2.1.0, JUnit XML, and
 * annotations of GitHub workflows.
 */
#ifndef ABILOCK_SYMBOLS_DIAGNOSTICS_FORMAT_H
#define ABILOCK_SYMBOLS_DIAGNOSTICS_FORMAT_H

#include "rule.h"

enum diagnostics_format {
	DIAGNOSTICS_TEXT,
	DIAGNOSTICS_JSON,
	DIAGNOSTICS_SARIF,
	DIAGNOSTICS_JUNIT,
	DIAGNOSTICS_GITHUB,
};

/** What a document is made of. */
struct diagnostics_document {
	const char *tool;    /**< `abiaudit`. */
	const char *command; /**< `check`. */
	const char *subject; /**< The file that was looked at. */
	const struct abilock_diagnostics *diags;
	const struct abilock_source *sources;
	const struct abilock_rule *rules; /**< Of the command, sorted by id. */
	size_t rule_count;
	const char *ledger; /**< Where accepted changes go, or NULL: no command could accept any. */
	/** Adds the line that accepts a finding, without a newline, or nothing where none can;
	    NULL: no lines are offered. */
	void (*write_entry)(struct abilock_text *out, const struct abilock_diagnostic *diag);
	const char *root; /**< Folder that absolute paths are shown relative to, or NULL. */
	bool colour;
	bool verbose; /**< Notes, and accepted findings, one by one. */
};

/** Parse text, json, sarif, junit or github; NULL is text. @return false for another word. */
bool diagnostics_format_parse(const char *name, enum diagnostics_format *ret);

/**
 * Add a document to @p out.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int diagnostics_format_write(struct abilock_text *out, enum diagnostics_format format,
			     const struct diagnostics_document *document,
			     struct abilock_error *err) _must_check_;

/**
 * Raise findings to errors: `warning` and `note` those of a level and above, a rule's id its own.
 * Findings that a ledger accepts stay what they are.
 *
 * @return false where @p what is neither a level nor a rule of the table.
 */
bool diagnostics_raise(struct abilock_diagnostics *diags, const char *what,
		       const struct abilock_rule *rules, size_t rule_count);

/** Errors that are not accepted: whether a check failed. */
size_t diagnostics_count_errors(const struct abilock_diagnostics *diags);

#endif
