/* SPDX-License-Identifier: MIT */
#include "abilock/abilock.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "load_file.h"
#include "process.h"
#include "thread_error.h"

#if ABILOCK_DYNAMIC
/* dlopen() what was found to be good. */
static void *load(const struct abilock_answer *answer, int flags)
{
	char *text = NULL;
	void *handle = NULL;

	if (abilock_load_is_same_file(answer->path, answer->device, answer->inode))
		handle = abilock_load_file(answer->path, flags, &text);
	else
		text = abilock_load_replaced_text(answer->path);
	if (!handle)
		abilock_thread_error_set(text);
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
	abilock_thread_error_set(abilock_answer_text(&answer));
	return NULL;
}

void *abilock_dlopen(const char *file, int flags)
{
	struct abilock_process_question question = {
		.file = file, .search = true, .caller = __builtin_return_address(0)};
	int saved = errno, cancel;

	abilock_thread_error_clear();
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
#else
void *abilock_dlopen(const char *file, int flags)
{
	char *text = NULL;
	void *handle = abilock_load_file(file ? file : "the program", flags, &text);

	abilock_thread_error_set(text);
	return handle;
}
#endif
