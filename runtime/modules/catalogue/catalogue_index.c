/* SPDX-License-Identifier: MIT */
/* The index files of a catalogue: opening one that counts, and writing one that is true. */
#include "catalogue_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "lock.h"

/* A file beside the index that was begun so many seconds ago is of a writer that was killed. */
enum { LEFTOVER_AGE = 600 };

/* How often a directory that changes while its index is written is looked at again. */
enum { WRITE_TRIES = 5 };

static bool identify(int fd, struct abilock_file_identity *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	*ret = abilock_file_identity_of(&st);
	return true;
}

/* Give the index file the mtime that its directory has. */
static bool set_time(int fd, int64_t ns)
{
	const struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

	return futimens(fd, (const struct timespec[2]){time, time}) == 0;
}

/* Whether two indexes were made of the same directories at the same time; the times of the one that
 * they are in are not in them. */
static bool have_same_folders(const struct abilock_index *a, const struct abilock_index *b)
{
	const size_t count = abilock_index_directory_count(a);

	if (count != abilock_index_directory_count(b))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct abilock_index_directory x = abilock_index_directory(a, i);
		struct abilock_index_directory y = abilock_index_directory(b, i);

		if (i == 0) {
			y.identity.mtime_ns = x.identity.mtime_ns;
			y.identity.ctime_ns = x.identity.ctime_ns;
		}
		if (!str_eq(x.name, y.name) || !abilock_file_identity_eq(&x.identity, &y.identity))
			return false;
	}
	return true;
}

/* One try to write. @return 1 it is true; 0 the answer has a newer one; or a negative error. */
static int write_once(const struct abilock_catalogue *catalogue,
		      const struct abilock_catalogue_directory *directory,
		      const struct abilock_index *index, int directory_fd,
		      struct abilock_written *answer, struct abilock_error *err)
{
	const struct abilock_index *latest = answer->newer.bytes ? &answer->newer : index;
	_cleanup_(abilock_index_close) struct abilock_index seen = {0};
	struct abilock_file_identity before, after;
	bool changed = false;
	_cleanup_(closep) int fd = -1;
	int r = abilock_index_write_open(latest, directory->index_path, &fd, err);

	if (r >= 0 && !identify(directory_fd, &before))
		r = abilock_error_set(err, ABILOCK_E_IO, directory->path, NULL, 0, "%s",
				      strerror(errno));
	if (r >= 0)
		r = abilock_catalogue_scan(catalogue, directory, latest, &seen, &changed, err);
	if (r < 0)
		return r;
	if (r == 0)
		return abilock_error_set(err, ABILOCK_E_IO, directory->path, NULL, 0,
					 "the directory was removed");
	if (!changed && have_same_folders(latest, &seen) && identify(directory_fd, &after) &&
	    abilock_file_identity_eq(&before, &after) &&
	    set_time(fd, after.mtime_ns - ABILOCK_INDEX_AGE_NS)) {
		answer->mtime_ns = after.mtime_ns;
		return 1;
	}
	answer->changed |= changed;
	abilock_index_close(&answer->newer);
	answer->newer = seen;
	seen = (struct abilock_index){0};
	return 0;
}

/* Whether a file is one that a writer of the index began, and did not end. */
static bool is_leftover(int fd, const char *index, const char *name)
{
	const size_t length = strlen(index);
	struct stat st;

	if (!str_starts(name, index) || name[length] != '.')
		return false;
	for (const char *c = name + length + 1; *c; c++)
		if (!strchr("0123456789abcdef-", *c))
			return false;
	return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       time(NULL) - st.st_mtim.tv_sec > LEFTOVER_AGE;
}

static void remove_leftovers(const struct abilock_catalogue *catalogue,
			     const struct abilock_catalogue_directory *directory)
{
	DIR *stream = opendir(directory->path);
	const struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (is_leftover(dirfd(stream), catalogue->options.index, entry->d_name))
			(void)unlinkat(dirfd(stream), entry->d_name, 0);
	if (stream)
		(void)closedir(stream);
}

int abilock_catalogue_write_index(const struct abilock_catalogue *catalogue,
				  const struct abilock_catalogue_directory *directory,
				  const struct abilock_index *index, struct abilock_written *ret,
				  struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct abilock_written answer = {0};
	int r = 0;

	if (fd < 0)
		return abilock_error_set(err, ABILOCK_E_IO, directory->path, NULL, 0, "%s",
					 strerror(errno));
	remove_leftovers(catalogue, directory);
	for (int tries = 0; r == 0 && tries < WRITE_TRIES; tries++)
		r = write_once(catalogue, directory, index, fd, &answer, err);
	if (r < 0) {
		abilock_index_close(&answer.newer);
		return r;
	}
	answer.is_true = r > 0;
	*ret = answer;
	return 0;
}

static void log_error(const struct abilock_catalogue *catalogue, enum abilock_log_level level,
		      const char *what, const struct abilock_error *error)
{
	char line[sizeof(*error) + 64];

	(void)abilock_error_format(error, line, sizeof(line));
	abilock_catalogue_log(&catalogue->log, level, "%s%s", line, what);
}

int abilock_catalogue_renew_index(const struct abilock_catalogue *catalogue,
				  const struct abilock_catalogue_directory *directory,
				  const struct abilock_index *index, struct abilock_written *ret,
				  struct abilock_error *err)
{
	struct abilock_error error = {0};

	*ret = (struct abilock_written){0};
	if (!catalogue->options.write_index)
		return 0;
	int r = abilock_catalogue_write_index(catalogue, directory, index, ret, &error);
	if (r == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	if (r < 0)
		log_error(catalogue, ABILOCK_LOG_NOTICE, "; modules are known without it", &error);
	return 0;
}

/* Why what an index says is not believed, or NULL: who can write it could say that the lock finds
 * nothing. */
static const char *find_mistrust(const struct abilock_catalogue_directory *directory)
{
	const char *problem = abilock_path_problem(directory->index_path);
	struct stat index, folder;

	if (problem || lstat(directory->index_path, &index) < 0 ||
	    stat(directory->path, &folder) < 0)
		return problem;
	/* In a sticky directory nobody replaces a file of others, but everybody can make one. */
	return (folder.st_mode & S_IWOTH) && index.st_uid != 0 && index.st_uid != geteuid() &&
			       index.st_uid != folder.st_uid
		       ? "it is a stranger's, in a directory that can be written by everybody; "
			 "chmod o-w it"
		       : NULL;
}

int abilock_catalogue_open_index(const struct abilock_catalogue *catalogue,
				 const struct abilock_catalogue_directory *directory,
				 struct abilock_index *ret_index, struct abilock_error *err)
{
	struct abilock_error error = {0};

	if (!catalogue->options.use_index)
		return 0;
	const char *problem = find_mistrust(directory);
	if (problem && access(directory->index_path, F_OK) == 0) {
		abilock_catalogue_log(&catalogue->log, ABILOCK_LOG_WARNING,
				      "%s: the index is not believed: %s", directory->index_path,
				      problem);
		return 0;
	}
	int r = abilock_index_open(directory->index_path, ret_index, &error);
	if (r >= 0)
		return 1;
	if (r == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	if (r == ABILOCK_E_IO && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	log_error(catalogue, ABILOCK_LOG_WARNING, "; the directory is read instead", &error);
	return 0;
}
