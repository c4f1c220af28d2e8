/* SPDX-License-Identifier: MIT */
#include "buildtree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static bool has_elf_magic(const char *path)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char magic[4];

	return fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
	       memcmp(magic, "\177ELF", sizeof(magic)) == 0;
}

static int is_library_name(const struct dirent *entry)
{
	return strstr(entry->d_name, ".so.") != NULL || str_ends(entry->d_name, ".so");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A file behind several names, or in a folder that is searched twice. */
struct identity {
	dev_t device;
	ino_t inode;
};

struct scan {
	const char *tree;
	struct abilock_arena *arena;
	struct deb_paths *files;
	struct identity *seen;
	size_t seen_count;
	struct abilock_error *err;
};

static int add_file(struct scan *scan, const char *path)
{
	struct stat st;

	if (!path)
		return abilock_error_nomem(scan->err);
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !has_elf_magic(path))
		return 0;
	for (size_t i = 0; i < scan->seen_count; i++)
		if (scan->seen[i].device == st.st_dev && scan->seen[i].inode == st.st_ino)
			return 0;
	struct identity *slot = abilock_array_push(&scan->seen, &scan->seen_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(scan->err);
	*slot = (struct identity){st.st_dev, st.st_ino};
	return deb_paths_push(scan->files, path, scan->err);
}

/* Whether a folder of the tree is one on its own account: no part of its name is a link. */
static bool is_real_folder(const struct scan *scan, char *path)
{
	const size_t root = strlen(scan->tree);
	struct stat st;

	for (char *end = path + root; *end;) {
		end += 1 + strcspn(end + 1, "/");
		const char was = *end;
		*end = '\0';
		const bool real = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
		*end = was;
		if (!real)
			return false;
	}
	return true;
}

static int scan_folder(struct scan *scan, const char *folder)
{
	char *path = abilock_arena_printf(scan->arena, "%s%s%s", scan->tree,
					  *folder == '/' ? "" : "/", folder);
	struct dirent **entries = NULL;
	int r = 0;

	if (!path)
		return abilock_error_nomem(scan->err);
	if (!is_real_folder(scan, path))
		return 0;
	int count = scandir(path, &entries, is_library_name, by_bytes);
	if (count < 0)
		return abilock_error_set(scan->err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	for (int i = 0; i < count; i++) {
		if (r >= 0)
			r = add_file(scan, abilock_arena_printf(scan->arena, "%s/%s", path,
								entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	return r;
}

int deb_buildtree_libraries(const char *tree, const struct deb_search *search,
			    struct abilock_arena *arena, struct deb_paths *files,
			    struct abilock_error *err)
{
	const struct deb_paths *folders[] = {deb_search_own_folders(search),
					     deb_search_system_folders(search)};
	struct scan scan = {.arena = arena, .files = files, .err = err};
	char *root = abilock_arena_strdup(arena, tree);
	struct stat st;
	int r = 0;

	if (!root)
		return abilock_error_nomem(err);
	if (stat(tree, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, tree, NULL, 0, "cannot read: %s",
					 strerror(errno));
	while (str_ends(root, "/"))
		root[strlen(root) - 1] = '\0';
	scan.tree = root;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(folders); i++)
		for (size_t k = 0; r >= 0 && k < folders[i]->count; k++)
			r = scan_folder(&scan, folders[i]->items[k]);
	free(scan.seen);
	return r;
}
