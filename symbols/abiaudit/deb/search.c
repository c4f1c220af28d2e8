/* SPDX-License-Identifier: MIT */
#include "search.h"

#include <glob.h>
#include <limits.h>
#include <sys/stat.h>

#include "name_table.h"
#include "tree.h"

struct deb_search {
	struct abilock_arena arena;
	const struct deb_arch *arch;
	struct deb_messages *messages;
	struct deb_paths ignored;
	struct deb_paths own;	 /* folders that the user named */
	struct deb_paths system; /* folders of the system */
	struct deb_paths trees;	 /* build trees that the user named */
	struct deb_paths built_trees, built_symbols, built_shlibs;
	struct abilock_name_table
		found; /* what the system has, for which many objects ask: struct found */
};

/* What the folders hold for a name, and for one kind of object. */
struct found {
	struct deb_abi abi;
	struct deb_paths paths;
	struct found *other; /* the same name, for another kind */
};

/* ---- build trees ---- */

static bool is_ignored(const struct deb_search *search, const char *path)
{
	for (size_t i = 0; i < search->ignored.count; i++)
		if (str_starts(path, search->ignored.items[i]))
			return true;
	return false;
}

static int add_built(struct deb_search *search, const char *pattern, struct deb_paths *paths,
		     struct abilock_error *err)
{
	glob_t found;
	int r = 0;

	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; r >= 0 && i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		if (is_ignored(search, path))
			continue;
		r = deb_paths_push(paths, abilock_arena_strdup(&search->arena, path), err);
		const char *root = deb_tree_guess_root(&search->arena, path);
		if (r >= 0 && root && !deb_paths_has(&search->built_trees, root))
			r = deb_paths_push(&search->built_trees, root, err);
	}
	globfree(&found);
	return r;
}

int deb_search_new(const struct deb_arch *arch, const char *const *ignored, size_t ignored_count,
		   struct deb_messages *messages, struct deb_search **ret_search,
		   struct abilock_error *err)
{
	_cleanup_(deb_search_freep) struct deb_search *search = calloc(1, sizeof(*search));
	int r = 0;

	if (!search)
		return abilock_error_nomem(err);
	search->arch = arch;
	search->messages = messages;
	for (size_t i = 0; r >= 0 && i < ignored_count; i++)
		r = deb_paths_push(&search->ignored, ignored[i], err);
	if (r >= 0)
		r = deb_system_folders(&search->arena, arch, messages, &search->system, err);
	if (r >= 0)
		r = add_built(search, "debian/*/DEBIAN/symbols", &search->built_symbols, err);
	if (r >= 0)
		r = add_built(search, "debian/*/DEBIAN/shlibs", &search->built_shlibs, err);
	if (r < 0)
		return r;
	*ret_search = take_ptr(search);
	return 0;
}

void deb_search_free(struct deb_search *search)
{
	if (!search)
		return;
	abilock_name_table_deinit(&search->found);
	free(search->ignored.items);
	free(search->own.items);
	free(search->system.items);
	free(search->trees.items);
	free(search->built_trees.items);
	free(search->built_symbols.items);
	free(search->built_shlibs.items);
	abilock_arena_clear(&search->arena);
	free(search);
}

int deb_search_add_folder(struct deb_search *search, const char *folder, struct abilock_error *err)
{
	return deb_paths_push(&search->own, folder, err);
}

int deb_search_add_tree(struct deb_search *search, const char *tree, struct abilock_error *err)
{
	return deb_paths_push(&search->trees, tree, err);
}

const struct deb_paths *deb_search_built_symbols(const struct deb_search *search)
{
	return &search->built_symbols;
}

const struct deb_paths *deb_search_built_shlibs(const struct deb_search *search)
{
	return &search->built_shlibs;
}

const struct deb_paths *deb_search_own_folders(const struct deb_search *search)
{
	return &search->own;
}

const struct deb_paths *deb_search_system_folders(const struct deb_search *search)
{
	return &search->system;
}

bool deb_search_is_public(const struct deb_search *search, const char *folder)
{
	return deb_paths_has(&search->own, folder) || deb_paths_has(&search->system, folder);
}

/* ---- looking ---- */

