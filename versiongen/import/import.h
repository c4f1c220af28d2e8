/* SPDX-License-Identifier: MIT */
/*
 * Declarations made from what exists: a library, a version script, the lists that libvirt and glibc
 * keep, a Debian symbols file. Each kind has its reader; all of them fill the same model, which is
 * written by declaration_write().
 */
#ifndef VERSIONGEN_IMPORT_H
#define VERSIONGEN_IMPORT_H

#include "../../symbols/declaration.h"
#include "../../symbols/name_table.h"

enum import_kind {
	IMPORT_UNKNOWN,
	IMPORT_LIBRARY,
	IMPORT_SCRIPT,
	IMPORT_LIBVIRT,
	IMPORT_DEBIAN,
	IMPORT_ABILIST,
};

/** What the readers do differently on demand. */
struct import_options {
	const char *node;   /**< libvirt: the private node; NULL: LIBVIRT_PRIVATE. */
	const char *soname; /**< Debian: which library of the file; NULL: the only one. */
	bool is_tagged;	    /**< Scripts: X_PRIVATE is tagged, not exact. */
};

/** An entry, and a comment above it. */
struct import_symbol {
	struct abilock_entry entry;
	const char *note; /**< NULL: none. */
};

/** Initialise with `{ 0 }`, release with import_deinit(). */
struct import {
	struct abilock_arena arena; /**< Owns strings. */
	struct abilock_diagnostics diags;
	struct abilock_source *sources; /**< What places of diagnostics point into. */
	size_t source_count;
	struct abilock_declared_node *nodes;
	size_t node_count;
	struct import_symbol *symbols;
	size_t symbol_count;
	struct abilock_name_table by_name;    /**< Nodes: 1 + index. */
	struct abilock_text heading;	      /**< Prose for the top. */
	struct abilock_declaration **scripts; /**< Read, and borrowed from. */
	size_t script_count;
	bool headers_above; /**< As struct declaration_form has it. */
};

void import_deinit(struct import *import);

/** The kind of `--from KIND`, or IMPORT_UNKNOWN. */
enum import_kind import_kind_find(const char *name);

/** The kind of a file by its content. */
enum import_kind import_detect(const char *bytes, size_t size);

/**
 * Add the text of a file, which diagnostics show.
 *
 * @param path   `-` is the standard input.
 * @param[out] ret  Its index in @p import->sources. The text is ended by a NUL.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_UNSUPPORTED (too large).
 */
int import_read_source(struct import *import, const char *path, size_t *ret,
		       struct abilock_error *err) _must_check_;

/** As import_read_source() for text in memory, which must outlive the import. */
int import_add_source(struct import *import, const char *path, const char *text, size_t length,
		      size_t *ret, struct abilock_error *err) _must_check_;

/** That the sources are text: ABILOCK_E_SYNTAX with an error for each that has a NUL byte. */
int import_check_text(struct import *import, struct abilock_error *err) _must_check_;

/**
 * @defgroup readers Readers
 *
 * Each returns 0, ABILOCK_E_NOMEM, ABILOCK_E_SYNTAX with the errors in @p import->diags, or what
 * its file fails with. What a declaration cannot say is a warning in @p import->diags.
 * @{
 */
int import_library(struct import *import, size_t source, struct abilock_error *err) _must_check_;
int import_script(struct import *import, size_t source, const struct import_options *options,
		  struct abilock_error *err) _must_check_;
int import_libvirt(struct import *import, size_t first, size_t count,
		   const struct import_options *options, struct abilock_error *err) _must_check_;
int import_debian(struct import *import, size_t source, const struct import_options *options,
		  struct abilock_error *err) _must_check_;
int import_abilist(struct import *import, size_t source, struct abilock_error *err) _must_check_;
/** @} */

/** Put the symbols into the order of their names. */
void import_sort(struct import *import);

/**
 * Refuse a symbol that a node has twice: an error at the later place in a text, a warning (and one
 * of them is left out) where there is no place.
 */
int import_check_twice(struct import *import, struct abilock_error *err) _must_check_;

/**
 * Write the declaration.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int import_write(const struct import *import, struct abilock_text *out,
		 struct abilock_error *err) _must_check_;

/* ---- for the readers ---- */

/** The node of that name, added where it is new; ABILOCK_NO_NODE when memory is out. */
size_t import_node(struct import *import, const char *name, struct abilock_place place);

/** Add a symbol of a node. @return It, zeroed; NULL when memory is out. Valid until the next. */
struct import_symbol *import_add_symbol(struct import *import, size_t node, const char *name);

/**
 * A name between two bytes of a source as a string of the arena, with its place checked: an error
 * is added, and NULL returned, where no script can hold it.
 */
const char *import_name(struct import *import, const char *s, size_t length,
			struct abilock_place place);

/** Whether a node can have that name in a script. */
bool import_is_node_name(const char *name);

/**
 * Give nodes without parents some, by their names: each node of a prefix (`GLIBC` of `GLIBC_2.2.5`)
 * follows the one with the version before it, a private node (`GLIBC_PRIVATE`) the newest. Puts the
 * nodes into that order, too. For lists that do not say what inherits from what.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int import_chain_nodes(struct import *import, struct abilock_error *err) _must_check_;

/** Add the nodes and entries of a version script. */
int import_read_script(struct import *import, size_t source,
		       struct abilock_error *err) _must_check_;

/** As import_keep_names(), with what the options say about X_PRIVATE. */
void import_keep_script_names(struct import *import, const struct import_options *options);

/** Mark the nodes with private names `exact`: they are what they are called. */
void import_keep_names(struct import *import);

/** Make @p local the `local: *` of a node. */
int import_hide_rest(struct import *import, size_t node, struct abilock_error *err) _must_check_;

/** ABILOCK_E_SYNTAX with the first error, where diagnostics have one; else 0. */
int import_result(struct import *import, struct abilock_error *err) _must_check_;

#endif
