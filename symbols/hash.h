/* SPDX-License-Identifier: MIT */
/*
 * The hash of tables of strings. It is another one in each process, so that no file can have any
 * number of names with the same one, each of which would be compared with all the others. What is
 * written must not depend on it.
 */
#ifndef ABILOCK_SYMBOLS_HASH_H
#define ABILOCK_SYMBOLS_HASH_H

#include "util.h"

/** Of this process; NULL: not asked for yet. Ask by abilock_hash_seed(). */
extern const unsigned char *abilock_hash_seed_known __attribute__((visibility("hidden")));

/** 16 random bytes, the same ones each time. */
const unsigned char *abilock_hash_seed_take(void);

static inline const unsigned char *abilock_hash_seed(void)
{
	const unsigned char *seed = __atomic_load_n(&abilock_hash_seed_known, __ATOMIC_RELAXED);

	return seed ? seed : abilock_hash_seed_take();
}

static inline uint64_t abilock_hash_word(const void *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/** Both halves of the product: a difference in any bit of @p a reaches all bits, unlike in the
 * lower half alone, and how depends on @p b. */
static inline uint64_t abilock_hash_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	const uint64_t high = (a >> 32) * (b >> 32), low = (a & UINT32_MAX) * (b & UINT32_MAX);
	const uint64_t cross = (a >> 32) * (b & UINT32_MAX) ^ (a & UINT32_MAX) * (b >> 32);

	return high ^ low ^ (cross << 32 | cross >> 32);
#endif
}

/** Eight bytes at a time, the last ones perhaps twice. */
static inline uint64_t abilock_hash_string(const char *s, size_t length)
{
	const unsigned char *seed = abilock_hash_seed();
	const uint64_t factor = abilock_hash_word(seed + 8) | 1;
	const char *end = s + length;
	uint64_t hash = abilock_hash_word(seed) ^ length, last = 0;

	if (length >= sizeof(hash)) {
		for (; end - s > (ptrdiff_t)sizeof(hash); s += sizeof(hash))
			hash = abilock_hash_fold(hash ^ abilock_hash_word(s), factor);
		last = abilock_hash_word(end - sizeof(hash));
	} else {
		for (; s < end; s++)
			last = last << 8 | (unsigned char)*s;
	}
	return abilock_hash_fold(hash ^ last, factor);
}

#endif
