/* SPDX-License-Identifier: MIT */
/* Inside of abilock_modules_check(): what its parts share. */
#ifndef ABILOCK_RUNTIME_CHECK_H
#define ABILOCK_RUNTIME_CHECK_H

#include "modules/catalogue/catalogue.h"
#include "modules/configuration/configuration.h"
#include "name_table.h"
#include "object.h"

struct abilock_check {
	struct abilock_catalogue *catalogue;
	const struct abilock_configuration *configuration;
	void (*found)(void *data, const struct abilock_modules_finding *finding);
	void *data;
	int error_count;
	bool no_memory; /**< Some findings are missing. */
	struct abilock_arena arena;
	struct abilock_name_table provided; /**< "TYPE=NAME" -> struct abilock_check_provided. */
	struct abilock_name_table needed;   /**< What modules have in DT_NEEDED. */
	bool has_no_checksums;		    /**< There is no libcrypto; said once. */
	struct abilock_host_check *host;    /**< NULL: none that modules could be refused by. */
};

/** Who provides something, the best first. */
struct abilock_check_provided {
	struct abilock_provided *items;
	size_t count;
};

/** Where a finding is: in a file, or nowhere. */
struct abilock_check_place {
	const char *file; /**< Or NULL. */
	unsigned line;	  /**< 0: none. */
};

/**
 * Tell about a finding.
 *
 * @param rule  Of abilock_module_rules; has level and fix.
 */
void abilock_check_report(struct abilock_check *check, const char *rule, const char *module,
			  struct abilock_check_place place, const char *fmt, ...) _printf_(5, 6);

/** As abilock_check_report(), with another thing to do than that of the rule. */
void abilock_check_report_fix(struct abilock_check *check, const char *rule, const char *module,
			      struct abilock_check_place place, const char *fix, const char *fmt,
			      ...) _printf_(6, 7);

/**
 * The providers of something; each is looked up once.
 *
 * @return NULL when memory is out.
 */
const struct abilock_check_provided *abilock_check_providers(struct abilock_check *check,
							     const char *type, const char *name);

/**
 * The files of a module.
 *
 * @param manifest  As it was read just now, or NULL: there is none, or it cannot be read.
 */
void abilock_check_files(struct abilock_check *check, const struct abilock_module *module,
			 const struct abilock_manifest *manifest);

/** Open the host of abilock_check_lock(). */
void abilock_check_open_host(struct abilock_check *check, const char *file);

/** Whether the lock lets a module into the host, if there is one. */
void abilock_check_lock(struct abilock_check *check, const struct abilock_module *module,
			struct abilock_object *object);

/** What a module uses and provides. */
void abilock_check_uses(struct abilock_check *check, const struct abilock_module *module,
			const struct abilock_manifest *manifest);

/** What modules.conf names. */
void abilock_check_configuration(struct abilock_check *check);

/** Files of one directory that are one module. */
void abilock_check_directories(struct abilock_check *check);

#endif
