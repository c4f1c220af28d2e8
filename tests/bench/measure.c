/* SPDX-License-Identifier: MIT */
/*
 * Run a command and print what it took, on one line:
 *
 *   measure [-s] [-C FOLDER] [-i INPUT] COMMAND [ARGUMENT...]
 *   WALL_NS USER_US SYSTEM_US PEAK_KIB STATUS
 *
 * The command reads INPUT (default: nothing) and writes to /dev/null, messages too. The times are
 * of the command and of all that it waited for; the peak is that of the largest process among them.
 * With -s the command says itself how long what counts took: it writes nanoseconds to the
 * descriptor that BENCH_CLOCK_FD in its environment names. STATUS is 128 + the number of the signal
 * that ended the command, and 127 when it cannot be run.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_FD = 9 };

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t in_us(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static void run(char **command, int in, int out, int clock)
{
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || (clock >= 0 && dup2(clock, CLOCK_FD) < 0))
		_exit(127);
	(void)execvp(command[0], command);
	_exit(127);
}

/* What the command wrote; 0 where it is no number. */
static int64_t read_clock(int fd)
{
	char text[32] = "";

	return read(fd, text, sizeof(text) - 1) > 0 ? strtoll(text, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	const char *folder = NULL, *input = "/dev/null";
	struct rusage usage;
	int option, state, clock[2] = {-1, -1};

	while ((option = getopt(argc, argv, "+C:i:s")) != -1) {
		if (option == 'C')
			folder = optarg;
		else if (option == 'i')
			input = optarg;
		else if (option == 's' && pipe2(clock, O_CLOEXEC) == 0)
			(void)setenv("BENCH_CLOCK_FD", "9", 1);
		else
			return 2;
	}
	if (optind == argc) {
		fprintf(stderr,
			"usage: measure [-s] [-C FOLDER] [-i INPUT] COMMAND [ARGUMENT...]\n");
		return 2;
	}
	const int in = open(input, O_RDONLY | O_CLOEXEC);
	const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (in < 0 || out < 0 || (folder && chdir(folder) < 0)) {
		fprintf(stderr, "measure: %s: %s\n", in < 0 ? input : folder, strerror(errno));
		return 3;
	}

	const int64_t start = now_ns();
	const pid_t child = fork();
	if (child == 0)
		run(argv + optind, in, out, clock[1]);
	if (child < 0 || wait4(child, &state, 0, &usage) < 0) {
		fprintf(stderr, "measure: %s: %s\n", argv[optind], strerror(errno));
		return 3;
	}
	const int64_t wall = clock[1] < 0	    ? now_ns() - start
			     : close(clock[1]) == 0 ? read_clock(clock[0])
						    : 0;
	printf("%" PRId64 " %" PRId64 " %" PRId64 " %ld %d\n", wall, in_us(usage.ru_utime),
	       in_us(usage.ru_stime), usage.ru_maxrss,
	       WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state));
	return 0;
}
