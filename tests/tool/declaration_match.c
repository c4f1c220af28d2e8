/* SPDX-License-Identifier: MIT */
/*
 * For the tests: which of the symbols on standard input a declaration exports, as
 * `readelf --dyn-syms` names them. Status 1 where the declaration is refused.
 */
#include "../../symbols/declaration_match.h"

static void answer(const struct abilock_declaration *decl, const struct abilock_matcher *matcher,
		   const char *symbol)
{
	const struct abilock_entry *entry = abilock_matcher_find(matcher, symbol);
	const char *node = entry ? decl->nodes[entry->node].name : "";

	if (entry && entry->is_local)
		return;
	printf("%s%s%s\n", symbol, *node ? "@@" : "", node);
}

static int answer_all(const struct abilock_declaration *decl)
{
	_cleanup_(abilock_matcher_freep) struct abilock_matcher *matcher = NULL;
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;

	if (abilock_matcher_new(decl, &matcher, NULL) < 0)
		return 3;
	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		answer(decl, matcher, line);
	}
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	struct abilock_error err = {0};
	int r = argc == 2 ? abilock_declaration_read(argv[1], &decl, &diags, &err)
			  : ABILOCK_E_USAGE;

	if (r == 0)
		return answer_all(decl);
	if (r != ABILOCK_E_SYNTAX)
		return 3;
	abilock_diagnostics_write(&text, &diags, decl->sources, false);
	fwrite(text.data, 1, text.length, stderr);
	return 1;
}
