/* SPDX-License-Identifier: MIT */
/*
 * Lists of exported symbols as glibc keeps them: `NODE SYMBOL TYPE [SIZE]` on each line, with the
 * types F (function), D (data), T (thread-local), G (data of the global pointer's area), A (the
 * symbol that stands for a node).
 */
#include <ctype.h>
#include <elf.h>

#include "import.h"

enum {
	NODE,
	SYMBOL,
	TYPE,
	SIZE,
	WORDS,
};

struct reader {
	struct import *import;
	const char *text, *end;
	struct abilock_place place; /* of what is being read */
};

struct word {
	const char *s;
	size_t length;
	struct abilock_place place;
};

static void report(struct reader *reader, struct abilock_place place, const char *message,
		   const char *fix)
{
	struct abilock_diagnostic *diag = abilock_diagnostics_add(
		&reader->import->diags, ABILOCK_LEVEL_ERROR, "import-syntax", place, "%s", message);

	if (diag)
		diag->fix = fix;
}

/* The words of a line, at most WORDS; one more where there are more. */
static size_t split(const struct reader *reader, const char *line, size_t length,
		    struct word words[WORDS])
{
	size_t count = 0;

	for (size_t i = 0; i < length;) {
		size_t start = i;

		if (isspace((unsigned char)line[i])) {
			i++;
			continue;
		}
		while (i < length && !isspace((unsigned char)line[i]))
			i++;
		if (count == WORDS)
			return WORDS + 1;
		words[count] = (struct word){line + start, i - start, reader->place};
		words[count].place.column = (uint32_t)start + 1;
		words[count++].place.length = (uint32_t)(i - start);
	}
	return count;
}

static bool is_size(const struct word *word)
{
	if (word->length < 3 || memcmp(word->s, "0x", 2) != 0)
		return false;
	for (size_t i = 2; i < word->length; i++)
		if (!isxdigit((unsigned char)word->s[i]))
			return false;
	return true;
}

/* @return Whether it is a type at all. */
static bool read_type(const struct word *word, uint8_t *ret)
{
	switch (word->length == 1 ? *word->s : '\0') {
	case 'A':
	case 'F': *ret = STT_FUNC; return true;
	case 'D':
	case 'G': *ret = STT_OBJECT; return true;
	case 'T': *ret = STT_TLS; return true;
	default: return false;
	}
}

static bool check_words(struct reader *reader, struct word words[WORDS], size_t count,
			uint8_t *ret_type)
{
	if (count <= TYPE) {
		report(reader, words[count - 1].place, "a line ends early",
		       "expected 'NODE SYMBOL TYPE [SIZE]'");
		return false;
	}
	if (!read_type(&words[TYPE], ret_type)) {
		report(reader, words[TYPE].place, "unknown type of a symbol",
		       "expected F, D, T, G or A");
		return false;
	}
	if (count > WORDS || (count > SIZE && !is_size(&words[SIZE]))) {
		report(reader, words[SIZE].place, "something else than a size behind the type",
		       "expected a number such as 0x10");
		return false;
	}
	return true;
}

static bool same_word(const struct word *a, const struct word *b)
{
	return a->length == b->length && memcmp(a->s, b->s, a->length) == 0;
}

static int read_line(struct reader *reader, const char *line, size_t length,
		     struct abilock_error *err)
{
	struct import *import = reader->import;
	struct word words[WORDS];
	const size_t count = split(reader, line, length, words);
	uint8_t type = STT_FUNC;

	if (count == 0 || *words[0].s == '#' || !check_words(reader, words, count, &type))
		return 0;
	const char *name = abilock_arena_strndup(&import->arena, words[NODE].s, words[NODE].length);
	if (!name)
		return abilock_error_nomem(err);
	if (!import_is_node_name(name)) {
		report(reader, words[NODE].place, "a node cannot have this name",
		       "expected letters, digits, underscores and dots");
		return 0;
	}
	const size_t node = import_node(import, name, words[NODE].place);
	if (node == ABILOCK_NO_NODE)
		return abilock_error_nomem(err);
	/* GNU ld's symbol of the node. */
	if (*words[TYPE].s == 'A' && same_word(&words[NODE], &words[SYMBOL]))
		return 0;
	const char *text =
		import_name(import, words[SYMBOL].s, words[SYMBOL].length, words[SYMBOL].place);
	if (!text)
		return 0;
	struct import_symbol *symbol = import_add_symbol(import, node, text);
	if (!symbol)
		return abilock_error_nomem(err);
	symbol->entry.place = words[SYMBOL].place;
	symbol->entry.tags.type = type;
	symbol->entry.tags.has_type = true;
	return 0;
}

static int read_lines(struct reader *reader, struct abilock_error *err)
{
	int r = 0;

	for (const char *line = reader->text; r == 0 && line < reader->end;) {
		const char *newline = memchr(line, '\n', (size_t)(reader->end - line));
		const char *stop = newline ? newline : reader->end;

		reader->place.line++;
		r = read_line(reader, line, (size_t)(stop - line), err);
		line = stop + 1;
	}
	return r;
}

/* A symbol's newest node has the default version, so the older ones are marked. */
static void mark_compat(struct import *import)
{
	for (size_t i = 1; i < import->symbol_count; i++) {
		struct import_symbol *older = &import->symbols[i - 1];

		older->entry.tags.is_compat =
			str_eq(older->entry.text, import->symbols[i].entry.text);
	}
}

int import_abilist(struct import *import, size_t source, struct abilock_error *err)
{
	struct reader reader = {.import = import,
				.text = import->sources[source].text,
				.end = import->sources[source].text +
				       import->sources[source].length,
				.place = {.file = (uint32_t)source}};

	int r = read_lines(&reader, err);
	if (r >= 0)
		r = import_chain_nodes(import, err);
	if (r < 0)
		return r;
	import_keep_names(import);
	r = import_check_twice(import, err);
	import_sort(import);
	mark_compat(import);
	for (size_t i = 0; r == 0 && i < import->node_count && i < 1; i++)
		r = import_hide_rest(import, i, err);
	abilock_text_puts(
		&import->heading,
		"Imported from a list of symbols. The list does not say which node inherits "
		"from which:\nhere each follows the version before it.\n");
	return r < 0 ? r : import_result(import, err);
}
