/* SPDX-License-Identifier: MIT */
/* Dry runs: the resolver's question about what would happen. */
#ifndef ABILOCK_RUNTIME_DRY_RUN_H
#define ABILOCK_RUNTIME_DRY_RUN_H

#include "modules/manager.h"
#include "modules/resolver/resolver.h"

struct abilock_dry_run {
	struct abilock_resolver_question question;
	struct abilock_resolver_hooks hooks;
	struct abilock_modules *modules;
	struct abilock_arena *arena;
};

/**
 * Fill in a question, but for its goals. Where the host is a file, its lock is asked whether it
 * would let modules in; a process is asked when they are loaded.
 *
 * @param ret    Must stay where it is.
 * @param arena  Owns why modules would be refused.
 * @return 0; or a negative error: the host cannot be read.
 */
int abilock_dry_run_init(struct abilock_dry_run *ret, struct abilock_modules *modules,
			 struct abilock_arena *arena, struct abilock_error *err) _must_check_;

#endif
