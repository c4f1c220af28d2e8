/* SPDX-License-Identifier: MIT */
/* Files of one directory that are one module: the catalogue takes one of them, and is silent. */
#include <dirent.h>

#include "check.h"
#include "manifest/module_name.h"

static void closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* Files of one directory, by what they are compared with. */
struct listing {
	struct abilock_check *check;
	const char *directory;
	struct abilock_name_table files; /* "KEY.so" or "KEY.manifest" -> file name */
};

/* Two modules with two manifests are one finding. */
static bool has_module(const struct listing *listing, const char *manifest)
{
	_cleanup_(freep) char *path = NULL;

	return asprintf(&path, "%s/%.*s.so", listing->directory,
			(int)(strlen(manifest) - strlen(".manifest")), manifest) >= 0 &&
	       access(path, F_OK) == 0;
}

static void report_twice(const struct listing *listing, const char *first, const char *second)
{
	struct abilock_check *check = listing->check;
	const char *path = abilock_arena_printf(&check->arena, "%s/%s", listing->directory, second);

	if (str_ends(first, ".manifest") && has_module(listing, first) &&
	    has_module(listing, second))
		return;
	abilock_check_report(check, "name-twice", second, (struct abilock_check_place){path, 0},
			     "%s and %s are one module: '-' and '_' are the same", first, second);
}

static void add_file(struct listing *listing, const char *file)
{
	struct abilock_arena *arena = &listing->check->arena;
	char *key = abilock_arena_strdup(arena, file), *name = abilock_arena_strdup(arena, file);
	void **slot;

	if (key)
		abilock_module_name_key(file, key);
	slot = key && name ? abilock_name_table_value(&listing->files, key) : NULL;
	if (!slot) {
		listing->check->no_memory = true;
		return;
	}
	if (*slot)
		report_twice(listing, *slot, name);
	else
		*slot = name;
}

/* What cannot be listed has no modules that we know of: the catalogue said so. */
static void check_directory(struct abilock_check *check, const char *directory)
{
	_cleanup_(closedirp) DIR *dir = opendir(directory);
	struct listing listing = {.check = check, .directory = directory};
	const struct dirent *entry;

	while (dir && !check->no_memory && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && (abilock_module_name_is_file(entry->d_name) ||
						str_ends(entry->d_name, ".manifest")))
			add_file(&listing, entry->d_name);
	abilock_name_table_deinit(&listing.files);
}

void abilock_check_directories(struct abilock_check *check)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table seen = {0};
	const size_t count = abilock_catalogue_count(check->catalogue);

	for (size_t i = 0; i < count && !check->no_memory; i++) {
		const struct abilock_module *module = abilock_catalogue_at(check->catalogue, i);
		const char *path = !module	       ? NULL
				   : module->file.path ? module->file.path
						       : module->manifest_path;
		const char *slash = path ? strrchr(path, '/') : NULL;
		size_t length = slash ? (size_t)(slash - path) : 0;

		if (!slash || (length > 0 && abilock_name_table_find_part(&seen, path, length)))
			continue;
		const char *directory =
			length > 0 ? abilock_arena_strndup(&check->arena, path, length) : "/";
		if (!directory || !abilock_name_table_put(&seen, directory, check))
			check->no_memory = true;
		else
			check_directory(check, directory);
	}
}
