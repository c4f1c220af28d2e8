/* SPDX-License-Identifier: MIT */
/*
 * The baseline: an export surface as it was released, with the fingerprints of its types and, where
 * wanted, the types themselves. A text file that users keep in git; abiaudit-baseline(5) describes
 * it. Whatever is compared is one: a file of text, or an ELF file that was read as one.
 */
#ifndef ABILOCK_GATE_BASELINE_H
#define ABILOCK_GATE_BASELINE_H

#include "../diagnostics.h"
#include "../text.h"
#include "../types/types_fingerprint.h"

/** Largest file of text that is read, in bytes. */
#define ABILOCK_BASELINE_MAX ((size_t)256 << 20)

struct abilock_baseline {
	const char *path; /**< As given. */
	/**
	 * Nodes sorted by name; exports by node (those without one first), name and default last. A
	 * private node goes by its name without the tag, and `is_private`. Markers, and names that
	 * linkers define by themselves, are left out. `line` of nodes and exports is that of a file
	 * of text.
	 */
	struct abilock_surface *surface;
	const char *machine; /**< As abilock_machine_find() names it; NULL: not known. */
	struct abilock_fingerprint *prints; /**< One for each export; malloc'ed. */
	struct abilock_types *types;	    /**< One symbol for each export; NULL: not at hand. */
	bool knows_soname; /**< `surface->soname` is what the file has; NULL: it has none. */
	bool has_private;  /**< Private nodes are in it: they are compared where both have them. */
	bool has_headers;  /**< Types that no public header defines were taken for opaque. */
	bool has_prints;   /**< Types were asked for when it was made, and some were found. */
	struct abilock_source source; /**< Without text where it is no file of text. */
	unsigned soname_line;	      /**< 0: not in a file of text. */
	struct abilock_arena arena;
};

void abilock_baseline_free(struct abilock_baseline *baseline);

static inline void abilock_baseline_freep(struct abilock_baseline **baseline)
{
	abilock_baseline_free(*baseline);
}

/** How an ELF file is read as a baseline. */
struct abilock_baseline_options {
	bool with_private;
	bool with_prints;	    /**< Read debug information. */
	const char *const *headers; /**< See struct abilock_types_question. */
	size_t header_count;
	const char *const *debug_folders;
	size_t debug_folder_count;
};

/**
 * Read a baseline: a file that begins with `.abilock-baseline`, or an ELF file.
 *
 * @param options  For ELF files; `with_private` and `with_prints` ask for what is wanted, a file of
 *                 text has what it has.
 * @param[out] ret Owned by the caller.
 * @return 0, what the readers of ELF and DWARF return, or ABILOCK_E_SYNTAX with file and line. A
 *         fingerprint that does not belong to the types beside it is ABILOCK_E_DAMAGED.
 */
int abilock_baseline_read(const char *path, const struct abilock_baseline_options *options,
			  struct abilock_baseline **ret, struct abilock_error *err) _must_check_;

/** As abilock_baseline_read() for the text of a file. */
int abilock_baseline_parse(const char *text, size_t length, const char *path,
			   struct abilock_baseline **ret, struct abilock_error *err) _must_check_;

/**
 * A baseline of what a declaration names, with the types that objects have.
 *
 * @param surface  Declared, nodes without a tag; sizes are not known. Copied.
 * @param paths    Objects and archives.
 * @param options  `with_private` and the rest, as for an ELF file.
 * @param[out] ret Owned by the caller; `path` is @p name.
 * @return 0, ABILOCK_E_NOMEM, or what abilock_types_read() returns.
 */
int abilock_baseline_from_objects(const struct abilock_surface *surface, const char *name,
				  const char *const *paths, size_t path_count,
				  const struct abilock_baseline_options *options,
				  struct abilock_baseline **ret,
				  struct abilock_error *err) _must_check_;

/**
 * A baseline of a surface alone, without types.
 *
 * @param copied  Rows of the symbol table that are copies of other libraries' variables, and are
 *                left out; NULL: none.
 */
int abilock_baseline_new(const struct abilock_surface *surface, const char *path, bool with_private,
			 const bool *copied, struct abilock_baseline **ret,
			 struct abilock_error *err) _must_check_;

/** Bytes of a private node's name that are not its tag: up to and with the last `_PRIVATE`. */
size_t abilock_baseline_stem(const char *node);

/** The export of a node (an index, or ABILOCK_NO_NODE) and name; SIZE_MAX: none. */
size_t abilock_baseline_find(const struct abilock_baseline *baseline, size_t node,
			     const char *name);

/**
 * What a finding and a ledger call an export: `foo@NODE`, or `foo` where it has no version.
 *
 * @return Owned by the arena; NULL when memory is out.
 */
const char *abilock_baseline_subject(const struct abilock_baseline *baseline, size_t export,
				     struct abilock_arena *arena);

/** Whether these first bytes of a file are those of a baseline. */
bool abilock_baseline_is_text(const void *bytes, size_t length);

/** Write the file of text; the types too where @p with_types. */
void abilock_baseline_write(struct abilock_text *out, const struct abilock_baseline *baseline,
			    bool with_types);

#endif
