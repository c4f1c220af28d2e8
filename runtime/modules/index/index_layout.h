/* SPDX-License-Identifier: MIT */
/* Inside of the index: how it lies in the file. docs/index-format.md says the same in words. */
#ifndef ABILOCK_RUNTIME_INDEX_LAYOUT_H
#define ABILOCK_RUNTIME_INDEX_LAYOUT_H

#include "index.h"

#define ABILOCK_INDEX_MAGIC "abilocki"
enum { ABILOCK_INDEX_VERSION = 1, ABILOCK_INDEX_BYTE_ORDER = 0x01020304 };

/** A table: byte offset in the file (a multiple of 8) and number of elements. */
struct abilock_index_table {
	uint32_t offset, count;
};

/** What the file starts with. */
struct abilock_index_header {
	char magic[8];
	uint32_t byte_order, version;
	uint64_t size;
	uint64_t checksum;			     /**< Of all others; made for a file. */
	struct abilock_index_table modules;	     /**< struct abilock_index_module, by name. */
	struct abilock_index_table module_slots;     /**< uint32_t: number + 1 of a module, or 0. */
	struct abilock_index_table capabilities;     /**< struct abilock_index_capability. */
	struct abilock_index_table capability_slots; /**< uint32_t: number + 1, or 0. */
	struct abilock_index_table providers;	     /**< struct abilock_index_provider. */
	struct abilock_index_table directories;	     /**< struct abilock_index_folder. */
	struct abilock_index_table lists;	     /**< uint32_t. */
	struct abilock_index_table strings;	     /**< Bytes; the last one is a NUL. */
	uint32_t host_key;			     /**< String. */
	uint32_t zero;
};

/* A string is its offset in the table of strings; 0 stands for none. */

enum abilock_index_string {
	ABILOCK_INDEX_NAME,
	ABILOCK_INDEX_PATH,
	ABILOCK_INDEX_MANIFEST_FILE,
	ABILOCK_INDEX_PROBLEM,
	ABILOCK_INDEX_BUILD_ID,
	ABILOCK_INDEX_KIND,
	ABILOCK_INDEX_HOST,
	ABILOCK_INDEX_TAG,
	ABILOCK_INDEX_NODE,
	ABILOCK_INDEX_DESCRIPTION,
	ABILOCK_INDEX_TYPE,
	ABILOCK_INDEX_CHECKSUM,
	ABILOCK_INDEX_SUPPORT_LEVEL,
	ABILOCK_INDEX_DEPRECATED_IN,
	ABILOCK_INDEX_REMOVED_IN,
	ABILOCK_INDEX_REPLACEMENT,
	ABILOCK_INDEX_LOAD_PRIORITY,
	ABILOCK_INDEX_LICENCE,
	ABILOCK_INDEX_ARCH,
	ABILOCK_INDEX_STRING_COUNT
};

/** Lists of a module: they lie one behind the other, in this order. */
enum abilock_index_list {
	ABILOCK_INDEX_CONFIGS, /**< A string each. */
	ABILOCK_INDEX_USES,    /**< Type, name, priority, line, column; and so the next three. */
	ABILOCK_INDEX_CANUSE,
	ABILOCK_INDEX_WILLUSE,
	ABILOCK_INDEX_PROVIDES,
	ABILOCK_INDEX_UNKNOWN, /**< Section, key, value, line, column. */
	ABILOCK_INDEX_NEEDED,  /**< A string each. */
	ABILOCK_INDEX_NEEDS,   /**< A string each. */
	ABILOCK_INDEX_LIST_COUNT
};

/** Words of an element of a list with five. */
enum { ABILOCK_INDEX_ROW = 5 };

enum {
	ABILOCK_INDEX_EXPORT_GLOBALS = 1 << 0,
	ABILOCK_INDEX_EMBEDDED = 1 << 1,
	ABILOCK_INDEX_CHECKED = 1 << 2,
	ABILOCK_INDEX_VERIFIED = 1 << 3,
};

struct abilock_index_module {
	struct abilock_file_identity file, manifest;
	uint32_t strings[ABILOCK_INDEX_STRING_COUNT];
	int32_t priority;
	uint32_t flags;
	uint32_t lists; /**< Word in the table of lists where they start. */
	uint32_t counts[ABILOCK_INDEX_LIST_COUNT];
};

/** Something that modules provide. */
struct abilock_index_capability {
	uint32_t type, name;
	uint32_t first, count; /**< Of the table of providers, the best first. */
};

struct abilock_index_provider {
	uint32_t module;
	int32_t priority;
};

struct abilock_index_folder {
	struct abilock_file_identity identity;
	uint32_t name, zero;
};

/** Words that one element of a list takes. */
static inline uint32_t abilock_index_list_words(int list)
{
	return list >= ABILOCK_INDEX_USES && list <= ABILOCK_INDEX_UNKNOWN ? ABILOCK_INDEX_ROW : 1;
}

/** Where a string of a manifest stands in struct abilock_manifest, for ABILOCK_INDEX_DESCRIPTION
 * and those behind it. */
extern const size_t abilock_index_manifest_strings[ABILOCK_INDEX_STRING_COUNT];

/** What the header says of the rest: header->checksum of the bytes as they are. */
uint64_t abilock_index_checksum(const void *bytes, size_t size);

/** Of a module's name: the same for all spellings of it. */
uint32_t abilock_index_hash_name(const char *name);

uint32_t abilock_index_hash_capability(const char *type, const char *name);

/* ---- making one, module by module ---- */

/** `FILE(NODE)`, which the modules of a host have in common. */
struct abilock_index_need {
	uint32_t file, text; /**< Strings. */
	uint32_t hash;	     /**< The ELF hash of the node. */
	uint32_t node;	     /**< Where its name starts in the table of strings, and its length. */
	size_t length;
};

/** Initialise with `{ 0 }`. */
struct abilock_index_builder {
	struct abilock_index_module *modules; /**< malloc'ed; in the order of coming. */
	size_t module_count;
	uint32_t *lists; /**< malloc'ed. */
	size_t list_count, list_room;
	char *strings; /**< malloc'ed. */
	size_t string_count, string_room;
	uint32_t *slots; /**< malloc'ed; string + 1, or 0. */
	size_t slot_count, used_slots;
	struct abilock_index_folder *directories; /**< malloc'ed. */
	size_t directory_count;
	struct abilock_index_need *needs; /**< malloc'ed; by the hash of the node, the last. */
	bool failed; /**< Memory is out, or the index would be too large: see finish(). */
	bool too_large;
};

/** Take one module; all is copied. */
void abilock_index_builder_add(struct abilock_index_builder *builder,
			       const struct abilock_index_entry *entry);

void abilock_index_builder_add_directory(struct abilock_index_builder *builder,
					 const struct abilock_index_directory *directory);

/** Keep a string, once. @return Its offset; 0: it is NULL, or that failed. There is a NUL at 0. */
uint32_t abilock_index_builder_string(struct abilock_index_builder *builder, const char *s);

/** Make the index of what came. The builder is empty afterwards, also on failure. */
int abilock_index_builder_finish(struct abilock_index_builder *builder, const char *host_key,
				 struct abilock_index *ret_index,
				 struct abilock_error *err) _must_check_;

void abilock_index_builder_deinit(struct abilock_index_builder *builder);

/**
 * As abilock_index_write(), and leave the file open that is there now.
 *
 * @param[out] ret_fd  Owned by the caller.
 */
int abilock_index_write_open(const struct abilock_index *index, const char *path, int *ret_fd,
			     struct abilock_error *err) _must_check_;

#endif
