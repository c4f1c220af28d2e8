/* SPDX-License-Identifier: MIT */
/*
 * Who owns a file. The lists of files are the cost here: there is one for each package, a thousand
 * and more. They are read in the order in which an answer is likely, and no further than needed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "database_state.h"
#include "library_names.h"

/* With more libraries than this, all lists will be read anyway: no order is better. */
enum { MAX_ORDERED = 64 };

/* A library and the names that its owner may list it under. */
struct library {
	struct deb_place *name;	 /* as it was found */
	struct deb_place *alias; /* the same with /usr in front, or without; NULL: it has none */
	struct deb_place *file;	 /* what it is a link to, or name itself */
	struct deb_place *file_alias;
	bool is_diverted;
};

/* A package's list of files, by the package's name. */
struct list {
	const char *package;
	bool has_libraries; /* it has a symbols or a shlibs file */
	bool read;
	unsigned likeness;
};

/* ---- places ---- */

static struct deb_place *add_place(struct deb_database *database, const char *path)
{
	struct deb_place *place = abilock_name_table_find(&database->places, path);

	if (place)
		return place;
	place = abilock_arena_alloc(&database->arena, sizeof(*place));
	if (!place)
		return NULL;
	place->path = abilock_arena_strdup(&database->arena, path);
	if (!place->path || !abilock_name_table_put(&database->places, place->path, place))
		return NULL;
	const size_t length = strlen(path);
	database->lengths[length < DEB_LENGTHS ? length : DEB_LENGTHS - 1] = true;
	return place;
}

/* Whether `/lib`, `/bin` ... is a link to the folder of that name in /usr. */
static bool is_merged(const char *folder, size_t length)
{
	char path[64], target[64];

	if (length >= sizeof(path) - 1)
		return false;
	(void)snprintf(path, sizeof(path), "/%.*s", (int)length, folder);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	const char *inside = target + (target[0] == '/');
	return str_starts(inside, "usr/") && strlen(inside + 4) == length &&
	       memcmp(inside + 4, folder, length) == 0;
}

/* The place of the same file with /usr added or taken away. NULL: there is none, or no memory. */
static struct deb_place *alias_of(struct deb_database *database, const char *path)
{
	const bool in_usr = str_starts(path, "/usr/");
	const char *folder = path + (in_usr ? strlen("/usr/") : 1);

	if (!is_merged(folder, strcspn(folder, "/")))
		return NULL;
	char alias[PATH_MAX + sizeof("/usr")];
	if (snprintf(alias, sizeof(alias), "%s%s", in_usr ? "" : "/usr",
		     in_usr ? folder - 1 : path) >= (int)sizeof(alias))
		return NULL;
	return add_place(database, alias);
}

static int library_of(struct deb_database *database, const char *path, struct library *ret,
		      struct abilock_error *err)
{
	const struct deb_diversion *diversion = NULL;
	char file[PATH_MAX];
	struct library library = {.name = add_place(database, path)};

	if (!library.name)
		return abilock_error_nomem(err);
	library.file = realpath(path, file) ? add_place(database, file) : library.name;
	if (!library.file)
		return abilock_error_nomem(err);
	library.alias = alias_of(database, library.name->path);
	library.file_alias = alias_of(database, library.file->path);
	int r = deb_database_diversion(database, path, &diversion, err);
	library.is_diverted = diversion != NULL;
	*ret = library;
	return r;
}

/*
 * Whether no other list can change the answer. A file has one owner, unless it is diverted; and its
 * owner lists it under one of the two names that it has where /lib and /usr/lib are one.
 */
static bool is_settled(const struct library *library)
{
	if (library->name->searched)
		return true;
	if (library->is_diverted)
		return false;
	if (library->name->owner_count > 0)
		return true;
	return library->alias && library->alias->owner_count > 0 && library->file->owner_count > 0;
}

/* ---- lists of files ---- */

static void list_path(const struct deb_database *database, const char *package, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%s/info/%s.list", database->admindir, package);
}

static int fail_list(const struct deb_database *database, const char *package,
		     struct abilock_error *err)
{
	char path[PATH_MAX];

	list_path(database, package, path);
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
				 strerror(errno));
}

static int fail_line(const struct deb_database *database, const char *package, unsigned long line,
		     struct abilock_error *err)
{
	char path[PATH_MAX];

	list_path(database, package, path);
	return abilock_error_set_line(err, path, line, 1,
				      "the last line does not end: the list is cut short; install "
				      "the package again");
}

/* Read the whole list into the buffer. 1: read, 0: there is none of that name. */
static int read_list(struct deb_database *database, const char *package, size_t *ret_size,
		     struct abilock_error *err)
{
	char name[NAME_MAX + 1];
	struct stat st;
	size_t size = 0;
	ssize_t got = 0;

