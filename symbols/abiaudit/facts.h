/* SPDX-License-Identifier: MIT */
/*
 * What is worth knowing about an object and shows in no list of its symbols. A fact is no mistake;
 * docs/facts.md says for each what follows from it.
 */
#ifndef ABIAUDIT_FACTS_H
#define ABIAUDIT_FACTS_H

#include "object.h"

/** In the order in which they are told. The names (fact_name()) are stable. */
enum fact_code {
	FACT_NO_SECTION_HEADERS,
	FACT_SECTIONS_DIFFER,
	FACT_SONAME_NOT_BASE,
	FACT_BASE_VERSION_LEAK,
	FACT_TWO_DEFAULTS,
	FACT_NODE_FLAGGED_WEAK,
	FACT_NODE_WITHOUT_SYMBOLS,
	FACT_NODE_SYMBOL,
	FACT_UNIQUE_SYMBOL,
	FACT_NEED_FLAGGED_WEAK,
	FACT_NEED_WITHOUT_FILE,
	FACT_DLOPEN_NOTE,
	FACT_PACKAGE_NOTE,
	FACT_COUNT
};

/** Stable name of a code, such as "two-defaults". */
const char *fact_name(enum fact_code code);

struct fact {
	enum fact_code code;
	const char *subject; /**< A symbol, or a part of the file; NULL where there is none. */
	const char *text;    /**< One line; the text of a note. */
	const char **names;  /**< Symbols or nodes that it is about: all of them. */
	size_t name_count;
};

/** Initialise with `{ 0 }`. Release with facts_deinit(). */
struct facts {
	struct abilock_arena arena;
	struct fact *items;
	size_t count;
};

void facts_deinit(struct facts *facts);

/**
 * Find the facts about an object.
 *
 * @param object    As loaded. Facts borrow from it, and must not outlive it.
 * @param sections  The same file by its section headers; NULL where they cannot be read.
 * @param damage    Why they cannot be read; used where @p sections is NULL.
 */
int facts_read(struct abilock_object *object, struct abilock_object *sections,
	       const struct abilock_error *damage, struct facts *ret_facts,
	       struct abilock_error *err) _must_check_;

#endif
