/* SPDX-License-Identifier: MIT */
/* Reading one module: its manifest, and what its file says without being loaded. */
#include "catalogue_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "manifest/checksum.h"

/* The clock of files ticks every 1 to 10 ms; that of some file systems in whole seconds, or two. */
enum { SECOND_NS = 1000 * 1000 * 1000, TICK_NS = SECOND_NS / 50 };

/* A manifest of this size is something else. */
enum { MANIFEST_LIMIT = 16 << 20 };

/* A file up to this size is read once, for its tables and its checksum. */
enum { WHOLE_LIMIT = 1 << 20 };

struct reading {
	const struct abilock_module_source *source;
	struct abilock_arena *arena;
	struct abilock_index_entry *entry;
	struct abilock_manifest *manifest; /* owned */
	struct abilock_object *object;	   /* owned */
	/* All of the file, where its checksum is wanted and it is small; malloc'ed. */
	char *bytes;
	size_t size;
};

struct abilock_file_identity abilock_file_identity_of(const struct stat *st)
{
	return (struct abilock_file_identity){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.ctime_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
	};
}

bool abilock_file_settle(int64_t ctime_ns)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	const int64_t age = (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec - ctime_ns;
	const int64_t tick = ctime_ns % SECOND_NS == 0 ? 2 * (int64_t)SECOND_NS : TICK_NS;
	/* A time to come is one that no change from now on will have. */
	if (age < 0 || age >= tick)
		return false;
	const struct timespec rest = {.tv_sec = (tick - age) / SECOND_NS,
				      .tv_nsec = (tick - age) % SECOND_NS};
	(void)nanosleep(&rest, NULL);
	return true;
}

/* ---- problems ---- */

/* The first one is kept. @return 0 or ABILOCK_E_NOMEM. */
static int set_problem(struct reading *reading, const char *text, struct abilock_error *err)
{
	if (reading->entry->problem)
		return 0;
	reading->entry->problem = abilock_arena_text(reading->arena, text);
	return reading->entry->problem ? 0 : abilock_error_nomem(err);
}

/*
 * An error becomes the problem of the module, except for want of memory. It names the file without
 * its directory: the text goes into the index, and the directory may have other names.
 */
static int take_error(struct reading *reading, struct abilock_error *error,
		      struct abilock_error *err)
{
	char line[sizeof(*error) + 64];
	const char *file = path_base(error->file);

	if (error->code == ABILOCK_E_NOMEM)
		return abilock_error_nomem(err);
	memmove(error->file, file, strlen(file) + 1);
	(void)abilock_error_format(error, line, sizeof(line));
	return set_problem(reading, line, err);
}

static int system_problem(struct reading *reading, const char *path, const char *what,
			  struct abilock_error *err)
{
	struct abilock_error error = {0};

	(void)abilock_error_set(&error, ABILOCK_E_IO, path, NULL, 0, "cannot %s: %s", what,
				strerror(errno));
	return take_error(reading, &error, err);
}

/* ---- the manifest ---- */

static int take_diagnostics(struct reading *reading, const struct abilock_diagnostics *diags,
			    struct abilock_error *err)
{
	struct abilock_error error = {0};

	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *diag = &diags->items[i];

		if (diag->level != ABILOCK_LEVEL_ERROR)
			continue;
		(void)abilock_error_set_line(&error, reading->source->manifest_path,
					     diag->place.line, diag->place.column, "%s",
					     diag->message);
		return take_error(reading, &error, err);
	}
	return set_problem(reading, "the manifest cannot be read", err);
}

static int parse_manifest(struct reading *reading, const char *text, size_t length,
			  struct abilock_error *err)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	int r = abilock_manifest_parse(text, length, reading->source->manifest_path,
				       &reading->manifest, &diags);

	if (r == ABILOCK_E_NOMEM || diags.failed)
		return abilock_error_nomem(err);
	return r < 0 ? take_diagnostics(reading, &diags, err) : 0;
}

/* Bytes of an open file; NULL with errno set. */
static char *read_text(int fd, size_t size, size_t *ret_length)
{
	char *text = malloc(size + 1);
	size_t length = 0;

	while (text && length < size) {
		ssize_t n = read(fd, text + length, size - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return NULL;
		}
		if (n == 0)
			break;
		length += (size_t)n;
	}
	*ret_length = length;
	return text;
}

