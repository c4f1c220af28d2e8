/* SPDX-License-Identifier: MIT */
#include "declaration_tags.h"

#include <elf.h>

#include "machine.h"

static bool is_separator(char c)
{
	return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

bool comment_next_word(const struct comment *comment, const char **p, struct word *ret)
{
	const char *end = comment->text + comment->length;

	while (*p < end && is_separator(**p))
		++*p;
	ret->text = *p;
	while (*p < end && !is_separator(**p))
		++*p;
	ret->length = (size_t)(*p - ret->text);
	return ret->length > 0;
}

bool word_is(const struct word *word, const char *s)
{
	return strlen(s) == word->length && memcmp(word->text, s, word->length) == 0;
}

bool word_starts(const struct word *word, const char *s)
{
	return strlen(s) <= word->length && memcmp(word->text, s, strlen(s)) == 0;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void set_wrong(struct comment *comment, const struct word *word, struct word against)
{
	if (comment->wrong.length > 0)
		return;
	comment->wrong = *word;
	comment->against = against;
}

/* @return Whether the word is the first for its field. */
static bool set_field(struct comment *comment, enum field field, const struct word *word)
{
	const struct word before = comment->set[field];

	if (before.length == 0) {
		comment->set[field] = *word;
		return true;
	}
	if (before.length != word->length || memcmp(before.text, word->text, word->length) != 0)
		set_wrong(comment, word, before);
	return false;
}

static bool read_plain_tag(struct comment *comment, const struct word *word)
{
	static const struct {
		const char *word;
		enum field field;
		uint8_t value;
	} words[] = {
		{"func", FIELD_TYPE, STT_FUNC},
		{"data", FIELD_TYPE, STT_OBJECT},
		{"tls", FIELD_TYPE, STT_TLS},
		{"ifunc", FIELD_TYPE, STT_GNU_IFUNC},
		{"notype", FIELD_TYPE, STT_NOTYPE},
		{"weak", FIELD_BIND, STB_WEAK},
		{"unique", FIELD_BIND, STB_GNU_UNIQUE},
		{"compat", FIELD_COMPAT, 1},
		{"exact", FIELD_EXACT, 1},
	};
	struct abilock_tags *tags = &comment->tags;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!word_is(word, words[i].word))
			continue;
		if (!set_field(comment, words[i].field, word))
			return true;
		switch (words[i].field) {
		case FIELD_TYPE: tags->type = words[i].value; break;
		case FIELD_BIND: tags->bind = words[i].value; break;
		case FIELD_COMPAT: tags->is_compat = true; break;
		default: tags->is_exact = true; break;
		}
		return true;
	}
	return false;
}

/* `A|B`, or `!A|!B`: a machine is one of those, or none of those. */
static bool is_arch(const char *s, size_t length)
{
	const bool is_negated = length > 0 && s[0] == '!';

	for (const char *end = s + length; s < end; s++) {
		const char *bar = memchr(s, '|', (size_t)(end - s));
		const char *stop = bar ? bar : end;

		if ((*s == '!') != is_negated)
			return false;
		s += is_negated;
		/* A symbol for a machine that nobody knows would be nowhere, without a word. */
		if ((bar && bar + 1 == end) || !abilock_machine_is_known(s, (size_t)(stop - s)))
			return false;
		s = stop;
	}
	return length > 0;
}

static bool is_condition(const char *s, size_t length)
{
	size_t first = length > 0 && s[0] == '!';

	for (size_t i = first; i < length; i++)
		if (!is_alnum(s[i]) && s[i] != '_')
			return false;
	return length > first && !(s[first] >= '0' && s[first] <= '9');
}

static bool is_release(const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_alnum(s[i]) && !strchr("_.+~:-", s[i]))
			return false;
	return length > 0;
}

static bool read_key(struct comment *comment, const struct word *word)
{
	struct abilock_tags *tags = &comment->tags;
	const struct {
		const char *key;
		enum field field;
		bool (*is_good)(const char *s, size_t length);
		const char **value;
	} keys[] = {
		{"since=", FIELD_SINCE, is_release, &tags->since},
		{"arch=", FIELD_ARCH, is_arch, &tags->arch},
		{"if=", FIELD_CONDITION, is_condition, &tags->condition},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!word_starts(word, keys[i].key))
			continue;
		const char *value = word->text + strlen(keys[i].key);
		const size_t length = word->length - strlen(keys[i].key);

		if (!keys[i].is_good(value, length))
			set_wrong(comment, word, (struct word){0});
		else if (set_field(comment, keys[i].field, word))
			*keys[i].value = reader_copy(comment->lx->reader, value, length);
		return true;
	}
	return false;
}

bool word_is_file(const struct word *word)
{
	for (size_t i = 0; i < word->length; i++)
		if (is_control(word->text[i]))
			return false;
	return memchr(word->text, '/', word->length) || memchr(word->text, '.', word->length);
}

bool comment_read_tags(struct comment *comment, const char *p)
{
	struct word word;
	bool any = false;

	comment->tags = (struct abilock_tags){.type = STT_FUNC, .bind = STB_GLOBAL};
	for (; comment_next_word(comment, &p, &word); any = true) {
		if (read_plain_tag(comment, &word) || read_key(comment, &word))
			continue;
		if (!word_is_file(&word))
			return false;
		if (comment->set[FIELD_HEADER].length == 0) {
			comment->set[FIELD_HEADER] = word;
			comment->tags.header =
				reader_copy(comment->lx->reader, word.text, word.length);
		}
	}
	return any;
}
