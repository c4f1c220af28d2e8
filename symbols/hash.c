/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include <sys/auxv.h>

const unsigned char *abilock_hash_seed_known;

const unsigned char *abilock_hash_seed_take(void)
{
	/* For a kernel without one: still a hash, but one that is known. */
	static const unsigned char none[16] = "abilock, no seed";
	/* The kernel has put it there for things like this; the C library takes its own from it. */
	const unsigned char *bytes = (const unsigned char *)getauxval(AT_RANDOM);
	const unsigned char *seed = bytes ? bytes : none;

	/* Whoever else is here writes the same. */
	__atomic_store_n(&abilock_hash_seed_known, seed, __ATOMIC_RELAXED);
	return seed;
}
