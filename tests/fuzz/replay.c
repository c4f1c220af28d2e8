/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over the files of the folders on the command line, once each: the corpus as
 * a test, with any compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "../../symbols/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void dir_closep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* Bytes of their own size, so that a sanitizer sees a read behind the last one. */
static bool replay_file(const char *path)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "r");
	struct stat st;

	if (!file || fstat(fileno(file), &st) < 0)
		return false;
	size_t size = (size_t)st.st_size;
	_cleanup_(freep) uint8_t *bytes = malloc(size ? size : 1);
	if (!bytes || fread(bytes, 1, size, file) != size)
		return false;
	return LLVMFuzzerTestOneInput(bytes, size) == 0;
}

static bool replay_folder(const char *folder, size_t *count)
{
	_cleanup_(dir_closep) DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir) {
		fprintf(stderr, "replay: %s: %s\n", folder, strerror(errno));
		return false;
	}
	while ((entry = readdir(dir))) {
		_cleanup_(freep) char *path = NULL;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
			return false;
		if (!replay_file(path)) {
			fprintf(stderr, "replay: %s: cannot read\n", path);
			return false;
		}
		++*count;
	}
	return true;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++)
		if (!replay_folder(argv[i], &count))
			return EXIT_FAILURE;
	printf("%zu inputs replayed\n", count);
	return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
