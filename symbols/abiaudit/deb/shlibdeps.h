/* SPDX-License-Identifier: MIT */
/* `abiaudit deps --deb-depends`: what dpkg-shlibdeps writes. */
#ifndef ABIAUDIT_DEB_SHLIBDEPS_H
#define ABIAUDIT_DEB_SHLIBDEPS_H

#include "cli.h"

enum {
	OPT_SHLIBDEPS_FIELD = 300,
	OPT_SHLIBDEPS_EXCLUDE,
	OPT_SHLIBDEPS_SEARCH_TREE,
	OPT_SHLIBDEPS_IGNORE_TREE,
	OPT_SHLIBDEPS_LOCAL,
	OPT_SHLIBDEPS_SUBSTVARS,
	OPT_SHLIBDEPS_PREFIX,
	OPT_SHLIBDEPS_TYPE,
	OPT_SHLIBDEPS_IGNORE_MISSING,
	OPT_SHLIBDEPS_WARNINGS,
	OPT_SHLIBDEPS_ADMINDIR,
	OPT_SHLIBDEPS_CONFDIR,
	OPT_SHLIBDEPS_SIMPLIFY,
};

/**
 * Rows for the option table of `abiaudit deps`. Those for a folder, a file, the output, the
 * architecture and --verbose are in GENSYMBOLS_OPTIONS.
 */
#define SHLIBDEPS_OPTIONS                                                                          \
	{"field", 'd', "NAME",                                                                     \
	 "(deb-depends) files that follow count for field NAME (default: Depends)",                \
	 OPT_SHLIBDEPS_FIELD},                                                                     \
		{"exclude", 'x', "PACKAGE", "(deb-depends) leave dependencies on PACKAGE out",     \
		 OPT_SHLIBDEPS_EXCLUDE},                                                           \
		{"search-tree", 'S', "DIR",                                                        \
		 "(deb-depends) look for libraries in this build tree first",                      \
		 OPT_SHLIBDEPS_SEARCH_TREE},                                                       \
		{"ignore-tree", 0, "DIR",                                                          \
		 "(deb-depends) do not look into this build tree, as dpkg-shlibdeps -I",           \
		 OPT_SHLIBDEPS_IGNORE_TREE},                                                       \
		{"local-shlibs", 'L', "FILE",                                                      \
		 "(deb-depends) goes before all else (default: debian/shlibs.local)",              \
		 OPT_SHLIBDEPS_LOCAL},                                                             \
		{"substvars", 'T', "FILE",                                                         \
		 "(deb-depends) put the variables into FILE, in place of old ones",                \
		 OPT_SHLIBDEPS_SUBSTVARS},                                                         \
		{"varname-prefix", 0, "NAME",                                                      \
		 "(deb-depends) set variables NAME:FIELD (default: shlibs)",                       \
		 OPT_SHLIBDEPS_PREFIX},                                                            \
		{"package-type", 0, "TYPE", "(deb-depends) kind of package (default: deb)",        \
		 OPT_SHLIBDEPS_TYPE},                                                              \
		{"ignore-missing-info", 0, NULL,                                                   \
		 "(deb-depends) go on where nothing is known about a library",                     \
		 OPT_SHLIBDEPS_IGNORE_MISSING},                                                    \
		{"warnings", 0, "SUM",                                                             \
		 "(deb-depends) 1 missing symbols, 2 avoidable and 4 unused libraries "            \
		 "(default: 3)",                                                                   \
		 OPT_SHLIBDEPS_WARNINGS},                                                          \
		{"admindir", 0, "DIR",                                                             \
		 "(deb-depends) dpkg's database (default: $DPKG_ADMINDIR or /var/lib/dpkg)",       \
		 OPT_SHLIBDEPS_ADMINDIR},                                                          \
		{"confdir", 0, "DIR", "(deb-depends) dpkg's configuration (default: /etc/dpkg)",   \
		 OPT_SHLIBDEPS_CONFDIR},                                                           \
	{                                                                                          \
		"simplify", 0, NULL, "(deb-depends) leave out what another dependency implies",    \
			OPT_SHLIBDEPS_SIMPLIFY                                                     \
	}

/**
 * @return ABILOCK_EXIT_OK; _USAGE; or _ERROR where a file could not be read, a library was not
 *         found or nothing is known about it: then nothing is written.
 */
int shlibdeps_run(const struct abilock_invocation *inv);

#endif
