/* SPDX-License-Identifier: MIT */
/*
 * Inside of the model of a private node: what is in a comment. A comment is handed over with its
 * marks, `#` or those of a block.
 */
#ifndef VERSIONGEN_COLLECT_COMMENT_H
#define VERSIONGEN_COLLECT_COMMENT_H

#include "collect_node.h"

/** Columns from one stop of tabulators to the next. */
enum { NODE_TAB = 8 };

bool node_text_is(struct node_text text, const char *s);
bool node_text_starts(struct node_text text, const char *s);

/** The comment without its marks. */
struct node_text comment_inside(struct node_text comment);

/** Take the first word off. @return Whether there was one. */
bool comment_take_word(struct node_text *rest, struct node_text *word);

/** Whether a word is the type of a symbol. */
bool comment_is_type(struct node_text word);

/** Whether a word is any tag; a file name is none. */
bool comment_is_tag(struct node_text word);

/** Whether a comment consists of tags and file names only, and of at least one. */
bool comment_is_tags(struct node_text comment);

/** Whether it is a file name and nothing else. */
bool comment_is_heading(struct node_text comment);

/** Whether it declares a symbol of its own, whatever is below it: `unversioned: NAME`. */
bool comment_is_unversioned(struct node_text comment);

/** The file that a comment of tags names, or "". NULL when memory is out. */
const char *comment_file(struct abilock_arena *arena, struct node_text comment);

#endif
