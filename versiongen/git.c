/* SPDX-License-Identifier: MIT */
#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

extern char **environ;

static int fail(struct abilock_error *err, const char *dir, const char *text, const char *detail)
{
	return abilock_error_set(err, ABILOCK_E_IO, dir, NULL, 0, "%s: %s", text, detail);
}

/*
 * The environment for git: without the variables that point it to another repository (a hook or
 * `git rebase --exec` sets them), but with the user's configuration, where safe.directory stands.
 */
static char **git_environment(void)
{
	static const char *const kept[] = {"GIT_CONFIG_", "GIT_EXEC_PATH",
					   "GIT_CEILING_DIRECTORIES",
					   "GIT_DISCOVERY_ACROSS_FILESYSTEM"};
	static char locale[] = "LC_ALL=C", locks[] = "GIT_OPTIONAL_LOCKS=0";
	size_t count = 0, n = 0;

	while (environ && environ[count])
		count++;
	char **env = calloc(count + 3, sizeof(*env));
	for (size_t i = 0; env && i < count; i++) {
		bool keep = !str_starts(environ[i], "GIT_") && !str_starts(environ[i], "LC_ALL=");

		for (size_t k = 0; k < ARRAY_SIZE(kept); k++)
			keep |= str_starts(environ[i], kept[k]);
		if (keep)
			env[n++] = environ[i];
	}
	if (env) {
		env[n++] = locale;
		env[n] = locks;
	}
	return env;
}

static int spawn_git(const char *const *argv, int in, int out, int errors, pid_t *ret_pid)
{
	_cleanup_(freep) char **env = git_environment();
	posix_spawn_file_actions_t actions;

	if (!env || posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	int r = in >= 0 ? posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)
			: posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
							   O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	if (r == 0)
		r = posix_spawnp(ret_pid, "git", &actions, NULL, (char *const *)argv, env);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

void git_first_line(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

int git_run(const char *dir, const char *const *args, int in, int *ret_out,
	    struct abilock_error *err)
{
	_cleanup_(closep) int out = memfd_create("git", MFD_CLOEXEC);
	_cleanup_(closep) int errors = memfd_create("git", MFD_CLOEXEC);
	char words[256];
	const char *argv[40] = {"git", "-C", dir};
	size_t argc = 3;
	pid_t pid;
	int status = 0, r;

	for (; *args && argc + 1 < ARRAY_SIZE(argv); args++)
		argv[argc++] = *args;
	if (out < 0 || errors < 0)
		return fail(err, dir, "memfd", strerror(errno));
	r = spawn_git(argv, in, out, errors, &pid);
	if (r != 0)
		return fail(err, dir, "cannot run git", strerror(r));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(err, dir, "git", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		git_first_line(errors, words, sizeof(words));
		return fail(err, dir, "git cannot tell the tag", words[0] ? words : "it failed");
	}
	*ret_out = out;
	out = -1;
	return 0;
}

int git_line(const char *dir, const char *const *args, int in, char *buf, size_t size,
	     struct abilock_error *err)
{
	_cleanup_(closep) int out = -1;
	int r = git_run(dir, args, in, &out, err);

	if (r == 0)
		git_first_line(out, buf, size);
	return r;
}
