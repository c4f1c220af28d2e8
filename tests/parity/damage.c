/* SPDX-License-Identifier: MIT */
/*
 * Damaged files and what abiaudit says about them.
 *
 *   damage check MODE FILE              is the answer on the standard input true for a sound FILE?
 *   damage sound FILE...                what is wrong with files that should be sound?
 *   damage bare FILE COPY               a copy without section headers
 *   damage known ABIAUDIT FOLDER FILE   damage that tools have been seen to fall for
 *   damage many ABIAUDIT FOLDER SEED COUNT FILE...
 *                                       COUNT mutants of the files, made from a seed
 *   damage write FOLDER SEED COUNT FILE...
 *                                       only write those mutants, and print their names
 *
 * Each mode of the tool is run on each damaged file, with two seconds and a bound on its memory.
 * It has to exit with 0 and the true answer, by truth.h, or with 3, nothing on the standard output,
 * and an error that has a place in the file; and it may only refuse what has something wrong in it.
 * Files about which it says something else stay in FOLDER; each is a line on the standard output.
 */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "answers.h"
#include "mutate.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

enum { TIME_LIMIT_MS = 2000, MAX_ARGUMENTS = 10, MAX_JOBS = 64 };
enum { EXIT_OK = 0, EXIT_DAMAGED = 3 };

/* A file of a few hundred KB needs no more. */
static const rlim_t MEMORY_LIMIT = 256 << 20;
static const size_t OUTPUT_LIMIT = 64 << 20;

extern char **environ;

/* Which of the two ways to read a file a mode goes. */
enum way {
	LOADED,
	SECTIONS,
	EITHER, /* by the section headers where the file has any */
};

static const struct mode {
	const char *name;
	const char *arguments[MAX_ARGUMENTS];
	enum way way;
	enum answer answer;
	bool unjudged;	 /* no second opinion on what it prints, if it may print something */
	bool has_errors; /* on the standard output, instead of the answer */
} modes[] = {
	{"list --all", {"list", "--all"}, LOADED, ANSWER_SYMBOLS, false, false},
	{"list --versions", {"list", "--versions"}, EITHER, ANSWER_VERSIONS, false, false},
	{"list --format tsv",
	 {"list", "--format", "tsv", "--all", "--nodes", "--needs", "--why"},
	 LOADED,
	 ANSWER_RECORDS,
	 false,
	 true},
	{"list --facts",
	 {"list", "--exports", "--nodes", "--needs", "--why", "--facts"},
	 LOADED,
	 ANSWER_RECORDS,
	 true,
	 false},
	{"list --format json",
	 {"list", "--format", "json", "--all", "--versions", "--nodes", "--needs", "--facts"},
	 LOADED,
	 ANSWER_RECORDS,
	 true,
	 true},
	{"deps -P",
	 {"deps", "-P", "--no-filter-soname", "--no-fake-soname"},
	 LOADED,
	 ANSWER_PROVIDES,
	 false,
	 false},
	{"deps -R",
	 {"deps", "-R", "--no-filter-soname", "--require-interp"},
	 LOADED,
	 ANSWER_REQUIRES,
	 false,
	 false},
	{"deps -P --elfdeps-compat",
	 {"deps", "-P", "--elfdeps-compat", "--no-filter-soname", "--no-fake-soname"},
	 SECTIONS,
	 ANSWER_ELFDEPS_PROVIDES,
	 false,
	 false},
	{"deps -R --elfdeps-compat",
	 {"deps", "-R", "--elfdeps-compat", "--no-filter-soname", "--require-interp"},
	 SECTIONS,
	 ANSWER_ELFDEPS_REQUIRES,
	 false,
	 false},
	{"deps --deb-symbols",
	 {"deps", "--deb-symbols", "-p", "package", "-v", "1", "-q"},
	 LOADED,
	 ANSWER_DEB_SYMBOLS,
	 false,
	 false},
};

/* ---- files ---- */

struct bytes {
	uint8_t *data;
	size_t size;
};

static struct bytes read_stream(FILE *file, const char *name)
{
	struct bytes bytes = {0};
	size_t room = 0, n;

