/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <inttypes.h>

/* The end of a path tells more than its start. */
static void copy_path(char *dst, size_t size, const char *path)
{
	size_t len = path ? strlen(path) : 0;

	if (len < size)
		(void)snprintf(dst, size, "%s", path ? path : "");
	else
		(void)snprintf(dst, size, "...%s", path + len - (size - 4));
}

static void set(struct abilock_error *err, int code, const char *file, const char *table,
		uint64_t offset, const char *fmt, va_list ap)
{
	/* The message may quote the old content of *err: format before anything is overwritten. */
	char message[sizeof(err->message)];

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	str_disarm(message);
	*err = (struct abilock_error){.code = code, .offset = offset};
	copy_path(err->file, sizeof(err->file), file);
	(void)snprintf(err->table, sizeof(err->table), "%s", table ? table : "");
	memcpy(err->message, message, sizeof(message));
}

int abilock_error_set(struct abilock_error *err, int code, const char *file, const char *table,
		      uint64_t offset, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	set(err, code, file, table, offset, fmt, ap);
	va_end(ap);
	return code;
}

int abilock_error_set_line(struct abilock_error *err, const char *file, uint64_t line,
			   uint64_t column, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return ABILOCK_E_SYNTAX;
	va_start(ap, fmt);
	set(err, ABILOCK_E_SYNTAX, file, NULL, line, fmt, ap);
	va_end(ap);
	err->column = column;
	return ABILOCK_E_SYNTAX;
}

int abilock_error_nomem(struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_NOMEM, NULL, NULL, 0, "out of memory");
}

int abilock_error_format(const struct abilock_error *err, char *buf, size_t size)
{
	const char *file = err->file[0] ? err->file : "";
	const char *colon = err->file[0] ? ": " : "";

	if (err->code == ABILOCK_E_SYNTAX)
		return snprintf(buf, size, "%s:%" PRIu64 ":%" PRIu64 ": %s", file, err->offset,
				err->column, err->message);
	if (err->table[0])
		return snprintf(buf, size, "%s%s%s, offset 0x%" PRIx64 ": %s", file, colon,
				err->table, err->offset, err->message);
	return snprintf(buf, size, "%s%s%s", file, colon, err->message);
}
