/* SPDX-License-Identifier: MIT */
/*
 * What is known of a library: the package that has it, and that package's symbols or shlibs file;
 * where there is no symbols file, the library's own symbols.
 */
#include <limits.h>
#include <sys/stat.h>

#include "depends_scan.h"
#include "shlibs.h"
#include "tree.h"

/* A symbols file, kept open for the next one who asks. *ret: NULL where there is none. */
static int symbols_file(struct deb_depends *depends, const char *path,
			struct deb_symbols_file **ret, struct abilock_error *err)
{
	struct abilock_name_table *files = &depends->state->symbols_files;
	struct deb_symbols_file *file = abilock_name_table_find(files, path);
	struct stat st;

	*ret = file;
	if (file || stat(path, &st) < 0)
		return 0;
	depends->state->symbols_size += (size_t)st.st_size;
	const char *name = abilock_arena_strdup(&depends->arena, path);
	int r = name ? deb_symbols_file_open(name, depends->settings.arch, &file, err)
		     : abilock_error_nomem(err);
	if (r < 0)
		return r;
	if (!abilock_name_table_put(files, name, file)) {
		deb_symbols_file_free(file);
		return abilock_error_nomem(err);
	}
	for (size_t i = 0; i < file->warning_count; i++)
		deb_warn(depends->settings.messages, "%s", file->warnings[i]);
	*ret = file;
	return 0;
}

static int shlibs_file(struct deb_depends *depends, const char *path, struct deb_shlibs **ret,
		       struct abilock_error *err)
{
	struct abilock_name_table *files = &depends->state->shlibs_files;
	struct deb_shlibs *file = abilock_name_table_find(files, path);

	*ret = file;
	if (file || access(path, F_OK) < 0)
		return 0;
	int r = deb_shlibs_open(path, &file, depends->settings.messages, err);
	if (r < 0)
		return r;
	if (!abilock_name_table_put(files, file->path, file)) {
		deb_shlibs_free(file);
		return abilock_error_nomem(err);
	}
	*ret = file;
	return 0;
}

/* Use a symbols file that may have the library. 1: it has. */
static int try_symbols(struct deb_scan *scan, struct deb_provider *provider, const char *path,
		       struct abilock_error *err)
{
	struct deb_symbols_file *file = NULL;

	if (!path)
		return 0;
	int r = symbols_file(scan->depends, path, &file, err);
	if (r < 0 || !file)
		return r;
	provider->symbols = deb_symbols_library(file, provider->need->soname);
	if (!provider->symbols)
		return 0;
	/* The file may be closed before the need is told of. */
	provider->need->info = abilock_arena_strdup(&scan->depends->arena, path);
	provider->highest =
		abilock_arena_array(&scan->object->arena, provider->symbols->dependency_count,
				    sizeof(*provider->highest));
	return provider->highest && provider->need->info ? 1 : abilock_error_nomem(err);
}

/* Control information of a library that no package has: of a tree in which packages are built. */
static int try_built(struct deb_scan *scan, struct deb_provider *provider, const char *library,
		     const char *type, const struct deb_paths *built,
		     int (*try)(struct deb_scan *scan, struct deb_provider *provider,
				const char *path, struct abilock_error *err),
		     struct abilock_error *err)
{
	struct abilock_arena *arena = &scan->object->arena;
	const char *root = deb_tree_guess_root(arena, library);
	int r = root ? try(scan, provider, abilock_arena_printf(arena, "%s/DEBIAN/%s", root, type),
			   err)
		     : 0;

	for (size_t i = 0; r == 0 && i < built->count; i++)
		r = try(scan, provider, built->items[i], err);
	return r;
}

