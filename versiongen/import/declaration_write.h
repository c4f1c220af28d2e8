/* SPDX-License-Identifier: MIT */
/* A declaration as text: see abilock-declaration(5). */
#ifndef VERSIONGEN_DECLARATION_WRITE_H
#define VERSIONGEN_DECLARATION_WRITE_H

#include "../../symbols/declaration.h"

/** What the text has beside the declaration itself. Strings may have several lines. */
struct declaration_form {
	const char *heading;	  /**< A comment at the top; NULL: none. */
	const char *const *notes; /**< Per entry: a comment above it, or NULL. NULL: no notes. */
	/** The file that declares an entry stands above each group of entries, not on each line. */
	bool headers_above;
};

/** Whether a name stands in a script without quotes, as every linker reads it. */
bool declaration_is_plain(const char *name);

/** Whether a name can stand in a script at all, with quotes: they have no escapes. */
bool declaration_can_hold(const char *name);

/**
 * Write a declaration: entries below their nodes, in the order of the source. Memory that runs out
 * shows in @p out, too.
 *
 * @param decl  Names of entries must satisfy declaration_can_hold().
 * @return 0 or ABILOCK_E_NOMEM.
 */
int declaration_write(const struct abilock_declaration *decl, const struct declaration_form *form,
		      struct abilock_text *out, struct abilock_error *err) _must_check_;

#endif
