/* SPDX-License-Identifier: MIT */
/* The words of a baseline's text, both ways. */
#include <elf.h>

#include "baseline_parts.h"

static const struct {
	uint8_t type;
	const char *word;
} types[] = {
	{STT_FUNC, "func"},	  {STT_OBJECT, "data"},	  {STT_TLS, "tls"},
	{STT_GNU_IFUNC, "ifunc"}, {STT_NOTYPE, "notype"}, {STT_COMMON, "data"},
};

const char *baseline_type_word(uint8_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].word;
	return "notype";
}

int baseline_type_parse(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_eq(types[i].word, word))
			return types[i].type;
	return -1;
}

bool baseline_type_has_size(uint8_t type)
{
	return type == STT_OBJECT || type == STT_COMMON || type == STT_TLS;
}

bool baseline_name_is_odd(const char *name)
{
	if (!name[0] || name[0] == '.' || name[0] == '#' || str_eq(name, "-"))
		return true;
	for (const char *p = name; *p; p++)
		if (is_control(*p) || *p == ' ' || *p == '"' || *p == '\\')
			return true;
	return false;
}

void baseline_write_name(struct abilock_text *out, const char *name)
{
	if (!baseline_name_is_odd(name)) {
		abilock_text_puts(out, name);
		return;
	}
	abilock_text_putc(out, '"');
	for (const char *p = name; *p; p++) {
		if (is_control(*p)) {
			abilock_text_puts(out, "\\x");
			abilock_text_hex(out, (unsigned char)*p, 2);
			continue;
		}
		if (*p == '"' || *p == '\\')
			abilock_text_putc(out, '\\');
		abilock_text_putc(out, *p);
	}
	abilock_text_putc(out, '"');
}

int baseline_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *read_quoted(char **line, char **ret)
{
	char *from = *line + 1, *to = *line + 1;

	*ret = to;
	for (; *from && *from != '"'; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == 'x') {
			const int high = baseline_hex_digit(from[1]);
			const int low = high < 0 ? -1 : baseline_hex_digit(from[2]);

			if (low < 0 || (high == 0 && low == 0))
				return "expected two digits from 0 to f behind '\\x', not both 0";
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else if (*from == '"' || *from == '\\') {
			*to++ = *from;
		} else {
			return "expected \\\", \\\\ or \\xHH in a name in quotes";
		}
	}
	if (*from != '"')
		return "a name in quotes has no end";
	if (from[1] && from[1] != ' ' && from[1] != '\t')
		return "expected a space behind a name in quotes";
	*line = from + 1;
	*to = '\0';
	return NULL;
}

const char *baseline_next_word(char **line, char **ret, bool *ret_quoted)
{
	char *p = *line + strspn(*line, " \t");

	*ret = NULL;
	if (ret_quoted)
		*ret_quoted = *p == '"';
	*line = p;
	if (!*p || *p == '#')
		return NULL;
	if (*p == '"')
		return read_quoted(line, ret);
	*ret = p;
	p += strcspn(p, " \t");
	if (*p)
		*p++ = '\0';
	*line = p;
	return NULL;
}
