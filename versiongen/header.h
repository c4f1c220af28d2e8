/* SPDX-License-Identifier: MIT */
/*
 * The generated header: what a host and its modules include to carry the lock. It holds one build's
 * tag, so it is generated beside the version script and the stub, never checked in.
 */
#ifndef VERSIONGEN_HEADER_H
#define VERSIONGEN_HEADER_H

#include "tag.h"

/**
 * Write the header, usable from C99 and C++11 on with gcc and clang. See docs/note-format.md for
 * the note and the marker that its macros emit.
 *
 * The node of a PUBLIC module is the newest public node: the last one of the declaration that no
 * other public node has as a parent.
 *
 * @param decl    Without tags: from abilock_declaration_surface().
 * @param tags    That of the build is wanted even where no node is private. Where nodes have their
 *                own, the note of a PUBLIC module has the node of that module in the place of the
 *                tag: nothing private is to change it.
 * @param soname  DT_SONAME of the host.
 * @param name    Name of the host, or NULL: the first private node up to `_PRIVATE` in lower case,
 *                else the soname without `lib`, `-host` and what follows.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_USAGE for a name or soname that cannot stand in a
 *         header, or a private node whose marker would be no C identifier. Nothing is written then.
 */
int header_write(FILE *file, const struct abilock_surface *decl, const struct tags *tags,
		 const char *soname, const char *name, struct abilock_error *err) _must_check_;

/**
 * Write the part of the header that depends on no tag: the macros of exports, and those of symbols
 * that have several versions, all of them public. Host files that include it can be compiled before
 * the tags are known; it goes together with the whole header in one file.
 *
 * @return As header_write().
 */
int header_write_exports(FILE *file, const struct abilock_surface *decl, const char *soname,
			 const char *name, struct abilock_error *err) _must_check_;

/** The name that header_write() takes by default, from @p arena; NULL when memory is out. */
char *header_host_name(struct abilock_arena *arena, const struct abilock_surface *decl,
		       const char *soname);

#endif
