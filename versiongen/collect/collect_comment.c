/* SPDX-License-Identifier: MIT */
#include "collect_comment.h"

struct node_text comment_inside(struct node_text comment)
{
	if (comment.length == 0)
		return (struct node_text){"", 0};
	const bool is_block = comment.length >= 4 && comment.text[0] == '/';
	const size_t skip = is_block ? 2 : 1;

	return (struct node_text){comment.text + skip, comment.length - skip - (is_block ? 2 : 0)};
}

static bool is_separator(char c)
{
	return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

bool comment_take_word(struct node_text *rest, struct node_text *word)
{
	while (rest->length > 0 && is_separator(*rest->text))
		rest->text++, rest->length--;
	*word = (struct node_text){rest->text, 0};
	while (rest->length > 0 && !is_separator(*rest->text))
		rest->text++, rest->length--, word->length++;
	return word->length > 0;
}

bool node_text_is(struct node_text text, const char *s)
{
	return text.length == strlen(s) && memcmp(text.text, s, text.length) == 0;
}

bool node_text_starts(struct node_text text, const char *s)
{
	return text.length >= strlen(s) && memcmp(text.text, s, strlen(s)) == 0;
}

bool comment_is_type(struct node_text word)
{
	static const char *const words[] = {"func", "data", "tls", "ifunc", "notype"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (node_text_is(word, words[i]))
			return true;
	return false;
}

static bool is_file_word(struct node_text word)
{
	for (size_t i = 0; i < word.length; i++)
		if (is_control(word.text[i]))
			return false;
	return memchr(word.text, '/', word.length) || memchr(word.text, '.', word.length);
}

bool comment_is_tag(struct node_text word)
{
	static const char *const words[] = {"weak", "unique", "compat", "exact"};
	static const char *const keys[] = {"since=", "arch=", "if="};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (node_text_is(word, words[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (node_text_starts(word, keys[i]))
			return true;
	return comment_is_type(word);
}

bool comment_is_tags(struct node_text comment)
{
	struct node_text rest = comment_inside(comment), word;
	bool any = false;

	for (; comment_take_word(&rest, &word); any = true)
		if (!comment_is_tag(word) && !is_file_word(word))
			return false;
	return any;
}

const char *comment_file(struct abilock_arena *arena, struct node_text comment)
{
	struct node_text rest = comment_inside(comment), word;

	if (comment_is_tags(comment))
		while (comment_take_word(&rest, &word))
			if (!comment_is_tag(word))
				return abilock_arena_strndup(arena, word.text, word.length);
	return "";
}

bool comment_is_heading(struct node_text comment)
{
	struct node_text rest = comment_inside(comment), word, more;

	return comment_take_word(&rest, &word) && is_file_word(word) && !comment_is_tag(word) &&
	       !comment_take_word(&rest, &more);
}

bool comment_is_unversioned(struct node_text comment)
{
	struct node_text rest = comment_inside(comment), word;

	return comment_take_word(&rest, &word) && node_text_is(word, "unversioned:");
}
