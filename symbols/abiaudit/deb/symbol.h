/* SPDX-License-Identifier: MIT */
/* One symbol or pattern of a symbols file: its line, read and written. Source: deb-symbols(5),
 * deb-src-symbols(5). */
#ifndef ABIAUDIT_DEB_SYMBOL_H
#define ABIAUDIT_DEB_SYMBOL_H

#include "arch.h"
#include "arena.h"
#include "text.h"

struct deb_pattern;

/** `name` or `name=value` in front of a template's symbol. */
struct deb_tag {
	const char *name;
	const char *value; /**< NULL: none. */
};

/** One line, `(TAGS)SYMBOL@NODE MINVER [ID]`. */
struct deb_symbol {
	const char
		*name; /**< With its node: `foo@FOO_1.0`, `foo@Base`. What a pattern looks for. */
	const char *minver;
	unsigned dependency; /**< Which template: 0 is the main one. */
	bool found;	     /**< The library has it: see merge.h. */
	char quote;	     /**< Around the spelling, or 0. */
	const char *missing; /**< `#MISSING: V#`: the version V that lost it; else NULL. */

	const char *spelling;	    /**< The name as the template has it; NULL: as it is. */
	const struct deb_tag *tags; /**< In the order of the line; no name twice. */
	size_t tag_count;
	struct deb_pattern *pattern;	    /**< NULL for a symbol. */
	const struct deb_symbol *made_from; /**< The pattern that a found symbol fell under. */
	const char *file;		    /**< Where it stands; NULL where it was found. */
	unsigned long line;
};

/** The tag of that name, or NULL. */
const struct deb_tag *deb_symbol_tag(const struct deb_symbol *symbol, const char *name);

/** Add a tag, or give it another value where it is there. */
int deb_symbol_add_tag(struct deb_symbol *symbol, struct abilock_arena *arena, struct deb_tag tag,
		       struct abilock_error *err) _must_check_;

/** Drop the tags that limit a symbol to some architectures. */
int deb_symbol_drop_arch(struct deb_symbol *symbol, struct abilock_arena *arena,
			 struct abilock_error *err) _must_check_;

/**
 * Read `(tag|name=value)` and add the tags to a symbol.
 *
 * @param text  Changed: the tags borrow from it.
 * @param[out] ret_rest  What follows; @p text when there are no tags.
 * @return 1 there were tags, 0 there were none, or ABILOCK_E_NOMEM.
 */
int deb_symbol_parse_tags(struct deb_symbol *symbol, struct abilock_arena *arena, char *text,
			  char **ret_rest, struct abilock_error *err) _must_check_;

/**
 * Read what follows the blank or the `#MISSING: V#` of a line.
 *
 * @param symbol  May have tags already: those of the `#include` that led here.
 * @param text    Changed on success: the symbol borrows from it.
 * @return 1, 0 where the text is no symbol, ABILOCK_E_NOMEM, or ABILOCK_E_SYNTAX.
 */
int deb_symbol_parse(struct deb_symbol *symbol, struct abilock_arena *arena, char *text,
		     struct abilock_error *err) _must_check_;

/** Whether a symbol should be there on an architecture, by its tags. */
bool deb_symbol_is_for(const struct deb_symbol *symbol, const struct deb_arch *arch);

/** What lists are sorted by. */
static inline const char *deb_symbol_key(const struct deb_symbol *symbol)
{
	return symbol->spelling ? symbol->spelling : symbol->name;
}

/** Write the line, without a newline; with tags and quotes where @p as_template. */
void deb_symbol_write(const struct deb_symbol *symbol, bool as_template, struct abilock_text *text);

#endif
