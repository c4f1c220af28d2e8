/* SPDX-License-Identifier: MIT */
/*
 * shout: upper case, and what `-o shout=TEXT` says at the end of each line.
 *
 * Uses released nodes only, so it says PUBLIC: one build of this file serves every kettle from 1.1
 * on.
 */
#include <ctype.h>
#include <stdio.h>

#include "../kettle.h"

ABILOCK_MODULE("shout", PUBLIC);

static void shout(struct kettle_line *line)
{
	const char *mark = kettle_option("shout");
	char text[256];

	snprintf(text, sizeof(text), "%s%s", kettle_text(line), mark ? mark : "");
	for (char *p = text; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	kettle_set_text(line, text);
}

__attribute__((constructor)) static void start(void)
{
	kettle_add_filter("shout", shout);
}