static int find_symbols(struct deb_scan *scan, struct deb_provider *provider, const char *library,
			const char *package, struct abilock_error *err)
{
	const struct deb_depends_settings *settings = &scan->depends->settings;
	struct abilock_arena *arena = &scan->object->arena;
	const char *arch = deb_arch_name(settings->arch);

	if (!*package)
		return try_built(scan, provider, library, "symbols",
				 deb_search_built_symbols(settings->search), try_symbols, err);
	const char *const paths[] = {
		abilock_arena_printf(arena, "%s/symbols/%s.symbols.%s", settings->confdir, package,
				     arch),
		abilock_arena_printf(arena, "%s/symbols/%s.symbols", settings->confdir, package),
		deb_database_control_file(settings->database, package, "symbols"),
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(paths); i++)
		r = try_symbols(scan, provider, paths[i], err);
	return r;
}

/* Use a shlibs file that may have the library. 1: it has. */
static int try_shlibs(struct deb_scan *scan, struct deb_provider *provider, const char *path,
		      struct abilock_error *err)
{
	struct deb_shlibs *file = NULL;

	if (!path)
		return 0;
	int r = shlibs_file(scan->depends, path, &file, err);
	if (r < 0 || !file)
		return r;
	const char *dependencies =
		deb_shlibs_find(file, provider->need->soname, scan->depends->settings.package_type);
	if (!dependencies)
		return 0;
	provider->need->info = file->path;
	r = deb_scan_demand(scan, provider->need,
			    (struct deb_demand){dependencies, "", DEB_BECAUSE_SHLIBS, NULL}, false,
			    err);
	return r < 0 ? r : 1;
}

static int find_shlibs(struct deb_scan *scan, struct deb_provider *provider, const char *library,
		       const char *package, struct abilock_error *err)
{
	const struct deb_depends_settings *settings = &scan->depends->settings;
	struct abilock_arena *arena = &scan->object->arena;
	int r = try_shlibs(scan, provider, settings->local_shlibs, err);

	if (r == 0)
		r = try_shlibs(scan, provider,
			       abilock_arena_printf(arena, "%s/shlibs.override", settings->confdir),
			       err);
	if (r == 0 && !*package)
		r = try_built(scan, provider, library, "shlibs",
			      deb_search_built_shlibs(settings->search), try_shlibs, err);
	else if (r == 0)
		r = try_shlibs(scan, provider,
			       deb_database_control_file(settings->database, package, "shlibs"),
			       err);
	if (r == 0)
		r = try_shlibs(scan, provider,
			       abilock_arena_printf(arena, "%s/shlibs.default", settings->confdir),
			       err);
	return r;
}

/* A library without symbols file is asked itself for its symbols: open it. */
static int open_library(struct deb_scan *scan, struct deb_provider *provider, const char *library,
			struct abilock_error *err)
{
	const char *soname = provider->need->soname;

	if (provider->object)
		return 0;
	int r = abilock_object_open(library, &provider->object, err);
	if (r < 0)
		return r;
	const char *own = provider->object->soname;
	if (own && *own && !str_eq(own, soname)) {
		deb_warn(scan->depends->settings.messages,
			 "%s: its soname is %s, but it is needed, and was found, as %s", library,
			 own, soname);
	}
	return 0;
}

enum outcome { FOUND, PRIVATE, UNKNOWN };

/* The local shlibs file is for libraries whose symbols file is not to be believed. */
static int is_local(struct deb_scan *scan, const char *soname, struct abilock_error *err)
{
	const struct deb_depends_settings *settings = &scan->depends->settings;
	struct deb_shlibs *local = NULL;
	int r = shlibs_file(scan->depends, settings->local_shlibs, &local, err);

	if (r < 0 || !local)
		return r;
	return deb_shlibs_find(local, soname, settings->package_type) != NULL;
}

