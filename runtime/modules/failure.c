/* SPDX-License-Identifier: MIT */
#include "failure.h"

#include <stdarg.h>

struct abilock_failure *abilock_failure_new(struct abilock_arena *arena,
					    const struct abilock_failure *cause, const char *fmt,
					    ...)
{
	struct abilock_failure *failure = abilock_arena_alloc(arena, sizeof(*failure));
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (!failure)
		return NULL;
	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	if (!text)
		return NULL;
	failure->text = abilock_arena_strdup(arena, text);
	failure->cause = cause;
	if (cause) {
		failure->root = cause->root ? cause->root : cause;
		failure->depth = cause->depth + 1;
	}
	return failure->text ? failure : NULL;
}

/* Lines behind the first stand under the text of the first. */
static void write_lines(struct abilock_text *out, const char *text, size_t indent)
{
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		abilock_text_add(out, text, (size_t)(end - text) + 1);
		abilock_text_pad(out, indent);
	}
	abilock_text_puts(out, text);
}

static void write_link(struct abilock_text *out, const struct abilock_failure *failure,
		       size_t level)
{
	if (level > 0) {
		abilock_text_putc(out, '\n');
		abilock_text_pad(out, 2 * level);
		abilock_text_puts(out, "because ");
	}
	write_lines(out, failure->text, 2 * level + (level > 0 ? strlen("because ") : 0));
}

/* Lists of causes inside lists of causes may grow with their product: the budget ends that. */
static void write_chain(struct abilock_text *out, const struct abilock_failure *failure,
			size_t level, size_t *budget)
{
	for (; failure; failure = failure->cause, level++) {
		write_link(out, failure, level);
		if (*budget > 0)
			(*budget)--;
		if (failure->cause && level + 1 >= ABILOCK_FAILURE_LINKS &&
		    failure->cause->depth > 0) {
			abilock_text_putc(out, '\n');
			abilock_text_pad(out, 2 * (level + 1));
			abilock_text_printf(out, "... %zu more ...", failure->depth - 1);
			write_link(out, failure->root, level + 2);
			return;
		}
		if (!failure->cause || !failure->cause->next)
			continue;
		for (const struct abilock_failure *each = failure->cause; each; each = each->next) {
			if (*budget > 0) {
				write_chain(out, each, level + 1, budget);
				continue;
			}
			abilock_text_putc(out, '\n');
			abilock_text_pad(out, 2 * (level + 1));
			abilock_text_puts(out, "... and others");
			return;
		}
		return;
	}
}

void abilock_failure_write(struct abilock_text *out, const struct abilock_failure *failure)
{
	size_t budget = 4 * (size_t)ABILOCK_FAILURE_LINKS;

	write_chain(out, failure, 0, &budget);
}

char *abilock_failure_text(const struct abilock_failure *failure)
{
	struct abilock_text out = {0};

	abilock_failure_write(&out, failure);
	abilock_text_putc(&out, '\0');
	if (out.failed) {
		abilock_text_deinit(&out);
		return NULL;
	}
	return out.data;
}
