/* SPDX-License-Identifier: MIT */
/*
 * The manifest: what is known of a module before it is opened. The model, its reader and writer
 * (the INI form), and the notes that it is generated from. abilock-manifest(5).
 */
#ifndef ABILOCK_SYMBOLS_MANIFEST_H
#define ABILOCK_SYMBOLS_MANIFEST_H

#include "../diagnostics.h"
#include "../object.h"

/** Something that a module provides or wants: `function=CHANNEL`, `service=timer:200`. */
struct abilock_capability {
	const char *type; /**< "module", "application", any other word. */
	const char *name;
	int priority; /**< Of a provider: the highest is the best; 0 where none is given. */
	struct abilock_place place; /**< Line 0: it was not read from a text. */
};

struct abilock_capabilities {
	struct abilock_capability *items;
	size_t count;
};

/** A key of no meaning to us, kept as it is: in [module], or in a section that we do not know. */
struct abilock_manifest_pair {
	const char *section, *key, *value;
	struct abilock_place place;
};

/** What load_priority is where nothing is said: as AST_MODPRI_DEFAULT. */
enum { ABILOCK_LOAD_PRIORITY_DEFAULT = 128 };

/** All is in the arena, or borrowed from an index; strings are NULL where the key is absent. */
struct abilock_manifest {
	struct abilock_arena arena;
	const char *path; /**< File that it was read from, or NULL. */
	/* [module] */
	const char *name; /**< Never NULL. Without `.so`. */
	const char *description;
	const char *type;	   /**< Such as "channel". */
	const char *checksum;	   /**< As written. */
	const char *support_level; /**< core, extended, deprecated, removed or external. */
	const char *deprecated_in, *removed_in, *replacement;
	const char *load_priority; /**< As written: a word or a number. */
	int priority;		   /**< What it means; low numbers come first. */
	bool export_globals;
	bool is_embedded; /**< Linked into the host; there is no file. */
	const char *licence;
	const char *arch; /**< Target that the module is for, in the host's own words. */
	const char **configs;
	size_t config_count;
	/* [uses] [canuse] [willuse] [provides] */
	struct abilock_capabilities uses, canuse, willuse, provides;
	struct abilock_manifest_pair *unknown;
	size_t unknown_count;
};

/** NULL is a no-op. */
void abilock_manifest_free(struct abilock_manifest *manifest);

static inline void abilock_manifest_freep(struct abilock_manifest **manifest)
{
	abilock_manifest_free(*manifest);
}

/**
 * Read a manifest. What is wrong goes into @p diags with file 0; unknown sections and keys are
 * warnings, and kept.
 *
 * @param path  Copied.
 * @param[out] ret_manifest  Owned by the caller. Set unless an error is returned.
 * @return 0; ABILOCK_E_SYNTAX: @p diags has the errors; ABILOCK_E_NOMEM.
 */
int abilock_manifest_parse(const char *text, size_t length, const char *path,
			   struct abilock_manifest **ret_manifest,
			   struct abilock_diagnostics *diags) _must_check_;

/**
 * As abilock_manifest_parse() for a file. Where @p diags is NULL the first error is the one in
 * @p err (with file and line), and warnings are dropped.
 *
 * @return As above, or ABILOCK_E_IO.
 */
int abilock_manifest_read(const char *path, struct abilock_manifest **ret_manifest,
			  struct abilock_diagnostics *diags,
			  struct abilock_error *err) _must_check_;

/**
 * Write a manifest. Keys come in a fixed order, those that repeat in that of the model; absent ones
 * are left out; so a manifest that was written by us is written again byte by byte.
 */
void abilock_manifest_write(struct abilock_text *out, const struct abilock_manifest *manifest);

/**
 * The manifests that the notes of an object tell: one of a module, one for each embedded module of
 * a host; none of a file that has none of our information. A module that has only its lock is known
 * by the name in that. docs/note-format.md.
 *
 * They are sorted by name, and keys that repeat by type and name, so that nothing depends on the
 * compiler. No manifest has a checksum: abilock_checksum_compute(). They are embedded where the
 * file has the lock of a host; where it has none, if it is a program or holds several modules.
 *
 * @param[out] ret_manifests  Owned by the caller: free each, and the array.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_DAMAGED for a value that a manifest cannot have.
 */
int abilock_manifest_of_object(const struct abilock_object *object,
			       struct abilock_manifest ***ret_manifests, size_t *ret_count,
			       struct abilock_error *err) _must_check_;

/** A new manifest with a name (copied; NULL: "") and the defaults, or NULL when memory is out. */
struct abilock_manifest *abilock_manifest_new(const char *name);

/**
 * Set or append one key as the note has it: "description", "config", "uses" with "module=NAME" ...;
 * and "checksum" and "embedded". Both strings are copied. A key that has its value already is taken
 * when it says the same again, and refused when it says something else.
 *
 * @param[out] ret_problem  What is wrong with the value, in the manifest's arena, when 0 is
 *                          returned.
 * @return 1 taken; 0 refused or unknown (*ret_problem is NULL then); ABILOCK_E_NOMEM.
 */
int abilock_manifest_set(struct abilock_manifest *manifest, const char *key, const char *value,
			 const char **ret_problem) _must_check_;

/**
 * The number that a word of load_priority means (core, channel_driver ..., or 0 to 255); -1: none.
 */
int abilock_load_priority_parse(const char *text);

/** Whether a text can be a type: a word without blanks, control characters and any of `/=:;#"[]`.
 */
bool abilock_capability_is_type(const char *text);

/** Sort by type and name, and drop those that say the same as the one in front. */
void abilock_capabilities_sort(struct abilock_capabilities *list);

#endif
