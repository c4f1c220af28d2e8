/* SPDX-License-Identifier: MIT */
/* What explain.c and why_not.c share. */
#ifndef ABILOCK_RUNTIME_EXPLAIN_H
#define ABILOCK_RUNTIME_EXPLAIN_H

#include "modules/manager.h"
#include "modules/resolver/resolver_state.h"

struct explanation {
	struct abilock_modules *modules;
	struct abilock_text out;
	struct abilock_arena arena;
	struct abilock_resolution start; /* what the configuration would load */
};

/** A resolution without deeds of one thing, which is required. @return false: memory is out. */
bool explain_try_goal(struct explanation *ex, const char *type, const char *name,
		      struct abilock_resolution *ret) _must_check_;

/** Release all but the text, and return that (malloc'ed) if there is something told. */
char *explain_finish(struct explanation *ex, bool is_told);

#endif
