/* SPDX-License-Identifier: MIT */
/* A filter for the tests: each line is a dependency field; written are its parts simplified, then
 * sorted, or `error`. */
#include "deb/dependency.h"

static bool answer(const char *line)
{
	_cleanup_(deb_dependencies_deinit) struct deb_dependencies field = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (deb_dependencies_parse(line, false, &field, NULL) < 0)
		return puts("error") >= 0;
	deb_dependencies_print(&field, &text);
	abilock_text_puts(&text, "\t");
	deb_dependencies_simplify(&field);
	deb_dependencies_print(&field, &text);
	abilock_text_puts(&text, "\t");
	deb_dependencies_sort(&field);
	deb_dependencies_print(&field, &text);
	return !text.failed && printf("%.*s\n", (int)text.length, text.data) >= 0;
}

int main(void)
{
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!answer(line))
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
