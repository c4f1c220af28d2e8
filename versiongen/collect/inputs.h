/* SPDX-License-Identifier: MIT */
/*
 * What a link takes: object files, archives of them (thin ones too), and linked objects. Of each,
 * the symbols that other files can see. Any machine, but one for all files.
 */
#ifndef VERSIONGEN_INPUTS_H
#define VERSIONGEN_INPUTS_H

#include "../../symbols/name_table.h"
#include "../../symbols/object.h"

/** Index that stands for no input, no archive, no name. */
#define INPUTS_NONE SIZE_MAX

/** A symbol that is not local. */
struct input_symbol {
	size_t name;  /**< Index into the names of the inputs; a version behind `@` is cut off. */
	uint8_t type; /**< STT_*; what has none in the file gets the one of its section. */
	uint8_t bind; /**< STB_GLOBAL, STB_WEAK or STB_GNU_UNIQUE. */
	uint8_t visibility; /**< STV_*. */
	bool is_defined;
	const char *file; /**< For a versioned reference of a linked object: DT_NEEDED name whose
			     version it asks for. Else NULL. */
};

/** An object file, a member of an archive, or a linked object. */
struct input {
	const char *name;   /**< For people: `PATH` or `PATH(MEMBER)`. */
	const char *path;   /**< The file, or its archive. */
	const char *member; /**< Name in the archive; NULL for a file of its own. */
	size_t archive; /**< Number of the archive, from 0; INPUTS_NONE for a file of its own. */
	struct abilock_object *object; /**< A linked object (shared object, program), or NULL. */
	struct input_symbol *symbols;  /**< In the order of the file. */
	size_t symbol_count;
};

/** Initialise with `{ 0 }`, release with inputs_deinit(). */
struct inputs {
	struct abilock_arena arena; /**< Owns all strings and symbols. */
	struct input *items;	    /**< malloc'ed; in the order in which they were read. */
	size_t count;
	size_t archive_count;
	const char **names; /**< malloc'ed: each name of a symbol once. */
	size_t name_count;
	struct abilock_name_table by_name; /**< Index into names, plus 1. */
	/* Of the first file that has one. */
	const char *machine_of; /**< Its name; NULL while there is none. */
	uint16_t machine;
	uint8_t elf_class, data;
};

void inputs_deinit(struct inputs *inputs);

/**
 * Read a file and append what is in it: one input, or one for each ELF member of an archive.
 *
 * Members that are no ELF files are passed over, as linkers do. Thin archives name their members
 * relative to where they lie.
 *
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, ABILOCK_E_NOT_ELF, ABILOCK_E_DAMAGED (the file of @p
 *         err is then `PATH(MEMBER)` for a member), or ABILOCK_E_UNSUPPORTED (another machine than
 *         the files before, or only an intermediate language of a compiler).
 */
int inputs_read(struct inputs *inputs, const char *path, struct abilock_error *err) _must_check_;

/** As inputs_read() for bytes; no other file is opened, so a thin archive is unsupported. */
int inputs_read_bytes(struct inputs *inputs, const void *bytes, size_t size, const char *name,
		      struct abilock_error *err) _must_check_;

/** Index of a name, which is added if it is new; INPUTS_NONE when memory is out. */
size_t inputs_name(struct inputs *inputs, const char *name);

/** Index of a name, or INPUTS_NONE where no input has it. */
size_t inputs_find_name(const struct inputs *inputs, const char *name);

#endif
