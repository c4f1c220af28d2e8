/* SPDX-License-Identifier: MIT */
/*
 * Keeping the catalogue true: the first look at the directories, and looking again.
 *
 * Files are read without the mutex; what came out is put in place with it, all at once.
 */
#include "catalogue_parts.h"

int abilock_catalogue_scan(const struct abilock_catalogue *catalogue,
			   const struct abilock_catalogue_directory *directory,
			   const struct abilock_index *old, struct abilock_index *ret_index,
			   bool *ret_changed, struct abilock_error *err)
{
	const struct abilock_scan question = {
		.path = directory->path,
		.old = old,
		.host = catalogue->host,
		.host_key = catalogue->options.host_key,
		.defer_checksums = catalogue->options.defer_checksums,
		.log = catalogue->log,
	};

	return abilock_scan_directory(&question, ret_index, ret_changed, err);
}

/* ---- the first look ---- */

static int start_directory(struct abilock_catalogue *catalogue,
			   struct abilock_catalogue_directory *directory, struct abilock_error *err)
{
	struct abilock_index old = {0};
	bool changed = false;
	int r = abilock_catalogue_open_index(catalogue, directory, &old, err);

	if (r < 0)
		return r;
	if (r > 0 && abilock_scan_is_fresh(directory->path, &old)) {
		directory->index = old;
		directory->exists = directory->is_indexed = true;
		return 0;
	}
	if (r > 0)
		abilock_catalogue_log(&catalogue->log, ABILOCK_LOG_DEBUG,
				      "%s is older than its directory", directory->index_path);
	r = abilock_catalogue_open_host(catalogue, err);
	if (r >= 0)
		r = abilock_catalogue_scan(catalogue, directory, &old, &directory->index, &changed,
					   err);
	abilock_index_close(&old);
	if (r == 0)
		abilock_catalogue_log(&catalogue->log, ABILOCK_LOG_NOTICE,
				      "%s: there is no such directory of modules", directory->path);
	directory->exists = r > 0;
	if (r <= 0)
		return r;
	struct abilock_written written = {0};
	r = abilock_catalogue_renew_index(catalogue, directory, &directory->index, &written, err);
	if (written.newer.bytes) {
		abilock_index_close(&directory->index);
		directory->index = written.newer;
	}
	directory->index.mtime_ns = written.mtime_ns;
	directory->is_indexed = written.is_true;
	return r;
}

int abilock_catalogue_start(struct abilock_catalogue *catalogue, struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < catalogue->directory_count; i++)
		r = start_directory(catalogue, &catalogue->directories[i], err);
	abilock_catalogue_drop_host(catalogue);
	return r;
}

/* ---- looking again ---- */

/* What a module in use is about to be. */
struct renewed {
	struct abilock_module facts;
	struct abilock_module **slot; /* of the directory that it is in; NULL: it is gone */
};

/* What is about to be put in place: the directories, and the facts of each module in use. */
struct renewal {
	struct abilock_catalogue_directory *directories; /* as they will be; malloc'ed */
	struct renewed *modules;			 /* by abilock_module.number; malloc'ed */
	bool write; /* the index files as well, or it is an error */
	bool is_new, changed;
};

/* Whether an index of @p mine is not that of @p others as well. */
static bool is_own(const struct abilock_index *mine, const struct abilock_index *others)
{
	return mine->bytes && mine->bytes != others->bytes;
}

/* Free what only the renewal has. Once it is in place, those are the times from before. */
static void drop(const struct abilock_catalogue *catalogue, struct renewal *renewal)
{
	for (size_t i = 0; renewal->directories && i < catalogue->directory_count; i++) {
		struct abilock_catalogue_directory *mine = &renewal->directories[i];
		const struct abilock_catalogue_directory *other = &catalogue->directories[i];

		if (is_own(&mine->index, &other->index))
			abilock_index_close(&mine->index);
		if (is_own(&mine->times, &other->times))
			abilock_index_close(&mine->times);
		if (mine->known != other->known)
			free(mine->known);
	}
	free(renewal->directories);
	free(renewal->modules);
}

/*
 * Nothing changed but the times of directories: the index stays, since all that is known is in it,
 * and the times are kept beside it.
 */
static int note_times(struct abilock_catalogue_directory *directory,
		      const struct abilock_index *fresh, int64_t mtime_ns, struct renewal *renewal,
		      struct abilock_error *err)
{
	struct abilock_index_builder builder = {0};
	struct abilock_index times = {0};
	const size_t count = abilock_index_directory_count(fresh);

