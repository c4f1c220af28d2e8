/* SPDX-License-Identifier: MIT */
/*
 * The ELF reader: one object, from a file, from bytes in memory, or as the dynamic linker mapped
 * it.
 *
 * It reads what the dynamic linker reads: program headers, PT_DYNAMIC, and the tables that
 * PT_DYNAMIC points to. Section headers are never consulted, because a loader does not: a file may
 * have none, or may have ones that show something else than what will be loaded.
 *
 * Every function that reads fails rather than returning a shortened list.
 */
#ifndef ABILOCK_SYMBOLS_OBJECT_H
#define ABILOCK_SYMBOLS_OBJECT_H

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

/* Younger than the <elf.h> of some C libraries (musl). */
#ifndef DT_RELR
#define DT_RELR 36
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

#include "surface.h"

/** One version definition: `FOO_1.1` of `symbol@@FOO_1.1`. */
struct abilock_verdef {
	const char *name;
	uint32_t hash;	 /**< The ELF hash of the name. */
	bool is_private; /**< By its name, see abilock_node_name_is_private(). */
	uint16_t index;	 /**< vd_ndx without the hidden bit, 1..32767. */
	uint16_t flags;	 /**< VER_FLG_* as found. VER_FLG_BASE names the object itself. */
	const char **parents;
	size_t parent_count;
	uint64_t offset;	     /**< Of the entry in its table. */
	const uint64_t *aux_offsets; /**< Of the name's entry and of each parent's, in the table. */
	const struct abilock_verdef *next; /**< Of those that a look-up by name goes through. */
};

/** One needed version: node @p node of file @p file. */
struct abilock_verneed {
	const char *file; /**< DT_NEEDED name of the object that must define the node. */
	const char *node;
	uint32_t hash;	      /**< The ELF hash of the node. */
	uint16_t index;	      /**< vna_other without the hidden bit. */
	uint16_t flags;	      /**< VER_FLG_WEAK or 0, as found. */
	uint64_t offset;      /**< Of the entry in its table. */
	uint64_t file_offset; /**< Of the file's entry, which all nodes of the file share. */
};

/** One row of the dynamic symbol table. */
struct abilock_symbol {
	const char *name;
	uint64_t value;
	uint64_t size;
	uint16_t shndx;
	uint16_t version; /**< versym index without the hidden bit; VER_NDX_GLOBAL when unversioned.
			   */
	bool hidden;	  /**< Bit 15 of versym: `foo@NODE`, not `foo@@NODE`. */
	uint8_t type;
	uint8_t bind;
	uint8_t visibility;
	uint8_t other; /**< Whole st_other. */
};

/** One section header, as the file has it. */
struct abilock_section {
	const char *name;
	uint32_t type;
	uint64_t flags, address, offset, size, entsize;
	uint32_t link, info;
};

/** What `.note.abilock` says; members are NULL when their key is absent. docs/note-format.md. */
struct abilock_note {
	const char *kind;
	const char *host;
	const char *tag;
	const char *soname;
	const char *name;
	const char **nodes; /**< Each `node=`, in the order of the note. */
	size_t node_count;
	const char *node;   /**< The first of them. */
	const char *format; /**< "1" is the one that we know. */
};

/**
 * One thing that a module says of itself in a note of type 2. docs/note-format.md. A note that says
 * the name alone is one without a key.
 */
struct abilock_information {
	const char *name;  /**< Of the module, as the note spells it. */
	const char *key;   /**< Such as "uses"; NULL: there is a module of this name. */
	const char *value; /**< "" for a note without a key. */
	uint64_t offset;   /**< Of the note in its segment. */
};

/** A table of an object: where it lies and how far it may reach. */
struct abilock_span {
	uint64_t address; /**< Virtual address as in the program headers. */
	uint64_t limit;	  /**< Bytes to the next table or to the end of the segment's file part. */
	bool present;
	bool bounded; /**< Another table follows: @p limit is more than a guess. */
};

/**
 * An open ELF object. Read the members, do not write them. Strings and arrays are owned by the
 * object and live as long as it does.
 */
struct abilock_object {
	struct abilock_arena arena;
	const char *path; /**< As given; for an image the name that the dynamic linker uses. */
	bool is_image;	  /**< Mapped by the dynamic linker in this process. */
	uint32_t mode;	  /**< st_mode of the file; 0 for bytes and images. */
	bool is_no_link;  /**< The file was opened by @p path, and that is no symbolic link. */

	/* ELF header */
	uint8_t elf_class; /**< ELFCLASS32 or ELFCLASS64. */
	uint8_t data;	   /**< ELFDATA2LSB or ELFDATA2MSB. */
	uint8_t osabi;	   /**< ELFOSABI_*; 0 for an image. */
	uint16_t type;	   /**< ET_DYN, ET_EXEC ... */
	uint16_t machine;
	uint32_t flags;

