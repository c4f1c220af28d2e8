/* SPDX-License-Identifier: MIT */
/* Baselines of files: which kind a file is, and ELF files and objects read as one. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../kind.h"
#include "../machine.h"
#include "../object.h"
#include "../types/types_dwarf.h"
#include "baseline_parts.h"
#include "gate_read.h"

bool abilock_baseline_is_text(const void *bytes, size_t length)
{
	const char *p = bytes, *end = p + length;
	const size_t magic = strlen(BASELINE_MAGIC);

	if (length >= strlen(BASELINE_MARK) && memcmp(p, BASELINE_MARK, strlen(BASELINE_MARK)) == 0)
		p += strlen(BASELINE_MARK);
	/* A licence may stand above. */
	while (p < end && (*p == '#' || *p == '\n' || *p == '\r')) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		p = newline ? newline + 1 : end;
	}
	/* It may be longer than what is at hand, too: the reader tells what it is. */
	const size_t left = (size_t)(end - p);
	return length > 0 && memcmp(p, BASELINE_MAGIC, left < magic ? left : magic) == 0;
}

/* ---- types ---- */

/*
 * The types of a baseline, for a surface with the private nodes as well: what is a definition for
 * one symbol is one for all, and fingerprints may not depend on what else was asked for.
 */
static int read_types(struct abilock_baseline *baseline, const char *const *paths,
		      size_t path_count, const struct abilock_baseline_options *options,
		      struct abilock_error *err)
{
	const struct abilock_types_question question = {
		.paths = paths,
		.path_count = path_count,
		.surface = baseline->surface,
		.headers = options->headers,
		.header_count = options->header_count,
		.debug_folders = options->debug_folders,
		.debug_folder_count = options->debug_folder_count,
	};

	if (!options->with_prints)
		return 0;
	int r = abilock_types_read(&question, &baseline->types, err);
	if (r < 0)
		return r;
	free(baseline->prints);
	baseline->prints = NULL;
	return abilock_types_fingerprints(baseline->types, &baseline->prints, err);
}

static bool has_prints(const struct abilock_baseline *baseline)
{
	for (size_t i = 0; i < baseline->surface->export_count; i++)
		if (baseline->prints[i].is_known)
			return true;
	return false;
}

/* The public part of a baseline that has all. */
static int drop_private(struct abilock_baseline **baseline, struct abilock_error *err)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *kept = NULL;
	const struct abilock_baseline *all = *baseline;
	int r = abilock_baseline_new(all->surface, all->path, false, NULL, &kept, err);

	if (r < 0)
		return r;
	const size_t count = kept->surface->export_count;
	_cleanup_(freep) size_t *from = calloc(count + 1, sizeof(*from));
	if (!from)
		return abilock_error_nomem(err);
	/* Both are in one order. */
	for (size_t i = 0, k = 0; i < all->surface->export_count; i++) {
		const size_t node = all->surface->exports[i].node;

		if (node != ABILOCK_NO_NODE && all->surface->nodes[node].is_private)
			continue;
		kept->prints[k] = all->prints[i];
		from[k++] = i;
	}
	if (all->types)
		r = baseline_keep_types(all->types, from, count, &kept->types, err);
	if (r < 0)
		return r;
	abilock_baseline_free(*baseline);
	*baseline = take_ptr(kept);
	return 0;
}

/* A surface with the types that files have. */
static int make(const struct abilock_surface *surface, const bool *copied, const char *name,
		const char *const *paths, size_t path_count,
		const struct abilock_baseline_options *options, struct abilock_baseline **ret,
		struct abilock_error *err)
{
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = NULL;
	int r = abilock_baseline_new(surface, name, true, copied, &baseline, err);

	if (r == 0)
		r = read_types(baseline, paths, path_count, options, err);
	if (r == 0 && !options->with_private)
		r = drop_private(&baseline, err);
	if (r < 0)
		return r;
	baseline->has_prints = has_prints(baseline);
	baseline->has_headers = baseline->has_prints && options->header_count > 0;
	*ret = take_ptr(baseline);
	return 0;
}

/* ---- ELF ---- */

static const char *machine_of(const struct abilock_object *object, struct abilock_arena *arena)
{
	const struct abilock_machine *machine = abilock_machine_of_header(
		object->machine, object->elf_class, object->data, object->flags);
	char name[32];

	return machine ? machine->name
		       : abilock_arena_printf(
				 arena, "%s/%s/%s",
				 abilock_machine_name(object->machine, name, sizeof(name)),
				 object->elf_class == ELFCLASS64 ? "64" : "32",
				 object->data == ELFDATA2MSB ? "big" : "little");
}

static int read_elf(const char *path, const struct abilock_baseline_options *options,
		    struct abilock_baseline **ret, struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	_cleanup_(abilock_baseline_freep) struct abilock_baseline *baseline = NULL;
	bool *copied = NULL;
	int r = abilock_object_open(path, &object, err);

	if (r < 0)
		return abilock_kind_explain(path, r, err);
	r = abilock_object_surface(object, &surface, err);
	if (r == 0)
		r = abilock_object_copies(object, &copied, err);
	if (r == 0)
		r = make(surface, copied, path, &path, 1, options, &baseline, err);
	if (r < 0)
		return r;
	baseline->knows_soname = true;
	baseline->machine = machine_of(object, &baseline->arena);
	if (!baseline->machine)
		return abilock_error_nomem(err);
	*ret = take_ptr(baseline);
	return 0;
}

int abilock_baseline_from_objects(const struct abilock_surface *surface, const char *name,
				  const char *const *paths, size_t path_count,
				  const struct abilock_baseline_options *options,
				  struct abilock_baseline **ret, struct abilock_error *err)
{
	return make(surface, NULL, name, paths, path_count, options, ret, err);
}

/* ---- files ---- */

enum { HEAD_SIZE = 4096 };

static int read_text(const char *path, int fd, const struct stat *st, const char *head,
		     size_t head_length, struct abilock_baseline **ret, struct abilock_error *err)
{
	const size_t size = S_ISREG(st->st_mode) && st->st_size > (off_t)head_length
				    ? (size_t)st->st_size
				    : head_length;
	size_t more = 0;

	if (size > ABILOCK_BASELINE_MAX)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "larger than %zu MiB", ABILOCK_BASELINE_MAX >> 20);
	_cleanup_(freep) char *text = malloc(size + 1);
	if (!text)
		return abilock_error_nomem(err);
	memcpy(text, head, head_length);
	int r = gate_read(fd, text + head_length, size - head_length, &more);
	if (r < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(-r));
	return abilock_baseline_parse(text, head_length + more, path, ret, err);
}

int abilock_baseline_read(const char *path, const struct abilock_baseline_options *options,
			  struct abilock_baseline **ret, struct abilock_error *err)
{
	/* Nobody may ever write to a pipe. */
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[HEAD_SIZE];
	size_t length = 0;
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && S_ISREG(st.st_mode))
		r = gate_read(fd, head, sizeof(head), &length);
	if (r < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(-r));
	if (abilock_baseline_is_text(head, length))
		return read_text(path, fd, &st, head, length, ret, err);
	return read_elf(path, options, ret, err);
}
