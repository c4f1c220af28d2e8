/* SPDX-License-Identifier: MIT */
/* The one private function between libabilock.so and libabilock-guard.so. */
#ifndef ABILOCK_RUNTIME_GUARD_CHECK_H
#define ABILOCK_RUNTIME_GUARD_CHECK_H

#include "process.h"

/**
 * Ask about a file for a host that knows nothing of abilock.
 *
 * @param images        Those of the host's namespace; the caller keeps them mapped.
 * @param path          File that the host is about to load.
 * @param host          Host name, soname or path, or NULL.
 * @param is_module     The file is known to be a module. Otherwise it is refused only where it has
 *                      to do with the host: a host loads codecs and NSS libraries as well.
 * @param[out] ret_text The refusal, malloc'ed.
 * @return 0 load it, 1 refuse it.
 */
__attribute__((visibility("default"))) int abilock_guard_check(const struct abilock_images *images,
							       const char *path, const char *host,
							       bool is_module, char **ret_text);

#endif
