/* SPDX-License-Identifier: MIT */
/*
 * The declaration: what a host exports, as its maintainer writes it. The language is that of GNU
 * ld's version scripts, all of it, with the meaning that ld gives it; what ld has no words for
 * stands in comments, so that plain ld still reads the file.
 *
 *     FOO_1.0 {
 *       global:
 *         foo_open;
 *         foo_table;      # data
 *         foo_close;      # compat
 *       local: *;
 *     };
 *     FOO_1.2 { global: foo_close; } FOO_1.0;
 *     FOO_PRIVATE {
 *       foo_queue_push;   # core/queue.h since=1.2 if=WITH_QUEUE
 *     } FOO_1.2;
 *
 * The one thing that ld does not read is `include "file"`: between nodes, and between the entries
 * of a node. The path is relative to the file that it stands in.
 *
 * Tags stand in a comment on the line of an entry, or of a node's opening brace. A comment that
 * consists of tags and file names only is read; any other comment is prose. abilock-declaration(5)
 * lists the tags.
 */
#ifndef ABILOCK_SYMBOLS_DECLARATION_H
#define ABILOCK_SYMBOLS_DECLARATION_H

#include "diagnostics.h"
#include "surface.h"

/** Largest file that is read, and largest sum of all files of a declaration, in bytes. */
#define ABILOCK_DECLARATION_MAX ((size_t)64 << 20)

/** Most nodes of one declaration: vd_ndx has 15 bits, and 0, 1 and the last are taken. */
#define ABILOCK_DECLARATION_NODES_MAX 32765

/** Most `include`s inside each other. */
#define ABILOCK_DECLARATION_DEPTH_MAX 64

/** What an entry is compared with: the symbol, or what a demangler makes of it. */
enum abilock_language {
	ABILOCK_LANGUAGE_C,
	ABILOCK_LANGUAGE_CXX,
	ABILOCK_LANGUAGE_JAVA, /**< Which only bfd and gold know. */
};

/**
 * What comments say about an entry or a node. Strings are NULL where not said. `since`, `arch`,
 * `if`, `compat` and the header of a node are handed on to those of its entries that say nothing
 * of their own; a comment of its own line that names just a file is the header of the entries
 * below it.
 */
struct abilock_tags {
	uint8_t type; /**< STT_*; STT_FUNC where not said. */
	bool has_type;
	uint8_t bind;	       /**< STB_GLOBAL, STB_WEAK or STB_GNU_UNIQUE. */
	bool is_compat;	       /**< `compat`: not the default version of its symbol. */
	bool is_exact;	       /**< `exact`, of a node: it keeps its name, no tag is added. */
	const char *since;     /**< `since=RELEASE`: the release in which it arrived. */
	const char *arch;      /**< `arch=A|B`, or `arch=!A|!B`: machines that have it. */
	const char *condition; /**< `if=NAME` or `if=!NAME`: there only with (without) -DNAME. */
	const char *header;    /**< A word with a slash or a dot: the file that declares it. */
};

/** A name or pattern under `global:` or `local:` of a node. */
struct abilock_entry {
	/**
	 * What ld compares: a name, or an fnmatch() pattern. Without quotes; a backslash stands in
	 * patterns only, elsewhere it is resolved. A name may hold any character: quote it unless
	 * it is a C name.
	 */
	const char *text;
	enum abilock_language language;
	bool is_pattern; /**< Not in quotes, and with one of `*?[`. */
	bool is_quoted;
	bool is_local;
	size_t node; /**< Index; ABILOCK_NO_NODE for an `unversioned: NAME` comment. */
	struct abilock_tags tags;
	struct abilock_place place;
};

struct abilock_declared_node {
	const char *name; /**< Without a tag; "" for the one node of an anonymous script. */
	/** `X_PRIVATE`, by its spelling; where `exact` is said, as abilock_node_name_is_private().
	 */
	bool is_private;
	bool is_tagged;	       /**< versiongen adds the tag: private and not `exact`. */
	const size_t *parents; /**< Indices of nodes, in the order of the source. */
	size_t parent_count;
	struct abilock_tags tags;
	struct abilock_place place; /**< Of its name, or of the brace of an anonymous one. */
	struct abilock_place open;  /**< Of its `{`. */
	struct abilock_place close; /**< Of its `}`. */
};

