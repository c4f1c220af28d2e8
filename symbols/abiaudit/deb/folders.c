/* SPDX-License-Identifier: MIT */
#include "folders.h"

#include <ctype.h>
#include <glob.h>
#include <limits.h>

#include "textfile.h"

enum { MAX_CONF_DEPTH = 8 };

/* Folders in the making. */
struct finder {
	struct abilock_arena *arena;
	const struct deb_arch *arch;
	struct deb_messages *messages;
	struct deb_paths *folders;
};

void deb_paths_deinit(struct deb_paths *paths)
{
	free(paths->items);
	*paths = (struct deb_paths){0};
}

int deb_paths_push(struct deb_paths *paths, const char *path, struct abilock_error *err)
{
	const char **slot =
		path ? abilock_array_push(&paths->items, &paths->count, sizeof(*slot)) : NULL;

	if (!slot)
		return abilock_error_nomem(err);
	*slot = path;
	return 0;
}

bool deb_paths_has(const struct deb_paths *paths, const char *path)
{
	for (size_t i = 0; i < paths->count; i++)
		if (str_eq(paths->items[i], path))
			return true;
	return false;
}

/* Libraries of the tree itself are found by accident that way, and not when cross-building. */
static void warn_private(struct finder *finder, const char *folder)
{
	char real[PATH_MAX], here[PATH_MAX];

	if (realpath(folder, real) && getcwd(here, sizeof(here)) && str_starts(real, here))
		deb_warn(finder->messages,
			 "LD_LIBRARY_PATH has %s, a folder of the tree that is being built: give "
			 "it with --folder instead, which works for cross-building too",
			 folder);
}

static int add_library_path(struct finder *finder, struct abilock_error *err)
{
	const char *list = getenv("LD_LIBRARY_PATH");
	int r = 0;

	for (; r >= 0 && list && *list; list += *list == ':') {
		const size_t length = strcspn(list, ":");
		size_t kept = length;

		while (kept > 0 && list[kept - 1] == '/')
			kept--;
		const char *folder = abilock_arena_strndup(finder->arena, list, kept);
		if (length > 0)
			r = deb_paths_push(finder->folders, folder, err);
		if (length > 0 && r >= 0)
			warn_private(finder, folder);
		list += length;
	}
	return r;
}

/* Whether packages are built for another architecture than the one they are built on. */
static bool is_cross(const struct finder *finder)
{
	const char *build = getenv("DEB_BUILD_ARCH"), *own = ABILOCK_MULTIARCH;
	const char *host = deb_arch_multiarch(finder->arch);

	if (build)
		return !str_eq(build, deb_arch_name(finder->arch));
	return host && *own && !str_eq(own, host);
}

/* The multiarch folder of a cross-build, or of the build of a cross-compiler; else NULL. */
static const char *foreign_multiarch(struct finder *finder)
{
	const char *target = getenv("DEB_TARGET_GNU_TYPE"), *build = getenv("DEB_BUILD_GNU_TYPE");

	if (is_cross(finder))
		return deb_arch_multiarch(finder->arch);
	if (!target || !*target || (build && str_eq(target, build)))
		return NULL;
	if (target[0] == 'i' && target[1] >= '4' && target[1] <= '7' &&
	    str_starts(target + 2, "86-"))
		return abilock_arena_printf(finder->arena, "i386%s", target + 4);
	return target;
}

static int read_conf(struct finder *finder, const char *path, int depth, struct abilock_error *err);

static int include_conf(struct finder *finder, const char *conf, const char *pattern, int depth,
			struct abilock_error *err)
{
	const char *full = pattern[0] == '/' ? pattern
					     : abilock_arena_printf(finder->arena, "%.*s%s",
								    (int)(path_base(conf) - conf),
								    conf, pattern);
	glob_t found;
	int r = 0;

	if (!full)
		return abilock_error_nomem(err);
	if (glob(full, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; r >= 0 && i < found.gl_pathc; i++)
		r = read_conf(finder, found.gl_pathv[i], depth + 1, err);
	globfree(&found);
	return r;
}

static int read_conf(struct finder *finder, const char *path, int depth, struct abilock_error *err)
{
	struct deb_textfile text;
	char *line;

	if (depth >= MAX_CONF_DEPTH || access(path, F_OK) < 0)
		return 0;
	int r = deb_textfile_read(&text, finder->arena, path, err);
	while (r >= 0 && (line = deb_textfile_line(&text))) {
		line += strspn(line, " \t");
		size_t length = strcspn(line, "#");
		while (length > 0 &&
		       (isspace((unsigned char)line[length - 1]) || line[length - 1] == '/'))
			length--;
		line[length] = '\0';
		if (line[0] == '/' && !deb_paths_has(finder->folders, line))
			r = deb_paths_push(finder->folders, line, err);
		else if (str_starts(line, "include ") || str_starts(line, "include\t"))
			r = include_conf(finder, path, line + 8 + strspn(line + 8, " \t"), depth,
					 err);
	}
	return r;
}

static int add_system_folders(struct finder *finder, struct abilock_error *err)
{
	static const char *const first[] = {"/lib", "/usr/lib"};
	static const char *const last[] = {"/lib32", "/usr/lib32", "/lib64", "/usr/lib64"};
	const char *multiarch = foreign_multiarch(finder);
	int r = add_library_path(finder, err);

	for (size_t i = 0; r >= 0 && multiarch && i < ARRAY_SIZE(first); i++)
		r = deb_paths_push(
			finder->folders,
			abilock_arena_printf(finder->arena, "%s/%s", first[i], multiarch), err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(first); i++)
		r = deb_paths_push(finder->folders, first[i], err);
	if (r >= 0)
		r = read_conf(finder, "/etc/ld.so.conf", 0, err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(last); i++)
		r = deb_paths_push(finder->folders, last[i], err);
	return r;
}

int deb_system_folders(struct abilock_arena *arena, const struct deb_arch *arch,
		       struct deb_messages *messages, struct deb_paths *folders,
		       struct abilock_error *err)
{
	struct finder finder = {arena, arch, messages, folders};

	return add_system_folders(&finder, err);
}
