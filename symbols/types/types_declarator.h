/* SPDX-License-Identifier: MIT */
/* Texts of types as trees: what a comparison walks through, and what a message shows. */
#ifndef ABILOCK_TYPES_TYPES_DECLARATOR_H
#define ABILOCK_TYPES_TYPES_DECLARATOR_H

#include "types.h"

enum type_form {
	TYPE_FORM_BASE,
	TYPE_FORM_POINTER,
	TYPE_FORM_ARRAY,
	TYPE_FORM_FUNCTION,
};

enum type_qualifier {
	TYPE_CONST = 1,
	TYPE_VOLATILE = 2,
	TYPE_ATOMIC = 4,
};

struct type_declarator {
	enum type_form form;
	unsigned qualifiers; /**< enum type_qualifier, of a base or a pointer. */
	unsigned height;     /**< Bounded: a walk may recurse. */
	const char *name;    /**< Of a base, without qualifiers: `unsigned long`, `struct foo`. */
	bool is_reference;   /**< The name is that of a structure, union or enumeration. */
	const char *bound;   /**< Of an array; "" where it is not known. */
	struct type_declarator *of; /**< What is pointed to, an element, the result. */
	struct type_declarator **parameters;
	size_t parameter_count;
	bool is_variadic;
	bool has_no_prototype;
};

/**
 * Take a text apart.
 *
 * @param arena  Owns the tree.
 * @return NULL: memory is out, it is no type, or one that is nested deeper than anybody writes.
 */
struct type_declarator *type_declarator_parse(struct abilock_arena *arena, const char *text);

/** How a tree is written. */
enum type_names {
	TYPE_NAMES_SHORT,   /**< Typedefs of unnamed types alone, `foo_t`; no `@`. */
	TYPE_NAMES_KEYWORD, /**< With the keyword, `struct foo_t`; no `@`. */
	TYPE_NAMES_EXACT,   /**< As texts have it. */
};

void type_declarator_write(struct abilock_text *out, const struct type_declarator *type,
			   enum type_names names);

/** The name of a type, `struct @foo_t`, for people. */
void type_name_show(struct abilock_text *out, const char *name, enum type_names names);

#endif
