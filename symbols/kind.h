/* SPDX-License-Identifier: MIT */
/*
 * What a file is that is no ELF program or shared object: an archive, a linker script, a file of
 * debug information ... People hand in such files because their names look right.
 */
#ifndef ABILOCK_SYMBOLS_KIND_H
#define ABILOCK_SYMBOLS_KIND_H

#include "error.h"

/**
 * Say more about a file that abilock_object_open() has refused.
 *
 * Looks at the file again. Where it is of a kind that is known here, the text of @p err is replaced
 * by one that says so and what to list instead, and a separate file of debug information, which
 * looks damaged, becomes ABILOCK_E_UNSUPPORTED. Where nothing better is known, nothing changes.
 *
 * @param path  The file; where @p err is about another one, nothing changes.
 * @param code  What abilock_object_open() returned.
 * @param err   What it set.
 * @return The code that @p err has now.
 */
int abilock_kind_explain(const char *path, int code, struct abilock_error *err);

#endif
