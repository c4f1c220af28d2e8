/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <errno.h>
#include <fts.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#include "kind.h"

/* Answers that may wait for an earlier one: enough that no thread idles behind a large file. */
enum { WINDOW = 512, MAX_JOBS = 256 };

/* Memory that waiting answers may take before only the next one in line is worked on; that an
 * answer may take before its turn; and what is kept of a printed one for the next. */
enum {
	MAX_WAITING_BYTES = 8 << 20,
	MAX_EARLY_BYTES = 2 << 20,
	KEEP_BYTES = 16 << 10,
};

enum { PROGRESS_INTERVAL_MS = 100 };

struct file {
	const char *path;
	bool found; /* in a directory: passed over when it is no ELF object */
};

/* An answer in the making, or one that waits for its turn. */
struct slot {
	struct run *run;
	size_t index; /* of the file */
	struct batch_answer answer;
	struct abilock_error err;
	int result;
	bool ready;
	bool begun; /* the first part has been printed */
};

struct run {
	const struct abilock_invocation *inv;
	const struct batch *batch;
	struct file *files;
	size_t file_count;
	struct abilock_arena arena; /* names found in directories */
	int status;
	int output_errno; /* of the first write that failed */
	bool printed_one, with_title;
	bool progress;
	int64_t progress_ms;

	/* With several threads; all of it under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t room; /* an answer has been printed */
	struct slot *slots;  /* of file i: i % WINDOW */
	size_t next;	     /* file to be taken */
	size_t done;	     /* files printed */
	size_t waiting_bytes;
	bool printing;
};

static void run_deinit(struct run *run)
{
	free(run->files);
	abilock_arena_clear(&run->arena);
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

/* ---- names ---- */

static int add_file(struct run *run, const char *path, bool found, struct abilock_error *err)
{
	struct file *file =
		path ? abilock_array_push(&run->files, &run->file_count, sizeof(*file)) : NULL;

	if (!file)
		return abilock_error_nomem(err);
	*file = (struct file){path, found};
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void fail_entry(struct run *run, const FTSENT *entry)
{
	struct abilock_error err;

	(void)abilock_error_set(&err, ABILOCK_E_IO, entry->fts_path, NULL, 0, "cannot read: %s",
				strerror(entry->fts_errno));
	run->status = worse(run->status, abilock_cli_fail(run->inv, &err));
}

static int add_directory(struct run *run, const char *path, struct abilock_error *err)
{
	char *roots[] = {(char *)(uintptr_t)path, NULL};
	FTSENT *entry;
	int r = 0;

	/* Links below are not followed; one that was named, as /lib may be, stands for its folder.
	 */
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!tree)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	while (r >= 0 && (errno = 0, entry = fts_read(tree))) {
		if (entry->fts_info == FTS_F)
			r = add_file(run, abilock_arena_strdup(&run->arena, entry->fts_path), true,
				     err);
		else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
			 entry->fts_info == FTS_NS)
			fail_entry(run, entry);
	}
	if (r >= 0 && errno) /* not at the end of the tree */
		r = abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
				      strerror(errno));
	(void)fts_close(tree);
	return r;
}

static int add_files(struct run *run, const struct abilock_names *names, struct abilock_error *err)
{
	const bool recursive = abilock_cli_has(run->inv, OPT_BATCH_RECURSIVE);
	struct stat st;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < names->count; i++) {
		const char *name = names->items[i];

		if (recursive && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
			r = add_directory(run, name, err);
		else
			r = add_file(run, name, false, err);
	}
	return r;
}

/* ---- output ---- */

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void clear_progress(struct run *run)
{
	if (run->progress && run->progress_ms)
		(void)fputs("\r\033[K", stderr);
}

static void show_progress(struct run *run, size_t done)
{
	if (!run->progress)
		return;
	int64_t now = now_ms();
	if (now - run->progress_ms < PROGRESS_INTERVAL_MS)
		return;
	run->progress_ms = now;
	fprintf(stderr, "\r%zu of %zu files", done, run->file_count);
}

static void text_empty(struct abilock_text *text)
{
	if (text->capacity > KEEP_BYTES)
		abilock_text_deinit(text);
	abilock_text_clear(text);
}

static void answer_clear(struct batch_answer *answer)
{
	text_empty(&answer->out);
	text_empty(&answer->warnings);
	answer->status = ABILOCK_EXIT_OK;
}

/* Why the output failed, before something else sets errno. */
static void keep_errno(struct run *run)
{
	if (ferror(stdout) && !run->output_errno)
		run->output_errno = errno;
}

