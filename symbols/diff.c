/* SPDX-License-Identifier: MIT */
#include "diff.h"

#include <errno.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

extern char **environ;

/* A file without a name, from which diff reads a text. @return Its descriptor, or -1. */
static int open_text(const struct abilock_text *text)
{
	_cleanup_(closep) int fd = memfd_create("abiaudit", 0);
	size_t done = 0;

	while (fd >= 0 && done < text->length) {
		ssize_t written = write(fd, text->data + done, text->length - done);

		if (written < 0 && errno != EINTR)
			return -1;
		done += written > 0 ? (size_t)written : 0;
	}
	int owned = fd;
	fd = -1;
	return owned;
}

static int fail(const char *what, int number, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "%s: %s", what,
				 strerror(number));
}

static int run(char **argv, int to, struct abilock_error *err)
{
	posix_spawn_file_actions_t actions;
	int status = 0;
	pid_t child;

	int r = posix_spawn_file_actions_init(&actions);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (r != 0)
		return fail("cannot run diff", r, err);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return fail("cannot wait for diff", errno, err);
	/* 1: there is a difference. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return abilock_error_set(err, ABILOCK_E_IO, NULL, NULL, 0, "diff failed");
	return 0;
}

int abilock_diff(int to, const struct abilock_text *old, const char *old_label,
		 const struct abilock_text *new, const char *new_label, struct abilock_error *err)
{
	_cleanup_(closep) int old_fd = open_text(old);
	_cleanup_(closep) int new_fd = open_text(new);
	char old_path[32], new_path[32];
	char *argv[] = {"diff",	  "-u",	    "-L", (char *)old_label, "-L", (char *)new_label, "--",
			old_path, new_path, NULL};

	if (old_fd < 0 || new_fd < 0)
		return fail("cannot keep a text for diff", errno, err);
	(void)snprintf(old_path, sizeof(old_path), "/proc/self/fd/%d", old_fd);
	(void)snprintf(new_path, sizeof(new_path), "/proc/self/fd/%d", new_fd);
	return run(argv, to, err);
}
