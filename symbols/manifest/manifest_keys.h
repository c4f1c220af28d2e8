/* SPDX-License-Identifier: MIT */
/* What the reader, the writer and the notes have in common: the keys of [module]. */
#ifndef ABILOCK_SYMBOLS_MANIFEST_KEYS_H
#define ABILOCK_SYMBOLS_MANIFEST_KEYS_H

#include "manifest.h"

enum abilock_manifest_kind {
	ABILOCK_MANIFEST_TEXT, /**< May have newlines and tabs. */
	ABILOCK_MANIFEST_NAME, /**< Of a module. */
	ABILOCK_MANIFEST_TYPE,
	ABILOCK_MANIFEST_LEVEL,
	ABILOCK_MANIFEST_PRIORITY,
	ABILOCK_MANIFEST_CHECKSUM,
	ABILOCK_MANIFEST_FLAG,
	ABILOCK_MANIFEST_CONFIG, /**< Repeats. */
};

struct abilock_manifest_key {
	const char *name;
	enum abilock_manifest_kind kind;
	size_t offset; /**< Of its member in struct abilock_manifest. */
};

/** The keys of [module] in the order in which they are written. */
extern const struct abilock_manifest_key abilock_manifest_keys[];
extern const size_t abilock_manifest_key_count;

/** NULL: not one of ours. */
const struct abilock_manifest_key *abilock_manifest_find_key(const char *name);

/** The list of a section or of a key in a note: "uses" ...; NULL: there is none. */
struct abilock_capabilities *abilock_manifest_list(struct abilock_manifest *manifest,
						   const char *name);

/* Strings that the functions below are given are kept: they are in the manifest's arena. */

/**
 * Set a key of [module].
 *
 * @return As abilock_manifest_set().
 */
int abilock_manifest_set_key(struct abilock_manifest *manifest,
			     const struct abilock_manifest_key *key, const char *value,
			     const char **ret_problem) _must_check_;

/**
 * Append to the list of a section.
 *
 * @param section  "uses", "canuse", "willuse" or "provides".
 * @param name     Of a provider with its `:PRIORITY`.
 * @return As abilock_manifest_set().
 */
int abilock_manifest_append(struct abilock_manifest *manifest, const char *section,
			    const char *type, const char *name, struct abilock_place place,
			    const char **ret_problem) _must_check_;

/** Whether a value can be written: UTF-8 without control characters but newline and tab. */
bool abilock_manifest_is_text(const char *value);

/** Keep a key that we do not know. @return false when memory is out. */
bool abilock_manifest_keep(struct abilock_manifest *manifest, const char *section, const char *key,
			   const char *value, struct abilock_place place) _must_check_;

#endif
