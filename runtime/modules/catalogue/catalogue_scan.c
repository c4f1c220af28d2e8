/* SPDX-License-Identifier: MIT */
/*
 * Reading a directory of modules, and the directories in it. What an older index knows, and what
 * has not changed by its stat(), is taken from there.
 */
#include "catalogue_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

/* A file that is a module or a manifest. Strings are in the arena of the run. */
struct found {
	const char *key;  /* what modules are compared by */
	const char *file; /* below the directory */
	const char *name; /* without directory and ending */
	uint32_t folder;  /* number of the directory that it is in */
	bool is_manifest;
};

/* One run over a directory. */
struct run {
	const struct abilock_scan *scan;
	int fd;			     /* the directory */
	struct abilock_arena arena;  /* what was found */
	struct abilock_arena entry;  /* one module, reset after each */
	struct abilock_arena object; /* kept from one to the next */
	struct found *found;
	size_t found_count;
	struct abilock_index_directory *folders; /* the directory itself is the first */
	size_t folder_count;
	struct abilock_index_builder builder;
	size_t kept; /* modules that were taken from the old index */
	bool changed;
};

static void run_deinit(struct run *run)
{
	closep(&run->fd);
	abilock_arena_clear(&run->arena);
	abilock_arena_clear(&run->entry);
	abilock_arena_clear(&run->object);
	free(run->found);
	free(run->folders);
	abilock_index_builder_deinit(&run->builder);
}

/* ---- what files there are ---- */

static bool is_hidden(const char *name)
{
	return name[0] == '.';
}

/* The name of the module that a manifest is for, or NULL. In the arena. */
static const char *stem_of(struct run *run, const char *name, bool *ret_manifest, bool *failed)
{
	static const char ending[] = ".manifest";
	const char *stem = NULL;

	*ret_manifest = str_ends(name, ending);
	if (*ret_manifest && !is_hidden(name) && strlen(name) > strlen(ending))
		stem = abilock_arena_strndup(&run->arena, name, strlen(name) - strlen(ending));
	else if (!*ret_manifest && abilock_module_name_is_file(name))
		stem = abilock_arena_strndup(&run->arena, name, strlen(name) - strlen(".so"));
	else
		return NULL;
	*failed |= !stem;
	return stem;
}

static const char *join(struct abilock_arena *arena, const char *directory, const char *name)
{
	const size_t before = strlen(directory), behind = strlen(name) + 1;
	char *path = abilock_arena_bytes(arena, before + 1 + behind);

	if (!path)
		return NULL;
	memcpy(path, directory, before);
	if (before > 0)
		path[before] = '/';
	memcpy(path + before + (before > 0), name, behind);
	return path;
}

/* What modules are compared by: mostly the name itself. */
static const char *key_of(struct run *run, const char *name)
{
	if (!strchr(name, '-'))
		return name;
	char *key = abilock_arena_strdup(&run->arena, name);
	if (key)
		abilock_module_name_key(key, key);
	return key;
}

