/* SPDX-License-Identifier: MIT */
#include "lines.h"

void lines_init(struct lines *lines)
{
	*lines = (struct lines){0};
	(void)pthread_mutex_init(&lines->lock, NULL);
}

void lines_deinit(struct lines *lines)
{
	(void)pthread_mutex_destroy(&lines->lock);
	abilock_name_table_deinit(&lines->texts);
	abilock_arena_clear(&lines->arena);
}

bool lines_add(struct lines *lines, const char *text, size_t length)
{
	if (abilock_name_table_find_part(&lines->texts, text, length))
		return true;
	char *copy = abilock_arena_strndup(&lines->arena, text, length);
	return copy && abilock_name_table_put(&lines->texts, copy, copy);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool lines_print(const struct lines *lines, FILE *file)
{
	const struct abilock_name_table *texts = &lines->texts;
	_cleanup_(freep) const char **sorted = calloc(texts->count + 1, sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		return false;
	for (size_t i = 0; i < texts->size; i++)
		if (texts->slots[i].name)
			sorted[count++] = texts->slots[i].name;
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++) {
		(void)fputs(sorted[i], file);
		(void)fputc('\n', file);
	}
	return true;
}