static void print_bytes(struct run *run, struct slot *slot)
{
	const struct abilock_text *out = &slot->answer.out;

	if (out->length == 0)
		return;
	if (!slot->begun && run->printed_one && run->batch->between)
		(void)fputs(run->batch->between, stdout);
	slot->begun = true;
	run->printed_one = true;
	(void)fwrite(out->data, 1, out->length, stdout);
	keep_errno(run);
}

/* The name must neither steer the terminal nor begin a line of its own. */
static void print_title(const char *title, const char *path)
{
	(void)fputs(title, stdout);
	for (; *path; path++)
		(void)putc_unlocked(is_control(*path) ? '?' : *path, stdout);
	(void)fputc('\n', stdout);
}

static void print_out(struct run *run, struct slot *slot)
{
	if (run->with_title && !slot->begun)
		print_title(run->batch->title, run->files[slot->index].path);
	print_bytes(run, slot);
}

static bool is_passed_over(const struct file *file, int result)
{
	return file->found && (result == ABILOCK_E_NOT_ELF || result == ABILOCK_E_UNSUPPORTED);
}

/* Print what was found out about a file, in its turn, and make the slot ready for another. */
static void print_answer(struct run *run, struct slot *slot)
{
	const struct file *file = &run->files[slot->index];
	struct batch_answer *answer = &slot->answer;
	const bool passed_over = is_passed_over(file, slot->result);
	int result = slot->result;

	if (result >= 0 && (answer->out.failed || answer->warnings.failed))
		result = abilock_error_nomem(&slot->err);
	if (result >= 0) {
		print_out(run, slot);
		run->status = worse(run->status, answer->status);
	}
	if (answer->warnings.length > 0 || (result < 0 && !passed_over)) {
		(void)fflush(stdout); /* on a terminal the lines keep their order */
		keep_errno(run);
		clear_progress(run);
	}
	if (answer->warnings.length > 0)
		(void)fwrite(answer->warnings.data, 1, answer->warnings.length, stderr);
	if (result < 0 && !passed_over) {
		run->status = worse(run->status, abilock_cli_fail(run->inv, &slot->err));
		abilock_text_clear(&answer->out);
		if (run->batch->failed)
			run->batch->failed(&slot->err, file->path, &answer->out);
		if (!answer->out.failed)
			print_bytes(run, slot);
	}
	answer_clear(answer);
	show_progress(run, slot->index + 1);
}

static void answer_deinit(struct batch_answer *answer)
{
	abilock_text_deinit(&answer->out);
	abilock_text_deinit(&answer->warnings);
}

