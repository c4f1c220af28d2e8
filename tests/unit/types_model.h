/* SPDX-License-Identifier: MIT */
/* A model of types from lines, for the tests of types. */
#ifndef ABILOCK_TESTS_TYPES_MODEL_H
#define ABILOCK_TESTS_TYPES_MODEL_H

#include <check.h>

#include "types/types_fingerprint.h"
#include "types/types_text.h"

static struct abilock_error err;

/* Lines, and types of symbols; NULL ends the list. */
static struct abilock_types *model(const char *lines, const char *const *symbols)
{
	_cleanup_(abilock_types_reader_deinit) struct abilock_types_reader reader = {0};
	_cleanup_(freep) char *copy = strdup(lines);
	struct abilock_types *types = NULL;
	char *rest = copy;
	size_t count = 0;

	while (symbols && symbols[count])
		count++;
	ck_assert_int_eq(abilock_types_new(count, &types, &err), 0);
	for (size_t i = 0; i < count; i++)
		types->symbols[i].type =
			abilock_types_intern(types, symbols[i], strlen(symbols[i]));
	reader.types = types;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (!*line)
			continue;
		int r = abilock_types_read_line(&reader, line, &err);
		ck_assert_msg(r == 0, "%s: %s", line, err.message);
	}
	ck_assert_int_eq(abilock_types_read_end(&reader, &err), 0);
	ck_assert_int_eq(abilock_types_finish(types, &err), 0);
	return types;
}

#endif
