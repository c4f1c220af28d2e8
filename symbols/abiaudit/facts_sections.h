/* SPDX-License-Identifier: MIT */
/* Inside of facts.c: what the section headers show against what is loaded. */
#ifndef ABIAUDIT_FACTS_SECTIONS_H
#define ABIAUDIT_FACTS_SECTIONS_H

#include "facts.h"

/** Append a fact. @return false when memory is out, also where @p fact has no text. */
bool facts_add(struct facts *facts, const struct fact *fact) _must_check_;

/** Add FACT_NO_SECTION_HEADERS, or FACT_SECTIONS_DIFFER for each part that differs. */
int facts_compare_sections(struct abilock_object *object, struct abilock_object *sections,
			   const struct abilock_error *damage, struct facts *facts,
			   struct abilock_error *err) _must_check_;

#endif
