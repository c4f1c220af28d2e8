/* SPDX-License-Identifier: MIT */
/*
 * The inside of a private node as text: its entries with the comments that belong to them, so that
 * it can be written again with other entries.
 */
#ifndef VERSIONGEN_COLLECT_NODE_H
#define VERSIONGEN_COLLECT_NODE_H

#include "../../symbols/declaration.h"
#include "../../symbols/name_table.h"

/** A part of a text. */
struct node_text {
	const char *text;
	size_t length; /**< 0: there is none. */
};

/** Parts of a text, malloc'ed. */
struct node_texts {
	struct node_text *items;
	size_t count;
};

/** A comment that names a file, on a line of its own: what is below it is declared there. */
struct node_heading {
	const char *name;	 /**< The file. */
	struct node_texts above; /**< Comments directly above it. */
};

/** A global entry. */
struct node_item {
	const char *name;		   /**< As it is written, with quotes. */
	const struct abilock_entry *entry; /**< NULL: not in the declaration yet. */
	const char *heading;		   /**< Name of the heading that it stands under, or "". */
	const char *header;		   /**< File that the comment on its line names, or "". */
	struct node_texts above;	   /**< Comments directly above it. */
	struct node_text comment;	   /**< On its line. */
	struct node_text raw;	  /**< From the name to the end of the comment; length 0 where other
				     entries stand in the same line. */
	struct node_text written; /**< From the name to the `;`, where comments stand between
				     them; else length 0. */
	size_t index;		  /**< Of the entry among those that were handed in. */
	bool is_dropped;	  /**< Is not written. */
	bool has_type;		  /**< @p type is to be said; false leaves what there is. */
	uint8_t type;		  /**< STT_FUNC, STT_OBJECT, STT_TLS or STT_GNU_IFUNC. */
	size_t order;		  /**< Where it stands among the items. */
};

/** An entry of the declaration, and where its name begins in the text. */
struct node_entry {
	const char *at;
	const struct abilock_entry *entry;
};

/** Initialise with `{ 0 }`, release with node_model_deinit(). */
struct node_model {
	struct abilock_arena *arena;  /**< Borrowed; owns the strings. */
	struct node_text behind_open; /**< Comments in the line of the brace. */
	struct node_texts head;	      /**< Comments in front of the label, or of all entries. */
	bool has_label;		      /**< `global:` */
	const char *label_indent;
	struct node_texts notes;       /**< Comments behind the label that belong to no entry. */
	struct node_texts others;      /**< Includes and extern blocks: kept as they are. */
	struct node_texts local;       /**< Each from `local:` to the next label or the end. */
	struct node_heading *headings; /**< malloc'ed. */
	size_t heading_count;
	struct abilock_name_table heading_of; /**< Index into headings, plus 1. */
	struct node_item *items;	      /**< malloc'ed. */
	size_t item_count;
	const char *indent;	 /**< In front of an entry. */
	unsigned comment_column; /**< Of the comments on the lines of entries, from 0. */
};

void node_model_deinit(struct node_model *model);

/** How a node looks that is not there yet. */
void node_model_init(struct node_model *model, struct abilock_arena *arena);

/**
 * Read the inside of a node.
 *
 * @param text     Between the braces; must outlive the model.
 * @param entries  The global entries of the node that stand in this text, in its order. Those of
 *                 extern blocks become no items.
 * @return 0, ABILOCK_E_NOMEM, or ABILOCK_E_UNSUPPORTED where the text is not what the entries say.
 */
int node_model_read(struct node_model *model, struct abilock_arena *arena, struct node_text text,
		    const struct node_entry *entries, size_t entry_count,
		    struct abilock_error *err) _must_check_;

/** The heading of a name, or NULL. */
static inline struct node_heading *node_model_heading(const struct node_model *model,
						      const char *name)
{
	const uintptr_t index = (uintptr_t)abilock_name_table_find(&model->heading_of, name);

	return index ? &model->headings[index - 1] : NULL;
}

/** Append an item; set its other members afterwards. @return It, or NULL when memory is out. */
struct node_item *node_model_add(struct node_model *model, const char *name);

/**
 * Sort the items by heading, header and name, each by its bytes; what has none comes first.
 *
 * @return Whether anything has changed since the text was read: the order, an item that is new or
 *         dropped, a type, or the place of a heading.
 */
bool node_model_sort(struct node_model *model);

/** Write the inside of the node, from behind `{` to the line of `}`. After node_model_sort(). */
void node_model_write(const struct node_model *model, struct abilock_text *out);

/** Whether an item of the declaration is of another type than it says there. */
static inline bool node_item_has_new_type(const struct node_item *item)
{
	return item->has_type && item->entry && item->entry->tags.type != item->type;
}

/** The tag for a type, or "" for a function. */
const char *node_type_tag(uint8_t type);

#endif
