/* SPDX-License-Identifier: MIT */
/* Inside of the ELF reader: bytes at a virtual address, from any of the three kinds of source. */
#ifndef ABILOCK_SYMBOLS_OBJECT_SOURCE_H
#define ABILOCK_SYMBOLS_OBJECT_SOURCE_H

#include "object.h"

/** A PT_LOAD, in the file's own addresses. */
struct abilock_segment {
	uint64_t vaddr;
	uint64_t filesz; /**< Bytes that can be read; for an image, those that are mapped. */
	uint64_t offset;
	const uint8_t *bytes; /**< All of it, once abilock_source_segment() has been asked. */
};

/** A part of a file that has been read in one go: what lies in it costs no system call. */
struct abilock_window {
	uint64_t offset, size;
	const uint8_t *bytes;
};

/** Where the bytes come from: exactly one of fd, bytes and image is in use. */
struct abilock_object_source {
	int fd; /**< -1 unless a file. */
	const uint8_t *bytes;
	uint64_t size; /**< Of the file or of @p bytes. */
	uintptr_t base;
	struct abilock_segment *segments;
	size_t segment_count;
	struct abilock_window windows[4];
	size_t window_count;
	/* Of the ELF header, for whoever wants section headers. */
	uint64_t shoff;
	uint16_t shentsize, shnum, shstrndx;
	bool sections_tried; /**< Read, or found to be damaged. */
	bool swap;
	bool is64;
};

/** A table of relocations; size 0 where there is none. */
struct abilock_relocations {
	uint64_t address, size;
	bool with_addend; /**< Rela, not Rel. */
};

/** What a version index stands for: NULL where it has none. BASE is left out. */
struct abilock_version {
	const struct abilock_verdef *def;
	const struct abilock_verneed *need;
};

/** Hash tables, symbol rows, strings: NULL where the object has none. */
struct abilock_object_tables {
	struct abilock_span strtab_span, symtab_span, versym_span, hash_span, gnu_hash_span,
		verdef_span, verneed_span;
	uint64_t verdef_claim, verneed_claim;	   /**< DT_VERDEFNUM, DT_VERNEEDNUM. */
	struct abilock_relocations relocations[3]; /**< DT_RELA, DT_REL, DT_JMPREL. */
	uint64_t notes_size;			   /**< Of all PT_NOTE that have been read. */
	struct abilock_version *versions;	   /**< By version index. */
	uint16_t version_count;
	/* Lists of definitions by the hash of the name, as many as a power of two; no BASE. */
	const struct abilock_verdef **verdef_lists;
	uint32_t verdef_list_count;
	const char *strtab; /**< NULL until loaded. */
	uint64_t strtab_size;
	bool symbols_loaded;
	bool by_sections; /**< The tables are those of the section headers. */
	const uint8_t *symtab;
	const uint8_t *versym;
	const uint8_t *hash; /**< Words of DT_HASH, header included. */
	uint64_t hash_buckets, hash_word;
	const uint8_t *gnu_bloom, *gnu_buckets, *gnu_chain;
	bool gnu_is_empty; /**< DT_GNU_HASH has no symbol. */
	uint32_t gnu_bucket_count, gnu_first, gnu_bloom_words, gnu_shift;
};

/**
 * File offset of a virtual address.
 *
 * @return Whether a segment has it.
 */
bool abilock_source_offset(const struct abilock_object *object, uint64_t address,
			   uint64_t *ret_offset);

/** How many bytes from @p address on can be read: 0 where no segment has it. */
uint64_t abilock_source_room(const struct abilock_object *object, uint64_t address);

/**
 * Get @p size bytes at virtual address @p address.
 *
 * @param table  Name of the table for the error text.
 * @param[out] ret_bytes  Borrowed from the object.
 */
int abilock_source_get(struct abilock_object *object, const char *table, uint64_t address,
		       uint64_t size, const uint8_t **ret_bytes, struct abilock_error *err);

/** Get @p size bytes at file offset @p offset (headers). Not for images. */
int abilock_source_get_file(struct abilock_object *object, const char *table, uint64_t offset,
			    uint64_t size, const uint8_t **ret_bytes, struct abilock_error *err);

/**
 * Read a part of a file ahead, as far as the file goes. Only a matter of speed: a failure shows
 * when the part is got.
 */
void abilock_source_window(struct abilock_object *object, uint64_t offset, uint64_t size);

/**
 * Read the part of a file from the first to the last of some tables that lie close together, so
 * that getting each of them costs no system call. Only a matter of speed: where the tables lie far
 * apart, or the claims about them are wild, nothing is done, and whoever gets a table will see.
 *
 * @param spans  Where `present` is set, `limit` bytes at `address`.
 */
void abilock_source_prefetch(struct abilock_object *object, const struct abilock_span *spans,
			     size_t count);

/** Get a whole segment, which is read once and kept. */
int abilock_source_segment(struct abilock_object *object, size_t index, const uint8_t **ret_bytes,
			   uint64_t *ret_size, struct abilock_error *err);