static int read_manifest(struct reading *reading, struct abilock_error *err)
{
	const char *path = reading->source->manifest_path;
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t length = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return system_problem(reading, path, "read", err);
	if (!S_ISREG(st.st_mode) || st.st_size > MANIFEST_LIMIT) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		return system_problem(reading, path, "read", err);
	}
	if (abilock_file_settle(abilock_file_identity_of(&st).ctime_ns) && fstat(fd, &st) < 0)
		return system_problem(reading, path, "read", err);
	_cleanup_(freep) char *text = read_text(fd, (size_t)st.st_size, &length);
	if (!text)
		return errno == ENOMEM ? abilock_error_nomem(err)
				       : system_problem(reading, path, "read", err);
	reading->entry->manifest_identity = abilock_file_identity_of(&st);
	return parse_manifest(reading, text, length, err);
}

/* The manifest that the notes tell; of several the one that has the file's name. */
static int manifest_of_notes(struct reading *reading, struct abilock_error *err)
{
	_cleanup_(freep) struct abilock_manifest **manifests = NULL;
	struct abilock_error error;
	size_t count = 0, chosen = 0;

	abilock_error_clear(&error);
	int r = abilock_manifest_of_object(reading->object, &manifests, &count, &error);

	if (r < 0)
		return take_error(reading, &error, err);
	for (size_t i = 0; i < count; i++)
		if (abilock_module_name_eq(manifests[i]->name, reading->source->name))
			chosen = i;
	for (size_t i = 0; i < count; i++)
		if (i == chosen)
			reading->manifest = manifests[i];
		else
			abilock_manifest_free(manifests[i]);
	return 0;
}

/* A module is found by the name of its file; a manifest may only spell it otherwise. */
static int settle_name(struct reading *reading, struct abilock_error *err)
{
	const struct abilock_module_source *source = reading->source;
	struct abilock_manifest *manifest = reading->manifest;
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	if (!manifest) {
		reading->manifest = abilock_manifest_new(source->name);
		return reading->manifest ? 0 : abilock_error_nomem(err);
	}
	if (abilock_module_name_eq(manifest->name, source->name))
		return 0;
	if (source->manifest_path) {
		abilock_text_printf(&text, "%s: the manifest is that of %s, by its name",
				    path_base(source->manifest_path), manifest->name);
		abilock_text_putc(&text, '\0');
		if (text.failed || set_problem(reading, text.data, err) < 0)
			return abilock_error_nomem(err);
	}
	manifest->name = abilock_arena_strdup(&manifest->arena, source->name);
	return manifest->name ? 0 : abilock_error_nomem(err);
}

/* ---- the file ---- */

static bool wants_checksum(const struct reading *reading)
{
	const char *checksum = reading->manifest ? reading->manifest->checksum : NULL;

	return checksum && !reading->source->defer_checksum &&
	       abilock_checksum_is_known(checksum) && reading->source->path;
}

/* Takes the descriptor. */
static int open_object(struct reading *reading, int fd, const struct stat *st,
		       struct abilock_error *err)
{
	const char *path = reading->source->path;

	if (!wants_checksum(reading) || !S_ISREG(st->st_mode) || st->st_size > WHOLE_LIMIT)
		return abilock_object_open_fd(fd, st, path, reading->source->object,
					      &reading->object, err);
	_cleanup_(closep) int owned = fd;
	reading->bytes = read_text(owned, (size_t)st->st_size, &reading->size);
	if (!reading->bytes)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	int r = abilock_object_open_bytes(reading->bytes, reading->size, path, &reading->object,
					  err);
	if (r >= 0) {
		reading->object->device = st->st_dev;
		reading->object->inode = st->st_ino;
		reading->object->mode = st->st_mode;
	}
	return r;
}

/* A name that is no link spares the lock a question. */
static int open_source(const struct abilock_module_source *source, bool *ret_is_link)
{
	/* O_NONBLOCK: a FIFO of that name must not hold us up. */
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	const int directory = source->directory < 0 ? AT_FDCWD : source->directory;
	const char *name = source->directory < 0 ? source->path : source->file;
	int fd = openat(directory, name, flags | O_NOFOLLOW);

	*ret_is_link = fd < 0 && errno == ELOOP;
	return *ret_is_link ? openat(directory, name, flags) : fd;
}

static int open_file(struct reading *reading, struct abilock_error *err)
{
	const char *path = reading->source->path;
	struct abilock_error error;
	struct stat st;
	bool is_link;
	int fd = open_source(reading->source, &is_link);

	if (fd < 0)
		return system_problem(reading, path, "open", err);
	bool failed = fstat(fd, &st) < 0;
	if (!failed && abilock_file_settle(abilock_file_identity_of(&st).ctime_ns))
		failed = fstat(fd, &st) < 0;
	if (failed) {
		int r = system_problem(reading, path, "look at", err);

		(void)close(fd);
		return r;
	}
	abilock_error_clear(&error);
	int r = open_object(reading, fd, &st, &error);
	if (r >= 0)
		reading->object->is_no_link = !is_link;
	if (r >= 0 || r != ABILOCK_E_IO)
		reading->entry->file.identity = abilock_file_identity_of(&st);
	return r < 0 ? take_error(reading, &error, err) : 0;
}

