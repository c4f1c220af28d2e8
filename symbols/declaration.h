/* SPDX-License-Identifier: MIT */
/*
 * Reader of the declaration language: a GNU ld version script with plain names, whose symbol types
 * stand in comments so that plain ld still reads the file.
 *
 *     FOO_1.0 {
 *       global:
 *         foo_open;
 *         foo_table;      # data
 *       local: *;
 *     };
 *     FOO_PRIVATE { global: foo_queue_push;  # core/queue.h
 *     } FOO_1.0;
 *
 * Comments are those that ld knows: from `#` to the end of the line, and between slash-star and
 * star-slash. A comment that consists of tags (`func`, `data`, `tls`, `ifunc`) and file names only
 * gives the symbols in front of it on the same line their type; any other comment is prose.
 *
 * What ld accepts and we do not (patterns, quoted names, extern "C", anonymous scripts) is an error
 * that says so: guessing here would lock the wrong surface. The other way round we take `global:`
 * and `local:` in any order, where bfd and gold want `global:` first and no bare names before
 * `local:`; the writers put both right.
 */
#ifndef ABILOCK_SYMBOLS_DECLARATION_H
#define ABILOCK_SYMBOLS_DECLARATION_H

#include "surface.h"

/** Largest declaration that is read, in bytes. */
#define ABILOCK_DECLARATION_MAX ((size_t)64 << 20)

/** Most nodes of one declaration: vd_ndx has 15 bits, and 0, 1 and the last are taken. */
#define ABILOCK_DECLARATION_NODES_MAX 32765

/** Start of the marker names that versiongen adds; a declaration may not list one. */
#define ABILOCK_MARKER_PREFIX "abilock_marker_"

/**
 * Parse a declaration.
 *
 * Node names stay without a tag; a node is private when its name ends in `_PRIVATE`. Parents stand
 * before their children, as bfd demands, so a walk in order never meets an unknown parent.
 *
 * @param text           @p len bytes, not necessarily NUL-terminated. Copied.
 * @param name           For messages. Copied into @p err.
 * @param[out] ret       Owned by the caller, release with abilock_surface_free().
 * @param[out] err       Set on failure only; may be NULL.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_UNSUPPORTED (too large), or ABILOCK_E_SYNTAX with the
 *         line and the column (bytes, both from 1) of the first error.
 */
int abilock_declaration_parse(const char *text, size_t len, const char *name,
			      struct abilock_surface **ret, struct abilock_error *err) _must_check_;

/**
 * As abilock_declaration_parse() for a file.
 *
 * @param path  `-` is the standard input.
 * @return As above, or ABILOCK_E_IO.
 */
int abilock_declaration_read(const char *path, struct abilock_surface **ret,
			     struct abilock_error *err) _must_check_;

#endif
