/* SPDX-License-Identifier: MIT */
/* modules.conf: what the admin wants. abilock-modules.conf(5). */
#ifndef ABILOCK_RUNTIME_CONFIGURATION_H
#define ABILOCK_RUNTIME_CONFIGURATION_H

#include "diagnostics.h"
#include "name_table.h"

/** A module in a line of the configuration. */
struct abilock_directive {
	const char *name; /**< Without `.so`. */
	struct abilock_place place;
};

/** Each module once: where it stands first. */
struct abilock_directives {
	struct abilock_directive *items; /**< malloc'ed; in the order of the files. */
	size_t count;
	struct abilock_name_table by_key; /**< Number + 1 by the form of names in comparisons. */
	size_t longest;			  /**< Length of the longest name. */
};

/** A line of [uses]: a module uses something, per admin. */
struct abilock_admin_use {
	const char *module;	    /**< Without `.so`. */
	const char *type, *name;    /**< "module" and a name without `.so`, or a capability. */
	struct abilock_place place; /**< Of the module. */
};

struct abilock_configuration {
	struct abilock_arena arena;
	struct abilock_source *sources; /**< malloc'ed; files in the order of reading. */
	size_t source_count;
	bool autoload;	 /**< Load all that there is; the default is no. */
	bool demandload; /**< Load what is asked for by capability; the default is no. */
	struct abilock_place autoload_place, demandload_place; /**< Line 0: the default holds. */
	/** None of `load` is in `neverload` or `noload`, none of `require` either. */
	struct abilock_directives load, require, noload, neverload;
	struct abilock_admin_use *uses; /**< malloc'ed; in the order of the files. */
	size_t use_count;
};

/**
 * Read a file, and then those of the directories as kmod does: sorted by name, a name that stands
 * in several directories taken from the first; only names that end in `.conf` and are not hidden.
 * Directories that are missing are none. The order matters for nothing but `autoload` and
 * `demandload`, where the last one wins, and the order of loading: a ban holds wherever it stands.
 *
 * Says what conflicts: `require` of what `neverload` or `noload` names is an error, `load` of such
 * is a note and is dropped. Rules of the diagnostics: "ini-syntax", and those that begin with
 * "conf-" in abilock-modules.conf(5).
 *
 * @param file         Path, or NULL.
 * @param directories  `:` between; may be NULL.
 * @param[out] ret     Owned by the caller. Also set for ABILOCK_E_SYNTAX, for its sources.
 * @param diags        Files are numbers of ret->sources. Sorted by them.
 * @return 0; ABILOCK_E_SYNTAX: @p diags has errors, @p err is the first of them; ABILOCK_E_IO (also
 *         a @p file that is missing, and a directory that cannot be read), ABILOCK_E_NOMEM.
 */
int abilock_configuration_read(const char *file, const char *directories,
			       struct abilock_configuration **ret,
			       struct abilock_diagnostics *diags,
			       struct abilock_error *err) _must_check_;

/** As abilock_configuration_read() for one text; both it and @p path are copied. */
int abilock_configuration_parse(const char *text, size_t length, const char *path,
				struct abilock_configuration **ret,
				struct abilock_diagnostics *diags) _must_check_;

void abilock_configuration_free(struct abilock_configuration *configuration);

static inline void abilock_configuration_freep(struct abilock_configuration **configuration)
{
	abilock_configuration_free(*configuration);
}

/** The directive of a list for a name (as abilock_module_name_eq() has it), or NULL. */
const struct abilock_directive *abilock_directives_find(const struct abilock_directives *directives,
							const char *name);

/** `FILE:LINE` of a place, in @p arena. */
const char *abilock_configuration_where(const struct abilock_configuration *configuration,
					struct abilock_place place, struct abilock_arena *arena);

#endif
