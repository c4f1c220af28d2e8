/* SPDX-License-Identifier: MIT */
/* Which build of a host, and of its libraries, an answer of the lock is about. */
#ifndef ABILOCK_RUNTIME_HOST_KEY_H
#define ABILOCK_RUNTIME_HOST_KEY_H

#include "object.h"

/** Build-ids of a host and of the libraries that are loaded with it. @return As abilock_host_key().
 */
const char *abilock_host_key_of(struct abilock_object *const *objects, size_t count,
				struct abilock_arena *arena);

/**
 * What identifies the running host for answers of the lock that an index keeps: build-ids of the
 * host and of the libraries that are loaded with it.
 *
 * @return In @p arena; NULL: it has no build-id, or memory is out.
 */
const char *abilock_host_key(const char *host, struct abilock_arena *arena);

/** File of the running host, for struct abilock_catalogue_options. @return As abilock_host_key().
 */
const char *abilock_host_file(const char *host, struct abilock_arena *arena);

#endif
