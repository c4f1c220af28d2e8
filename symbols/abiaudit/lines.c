/* SPDX-License-Identifier: MIT */
#include "lines.h"

enum { FIRST_CAPACITY = 1024 };

struct line {
	const char *text; /* ends in NUL */
	size_t length;
	uint64_t hash;
};

void lines_init(struct lines *lines)
{
	*lines = (struct lines){0};
	(void)pthread_mutex_init(&lines->lock, NULL);
}

void lines_deinit(struct lines *lines)
{
	(void)pthread_mutex_destroy(&lines->lock);
	free(lines->slots);
	abilock_arena_clear(&lines->arena);
}

/* FNV-1a. Lines come from hostile files too: the worst that they can do is to make this slow. */
static uint64_t hash_of(const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
	return hash;
}

/* The slot that holds the line, or the free one where it belongs. */
static struct line *find(struct line *slots, size_t capacity, const struct line *wanted)
{
	for (size_t i = wanted->hash & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
		struct line *slot = &slots[i];

		if (!slot->text || (slot->hash == wanted->hash && slot->length == wanted->length &&
				    memcmp(slot->text, wanted->text, wanted->length) == 0))
			return slot;
	}
}

/* At most half of the slots are in use. */
static bool make_room(struct lines *lines)
{
	const size_t capacity = lines->capacity ? lines->capacity * 2 : FIRST_CAPACITY;

	if (lines->count < lines->capacity / 2)
		return true;
	struct line *slots = calloc(capacity, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < lines->capacity; i++)
		if (lines->slots[i].text)
			*find(slots, capacity, &lines->slots[i]) = lines->slots[i];
	free(lines->slots);
	lines->slots = slots;
	lines->capacity = capacity;
	return true;
}

bool lines_add(struct lines *lines, const char *text, size_t length)
{
	struct line line = {text, length, hash_of(text, length)};

	if (!make_room(lines))
		return false;
	struct line *slot = find(lines->slots, lines->capacity, &line);
	if (slot->text)
		return true;
	line.text = abilock_arena_strndup(&lines->arena, text, length);
	if (!line.text)
		return false;
	*slot = line;
	lines->count++;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool lines_print(const struct lines *lines, FILE *file)
{
	_cleanup_(freep) const char **sorted = calloc(lines->count + 1, sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		return false;
	for (size_t i = 0; i < lines->capacity; i++)
		if (lines->slots[i].text)
			sorted[count++] = lines->slots[i].text;
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++) {
		(void)fputs(sorted[i], file);
		(void)fputc('\n', file);
	}
	return true;
}
