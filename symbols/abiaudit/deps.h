/* SPDX-License-Identifier: MIT */
/* `abiaudit deps`: what depends on what, in the words of RPM and of Debian. */
#ifndef ABIAUDIT_DEPS_H
#define ABIAUDIT_DEPS_H

#include "batch_format.h"

/** Options that all modes share; those of a mode are in its header, those of the batch in batch.h.
 */
enum {
	OPT_DEPS_RPM_PROVIDES = 1,
	OPT_DEPS_RPM_REQUIRES,
	OPT_DEPS_RPM_RECOMMENDS,
	OPT_DEPS_RPM_SUGGESTS,
	OPT_DEPS_DEB_SYMBOLS,
	OPT_DEPS_DEB_DEPENDS,
	OPT_DEPS_FORMAT,
};

/** Options of `abiaudit deps`. */
extern const struct abilock_option abilock_deps_option_table[];
extern const size_t abilock_deps_option_count;

/** Text of `abiaudit deps --help`. */
extern const char abilock_deps_help[];

/** @return ABILOCK_EXIT_*: see the modes, rpm.h, deb/gensymbols.h and deb/shlibdeps.h. */
int cmd_deps(const struct abilock_invocation *inv);

/**
 * The form of the output that --format asks for.
 *
 * @param[out] ret_format  FORMAT_TEXT where the option was not given.
 * @return ABILOCK_EXIT_OK or _USAGE, with the message printed.
 */
int deps_format(const struct abilock_invocation *inv, enum format *ret_format) _must_check_;

#endif
