/* SPDX-License-Identifier: MIT */
/* A quick hash for tables of strings. */
#ifndef ABILOCK_SYMBOLS_HASH_H
#define ABILOCK_SYMBOLS_HASH_H

#include "util.h"

static inline uint64_t abilock_hash_word(uint64_t hash, const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	/* A product has nothing of the upper bits in its lower ones. */
	word ^= word >> 32;
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/** Eight bytes at a time, the last ones perhaps twice. */
static inline uint64_t abilock_hash_string(const char *s, size_t length)
{
	const char *end = s + length;
	uint64_t hash = length + 1;

	if (length < sizeof(hash)) {
		for (; s < end; s++)
			hash = (hash ^ (unsigned char)*s) * 0x100000001b3;
		return hash ^ hash >> 32;
	}
	for (; end - s > (ptrdiff_t)sizeof(hash); s += sizeof(hash))
		hash = abilock_hash_word(hash, s);
	return abilock_hash_word(hash, end - sizeof(hash));
}

#endif
