/* SPDX-License-Identifier: MIT */
/*
 * spell: corrects words that libdict.so.1 knows.
 *
 * The library lies beside the modules and is found there, through $ORIGIN in this module's run
 * path. When the lock refuses spell, the library is not loaded either.
 */
#include <string.h>

#include "../kettle_private.h"
#include "dict.h"

ABILOCK_MODULE("spell", PRIVATE);

static void spell(struct kettle_line *line)
{
	char text[sizeof(line->text)] = "";
	char *rest = line->text;

	for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
		/* A correction may be longer than the word; what does not fit is cut off. */
		strncat(text, dict_correct(word), sizeof(text) - strlen(text) - 1);
		if (rest)
			strncat(text, " ", sizeof(text) - strlen(text) - 1);
	}
	/* The same line, the other way that the private node offers. */
	kettle_set_text(kettle_current, text);
}

__attribute__((constructor)) static void start(void)
{
	kettle_add_filter("spell", spell);
}
