/* SPDX-License-Identifier: MIT */
/* Of which kind a file is, by its content. */
#include <ctype.h>
#include <elf.h>

#include "import.h"

enum import_kind import_kind_find(const char *name)
{
	static const struct {
		const char *name;
		enum import_kind kind;
	} kinds[] = {
		{"library", IMPORT_LIBRARY}, {"script", IMPORT_SCRIPT},
		{"libvirt", IMPORT_LIBVIRT}, {"debian", IMPORT_DEBIAN},
		{"abilist", IMPORT_ABILIST},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(name, kinds[i].name))
			return kinds[i].kind;
	return IMPORT_UNKNOWN;
}

struct line {
	const char *s;
	size_t length;
};

static bool next_line(struct line *line, const char *end)
{
	const char *s = line->s + line->length;

	s += s < end && *s == '\n';
	if (s >= end)
		return false;
	const char *newline = memchr(s, '\n', (size_t)(end - s));
	*line = (struct line){s, (size_t)((newline ? newline : end) - s)};
	return true;
}

/* Words of a line, at most @p count; the number of words that it has, or count + 1 for more. */
static size_t split_words(struct line line, struct line *words, size_t count)
{
	const char *p = line.s, *end = line.s + line.length;
	size_t found = 0;

	while (true) {
		while (p < end && isspace((unsigned char)*p))
			p++;
		if (p == end)
			return found;
		const char *start = p;
		while (p < end && !isspace((unsigned char)*p))
			p++;
		if (found == count)
			return count + 1;
		words[found++] = (struct line){start, (size_t)(p - start)};
	}
}

/* `NODE SYMBOL F`, `NODE SYMBOL D 0x10` */
static bool is_abilist(struct line line)
{
	struct line words[4];
	const size_t count = split_words(line, words, 4);

	return (count == 3 || count == 4) && words[2].length == 1 &&
	       isupper((unsigned char)*words[2].s) && *line.s != ' ' &&
	       !memchr(line.s, ';', line.length) && !memchr(line.s, '{', line.length) &&
	       (count == 3 || (words[3].length > 2 && memcmp(words[3].s, "0x", 2) == 0));
}

/* `libfoo.so.1 libfoo1 #MINVER#` */
static bool is_debian(struct line line)
{
	struct line words[2];

	if (isspace((unsigned char)*line.s) || split_words(line, words, 2) < 2)
		return false;
	for (size_t i = 0; i < words[0].length; i++)
		if (strchr("{;:/", words[0].s[i]))
			return false;
	/* Two words begin a line of any text: one of the two has to look like what it is. */
	return !strchr("{;\"", words[1].s[0]) && (memmem(words[0].s, words[0].length, ".so", 3) ||
						  memmem(line.s, line.length, "#MINVER#", 8));
}

static bool is_include(struct line line)
{
	static const char word[] = "#include \"";

	return line.length > strlen(word) && memcmp(line.s, word, strlen(word)) == 0;
}

/* Whether a character stands in a script outside of its comments. */
static bool script_has(const char *s, size_t size, char wanted)
{
	const char *end = s + size, *found = s;

	for (; s < end; s++) {
		if (*s == wanted)
			return true;
		if (*s == '#')
			found = memchr(s, '\n', (size_t)(end - s));
		else if (*s == '/' && end - s > 1 && s[1] == '*')
			found = memmem(s, (size_t)(end - s), "*/", 2);
		else
			continue;
		if (!found)
			return false;
		s = found;
	}
	return false;
}

enum import_kind import_detect(const char *bytes, size_t size)
{
	struct line line = {bytes, 0};

	if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0)
		return IMPORT_LIBRARY;
	if (size >= strlen("!<arch>\n") && memcmp(bytes, "!<arch>\n", strlen("!<arch>\n")) == 0)
		return IMPORT_UNKNOWN;
	while (next_line(&line, bytes + size)) {
		size_t blank = 0;

		while (blank < line.length && isspace((unsigned char)line.s[blank]))
			blank++;
		if (is_include(line))
			return IMPORT_DEBIAN;
		if (blank == line.length || line.s[blank] == '#')
			continue;
		if (is_abilist(line))
			return IMPORT_ABILIST;
		if (is_debian(line))
			return IMPORT_DEBIAN;
		break;
	}
	if (script_has(bytes, size, '{'))
		return IMPORT_SCRIPT;
	return script_has(bytes, size, ';') ? IMPORT_LIBVIRT : IMPORT_UNKNOWN;
}
