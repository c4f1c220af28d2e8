/* SPDX-License-Identifier: MIT */
/* Entries that constructors queue, and the host that embedded modules are a part of. */
#ifndef ABILOCK_RUNTIME_EMBEDDED_H
#define ABILOCK_RUNTIME_EMBEDDED_H

#include "abilock/module.h"
#include "manifest/manifest.h"

/** An entry that was registered. It lives as long as the process. */
struct abilock_registered {
	const struct abilock_module_entry *entry;
	const void *image; /**< What tells its image from others. */
	bool is_started;   /**< Its load() was called, and not in vain, by any manager. */
};

/**
 * The entry of a name in an image; `-` and `_` are the same.
 *
 * @param handle           Of dlopen(); NULL: the image of the host.
 * @param host             Image of the host, where @p handle is NULL.
 * @param[out] ret         NULL: there is none.
 * @param[out] ret_other   Name of an entry that the image has instead; or NULL.
 * @return 0, or ABILOCK_E_NOMEM: entries were lost for want of memory.
 */
int abilock_registered_find(void *handle, const void *host, const char *name,
			    struct abilock_registered **ret, const char **ret_other) _must_check_;

/**
 * Where an entry went that is not in our queue: the module calls abilock_module_register() of
 * another copy of this library.
 *
 * @param path  File of the module.
 * @return File of that copy, malloc'ed; NULL: the module has no entry, or memory is out.
 */
char *abilock_registered_elsewhere(void *handle, const char *path);

/** Claim the start of an entry. @return false: it was started already. */
bool abilock_registered_claim(struct abilock_registered *registered);

/** The start failed: it may be tried again. */
void abilock_registered_release(struct abilock_registered *registered);

/** What a manager has to know of its host. */
struct abilock_host_facts {
	const char *path;		     /**< As the dynamic linker or the caller has it. */
	const char *tag;		     /**< Of its note, or NULL. */
	const void *image;		     /**< For abilock_registered_find(); NULL for a file. */
	struct abilock_manifest **manifests; /**< Of its embedded modules; malloc'ed, owned. */
	size_t manifest_count;
};

/**
 * Look at the host in this process, or at a file of it.
 *
 * Modules that queued an entry and have no note are in the manifests as well, with their names.
 *
 * @param host   Host name, soname or path; NULL: the program.
 * @param arena  Owns the strings.
 */
int abilock_host_facts_of_process(const char *host, struct abilock_arena *arena,
				  struct abilock_host_facts *ret,
				  struct abilock_error *err) _must_check_;
int abilock_host_facts_of_file(const char *path, struct abilock_arena *arena,
			       struct abilock_host_facts *ret,
			       struct abilock_error *err) _must_check_;

void abilock_host_facts_deinit(struct abilock_host_facts *facts);

#endif
