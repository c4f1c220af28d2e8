/* SPDX-License-Identifier: MIT */
/* The hash tables of a stub: linkers and readers size the symbol table by them. */
#include "stub_parts.h"

/* A word of the SysV table, which is 8 bytes wide on some machines. */
static void put_word(void *table, unsigned width, size_t i, uint32_t value)
{
	if (width == 8)
		((uint64_t *)table)[i] = value;
	else
		((uint32_t *)table)[i] = value;
}

int stub_fill_hash(struct stub *st)
{
	const unsigned width =
		abilock_machine_hash_entry(st->source->machine, st->source->elf_class);
	size_t count = st->surface->export_count, buckets = count / 2 + 1;
	_cleanup_(freep) uint32_t *last = calloc(buckets, sizeof(*last));
	void *table = stub_buffer(st, STUB_HASH, width * (2 + buckets + count + 1));

	if (!last || !table)
		return abilock_error_nomem(st->err);
	st->data[STUB_HASH]->d_type = width == 8 ? ELF_T_XWORD : ELF_T_WORD;
	st->shdr[STUB_HASH].sh_entsize = width;
	put_word(table, width, 0, (uint32_t)buckets);
	put_word(table, width, 1, (uint32_t)(count + 1));
	for (size_t i = 1; i <= count; i++) {
		size_t b = elf_hash(st->symbols[i - 1].export->name) % buckets;

		put_word(table, width, 2 + buckets + i, last[b]);
		last[b] = (uint32_t)i;
	}
	for (size_t b = 0; b < buckets; b++)
		put_word(table, width, 2 + b, last[b]);
	return 0;
}

/* Bloom filter, buckets and chains, as the dynamic linker's lookup reads them. */
static void fill_tables(const struct stub *st, uint32_t *table, uint32_t mask_words, uint32_t shift)
{
	const uint32_t bits = (uint32_t)stub_word_size(st) * 8;
	uint32_t *bloom = table + 4;
	uint32_t *buckets = bloom + mask_words * (bits / 32);
	uint32_t *chains = buckets + st->gnu_buckets;
	size_t count = st->surface->export_count;

	for (size_t i = 0; i < count; i++) {
		uint32_t hash = st->symbols[i].gnu_hash, bucket = hash % st->gnu_buckets;
		uint32_t word = hash / bits % mask_words;
		uint64_t mask = (uint64_t)1 << hash % bits | (uint64_t)1 << (hash >> shift) % bits;
		bool ends =
			i + 1 == count || st->symbols[i + 1].gnu_hash % st->gnu_buckets != bucket;

		if (bits == 64)
			((uint64_t *)(void *)bloom)[word] |= mask;
		else
			bloom[word] |= (uint32_t)mask;
		if (buckets[bucket] == 0)
			buckets[bucket] = (uint32_t)i + 1;
		chains[i] = (hash & ~1u) | ends;
	}
}

int stub_fill_gnu_hash(struct stub *st)
{
	size_t count = st->surface->export_count;
	uint32_t mask_words = 1, shift = 6;

	while (mask_words * stub_word_size(st) * 8 < count * 8) {
		mask_words *= 2;
		shift++;
	}
	uint32_t *table = stub_buffer(st, STUB_GNU_HASH,
				      16 + mask_words * stub_word_size(st) +
					      4 * ((size_t)st->gnu_buckets + count));
	if (!table)
		return abilock_error_nomem(st->err);
	if (stub_word_size(st) == 4) /* with 8 it has entries of both sizes */
		st->shdr[STUB_GNU_HASH].sh_entsize = 4;
	table[0] = st->gnu_buckets;
	table[1] = 1; /* first symbol in the table */
	table[2] = mask_words;
	table[3] = shift & 31;
	fill_tables(st, table, mask_words, shift & 31);
	return 0;
}