	if (snprintf(name, sizeof(name), "%s.list", package) >= (int)sizeof(name))
		return 0;
	_cleanup_(closep) int fd = openat(database->info, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_list(database, package, err);
	if ((size_t)st.st_size >= database->buffer_size) {
		size_t room = ((size_t)st.st_size / (1 << 18) + 1) * (1 << 18);
		char *grown = realloc(database->buffer, room);

		if (!grown)
			return abilock_error_nomem(err);
		database->buffer = grown;
		database->buffer_size = room;
	}
	while (size < (size_t)st.st_size &&
	       (got = read(fd, database->buffer + size, (size_t)st.st_size - size)) > 0)
		size += (size_t)got;
	if (got < 0)
		return fail_list(database, package, err);
	*ret_size = size;
	return 1;
}

static int add_owner(struct deb_database *database, struct deb_place *place, const char *package,
		     struct abilock_error *err)
{
	for (size_t i = 0; i < place->owner_count; i++)
		if (str_eq(place->owners[i], package))
			return 0;
	const char **slot = abilock_array_push(&place->owners, &place->owner_count, sizeof(*slot));
	if (!slot || !(*slot = abilock_arena_strdup(&database->arena, package)))
		return abilock_error_nomem(err);
	return 0;
}

/* Look at each line of the list in the buffer. 1: at least one is looked for. */
static int scan_lines(struct deb_database *database, const char *package, size_t size,
		      struct abilock_error *err)
{
	char *line = database->buffer, *end = line + size;
	unsigned long number = 1;
	int found = 0;

	for (; line < end; number++) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		if (!newline)
			return fail_line(database, package, number, err);
		const size_t length = (size_t)(newline - line);
		if (database->lengths[length < DEB_LENGTHS ? length : DEB_LENGTHS - 1]) {
			*newline = '\0';
			struct deb_place *place = abilock_name_table_find(&database->places, line);
			if (place && !place->searched) {
				int r = add_owner(database, place, package, err);
				if (r < 0)
					return r;
				found = 1;
			}
		}
		line = newline + 1;
	}
	return found;
}

static bool was_read(const struct deb_database *database, const char *package)
{
	for (size_t i = 0; i < database->read_count; i++)
		if (str_eq(database->read_lists[i], package))
			return true;
	return false;
}

/* 1: the list has something that is looked for. */
static int scan_list(struct deb_database *database, const char *package, struct abilock_error *err)
{
	size_t size = 0;
	int r = read_list(database, package, &size, err);

	return r <= 0 ? r : scan_lines(database, package, size, err);
}

/* ---- the order of the lists ---- */

/* Scan a list by a name that it may have, and keep in mind that it was. */
static int try_package(struct deb_database *database, const char *package,
		       struct abilock_error *err)
{
	if (was_read(database, package))
		return 0;
	int r = scan_list(database, package, err);
	if (r <= 0)
		return r;
	const char **slot =
		abilock_array_push(&database->read_lists, &database->read_count, sizeof(*slot));
	if (!slot || !(*slot = abilock_arena_strdup(&database->arena, package)))
		return abilock_error_nomem(err);
	return 1;
}

/* Try the packages that ought to have a library. */
static int try_guesses(struct deb_database *database, const struct library *library,
		       struct abilock_error *err)
{
	char guess[128], name[256], last[128] = "";
	int r = 0;

	for (int joined = 0; r >= 0 && joined < 2 && !is_settled(library); joined++) {
		deb_guess_package(library->name->path, joined != 0, guess, sizeof(guess));
		if (!guess[0] || strchr(guess, '/') || str_eq(guess, last))
			continue;
		(void)snprintf(last, sizeof(last), "%s", guess);
		(void)snprintf(name, sizeof(name), "%s:%s", guess, deb_arch_name(database->arch));
		r = try_package(database, name, err);
		if (r == 0)
			r = try_package(database, guess, err);
	}
	return r;
}

/* The likeliest first, and what may have libraries before what has none. */
static int by_likeness(const void *a, const void *b)
{
	const struct list *x = a, *y = b;

	if (x->likeness != y->likeness)
		return x->likeness > y->likeness ? -1 : 1;
	if (x->has_libraries != y->has_libraries)
		return x->has_libraries ? -1 : 1;
	return strcmp(x->package, y->package);
}

/* The lists of a database, as its folder has them. */
struct lists {
	struct abilock_arena arena;
	struct list *items;
	size_t count;
};

static void lists_deinit(struct lists *lists)
{
	free(lists->items);
	abilock_arena_clear(&lists->arena);
}

static int by_package(const void *a, const void *b)
{
	return strcmp(((const struct list *)a)->package, ((const struct list *)b)->package);
}

/* Cut a suffix off a file's name. */
static const char *stem(struct abilock_arena *arena, const char *name, const char *suffix)
{
	return abilock_arena_strndup(arena, name, strlen(name) - strlen(suffix));
}

static int add_list(struct lists *lists, const char *name, struct abilock_error *err)
{
	struct list *list = abilock_array_push(&lists->items, &lists->count, sizeof(*list));

	if (!list || !(list->package = stem(&lists->arena, name, ".list")))
		return abilock_error_nomem(err);
	return 0;
}

