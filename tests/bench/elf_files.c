/* SPDX-License-Identifier: MIT */
/*
 * Names on the standard input, one a line; those of programs and shared objects on the standard
 * output. What else there is, object files and kernel modules among it, has no dynamic tables.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_loadable(const char *path)
{
	unsigned char head[EI_NIDENT + 2] = {0};
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return 0;
	const ssize_t n = read(fd, head, sizeof(head));
	(void)close(fd);
	/* e_type, in the byte order of the file; both types are less than 256 */
	const unsigned type = head[EI_NIDENT] | head[EI_NIDENT + 1];
	return n == (ssize_t)sizeof(head) && memcmp(head, ELFMAG, SELFMAG) == 0 &&
	       (type == ET_EXEC || type == ET_DYN);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (is_loadable(line))
			puts(line);
	}
	free(line);
	return 0;
}
