/* SPDX-License-Identifier: MIT */
/*
 * The types behind exported symbols: what a caller and a library have to agree on. Readers make the
 * model (from debug information, from a baseline), fingerprints and comparisons take it.
 *
 * A type is a text: C's abstract declarator in one spelling, without typedefs, without `restrict`,
 * without qualifiers of parameters and of results:
 *
 *     int (const char *, struct foo *, ...)
 *     const struct foo *
 *     unsigned long [4]
 *
 * Base types go by encoding and size, since compilers call them differently: `void`, `_Bool`,
 * `char`, `unsigned char`, `short`, `int`, `long` (8 bytes where addresses have 8, else `long
 * long`), `__int128`, the same with `unsigned`, `float`, `double`, `long double`, `double
 * _Complex` ... A structure, union or enumeration is named by its keyword and its name, `struct
 * foo`; one without a tag by its keyword and a handle, `struct @foo_t` (a typedef of it) or
 * `union @foo.u` (the member that has it). Handles find the definition and mean nothing else: they
 * are in no fingerprint, but for typedefs of what has no definition. The handle of a member has a
 * dot, that of a typedef has none: a typedef is named where a change is told, a member by its path.
 *
 * A name that is not made of letters, digits, `_`, `$`, `.`, `:` is in double quotes, with a
 * backslash in front of a quote and of a backslash, and `\xHH` for a control character: no text has
 * one. A handle is quoted behind its `@`.
 */
#ifndef ABILOCK_TYPES_TYPES_H
#define ABILOCK_TYPES_TYPES_H

#include "../name_table.h"
#include "../surface.h"
#include "../text.h"

enum abilock_type_kind {
	ABILOCK_TYPE_STRUCT,
	ABILOCK_TYPE_UNION,
	ABILOCK_TYPE_ENUM,
};

/** A member of a structure or union, or an enumerator. */
struct abilock_type_member {
	const char *name;    /**< "" for a member without one. */
	const char *type;    /**< Text, interned; NULL in an enumeration. */
	uint64_t bit_offset; /**< From the start of the type; 0 in an enumeration. */
	uint64_t bit_size;   /**< Of a bit-field; 0: it is none. */
	int64_t value;	     /**< Of an enumerator; unsigned ones above INT64_MAX wrap. */
};

/** Members stand sorted: by offset, or value, and then by name. */
struct abilock_type_definition {
	uint64_t size; /**< In bytes. */
	const struct abilock_type_member *members;
	size_t member_count;
};

/**
 * A structure, union or enumeration. It has several definitions where files of one library mean
 * different things by its name; none where it is only declared: it is opaque.
 */
struct abilock_type {
	enum abilock_type_kind kind;
	const char *name; /**< As texts have it: `struct foo`, `struct @foo_t`. */
	bool is_unnamed;  /**< The name is a handle. */
	struct abilock_type_definition *definitions; /**< malloc'ed; sorted by finish(). */
	size_t definition_count;
	size_t index; /**< In abilock_types.types; set by finish(). */
};

/** What is known of one export. */
struct abilock_typed_symbol {
	const char *type;     /**< Text, interned; NULL: not known. */
	const char *missing;  /**< Why it is not known, one line; NULL where it is. */
	const char *file;     /**< Where the C source declares it, or NULL. */
	unsigned line;	      /**< From 1; 0: not known. */
	bool is_thread_local; /**< Code reaches it another way than other variables. */
};

struct abilock_types {
	struct abilock_arena arena;  /**< Owns texts, names and members. */
	struct abilock_type **types; /**< malloc'ed; sorted by name by finish(). */
	size_t type_count;
	struct abilock_typed_symbol
		*symbols; /**< One for each export of a surface, in its order. */
	size_t symbol_count;
	struct abilock_name_table texts; /**< Interned. */
	struct abilock_name_table names; /**< Name to struct abilock_type. */
};

/**
 * An empty model for a surface with @p symbol_count exports.
 *
 * @param[out] ret  Owned by the caller, release with abilock_types_free().
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_types_new(size_t symbol_count, struct abilock_types **ret,
		      struct abilock_error *err) _must_check_;

/** NULL is a no-op. */
void abilock_types_free(struct abilock_types *types);

static inline void abilock_types_freep(struct abilock_types **types)
{
	abilock_types_free(*types);
}

/** The one copy of a text, owned by the model; NULL when memory is out. */
const char *abilock_types_intern(struct abilock_types *types, const char *text, size_t length);

/**
 * The type of that name; a new one has no definition.
 *
 * @param name  As texts have it, `struct @foo_t`; copied. Kind and is_unnamed come from it.
 * @return Owned by the model; NULL when memory is out, or where the name is none.
 */
struct abilock_type *abilock_types_type(struct abilock_types *types, const char *name);

/** The type of that name, or NULL. */
struct abilock_type *abilock_types_find(const struct abilock_types *types, const char *name);

/**
 * Add a definition, unless the type has one that is the same.
 *
 * @param definition  Members need not be sorted; they are copied, their texts and names are
 *                    interned.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_types_define(struct abilock_types *types, struct abilock_type *type,
			 const struct abilock_type_definition *definition,
			 struct abilock_error *err) _must_check_;

/**
 * Bring types and definitions into an order that does not depend on that of the source, and add
 * those that texts name and nothing defines. Call it when all is there; again after more came.
 *
 * @return 0 or ABILOCK_E_NOMEM.
 */
int abilock_types_finish(struct abilock_types *types, struct abilock_error *err) _must_check_;

/** Write a name as texts have it: in quotes where it has to be. */
void abilock_type_name_write(struct abilock_text *out, const char *name);

/**
 * The next name of a type in a text, for walking from a text to what it reaches.
 *
 * @param[in,out] text  Where to look; behind the name afterwards.
 * @param[out] ret_length  Bytes of the name.
 * @return Where the name begins; NULL: there is none.
 */
const char *abilock_type_text_next(const char **text, size_t *ret_length);

#endif
