/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>

enum { BLOCK_SIZE = 8192 };

struct abilock_arena_block {
	struct abilock_arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

void *abilock_arena_bytes(struct abilock_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct abilock_arena_block *block = arena->blocks;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) & ~(align - 1);
	if (!block || block->size - block->used < size) {
		/* A large piece gets a block of its own size, behind the first, so that the room
		 * left in the first block stays in use. */
		size_t room = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
		struct abilock_arena_block *fresh = malloc(sizeof(*fresh) + room);

		if (!fresh)
			return NULL;
		fresh->used = 0;
		fresh->size = room;
		if (block && room == size) {
			fresh->next = block->next;
			block->next = fresh;
		} else {
			fresh->next = block;
			arena->blocks = fresh;
		}
		block = fresh;
	}
	void *p = block->data + block->used;
	block->used += size;
	return p;
}

void *abilock_arena_alloc(struct abilock_arena *arena, size_t size)
{
	void *p = abilock_arena_bytes(arena, size);

	if (p)
		memset(p, 0, size);
	return p;
}

void *abilock_arena_array(struct abilock_arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return abilock_arena_alloc(arena, bytes);
}

char *abilock_arena_strndup(struct abilock_arena *arena, const char *s, size_t len)
{
	char *copy = len < SIZE_MAX ? abilock_arena_bytes(arena, len + 1) : NULL;

	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *abilock_arena_strdup(struct abilock_arena *arena, const char *s)
{
	return abilock_arena_strndup(arena, s, strlen(s));
}

char *abilock_arena_text(struct abilock_arena *arena, const char *s)
{
	char *copy = abilock_arena_strdup(arena, s);

	if (copy)
		str_disarm(copy);
	return copy;
}

char *abilock_arena_printf(struct abilock_arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char *s = NULL;

	va_start(ap, fmt);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	if (len >= 0)
		s = abilock_arena_alloc(arena, (size_t)len + 1);
	if (s)
		(void)vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}

void abilock_arena_clear(struct abilock_arena *arena)
{
	struct abilock_arena_block *block = take_ptr(arena->blocks);

	while (block) {
		struct abilock_arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void *abilock_array_push(void *array, size_t *count, size_t size)
{
	void **p = array;
	size_t n = *count;

	/* Full exactly at the powers of two (and at 0). */
	if ((n & (n - 1)) == 0) {
		size_t bytes;

		if (__builtin_mul_overflow(n ? n * 2 : 1, size, &bytes))
			return NULL;
		void *grown = realloc(*p, bytes);
		if (!grown)
			return NULL;
		*p = grown;
	}
	void *element = (unsigned char *)*p + n * size;
	memset(element, 0, size);
	*count = n + 1;
	return element;
}
