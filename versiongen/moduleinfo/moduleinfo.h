/* SPDX-License-Identifier: MIT */
/*
 * Manifests of modules that are written for Asterisk: from the macro AST_MODULE_INFO and from the
 * XML in the comments MODULEINFO and DOCUMENTATION. docs/moduleinfo.md.
 */
#ifndef VERSIONGEN_MODULEINFO_H
#define VERSIONGEN_MODULEINFO_H

#include "../../symbols/manifest/manifest.h"
#include "../../symbols/name_table.h"

/** Where something was said; the first of these that says it counts. */
enum moduleinfo_origin {
	MODULEINFO_BLOCK,
	MODULEINFO_CALL,
	MODULEINFO_COMMENT, /**< A call in a comment: the text that menuselect shows. */
};

/** One thing that a source says of its module. */
struct moduleinfo_fact {
	/**
	 * As abilock_manifest_set() has it; "uses" from a `use` without a type is
	 * MODULEINFO_UNTYPED.
	 */
	const char *key;
	const char *value; /**< UTF-8, in the arena. */
	enum moduleinfo_origin origin;
	struct abilock_place place;
	const char *module; /**< Said of this module; NULL: of that of the source. */
};

/** Key of `<use>NAME</use>`: a module where one has that name, else an optional library. */
#define MODULEINFO_UNTYPED "untyped"

/** What one source says. Initialise with `{ 0 }`, release with moduleinfo_deinit(). */
struct moduleinfo {
	struct abilock_arena arena;
	const struct abilock_source *source; /**< Borrowed. */
	uint32_t file;			     /**< Its number in places. */
	bool is_bad;			     /**< There were errors: no manifest is made from it. */
	bool has_call;	 /**< It has an AST_MODULE_INFO: there is a module of it. */
	bool has_blocks; /**< It has MODULEINFO or DOCUMENTATION. */
	struct abilock_place call;
	const char *name; /**< That it defines AST_MODULE as, or NULL. */
	struct moduleinfo_fact *facts;
	size_t fact_count;
};

void moduleinfo_deinit(struct moduleinfo *info);

/**
 * Read a source of C or C++, or a document of XML where its name ends in `.xml`. All that is wrong
 * goes into @p diags.
 *
 * @param source  Borrowed for as long as @p ret lives.
 * @param ret     `{ 0 }`.
 * @return 0, also for a source with errors, or ABILOCK_E_NOMEM.
 */
int moduleinfo_read(const struct abilock_source *source, uint32_t file, struct moduleinfo *ret,
		    struct abilock_diagnostics *diags) _must_check_;

struct moduleinfo_options {
	const char *name;     /**< Of the module; NULL: as the source says, or is called. */
	const char *checksum; /**< Or NULL. */
	bool is_embedded;
	/**
	 * Names of all modules of the tree, as abilock_module_name_key() writes them; NULL: they
	 * are not known.
	 */
	const struct abilock_name_table *modules;
};

/**
 * The manifest of a module, from its sources: one of them has the call.
 *
 * Keys that repeat are sorted, and there once.
 *
 * @param[out] ret_manifest  Owned by the caller.
 * @return 0; ABILOCK_E_SYNTAX where @p diags got an error, or a source is bad; ABILOCK_E_NOMEM.
 */
int moduleinfo_manifest(const struct moduleinfo *const *sources, size_t count,
			const struct moduleinfo_options *options,
			struct abilock_manifest **ret_manifest,
			struct abilock_diagnostics *diags) _must_check_;

/** Name of the module that a source makes, in @p arena; NULL when memory is out. */
const char *moduleinfo_name(const struct moduleinfo *info, struct abilock_arena *arena);

#endif
