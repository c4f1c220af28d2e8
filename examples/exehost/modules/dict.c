/* SPDX-License-Identifier: MIT */
#include "dict.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *wrong, *right;
} words[] = {
	{"teh", "the"},
	{"tae", "tea"},
	{"watre", "water"},
};

const char *dict_correct(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i].wrong) == 0)
			return words[i].right;
	return word;
}
