/* SPDX-License-Identifier: MIT */
/* `abiaudit deps --deb-symbols`: what dpkg-gensymbols writes. */
#ifndef ABIAUDIT_DEB_GENSYMBOLS_H
#define ABIAUDIT_DEB_GENSYMBOLS_H

#include "cli.h"

enum {
	OPT_GENSYMBOLS_PACKAGE = 200,
	OPT_GENSYMBOLS_VERSION,
	OPT_GENSYMBOLS_BUILD_DIR,
	OPT_GENSYMBOLS_CHECK,
	OPT_GENSYMBOLS_ARCH,
	OPT_GENSYMBOLS_TEMPLATE,
	OPT_GENSYMBOLS_REFERENCE,
	OPT_GENSYMBOLS_VERBOSE,
	OPT_GENSYMBOLS_QUIET,
	OPT_GENSYMBOLS_STRICT_PRIVATE,
	/* Shared with --deb-depends, as are _ARCH and _VERBOSE. */
	OPT_GENSYMBOLS_FOLDER,
	OPT_GENSYMBOLS_FILE,
	OPT_GENSYMBOLS_OUTPUT,
};

/** Rows for the option table of `abiaudit deps`. */
#define GENSYMBOLS_OPTIONS                                                                         \
	{"package", 'p', "NAME",                                                                   \
	 "(deb-symbols) the package of the libraries (default: the one of debian/control)",        \
	 OPT_GENSYMBOLS_PACKAGE},                                                                  \
		{"package-version", 'v', "VERSION",                                                \
		 "(deb-symbols) its version (default: the newest of debian/changelog)",            \
		 OPT_GENSYMBOLS_VERSION},                                                          \
		{"build-dir", 0, "DIR",                                                            \
		 "(deb-symbols) the libraries of a build tree, as dpkg-gensymbols -P",             \
		 OPT_GENSYMBOLS_BUILD_DIR},                                                        \
		{"check", 'c', "0-4",                                                              \
		 "(deb-symbols) fail: 1 symbols lost (default), 2 new ones, 3 libraries lost, "    \
		 "4 new ones",                                                                     \
		 OPT_GENSYMBOLS_CHECK},                                                            \
		{"arch", 'a', "ARCH", "(deb) the architecture of the packages",                    \
		 OPT_GENSYMBOLS_ARCH},                                                             \
		{"template", 't', NULL, "(deb-symbols) write a template: keep tags and patterns",  \
		 OPT_GENSYMBOLS_TEMPLATE},                                                         \
		{"reference", 'I', "FILE",                                                         \
		 "(deb-symbols) the template (default: debian/PACKAGE.symbols and the like)",      \
		 OPT_GENSYMBOLS_REFERENCE},                                                        \
		{"verbose", 'V', NULL,                                                             \
		 "(deb) say more; a symbols file gets missing symbols and matches, as comments",   \
		 OPT_GENSYMBOLS_VERBOSE},                                                          \
		{"quiet", 'q', NULL, "(deb-symbols) no warnings and no diff",                      \
		 OPT_GENSYMBOLS_QUIET},                                                            \
		{"strict-private", 0, NULL,                                                        \
		 "(deb-symbols) fail where a private node gets the main dependency",               \
		 OPT_GENSYMBOLS_STRICT_PRIVATE},                                                   \
		{"folder", 'l', "DIR", "(deb) look for libraries in this folder, too",             \
		 OPT_GENSYMBOLS_FOLDER},                                                           \
		{"file", 'e', "PATTERN",                                                           \
		 "(deb) one more file; for deb-symbols also many, by a pattern",                   \
		 OPT_GENSYMBOLS_FILE},                                                             \
	{                                                                                          \
		"output", 'o', "FILE", "(deb) write to FILE", OPT_GENSYMBOLS_OUTPUT                \
	}

/**
 * @return ABILOCK_EXIT_OK; _FINDINGS where a check failed; _USAGE; or _ERROR where a library or the
 *         template could not be read: then nothing is written.
 */
int gensymbols_run(const struct abilock_invocation *inv);

#endif
