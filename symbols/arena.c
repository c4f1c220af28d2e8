/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdarg.h>

/* The first block is one of those that malloc() has at hand: many models are small. The others
 * double in size. */
enum { FIRST_BLOCK_SIZE = 960, KEPT_BLOCK_SIZE = 32 << 10, LAST_BLOCK_SIZE = 256 << 10 };

struct abilock_arena_block {
	struct abilock_arena_block *next;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

static void use_block(struct abilock_arena *arena, struct abilock_arena_block *block)
{
	arena->blocks = block;
	arena->at = block->data;
	arena->end = block->data + block->size;
}

void *abilock_arena_more(struct abilock_arena *arena, size_t size)
{
	struct abilock_arena_block *block = arena->blocks;
	size_t usual = block ? 2 * block->size : FIRST_BLOCK_SIZE;

	if (usual > LAST_BLOCK_SIZE)
		usual = LAST_BLOCK_SIZE;
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	/* A large piece gets a block of its own size, behind the first, so that the room left in
	 * the first block stays in use. */
	const bool is_large = size > (block ? usual / 4 : usual);
	struct abilock_arena_block *fresh = malloc(sizeof(*fresh) + (is_large ? size : usual));
	if (!fresh)
		return NULL;
	fresh->size = is_large ? size : usual;
	fresh->next = block;
	if (block && is_large) {
		fresh->next = block->next;
		block->next = fresh;
		return fresh->data;
	}
	use_block(arena, fresh);
	arena->at += size;
	return fresh->data;
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

char *abilock_arena_hex(struct abilock_arena *arena, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *text = abilock_arena_bytes(arena, 2 * size + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * size] = '\0';
	return text;
}

char *abilock_arena_path(struct abilock_arena *arena, const char *directory, const char *name)
{
	const size_t before = strlen(directory), behind = strlen(name) + 1;
	char *path = abilock_arena_bytes(arena, before + 1 + behind);

	if (!path)
		return NULL;
	memcpy(path, directory, before);
	if (before > 0)
		path[before] = '/';
	memcpy(path + before + (before > 0), name, behind);
	return path;
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

static void free_blocks(struct abilock_arena_block *block)
{
	while (block) {
		struct abilock_arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void abilock_arena_clear(struct abilock_arena *arena)
{
	free_blocks(arena->blocks);
	*arena = (struct abilock_arena){0};
}

void abilock_arena_reset(struct abilock_arena *arena)
{
	struct abilock_arena_block *block = arena->blocks;

	if (!block || block->size > KEPT_BLOCK_SIZE) {
		abilock_arena_clear(arena);
		return;
	}
	free_blocks(take_ptr(block->next));
	use_block(arena, block);
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

void *abilock_arena_push(struct abilock_arena *arena, void *array, size_t *count, size_t size)
{
	void **p = array;
	const size_t n = *count;

	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		void *grown = abilock_arena_array(arena, n ? n * 2 : 4, size);

		if (!grown)
			return NULL;
		if (n)
			memcpy(grown, *p, n * size);
		*p = grown;
	}
	*count = n + 1;
	return (unsigned char *)*p + n * size;
}
