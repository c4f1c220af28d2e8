/* SPDX-License-Identifier: MIT */
#include "demangle.h"

#include "text.h"

#undef ARRAY_SIZE /* the next header has one, too */
#include LIBIBERTY_HEADER

enum {
	/* c++filt looks at no more of a name at once. */
	LONGEST_NAME = 32766,
	FLAGS = DMGL_PARAMS | DMGL_ANSI | DMGL_VERBOSE | DMGL_AUTO,
};

static size_t name_length(const char *s)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_$.";
	size_t len = strspn(s, alphabet);

	return len < LONGEST_NAME ? len : LONGEST_NAME;
}

static void add_name(struct abilock_text *text, const char *name)
{
	/* In front of a name `.` and `$` are an assembler's marks. */
	const bool marked = *name == '.' || *name == '$';
	_cleanup_(freep) char *plain = cplus_demangle(name + marked, FLAGS);

	if (plain && *name == '.')
		abilock_text_putc(text, '.');
	abilock_text_puts(text, plain ? plain : name);
}

char *abilock_demangle(const char *line)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	_cleanup_(freep) char *name = malloc(strlen(line) + 1);

	for (const char *p = line; name && *p;) {
		size_t len = name_length(p);

		if (len == 0) {
			abilock_text_putc(&text, *p++);
			continue;
		}
		memcpy(name, p, len);
		name[len] = '\0';
		add_name(&text, name);
		p += len;
	}
	abilock_text_putc(&text, '\0');
	if (!name || text.failed || str_eq(text.data, line))
		return NULL;
	return take_ptr(text.data);
}

char *abilock_demangle_symbol(const char *symbol, bool is_java)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const size_t marks = strspn(symbol, ".$");
	_cleanup_(freep) char *plain = cplus_demangle(
		symbol + marks, (is_java ? DMGL_JAVA : DMGL_PARAMS | DMGL_ANSI) | DMGL_AUTO);

	if (!plain)
		return NULL;
	abilock_text_add(&text, symbol, marks);
	abilock_text_puts(&text, plain);
	abilock_text_putc(&text, '\0');
	return text.failed ? NULL : take_ptr(text.data);
}
