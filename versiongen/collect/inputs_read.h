/* SPDX-License-Identifier: MIT */
/* Inside of the reader of link inputs: bytes of a file or of memory, and one reader a format. */
#ifndef VERSIONGEN_INPUTS_READ_H
#define VERSIONGEN_INPUTS_READ_H

#include "inputs.h"

/** A file, or bytes: exactly one of them is in use. */
struct input_source {
	int fd; /**< -1 for bytes. */
	const uint8_t *bytes;
	uint64_t size;
	const char *name;   /**< For messages. */
	const char *folder; /**< Where the members of a thin archive lie; NULL for bytes. */
};

/**
 * Get @p size bytes at @p offset, which the caller has compared with the size.
 *
 * @return 0, or ABILOCK_E_IO, also where a file has become shorter.
 */
int input_source_get(const struct input_source *source, uint64_t offset, void *buf, size_t size,
		     struct abilock_error *err) _must_check_;

/** Read whatever the source is. @p into has name, path, member and archive, and is completed. */
int input_read_elf(struct inputs *inputs, const struct input_source *source, struct input into,
		   struct abilock_error *err) _must_check_;

/** Whether bytes are an ELF file, by the first @p size of them. */
bool input_is_elf(const uint8_t *head, size_t size);

/** Whether bytes are LLVM bitcode. */
bool input_is_bitcode(const uint8_t *head, size_t size);

/** The error for a file that has no machine code. */
int input_fail_lto(const char *name, struct abilock_error *err);

/** Open a file for reading. @return 0 or ABILOCK_E_IO. */
int input_source_open(const char *path, struct input_source *ret_source,
		      struct abilock_error *err) _must_check_;

static inline void input_source_close(struct input_source *source)
{
	closep(&source->fd);
}

/** An object file (ET_REL). */
int input_read_relocatable(struct inputs *inputs, const struct input_source *source,
			   struct input *into, struct abilock_error *err) _must_check_;

/** A shared object or program; into->object is set. */
int input_read_linked(struct inputs *inputs, const struct input_source *source, struct input *into,
		      struct abilock_error *err) _must_check_;

/** An archive: one input for each member that is an ELF file. */
int input_read_archive(struct inputs *inputs, const struct input_source *source, bool is_thin,
		       struct abilock_error *err) _must_check_;

/** Compare with the machine of the files before, or note the first. */
int input_check_machine(struct inputs *inputs, const char *name, uint16_t machine,
			uint8_t elf_class, uint8_t data, struct abilock_error *err) _must_check_;

/** A symbol at the end of a list that is malloc'ed while it grows. */
struct input_symbols {
	struct input_symbol *items;
	size_t count;
};

/** Append; @p name is cut at `@`. @return 0 or ABILOCK_E_NOMEM. */
int input_add_symbol(struct inputs *inputs, struct input_symbols *symbols, const char *name,
		     struct input_symbol symbol, struct abilock_error *err) _must_check_;

/** Move the list to the memory of the inputs. @return 0 or ABILOCK_E_NOMEM. */
int input_keep_symbols(struct inputs *inputs, struct input_symbols *symbols, struct input *into,
		       struct abilock_error *err) _must_check_;

static inline void input_symbols_deinit(struct input_symbols *symbols)
{
	free(symbols->items);
}

#endif
