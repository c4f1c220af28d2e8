/* SPDX-License-Identifier: MIT */
/*
 * Lists of exports for linkers that read no GNU version script. What a list has no words for is an
 * error at its place in the declaration, never a list that means something else.
 */
#ifndef VERSIONGEN_DIALECT_H
#define VERSIONGEN_DIALECT_H

#include "../../symbols/declaration.h"
#include "../tag.h"

/** One build of a host. All is borrowed. */
struct dialect_build {
	const struct abilock_declaration *decl; /**< See abilock_declaration_select(). */
	struct tags tags;			/**< Empty where no node is tagged. */
	const char *host; /**< File name of the DLL or program, for `def`; NULL: not written. */
};

/**
 * Write a list.
 *
 * @param diags  What cannot be said, each with its place.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX with at least one diagnostic; nothing is written
 *         then. Whether the bytes arrived is for the owner of @p file to check.
 */
typedef int dialect_writer(FILE *file, const struct dialect_build *build,
			   struct abilock_diagnostics *diags) _must_check_;

/**
 * A mapfile of the Solaris and illumos link-editors, version 2 of the language. Nodes are versions
 * there, so private ones carry the tag and the marker keeps its name.
 */
dialect_writer dialect_solaris_write;

/** For ld's -exported_symbols_list on Darwin. The marker's name carries the tag. */
dialect_writer dialect_darwin_write;

/** A module definition file for Windows. The marker's name carries the tag. */
dialect_writer dialect_def_write;

/* ---- what they share ---- */

/** Exports of a list without nodes, each once, grouped by the node of their default version. */
struct dialect_list {
	const struct abilock_entry **entries; /**< malloc'ed. */
	size_t count;
};

void dialect_list_deinit(struct dialect_list *list);

/**
 * The global entries, in the order of the nodes, those without a version last. Left out is a symbol
 * that has old versions only: without versions nothing was ever linked with it.
 *
 * @param[out] ret  Set on success. Points into @p decl.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int dialect_list_init(const struct abilock_declaration *decl,
		      struct dialect_list *ret) _must_check_;

/** Writes a line of a list. */
typedef void dialect_line(FILE *file, const char *name, bool is_data);

/**
 * Write the entries of a list: a comment before those of each node, and behind those of a tagged
 * node its marker.
 *
 * @param comment  What starts a comment.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int dialect_list_write(FILE *file, const struct dialect_build *build,
		       const struct dialect_list *list, const char *comment,
		       dialect_line *write) _must_check_;

/** Add an error at @p place. */
void dialect_refuse(struct abilock_diagnostics *diags, struct abilock_place place, const char *fmt,
		    ...) _printf_(3, 4);

/** Refuse what is written in another language than C. */
void dialect_check_language(struct abilock_diagnostics *diags, const struct abilock_entry *entry);

/** @return 0, ABILOCK_E_SYNTAX or ABILOCK_E_NOMEM. */
int dialect_result(const struct abilock_diagnostics *diags) _must_check_;

#endif
