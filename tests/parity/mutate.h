/* SPDX-License-Identifier: MIT */
/* Damaged copies of ELF files: the same ones for the same seed, on every machine. */
#ifndef PARITY_MUTATE_H
#define PARITY_MUTATE_H

#include "../../symbols/util.h"

struct mutant {
	uint8_t *bytes; /**< The caller's, from malloc(). */
	size_t size;
	char what[200]; /**< What has been done to it, for a report. */
};

/** One copy of a sound file with one or two claims changed. */
struct mutant mutate(const uint8_t *bytes, size_t size, uint64_t seed);

/** Take the section headers away: no damage, but other ways to the tables are needed. */
void mutate_bare(struct mutant *mutant);

/**
 * Damage that tools have been seen to fall for. Each needs a 64-bit file of the native byte order
 * with definitions, needs and section headers.
 */
struct known_damage {
	const char *name;
	const char *what;
	bool answered; /**< What is damaged is of no interest to a loader: the rows stay. */
	void (*apply)(struct mutant *mutant);
};
extern const struct known_damage known_damages[];
extern const size_t known_damage_count;

/** Apply one to a copy. */
struct mutant mutate_known(const struct known_damage *damage, const uint8_t *bytes, size_t size);

#endif
