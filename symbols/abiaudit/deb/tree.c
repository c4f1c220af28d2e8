/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <limits.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void cut_slashes(char *path)
{
	size_t length = strlen(path);

	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
}

/* Cut the last part of a path off. False: it has only one. */
static bool cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !slash[1])
		return false;
	*slash = '\0';
	cut_slashes(path);
	return true;
}

/* The folder that a file is in, or the folder itself. */
static char *folder_of(struct abilock_arena *arena, const char *file)
{
	char *path = abilock_arena_strdup(arena, file);

	if (path) {
		cut_slashes(path);
		if (!is_folder(path))
			(void)cut_last(path);
	}
	return path;
}

static bool has_control(const char *folder)
{
	char control[PATH_MAX];

	return snprintf(control, sizeof(control), "%s/DEBIAN", folder) < (int)sizeof(control) &&
	       is_folder(control);
}

const char *deb_tree_root(struct abilock_arena *arena, const char *file)
{
	char *path = folder_of(arena, file);

	while (path && *path) {
		if (has_control(path))
			return path;
		if (!cut_last(path))
			break;
	}
	return NULL;
}

bool deb_tree_same(const char *a, const char *b)
{
	struct stat x, y;

	if (str_eq(a, b))
		return true;
	return lstat(a, &x) == 0 && lstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

const char *deb_tree_guess_root(struct abilock_arena *arena, const char *file)
{
	const char *root = deb_tree_root(arena, file);
	char *path = root ? NULL : folder_of(arena, file);
	char *parent = path ? abilock_arena_strdup(arena, path) : NULL;

	while (parent && *path) {
		const bool has_parent = cut_last(parent);

		if (!is_folder(parent))
			return NULL;
		if (deb_tree_same("debian", parent))
			return path;
		if (!has_parent)
			return NULL;
		(void)cut_last(path);
	}
	return root;
}

const char *deb_tree_relative(struct abilock_arena *arena, const char *file)
{
	const char *root = deb_tree_root(arena, file);
	const size_t length = root ? strlen(root) : 0;

	if (!root || strncmp(file, root, length) != 0 || file[length] != '/')
		return NULL;
	return file + length + 1;
}
