/* SPDX-License-Identifier: MIT */
/* Inside of the lock: what one check works on, and its two large steps. */
#ifndef ABILOCK_SYMBOLS_LOCK_CHECK_H
#define ABILOCK_SYMBOLS_LOCK_CHECK_H

#include "lock.h"
#include "needs.h"

/* What one check works on. */
struct abilock_check {
	const struct abilock_lock_question *question;
	struct abilock_needs needs;
	struct abilock_report *report;
	struct abilock_error *err;
	bool host_is_locked; /* carries our note */
	bool host_has_nodes;
	const char *kind; /* of the module's note, or NULL */
	/* Counted by check_references() */
	size_t strong;	       /* strong references to a node of the host */
	size_t strong_private; /* those among them that name a private node */
	size_t weak;	       /* weak references that the host would satisfy */
	size_t plain;	       /* strong references without a version to versioned host symbols */
	size_t foreign;	       /* strong references to anything else */
	const struct abilock_provider **libraries; /* siblings' libraries in use; malloc'ed */
	size_t library_count;
};

/** Add a finding to the report of a check. */
#define add_finding(check, code, subject, provider, ...)                                           \
	abilock_report_add((check)->report, (check)->err, code, subject, provider, __VA_ARGS__)

/** Whether a DT_NEEDED name means the host. */
bool abilock_check_is_host_name(const struct abilock_check *check, const char *file);

/** Whether the module has a version table for the host: it was linked with it. */
bool abilock_check_links_host(const struct abilock_check *check);

/** Every version node that the module needs, of the host and of libraries. */
int abilock_check_nodes(struct abilock_check *check);

/** Every symbol that the module needs; counts what ties it to the host. */
int abilock_check_references(struct abilock_check *check);

#endif
