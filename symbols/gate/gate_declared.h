/* SPDX-License-Identifier: MIT */
/* Inside of gate_check_declared(): the two sides, and how they belong together. */
#ifndef ABILOCK_GATE_GATE_DECLARED_H
#define ABILOCK_GATE_GATE_DECLARED_H

#include "../declaration_match.h"
#include "../name_table.h"
#include "gate.h"

/** Names that one finding is about. */
struct declared_names {
	const char **items; /**< malloc'ed; of the arena of the diagnostics. */
	size_t count;
};

/** A version of a symbol that an entry names. */
struct declared_item {
	const struct abilock_entry *entry;
	size_t node;	 /**< Of the declaration; ABILOCK_NO_NODE: none. */
	bool is_default; /**< As abilock_declaration_surface() says. */
	const struct abilock_export *found;
	const struct abilock_export *instead; /**< What is there without being declared. */
	struct declared_item *next;	      /**< Of the same name. */
};

/** A node of the declaration. */
struct declared_node {
	const struct abilock_node *in_file; /**< NULL: it is not there. */
	size_t export_count;
	bool has_entries;		 /**< Global ones. */
	bool is_untagged;		 /**< Private, and in the file without a tag. */
	bool has_marker;		 /**< In the node of the file. */
	const char *tag;		 /**< In the file; NULL: no tag. */
	struct declared_names elsewhere; /**< Its symbols, where the node is not there. */
};

/** A node of the file. */
struct linked_node {
	size_t declared; /**< Of the declaration; ABILOCK_NO_NODE: it is not declared. */
	struct declared_names symbols; /**< What it exports, where it is not declared. */
};

struct declared {
	struct gate *gate;
	const struct abilock_declaration *decl;
	struct abilock_object *object;
	uint32_t first_source; /**< Of the declaration, among those of the gate. */
	struct abilock_place binary;
	bool is_anonymous;
	struct abilock_surface *surface; /**< Of the file. */
	bool *copied;			 /**< See abilock_object_copies(). */
	struct abilock_matcher *matcher;
	struct declared_node *nodes;
	struct linked_node *linked;
	struct declared_item *items;
	size_t item_count;
	struct abilock_name_table names; /**< First item of each name. */
	bool *is_used;			 /**< Of each entry: it takes an export. */
};

/** Where an entry or node stands. */
struct abilock_place declared_place(const struct declared *declared, struct abilock_place place);

/** `NAME@NODE`, as ledgers have it; NULL when memory is out. */
const char *declared_label(const struct declared *declared, const char *name, size_t node);

/** The same for what is in the file; a private node goes by its declared name. */
const char *declared_export_label(const struct declared *declared,
				  const struct abilock_export *export);

/** Add a finding with a fix of its own; @p subject may be NULL where memory is out. */
struct abilock_diagnostic *declared_find(const struct declared *declared, const char *rule,
					 struct abilock_place place, const char *subject,
					 const char *fix, const char *fmt, ...) _printf_(6, 7);

/** Text that lives as long as the findings. */
const char *declared_printf(const struct declared *declared, const char *fmt, ...) _printf_(2, 3);

bool declared_names_push(struct declared_names *names, const char *name);

/** Hang names onto a finding; what is NULL is passed over. */
void declared_set_symbols(const struct declared *declared, struct abilock_diagnostic *diag,
			  const struct declared_names *names);

/** Find the node of the declaration for each of the file. @return 0 or ABILOCK_E_NOMEM. */
int declared_match_nodes(struct declared *declared, struct abilock_error *err) _must_check_;

/** Findings about nodes, behind those about symbols. */
void declared_check_nodes(struct declared *declared);

/** Compare the symbols both ways. */
int declared_check_symbols(struct declared *declared, struct abilock_error *err) _must_check_;

/** Report what is declared and not exported, and why as far as the symbol table tells. */
int declared_check_missing(struct declared *declared, struct abilock_error *err) _must_check_;

/** Compare type and binding of a symbol with the tags of the entry that takes it. */
void declared_check_tags(const struct declared *declared, const struct abilock_entry *entry,
			 const struct abilock_export *export);

#endif
