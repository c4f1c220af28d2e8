/* SPDX-License-Identifier: MIT */
/* `versiongen manifest` for modules whose sources are written for Asterisk. */
#ifndef VERSIONGEN_COMMAND_MANIFEST_SOURCES_H
#define VERSIONGEN_COMMAND_MANIFEST_SOURCES_H

#include "../symbols/error.h"
#include "../symbols/manifest/manifest.h"

struct manifest_sources {
	const char *name;      /**< Of the one module, or NULL. */
	const char *module;    /**< The one module's file: its name, and its checksum; or NULL. */
	bool without_checksum; /**< Take the name alone from #module. */
	bool is_embedded;
};

/** Whether a path is one of a source, by its name, or of a directory. */
bool manifest_sources_is_source(const char *path);

/**
 * Make the manifest of the one module that the sources are of; or, of directories, those of all
 * modules below them. What is wrong is printed on stderr, all of it: there are no manifests then.
 *
 * @param[out] ret_manifests  Owned by the caller: free each, and the array.
 * @return 0; ABILOCK_E_SYNTAX: errors were printed; ABILOCK_E_USAGE, ABILOCK_E_IO,
 *         ABILOCK_E_UNSUPPORTED, ABILOCK_E_NOMEM: see @p err.
 */
int manifest_sources_make(const struct manifest_sources *request, char *const *paths, size_t count,
			  struct abilock_manifest ***ret_manifests, size_t *ret_count,
			  struct abilock_error *err) _must_check_;

#endif
