/* SPDX-License-Identifier: MIT */
/* What differs between two texts or two definitions, as lines. */
#ifndef ABILOCK_TYPES_TYPES_DIFFERENCES_H
#define ABILOCK_TYPES_TYPES_DIFFERENCES_H

#include "types_contents.h"
#include "types_declarator.h"

/** Initialise with the contents and the arena, release with type_differences_deinit(). */
struct type_differences {
	const struct type_contents *old_contents, *new_contents;
	struct abilock_arena *arena; /**< Owns the lines. */
	struct abilock_text line;    /**< That is being written. */
	const char **lines;	     /**< malloc'ed. */
	size_t line_count;
	size_t inside; /**< Unnamed types that were looked into for this subject. */
	bool failed;   /**< Memory ran out. */
};

void type_differences_deinit(struct type_differences *differences);

/** Begin with another subject: no lines. */
void type_differences_start(struct type_differences *differences);

/** Where definitions stand in their subject: words for a line, and what to add to offsets. */
struct type_place {
	const char *before;	     /**< `parameter 1: `, or "". */
	const char *inside;	     /**< `member "u": `, or "": for what is not about a member. */
	const char *path;	     /**< `u.`, or "": for members. */
	uint64_t old_base, new_base; /**< In bits. */
	unsigned depth;
};

/**
 * Add lines for the texts of a symbol. No line comes where only types differ that are subjects of
 * their own.
 */
void type_differences_symbol(struct type_differences *differences, const char *old_text,
			     const char *new_text);

/** Add lines for two types with one name. */
void type_differences_types(struct type_differences *differences,
			    const struct abilock_type *old_type,
			    const struct abilock_type *new_type);

/* ---- between the files that make lines ---- */

/** Two unnamed types at one place of two texts, to be looked into. */
struct type_unnamed {
	const struct abilock_type *old_type, *new_type;
};

/** How two texts relate. */
enum type_relation {
	TYPE_SAME,
	TYPE_SAME_OUTSIDE, /**< What is in the unnamed types that they name differs. */
	TYPE_OTHER,
};

struct type_match {
	struct type_unnamed *unnamed; /**< malloc'ed; those that are no subjects of their own. */
	size_t unnamed_count;
};

void type_match_deinit(struct type_match *match);

/** @param[out] match  Added to; what it has counts where the answer is TYPE_SAME_OUTSIDE. */
enum type_relation type_match_trees(struct type_differences *differences,
				    const struct type_declarator *old_tree,
				    const struct type_declarator *new_tree,
				    struct type_match *match);

/** As type_match_trees(); texts that cannot be taken apart are the same or other ones. */
enum type_relation type_match_texts(struct type_differences *differences, const char *old_text,
				    const char *new_text, struct type_match *match);

/** End the line that is being written. */
void type_differences_add(struct type_differences *differences);

/** A type that a line shows. */
struct type_shown {
	const struct type_declarator *tree; /**< NULL: the text is taken apart, if it can be. */
	const char *text;
	uint64_t width; /**< Of a bit-field, or 0. */
};

/** Write a type for people. */
void type_differences_show(struct type_differences *differences, struct type_shown shown);

/** Write two with words between them; in the shortest spelling that tells them apart. */
void type_differences_both(struct type_differences *differences, struct type_shown first,
			   const char *between, struct type_shown second);

/** Lines for what is in unnamed types at one place. */
void type_differences_unnamed(struct type_differences *differences, const struct type_place *place,
			      const struct type_match *match);

/** Lines for members, or enumerators, of two definitions of one kind. */
void type_differences_members(struct type_differences *differences, const struct type_place *place,
			      const struct abilock_type_definition *old_definition,
			      const struct abilock_type_definition *new_definition, bool is_enum);

#endif
