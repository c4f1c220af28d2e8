/* SPDX-License-Identifier: MIT */
/*
 * The sources of one module, or of a tree of them: which files belong to which module, and the
 * manifest of each.
 */
#ifndef VERSIONGEN_MODULE_TREE_H
#define VERSIONGEN_MODULE_TREE_H

#include "../../symbols/error.h"
#include "moduleinfo.h"

/** Initialise with `{ 0 }`, release with module_tree_deinit(). */
struct module_tree {
	struct abilock_arena arena;
	struct abilock_source *sources; /**< malloc'ed, and the text of each. */
	size_t source_count;
	struct moduleinfo *infos; /**< malloc'ed: of each source, once it was read. */
	size_t info_count;
	struct abilock_diagnostics diags;    /**< About #sources. */
	struct abilock_manifest **manifests; /**< malloc'ed; by the paths of their sources. */
	size_t manifest_count;
};

void module_tree_deinit(struct module_tree *tree);

/** Whether a name is one of a source: `.c`, `.cc`, `.cpp`, `.cxx` or `.xml`. */
bool module_tree_is_source(const char *name);

/** Add a file. @return 0, ABILOCK_E_NOMEM or ABILOCK_E_IO. */
int module_tree_add(struct module_tree *tree, const char *path,
		    struct abilock_error *err) _must_check_;

/**
 * Add the sources below a directory that could say something: C, C++ and XML with one of the words
 * that we look for. Symbolic links to files are followed, those to directories are not; names that
 * begin with a dot are passed over.
 *
 * @return As module_tree_add().
 */
int module_tree_add_directory(struct module_tree *tree, const char *path,
			      struct abilock_error *err) _must_check_;

/**
 * The manifest of the one module that all files are of, in #manifests.
 *
 * @return 0; ABILOCK_E_SYNTAX: #diags has errors, and there is no manifest; ABILOCK_E_NOMEM.
 */
int module_tree_make_one(struct module_tree *tree, const struct moduleinfo_options *options,
			 struct abilock_error *err) _must_check_;

/**
 * A manifest for every source with an AST_MODULE_INFO. Other sources belong to the module
 * `DIR/NAME` when they lie in `DIR/NAME/` or are `DIR/NAME_doc.xml`; where no module has that name,
 * to the one module `DIR/PREFIX_NAME`.
 *
 * @param options  Without a name; its `modules` is not looked at.
 * @return 0; ABILOCK_E_SYNTAX: some have errors, and no manifest; the others have theirs;
 *         ABILOCK_E_NOMEM.
 */
int module_tree_make_all(struct module_tree *tree, const struct moduleinfo_options *options,
			 struct abilock_error *err) _must_check_;

#endif