/* Links to nowhere are none. */
static bool is_file(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_REG;
	return fstatat(fd, entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static int add_found(struct run *run, int fd, const struct dirent *entry, uint32_t folder,
		     struct abilock_error *err)
{
	bool is_manifest, failed = false;
	const char *stem = stem_of(run, entry->d_name, &is_manifest, &failed);

	if (!stem)
		return failed ? abilock_error_nomem(err) : 0;
	if (!is_file(fd, entry))
		return 0;
	struct found *found = abilock_array_push(&run->found, &run->found_count, sizeof(*found));
	if (!found)
		return abilock_error_nomem(err);
	*found = (struct found){
		.key = key_of(run, stem),
		.file = join(&run->arena, run->folders[folder].name, entry->d_name),
		.name = stem,
		.folder = folder,
		.is_manifest = is_manifest,
	};
	return found->key && found->file ? 0 : abilock_error_nomem(err);
}

static bool is_folder(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Set the identity of an open directory: its size tells nothing. */
static bool identify(int fd, struct abilock_file_identity *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	*ret = abilock_file_identity_of(&st);
	ret->size = 0;
	return true;
}

static int add_folder(struct run *run, const char *name, struct abilock_error *err)
{
	struct abilock_index_directory *folder =
		abilock_array_push(&run->folders, &run->folder_count, sizeof(*folder));

	if (!folder)
		return abilock_error_nomem(err);
	folder->name = abilock_arena_strdup(&run->arena, name);
	return folder->name ? 0 : abilock_error_nomem(err);
}

static int fail(const struct run *run, const char *folder, struct abilock_error *err)
{
	const int number = errno;
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", run->scan->path, folder) < 0)
		return abilock_error_nomem(err);
	return abilock_error_set(err, ABILOCK_E_IO, *folder ? path : run->scan->path, NULL, 0,
				 "cannot read the directory: %s", strerror(number));
}

static int list_entries(struct run *run, DIR *stream, uint32_t folder, struct abilock_error *err)
{
	const struct dirent *entry;
	int r = 0;

	errno = 0;
	while (r >= 0 && (entry = readdir(stream))) {
		if (is_hidden(entry->d_name))
			continue;
		if (folder == 0 && is_folder(dirfd(stream), entry))
			r = add_folder(run, entry->d_name, err);
		else
			r = add_found(run, dirfd(stream), entry, folder, err);
		errno = 0;
	}
	return r >= 0 && errno ? fail(run, run->folders[folder].name, err) : r;
}

/* @return 1; 0 with errno set: it cannot be opened; or a negative error. */
static int list_folder(struct run *run, uint32_t folder, struct abilock_error *err)
{
	const char *name = run->folders[folder].name;
	struct abilock_file_identity *identity = &run->folders[folder].identity;
	int fd = *name ? openat(run->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		       : fcntl(run->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	DIR *stream = fdopendir(fd);
	if (!stream || !identify(fd, identity) ||
	    (abilock_file_settle(identity->ctime_ns) && !identify(fd, identity))) {
		int r = fail(run, name, err);

		(void)(stream ? closedir(stream) : close(fd));
		return r;
	}
	int r = list_entries(run, stream, folder, err);
	(void)closedir(stream);
	return r < 0 ? r : 1;
}

static int compare_folders(const void *a, const void *b)
{
	return strcmp(((const struct abilock_index_directory *)a)->name,
		      ((const struct abilock_index_directory *)b)->name);
}

/* @return 1; 0: there is no such directory; or a negative error. */
static int list_all(struct run *run, struct abilock_error *err)
{
	int r = add_folder(run, "", err);

	run->fd = open(run->scan->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return r < 0 ? r : 0;
	if (r >= 0)
		r = run->fd < 0 ? fail(run, "", err) : list_folder(run, 0, err);
	if (r == 0)
		r = fail(run, "", err);
	if (r >= 0)
		qsort(run->folders, run->folder_count, sizeof(*run->folders), compare_folders);
	for (uint32_t i = 1; r >= 0 && i < run->folder_count; i++) {
		r = list_folder(run, i, err);
		if (r == 0)
			abilock_catalogue_log(&run->scan->log, ABILOCK_LOG_NOTICE,
					      "%s/%s is passed over: %s", run->scan->path,
					      run->folders[i].name, strerror(errno));
	}
	return r < 0 ? r : 1;
}

/* ---- modules ---- */

/* By key, then by directory; the file before the manifest. */
static int compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = (x->folder > y->folder) - (x->folder < y->folder);
	if (order == 0)
		order = (int)x->is_manifest - (int)y->is_manifest;
	return order ? order : strcmp(x->file, y->file);
}

/* One module: its file and its manifest, one of which may be NULL. */
struct pair {
	const struct found *file, *manifest;
};

static bool are_together(const struct found *a, const struct found *b)
{
	return str_eq(a->key, b->key) && a->folder == b->folder;
}

/* The first file and the first manifest of one name in one directory. */
static struct pair pair_at(const struct run *run, size_t at)
{
	struct pair pair = {0};

	for (size_t i = at; i < run->found_count && are_together(&run->found[at], &run->found[i]);
	     i++) {
		const struct found **slot = run->found[i].is_manifest ? &pair.manifest : &pair.file;

		if (!*slot)
			*slot = &run->found[i];
	}
	return pair;
}

/*
 * What counts of all that has one name, from @p at up to *ret_end: the first directory that has a
 * file, else the first. The others are hidden by it.
 */
static struct pair choose(struct run *run, size_t at, size_t *ret_end)
{
	const char *key = run->found[at].key;
	struct pair chosen = pair_at(run, at);
	size_t end = at;

	for (; end < run->found_count && str_eq(run->found[end].key, key); end++)
		if (!chosen.file && !run->found[end].is_manifest)
			chosen = pair_at(run, end);
	for (size_t i = at; i < end; i++)
		if (&run->found[i] != chosen.file && &run->found[i] != chosen.manifest)
			abilock_catalogue_log(
				&run->scan->log, ABILOCK_LOG_WARNING, "%s/%s is hidden by %s",
				run->scan->path, run->found[i].file,
				chosen.file ? chosen.file->file : chosen.manifest->file);
	*ret_end = end;
	return chosen;
}

static bool is_same_file(const struct run *run, const struct found *found, const char *file,
			 const struct abilock_file_identity *identity)
{
	struct stat st;

	if (!found || !file)
		return !found && !file;
	if (!str_eq(found->file, file) || fstatat(run->fd, file, &st, 0) < 0)
		return false;
	const struct abilock_file_identity now = abilock_file_identity_of(&st);
	return abilock_file_identity_eq(&now, identity);
}

static const char *path_of(struct run *run, const struct found *found)
{
	return found ? join(&run->entry, run->scan->path, found->file) : NULL;
}

/* Ask the lock again about a module that did not change, for another host. */
static int verify_again(struct run *run, const struct pair *pair, struct abilock_index_entry *entry,
			struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	const char *path = path_of(run, pair->file);
	struct stat st;

	entry->file.is_verified = false;
	if (!run->scan->host || !pair->file || entry->problem)
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
static int keep(struct run *run, const struct pair *pair, struct abilock_error *err)
{
	const struct abilock_index *old = run->scan->old;
	const char *name = pair->file ? pair->file->name : pair->manifest->name;
	struct abilock_index_entry entry;
	ssize_t number = abilock_index_find(old, name);

	if (number < 0)
		return 0;
	int r = abilock_index_entry(old, (size_t)number, &run->entry, &entry, err);
	if (r < 0)
		return r == ABILOCK_E_NOMEM ? r : 0;
	if (!is_same_file(run, pair->file, entry.file.path, &entry.file.identity) ||
	    !is_same_file(run, pair->manifest, entry.manifest_file, &entry.manifest_identity))
		return 0;
	if (!is_known_host(run)) {
		const bool was_verified = entry.file.is_verified;

		r = verify_again(run, pair, &entry, err);
		if (r < 0)
			return r;
		run->changed |= entry.file.is_verified != was_verified;
	}
	abilock_index_builder_add(&run->builder, &entry);
	run->kept++;
	return 1;
}

static int read_new(struct run *run, const struct pair *pair, struct abilock_error *err)
{
	const struct abilock_module_source source = {
		.name = pair->file ? pair->file->name : pair->manifest->name,
		.path = path_of(run, pair->file),
		.manifest_path = path_of(run, pair->manifest),
		.file = pair->file ? pair->file->file : NULL,
		.manifest_file = pair->manifest ? pair->manifest->file : NULL,
		.directory = run->fd,
		.object = &run->object,
		.host = run->scan->host,
		.defer_checksum = run->scan->defer_checksums,
	};

	if ((pair->file && !source.path) || (pair->manifest && !source.manifest_path))
		return abilock_error_nomem(err);
	run->changed = true;
	return abilock_module_read(&source, &run->entry, &run->builder, err);
}

static int take_modules(struct run *run, struct abilock_error *err)
{
	int r = 0;

	if (run->found_count > 0)
		qsort(run->found, run->found_count, sizeof(*run->found), compare_found);
	for (size_t i = 0; r >= 0 && i < run->found_count;) {
		const struct pair pair = choose(run, i, &i);

		abilock_arena_reset(&run->entry);
		r = keep(run, &pair, err);
		if (r == 0)
			r = read_new(run, &pair, err);
	}
	return r;
}

static int finish(struct run *run, struct abilock_index *ret_index, bool *ret_changed,
		  struct abilock_error *err)
{
	const char *host_key =
		run->scan->host ? abilock_host_check_key(run->scan->host) : run->scan->host_key;

	for (size_t i = 0; i < run->folder_count; i++)
		abilock_index_builder_add_directory(&run->builder, &run->folders[i]);
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
	_cleanup_(run_deinit) struct run run = {.scan = scan, .fd = -1};

	abilock_host_check_begin(scan->host);
	int r = list_all(&run, err);

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
