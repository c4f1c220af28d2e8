/* SPDX-License-Identifier: MIT */
#include "thread_error.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>

#include "abilock/abilock.h"
#include "text.h"

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

void abilock_thread_error_set(char *text)
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

void abilock_thread_error_clear(void)
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

char *abilock_thread_error_format(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	return text;
}
