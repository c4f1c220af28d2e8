/* SPDX-License-Identifier: MIT */
/*
 * A template of a Debian symbols file, debian/PACKAGE.symbols, from a declaration. Public symbols
 * ask for the version that had them first; those of private nodes for this build, and no other.
 * Source: deb-src-symbols(5).
 */
#ifndef VERSIONGEN_DIALECT_DEB_H
#define VERSIONGEN_DIALECT_DEB_H

#include "../../symbols/declaration.h"
#include "../tag.h"

/** What Debian calls things. NULL: not given. */
struct dialect_deb {
	const char *soname;	 /**< Of the host. Required. */
	const char *package;	 /**< That has the host. Required. */
	const char *version;	 /**< Of the package: modules of this build need exactly it. */
	const char *abi_package; /**< Or: they need the virtual package ABI_PACKAGE-TAG. */
	const char *dev_package; /**< For Build-Depends-Package. */
	const char *since;	 /**< Of entries without `since=`. */
	bool is_program;	 /**< The host is one: it may export copies of variables. */
	bool is_since_nodes;	 /**< Before that: the number in the name of their node. */
};

/**
 * Write the template.
 *
 * @param tags  For @p deb->abi_package; else it may be NULL.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_USAGE (something is missing in @p deb, or in the
 *         declaration), or ABILOCK_E_UNSUPPORTED (an entry that a symbols file cannot say).
 */
int dialect_deb_write(FILE *file, const struct abilock_declaration *decl, const struct tags *tags,
		      const struct dialect_deb *deb, struct abilock_error *err) _must_check_;

#endif
