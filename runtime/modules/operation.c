/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "load_file.h"
#include "manager.h"
#include "text.h"
#include "thread_error.h"

/* ---- the log ---- */

static void give(struct abilock_modules *modules, enum abilock_log_level level, const char *text)
{
	/* Closed by load() of a module, with lines that wait. */
	if (!modules->log)
		return;
	modules->log(modules->log_data, level, text);
}

/* The host may look at modules from its log, or hold a lock of its own there: not under `data`. */
static void keep(struct abilock_modules *modules, enum abilock_log_level level, const char *text)
{
	char *copy = strdup(text);
	struct abilock_log_line *line =
		copy ? abilock_array_push(&modules->lines, &modules->line_count, sizeof(*line))
		     : NULL;

	if (line)
		*line = (struct abilock_log_line){.level = level, .text = copy};
	else
		free(copy);
}

static void give_kept(struct abilock_modules *modules)
{
	/* What the host does in its log may add lines. */
	struct abilock_log_line *lines = take_ptr(modules->lines);
	size_t count = modules->line_count;

	modules->line_count = 0;
	for (size_t i = 0; i < count; i++) {
		give(modules, lines[i].level, lines[i].text);
		free(lines[i].text);
	}
	free(lines);
}

void abilock_modules_keep_log(struct abilock_modules *modules)
{
	modules->is_log_kept = true;
}

void abilock_modules_write_log(struct abilock_modules *modules)
{
	modules->is_log_kept = false;
	if (modules->line_count > 0)
		give_kept(modules);
}

void abilock_modules_log_text(void *data, enum abilock_log_level level, const char *text)
{
	struct abilock_modules *modules = data;

	if (!modules->log)
		return;
	if (modules->is_log_kept)
		keep(modules, level, text);
	else
		give(modules, level, text);
}

void abilock_modules_log(struct abilock_modules *modules, enum abilock_log_level level,
			 const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (!modules->log)
		return;
	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	if (text)
		abilock_modules_log_text(modules, level, text);
}

void abilock_modules_set_error(const struct abilock_error *err)
{
	char line[sizeof(struct abilock_error)];

	(void)abilock_error_format(err, line, sizeof(line));
	abilock_thread_error_set(strdup(line));
}

/* ---- the mutexes ---- */

void abilock_operation_lock_data(struct abilock_modules *modules)
{
	(void)pthread_mutex_lock(&modules->data);
	abilock_modules_keep_log(modules);
}

void abilock_operation_unlock_data(struct abilock_modules *modules)
{
	(void)pthread_mutex_unlock(&modules->data);
	abilock_modules_write_log(modules);
}

static int refuse(const char *what, const char *why)
{
	abilock_thread_error_set(abilock_thread_error_format("%s(): %s", what, why));
	return -1;
}

int abilock_operation_begin(struct abilock_modules *modules, const char *what, bool is_loading,
			    struct abilock_operation *ret)
{
	*ret = (struct abilock_operation){.modules = modules, .saved_errno = errno};
	abilock_thread_error_clear();
	/* The dynamic linker's lock is held there, and others hold ours while they wait for it. */
	if (abilock_load_is_running())
		return refuse(what,
			      "called from a constructor of a module: say in its manifest what "
			      "it uses, or ask in load()");
	if (is_loading && (modules->flags & ABILOCK_MODULES_INSPECT))
		return refuse(what, "the modules were opened to be inspected: nothing is loaded");
	/* A thread must not go away with our mutexes. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ret->cancel_state);
	(void)pthread_mutex_lock(&modules->data);
	ret->waited_for = modules->attempt + (modules->depth == 0);
	(void)pthread_mutex_unlock(&modules->data);
	(void)pthread_mutex_lock(&modules->operation);
	abilock_operation_lock_data(modules);
	ret->is_nested = modules->depth > 0;
	modules->depth++;
	modules->attempt++;
	return 0;
}

void abilock_operation_end(struct abilock_operation *operation)
{
	struct abilock_modules *modules = operation->modules;
	int unused;

	if (--modules->depth == 0)
		abilock_life_settle(modules);
	abilock_operation_unlock_data(modules);
	(void)pthread_mutex_unlock(&modules->operation);
	(void)pthread_setcancelstate(operation->cancel_state, &unused);
	errno = operation->saved_errno;
}
