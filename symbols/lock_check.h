/* SPDX-License-Identifier: MIT */
/* Inside of the lock: what one check works on, and its two large steps. */
#ifndef ABILOCK_SYMBOLS_LOCK_CHECK_H
#define ABILOCK_SYMBOLS_LOCK_CHECK_H

#include "lock.h"
#include "needs.h"

/* What is known of a version that the object needs: many symbols have the same. */
struct abilock_check_version {
	bool is_of_host, is_private;
	const struct abilock_verdef *def; /* the host's, where it is of the host, or NULL */
};

/* What one check works on: the module, or a library that the module brings in. */
struct abilock_check {
	const struct abilock_lock_question *question;
	struct abilock_object *object;
	bool is_library;
	struct abilock_needs needs; /* of the object */
	struct abilock_report *report;
	struct abilock_error *err;
	bool host_is_locked; /* carries our note */
	bool host_has_nodes;
	const char *kind; /* of the object's note, or NULL */
	/* Counted by check_references() */
	size_t strong;	       /* strong references to a node of the host */
	size_t strong_private; /* those among them that name a private node */
	size_t weak;	       /* weak references that the host would satisfy */
	size_t plain;	       /* strong references without a version to versioned host symbols */
	size_t foreign;	       /* strong references to anything else */
	const struct abilock_provider **libraries; /* siblings' libraries in use; malloc'ed */
	size_t library_count;
	struct abilock_check_version *versions; /* by verneed of the object; in its arena */
};

/** Add a finding to the report; about a library it says so. @return 0 or ABILOCK_E_NOMEM. */
int abilock_check_add(struct abilock_check *check, enum abilock_code code, const char *subject,
		      const char *provider, const char *detail_fmt, ...) _printf_(5, 6);

/** Whether the object has a version table for the host: it was linked with it. Behind
 * abilock_check_nodes(). */
bool abilock_check_links_host(const struct abilock_check *check);

/** Every version node that the object needs, of the host and of libraries: the step before
 * abilock_check_references(). */
int abilock_check_nodes(struct abilock_check *check);

/** Every symbol that the object needs; counts what ties it to the host. */
int abilock_check_references(struct abilock_check *check);

#endif
