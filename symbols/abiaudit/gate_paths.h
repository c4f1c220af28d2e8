/* SPDX-License-Identifier: MIT */
/* Names of files for services, which know them from the top of the repository. */
#ifndef ABIAUDIT_GATE_PATHS_H
#define ABIAUDIT_GATE_PATHS_H

#include "gate/gate.h"

/**
 * The folder that a service's names begin at: GITHUB_WORKSPACE, or the one with `.git`, where the
 * current folder lies in it; else the current folder.
 *
 * @return free() it; NULL: there is none.
 */
char *gate_paths_root(void);

/**
 * Sources with their paths below @p root; what lies elsewhere is called as it was given.
 *
 * @param arena  Has the result afterwards.
 * @return As many as the gate has; NULL when memory is out.
 */
const struct abilock_source *gate_paths_sources(const struct gate *gate, const char *root,
						struct abilock_arena *arena);

#endif
