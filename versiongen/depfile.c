/* SPDX-License-Identifier: MIT */
#include "depfile.h"

/*
 * Make halves backslashes in front of a space and of `#`, and takes all others as they are. Of `:`
 * it knows the backslash too, and so do ninja and CMake.
 */
static void put_name(FILE *file, const char *name)
{
	size_t backslashes = 0;

	for (; *name; name++) {
		if (*name == '\\') {
			backslashes++;
		} else {
			if (strchr(" \t#", *name))
				for (size_t i = 0; i < backslashes; i++)
					(void)putc('\\', file);
			if (strchr(" \t#:", *name))
				(void)putc('\\', file);
			else if (*name == '$')
				(void)putc('$', file);
			backslashes = 0;
		}
		(void)putc(*name, file);
	}
}

static int check_name(const char *name, struct abilock_error *err)
{
	if (!strpbrk(name, "\n\r"))
		return 0;
	return abilock_error_set(err, ABILOCK_E_USAGE, name, NULL, 0,
				 "a dependency file cannot name a file with a newline in its name");
}

int depfile_write(FILE *file, const char *output, const char *const *files, size_t count,
		  size_t sources, struct abilock_error *err)
{
	int r = check_name(output, err);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = check_name(files[i], err);
	if (r < 0)
		return r;
	put_name(file, output);
	(void)putc(':', file);
	for (size_t i = 0; i < count; i++) {
		(void)fputs(" \\\n ", file);
		put_name(file, files[i]);
	}
	(void)putc('\n', file);
	for (size_t i = sources; i < count; i++) {
		(void)putc('\n', file);
		put_name(file, files[i]);
		(void)fputs(":\n", file);
	}
	return 0;
}