/* Append a part to a path in the making, unless it takes back what is there already. */
static size_t add_part(char *path, size_t length, const char *part, size_t part_length)
{
	struct stat st;
	char *last = memrchr(path, '/', length);
	const char *name = last ? last + 1 : path;

	path[length] = '\0';
	if (part_length == 0 || (part_length == 1 && part[0] == '.'))
		return length;
	if (part_length == 2 && memcmp(part, "..", 2) == 0) {
		if (length == 1 && path[0] == '/')
			return length; /* above the root is the root */
		/* What a link leads to has another folder above it. */
		if (length > 0 && !str_eq(name, "..") &&
		    (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))) {
			length = (size_t)(name - path);
			return length > 1 ? length - 1 : length;
		}
	}
	if (length > 0 && path[length - 1] != '/')
		path[length++] = '/';
	memcpy(path + length, part, part_length);
	return length + part_length;
}

/* A path without empty parts, `.`, and `..` where that is safe. */
static const char *clean_path(struct deb_search *search, const char *path)
{
	char *clean = abilock_arena_alloc(&search->arena, strlen(path) + 2);
	size_t length = path[0] == '/';

	if (!clean)
		return NULL;
	clean[0] = '/';
	while (*path) {
		size_t part = strcspn(path, "/");

		length = add_part(clean, length, path, part);
		path += part;
		path += *path == '/';
	}
	clean[length] = '\0';
	return clean;
}

static int try_folder(struct deb_search *search, const char *root, const char *folder,
		      const char *name, const struct deb_abi *abi, struct deb_paths *found,
		      struct abilock_error *err)
{
	struct deb_abi candidate;
	char path[PATH_MAX];
	size_t root_length = strlen(root);

	while (root_length > 0 && root[root_length - 1] == '/')
		root_length--;
	if (snprintf(path, sizeof(path), "%.*s%s/%s", (int)root_length, root, folder, name) >=
		    (int)sizeof(path) ||
	    access(path, F_OK) < 0)
		return 0;
	int r = deb_abi_read(path, &candidate, err);
	if (r == 0)
		deb_warn(search->messages,
			 "%s: no ELF object, though it has a library's name; passed "
			 "over",
			 path);
	if (r <= 0 || !deb_abi_same(&candidate, abi))
		return r < 0 ? r : 0;
	return deb_paths_push(found, clean_path(search, path), err);
}

static int try_folders(struct deb_search *search, const char *root, const struct deb_paths *folders,
		       const char *name, const struct deb_abi *abi, struct deb_paths *found,
		       struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < folders->count; i++)
		r = try_folder(search, root, folders->items[i], name, abi, found, err);
	return r;
}

static int try_root(struct deb_search *search, const char *root, const struct deb_paths *run_path,
		    const char *name, const struct deb_abi *abi, struct deb_paths *found,
		    struct abilock_error *err)
{
	int r = try_folders(search, root, run_path, name, abi, found, err);

	if (r >= 0)
		r = try_folders(search, root, &search->own, name, abi, found, err);
	if (r >= 0)
		r = try_folders(search, root, &search->system, name, abi, found, err);
	return r;
}

/* Write $ORIGIN and ${ORIGIN} out; NULL where memory is out. */
static const char *expand_origin(struct deb_search *search, const char *folder, size_t length,
				 const char *origin)
{
	const char *expanded = "", *end = folder + length;

	while (expanded && folder < end) {
		const size_t token = str_starts(folder, "$ORIGIN")     ? strlen("$ORIGIN")
				     : str_starts(folder, "${ORIGIN}") ? strlen("${ORIGIN}")
								       : 0;
		const char *next = folder + 1;

		while (!token && next < end && *next != '$')
			next++;
		expanded = token ? abilock_arena_printf(&search->arena, "%s%s", expanded, origin)
				 : abilock_arena_printf(&search->arena, "%s%.*s", expanded,
							(int)(next - folder), folder);
		folder = token ? folder + token : next;
	}
	return expanded;
}

/* Where the folder of a file of a build tree will be. NULL: it is in no tree, or no memory. */
static const char *future_folder(struct deb_search *search, const char *path)
{
	const char *relative = deb_tree_relative(&search->arena, path);
	const char *base = relative ? path_base(relative) : NULL;

	while (base && base > relative && base[-1] == '/')
		base--;
	if (!relative || base == relative)
		return relative ? "" : NULL;
	return abilock_arena_printf(&search->arena, "/%.*s", (int)(base - relative), relative);
}

/* The run path as folders. $ORIGIN is known only for a file in a build tree. */
static int split_run_path(struct deb_search *search, const char *path, const char *list,
			  struct deb_paths *ret, struct abilock_error *err)
{
	const char *origin = future_folder(search, path);
	bool unknown = false;
	int r = 0;

