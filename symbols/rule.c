/* SPDX-License-Identifier: MIT */
#include "rule.h"

static int compare(const void *id, const void *rule)
{
	return strcmp(id, ((const struct abilock_rule *)rule)->id);
}

const struct abilock_rule *abilock_rule_find(const struct abilock_rule *rules, size_t count,
					     const char *id)
{
	return bsearch(id, rules, count, sizeof(*rules), compare);
}
