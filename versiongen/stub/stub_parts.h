/* SPDX-License-Identifier: MIT */
/*
 * How a stub is put together: symbols are collected and ordered, each table is filled, the sections
 * get their addresses, and what depends on addresses is written last.
 */
#ifndef VERSIONGEN_STUB_PARTS_H
#define VERSIONGEN_STUB_PARTS_H

#include <gelf.h>

#include "stub.h"

enum stub_section {
	STUB_HASH,
	STUB_GNU_HASH,
	STUB_DYNSYM,
	STUB_DYNSTR,
	STUB_VERSYM,
	STUB_VERDEF,
	STUB_TEXT,
	STUB_DYNAMIC, /* from here on: what can be written */
	STUB_TBSS,
	STUB_BSS,
	STUB_SHSTRTAB,
	STUB_SECTION_COUNT,
};

struct stub_symbol {
	const struct abilock_export *export;
	uint64_t value; /* from the start of its section */
	uint32_t gnu_hash;
	uint32_t name; /* offset in the strings */
};

struct stub {
	const struct stub_source *source;
	const struct abilock_surface *surface; /* the source's */
	struct abilock_error *err;
	Elf *elf;
	struct abilock_arena arena;  /* what libelf is to write */
	struct stub_symbol *symbols; /* export_count of them; dynsym has one more in front */
	uint32_t gnu_buckets;
	char *strings;
	uint32_t strings_len;
	uint32_t soname;
	uint32_t *node_names; /* one a node, offsets in strings */
	bool has_versions;
	bool has_tls;
	bool needs_gnu_osabi;
	uint64_t tls_size;
	uint64_t data_size;
	uint64_t data_align;
	Elf_Scn *scn[STUB_SECTION_COUNT]; /* NULL where the section is left out */
	Elf_Data *data[STUB_SECTION_COUNT];
	GElf_Shdr shdr[STUB_SECTION_COUNT];
};

/* Functions return 0 or a negative error; where err says nothing, libelf does. */

static inline size_t stub_word_size(const struct stub *st)
{
	return st->source->elf_class == ELFCLASS64 ? 8 : 4;
}

/* A zeroed buffer of the section's data, in the memory form of this host; NULL: no memory. */
void *stub_buffer(struct stub *st, enum stub_section s, size_t size);

int stub_too_large(struct stub *st, const char *what);

/* In the order that the GNU hash table wants, with strings and places. */
int stub_collect_symbols(struct stub *st);
int stub_collect_strings(struct stub *st);
int stub_fill_dynsym(struct stub *st);
/* Once addresses are known. */
void stub_place_symbols(struct stub *st);

int stub_fill_versions(struct stub *st);
int stub_fill_hash(struct stub *st);
int stub_fill_gnu_hash(struct stub *st);

int stub_create_sections(struct stub *st);
int stub_fill_sections(struct stub *st);
int stub_place_sections(struct stub *st);
int stub_put_header(struct stub *st);
int stub_put_segments(struct stub *st);

#endif