static int mark_library(struct lists *lists, const char *name, const char *suffix,
			struct abilock_error *err)
{
	const struct list key = {.package = stem(&lists->arena, name, suffix)};

	if (!key.package)
		return abilock_error_nomem(err);
	struct list *list = lists->count == 0 ? NULL
					      : bsearch(&key, lists->items, lists->count,
							sizeof(key), by_package);
	if (list)
		list->has_libraries = true;
	return 0;
}

/* Names of the lists, sorted; then which packages have a symbols or a shlibs file. */
static int read_folder(struct deb_database *database, struct lists *lists,
		       struct abilock_error *err)
{
	int fd = openat(database->info, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int r = 0;

	if (!folder) {
		if (fd >= 0)
			(void)close(fd);
		return abilock_error_set(err, ABILOCK_E_IO, database->admindir, NULL, 0,
					 "cannot read the folder info: %s", strerror(errno));
	}
	while (r >= 0 && (entry = readdir(folder)))
		if (str_ends(entry->d_name, ".list"))
			r = add_list(lists, entry->d_name, err);
	if (lists->count > 0)
		qsort(lists->items, lists->count, sizeof(*lists->items), by_package);
	rewinddir(folder);
	while (r >= 0 && (entry = readdir(folder))) {
		if (str_ends(entry->d_name, ".symbols"))
			r = mark_library(lists, entry->d_name, ".symbols", err);
		else if (str_ends(entry->d_name, ".shlibs"))
			r = mark_library(lists, entry->d_name, ".shlibs", err);
	}
	(void)closedir(folder);
	return r;
}

/* ---- searching ---- */

/* The libraries of a search that have no answer yet. */
struct pending {
	struct library *items;
	size_t count;
};

static void drop_settled(struct pending *pending)
{
	size_t kept = 0;

	for (size_t i = 0; i < pending->count; i++)
		if (!is_settled(&pending->items[i]))
			pending->items[kept++] = pending->items[i];
	pending->count = kept;
}

static void order_lists(struct lists *lists, const struct pending *pending)
{
	for (size_t i = 0; i < lists->count && pending->count <= MAX_ORDERED; i++) {
		struct list *list = &lists->items[i];

		for (size_t k = 0; k < pending->count; k++) {
			const char *name = path_base(pending->items[k].name->path);
			unsigned same = deb_likeness(list->package, name);

			if (same > list->likeness)
				list->likeness = same;
		}
	}
	if (lists->count > 0)
		qsort(lists->items, lists->count, sizeof(*lists->items), by_likeness);
}

static int search_all_lists(struct deb_database *database, struct pending *pending,
			    struct abilock_error *err)
{
	_cleanup_(lists_deinit) struct lists lists = {0};
	int r = read_folder(database, &lists, err);

	if (r >= 0)
		order_lists(&lists, pending);
	for (size_t i = 0; r >= 0 && i < lists.count && pending->count > 0; i++) {
		if (was_read(database, lists.items[i].package))
			continue;
		r = scan_list(database, lists.items[i].package, err);
		if (r > 0)
			drop_settled(pending);
	}
	return r < 0 ? r : 0;
}

int deb_database_search(struct deb_database *database, const char *const *paths, size_t count,
			struct abilock_error *err)
{
	_cleanup_(freep) struct library *libraries = calloc(count + 1, sizeof(*libraries));
	_cleanup_(freep) struct library *unsettled = calloc(count + 1, sizeof(*unsettled));
	struct pending pending = {.items = unsettled};
	int r = 0;

	if (!libraries || !unsettled)
		return abilock_error_nomem(err);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = library_of(database, paths[i], &libraries[i], err);
		if (r >= 0 && !is_settled(&libraries[i]))
			unsettled[pending.count++] = libraries[i];
	}
	for (size_t i = 0; r >= 0 && i < pending.count; i++)
		if (!is_settled(&unsettled[i]))
			r = try_guesses(database, &unsettled[i], err);
	drop_settled(&pending);
	if (r >= 0 && pending.count > 0)
		r = search_all_lists(database, &pending, err);
	database->read_count = 0;
	for (size_t i = 0; r >= 0 && i < count; i++)
		libraries[i].name->searched = true;
	return r < 0 ? r : 0;
}

int deb_database_owners(struct deb_database *database, const char *path,
			struct deb_owners *ret_owners, struct abilock_error *err)
{
	struct library library;

	int r = deb_database_search(database, &path, 1, err);
	if (r >= 0)
		r = library_of(database, path, &library, err);
	if (r < 0)
		return r;
	const struct deb_place *const places[] = {library.name, library.file, library.alias,
						  library.file_alias};
	*ret_owners = (struct deb_owners){NULL, 0};
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i] && places[i]->owner_count > 0) {
			*ret_owners =
				(struct deb_owners){places[i]->owners, places[i]->owner_count};
			break;
		}
	}
	return 0;
}