	for (size_t i = 0; i < count; i++) {
		const struct abilock_index_directory folder = abilock_index_directory(fresh, i);

		abilock_index_builder_add_directory(&builder, &folder);
	}
	int r = abilock_index_builder_finish(&builder, NULL, &times, err);
	if (r < 0)
		return r;
	times.mtime_ns = mtime_ns;
	directory->times = times;
	renewal->is_new = true;
	return 0;
}

/* Put what was found in a directory in place, and into its index file where that is wanted. */
static int take_scan(const struct abilock_catalogue *catalogue,
		     struct abilock_catalogue_directory *directory, struct abilock_index *fresh,
		     bool changed, struct renewal *renewal, struct abilock_error *err)
{
	const struct abilock_index *latest = fresh->bytes ? fresh : &directory->index;
	struct abilock_written written = {0};
	int r = renewal->write
			? abilock_catalogue_write_index(catalogue, directory, latest, &written, err)
			: abilock_catalogue_renew_index(catalogue, directory, latest, &written,
							err);

	if (r < 0)
		return r;
	if (written.newer.bytes) {
		abilock_index_close(fresh);
		*fresh = written.newer;
		latest = fresh;
	}
	directory->is_dirty = false;
	directory->is_indexed = written.is_true;
	directory->times = (struct abilock_index){0};
	if (!fresh->bytes || !(changed || written.changed))
		return note_times(directory, latest, written.mtime_ns, renewal, err);
	directory->index = *fresh;
	directory->index.mtime_ns = written.mtime_ns;
	directory->known = NULL;
	*fresh = (struct abilock_index){0};
	renewal->is_new = renewal->changed = true;
	return 0;
}

static void forget_directory(const struct abilock_catalogue *catalogue,
			     struct abilock_catalogue_directory *directory, struct renewal *renewal)
{
	renewal->is_new = true;
	renewal->changed |= abilock_index_count(&directory->index) > 0;
	directory->index = directory->times = (struct abilock_index){0};
	directory->known = NULL;
	directory->exists = directory->is_dirty = directory->is_indexed = false;
	abilock_catalogue_log(&catalogue->log, ABILOCK_LOG_NOTICE,
			      "%s: there is no such directory of modules any more",
			      directory->path);
}

static int look_again(const struct abilock_catalogue *catalogue,
		      struct abilock_catalogue_directory *directory, bool all,
		      struct renewal *renewal, struct abilock_error *err)
{
	_cleanup_(abilock_index_close) struct abilock_index fresh = {0};
	const struct abilock_index *times =
		directory->times.bytes ? &directory->times : &directory->index;
	bool changed = false;

	if (!all && !directory->is_dirty && directory->exists &&
	    abilock_scan_is_fresh(directory->path, times))
		return 0;
	/* Writing looks at every file anyway. */
	if (renewal->write && directory->exists && !directory->is_dirty)
		return take_scan(catalogue, directory, &fresh, false, renewal, err);
	int r = abilock_catalogue_scan(catalogue, directory, &directory->index, &fresh, &changed,
				       err);
	if (r < 0)
		return r;
	if (r == 0 && directory->exists)
		forget_directory(catalogue, directory, renewal);
	if (r == 0)
		return 0;
	changed |= directory->is_dirty || !directory->exists;
	directory->exists = true;
	return take_scan(catalogue, directory, &fresh, changed, renewal, err);
}

/* A module that is in no directory any more may be asked for as long as it is mapped. */
static int note_gone(struct abilock_catalogue *catalogue, struct abilock_module *module,
		     const char *key, struct abilock_error *err)
{
	if (abilock_name_table_find(&catalogue->gone, key))
		return 0;
	key = abilock_arena_strdup(&catalogue->arena, key);
	return key && abilock_name_table_put(&catalogue->gone, key, module)
		       ? 0
		       : abilock_error_nomem(err);
}

/* The facts of a module in the directories as they are now. */
static int facts_of(struct abilock_catalogue *catalogue, struct abilock_module *module,
		    struct renewed *ret, struct abilock_error *err)
{
	const char *key = abilock_catalogue_key(catalogue, module->name);
	struct abilock_place_of_module place;

