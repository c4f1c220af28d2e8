/* SPDX-License-Identifier: MIT */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int fail(const char *path, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
				 strerror(errno));
}

/* To the end, not to st_size: the file may be a pipe. *ret_bytes: in the arena, with a NUL behind.
 */
static int read_all(int fd, const char *path, size_t guess, struct abilock_arena *arena,
		    char **ret_bytes, size_t *ret_size, struct abilock_error *err)
{
	char *bytes = NULL;
	size_t size = 0, room = 0;
	ssize_t got;

	do {
		if (room - size < 2) {
			room = room ? room * 2 : guess + 2;
			char *grown = abilock_arena_bytes(arena, room);
			if (!grown)
				return abilock_error_nomem(err);
			if (size)
				memcpy(grown, bytes, size);
			bytes = grown;
		}
		got = read(fd, bytes + size, room - size - 1);
		if (got < 0 && errno != EINTR)
			return fail(path, err);
		size += got > 0 ? (size_t)got : 0;
	} while (got != 0);
	bytes[size] = '\0';
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static unsigned long line_at(const char *bytes, const char *at)
{
	unsigned long line = 1;

	for (; (bytes = memchr(bytes, '\n', (size_t)(at - bytes))); bytes++)
		line++;
	return line;
}

int deb_textfile_read(struct deb_textfile *file, struct abilock_arena *arena, const char *path,
		      struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	size_t size = 0;
	char *bytes = NULL;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(path, err);
	int r = read_all(fd, path, (size_t)st.st_size, arena, &bytes, &size, err);
	if (r < 0)
		return r;
	const char *nul = memchr(bytes, '\0', size);
	if (nul)
		return abilock_error_set_line(err, path, line_at(bytes, nul), 1,
					      "a NUL byte: this is no text file");
	*file = (struct deb_textfile){.path = path, .next = bytes, .end = bytes + size};
	return 0;
}

int deb_textfile_open(struct deb_textfile *file, struct abilock_arena *arena, const char *path,
		      const char *bytes, size_t size, struct abilock_error *err)
{
	char *text = abilock_arena_strndup(arena, bytes, size);

	if (!text)
		return abilock_error_nomem(err);
	*file = (struct deb_textfile){.path = path, .next = text, .end = text + size};
	return 0;
}

char *deb_textfile_line(struct deb_textfile *file)
{
	char *line = file->next;

	if (line == file->end)
		return NULL;
	char *newline = memchr(line, '\n', (size_t)(file->end - line));
	if (newline)
		*newline = '\0';
	file->next = newline ? newline + 1 : file->end;
	file->line++;
	return line;
}
