/* SPDX-License-Identifier: MIT */
/*
 * tally: what modules have to say about files. All of it is in libtally; this is its program.
 *
 *	tally [-d DIR] [-m MODULE]... FILE...
 *
 * Exit status: 0; 1 when a module is refused or cannot be loaded (no file is read then), or a file
 * cannot be read; 2 for wrong usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tally.h"

#ifdef _WIN32
#define MODULE_FILE "%s/%s.dll"
#else
#define MODULE_FILE "%s/%s.so"
#endif

static int load(const char *dir, const char *module)
{
	char path[4096];

	snprintf(path, sizeof(path), MODULE_FILE, dir, module);
	const char *why_not = tally_load(path);
	if (!why_not)
		return 0;
	fprintf(stderr, "tally: %s\n", why_not);
	return 1;
}

int main(int argc, char **argv)
{
	const char *dir = TALLY_MODULES; /* set by the build */
	int failed = 0, letter;

	/* -d counts for the -m behind it. */
	while ((letter = getopt(argc, argv, "d:m:")) != -1) {
		if (letter == 'd') {
			dir = optarg;
		} else if (letter == 'm') {
			failed |= load(dir, optarg);
		} else {
			fprintf(stderr, "usage: tally [-d DIR] [-m MODULE]... FILE...\n");
			return 2;
		}
	}
	for (int i = optind; i < argc && !failed; i++)
		if (tally_file(argv[i]) < 0) {
			fprintf(stderr, "tally: %s: %s\n", argv[i], strerror(errno));
			failed = 1;
		}
	tally_free();
	return failed;
}
