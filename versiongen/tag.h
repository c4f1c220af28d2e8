/* SPDX-License-Identifier: MIT */
/*
 * The tag: what makes one build's private nodes differ from another's. It comes from the source
 * tree (git, or the file that `git archive` leaves) or from the caller; there is no default that
 * would make two builds look the same.
 */
#ifndef VERSIONGEN_TAG_H
#define VERSIONGEN_TAG_H

#include "../symbols/cli.h"
#include "../symbols/surface.h"

/** Substituted by `git archive` when .gitattributes has `.abilock-tag export-subst`. */
#define TAG_FILE ".abilock-tag"

/** The tags of the nodes of one build. All is borrowed. */
struct tags {
	const char *build; /**< Of the build as a whole; NULL: nothing needs a tag. */
	const char *const
		*nodes; /**< By index of a private node; NULL: each has that of the build. */
};

/** The tag of a private node. */
const char *tags_of(const struct tags *tags, size_t node);

/**
 * Find the tag.
 *
 * `git` looks from @p dir upwards and takes the first that it meets: a TAG_FILE that starts with
 * a full commit hash, or a checkout, where it asks git for `HASH` or, with uncommitted changes to
 * tracked files, `HASH_dirty_HASH-OF-THE-DIFF`. A TAG_FILE that still says `$Format:%H$` is
 * ignored. A checkout that tracks nothing in @p dir (an archive unpacked inside it) is an error.
 *
 * @param spec       `git`, `release:STRING` or `id:STRING`; the string may hold [A-Za-z0-9_.]
 *                   only, since linkers disagree about the rest.
 * @param dir        Where to look; used by `git` only.
 * @param[out] ret   malloc'ed.
 * @return 0, ABILOCK_E_NOMEM, ABILOCK_E_USAGE for a spec that is none, or ABILOCK_E_IO when the
 *         tree has no tag (with git's own words where it had any).
 */
int tag_read(const char *spec, const char *dir, char **ret, struct abilock_error *err) _must_check_;

/**
 * Files that change when the tag does, seen from where the tool runs; those that exist. An edit of
 * a tracked file changes the tag too, by its `_dirty_` part, and no file of these: who builds from
 * trees with edits has to ask for the tag each time.
 *
 * @param spec         As for tag_read(). None depends on a file but `git`.
 * @param[in,out] ret  Names are added.
 * @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO.
 */
int tag_files(const char *spec, const char *dir, struct abilock_names *ret,
	      struct abilock_error *err) _must_check_;

/**
 * What the host will export: each private node under its full name `NODE_<tag>`, and in it the
 * marker `abilock_marker_NODE` behind the declared symbols.
 *
 * @param decl      From abilock_declaration_surface().
 * @param tags      Empty when the declaration has no private node.
 * @param[out] ret  Owned by the caller; independent of @p decl.
 * @return 0 or ABILOCK_E_NOMEM.
 */
int tag_apply(const struct abilock_surface *decl, const struct tags *tags,
	      struct abilock_surface **ret, struct abilock_error *err) _must_check_;

/** The full name of a private node, in the arena; NULL when memory is out. */
char *tag_node_name(struct abilock_arena *arena, const char *node, const char *tag);

/** The marker of a private node, in the arena; NULL when memory is out. */
char *tag_marker_name(struct abilock_arena *arena, const char *node);

/** Whether any node needs a tag. */
bool tag_is_needed(const struct abilock_surface *decl);

#endif
