/* SPDX-License-Identifier: MIT */
/*
 * Machines by name: what the ELF header of a shared object says on each, for files that are written
 * for a machine that no file of it is at hand. All that Debian's cross compilers target are there.
 */
#ifndef ABILOCK_SYMBOLS_MACHINE_H
#define ABILOCK_SYMBOLS_MACHINE_H

#include "util.h"

/** What an ELF header says about a machine. */
struct abilock_machine {
	const char *name;    /**< The one that we use, such as `x86_64` or `ppc64le`. */
	const char *aliases; /**< Other names, of Debian and of `uname -m`; separated by spaces. */
	const char *cpus;    /**< First parts of GNU triplets; separated by spaces. */
	const char *abi;     /**< What their last part has behind `gnu` or `musl`. */
	uint16_t machine;    /**< EM_* */
	uint8_t elf_class;   /**< ELFCLASS* */
	uint8_t data;	     /**< ELFDATA* */
	uint32_t flags;	     /**< e_flags of a position independent object. */
	uint8_t osabi;	     /**< ELFOSABI_* of any object. */
};

/** All machines, ended by a row without a name. */
const struct abilock_machine *abilock_machines(void);

/**
 * The machine of a name: ours, Debian's (`arm64`), or a GNU triplet (`aarch64-linux-gnu`,
 * `x86_64-pc-linux-gnux32`).
 *
 * @param name  NULL: the one that we were built for.
 * @return A row of abilock_machines(), or NULL.
 */
const struct abilock_machine *abilock_machine_find(const char *name);

/**
 * The machine that an ELF header says. Where several have that machine, class and byte order, the
 * one whose flags are most like it.
 *
 * @return A row of abilock_machines(), or NULL.
 */
const struct abilock_machine *abilock_machine_of_header(uint16_t machine, uint8_t elf_class,
							uint8_t data, uint32_t flags);

/** Whether abilock_machine_find() knows a name of @p length bytes. */
bool abilock_machine_is_known(const char *name, size_t length);

/**
 * Whether a machine is the one that a name means: `arm64` is `aarch64`, and both `armel` and
 * `armhf` are `arm`. Names that are none of ours are compared as they stand.
 *
 * @param name  @p length bytes.
 */
bool abilock_machine_is(const char *machine, const char *name, size_t length);

/** Bytes of a word of DT_HASH: 8 on alpha and 64-bit s390, 4 on all others. */
unsigned abilock_machine_hash_entry(uint16_t machine, uint8_t elf_class);

#endif
