/* SPDX-License-Identifier: MIT */
/* What a shared object exports, in the words of a symbols file. */
#ifndef ABIAUDIT_DEB_EXPORTS_H
#define ABIAUDIT_DEB_EXPORTS_H

#include "object.h"

struct deb_export {
	const char *symbol; /**< `foo` */
	const char *name;   /**< `foo@NODE`, or `foo@Base` where it has no node. */
};

struct deb_exports {
	const char *soname;	  /**< Borrowed from the object; NULL for none. */
	struct deb_export *items; /**< In the order of the symbol table. */
	size_t count;
};

/**
 * Every defined symbol of the dynamic symbol table that is not local, whatever its type, binding
 * and visibility, and whether its node is the default one or not; symbols that stand for a node
 * too. Left out are section and file symbols. So it is with dpkg, which goes by `objdump -T`.
 *
 * Left out, too, are a program's copies of library variables (R_*_COPY), and the other names of
 * such a copy: they are the library's, and have its node. dpkg means to leave the copies out, but
 * no longer recognises them in what newer binutils print.
 *
 * @param object  Its symbols are loaded; owns all of the result.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_DAMAGED: also for a name that no symbols file can hold
 *         (with blanks or control characters in it).
 */
int deb_exports_read(struct abilock_object *object, struct deb_exports *ret_exports,
		     struct abilock_error *err) _must_check_;

#endif