/** An `include "file"`. */
struct abilock_include {
	struct abilock_place place; /**< Of the quoted name. */
	size_t source;		    /**< Index of the source that it gave; its path is resolved. */
};

struct abilock_declaration {
	struct abilock_arena arena;	/**< Owns all that is below. */
	struct abilock_source *sources; /**< The file itself, then those that it includes. */
	size_t source_count;
	struct abilock_include *includes; /**< In the order of the source. */
	size_t include_count;
	/** Parents stand before their children, whatever the order of the source. */
	struct abilock_declared_node *nodes;
	size_t node_count;
	struct abilock_entry *entries; /**< In the order of the source. */
	size_t entry_count;
	/** A node is tagged, or one was before abilock_declaration_select(): what no entry takes is
	 * hidden. */
	bool hides_rest;
};

/**
 * Parse a declaration. All errors of the text are found, not only the first.
 *
 * @param text           @p len bytes, not necessarily NUL-terminated. Copied.
 * @param name           For messages; and includes are relative to its folder. Copied. "": there
 *                       is no folder, an include is an error.
 * @param[out] ret       Owned by the caller, release with abilock_declaration_free(). Also set
 *                       with ABILOCK_E_SYNTAX: diagnostics point into its sources then, and
 *                       nothing else of it may be used.
 * @param diags          Errors of the text are added here, sorted by place.
 * @param[out] err       Set on failure only; may be NULL. For ABILOCK_E_SYNTAX the first error.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, ABILOCK_E_UNSUPPORTED (too large), or ABILOCK_E_SYNTAX.
 */
int abilock_declaration_parse(const char *text, size_t len, const char *name,
			      struct abilock_declaration **ret, struct abilock_diagnostics *diags,
			      struct abilock_error *err) _must_check_;

/**
 * As abilock_declaration_parse() for a script that was not written for versiongen: nodes with names
 * like private ones are taken as they are called, as if `exact` were said of each.
 */
int abilock_declaration_parse_script(const char *text, size_t len, const char *name,
				     struct abilock_declaration **ret,
				     struct abilock_diagnostics *diags,
				     struct abilock_error *err) _must_check_;

/**
 * As abilock_declaration_parse() for a file. An ELF file or an archive is ABILOCK_E_UNSUPPORTED,
 * with a text that says which command reads it.
 *
 * @param path  `-` is the standard input.
 */
int abilock_declaration_read(const char *path, struct abilock_declaration **ret,
			     struct abilock_diagnostics *diags,
			     struct abilock_error *err) _must_check_;

void abilock_declaration_free(struct abilock_declaration *decl);

static inline void abilock_declaration_freep(struct abilock_declaration **decl)
{
	abilock_declaration_free(*decl);
}

/** What `if=` and `arch=` are compared with. */
struct abilock_selection {
	const char *const *defines; /**< Names given with -D. */
	size_t define_count;
	/** As `arch=` names it, or as Debian does; NULL: entries for any machine are kept. */
	const char *machine;
};

/**
 * Whether a selection can be meant: a name with a typo would leave out, or keep, all that it is
 * about without a word.
 *
 * @return 0, or ABILOCK_E_USAGE for an unknown machine, or a define that is no name.
 */
int abilock_selection_check(const struct abilock_selection *selection,
			    struct abilock_error *err) _must_check_;

/**
 * Drop what is not for this build: entries and nodes whose `if=` or `arch=` does not hold, and
 * nodes that had global entries and have none any more. The children of such a node take over its
 * parents; its local entries move to the first node that is left, since what they hide is hidden
 * whatever their node. Where no node is left, an anonymous one takes their place.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_declaration_select(struct abilock_declaration *decl,
			       const struct abilock_selection *selection,
			       struct abilock_error *err) _must_check_;

/** The first global entry that is no plain C name, which no list of symbols can hold; or NULL. */
const struct abilock_entry *
abilock_declaration_first_pattern(const struct abilock_declaration *decl);

/**
 * The symbols that the declaration names: global entries that are plain C names, each once a node.
 * The default version of a symbol in several nodes is the last one, in the order of the source,
 * without `compat`. An anonymous script gives no node: its symbols have no version.
 *
 * @param[out] ret  Owned by the caller; independent of @p decl.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_declaration_surface(const struct abilock_declaration *decl,
				struct abilock_surface **ret,
				struct abilock_error *err) _must_check_;

#endif
