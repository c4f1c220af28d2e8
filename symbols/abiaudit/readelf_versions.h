/* SPDX-License-Identifier: MIT */
/*
 * The grammar of `readelf -W -V` (binutils 2.40): version symbols, definitions and needs, byte for
 * byte for a file with section headers.
 *
 * What differs: readelf stops in the middle of a damaged table, where this is an error; control
 * characters in the names of nodes and files are written ^X; and a hidden bit in the index of a
 * definition or need is ignored, as by the dynamic linker.
 */
#ifndef ABIAUDIT_READELF_VERSIONS_H
#define ABIAUDIT_READELF_VERSIONS_H

#include "object.h"
#include "text.h"

/**
 * Add the version tables of an object that readelf_check_versions() has found good.
 *
 * @param object  From abilock_object_open_sections(), or, of a file without section headers, from
 *                abilock_object_open(): the tables of PT_DYNAMIC are then printed under the names
 *                and in the order that linkers give their sections.
 */
int readelf_add_versions(struct abilock_text *out, struct abilock_object *object,
			 struct abilock_error *err) _must_check_;

/**
 * Check that the version tables belong together: a version for each symbol, a node for each
 * version. Loads the symbols.
 */
int readelf_check_versions(struct abilock_object *object, struct abilock_error *err) _must_check_;

/** What readelf calls the flags of a definition or need: "none", "BASE", "BASE | WEAK" ... */
const char *readelf_version_flags(uint16_t flags);

#endif
