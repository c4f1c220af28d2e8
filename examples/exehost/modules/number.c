/* SPDX-License-Identifier: MIT */
/*
 * number: drops empty lines and numbers the others.
 *
 * Reads the members of struct kettle_line, which another commit may lay out differently, so it says
 * PRIVATE: it belongs to the kettle that it was built with.
 */
#include <stdio.h>

#include "../kettle_private.h"

ABILOCK_MODULE("number", PRIVATE);

static void number(struct kettle_line *line)
{
	char text[300];

	if (line->text[0] == '\0') {
		kettle_drop();
		return;
	}
	snprintf(text, sizeof(text), "%lu %s", line->number - kettle_totals.dropped, line->text);
	kettle_set_text(line, text);
}

__attribute__((constructor)) static void start(void)
{
	kettle_add_filter("number", number);
}
