/* SPDX-License-Identifier: MIT */
#include "messages.h"

#include <stdarg.h>

static void add(struct deb_messages *messages, const char *kind, const char *fmt, va_list args)
{
	_cleanup_(freep) char *line = NULL;

	if (vasprintf(&line, fmt, args) < 0) {
		line = NULL;
		messages->text.failed = true;
		return;
	}
	str_disarm(line);
	abilock_text_printf(&messages->text, "%s%s%s\n", messages->prefix ? messages->prefix : "",
			    kind, line);
}

void deb_warn(struct deb_messages *messages, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(messages, "warning: ", fmt, args);
	va_end(args);
}

void deb_complain(struct deb_messages *messages, const char *fmt, ...)
{
	va_list args;

	messages->error_count++;
	va_start(args, fmt);
	add(messages, "error: ", fmt, args);
	va_end(args);
}

void deb_explain(struct deb_messages *messages, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(messages, "", fmt, args);
	va_end(args);
}
