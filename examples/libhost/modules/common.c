/* SPDX-License-Identifier: MIT */
/*
 * common: the letter that a file has most of.
 *
 * Needs libhistogram.so.1, which lies beside the modules and is found there, through $ORIGIN in
 * this module's run path. It is PUBLIC all the same: what counts is what it uses of the host.
 */
#include <stdio.h>
#include <string.h>

#include "../tally.h"
#include "histogram.h"

ABILOCK_MODULE("common", PUBLIC);

static void common(const struct tally_file *file, char *result, size_t size)
{
	size_t length, counts[256];
	const unsigned char *data = tally_data(file, &length);
	int best = 'a';

	histogram(data, length, counts);
	for (int c = 'a'; c <= 'z'; c++)
		if (counts[c] > counts[best])
			best = c;
	snprintf(result, size, "%c", best);
	if (strchr(tally_path(file), best))
		snprintf(result, size, "%c, as in its name", best);
}

__attribute__((constructor)) static void start(void)
{
	tally_add_check("common", common);
}