	for (; r >= 0 && *list; list += *list == ':') {
		const size_t length = strcspn(list, ":");

		unknown = unknown || (!origin && (memmem(list, length, "$ORIGIN", 7) ||
						  memmem(list, length, "${ORIGIN}", 9)));
		r = deb_paths_push(ret,
				   origin ? expand_origin(search, list, length, origin)
					  : abilock_arena_strndup(&search->arena, list, length),
				   err);
		list += length;
	}
	if (unknown)
		deb_warn(search->messages,
			 "%s: its run path has $ORIGIN, and which folder that will be is not "
			 "known: the file is in no package's build tree (no folder DEBIAN above "
			 "it)",
			 path);
	return r;
}

/* The trees to look into: the object's own, those that the user named, those that were built. */
static int list_trees(struct deb_search *search, const char *path, struct deb_paths *ret,
		      struct abilock_error *err)
{
	const char *root = deb_tree_guess_root(&search->arena, path);
	const struct deb_paths *const lists[] = {&search->trees, &search->built_trees};
	int r = root && !is_ignored(search, root) ? deb_paths_push(ret, root, err) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (size_t k = 0; r >= 0 && k < lists[i]->count; k++) {
			const char *tree = lists[i]->items[k];

			if (!deb_paths_has(ret, tree) && !is_ignored(search, tree))
				r = deb_paths_push(ret, tree, err);
		}
	}
	return r;
}

/* Move an array into the arena. */
static int keep(struct deb_search *search, struct deb_paths *paths, struct abilock_error *err)
{
	const char **items = abilock_arena_array(&search->arena, paths->count + 1, sizeof(*items));

	if (items && paths->count)
		memcpy(items, paths->items, paths->count * sizeof(*items));
	free(paths->items);
	paths->items = items;
	return items ? 0 : abilock_error_nomem(err);
}

/* What the system's folders have, looked up once a name. */
static int try_system(struct deb_search *search, const char *name, const struct deb_abi *abi,
		      struct deb_paths *ret_found, struct abilock_error *err)
{
	const struct deb_paths none = {0};
	struct found *known = abilock_name_table_find(&search->found, name), *found = known;

	while (found && !deb_abi_same(&found->abi, abi))
		found = found->other;
	if (found) {
		*ret_found = found->paths;
		return 0;
	}
	found = abilock_arena_alloc(&search->arena, sizeof(*found));
	const char *copy = abilock_arena_strdup(&search->arena, name);
	if (!found || !copy)
		return abilock_error_nomem(err);
	*found = (struct found){.abi = *abi, .other = known};
	int r = try_root(search, "", &none, name, abi, &found->paths, err);
	int kept = keep(search, &found->paths, err);
	if (r < 0 || kept < 0)
		return r < 0 ? r : kept;
	if (!abilock_name_table_put(&search->found, copy, found))
		return abilock_error_nomem(err);
	*ret_found = found->paths;
	return 0;
}

int deb_searcher_init(struct deb_searcher *searcher, struct deb_search *search, const char *path,
		      const struct deb_abi *abi, const char *run_path, struct abilock_error *err)
{
	*searcher = (struct deb_searcher){.abi = *abi};
	int r = run_path ? split_run_path(search, path, run_path, &searcher->run_path, err) : 0;
	return r < 0 ? r : list_trees(search, path, &searcher->trees, err);
}

void deb_searcher_deinit(struct deb_searcher *searcher)
{
	free(searcher->run_path.items);
	free(searcher->trees.items);
	*searcher = (struct deb_searcher){0};
}

/* Look where only this object does: in build trees and in the folders of its run path. */
static int try_special(struct deb_search *search, const char *name,
		       const struct deb_searcher *searcher, struct deb_paths *found,
		       struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < searcher->trees.count && found->count == 0; i++)
		r = try_root(search, searcher->trees.items[i], &searcher->run_path, name,
			     &searcher->abi, found, err);
	if (r >= 0 && found->count == 0 && searcher->run_path.count > 0)
		r = try_root(search, "", &searcher->run_path, name, &searcher->abi, found, err);
	return r;
}

int deb_search_library(struct deb_search *search, const char *name,
		       const struct deb_searcher *searcher, struct deb_paths *ret_found,
		       struct abilock_error *err)
{
	struct deb_paths found = {0};
	int r = try_special(search, name, searcher, &found, err);

	if (r < 0 || found.count > 0) {
		int kept = keep(search, &found, err);

		if (r >= 0 && kept >= 0)
			*ret_found = found;
		return r < 0 ? r : kept;
	}
	if (searcher->run_path.count == 0)
		return try_system(search, name, &searcher->abi, ret_found, err);
	*ret_found = found;
	return 0;
}
