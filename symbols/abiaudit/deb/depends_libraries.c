/* SPDX-License-Identifier: MIT */
/* The first pass: which libraries a file needs, and where they are. */
#include <limits.h>

#include "depends_scan.h"
#include "tree.h"

static struct deb_usage *usage_of(struct deb_depends *depends, const char *soname)
{
	struct deb_depends_state *state = depends->state;
	struct deb_usage *usage = abilock_name_table_find(&state->usages, soname);

	if (usage)
		return usage;
	usage = abilock_arena_alloc(&depends->arena, sizeof(*usage));
	if (!usage)
		return NULL;
	usage->soname = abilock_arena_strdup(&depends->arena, soname);
	struct deb_usage **slot =
		abilock_array_push(&state->usage_list, &state->usage_count, sizeof(*slot));
	if (!slot)
		return NULL;
	*slot = usage;
	return usage->soname && abilock_name_table_put(&state->usages, usage->soname, usage) ? usage
											     : NULL;
}

const char *deb_depends_database_name(const char *library, char real[PATH_MAX])
{
	_cleanup_(abilock_arena_clear) struct abilock_arena scratch = {0};

	if (deb_tree_guess_root(&scratch, library))
		return NULL;
	return library[0] == '/' ? library : realpath(library, real);
}

static int want_owner(struct deb_depends *depends, const char *library, struct abilock_error *err)
{
	struct deb_depends_state *state = depends->state;
	const struct deb_diversion *diversion;
	char real[PATH_MAX];
	const char *name = deb_depends_database_name(library, real);

	if (!name || abilock_name_table_find(&state->wanted, name))
		return 0;
	const char **slot =
		abilock_array_push(&state->wanted_list, &state->wanted_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = abilock_arena_strdup(&depends->arena, name);
	if (!*slot || !abilock_name_table_put(&state->wanted, *slot, depends))
		return abilock_error_nomem(err);
	int r = deb_database_diversion(depends->settings.database, name, &diversion, err);
	if (r >= 0 && diversion)
		deb_warn(depends->settings.messages,
			 "%s is diverted (%s%s%s to %s): the package found for it may not be the "
			 "one that it is from",
			 diversion->from, str_eq(diversion->package, ":") ? "" : "by ",
			 str_eq(diversion->package, ":") ? "locally" : diversion->package, ",",
			 diversion->to);
	return r;
}

static bool has_need(const struct deb_subject *subject, const char *soname)
{
	for (size_t i = 0; i < subject->need_count; i++)
		if (str_eq(subject->needs[i].soname, soname))
			return true;
	return false;
}

static int find_library(struct deb_depends *depends, struct deb_subject *subject,
			const char *soname, const struct deb_searcher *searcher,
			const char *run_path, struct abilock_error *err)
{
	struct deb_usage *usage = usage_of(depends, soname);
	struct deb_need *need =
		usage ? abilock_array_push(&subject->needs, &subject->need_count, sizeof(*need))
		      : NULL;
	const char **slot =
		need ? abilock_array_push(&usage->files, &usage->file_count, sizeof(*slot)) : NULL;

	if (!slot)
		return abilock_error_nomem(err);
	*slot = subject->path;
	need->soname = usage->soname;
	need->package = "";
	int r = deb_search_library(depends->settings.search, soname, searcher, &need->candidates,
				   err);
	if (r < 0)
		return r;
	if (need->candidates.count > 0)
		return want_owner(depends, need->candidates.items[0], err);
	usage->missing = true;
	deb_depends_warn_missing(depends, subject, soname, run_path);
	return 0;
}

static int find_libraries(struct deb_depends *depends, struct deb_subject *subject,
			  const struct deb_abi *abi, const struct abilock_object *object,
			  struct abilock_error *err)
{
	const char *run_path =
		object->runpath && *object->runpath ? object->runpath : object->rpath;
	_cleanup_(deb_searcher_deinit) struct deb_searcher searcher = {0};

	int r = deb_searcher_init(&searcher, depends->settings.search, subject->path, abi, run_path,
				  err);
	for (size_t i = 0; r >= 0 && i < object->needed_count; i++)
		if (!has_need(subject, object->needed[i]))
			r = find_library(depends, subject, object->needed[i], &searcher, run_path,
					 err);
	return r;
}

int deb_depends_find_libraries(struct deb_depends *depends, struct deb_subject *subject,
			       struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct deb_abi abi;

	int r = deb_abi_read(subject->path, &abi, err);
	if (r > 0)
		r = abilock_object_open(subject->path, &object, err);
	if (r == ABILOCK_E_UNSUPPORTED || (r == 0 && !object)) {
		deb_warn(depends->settings.messages,
			 "%s: neither a program nor a shared object: it has no dependencies of "
			 "this kind",
			 subject->path);
		return 0;
	}
	subject->is_object = r >= 0;
	return r < 0 ? r : find_libraries(depends, subject, &abi, object, err);
}