	/* Dynamic section. has_dynamic is false for a static executable. */
	bool has_dynamic;
	const char *soname;
	const char *rpath;
	const char *runpath;
	const char *interp;
	const char **needed;
	size_t needed_count;
	const char **filters; /**< DT_FILTER: loaded in front of the object, must be there. */
	size_t filter_count;
	const char **auxiliaries; /**< DT_AUXILIARY: the same, where it is there. */
	size_t auxiliary_count;
	uint64_t dt_flags;
	uint64_t dt_flags_1;
	bool has_debug;	   /**< DT_DEBUG: a program. */
	bool has_hash;	   /**< DT_HASH. */
	bool has_gnu_hash; /**< DT_GNU_HASH. */

	/* Section headers, where the object was opened by them: see
	 * abilock_object_open_sections(). */
	struct abilock_section *sections;
	size_t section_count;

	/* Versions */
	bool has_versym;
	struct abilock_verdef *verdefs;
	size_t verdef_count;
	struct abilock_verneed *verneeds;
	size_t verneed_count;

	/* Notes */
	struct abilock_note *note; /**< NULL: no `.note.abilock`. */
	/** Whether that is the note of a host: asked of all loaded objects for each module. */
	bool is_host;
	struct abilock_information *information; /**< In the order of the file. */
	size_t information_count;
	const char *package;	 /**< `.note.package`: JSON text, or NULL. */
	const uint8_t *build_id; /**< NULL: none. */
	size_t build_id_size;
	const char **dlopen_notes; /**< `.note.dlopen`: JSON texts. */
	size_t dlopen_note_count;

	/* Tables, for the functions below. */
	uint64_t symbol_count; /**< Rows of the dynamic symbol table, row 0 included. */
	struct abilock_object_source *source;
	struct abilock_object_tables *tables;
	uint64_t device, inode; /**< Of the file that was read; 0 for bytes and images. */
};

/**
 * Open a file.
 *
 * @param path    Copied into the object.
 * @param[out] ret_object  Owned by the caller, release with abilock_object_free().
 * @param[out] err         Set on failure; may be NULL.
 * @return 0, ABILOCK_E_IO, ABILOCK_E_NOT_ELF, ABILOCK_E_DAMAGED, ABILOCK_E_UNSUPPORTED (relocatable
 *         and core files, unknown class) or ABILOCK_E_NOMEM.
 */
int abilock_object_open(const char *path, struct abilock_object **ret_object,
			struct abilock_error *err) _must_check_;

/**
 * As abilock_object_open(), with the memory of an object that is no more.
 *
 * @param arena  Taken over: it is empty afterwards. See abilock_object_free_into().
 */
int abilock_object_open_in(const char *path, struct abilock_arena *arena,
			   struct abilock_object **ret_object,
			   struct abilock_error *err) _must_check_;

/**
 * As abilock_object_open(), but as tools like readelf see the file that go by section headers: the
 * dynamic section, strings, symbols and versions are those that SHT_DYNAMIC, SHT_DYNSYM,
 * SHT_GNU_versym, SHT_GNU_verdef and SHT_GNU_verneed name. What is loaded may be something else.
 *
 * Where the file has no section headers, or none of a kind, the members are empty; sections without
 * bytes (SHT_NOBITS, in files of debug information) count as none. Notes and PT_INTERP are read
 * through the program headers, as ever.
 */
int abilock_object_open_sections(const char *path, struct abilock_object **ret_object,
				 struct abilock_error *err) _must_check_;

/** As abilock_object_open_sections() for the bytes of a file, which must outlive the object. */
int abilock_object_open_sections_bytes(const void *bytes, size_t size, const char *path,
				       struct abilock_object **ret_object,
				       struct abilock_error *err) _must_check_;

/**
 * As abilock_object_open() for an open descriptor, which is taken over on success and failure.
 *
 * @param st     What fstat() says of it.
 * @param arena  As abilock_object_open_in() has it, or NULL.
 */
int abilock_object_open_fd(int fd, const struct stat *st, const char *path,
			   struct abilock_arena *arena, struct abilock_object **ret_object,
			   struct abilock_error *err) _must_check_;

/** As abilock_object_open() for the bytes of a file, which must outlive the object. */
int abilock_object_open_bytes(const void *bytes, size_t size, const char *path,
			      struct abilock_object **ret_object,
			      struct abilock_error *err) _must_check_;

/**
 * Open an object as it is mapped in this process.
 *
 * The dynamic linker must not unmap it while the object is in use: see
 * abilock_images_with_all() of the runtime.
 *
 * @param base   Load bias, dlpi_addr.
 * @param phdrs  Program headers as mapped.
 * @param arena  Where the object lives, beside others: clear it when all of them have been freed.
 */
