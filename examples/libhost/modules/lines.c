/* SPDX-License-Identifier: MIT */
/*
 * lines: how many lines a file has.
 *
 * Uses released nodes only, so it says PUBLIC: one build of this file serves every libtally from
 * 1.1 on.
 */
#include <stdio.h>

#include "../tally.h"

ABILOCK_MODULE("lines", PUBLIC);

static void lines(const struct tally_file *file, char *result, size_t size)
{
	size_t length, count = 0;
	const unsigned char *data = tally_data(file, &length);

	for (size_t i = 0; i < length; i++)
		count += data[i] == '\n';
	snprintf(result, size, "%zu", count);
}

__attribute__((constructor)) static void start(void)
{
	tally_add_check("lines", lines);
}
