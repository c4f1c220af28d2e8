/* SPDX-License-Identifier: MIT */
/*
 * Reading the modules of a directory. What an older index knows, and what has not changed by its
 * stat(), is taken from there.
 */
#include "catalogue_parts.h"

/* One run over a directory. */
struct run {
	const struct abilock_scan *scan;
	struct abilock_listing listing;
	struct abilock_arena entry;  /* one module, reset after each */
	struct abilock_arena object; /* kept from one to the next */
	struct abilock_index_builder builder;
	size_t kept; /* modules that were taken from the old index */
	bool changed;
};

static void run_deinit(struct run *run)
{
	abilock_listing_deinit(&run->listing);
	abilock_arena_clear(&run->entry);
	abilock_arena_clear(&run->object);
	abilock_index_builder_deinit(&run->builder);
}

static bool is_same_file(const struct run *run, const struct abilock_listed_file *listed,
			 const char *file, const struct abilock_file_identity *identity)
{
	struct stat st;

	if (!listed || !file)
		return !listed && !file;
	if (!str_eq(listed->file, file) || fstatat(run->listing.fd, file, &st, 0) < 0)
		return false;
	const struct abilock_file_identity now = abilock_file_identity_of(&st);
	return abilock_file_identity_eq(&now, identity);
}

static const char *path_of(struct run *run, const struct abilock_listed_file *listed)
{
	return listed ? abilock_arena_path(&run->entry, run->scan->path, listed->file) : NULL;
}

/* Ask the lock again about a module that did not change, for another host. */
static int verify_again(struct run *run, const struct abilock_listed_module *module,
			struct abilock_index_entry *entry, struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	const char *path = path_of(run, module->file);
	struct stat st;

	entry->file.is_verified = false;
	if (!run->scan->host || !module->file || entry->problem)
		return 0;
	if (!path)
		return abilock_error_nomem(err);
	if (abilock_object_open(path, &object, NULL) < 0)
		return 0;
	int r = abilock_host_check_module(run->scan->host, object, err);
	if (r <= 0)
		return r;
	const bool is_known = object->device == entry->file.identity.device &&
			      object->inode == entry->file.identity.inode;
	if (is_known && stat(path, &st) == 0) {
		const struct abilock_file_identity now = abilock_file_identity_of(&st);

		entry->file.is_verified = abilock_file_identity_eq(&now, &entry->file.identity);
	}
	return 0;
}

static bool is_known_host(const struct run *run)
{
	const char *key = abilock_index_host_key(run->scan->old);

	return key && run->scan->host_key && str_eq(key, run->scan->host_key);
}

/* @return 1 taken from the old index, 0 it is new or another one, or a negative error. */
static int keep(struct run *run, const struct abilock_listed_module *module,
		struct abilock_error *err)
{
	const struct abilock_index *old = run->scan->old;
	const char *name = module->file ? module->file->name : module->manifest->name;
	struct abilock_index_entry entry;
	ssize_t number = abilock_index_find(old, name);

	if (number < 0)
		return 0;
	int r = abilock_index_entry(old, (size_t)number, &run->entry, &entry, err);
	if (r < 0)
		return r == ABILOCK_E_NOMEM ? r : 0;
	if (!is_same_file(run, module->file, entry.file.path, &entry.file.identity) ||
	    !is_same_file(run, module->manifest, entry.manifest_file, &entry.manifest_identity))
		return 0;
	if (!is_known_host(run)) {
		const bool was_verified = entry.file.is_verified;

		r = verify_again(run, module, &entry, err);
		if (r < 0)
			return r;
		run->changed |= entry.file.is_verified != was_verified;
	}
	abilock_index_builder_add(&run->builder, &entry);
	run->kept++;
	return 1;
}

static int read_new(struct run *run, const struct abilock_listed_module *module,
		    struct abilock_error *err)
{
	const struct abilock_module_source source = {
		.name = module->file ? module->file->name : module->manifest->name,
		.path = path_of(run, module->file),
		.manifest_path = path_of(run, module->manifest),
		.file = module->file ? module->file->file : NULL,
		.manifest_file = module->manifest ? module->manifest->file : NULL,
		.directory = run->listing.fd,
		.object = &run->object,
		.host = run->scan->host,
		.defer_checksum = run->scan->defer_checksums,
	};

	if ((module->file && !source.path) || (module->manifest && !source.manifest_path))
		return abilock_error_nomem(err);
	run->changed = true;
	return abilock_module_read(&source, &run->entry, &run->builder, err);
}

static int take_modules(struct run *run, struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < run->listing.module_count; i++) {
		const struct abilock_listed_module *module = &run->listing.modules[i];

		abilock_arena_reset(&run->entry);
		r = keep(run, module, err);
		if (r == 0)
			r = read_new(run, module, err);
	}
	return r;
}

static int finish(struct run *run, struct abilock_index *ret_index, bool *ret_changed,
		  struct abilock_error *err)
{
	const char *host_key =
		run->scan->host ? abilock_host_check_key(run->scan->host) : run->scan->host_key;

	for (size_t i = 0; i < run->listing.folder_count; i++)
		abilock_index_builder_add_directory(&run->builder, &run->listing.folders[i]);
	/* Answers of the lock are worth nothing under the key of another host. */
	const bool is_other_host = run->scan->host && !is_known_host(run);
	const bool changed =
		run->changed || is_other_host || run->kept != abilock_index_count(run->scan->old);
	int r = abilock_index_builder_finish(&run->builder, host_key, ret_index, err);
	if (r >= 0)
		*ret_changed = changed;
	return r;
}

int abilock_scan_directory(const struct abilock_scan *scan, struct abilock_index *ret_index,
			   bool *ret_changed, struct abilock_error *err)
{
	_cleanup_(run_deinit) struct run run = {.scan = scan, .listing = {.fd = -1}};

	abilock_host_check_begin(scan->host);
	int r = abilock_list_directory(scan->path, &scan->log, &run.listing, err);

	if (r <= 0)
		return r;
	r = take_modules(&run, err);
	if (r >= 0)
		r = finish(&run, ret_index, ret_changed, err);
	return r < 0 ? r : 1;
}

/* ---- freshness ---- */

/* @p has_index  Of the directory that an index was written into no ctime is known; and so one that
 * was made elsewhere can be moved to its place. */
static bool is_folder_fresh(const char *path, const struct abilock_index_directory *folder,
			    bool has_index)
{
	_cleanup_(freep) char *whole = NULL;
	struct stat st;

	if (*folder->name && asprintf(&whole, "%s/%s", path, folder->name) < 0)
		return false;
	if (stat(whole ? whole : path, &st) < 0 || !S_ISDIR(st.st_mode))
		return false;
	struct abilock_file_identity now = abilock_file_identity_of(&st);
	now.size = 0;
	if (has_index)
		now.ctime_ns = folder->identity.ctime_ns;
	return abilock_file_identity_eq(&now, &folder->identity);
}

bool abilock_scan_is_fresh(const char *path, const struct abilock_index *index)
{
	const size_t count = abilock_index_directory_count(index);

	for (size_t i = 0; i < count; i++) {
		struct abilock_index_directory folder = abilock_index_directory(index, i);

		/* Writing the index changed its directory; the file has the time after that. */
		const bool has_index = i == 0 && index->mtime_ns;

		if (has_index)
			folder.identity.mtime_ns = index->mtime_ns;
		if (!is_folder_fresh(path, &folder, has_index))
			return false;
	}
	return count > 0;
}