int abilock_object_open_image(const char *path, uintptr_t base, const ElfW(Phdr) * phdrs,
			      size_t phdr_count, struct abilock_arena *arena,
			      struct abilock_object **ret_object,
			      struct abilock_error *err) _must_check_;

/** Close and release. NULL is a no-op. */
void abilock_object_free(struct abilock_object *object);

/** As abilock_object_free(), but keep memory for the next object in @p arena, which is cleared. */
void abilock_object_free_into(struct abilock_object *object, struct abilock_arena *arena);

static inline void abilock_object_freep(struct abilock_object **object)
{
	abilock_object_free(*object);
}

/** Whether a name stands in the object's DT_NEEDED list. */
bool abilock_object_needs_file(const struct abilock_object *object, const char *name);

/** Whether a note names a node. */
bool abilock_note_has_node(const struct abilock_note *note, const char *node);

/** Whether the object carries the note of a host. */
bool abilock_object_is_host(const struct abilock_object *object);

/**
 * Load the symbol tables, which abilock_object_open() leaves alone, and set symbol_count.
 * Idempotent. Look-ups, needs and surface do it by themselves.
 */
int abilock_object_load_symbols(struct abilock_object *object,
				struct abilock_error *err) _must_check_;

/**
 * Read the section headers into @p object->sections, beside the tables of PT_DYNAMIC: for the names
 * that section symbols have there. A file without section headers has none, and so has one where
 * this failed: only the first call reads, and can fail.
 */
int abilock_object_load_sections(struct abilock_object *object,
				 struct abilock_error *err) _must_check_;

/** Decode row @p index, which must be below symbol_count. */
int abilock_object_symbol(const struct abilock_object *object, uint64_t index,
			  struct abilock_symbol *ret_symbol,
			  struct abilock_error *err) _must_check_;

/** Whether a symbol is one that other objects can bind to. */
bool abilock_symbol_is_export(const struct abilock_symbol *symbol);

/**
 * Which rows of a program's symbol table are copies of a library's variables (R_*_COPY), under any
 * of their names: defined, and yet the library's. The symbols must be loaded.
 *
 * @param[out] ret_copied  symbol_count flags, owned by the object; NULL where there can be none.
 */
int abilock_object_copies(struct abilock_object *object, bool **ret_copied,
			  struct abilock_error *err) _must_check_;

/** Version definition with index @p index, or NULL. The BASE definition is not one. */
const struct abilock_verdef *abilock_object_verdef(const struct abilock_object *object,
						   uint16_t index);

/** Version definition called @p name (not BASE), or NULL. */
const struct abilock_verdef *abilock_object_find_verdef(const struct abilock_object *object,
							const char *name);

/** Version definition that satisfies @p need by its name, or NULL. */
const struct abilock_verdef *abilock_object_find_needed(const struct abilock_object *object,
							const struct abilock_verneed *need);

/** Needed version with index @p index, or NULL. */
const struct abilock_verneed *abilock_object_verneed(const struct abilock_object *object,
						     uint16_t index);

/**
 * Look an export up as the dynamic linker does, through the object's own hash table.
 *
 * @param name     Symbol.
 * @param version  Node, or NULL for a reference without a version (which never finds a hidden
 *                 symbol, and finds the oldest version or the default one, as in glibc's
 *                 check_match()).
 * @param[out] ret_symbol  Set when found.
 * @return 1 found, 0 not found, or a negative error.
 */
int abilock_object_find(struct abilock_object *object, const char *name, const char *version,
			struct abilock_symbol *ret_symbol, struct abilock_error *err) _must_check_;

/**
 * As abilock_object_find(), for the name of @p def, which is a version definition of the object.
 *
 * @param[out] ret_name  The object's own copy of the name, when found.
 */
int abilock_object_find_in(struct abilock_object *object, const char *name,
			   const struct abilock_verdef *def, const char **ret_name,
			   struct abilock_error *err) _must_check_;

/** As abilock_object_find(), for any export of that name, whatever its version or default. */
int abilock_object_find_any(struct abilock_object *object, const char *name,
			    struct abilock_symbol *ret_symbol,
			    struct abilock_error *err) _must_check_;

/**
 * The surface of an object: every node it defines (BASE left out) and every export, in table order.
 *
 * Symbols that stand for a node (ABS, named like it: GNU ld writes them) are no API and left out.
 *
 * @param[out] ret_surface  Owned by the caller; it does not refer to @p object afterwards.
 */
int abilock_object_surface(struct abilock_object *object, struct abilock_surface **ret_surface,
			   struct abilock_error *err) _must_check_;

/** Name of an ELF machine such as "x86-64", or "machine 1234" in @p buf for an unknown one. */
const char *abilock_machine_name(uint16_t machine, char *buf, size_t size);

/** Machine, class and byte order of this process. */
uint16_t abilock_native_machine(void);

#endif
