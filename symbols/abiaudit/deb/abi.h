/* SPDX-License-Identifier: MIT */
/* Kinds of ELF objects, as dpkg tells them apart. */
#ifndef ABIAUDIT_DEB_ABI_H
#define ABIAUDIT_DEB_ABI_H

#include "error.h"

/** What two objects must have in common for one to be the other's library. */
struct deb_abi {
	uint8_t elf_class, data; /**< As in e_ident. */
	uint16_t machine;	 /**< Old numbers are replaced by the official one. */
	uint32_t flags;		 /**< Those that stand for another ABI; the others are 0. */
};

/**
 * Read the kind of an object from its ELF header.
 *
 * @return 1, 0 where the file is something else or too short, or ABILOCK_E_IO.
 */
int deb_abi_read(const char *path, struct deb_abi *ret_abi, struct abilock_error *err) _must_check_;

/** Whether one object can be the other's library. */
bool deb_abi_same(const struct deb_abi *a, const struct deb_abi *b);

#endif
