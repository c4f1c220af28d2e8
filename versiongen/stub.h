/* SPDX-License-Identifier: MIT */
/*
 * A stub: a shared object without code that has the dynamic symbols, the version nodes and the
 * soname of a host. Modules link against it, so that they record the host's nodes even where the
 * host is an executable (which bfd refuses as link input) or is not built yet.
 */
#ifndef VERSIONGEN_STUB_H
#define VERSIONGEN_STUB_H

#include "../symbols/surface.h"

/** What an ELF header says about a machine. */
struct stub_machine {
	const char *name;	 /**< As `uname -m` or the GNU triplet has it. */
	uint16_t machine;	 /**< EM_* */
	unsigned char elf_class; /**< ELFCLASS* */
	unsigned char data;	 /**< ELFDATA* */
	uint32_t flags;		 /**< e_flags of a position independent object. */
	uint8_t hash_entry; /**< Bytes of a DT_HASH word: 8 on alpha and 64-bit s390, else 4. */
};

/** @return The machine of that name, or NULL. @p name NULL: the one that we run on. */
const struct stub_machine *stub_machine_find(const char *name);

/** All machines, ended by a row without a name. */
const struct stub_machine *stub_machines(void);

/**
 * Write a stub. The bytes depend on the arguments only.
 *
 * STT_GNU_IFUNC becomes STT_FUNC: a module calls both the same way, and the former would need
 * ELFOSABI_GNU. Sizes are 0: a declaration has none, and modules need none.
 *
 * The object asks not to be loaded (DF_1_NOOPEN, DF_1_STUB): in the place of the host it would
 * satisfy every node and have no code behind it.
 *
 * @param surface  With tags applied: see tag_apply().
 * @param soname   DT_SONAME and the base definition.
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int stub_write(FILE *file, const struct abilock_surface *surface, const char *soname,
	       const struct stub_machine *machine, struct abilock_error *err) _must_check_;

#endif