/* Strings stay the object's. */
static int take_facts(struct reading *reading, struct abilock_error *err)
{
	const struct abilock_object *object = reading->object;
	struct abilock_module_file *file = &reading->entry->file;
	const size_t id_size = object->build_id_size;

	if (id_size > 0)
		file->build_id = abilock_arena_hex(reading->arena, object->build_id, id_size);
	if (object->note) {
		file->kind = object->note->kind;
		file->host = object->note->host;
		file->tag = object->note->tag;
		file->node = object->note->node;
	}
	file->needed = object->needed;
	file->needed_count = object->needed_count;
	reading->entry->object = object;
	return id_size > 0 && !file->build_id ? abilock_error_nomem(err) : 0;
}

/* The checksum is of the file by its name: is that still the one which we know? */
static bool is_still_the_same(const struct reading *reading)
{
	struct stat st;

	if (stat(reading->source->path, &st) < 0)
		return false;
	const struct abilock_file_identity now = abilock_file_identity_of(&st);
	return abilock_file_identity_eq(&now, &reading->entry->file.identity);
}

/* Sets whether it was that very file. @return As abilock_checksum_compare(). */
static int compare_with_file(const struct reading *reading, bool *ret_same,
			     struct abilock_error *err)
{
	const struct abilock_file_identity *known = &reading->entry->file.identity;
	const char *checksum = reading->manifest->checksum, *path = reading->source->path;

	/* They were read after the stat(): a change since then shows in the next one. */
	if (reading->bytes) {
		*ret_same = reading->size == known->size;
		return abilock_checksum_compare_bytes(checksum, reading->bytes, reading->size, path,
						      err);
	}
	int r = abilock_checksum_compare(checksum, path, err);
	*ret_same = r > 0 && is_still_the_same(reading);
	return r;
}

static int compare_checksum(struct reading *reading, struct abilock_error *err)
{
	const char *checksum = reading->manifest->checksum;
	struct abilock_error error = {0};
	bool same = false;
	char *text;

	int r = compare_with_file(reading, &same, &error);
	if (r == ABILOCK_E_UNSUPPORTED) /* no libcrypto here: whoever loads it asks again */
		return 0;
	if (r < 0)
		return take_error(reading, &error, err);
	reading->entry->file.is_checked = r > 0 && same;
	if (r > 0)
		return 0;
	text = abilock_arena_printf(reading->arena,
				    "%s: its checksum is not the one in its manifest (%s)",
				    path_base(reading->source->path), checksum);
	return text ? set_problem(reading, text, err) : abilock_error_nomem(err);
}

static int verify(struct reading *reading, struct abilock_error *err)
{
	if (!reading->source->host || reading->entry->problem)
		return 0;
	int r = abilock_host_check_module(reading->source->host, reading->object, err);

	reading->entry->file.is_verified = r > 0;
	return r < 0 ? r : 0;
}

/* ---- both ---- */

static int read_file(struct reading *reading, struct abilock_error *err)
{
	int r = open_file(reading, err);

	if (r < 0 || !reading->object)
		return r;
	r = take_facts(reading, err);
	return r >= 0 && !reading->source->manifest_path ? manifest_of_notes(reading, err) : r;
}

static int read_both(struct reading *reading, struct abilock_error *err)
{
	const struct abilock_module_source *source = reading->source;
	int r = source->manifest_path ? read_manifest(reading, err) : 0;

	if (r >= 0 && source->path)
		r = read_file(reading, err);
	if (r >= 0)
		r = settle_name(reading, err);
	if (r >= 0 && reading->object && wants_checksum(reading))
		r = compare_checksum(reading, err);
	if (r >= 0 && reading->object)
		r = verify(reading, err);
	if (r < 0 || source->path || reading->manifest->is_embedded)
		return r;
	char *text = abilock_arena_printf(reading->arena, "%s: there is no %s.so beside it",
					  path_base(source->manifest_path), source->name);
	return text ? set_problem(reading, text, err) : abilock_error_nomem(err);
}

int abilock_module_read(const struct abilock_module_source *source, struct abilock_arena *arena,
			struct abilock_index_builder *builder, struct abilock_error *err)
{
	struct abilock_index_entry entry = {.manifest_file = source->manifest_file,
					    .file = {.path = source->file}};
	struct reading reading = {.source = source, .arena = arena, .entry = &entry};
	int r = read_both(&reading, err);

	entry.manifest = reading.manifest;
	if (r >= 0)
		abilock_index_builder_add(builder, &entry);
	abilock_manifest_free(reading.manifest);
	abilock_object_free_into(reading.object, source->object);
	free(reading.bytes);
	return r;
}