	do {
		if (bytes.size == room)
			room = room ? 2 * room : 1 << 16;
		bytes.data = realloc(bytes.data, room + 1);
		if (!bytes.data)
			err(3, "%s", name);
		n = fread(bytes.data + bytes.size, 1, room - bytes.size, file);
		bytes.size += n;
	} while (n > 0);
	if (ferror(file))
		err(3, "%s", name);
	bytes.data[bytes.size] = '\0';
	return bytes;
}

static struct bytes read_file(const char *path)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "r");

	if (!file)
		err(3, "%s", path);
	return read_stream(file, path);
}

/* Executable: elfdeps has no requirements for a file with an interpreter and without an x bit. */
static void write_file(const char *path, const struct mutant *mutant)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (fd < 0 || write(fd, mutant->bytes, mutant->size) != (ssize_t)mutant->size ||
	    close(fd) < 0)
		err(3, "%s", path);
}

/* ---- running the tool ---- */

struct run {
	int status;	   /* as of waitpid() */
	bool out_of_time;  /* it was killed for that, */
	bool out_of_bound; /* or for printing without end */
	char *out, *err;   /* end with a NUL */
	size_t out_size, err_size;
};

static void run_deinit(struct run *run)
{
	free(run->out);
	free(run->err);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Take what a pipe has. @return Whether there will be more. */
static bool drain(int fd, char **text, size_t *size)
{
	char *longer = realloc(*text, *size + (1 << 16) + 1);

	if (!longer)
		err(3, "memory");
	*text = longer;
	ssize_t n = read(fd, *text + *size, 1 << 16);
	if (n > 0)
		*size += (size_t)n;
	(*text)[*size] = '\0';
	return n > 0;
}

static void collect(struct run *run, pid_t child, int out, int error)
{
	struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = error, .events = POLLIN}};
	const int64_t end = now_ms() + (IS_SANITIZED ? 5 : 1) * TIME_LIMIT_MS;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = end - now_ms();

		run->out_of_time = left <= 0;
		run->out_of_bound = run->out_size + run->err_size > OUTPUT_LIMIT;
		if (run->out_of_time || run->out_of_bound) {
			(void)kill(child, SIGKILL);
			break;
		}
		if (poll(fds, 2, (int)left) <= 0)
			continue;
		if (fds[0].revents && !drain(out, &run->out, &run->out_size))
			fds[0].fd = -1;
		if (fds[1].revents && !drain(error, &run->err, &run->err_size))
			fds[1].fd = -1;
	}
	while (waitpid(child, &run->status, 0) < 0 && errno == EINTR)
		;
}

static void run_tool(const char *tool, const struct mode *mode, const char *path, struct run *run)
{
	const char *argv[MAX_ARGUMENTS + 3] = {tool};
	posix_spawn_file_actions_t actions;
	int out[2], error[2], argc = 1;
	pid_t child;

	for (size_t i = 0; i < MAX_ARGUMENTS && mode->arguments[i]; i++)
		argv[argc++] = mode->arguments[i];
	argv[argc] = path;
	*run = (struct run){.out = strdup(""), .err = strdup("")};
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0)
		err(3, "pipe");
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	(void)posix_spawn_file_actions_adddup2(&actions, error[1], 2);
	errno = posix_spawn(&child, tool, &actions, NULL, (char **)(uintptr_t)argv, environ);
	if (errno)
		err(3, "%s", tool);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(out[1]);
	(void)close(error[1]);
	collect(run, child, out[0], error[0]);
	(void)close(out[0]);
	(void)close(error[0]);
}

/* ---- judging ---- */

/* What is known of a damaged file. */
struct damaged {
	const char *path;
	char *what;
	struct truth views[2]; /* by enum truth_view */
};

/* What the workers found, in memory that they share. */
struct counts {
	size_t answers, refusals, findings;
};

static void add(size_t *count)
{
	(void)__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
}

/* One line on the standard output, written at once: workers share it. */
static void find(struct counts *counts, const struct damaged *damaged, const struct mode *mode,
		 const char *what, const char *detail)
{
	_cleanup_(freep) char *line = NULL;

	add(&counts->findings);
	int n = asprintf(&line, "%s: %s: %s%s%.600s\n    (%s)\n", damaged->path, mode->name, what,
			 *detail ? ": " : "", detail, damaged->what);
	if (n < 0 || write(STDOUT_FILENO, line, (size_t)n) != n)
		err(3, "standard output");
}

