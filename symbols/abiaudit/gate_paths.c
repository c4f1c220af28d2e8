/* SPDX-License-Identifier: MIT */
#include "gate_paths.h"

/* What is behind `root/` in a path without links; NULL: it lies elsewhere. */
static const char *below(const char *root, const char *path)
{
	const size_t length = strlen(root);

	return length > 1 && strncmp(path, root, length) == 0 && path[length] == '/'
		       ? path + length + 1
		       : NULL;
}

static bool has_repository(const char *folder)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/.git", folder) < 0)
		path = NULL;
	return path && access(path, F_OK) == 0;
}

char *gate_paths_root(void)
{
	_cleanup_(freep) char *folder = getcwd(NULL, 0);
	const char *given = getenv("GITHUB_WORKSPACE");
	_cleanup_(freep) char *workspace = given && *given ? realpath(given, NULL) : NULL;
	_cleanup_(freep) char *top = folder ? strdup(folder) : NULL;

	if (!top || (workspace && (str_eq(workspace, folder) || below(workspace, folder))))
		return take_ptr(workspace);
	while (*top && !has_repository(top))
		*strrchr(top, '/') = '\0';
	return *top ? take_ptr(top) : take_ptr(folder);
}

/* Links of the folder are followed, the last name is kept: libfoo.so is not libfoo.so.1.2. */
static const char *name_below(const char *root, const char *path, struct abilock_arena *arena)
{
	const char *base = path_base(path);
	_cleanup_(freep) char *given = strndup(path, (size_t)(base - path));
	_cleanup_(freep) char *folder = given ? realpath(*given ? given : ".", NULL) : NULL;

	if (!folder || !*base)
		return path;
	const char *full = abilock_arena_printf(arena, "%s/%s", folder, base);
	const char *name = full ? below(root, full) : NULL;
	return name ? name : path;
}

const struct abilock_source *gate_paths_sources(const struct gate *gate, const char *root,
						struct abilock_arena *arena)
{
	struct abilock_source *sources =
		abilock_arena_array(arena, gate->source_count + 1, sizeof(*sources));

	for (size_t i = 0; sources && i < gate->source_count; i++) {
		sources[i] = gate->sources[i];
		sources[i].path = name_below(root, gate->sources[i].path, arena);
	}
	return sources;
}
