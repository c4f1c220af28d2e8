/* SPDX-License-Identifier: MIT */
/*
 * Checksums of files, by libcrypto. It is loaded when the first one is computed, and not before:
 * libabilock needs libc alone, and a host with an index computes none.
 */
#ifndef ABILOCK_SYMBOLS_CHECKSUM_H
#define ABILOCK_SYMBOLS_CHECKSUM_H

#include "../arena.h"
#include "../error.h"

/**
 * Compute the checksum of a file as a manifest has it: `sha256:` and 64 hex digits.
 *
 * @param[out] ret  In @p arena.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_IO, or ABILOCK_E_UNSUPPORTED: there is no libcrypto, or it
 *         refuses (MD5 where FIPS is on).
 */
int abilock_checksum_compute(struct abilock_arena *arena, const char *path, const char **ret,
			     struct abilock_error *err) _must_check_;

/** Whether a text is a checksum that we can compare: `sha256:HEX`, `md5:HEX`, or 32 hex digits. */
bool abilock_checksum_is_known(const char *checksum);

/**
 * Compare a file with a checksum.
 *
 * @return 1 it matches; 0 it does not; or a negative error as of abilock_checksum_compute().
 */
int abilock_checksum_compare(const char *checksum, const char *path,
			     struct abilock_error *err) _must_check_;

/** As abilock_checksum_compare() for what was read of a file; @p path is for errors. */
int abilock_checksum_compare_bytes(const char *checksum, const void *bytes, size_t size,
				   const char *path, struct abilock_error *err) _must_check_;

#endif