/* Of an error that a file can be to blame for; the file's name stands in front of it. */
static bool has_place(const char *error, const char *path)
{
	static regex_t place;
	static bool compiled;

	if (!compiled && regcomp(&place,
				 "^[^:]+, offset 0x[0-9a-f]+: |^not an ELF file|"
				 "^a relocatable object file|^a core dump",
				 REG_EXTENDED | REG_NOSUB))
		errx(3, "regcomp");
	compiled = true;
	const char *found = strstr(error, path);
	return found && str_starts(found + strlen(path), ": ") &&
	       regexec(&place, found + strlen(path) + 2, 0, NULL, 0) == 0;
}

/* elfdeps has no words for a file that is not ELF. */
static bool is_silent(const struct mode *mode, const struct damaged *damaged, const struct run *run)
{
	return mode->answer >= ANSWER_ELFDEPS_PROVIDES && run->err_size == 0 &&
	       str_eq(damaged->views[TRUTH_LOADED].must[TRUTH_FILE], "not an ELF file");
}

static const struct truth *view_of(const struct mode *mode, const struct damaged *damaged)
{
	const struct truth *loaded = &damaged->views[TRUTH_LOADED];

	if (mode->way == SECTIONS || (mode->way == EITHER && loaded->has_sections))
		return &damaged->views[TRUTH_SECTIONS];
	return loaded;
}

/* Dependencies are those of programs and libraries: other files have none. */
static bool has_no_dependencies(const struct mode *mode, const struct truth *truth)
{
	return mode->answer >= ANSWER_PROVIDES && (truth->type == ET_REL || truth->type == ET_CORE);
}

static void judge_answer(struct counts *counts, const struct damaged *damaged,
			 const struct mode *mode, struct run *run)
{
	const struct truth *truth = view_of(mode, damaged);
	const unsigned tables = answer_tables(mode->answer);
	_cleanup_(freep) char *text = NULL;

	add(&counts->answers);
	if (has_no_dependencies(mode, truth) && run->out_size == 0)
		return;
	/* A plugin: nobody looks at its symbols. */
	if (mode->answer == ANSWER_DEB_SYMBOLS && !(truth->soname && *truth->soname) &&
	    run->out_size == 0)
		return;
	for (unsigned i = 0; i < TRUTH_TABLES; i++) {
		if (!(tables & 1U << i) || !truth->must[i][0])
			continue;
		find(counts, damaged, mode, "answered, but there is no true answer",
		     truth->must[i]);
		return;
	}
	if (mode->unjudged)
		return;
	if (strlen(run->out) != run->out_size)
		find(counts, damaged, mode, "the answer has a NUL in it", "");
	else if (!answer_is_true(mode->answer, truth, damaged->path, run->out, &text))
		find(counts, damaged, mode, "not true", text);
}

static void judge_refusal(struct counts *counts, const struct damaged *damaged,
			  const struct mode *mode, const struct run *run)
{
	add(&counts->refusals);
	if (run->out_size && !mode->has_errors)
		find(counts, damaged, mode, "it failed, but printed a part", run->out);
	if (is_silent(mode, damaged, run))
		return;
	const struct truth *loaded = &damaged->views[TRUTH_LOADED];
	if (strstr(run->err, "control character") && (loaded->has_control || loaded->has_odd_names))
		return;
	if (!has_place(run->err, damaged->path))
		find(counts, damaged, mode, "an error without a place in the file", run->err);
	else if (!truth_reason(&damaged->views[TRUTH_LOADED]) &&
		 !truth_reason(&damaged->views[TRUTH_SECTIONS]))
		find(counts, damaged, mode, "refused without a reason", run->err);
}

