/* SPDX-License-Identifier: MIT */
/*
 * Which entry of a declaration takes a symbol, by the rules of GNU ld: an exact name beats a
 * pattern, the first node with it wins; among patterns the last node wins, `global:` before
 * `local:`; a bare `*` comes last.
 */
#ifndef ABILOCK_SYMBOLS_DECLARATION_MATCH_H
#define ABILOCK_SYMBOLS_DECLARATION_MATCH_H

#include "declaration.h"

struct abilock_matcher;

/** @param decl  Must outlive the matcher. @return 0 or ABILOCK_E_NOMEM. */
int abilock_matcher_new(const struct abilock_declaration *decl, struct abilock_matcher **ret,
			struct abilock_error *err) _must_check_;
void abilock_matcher_free(struct abilock_matcher *matcher);

static inline void abilock_matcher_freep(struct abilock_matcher **matcher)
{
	abilock_matcher_free(*matcher);
}

/**
 * @param symbol  As the object file has it; demangled where entries ask for it.
 * @return The entry that decides, global or local; NULL: none does, the symbol is exported without
 *         a version.
 */
const struct abilock_entry *abilock_matcher_find(const struct abilock_matcher *matcher,
						 const char *symbol);

#endif