/** A table whose size only its entries tell: bytes are fetched as the walk gets to them. */
struct abilock_walk {
	struct abilock_object *object;
	const char *table;
	uint64_t address;
	uint64_t limit;
	const uint8_t *bytes;
	uint64_t have;
	int code; /**< Of the failure, once abilock_walk_at() has returned NULL. */
};

/** For abilock_walk_at(): bytes that are not there yet. */
const uint8_t *abilock_walk_on(struct abilock_walk *walk, uint64_t offset, uint64_t size,
			       struct abilock_error *err);

/**
 * Bytes [@p offset, @p offset + @p size) of the table. Valid until the next call.
 *
 * @return NULL with @p err and walk->code set when they lie outside of the table or cannot be read.
 */
static inline const uint8_t *abilock_walk_at(struct abilock_walk *walk, uint64_t offset,
					     uint64_t size, struct abilock_error *err)
{
	if (offset > walk->have || size > walk->have - offset)
		return abilock_walk_on(walk, offset, size, err);
	return walk->bytes + offset;
}

/** An error in @p table of @p object. Returns ABILOCK_E_DAMAGED. */
#define abilock_damaged(object, table, offset, err, ...)                                           \
	abilock_error_set(err, ABILOCK_E_DAMAGED, (object)->path, table, offset, __VA_ARGS__)

/* Numbers of one byte order or the other. Loops over tables ask the object for it once. */
static inline uint16_t abilock_load16(bool swap, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap16(v) : v;
}

static inline uint32_t abilock_load32(bool swap, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap32(v) : v;
}

static inline uint64_t abilock_load64(bool swap, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap64(v) : v;
}

/*
 * Call a function for the kind of an object: its first arguments are whether it has 64 bits and the
 * other byte order. Where the function is inlined, that of most objects asks for neither again.
 */
#define abilock_by_kind(object, function, ...)                                                     \
	((object)->source->is64 && !(object)->source->swap                                         \
		 ? function(true, false, __VA_ARGS__)                                              \
		 : function((object)->source->is64, (object)->source->swap, __VA_ARGS__))

#define _inlined_ inline __attribute__((always_inline))

/* Numbers of the object's byte order. */
static inline uint16_t abilock_get16(const struct abilock_object *object, const uint8_t *p)
{
	return abilock_load16(object->source->swap, p);
}

static inline uint32_t abilock_get32(const struct abilock_object *object, const uint8_t *p)
{
	return abilock_load32(object->source->swap, p);
}

static inline uint64_t abilock_get64(const struct abilock_object *object, const uint8_t *p)
{
	return abilock_load64(object->source->swap, p);
}

/** An address or offset: 4 bytes in a 32-bit object, else 8. */
static inline uint64_t abilock_get_word(const struct abilock_object *object, const uint8_t *p)
{
	return object->source->is64 ? abilock_get64(object, p) : abilock_get32(object, p);
}

/** Say that a name lies outside of DT_STRTAB. Returns ABILOCK_E_DAMAGED. */
int abilock_object_no_string(const struct abilock_object *object, const char *table,
			     uint64_t offset, uint64_t index, struct abilock_error *err);

/** A string of DT_STRTAB; ABILOCK_E_DAMAGED where @p index lies outside. */
static inline int abilock_object_string(const struct abilock_object *object, const char *table,
					uint64_t offset, uint64_t index, const char **ret_string,
					struct abilock_error *err)
{
	if (index >= object->tables->strtab_size)
		return abilock_object_no_string(object, table, offset, index, err);
	*ret_string = object->tables->strtab + index;
	return 0;
}

/* The steps of opening, one file each. */
int abilock_object_read_sections(struct abilock_object *object, struct abilock_error *err);

/** The symbols that the section headers name, for abilock_object_load_symbols(). */
int abilock_object_load_section_symbols(struct abilock_object *object, struct abilock_error *err);

/** The first section of a type, or NULL. */
const struct abilock_section *abilock_object_section(const struct abilock_object *object,
						     uint32_t type);
int abilock_object_read_dynamic(struct abilock_object *object, uint64_t address, uint64_t size,
				struct abilock_error *err);
/** Load the string table that strtab_span and strtab_size name. */
int abilock_object_load_strings(struct abilock_object *object, struct abilock_error *err);

int abilock_object_read_versions(struct abilock_object *object, struct abilock_error *err);
int abilock_object_read_notes(struct abilock_object *object, uint64_t address, uint64_t size,
			      uint64_t align, struct abilock_error *err);

/** The highest symbol that a relocation refers to; 0 for none. */
int abilock_object_highest_reference(struct abilock_object *object, uint64_t *ret_symbol,
				     struct abilock_error *err);

/** The ELF hash of a name, as in DT_HASH and in the version tables. */
uint32_t abilock_elf_hash(const char *name);

#endif
