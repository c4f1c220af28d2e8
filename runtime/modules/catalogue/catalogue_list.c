/* SPDX-License-Identifier: MIT */
/*
 * What a directory of modules has, and the directories in it: files by their names alone. Nothing
 * is opened.
 */
#include "catalogue_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

static bool is_hidden(const char *name)
{
	return name[0] == '.';
}

/* The name of the module that a manifest is for, or NULL. In the arena. */
static const char *stem_of(struct abilock_listing *listing, const char *name, bool *ret_manifest,
			   bool *failed)
{
	static const char ending[] = ".manifest";
	const char *stem = NULL;

	*ret_manifest = str_ends(name, ending);
	if (*ret_manifest && !is_hidden(name) && strlen(name) > strlen(ending))
		stem = abilock_arena_strndup(&listing->arena, name, strlen(name) - strlen(ending));
	else if (!*ret_manifest && abilock_module_name_is_file(name))
		stem = abilock_arena_strndup(&listing->arena, name, strlen(name) - strlen(".so"));
	else
		return NULL;
	*failed |= !stem;
	return stem;
}

/* What modules are compared by: mostly the name itself. */
static const char *key_of(struct abilock_listing *listing, const char *name)
{
	if (!strchr(name, '-'))
		return name;
	char *key = abilock_arena_strdup(&listing->arena, name);
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

static int add_file(struct abilock_listing *listing, int fd, const struct dirent *entry,
		    uint32_t folder, struct abilock_error *err)
{
	bool is_manifest, failed = false;
	const char *stem = stem_of(listing, entry->d_name, &is_manifest, &failed);

	if (!stem)
		return failed ? abilock_error_nomem(err) : 0;
	if (!is_file(fd, entry))
		return 0;
	struct abilock_listed_file *found =
		abilock_array_push(&listing->files, &listing->file_count, sizeof(*found));
	if (!found)
		return abilock_error_nomem(err);
	*found = (struct abilock_listed_file){
		.key = key_of(listing, stem),
		.file = abilock_arena_path(&listing->arena, listing->folders[folder].name,
					   entry->d_name),
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

static int add_folder(struct abilock_listing *listing, const char *name, struct abilock_error *err)
{
	struct abilock_index_directory *folder =
		abilock_array_push(&listing->folders, &listing->folder_count, sizeof(*folder));

	if (!folder)
		return abilock_error_nomem(err);
	folder->name = abilock_arena_strdup(&listing->arena, name);
	return folder->name ? 0 : abilock_error_nomem(err);
}

static int fail(const struct abilock_listing *listing, const char *folder,
		struct abilock_error *err)
{
	const int number = errno;
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", listing->path, folder) < 0)
		return abilock_error_nomem(err);
	return abilock_error_set(err, ABILOCK_E_IO, *folder ? path : listing->path, NULL, 0,
				 "cannot read the directory: %s", strerror(number));
}

static int list_entries(struct abilock_listing *listing, DIR *stream, uint32_t folder,
			struct abilock_error *err)
{
	const struct dirent *entry;
	int r = 0;

	errno = 0;
	while (r >= 0 && (entry = readdir(stream))) {
		if (is_hidden(entry->d_name))
			continue;
		if (folder == 0 && is_folder(dirfd(stream), entry))
			r = add_folder(listing, entry->d_name, err);
		else
			r = add_file(listing, dirfd(stream), entry, folder, err);
		errno = 0;
	}
	return r >= 0 && errno ? fail(listing, listing->folders[folder].name, err) : r;
}

/* @return 1; 0 with errno set: it cannot be opened; or a negative error. */
static int list_folder(struct abilock_listing *listing, uint32_t folder, struct abilock_error *err)
{
	const char *name = listing->folders[folder].name;
	struct abilock_file_identity *identity = &listing->folders[folder].identity;
	int fd = *name ? openat(listing->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		       : fcntl(listing->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	DIR *stream = fdopendir(fd);
	if (!stream || !identify(fd, identity) ||
	    (abilock_file_settle(identity->ctime_ns) && !identify(fd, identity))) {
		int r = fail(listing, name, err);

		(void)(stream ? closedir(stream) : close(fd));
		return r;
	}
	int r = list_entries(listing, stream, folder, err);
	(void)closedir(stream);
	return r < 0 ? r : 1;
}

static int compare_folders(const void *a, const void *b)
{
	return strcmp(((const struct abilock_index_directory *)a)->name,
		      ((const struct abilock_index_directory *)b)->name);
}

/* @return 1; 0: there is no such directory; or a negative error. */
static int list_all(struct abilock_listing *listing, struct abilock_error *err)
{
	int r = add_folder(listing, "", err);

	listing->fd = open(listing->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (listing->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return r < 0 ? r : 0;
	if (r >= 0)
		r = listing->fd < 0 ? fail(listing, "", err) : list_folder(listing, 0, err);
	if (r == 0)
		r = fail(listing, "", err);
	if (r >= 0)
		qsort(listing->folders, listing->folder_count, sizeof(*listing->folders),
		      compare_folders);
	for (uint32_t i = 1; r >= 0 && i < listing->folder_count; i++) {
		r = list_folder(listing, i, err);
		if (r == 0)
			abilock_catalogue_log(&listing->log, ABILOCK_LOG_NOTICE,
					      "%s/%s is passed over: %s", listing->path,
					      listing->folders[i].name, strerror(errno));
	}
	return r < 0 ? r : 1;
}

/* ---- modules ---- */

/* By key, then by directory; the file before the manifest. */
static int compare_files(const void *a, const void *b)
{
	const struct abilock_listed_file *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = (x->folder > y->folder) - (x->folder < y->folder);
	if (order == 0)
		order = (int)x->is_manifest - (int)y->is_manifest;
	return order ? order : strcmp(x->file, y->file);
}

static bool are_together(const struct abilock_listed_file *a, const struct abilock_listed_file *b)
{
	return str_eq(a->key, b->key) && a->folder == b->folder;
}

/* The first file and the first manifest of one name in one directory. */
static struct abilock_listed_module pair_at(const struct abilock_listing *listing, size_t at)
{
	struct abilock_listed_module pair = {0};

	for (size_t i = at;
	     i < listing->file_count && are_together(&listing->files[at], &listing->files[i]);
	     i++) {
		const struct abilock_listed_file **slot =
			listing->files[i].is_manifest ? &pair.manifest : &pair.file;

		if (!*slot)
			*slot = &listing->files[i];
	}
	return pair;
}

/*
 * What counts of all that has one name, from @p at up to *ret_end: the first directory that has a
 * file, else the first. The others are hidden by it.
 */
static struct abilock_listed_module choose(struct abilock_listing *listing, size_t at,
					   size_t *ret_end)
{
	const char *key = listing->files[at].key;
	struct abilock_listed_module chosen = pair_at(listing, at);
	size_t end = at;

	for (; end < listing->file_count && str_eq(listing->files[end].key, key); end++)
		if (!chosen.file && !listing->files[end].is_manifest)
			chosen = pair_at(listing, end);
	for (size_t i = at; i < end; i++)
		if (&listing->files[i] != chosen.file && &listing->files[i] != chosen.manifest)
			abilock_catalogue_log(
				&listing->log, ABILOCK_LOG_WARNING, "%s/%s is hidden by %s",
				listing->path, listing->files[i].file,
				chosen.file ? chosen.file->file : chosen.manifest->file);
	*ret_end = end;
	return chosen;
}

static int choose_all(struct abilock_listing *listing, struct abilock_error *err)
{
	if (listing->file_count > 0)
		qsort(listing->files, listing->file_count, sizeof(*listing->files), compare_files);
	listing->modules = calloc(listing->file_count + 1, sizeof(*listing->modules));
	if (!listing->modules)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < listing->file_count;)
		listing->modules[listing->module_count++] = choose(listing, i, &i);
	return 0;
}

int abilock_list_directory(const char *path, const struct abilock_catalogue_log *log,
			   struct abilock_listing *ret_listing, struct abilock_error *err)
{
	*ret_listing = (struct abilock_listing){.path = path, .log = *log, .fd = -1};
	int r = list_all(ret_listing, err);

	return r > 0 && choose_all(ret_listing, err) < 0 ? ABILOCK_E_NOMEM : r;
}

void abilock_listing_deinit(struct abilock_listing *listing)
{
	closep(&listing->fd);
	abilock_arena_clear(&listing->arena);
	free(listing->files);
	free(listing->modules);
	free(listing->folders);
}
