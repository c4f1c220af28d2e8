/* SPDX-License-Identifier: MIT */
/* Writing an index so that whoever looks sees the old one or the new one. */
#include "index_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

static int fail(const char *path, const char *what, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot %s: %s", what,
				 strerror(errno));
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* The name itself must last as well. Not every file system can do that. */
static void sync_directory(const char *path)
{
	_cleanup_(freep) char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;

	if (slash)
		slash[slash == directory] = '\0';
	_cleanup_(closep) int fd =
		open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)fsync(fd);
}

/* Room for the longest suffix: two numbers in hex. */
enum { SUFFIX_SIZE = 2 + 8 + 1 + 16 + 1 };

/* A file that nobody else has, with the mode that the umask allows; mkstemp() makes it private. */
static int create(const char *path, char *temporary, size_t size)
{
	for (unsigned tries = 0;; tries++) {
		struct timespec now;

		(void)clock_gettime(CLOCK_REALTIME, &now);
		(void)snprintf(temporary, size, "%s.%x-%lx", path, (unsigned)getpid(),
			       (unsigned long)now.tv_nsec);
		int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd >= 0 || errno != EEXIST || tries == 100)
			return fd;
	}
}

/* The checksum is made here: nobody asks for that of an index in memory. */
static bool write_index(int fd, const struct abilock_index *index)
{
	struct abilock_index_header header;

	memcpy(&header, index->bytes, sizeof(header));
	header.checksum = abilock_index_checksum(index->bytes, index->size);
	return write_all(fd, (const uint8_t *)&header, sizeof(header)) &&
	       write_all(fd, index->bytes + sizeof(header), index->size - sizeof(header));
}

static int write_temporary(const struct abilock_index *index, const char *path, char *temporary,
			   size_t size, int *ret_fd, struct abilock_error *err)
{
	_cleanup_(closep) int fd = create(path, temporary, size);

	if (fd < 0)
		return fail(path, "create a file beside it", err);
	if (!write_index(fd, index) || fsync(fd) < 0 || rename(temporary, path) < 0) {
		int r = fail(path, "write", err);

		(void)unlink(temporary);
		return r;
	}
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int abilock_index_write_open(const struct abilock_index *index, const char *path, int *ret_fd,
			     struct abilock_error *err)
{
	const size_t size = strlen(path) + SUFFIX_SIZE;
	_cleanup_(freep) char *temporary = malloc(size);

	if (!temporary)
		return abilock_error_nomem(err);
	int r = write_temporary(index, path, temporary, size, ret_fd, err);
	if (r >= 0)
		sync_directory(path);
	return r;
}

int abilock_index_write(const struct abilock_index *index, const char *path,
			struct abilock_error *err)
{
	_cleanup_(closep) int fd = -1;

	return abilock_index_write_open(index, path, &fd, err);
}
