/* SPDX-License-Identifier: MIT */
/*
 * The lock for an index and for dry runs: modules against a host, from files alone.
 *
 * An index may say of a module that nothing is found against it only where this cannot change
 * while module and host stay as they are: it brings no library of its own, and needs no sibling.
 */
#ifndef ABILOCK_RUNTIME_HOST_CHECK_H
#define ABILOCK_RUNTIME_HOST_CHECK_H

#include "object.h"
#include "report.h"

struct abilock_host_check;

/**
 * Open a host and the libraries that it needs.
 *
 * @param file  Copied.
 */
int abilock_host_check_open(const char *file, struct abilock_host_check **ret_check,
			    struct abilock_error *err) _must_check_;

/** Begin with some modules: who may write into their directories is looked at anew. NULL is a
 * no-op, here and below. */
void abilock_host_check_begin(struct abilock_host_check *check);

void abilock_host_check_close(struct abilock_host_check *check);

/** As abilock_host_key() has it for the process where this host runs. NULL: a build-id or a library
 * is missing. */
const char *abilock_host_check_key(const struct abilock_host_check *check);

/**
 * Verify one module, with `require_lock`.
 *
 * @return 1 nothing is found, and nothing will; 0 ask again when it is loaded; ABILOCK_E_NOMEM.
 */
int abilock_host_check_module(struct abilock_host_check *check, struct abilock_object *module,
			      struct abilock_error *err) _must_check_;

/**
 * Whether the lock refuses a module, and why. Only what is about the host counts: libraries and
 * other modules may be elsewhere here.
 *
 * @param[out] ret_report  Set where 1 is returned.
 * @return 1 refused; 0; or a negative error.
 */
int abilock_host_check_refuses(struct abilock_host_check *check, struct abilock_object *module,
			       bool require_lock, struct abilock_report **ret_report,
			       struct abilock_error *err) _must_check_;

#endif
