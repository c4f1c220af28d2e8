/* SPDX-License-Identifier: MIT */
/* Which header declares a symbol: a scan of the tokens of C headers, without a compiler. */
#ifndef VERSIONGEN_COLLECT_HEADERS_H
#define VERSIONGEN_COLLECT_HEADERS_H

#include "../../symbols/arena.h"
#include "../../symbols/error.h"
#include "../../symbols/name_table.h"

/** Largest header that is read, in bytes; a larger one is an error. */
#define COLLECT_HEADER_MAX ((size_t)16 << 20)

/**
 * Find the headers (*.h, *.hh, *.hpp, *.hxx) below a folder that declare names. Of several headers
 * that declare a name, the first in the order of their paths counts; one that an earlier folder
 * has, stays.
 *
 * An identifier is declared where it stands outside of all braces (those of extern "C" and of
 * namespaces do not count) and parentheses, and in front of `(`, `[`, `;`, `,`, `=` or `__`.
 *
 * @param arena     Owns the paths.
 * @param headers   For each name that is looked for a value: "" where no header is known yet, else
 *                  the header's path below its folder.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO or ABILOCK_E_UNSUPPORTED (too large).
 */
int collect_headers_scan(const char *folder, struct abilock_arena *arena,
			 struct abilock_name_table *headers,
			 struct abilock_error *err) _must_check_;

/**
 * As collect_headers_scan() for one text, which is the header @p path.
 *
 * @param path  Borrowed for as long as @p headers lives.
 */
int collect_headers_scan_text(const char *text, size_t length, const char *path,
			      struct abilock_name_table *headers,
			      struct abilock_error *err) _must_check_;

#endif