	if (!key)
		return abilock_error_nomem(err);
	ret->facts = *module;
	ret->facts.is_gone = !abilock_catalogue_locate(catalogue, key, &place);
	if (ret->facts.is_gone)
		return note_gone(catalogue, module, key, err);
	ret->slot = abilock_catalogue_slot(catalogue, place);
	return ret->slot ? abilock_catalogue_facts(catalogue, place, &catalogue->facts, &ret->facts,
						   err)
			 : abilock_error_nomem(err);
}

/*
 * What was before is kept until the end: a module that is gone still has its facts there, and other
 * threads may hold strings of the others. @p renewal has the directories from before.
 */
static int retire(struct abilock_catalogue *catalogue, struct renewal *renewal,
		  struct abilock_error *err)
{
	const size_t count = catalogue->retired_count;

	for (size_t i = 0; i < catalogue->directory_count; i++) {
		const struct abilock_index *old = &renewal->directories[i].index;
		struct abilock_index *retired;

		if (!is_own(old, &catalogue->directories[i].index))
			continue;
		retired = abilock_array_push(&catalogue->retired, &catalogue->retired_count,
					     sizeof(*retired));
		if (!retired) {
			catalogue->retired_count = count; /* they are in use again */
			return abilock_error_nomem(err);
		}
		*retired = *old;
	}
	for (size_t i = 0; i < catalogue->directory_count; i++)
		if (is_own(&renewal->directories[i].index, &catalogue->directories[i].index))
			renewal->directories[i].index = (struct abilock_index){0};
	return 0;
}

static void swap_directories(struct abilock_catalogue *catalogue, struct renewal *renewal)
{
	struct abilock_catalogue_directory *directories = catalogue->directories;

	catalogue->directories = renewal->directories;
	renewal->directories = directories;
}

static int find_facts(struct abilock_catalogue *catalogue, struct renewal *renewal,
		      struct abilock_error *err)
{
	int r = 0;

	renewal->modules = calloc(catalogue->known_count + 1, sizeof(*renewal->modules));
	if (!renewal->modules)
		return abilock_error_nomem(err);
	for (struct abilock_module *at = catalogue->known; r >= 0 && at; at = at->next)
		r = facts_of(catalogue, at, &renewal->modules[at->number], err);
	return r;
}

/* All or nothing: up to the last step nothing that anybody sees is changed. */
static int put_in_place(struct abilock_catalogue *catalogue, struct renewal *renewal,
			struct abilock_error *err)
{
	swap_directories(catalogue, renewal);
	if (!renewal->changed)
		return 0;
	int r = find_facts(catalogue, renewal, err);
	if (r >= 0)
		r = retire(catalogue, renewal, err);
	if (r < 0) {
		swap_directories(catalogue, renewal);
		return r;
	}
	for (struct abilock_module *at = catalogue->known; at; at = at->next) {
		const struct renewed *renewed = &renewal->modules[at->number];

		abilock_catalogue_learn(at, &renewed->facts);
		if (renewed->slot)
			*renewed->slot = at;
	}
	abilock_catalogue_forget_order(catalogue);
	return 0;
}

static void lock(struct abilock_catalogue *catalogue)
{
	if (catalogue->options.data)
		(void)pthread_mutex_lock(catalogue->options.data);
	(void)pthread_mutex_lock(&catalogue->mutex);
}

static void unlock(struct abilock_catalogue *catalogue)
{
	(void)pthread_mutex_unlock(&catalogue->mutex);
	if (catalogue->options.data)
		(void)pthread_mutex_unlock(catalogue->options.data);
}

static int renew(struct abilock_catalogue *catalogue, bool all, struct renewal *renewal,
		 struct abilock_error *err)
{
	const size_t count = catalogue->directory_count;
	int r = 0;

	renewal->directories = calloc(count + 1, sizeof(*renewal->directories));
	if (!renewal->directories)
		return abilock_error_nomem(err);
	if (count > 0)
		memcpy(renewal->directories, catalogue->directories,
		       count * sizeof(*renewal->directories));
	for (size_t i = 0; r >= 0 && i < count; i++)
		r = look_again(catalogue, &renewal->directories[i], all, renewal, err);
	if (r < 0 || !renewal->is_new)
		return r;
	lock(catalogue);
	r = put_in_place(catalogue, renewal, err);
	unlock(catalogue);
	return r;
}

int abilock_catalogue_rescan(struct abilock_catalogue *catalogue, bool all, bool *ret_changed,
			     struct abilock_error *err)
{
	struct renewal renewal = {0};
	int r = renew(catalogue, all, &renewal, err);

