/* SPDX-License-Identifier: MIT */
/*
 * Memory with one owner. A model (an object, a surface, a report) keeps an arena; everything that
 * the model points to lives in it and dies with it, so nothing inside a model is freed singly.
 */
#ifndef ABILOCK_SYMBOLS_ARENA_H
#define ABILOCK_SYMBOLS_ARENA_H

#include <stdalign.h>

#include "util.h"

/** Initialise with `{ 0 }`. */
struct abilock_arena {
	struct abilock_arena_block *blocks; /**< Newest first; NULL while empty. */
	unsigned char *at, *end;	    /**< What is left of the newest. */
};

/** @return @p size bytes, zeroed and aligned for any type, or NULL when memory is out. */
void *abilock_arena_alloc(struct abilock_arena *arena, size_t size);

/** For abilock_arena_bytes(): out of a new block. */
void *abilock_arena_more(struct abilock_arena *arena, size_t size);

/** As abilock_arena_alloc(), not zeroed: for bytes that are about to be written anyway. */
static inline void *abilock_arena_bytes(struct abilock_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	void *bytes = arena->at;

	/* What is left is a multiple of the alignment. */
	if (size >= (size_t)(arena->end - arena->at))
		return abilock_arena_more(arena, size);
	arena->at += (size + align - 1) & ~(align - 1);
	return bytes;
}

/** @return Room for @p count elements, zeroed; NULL on overflow or when memory is out. */
void *abilock_arena_array(struct abilock_arena *arena, size_t count, size_t size);

/** @return A copy of @p len bytes of @p s with a NUL behind them, or NULL when memory is out. */
char *abilock_arena_strndup(struct abilock_arena *arena, const char *s, size_t len);

char *abilock_arena_strdup(struct abilock_arena *arena, const char *s);

/**
 * A copy fit for a terminal and a log: each control character is replaced by `?`. For names that
 * come from files, which may hold anything.
 */
char *abilock_arena_text(struct abilock_arena *arena, const char *s);

/** Bytes as lower case hexadecimal digits, two for each. NULL when memory is out. */
char *abilock_arena_hex(struct abilock_arena *arena, const uint8_t *bytes, size_t size);

/** @p name below @p directory, which may be "". NULL when memory is out. */
char *abilock_arena_path(struct abilock_arena *arena, const char *directory, const char *name);

char *abilock_arena_printf(struct abilock_arena *arena, const char *fmt, ...) _printf_(2, 3);

/** Free everything; the arena is empty and usable afterwards. */
void abilock_arena_clear(struct abilock_arena *arena);

/** As abilock_arena_clear(), but keep a block: where the next model is about to be made. */
void abilock_arena_reset(struct abilock_arena *arena);

/**
 * A growing array: make room for one more element of @p size bytes behind the @p count that
 * @p *array (malloc'ed, or NULL) holds. The capacity is the next power of two, so no field keeps
 * it.
 *
 * @return Address of the new element, zeroed; NULL when memory is out (the array stays as it was).
 */
void *abilock_array_push(void *array, size_t *count, size_t size);

/**
 * As abilock_array_push() for an array that lives in an arena, where what it outgrows stays: for
 * those that are mostly short. The capacity is 4, 8, 16 ...
 *
 * @return Address of the new element, which is to be written.
 */
void *abilock_arena_push(struct abilock_arena *arena, void *array, size_t *count, size_t size);

#endif
