/* SPDX-License-Identifier: MIT */
/* What the reader of ledgers and those who use them agree on. */
#ifndef ABILOCK_GATE_ACCEPTED_PARTS_H
#define ABILOCK_GATE_ACCEPTED_PARTS_H

#include "accepted.h"

/** Stands for the reason in accepted_write_entry(); a ledger that has it is refused. */
#define ACCEPTED_REASON "SAY WHY"

/** Whether findings of a rule can be accepted: those about ledgers cannot. */
static inline bool accepted_may_accept(const char *rule)
{
	return !str_starts(rule, "accepted-");
}

/**
 * What an entry and a finding have in common: `foo@@NODE` is another spelling of `foo@NODE`.
 *
 * @return Owned by the arena, or NULL.
 */
const char *accepted_key(struct abilock_arena *arena, const char *rule, const char *subject);

#endif
