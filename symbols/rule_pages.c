/* SPDX-License-Identifier: MIT */
#include "rule_pages.h"

static int compare(const void *id, const void *page)
{
	return strcmp(id, ((const struct abilock_rule_page *)page)->id);
}

const char *abilock_rule_page_body(const char *id)
{
	const struct abilock_rule_page *page =
		bsearch(id, abilock_rule_pages, abilock_rule_page_count, sizeof(*page), compare);
	const char *body = page ? strstr(page->text, "\n## ") : NULL;

	return body ? body + 1 : NULL;
}
