/* SPDX-License-Identifier: MIT */
/* Inside of configuration.h: what its parts share. */
#ifndef ABILOCK_RUNTIME_CONFIGURATION_READER_H
#define ABILOCK_RUNTIME_CONFIGURATION_READER_H

#include "configuration.h"

/** A new, empty configuration, or NULL when memory is out. */
struct abilock_configuration *abilock_configuration_new(void);

/**
 * Read one more file.
 *
 * @param path  In the configuration's arena, as @p text.
 * @return 0, also where @p diags has errors; ABILOCK_E_NOMEM.
 */
int abilock_configuration_add(struct abilock_configuration *configuration, const char *path,
			      const char *text, size_t length,
			      struct abilock_diagnostics *diags) _must_check_;

/**
 * All is read: settle what conflicts, and sort what was said.
 *
 * @return 0, ABILOCK_E_SYNTAX: there are errors, or ABILOCK_E_NOMEM.
 */
int abilock_configuration_settle(struct abilock_configuration *configuration,
				 struct abilock_diagnostics *diags) _must_check_;

/** Append a module to a list, unless it is there. @return 0 or ABILOCK_E_NOMEM. */
int abilock_directives_add(struct abilock_directives *directives, struct abilock_arena *arena,
			   const char *name, struct abilock_place place) _must_check_;

/**
 * Set what to do about a diagnostic. Without memory, or a diagnostic, that is not said.
 */
void abilock_diagnostic_fix(struct abilock_diagnostics *diags, struct abilock_diagnostic *diag,
			    const char *fmt, ...) _printf_(3, 4);

#endif