	if (r >= 0 && ret_changed)
		*ret_changed = renewal.changed;
	drop(catalogue, &renewal);
	return r;
}

int abilock_catalogue_write(struct abilock_catalogue *catalogue, size_t *ret_count,
			    struct abilock_error *err)
{
	struct renewal renewal = {.write = true};
	int r = renew(catalogue, true, &renewal, err);
	size_t count = 0;

	drop(catalogue, &renewal);
	for (size_t i = 0; i < catalogue->directory_count; i++)
		count += abilock_index_count(&catalogue->directories[i].index);
	if (r >= 0 && ret_count)
		*ret_count = count;
	return r;
}

/* ---- one module ---- */

static bool is_unchanged(const struct abilock_module *module)
{
	struct stat st;

	if (stat(module->file.path, &st) < 0)
		return false;
	const struct abilock_file_identity now = abilock_file_identity_of(&st);
	return abilock_file_identity_eq(&now, &module->file.identity);
}

/* Read it as the scan would. @p known is what the index has of it. */
static int read_again(const struct abilock_catalogue *catalogue,
		      const struct abilock_module *module, const struct abilock_index_entry *known,
		      struct abilock_index *ret_index, struct abilock_error *err)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena object = {0};
	const struct abilock_module_source source = {
		.name = module->name,
		.path = module->file.path,
		.manifest_path = module->manifest_path,
		.file = known->file.path,
		.manifest_file = known->manifest_file,
		.directory = -1,
		.object = &object,
		.host = catalogue->host,
	};
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	struct abilock_index_builder builder = {0};

	abilock_host_check_begin(catalogue->host);
	int r = abilock_module_read(&source, &arena, &builder, err);

	if (r < 0)
		return r;
	return abilock_index_builder_finish(&builder, catalogue->options.host_key, ret_index, err);
}

/* The index of this one module lives as long as the catalogue: what others borrowed of the old one
 * stays. Both mutexes are held. */
static int learn_again(struct abilock_catalogue *catalogue, struct abilock_module *module,
		       struct abilock_place_of_module place, struct abilock_index *index,
		       struct abilock_error *err)
{
	struct abilock_catalogue_directory *directory = &catalogue->directories[place.directory];
	struct abilock_index *retired = abilock_array_push(
		&catalogue->retired, &catalogue->retired_count, sizeof(*retired));

	if (!retired)
		return abilock_error_nomem(err);
	*retired = *index;
	*index = (struct abilock_index){0};
	int r = abilock_catalogue_facts_in(catalogue, directory, retired, 0, &catalogue->facts,
					   module, err);
	if (r < 0)
		return r;
	/* What it provides is found by the old index until then. */
	directory->is_dirty = true;
	directory->is_indexed = false;
	return 0;
}

static bool locate(struct abilock_catalogue *catalogue, const struct abilock_module *module,
		   struct abilock_place_of_module *ret_place)
{
	(void)pthread_mutex_lock(&catalogue->mutex);
	const char *key = abilock_catalogue_key(catalogue, module->name);
	const bool found = key && abilock_catalogue_locate(catalogue, key, ret_place) &&
			   ret_place->directory != ABILOCK_IS_ADDED;
	(void)pthread_mutex_unlock(&catalogue->mutex);
	return found;
}

int abilock_catalogue_refresh(struct abilock_catalogue *catalogue, struct abilock_module *module,
			      struct abilock_error *err)
{
	_cleanup_(abilock_index_close) struct abilock_index index = {0};
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	struct abilock_place_of_module place;
	struct abilock_index_entry known;

	if (!module->file.path || is_unchanged(module))
		return 0;
	if (!locate(catalogue, module, &place) || access(module->file.path, F_OK) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, module->file.path, NULL, 0,
					 "the file is not there any more");
	int r = abilock_index_entry(&catalogue->directories[place.directory].index, place.number,
				    &arena, &known, err);
	if (r >= 0)
		r = read_again(catalogue, module, &known, &index, err);
	if (r < 0)
		return r;
	lock(catalogue);
	r = learn_again(catalogue, module, place, &index, err);
	unlock(catalogue);
	if (r < 0 || !module->problem)
		return r;
	return abilock_error_set(err, ABILOCK_E_DAMAGED, NULL, NULL, 0, "%s", module->problem);
}
