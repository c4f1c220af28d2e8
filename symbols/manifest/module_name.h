/* SPDX-License-Identifier: MIT */
/*
 * Names of modules as people write them: with or without `.so`, `-` and `_` being the same, and
 * never a path.
 */
#ifndef ABILOCK_SYMBOLS_MODULE_NAME_H
#define ABILOCK_SYMBOLS_MODULE_NAME_H

#include "../arena.h"
#include "../error.h"

/**
 * The name that a spelling means: without a `.so` at its end.
 *
 * Refused are empty names, names with a slash or a control character, and those that start with a
 * dot.
 *
 * @param[out] ret_name  In @p arena.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_USAGE with a text that says what is wrong.
 */
int abilock_module_name_parse(struct abilock_arena *arena, const char *spelling,
			      const char **ret_name, struct abilock_error *err) _must_check_;

/** Write into @p key (as long as @p name, or @p name itself) the form in which names are compared.
 */
void abilock_module_name_key(const char *name, char *key);

/** The order of names: 0 where they mean one module. */
int abilock_module_name_compare(const char *a, const char *b);

/** Whether two names mean one module. */
bool abilock_module_name_eq(const char *a, const char *b);

/**
 * Whether a file in a directory of modules is one: `NAME.so`, not hidden, no backup of an editor or
 * a package manager, no file of debug information.
 */
bool abilock_module_name_is_file(const char *file);

#endif
