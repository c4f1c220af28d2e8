/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "readelf_versions.h"

void listing_deinit(struct listing *listing)
{
	facts_deinit(&listing->facts);
	abilock_object_free(listing->object);
	abilock_object_free(listing->sections);
	abilock_arena_clear(&listing->arena);
}

/* ---- needed files ---- */

static int by_file(const void *a, const void *b)
{
	const struct abilock_verneed *x = *(const struct abilock_verneed *const *)a;
	const struct abilock_verneed *y = *(const struct abilock_verneed *const *)b;
	int order = strcmp(x->file, y->file);

	/* Of one file in their order: both lie in one array. */
	return order ? order : (x > y) - (x < y);
}

/* First of the needs, which are sorted, that belongs to @p file or to one behind it. */
static size_t lower_bound(const struct abilock_verneed **sorted, size_t count, const char *file)
{
	size_t low = 0;

	while (low < count) {
		const size_t middle = low + (count - low) / 2;

		if (strcmp(sorted[middle]->file, file) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* @p sorted from @p at on: the nodes of one file. @return How many. */
static size_t same_file(const struct abilock_verneed **sorted, size_t count, size_t at,
			const char *file)
{
	size_t end = at;

	while (end < count && str_eq(sorted[end]->file, file))
		end++;
	return end - at;
}

static int read_files(struct listing *listing, struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	const size_t count = object->verneed_count;
	const struct abilock_verneed **sorted =
		abilock_arena_array(&listing->arena, count + 1, sizeof(*sorted));
	bool *taken = abilock_arena_array(&listing->arena, count + 1, sizeof(*taken));

	listing->files = abilock_arena_array(&listing->arena, object->needed_count + count + 1,
					     sizeof(*listing->files));
	if (!sorted || !taken || !listing->files)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &object->verneeds[i];
	if (count)
		qsort(sorted, count, sizeof(*sorted), by_file);
	for (size_t i = 0; i < object->needed_count; i++) {
		const char *name = object->needed[i];
		const size_t at = lower_bound(sorted, count, name);
		const bool again = at < count && taken[at]; /* named twice: its nodes only once */
		const size_t nodes = again ? 0 : same_file(sorted, count, at, name);

		if (nodes)
			taken[at] = true;
		listing->files[listing->file_count++] =
			(struct needed_file){name, true, sorted + at, nodes};
	}
	for (size_t at = 0; at < count;) {
		const char *name = sorted[at]->file;
		const size_t nodes = same_file(sorted, count, at, name);

		if (!taken[at])
			listing->files[listing->file_count++] =
				(struct needed_file){name, false, sorted + at, nodes};
		at += nodes;
	}
	return 0;
}

/* ---- references ---- */

/* The index that a symbol refers to another object by; VER_NDX_LOCAL: it does not. */
static uint16_t reference_index(const struct abilock_symbol *symbol,
				const struct readelf_version *version)
{
	if (version->is_needed) /* a program's copy of a library's variable as well */
		return version->index;
	if (symbol->shndx != SHN_UNDEF || symbol->bind == STB_LOCAL || !symbol->name[0])
		return VER_NDX_LOCAL;
	return VER_NDX_GLOBAL;
}

static int read_references(struct listing *listing, struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	struct references *references = &listing->references;
	struct readelf_version version;
	struct abilock_symbol symbol;
	size_t total = 0;

	references->index_count = VER_NDX_GLOBAL + 1;
	for (size_t i = 0; i < object->verneed_count; i++)
		if (object->verneeds[i].index >= references->index_count)
			references->index_count = object->verneeds[i].index + 1U;
	uint16_t *index_of =
		abilock_arena_array(&listing->arena, object->symbol_count + 1, sizeof(*index_of));
	references->first = abilock_arena_array(&listing->arena, references->index_count + 2,
						sizeof(*references->first));
	if (!index_of || !references->first)
		return abilock_error_nomem(err);
	/* Counting sort: numbers first, then where each index begins, then the rows. */
	for (uint64_t i = 1; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		index_of[i] = reference_index(&symbol, &version);
		if (index_of[i] != VER_NDX_LOCAL) {
			references->first[index_of[i] + 2]++;
			total++;
		}
	}
	references->rows =
		abilock_arena_array(&listing->arena, total + 1, sizeof(*references->rows));
	if (!references->rows)
		return abilock_error_nomem(err);
	for (size_t i = 2; i < references->index_count + 2; i++)
		references->first[i] += references->first[i - 1];
	for (uint64_t i = 1; i < object->symbol_count; i++)
		if (index_of[i] != VER_NDX_LOCAL)
			references->rows[references->first[index_of[i] + 1]++] = i;
	return 0;
}

/* ---- nodes ---- */

static int count_exports(struct listing *listing, struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	struct readelf_version version;
	struct abilock_symbol symbol;

	listing->exports = abilock_arena_array(&listing->arena, object->verdef_count + 1,
					       sizeof(*listing->exports));
	if (!listing->exports)
		return abilock_error_nomem(err);
	for (uint64_t i = 1; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		const struct abilock_verdef *def = abilock_object_verdef(object, symbol.version);
		if (abilock_symbol_is_export(&symbol) && def &&
		    !readelf_stands_for_node(&symbol, &version))
			listing->exports[def - object->verdefs]++;
	}
	return 0;
}

/* ---- */

/* From here on it is worth it to look at all rows first, so that the output need not be kept. */
enum { MANY_ROWS = 4096 };

static int check_rows(struct listing *listing, struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	struct readelf_version version;
	struct abilock_symbol symbol;

	if (object->symbol_count < MANY_ROWS)
		return 0;
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
	}
	listing->checked = true;
	return 0;
}

static int read_facts(struct listing *listing, const struct abilock_error *damage,
		      struct abilock_error *err)
{
	return facts_read(listing->object, listing->sections, damage, &listing->facts, err);
}

static int open_sections(const char *path, struct abilock_object **ret_object,
			 struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;

	int r = abilock_object_open_sections(path, &object, err);
	if (r >= 0)
		r = abilock_object_load_symbols(object, err);
	if (r >= 0)
		*ret_object = take_ptr(object);
	return r;
}

int listing_read(struct listing *listing, const char *path, struct abilock_error *err)
{
	const unsigned views = listing->views;
	struct abilock_error damage = {0};
	int r = 0;

	if (views & (VIEW_VERSIONS | VIEW_FACTS)) {
		r = open_sections(path, &listing->sections, &damage);
		/* Where facts are wanted, that tools see damage is one. */
		if (r < 0 && (r != ABILOCK_E_DAMAGED || (views & VIEW_VERSIONS))) {
			*err = damage;
			return r;
		}
		r = 0;
	}
	if ((views & ~(unsigned)VIEW_VERSIONS) || listing->sections->section_count == 0)
		r = abilock_object_open(path, &listing->object, err);
	if (r >= 0 && listing->object)
		r = abilock_object_load_symbols(listing->object, err);
	if (r >= 0 && (views & VIEW_VERSIONS))
		r = readelf_check_versions(listing_versions(listing), err);
	if (r >= 0 && (views & (VIEW_NEEDS | VIEW_WHY)))
		r = read_files(listing, err);
	if (r >= 0 && (views & VIEW_WHY))
		r = read_references(listing, err);
	if (r >= 0 && (views & VIEW_NODES))
		r = count_exports(listing, err);
	if (r >= 0 && (views & VIEW_FACTS))
		r = read_facts(listing, &damage, err);
	/* Of the views, only the versions can still fail when they are written. */
	if (r >= 0 && (views & VIEW_SYMBOLS) && !(views & VIEW_VERSIONS))
		r = check_rows(listing, err);
	return r;
}

struct abilock_object *listing_versions(const struct listing *listing)
{
	return listing->sections && listing->sections->section_count ? listing->sections
								     : listing->object;
}
