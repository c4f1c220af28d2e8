/* SPDX-License-Identifier: MIT */
/*
 * A stub: a shared object without code that has the dynamic symbols, the version nodes and the
 * soname of a host. Modules link against it, so that they record the host's nodes even where the
 * host is an executable (which bfd refuses as link input) or is not built yet.
 */
#ifndef VERSIONGEN_STUB_H
#define VERSIONGEN_STUB_H

#include "../../symbols/declaration.h"
#include "../../symbols/machine.h"
#include "../../symbols/object.h"

/** What the symbol of a binary has beside what a surface says. */
struct stub_place {
	uint64_t address; /**< Variables of one address stay together: copies are made of all. */
	uint8_t other;	  /**< Whole st_other. */
	bool is_absolute; /**< SHN_ABS: the address is the value. */
};

/** What a stub is made of. All is borrowed. */
struct stub_source {
	const struct abilock_surface *surface;
	const char *soname; /**< DT_SONAME and the base definition. */
	uint16_t machine;
	uint8_t elf_class;
	uint8_t data;
	uint32_t flags;
	/** Where a symbol is an IFUNC or unique, ELFOSABI_NONE becomes ELFOSABI_GNU. */
	uint8_t osabi;
	/**
	 * One for each export of a binary. NULL: the surface is declared. Its parents are written
	 * as GNU ld does then, the last one first.
	 */
	const struct stub_place *places;
};

/** The header of a stub for a machine. */
void stub_source_set_machine(struct stub_source *source, const struct abilock_machine *machine);

/**
 * Flag the nodes of @p surface that the declaration leaves without any entry as VER_FLG_WEAK: so
 * does GNU ld.
 *
 * @param surface  Of @p decl, by way of tag_apply().
 * @return 0 or ABILOCK_E_NOMEM.
 */
int stub_flag_empty_nodes(const struct abilock_declaration *decl, struct abilock_surface *surface,
			  struct abilock_error *err) _must_check_;

/** What a stub of a binary is made of. Initialise with `{ 0 }`. */
struct stub_binary {
	struct abilock_object *object;
	struct abilock_surface *surface;
	struct stub_place *places;
};

/**
 * Read a shared object or a program. Its copies of libraries' variables are left out: modules have
 * them from the library.
 *
 * @param[out] ret     Release with stub_binary_deinit(), also on failure.
 * @param[out] source  Points into @p ret; its soname is that of the file, or NULL.
 * @return 0 or a negative error.
 */
int stub_binary_open(const char *path, struct stub_binary *ret, struct stub_source *source,
		     struct abilock_error *err) _must_check_;
void stub_binary_deinit(struct stub_binary *binary);

/**
 * Write a stub. The bytes depend on the arguments only.
 *
 * Types, bindings and visibilities are those of the surface. Functions have no size, and so has
 * what a declaration lists.
 *
 * The object asks not to be loaded (DF_1_NOOPEN, DF_1_STUB): in the place of the host it would
 * satisfy every node and have no code behind it.
 *
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_UNSUPPORTED where tables or variables are
 *         too large for an object of that class.
 */
int stub_write(FILE *file, const struct stub_source *source,
	       struct abilock_error *err) _must_check_;

#endif
