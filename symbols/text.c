/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <errno.h>
#include <stdarg.h>

enum { FIRST_CAPACITY = 4096 };

void abilock_text_deinit(struct abilock_text *text)
{
	free(text->data);
	*text = (struct abilock_text){0};
}

char *abilock_text_reserve(struct abilock_text *text, size_t more)
{
	size_t need, want = text->capacity ? text->capacity : FIRST_CAPACITY;

	if (text->capacity - text->length >= more && text->data)
		return text->data + text->length;
	if (__builtin_add_overflow(text->length, more, &need)) {
		text->failed = true;
		return NULL;
	}
	while (want < need)
		want = want > SIZE_MAX / 2 ? need : want * 2;
	char *grown = realloc(text->data, want);
	if (!grown) {
		text->failed = true;
		return NULL;
	}
	text->data = grown;
	text->capacity = want;
	return grown + text->length;
}

char *abilock_vformat(const char *fmt, va_list args)
{
	char *text;

	return vasprintf(&text, fmt, args) < 0 ? NULL : text;
}

int abilock_text_read(struct abilock_text *text, int fd, size_t max)
{
	/* Most files are smaller, and larger ones double the room. */
	enum { PIECE = 4096 };

	for (;;) {
		char *to = abilock_text_reserve(text, PIECE);
		ssize_t n = to ? read(fd, to, text->capacity - text->length) : -1;

		if (!to)
			errno = ENOMEM;
		else if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? 0 : -1;
		text->length += (size_t)n;
		if (text->length > max) {
			errno = EFBIG;
			return -1;
		}
	}
}

void abilock_text_add(struct abilock_text *text, const void *bytes, size_t length)
{
	char *to = abilock_text_reserve(text, length);

	if (!to)
		return;
	memcpy(to, bytes, length);
	text->length += length;
}

void abilock_text_puts(struct abilock_text *text, const char *s)
{
	abilock_text_add(text, s, strlen(s));
}

void abilock_text_putc(struct abilock_text *text, char c)
{
	abilock_text_add(text, &c, 1);
}

void abilock_text_printf(struct abilock_text *text, const char *fmt, ...)
{
	char *to = abilock_text_reserve(text, 128);
	size_t room = to ? text->capacity - text->length : 0;
	va_list ap, again;

	if (!to)
		return;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(to, room, fmt, ap);
	if (n < 0) {
		text->failed = true;
		n = 0;
	} else if ((size_t)n >= room) {
		to = abilock_text_reserve(text, (size_t)n + 1);
		n = to ? vsnprintf(to, (size_t)n + 1, fmt, again) : 0;
	}
	va_end(again);
	va_end(ap);
	text->length += (size_t)n;
}

void abilock_text_pad(struct abilock_text *text, size_t count)
{
	char *to = abilock_text_reserve(text, count);

	if (!to)
		return;
	memset(to, ' ', count);
	text->length += count;
}

void abilock_text_left(struct abilock_text *text, const char *s, size_t width)
{
	const size_t length = strlen(s);

	abilock_text_add(text, s, length);
	if (length < width)
		abilock_text_pad(text, width - length);
}

void abilock_text_decimal(struct abilock_text *text, uint64_t value, unsigned width)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	if (sizeof(digits) - at < width)
		abilock_text_pad(text, width - (sizeof(digits) - at));
	abilock_text_add(text, digits + at, sizeof(digits) - at);
}

void abilock_text_hex(struct abilock_text *text, uint64_t value, unsigned width)
{
	char digits[16];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value || (at > 0 && sizeof(digits) - at < width));
	abilock_text_add(text, digits + at, sizeof(digits) - at);
}

void abilock_text_field(struct abilock_text *text, const char *s)
{
	const char *plain = s;

	for (; *s; s++) {
		const unsigned char c = (unsigned char)*s;
		const char *escape = c == '\t'	 ? "\\t"
				     : c == '\n' ? "\\n"
				     : c == '\r' ? "\\r"
				     : c == '\\' ? "\\\\"
						 : NULL;

		if (!escape && c >= ' ' && c != 0x7f)
			continue;
		abilock_text_add(text, plain, (size_t)(s - plain));
		plain = s + 1;
		if (escape)
			abilock_text_puts(text, escape);
		else
			abilock_text_printf(text, "\\x%02x", c);
	}
	abilock_text_add(text, plain, (size_t)(s - plain));
}

size_t abilock_utf8_sequence(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t more;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		more = 1;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		more = 2;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		more = 3;
	else
		return 0;
	/* Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	for (size_t i = 1; i <= more; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return more + 1;
}
