/* SPDX-License-Identifier: MIT */
/* Which files the configuration is in. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "configuration_reader.h"

static int fail(struct abilock_error *err, const char *path, const char *what)
{
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s: %s", what, strerror(errno));
}

/* ---- one file ---- */

/* Nobody writes so many modules; and lines and columns are counted in 32 bits. */
enum { FILE_MAX = 1 << 28 };

static int read_fd(int fd, const char *path, struct abilock_text *text, struct abilock_error *err)
{
	if (abilock_text_read(text, fd, FILE_MAX) == 0)
		return 0;
	if (errno == ENOMEM)
		return abilock_error_nomem(err);
	if (errno != EFBIG)
		return fail(err, path, "cannot read");
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0,
				 "larger than any configuration: more than %d bytes", FILE_MAX);
}

/* A link to /dev/null masks a file of lower precedence; a pipe would have us wait. */
static int open_file(const char *path, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fail(err, path, "cannot open");
	if (fstat(fd, &st) < 0)
		return fail(err, path, "cannot read");
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "no regular file");
	const int opened = fd;
	fd = -1;
	return opened;
}

static int add_file(struct abilock_configuration *configuration, const char *path,
		    struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	_cleanup_(closep) int fd = open_file(path, err);
	int r = fd < 0 ? fd : read_fd(fd, path, &text, err);

	if (r < 0)
		return r;
	const char *name = abilock_arena_strdup(&configuration->arena, path);
	char *copy = abilock_arena_bytes(&configuration->arena, text.length + 1);
	if (!name || !copy)
		return abilock_error_nomem(err);
	if (text.length > 0)
		memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	r = abilock_configuration_add(configuration, name, copy, text.length, diags);
	return r < 0 ? abilock_error_nomem(err) : 0;
}

/* ---- directories ---- */

/* The files of all directories: of each name the one of the first directory. */
struct files {
	struct abilock_arena arena;
	struct abilock_name_table names;
	struct file {
		const char *name, *path;
	} * items;
	size_t count;
};

static void deinit_files(struct files *files)
{
	free(files->items);
	abilock_name_table_deinit(&files->names);
	abilock_arena_clear(&files->arena);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static bool is_configuration(const char *name)
{
	return name[0] != '.' && str_ends(name, ".conf");
}

static int add_name(struct files *files, const char *directory, const char *name,
		    struct abilock_error *err)
{
	struct file file;

	if (abilock_name_table_find(&files->names, name))
		return 0;
	file.path = abilock_arena_printf(&files->arena, "%s%s%s", directory,
					 str_ends(directory, "/") ? "" : "/", name);
	if (!file.path)
		return abilock_error_nomem(err);
	file.name = path_base(file.path);
	struct file *slot = abilock_array_push(&files->items, &files->count, sizeof(*slot));
	if (!slot || !abilock_name_table_put(&files->names, file.name, files))
		return abilock_error_nomem(err);
	*slot = file;
	return 0;
}

static int add_directory(struct files *files, const char *directory, struct abilock_error *err)
{
	_cleanup_(closedirp) DIR *dir = opendir(directory);
	const struct dirent *entry;
	int r = 0;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return fail(err, directory, "cannot open the directory");
	while (errno = 0, r == 0 && (entry = readdir(dir)))
		if (is_configuration(entry->d_name))
			r = add_name(files, directory, entry->d_name, err);
	return r == 0 && errno != 0 ? fail(err, directory, "cannot read the directory") : r;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static int find_files(const char *directories, struct files *files, struct abilock_error *err)
{
	for (const char *p = directories; *p;) {
		const size_t length = strcspn(p, ":");
		const char *directory = abilock_arena_strndup(&files->arena, p, length);
		int r = directory ? 0 : abilock_error_nomem(err);

		if (r == 0 && length > 0)
			r = add_directory(files, directory, err);
		if (r < 0)
			return r;
		p += length + (p[length] == ':');
	}
	if (files->count > 0)
		qsort(files->items, files->count, sizeof(*files->items), compare);
	return 0;
}

/* ---- all of it ---- */

static int add_all(struct abilock_configuration *configuration, const char *file,
		   const char *directories, struct abilock_diagnostics *diags,
		   struct abilock_error *err)
{
	_cleanup_(deinit_files) struct files files = {0};
	int r = file ? add_file(configuration, file, diags, err) : 0;

	if (r == 0 && directories)
		r = find_files(directories, &files, err);
	for (size_t i = 0; i < files.count && r == 0; i++)
		r = add_file(configuration, files.items[i].path, diags, err);
	return r;
}

/* The first error of the diagnostics. */
static int first_error(const struct abilock_configuration *configuration,
		       const struct abilock_diagnostics *diags, struct abilock_error *err)
{
	const struct abilock_diagnostic *diag = diags->items;

	while (diag->level != ABILOCK_LEVEL_ERROR)
		diag++;
	return abilock_error_set_line(err, configuration->sources[diag->place.file].path,
				      diag->place.line, diag->place.column, "%s%s%s", diag->message,
				      diag->fix ? "; " : "", diag->fix ? diag->fix : "");
}

int abilock_configuration_read(const char *file, const char *directories,
			       struct abilock_configuration **ret,
			       struct abilock_diagnostics *diags, struct abilock_error *err)
{
	_cleanup_(abilock_configuration_freep) struct abilock_configuration *configuration =
		abilock_configuration_new();
	int r = configuration ? add_all(configuration, file, directories, diags, err)
			      : abilock_error_nomem(err);

	if (r < 0)
		return r;
	r = abilock_configuration_settle(configuration, diags);
	if (r == ABILOCK_E_SYNTAX)
		r = first_error(configuration, diags, err);
	else if (r < 0)
		r = abilock_error_nomem(err);
	if (r == 0 || r == ABILOCK_E_SYNTAX)
		*ret = take_ptr(configuration);
	return r;
}
