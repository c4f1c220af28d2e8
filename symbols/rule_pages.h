/* SPDX-License-Identifier: MIT */
/* The pages of docs/rules, for `--explain` where no documentation is installed. */
#ifndef ABILOCK_SYMBOLS_RULE_PAGES_H
#define ABILOCK_SYMBOLS_RULE_PAGES_H

#include "util.h"

struct abilock_rule_page {
	const char *id;	  /**< Of the rule. */
	const char *text; /**< Markdown, as the file has it. */
};

/** Sorted by id. Made from the folder by cmake/rule_pages.cmake. */
extern const struct abilock_rule_page abilock_rule_pages[];
extern const size_t abilock_rule_page_count;

/** What a page says behind its title, level and summary; NULL: the rule has no page. */
const char *abilock_rule_page_body(const char *id);

#endif
