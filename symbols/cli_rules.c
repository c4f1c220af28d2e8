/* SPDX-License-Identifier: MIT */
#include "cli_rules.h"

#include "diagnostics_format.h"
#include "rule_pages.h"

int abilock_rules_list(struct abilock_rules rules)
{
	for (size_t i = 0; i < rules.count; i++)
		printf("%-24s %-8s %s\n", rules.items[i].id,
		       abilock_level_name(rules.items[i].level), rules.items[i].summary);
	return ABILOCK_EXIT_OK;
}

int abilock_rules_explain(const struct abilock_invocation *inv, struct abilock_rules rules,
			  const char *id)
{
	const struct abilock_rule *rule = abilock_rule_find(rules.items, rules.count, id);
	const char *body = abilock_rule_page_body(id);

	if (!rule)
		return abilock_cli_usage(inv, "there is no rule '%s': see --list-rules", id);
	printf("%s (%s)\n\n%s.\n\nWhat to do: %s.\n\nPage: docs/rules/%s.md\n", rule->id,
	       abilock_level_name(rule->level), rule->summary, rule->fix, rule->id);
	if (body)
		printf("\n%s", body);
	return ABILOCK_EXIT_OK;
}

static bool is_level(const char *name)
{
	return str_eq(name, "error") || str_eq(name, "warning") || str_eq(name, "note");
}

int abilock_rules_check_levels(const struct abilock_invocation *inv, int id, const char *option,
			       struct abilock_rules rules)
{
	for (size_t i = 0; i < inv->option_count; i++) {
		const char *what = inv->options[i].value;

		if (inv->options[i].id == id && !is_level(what) &&
		    !abilock_rule_find(rules.items, rules.count, what))
			return abilock_cli_usage(
				inv, "%s %s: there is no such rule or level: see --list-rules",
				option, what);
	}
	return -1;
}

void abilock_rules_raise(const struct abilock_invocation *inv, int id,
			 struct abilock_diagnostics *diags, struct abilock_rules rules)
{
	for (size_t i = 0; i < inv->option_count; i++)
		if (inv->options[i].id == id)
			(void)diagnostics_raise(diags, inv->options[i].value, rules.items,
						rules.count);
}