/* Ask one package about the library that it has, or with "" the build trees. */
static int ask_package(struct deb_scan *scan, struct deb_provider *provider, const char *library,
		       const char *package, enum outcome *ret, struct abilock_error *err)
{
	struct deb_need *need = provider->need;
	int r = is_local(scan, need->soname, err);

	need->path = library;
	need->package = package;
	*ret = FOUND;
	if (r == 0 && str_eq(scan->depends->settings.package_type, "deb"))
		r = find_symbols(scan, provider, library, package, err);
	else if (r > 0)
		r = 0;
	if (r > 0) {
		const char *oldest = deb_library_oldest_version(provider->symbols);

		if (oldest &&
		    deb_demand_check_version(oldest, need->info, 1, need->soname, err) < 0)
			return ABILOCK_E_SYNTAX;
		return deb_scan_demand(scan, need,
				       (struct deb_demand){provider->symbols->dependencies[0],
							   oldest ? oldest : "",
							   DEB_BECAUSE_LIBRARY, NULL},
				       false, err);
	}
	if (r == 0)
		r = open_library(scan, provider, library, err);
	if (r < 0)
		return r;
	if (!deb_is_library(provider->object)) {
		*ret = PRIVATE;
		return 0;
	}
	r = find_shlibs(scan, provider, library, package, err);
	if (r == 0)
		*ret = UNKNOWN;
	return r < 0 ? r : 0;
}

/* Where one package has both, there is nothing to depend on; and private names have no version. */
static bool may_be_unknown(const struct deb_scan *scan, const struct deb_provider *provider,
			   const char *library)
{
	struct abilock_arena *arena = &scan->object->arena;
	const char *own = deb_tree_guess_root(arena, scan->subject->path);
	const char *other = deb_tree_guess_root(arena, library);
	struct deb_soname parts;

	return scan->depends->settings.ignore_missing ||
	       !deb_soname_split(provider->need->soname, &parts) ||
	       (own && other && deb_tree_same(own, other));
}

/* Ask about one candidate. *ret_done: nothing is left to be asked. */
static int ask_about(struct deb_scan *scan, struct deb_provider *provider, const char *library,
		     bool *ret_done, struct abilock_error *err)
{
	const struct deb_depends_settings *settings = &scan->depends->settings;
	static const char *const nobody[] = {""};
	struct deb_owners owners = {NULL, 0};
	char real[PATH_MAX];
	const char *name = deb_depends_database_name(library, real);
	bool unknown = false;
	int r = name ? deb_database_owners(settings->database, name, &owners, err) : 0;

	if (owners.count == 0)
		owners = (struct deb_owners){nobody, 1};
	for (size_t i = 0; r >= 0 && i < owners.count; i++) {
		enum outcome outcome = UNKNOWN;

		r = ask_package(scan, provider, library, owners.items[i], &outcome, err);
		*ret_done = r >= 0 && outcome == FOUND;
		if (*ret_done)
			return 0;
		unknown = unknown || outcome == UNKNOWN;
	}
	if (r < 0 || !unknown || may_be_unknown(scan, provider, library))
		return r;
	deb_complain(settings->messages,
		     "%s needs %s (%s), and nothing is known about what to depend on for it: %s%s",
		     scan->subject->path, provider->need->soname, library,
		     name && owners.items != nobody ? "neither a symbols nor a shlibs file of its "
						      "package has it: "
						    : "it is in no installed package",
		     name && owners.items != nobody ? owners.items[0] : "");
	*ret_done = true;
	return 0;
}

int deb_scan_find_provider(struct deb_scan *scan, struct deb_provider *provider,
			   struct abilock_error *err)
{
	const struct deb_paths *candidates = &provider->need->candidates;
	const struct deb_depends_settings *settings = &scan->depends->settings;
	bool done = false;
	int r = 0;

	for (size_t i = 0; r >= 0 && !done && i < candidates->count; i++)
		r = ask_about(scan, provider, candidates->items[i], &done, err);
	if (r >= 0 && settings->verbosity > 0 && provider->need->path)
		deb_explain(settings->messages, "%s: %s is %s of %s; %s%s", scan->subject->path,
			    provider->need->soname, provider->need->path,
			    *provider->need->package ? provider->need->package : "no package",
			    provider->need->info ? "used is " : "nothing is known about it",
			    provider->need->info ? provider->need->info : "");
	return r;
}