static int explain(const char *path, int code, struct abilock_error *err)
{
	struct stat st;

	if (code == ABILOCK_E_NOT_ELF && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return abilock_error_set(err, code, path, NULL, 0, BATCH_IS_DIRECTORY);
	return abilock_kind_explain(path, code, err);
}

static void ask(struct run *run, struct slot *slot, size_t index,
		void (*drain)(struct abilock_text *text))
{
	const struct file *file = &run->files[index];

	slot->run = run;
	slot->index = index;
	slot->begun = false;
	slot->answer.out.drain = drain;
	slot->answer.out.drain_context = slot;
	slot->result = run->batch->ask(run->batch->context, file->path, &slot->answer, &slot->err);
	if (slot->result < 0 && !is_passed_over(file, slot->result))
		slot->result = explain(file->path, slot->result, &slot->err);
}

/* ---- one thread ---- */

static void drain_alone(struct abilock_text *text)
{
	struct slot *slot = text->drain_context;

	print_out(slot->run, slot);
	abilock_text_clear(text);
}

static void run_alone(struct run *run)
{
	struct slot slot = {0};

	for (size_t i = 0; i < run->file_count && !ferror(stdout); i++) {
		ask(run, &slot, i, drain_alone);
		print_answer(run, &slot);
	}
	answer_deinit(&slot.answer);
}

/* ---- several threads ---- */

/* Print all answers whose turn has come. Called and left with the lock held; writes without it. */
static void print_ready(struct run *run)
{
	if (run->printing)
		return; /* that thread will come to ours */
	run->printing = true;
	while (run->done < run->file_count && run->slots[run->done % WINDOW].ready) {
		struct slot *slot = &run->slots[run->done % WINDOW];
		const size_t bytes = slot->answer.out.length;

		(void)pthread_mutex_unlock(&run->lock);
		print_answer(run, slot);
		(void)pthread_mutex_lock(&run->lock);
		slot->ready = false;
		run->waiting_bytes -= bytes;
		run->done++;
		if (ferror(stdout)) /* nobody will read the rest */
			run->next = run->file_count;
		(void)pthread_cond_broadcast(&run->room);
	}
	run->printing = false;
}

/*
 * Print a part of a large answer, if its turn has come; where it has not, wait for it rather than
 * take ever more memory. Whose turn it is never waits, so there is always one that goes on. And
 * nobody else prints meanwhile: what is behind it cannot, what was before it has been.
 */
static void drain_in_turn(struct abilock_text *text)
{
	struct slot *slot = text->drain_context;
	struct run *run = slot->run;

	(void)pthread_mutex_lock(&run->lock);
	while (run->done != slot->index && text->length > MAX_EARLY_BYTES)
		(void)pthread_cond_wait(&run->room, &run->lock);
	const bool turn = run->done == slot->index;
	(void)pthread_mutex_unlock(&run->lock);
	if (!turn)
		return;
	print_out(run, slot);
	abilock_text_clear(text);
}

static bool must_wait(const struct run *run)
{
	return run->next < run->file_count && run->next > run->done &&
	       (run->next - run->done >= WINDOW || run->waiting_bytes > MAX_WAITING_BYTES);
}

static void *work(void *arg)
{
	struct run *run = arg;

	(void)pthread_mutex_lock(&run->lock);
	for (;;) {
		while (must_wait(run))
			(void)pthread_cond_wait(&run->room, &run->lock);
		if (run->next >= run->file_count)
			break;
		const size_t index = run->next++;
		struct slot *slot = &run->slots[index % WINDOW];

		(void)pthread_mutex_unlock(&run->lock);
		ask(run, slot, index, drain_in_turn);
		(void)pthread_mutex_lock(&run->lock);
		slot->ready = true;
		run->waiting_bytes += slot->answer.out.length;
		print_ready(run);
	}
	(void)pthread_cond_broadcast(&run->room);
	(void)pthread_mutex_unlock(&run->lock);
	return NULL;
}

static int run_threads(struct run *run, unsigned jobs, struct abilock_error *err)
{
	_cleanup_(freep) pthread_t *threads = calloc(jobs, sizeof(*threads));
	_cleanup_(freep) struct slot *slots = calloc(WINDOW, sizeof(*slots));
	unsigned started = 0;

	if (!threads || !slots)
		return abilock_error_nomem(err);
	run->slots = slots;
	(void)pthread_mutex_init(&run->lock, NULL);
	(void)pthread_cond_init(&run->room, NULL);
	/* This thread is one of them: where no other can be started, it does all the work. */
	while (started < jobs - 1 && pthread_create(&threads[started], NULL, work, run) == 0)
		started++;
	(void)work(run);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_cond_destroy(&run->room);
	(void)pthread_mutex_destroy(&run->lock);
	for (size_t i = 0; i < WINDOW; i++)
		answer_deinit(&slots[i].answer);
	run->slots = NULL;
	return 0;
}

/* ---- */

/*
 * Thousands of files, each with a few tables of some 100 KB: by default the C library gives such
 * memory back to the system after each file, and gets it again, cleared, for the next.
 */
static void keep_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 2 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

static int parse_jobs(const struct abilock_invocation *inv, unsigned *ret_jobs)
{
	const char *value = abilock_cli_value(inv, OPT_BATCH_JOBS, "1");
	char *end;

	unsigned long jobs = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end)
		return abilock_cli_usage(inv, "--jobs %s: expected a number", value);
	if (jobs == 0) {
		long processors = sysconf(_SC_NPROCESSORS_ONLN);

		jobs = processors > 0 ? (unsigned long)processors : 1;
	}
	*ret_jobs = jobs > MAX_JOBS ? MAX_JOBS : (unsigned)jobs;
	return ABILOCK_EXIT_OK;
}

int batch_run(const struct abilock_invocation *inv, const struct batch *batch)
{
	static char buffer[1 << 16];
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	_cleanup_(run_deinit) struct run run = {.inv = inv, .batch = batch};
	struct abilock_error err;
	unsigned jobs = 1;

	int status = parse_jobs(inv, &jobs);
	if (status != ABILOCK_EXIT_OK)
		return status;
	if (abilock_cli_names(inv, abilock_cli_has(inv, OPT_BATCH_NULL), &names, &err) < 0 ||
	    add_files(&run, &names, &err) < 0)
		return abilock_cli_fail(inv, &err);
	keep_memory();
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	run.with_title =
		batch->title && (run.file_count > 1 || abilock_cli_has(inv, OPT_BATCH_RECURSIVE));
	run.progress = run.file_count > 1 && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	if (batch->head)
		(void)fputs(batch->head, stdout);
	if (jobs > run.file_count)
		jobs = (unsigned)run.file_count;
	if (jobs <= 1)
		run_alone(&run);
	else if (run_threads(&run, jobs, &err) < 0)
		run.status = abilock_cli_fail(inv, &err);
	if (batch->tail)
		(void)fputs(batch->tail, stdout);
	clear_progress(&run);
	errno = run.output_errno;
	return abilock_cli_flush(inv, run.status);
}
