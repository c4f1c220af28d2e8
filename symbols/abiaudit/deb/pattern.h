/* SPDX-License-Identifier: MIT */
/* Lines of a symbols file that stand for many symbols: tags c++, symver and regex. Source:
 * deb-src-symbols(5), "Using symbol patterns". */
#ifndef ABIAUDIT_DEB_PATTERN_H
#define ABIAUDIT_DEB_PATTERN_H

#include "symbol.h"

/** How a pattern is found. */
enum deb_pattern_kind {
	DEB_PATTERN_CPP,     /**< By the demangled name: tag c++ alone. */
	DEB_PATTERN_SYMVER,  /**< By the node: tag symver alone. */
	DEB_PATTERN_GENERIC, /**< One after another: with regex, or with more than one. */
};

struct deb_pattern {
	enum deb_pattern_kind kind;
	void *regex;	    /**< Compiled, or NULL where there is no tag regex. */
	size_t match_count; /**< Symbols that were found to fall under it. */
};

/**
 * Make a symbol with one of the tags, or one written `*@NODE`, a pattern.
 *
 * @return 1 it is one, 0 it is none, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX for a regular expression
 *         that does not compile and for a symver pattern that would take unversioned symbols.
 */
int deb_pattern_init(struct deb_symbol *symbol, struct abilock_arena *arena,
		     struct abilock_error *err) _must_check_;

/** Release what is not in the arena. */
void deb_pattern_deinit(struct deb_pattern *pattern);

/** A symbol's name that is held against many patterns. Release with deb_probe_deinit(). */
struct deb_probe {
	const char *name; /**< `foo@NODE`. */
	char *demangled;  /**< Use deb_probe_demangled(). */
	bool tried;
};

void deb_probe_deinit(struct deb_probe *probe);

/** The name as c++filt prints it, or NULL where that is no other. */
const char *deb_probe_demangled(struct deb_probe *probe);

/** The node of the name: what follows the last `@`; NULL for none. */
const char *deb_probe_node(const struct deb_probe *probe);

/**
 * Whether a pattern takes a name.
 *
 * @return 1, 0, ABILOCK_E_NOMEM, or ABILOCK_E_UNSUPPORTED where the regular expression needs more
 *         steps than are allowed.
 */
int deb_pattern_matches(const struct deb_symbol *pattern, struct deb_probe *probe,
			struct abilock_error *err) _must_check_;

#endif
