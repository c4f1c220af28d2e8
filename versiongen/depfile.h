/* SPDX-License-Identifier: MIT */
/*
 * The dependency file: which files an output was made from, as a rule of make. Ninja and CMake read
 * the same.
 */
#ifndef VERSIONGEN_DEPFILE_H
#define VERSIONGEN_DEPFILE_H

#include "../symbols/error.h"

/**
 * Write `OUTPUT: FILE...`, and a rule without a recipe for each file behind the first @p sources:
 * one that is gone makes the output old instead of stopping make.
 *
 * @param files    Names as make is to see them: relative to where it runs, or absolute.
 * @param sources  Of them, those that have to exist.
 * @return 0, or ABILOCK_E_USAGE for a name that make cannot have: one with a newline.
 */
int depfile_write(FILE *file, const char *output, const char *const *files, size_t count,
		  size_t sources, struct abilock_error *err) _must_check_;

#endif
