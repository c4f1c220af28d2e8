/* SPDX-License-Identifier: MIT */
/*
 * third: each line from back to front. A module of somebody else's, for the kettle that is
 * installed: it is built with kettle-host.pc, by any of the build files beside it.
 *
 * Uses released nodes only, and says PUBLIC: it is good for every later kettle, too.
 */
#include <kettle.h>
#include <string.h>

ABILOCK_MODULE("third", PUBLIC);

static void third(struct kettle_line *line)
{
	const char *text = kettle_text(line);
	char back[256] = "";
	size_t length = strlen(text);

	for (size_t i = 0; i < length && length < sizeof(back); i++)
		back[i] = text[length - 1 - i];
	kettle_set_text(line, back);
}

__attribute__((constructor)) static void start(void)
{
	kettle_add_filter("third", third);
}
