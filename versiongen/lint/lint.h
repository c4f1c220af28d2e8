/* SPDX-License-Identifier: MIT */
/*
 * What linkers disagree on, and what breaks later, in declarations that the reader accepts. A rule
 * is a row of the table in lint_rules.c, a function that finds it, and a page docs/rules/ID.md.
 * Where it is safe a finding brings the edits that mend it.
 */
#ifndef VERSIONGEN_LINT_H
#define VERSIONGEN_LINT_H

#include "../../symbols/declaration.h"
#include "../../symbols/rule.h"

/** Sorted by id. Those that the reader of declarations reports stand in the same table. */
extern const struct abilock_rule lint_rules[];
extern const size_t lint_rule_count;

/** The rule of that id, or NULL. */
const struct abilock_rule *lint_rule_find(const char *id);

/** Whether --fix mends what a rule finds, at least in the common case. */
bool lint_rule_is_fixed(const char *id);

/** Replace some bytes of a source. Edits of one group are made together or not at all. */
struct lint_edit {
	uint32_t file; /**< Index into the sources. */
	size_t offset;
	size_t length;	  /**< Bytes that go. */
	const char *text; /**< Bytes that come: text_length of them. */
	size_t text_length;
	size_t group;	  /**< From 1. */
	const char *rule; /**< Which it mends. */
	bool is_made;	  /**< By lint_fix(). */
};

/** What is found. Initialise with `{ 0 }`, release with lint_deinit(). */
struct lint {
	const struct abilock_declaration *decl; /**< Borrowed. */
	struct abilock_diagnostics diags; /**< Sorted by place once lint_check() is through. */
	/** Where the diagnostics point into: those of the declaration, then headers. */
	struct abilock_source *sources;
	size_t source_count;
	struct lint_edit *edits; /**< In the order of their groups. */
	size_t edit_count;
	size_t group_count;
	struct abilock_arena arena; /**< Owns texts of edits, and of headers. */
	bool failed;		    /**< Memory ran out. */
};

void lint_deinit(struct lint *lint);

/**
 * Look at a declaration that was read without an error, whatever its conditions: entries of which
 * never both hold are not compared.
 *
 * @param decl     Must outlive @p lint.
 * @param headers  A folder with the headers that are installed, or NULL. What ends in .h, .hh,
 *                 .hpp, .hxx, .ipp, .tpp or .inc counts.
 * @param lint     Empty.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_IO for a header that cannot be read.
 */
int lint_check(const struct abilock_declaration *decl, const char *headers, struct lint *lint,
	       struct abilock_error *err) _must_check_;

/**
 * A source with those of the edits made that do not get into each other's way; the others are for
 * a second pass. Those that were made are marked so.
 *
 * @param[out] text   The new content is added.
 * @param[out] count  How many groups were made.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int lint_fix(struct lint *lint, uint32_t file, struct abilock_text *text, size_t *count,
	     struct abilock_error *err) _must_check_;

#endif