static void judge_run(struct counts *counts, const struct damaged *damaged, const struct mode *mode,
		      struct run *run)
{
	if (run->out_of_time)
		find(counts, damaged, mode, "it took longer than two seconds", "");
	else if (run->out_of_bound)
		find(counts, damaged, mode, "it printed more than 64 MiB", "");
	else if (WIFSIGNALED(run->status))
		find(counts, damaged, mode, "it crashed", strsignal(WTERMSIG(run->status)));
	else if (strstr(run->err, "Sanitizer") || strstr(run->err, "runtime error:"))
		find(counts, damaged, mode, "a sanitizer spoke", run->err);
	else if (WEXITSTATUS(run->status) == EXIT_OK)
		judge_answer(counts, damaged, mode, run);
	else if (WEXITSTATUS(run->status) == EXIT_DAMAGED)
		judge_refusal(counts, damaged, mode, run);
	else
		find(counts, damaged, mode, "an exit status that it has not", run->err);
}

/* @return Whether all modes did well. */
static bool judge_file(const char *tool, struct counts *counts, struct damaged *damaged)
{
	const size_t before = counts->findings;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		_cleanup_(run_deinit) struct run run;

		run_tool(tool, &modes[i], damaged->path, &run);
		judge_run(counts, damaged, &modes[i], &run);
	}
	return counts->findings == before;
}

/* Write a damaged file, judge it, and take it away again where all is well. */
static void judge(const char *tool, struct counts *counts, const char *path, struct mutant *mutant)
{
	struct damaged damaged = {.path = path, .what = mutant->what};

	write_file(path, mutant);
	for (size_t i = 0; i < ARRAY_SIZE(damaged.views); i++)
		truth_read(&damaged.views[i], (enum truth_view)i, mutant->bytes, mutant->size);
	if (judge_file(tool, counts, &damaged))
		(void)unlink(path);
	for (size_t i = 0; i < ARRAY_SIZE(damaged.views); i++)
		truth_deinit(&damaged.views[i]);
}

/* ---- commands ---- */

static struct mutant make_mutant(char *const *files, size_t file_count, uint64_t seed, size_t index)
{
	struct bytes bytes = read_file(files[index % file_count]);
	struct mutant mutant = mutate(bytes.data, bytes.size, seed + index);
	const size_t used = strlen(mutant.what);

	(void)snprintf(mutant.what + used, sizeof(mutant.what) - used, "of %s",
		       files[index % file_count]);
	free(bytes.data);
	return mutant;
}

static char *mutant_path(const char *folder, size_t index)
{
	char *path;

	if (asprintf(&path, "%s/mutant-%05zu.so", folder, index) < 0)
		err(3, "memory");
	return path;
}

static void limit_memory(void)
{
	struct rlimit limit = {MEMORY_LIMIT, MEMORY_LIMIT};

	/* The shadow of a sanitizer is larger than any bound. */
	if (!IS_SANITIZED && setrlimit(RLIMIT_AS, &limit) < 0)
		err(3, "setrlimit");
}

static void judge_many(const char *tool, const char *folder, uint64_t seed, size_t count,
		       char *const *files, size_t file_count, struct counts *counts)
{
	static size_t *next;

	next = mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (next == MAP_FAILED)
		err(3, "mmap");
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	jobs = jobs < 1 ? 1 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
	for (long i = 0; i < jobs; i++) {
		pid_t child = fork();

		if (child < 0)
			err(3, "fork");
		if (child > 0)
			continue;
		limit_memory();
		for (size_t at; (at = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED)) < count;) {
			struct mutant mutant = make_mutant(files, file_count, seed, at);
			_cleanup_(freep) char *path = mutant_path(folder, at);

			judge(tool, counts, path, &mutant);
			free(mutant.bytes);
		}
		_exit(0);
	}
	for (int status; wait(&status) > 0;)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			errx(3, "a worker failed");
}

