/* SPDX-License-Identifier: MIT */
#include "abilock/abilock.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "process.h"

/* ---- the error of a thread ---- */

struct thread_error {
	char *pending; /* set, and not asked for yet */
	char *given;   /* handed out by the last abilock_dlerror() */
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

/* Runs at thread end: the library is linked with -z nodelete, so that this code is still there. */
static void free_thread_error(void *data)
{
	struct thread_error *error = data;

	free(error->pending);
	free(error->given);
	free(error);
}

static void make_key(void)
{
	have_key = pthread_key_create(&key, free_thread_error) == 0;
}

static struct thread_error *thread_error(void)
{
	struct thread_error *error;

	(void)pthread_once(&key_once, make_key);
	if (!have_key)
		return NULL;
	error = pthread_getspecific(key);
	if (error)
		return error;
	error = calloc(1, sizeof(*error));
	if (error && pthread_setspecific(key, error) != 0) {
		free(error);
		return NULL;
	}
	return error;
}

/* Take over @p text (malloc'ed; NULL: memory was out when it was made). */
static void set_error(char *text)
{
	struct thread_error *error = thread_error();

	if (!error) {
		free(text);
		return;
	}
	free(error->pending);
	error->pending = text ? text : strdup("out of memory");
	(void)dlerror();
}

static void clear_error(void)
{
	struct thread_error *error = thread_error();

	if (error)
		free(take_ptr(error->pending));
}

char *abilock_dlerror(void)
{
	struct thread_error *error = thread_error();
	/* What the dynamic linker has to say came after our error, which cleared its own. */
	char *newer = dlerror();

	if (!error || !error->pending)
		return newer;
	if (newer) {
		free(take_ptr(error->pending));
		return newer;
	}
	free(error->given);
	error->given = take_ptr(error->pending);
	return error->given;
}

/* ---- loading ---- */

static char *format(const char *fmt, ...) _printf_(1, 2);

static char *format(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	return text;
}

/*
 * Is the file still the one that was checked? dlopen() opens it again by its name. It cannot be
 * given our descriptor: a path in /proc would become the module's name for $ORIGIN and debuggers.
 */
static bool is_same_file(const struct abilock_answer *answer)
{
	struct stat st;

	return stat(answer->path, &st) == 0 && st.st_dev == answer->device &&
	       st.st_ino == answer->inode;
}

/* dlopen() what was found to be good. */
static void *load(const struct abilock_answer *answer, int flags)
{
	if (!is_same_file(answer)) {
		set_error(format("%s: refused: the file was replaced while it was checked\n"
				 "  fix      load it again; no code of the module was run",
				 answer->path));
		return NULL;
	}
	/* A name without a slash would be searched once more, and may be found elsewhere. */
	_cleanup_(freep) char *dotted =
		strchr(answer->path, '/') ? NULL : format("./%s", answer->path);
	void *handle = dlopen(dotted ? dotted : answer->path, (flags & ~RTLD_LAZY) | RTLD_NOW);

	if (!handle) {
		const char *reason = dlerror();

		set_error(format("%s\n  module   %s\n  lock     found nothing against it: this is "
				 "the dynamic linker's own refusal",
				 reason ? reason : "dlopen failed", answer->path));
	}
	return handle;
}

/* Check, and load what is found to be good. */
static void *open_checked(const struct abilock_process_question *question, int flags)
{
	_cleanup_(abilock_answer_deinit) struct abilock_answer answer = {0};

	(void)abilock_process_ask(question, &answer);
	if (answer.is_loaded)
		return dlopen(question->file, (flags & ~RTLD_LAZY) | RTLD_NOW);
	if (abilock_answer_is_yes(&answer))
		return load(&answer, flags);
	set_error(abilock_answer_text(&answer));
	return NULL;
}

void *abilock_dlopen(const char *file, int flags)
{
	struct abilock_process_question question = {
		.file = file, .search = true, .caller = __builtin_return_address(0)};
	int saved = errno, cancel;

	clear_error();
	/* These load no file, or are for dlopen() to complain about. */
	if (!file || !*file || (flags & RTLD_NOLOAD) || !(flags & (RTLD_LAZY | RTLD_NOW)))
		return dlopen(file, flags);
	/* dlopen() is no cancellation point, and a thread must not go away with our mutex. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	void *handle = open_checked(&question, flags);
	(void)pthread_setcancelstate(cancel, &cancel);
	errno = saved;
	return handle;
}
