/* SPDX-License-Identifier: MIT */
/* From a template and libraries to a symbols file: what dpkg-gensymbols does. */
#ifndef ABIAUDIT_DEB_MERGE_H
#define ABIAUDIT_DEB_MERGE_H

#include "exports.h"
#include "symbols_file.h"

/**
 * Bring what a file says about a library up to date.
 *
 * A symbol that the file has keeps its line; one that falls under a pattern gets the pattern's
 * minver and dependency; another one is added with @p version as its minver. What the file has and
 * the library has not is marked as missing, unless it is of another architecture or not older than
 * @p version. Symbols that the tool chain leaves in every library (`_init`, `__aeabi_*` ...) are
 * passed over where the file does not allow them.
 *
 * @param exports  Of an object with a soname; nothing of it is kept.
 * @param version  Of the package, a valid one. Copied.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_SYNTAX for a minver that is no version, or what
 *         deb_pattern_matches() fails with.
 */
int deb_symbols_merge(struct deb_symbols_file *file, const struct deb_exports *exports,
		      const char *package, const char *version,
		      struct abilock_error *err) _must_check_;

/** A symbol or pattern that one file has and another has not. */
struct deb_change {
	const char *soname;
	const struct deb_symbol *symbol;
};

/** Release with deb_changes_deinit(). */
struct deb_changes {
	struct deb_change *items;
	size_t count;
};

void deb_changes_deinit(struct deb_changes *changes);

/**
 * What is in @p file and not in @p reference, for libraries that are in both: symbols and patterns
 * that must be there on this architecture, and are not optional. A symbol that a pattern of the
 * reference takes is not new.
 */
int deb_symbols_changes(const struct deb_symbols_file *file,
			const struct deb_symbols_file *reference, struct deb_changes *ret_changes,
			struct abilock_error *err) _must_check_;

#endif