static struct counts *shared_counts(void)
{
	void *p = mmap(NULL, sizeof(struct counts), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(3, "mmap");
	return p;
}

static int report(const struct counts *counts, size_t files)
{
	printf("%zu damaged files, %zu modes: %zu true answers, %zu refusals, %zu findings\n",
	       files, ARRAY_SIZE(modes), counts->answers, counts->refusals, counts->findings);
	/* Where all is answered, or all refused, nothing has been tested. */
	if (counts->answers == 0 || counts->refusals == 0)
		errx(1, "either no file was answered, or none was refused");
	return counts->findings ? 1 : 0;
}

static int do_many(int argc, char **argv)
{
	struct counts *counts = shared_counts();

	if (argc < 5)
		errx(2, "many ABIAUDIT FOLDER SEED COUNT FILE...");
	const size_t count = strtoul(argv[3], NULL, 0);
	judge_many(argv[0], argv[1], strtoull(argv[2], NULL, 0), count, argv + 4, (size_t)argc - 4,
		   counts);
	return report(counts, count);
}

static int do_write(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "write FOLDER SEED COUNT FILE...");
	const uint64_t seed = strtoull(argv[1], NULL, 0);
	for (size_t i = 0; i < strtoul(argv[2], NULL, 0); i++) {
		struct mutant mutant = make_mutant(argv + 3, (size_t)argc - 3, seed, i);
		_cleanup_(freep) char *path = mutant_path(argv[0], i);

		write_file(path, &mutant);
		puts(path);
		free(mutant.bytes);
	}
	return 0;
}

static int do_bare(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "bare FILE COPY");
	struct bytes bytes = read_file(argv[0]);
	struct mutant mutant = {.bytes = bytes.data, .size = bytes.size};
	mutate_bare(&mutant);
	write_file(argv[1], &mutant);
	free(bytes.data);
	return 0;
}

/* Beside what judge() finds: each is refused, or answered, by every mode, and it is known which. */
static int do_known(int argc, char **argv)
{
	struct counts *counts = shared_counts();

	if (argc != 3)
		errx(2, "known ABIAUDIT FOLDER FILE");
	struct bytes bytes = read_file(argv[2]);
	limit_memory();
	for (size_t i = 0; i < known_damage_count; i++) {
		const struct known_damage *damage = &known_damages[i];
		struct mutant mutant = mutate_known(damage, bytes.data, bytes.size);
		const struct counts before = *counts;
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s.so", argv[1], damage->name) < 0)
			err(3, "memory");
		judge(argv[0], counts, path, &mutant);
		const size_t wrong = damage->answered ? counts->refusals - before.refusals
						      : counts->answers - before.answers;
		const bool good = counts->findings == before.findings && wrong == 0;
		printf("%s - %s is %s by every mode\n", good ? "ok" : "not ok", damage->what,
		       damage->answered ? "answered" : "refused");
		if (!good)
			counts->findings++;
		free(mutant.bytes);
	}
	free(bytes.data);
	return report(counts, known_damage_count);
}

static int do_check(int argc, char **argv)
{
	_cleanup_(freep) char *text = NULL;
	const struct mode *mode = NULL;
	struct truth truth;

	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(modes); i++)
		if (str_eq(modes[i].name, argv[0]))
			mode = &modes[i];
	if (!mode)
		errx(2, "check MODE FILE");
	struct bytes bytes = read_file(argv[1]);
	struct bytes answer = read_stream(stdin, "standard input");
	truth_read(&truth, mode->way == LOADED ? TRUTH_LOADED : TRUTH_SECTIONS, bytes.data,
		   bytes.size);
	const char *reason = truth_reason(&truth);
	bool good = !reason &&
		    answer_is_true(mode->answer, &truth, argv[1], (char *)answer.data, &text);
	if (!good)
		printf("%s: %s: %s\n", argv[1], mode->name, reason ? reason : text);
	truth_deinit(&truth);
	free(bytes.data);
	free(answer.data);
	return good ? 0 : 1;
}

static int do_sound(int argc, char **argv)
{
	int status = 0;

	for (int i = 0; i < argc; i++) {
		struct bytes bytes = read_file(argv[i]);

		for (int view = TRUTH_LOADED; view <= TRUTH_SECTIONS; view++) {
			struct truth truth;

			truth_read(&truth, (enum truth_view)view, bytes.data, bytes.size);
			if (truth_reason(&truth)) {
				printf("%s: %s: %s\n", argv[i],
				       view == TRUTH_LOADED ? "loaded" : "sections",
				       truth_reason(&truth));
				status = 1;
			}
			truth_deinit(&truth);
		}
		free(bytes.data);
	}
	return status;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {{"bare", do_bare}, {"check", do_check}, {"known", do_known},
			{"many", do_many}, {"write", do_write}, {"sound", do_sound}};

	(void)setenv("LC_ALL", "C", 1);
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (str_eq(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	errx(2, "bare, check, known, many, sound or write: see damage.c");
}
