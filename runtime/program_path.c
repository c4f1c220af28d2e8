/* SPDX-License-Identifier: MIT */
#include "program_path.h"

#include "util.h"

char *abilock_program_path(void)
{
	static const char deleted[] = " (deleted)";
	_cleanup_(freep) char *path = NULL;

	/* readlink() cuts what does not fit: ask again with more room until some is left. */
	for (size_t size = 256;; size *= 2) {
		char *grown = realloc(path, size);

		if (!grown)
			return NULL;
		path = grown;
		ssize_t n = readlink("/proc/self/exe", path, size);
		if (n < 0)
			return strdup("the program");
		if ((size_t)n < size) {
			path[n] = '\0';
			break;
		}
	}
	if (str_ends(path, deleted))
		path[strlen(path) - strlen(deleted)] = '\0';
	return take_ptr(path);
}
