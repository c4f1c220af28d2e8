/* SPDX-License-Identifier: MIT */
#include "types_name.h"

static const char *const kind_names[] = {
	[ABILOCK_TYPE_STRUCT] = "struct",
	[ABILOCK_TYPE_UNION] = "union",
	[ABILOCK_TYPE_ENUM] = "enum",
};

const char *type_kind_name(enum abilock_type_kind kind)
{
	return kind_names[kind];
}

/* ASCII whatever the locale. */
bool type_name_is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$' || c == '.' || c == ':';
}

/* With its quotes; 0: the last one is missing. */
static size_t quoted_length(const char *text)
{
	const char *p = text + 1;

	for (; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? (size_t)(p + 1 - text) : 0;
}

size_t type_name_length(const char *text)
{
	size_t length = 0;

	if (*text == '"')
		return quoted_length(text);
	while (type_name_is_plain(text[length]))
		length++;
	return length;
}

/* The kind whose keyword begins with that letter: most words of a text are none. */
static int kind_of_letter(char c)
{
	switch (c) {
	case 's': return ABILOCK_TYPE_STRUCT;
	case 'u': return ABILOCK_TYPE_UNION;
	case 'e': return ABILOCK_TYPE_ENUM;
	default: return -1;
	}
}

size_t type_name_reference(const char *text, enum abilock_type_kind *ret_kind)
{
	const int kind = kind_of_letter(*text);

	if (kind < 0)
		return 0;
	size_t keyword = strlen(kind_names[kind]);

	if (strncmp(text, kind_names[kind], keyword) != 0 || text[keyword] != ' ')
		return 0;
	keyword += text[keyword + 1] == '@' ? 2 : 1;
	size_t name = type_name_length(text + keyword);
	*ret_kind = (enum abilock_type_kind)kind;
	return name ? keyword + name : 0;
}

const char *type_name_tag(const struct abilock_type *type)
{
	return strchr(type->name, ' ') + 1 + type->is_unnamed;
}

bool type_name_is_typedef(const struct abilock_type *type)
{
	return type->is_unnamed && !strchr(type->name, '.');
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One escape. @return Its bytes, or 0. */
static size_t read_escape(const char *text, struct abilock_text *out)
{
	if (text[1] == '"' || text[1] == '\\') {
		abilock_text_putc(out, text[1]);
		return 2;
	}
	if (text[1] != 'x' || hex_digit(text[2]) < 0 || hex_digit(text[3]) < 0)
		return 0;
	char c = (char)(hex_digit(text[2]) * 16 + hex_digit(text[3]));
	if (c == '\0' || !is_control(c))
		return 0;
	abilock_text_putc(out, c);
	return 4;
}

static bool needs_quotes(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!type_name_is_plain(name[i]))
			return true;
	return length == 0;
}

bool type_name_read(const char *text, size_t length, struct abilock_text *out)
{
	const size_t start = out->length;

	if (*text != '"') {
		abilock_text_add(out, text, length);
		return true;
	}
	for (size_t at = 1; at + 1 < length;) {
		size_t escape = text[at] == '\\' ? read_escape(text + at, out) : 1;

		if (escape == 0 || is_control(text[at]))
			return false;
		if (text[at] != '\\')
			abilock_text_putc(out, text[at]);
		at += escape;
	}
	return out->failed || out->length == start ||
	       needs_quotes(out->data + start, out->length - start);
}

void abilock_type_name_write(struct abilock_text *out, const char *name)
{
	if (!needs_quotes(name, strlen(name))) {
		abilock_text_puts(out, name);
		return;
	}
	abilock_text_putc(out, '"');
	for (; *name; name++) {
		if (is_control(*name)) {
			abilock_text_puts(out, "\\x");
			abilock_text_hex(out, (unsigned char)*name, 2);
			continue;
		}
		if (*name == '"' || *name == '\\')
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, *name);
	}
	abilock_text_putc(out, '"');
}

const char *abilock_type_text_next(const char **text, size_t *ret_length)
{
	enum abilock_type_kind kind;
	const char *p = *text;

	while (*p) {
		size_t length = type_name_reference(p, &kind);

		if (length) {
			*text = p + length;
			*ret_length = length;
			return p;
		}
		length = type_name_length(p);
		/* Nothing is to be found behind a quote that does not close. */
		if (length == 0 && *p == '"')
			break;
		p += length ? length : 1;
	}
	*text = p + strlen(p);
	return NULL;
}
