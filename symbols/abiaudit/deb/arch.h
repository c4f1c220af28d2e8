/* SPDX-License-Identifier: MIT */
/*
 * Debian architectures: names, wildcards, widths and byte orders, from dpkg's own tables
 * (/usr/share/dpkg/{abi,cpu,os,tuple}table), which are read once.
 */
#ifndef ABIAUDIT_DEB_ARCH_H
#define ABIAUDIT_DEB_ARCH_H

#include "error.h"

struct deb_arch;

/**
 * @param name  Such as "amd64"; NULL: DEB_HOST_ARCH of the environment, else what Debian calls the
 *              machine that this program was built for.
 * @param[out] ret_arch  Owned by the caller, release with deb_arch_free().
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO where dpkg's tables (in $DPKG_DATADIR or
 *         /usr/share/dpkg) cannot be read, or ABILOCK_E_USAGE for a name that they do not have.
 */
int deb_arch_open(const char *name, struct deb_arch **ret_arch,
		  struct abilock_error *err) _must_check_;
void deb_arch_free(struct deb_arch *arch);

static inline void deb_arch_freep(struct deb_arch **arch)
{
	deb_arch_free(*arch);
}

const char *deb_arch_name(const struct deb_arch *arch);
unsigned deb_arch_bits(const struct deb_arch *arch); /**< 32 or 64. */
bool deb_arch_is_big_endian(const struct deb_arch *arch);
const char *deb_arch_multiarch(const struct deb_arch *arch); /**< Such as "x86_64-linux-gnu". */

/** Whether the architecture is a name or wildcard such as `any`, `linux-any`, `any-arm64`. */
bool deb_arch_matches(const struct deb_arch *arch, const char *name_or_wildcard);

/** Whether a list such as "!alpha amd64 linux-any" holds it, by the rules of deb-symbols arch=. */
bool deb_arch_in_list(const struct deb_arch *arch, const char *list);

#endif
