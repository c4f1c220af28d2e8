/* SPDX-License-Identifier: MIT */
#include "module_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../../symbols/manifest/module_name.h"
#include "source_reader.h"

/* Owner of a source that belongs to no module. */
#define NOBODY SIZE_MAX

void module_tree_deinit(struct module_tree *tree)
{
	for (size_t i = 0; i < tree->manifest_count; i++)
		abilock_manifest_free(tree->manifests[i]);
	for (size_t i = 0; i < tree->info_count; i++)
		moduleinfo_deinit(&tree->infos[i]);
	for (size_t i = 0; i < tree->source_count; i++)
		free((void *)tree->sources[i].text);
	free(tree->manifests);
	free(tree->infos);
	free(tree->sources);
	abilock_diagnostics_deinit(&tree->diags);
	abilock_arena_clear(&tree->arena);
	*tree = (struct module_tree){0};
}

/* ---- files ---- */

static int read_file(const char *path, struct abilock_text *text, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && abilock_text_read(text, fd, SIZE_MAX) == 0)
		return 0;
	return errno == ENOMEM
		       ? abilock_error_nomem(err)
		       : abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
}

static int keep_source(struct module_tree *tree, const char *path, struct abilock_text *text,
		       struct abilock_error *err)
{
	const char *copy = abilock_arena_strdup(&tree->arena, path);
	struct abilock_source *source =
		copy ? abilock_array_push(&tree->sources, &tree->source_count, sizeof(*source))
		     : NULL;

	if (!source)
		return abilock_error_nomem(err);
	*source = (struct abilock_source){copy, take_ptr(text->data), text->length};
	return 0;
}

int module_tree_add(struct module_tree *tree, const char *path, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = read_file(path, &text, err);

	return r < 0 ? r : keep_source(tree, path, &text, err);
}

/* ---- directories ---- */

bool module_tree_is_source(const char *name)
{
	static const char *const ends[] = {".c", ".cc", ".cpp", ".cxx", ".xml"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static bool says_something(const char *name, const struct abilock_text *text)
{
	static const char *const words[] = {"AST_MODULE_INFO", "MODULEINFO", "DOCUMENTATION"};

	if (str_ends(name, ".xml"))
		return text->length > 0 && memmem(text->data, text->length, "<docs", 5);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (text->length > 0 &&
		    memmem(text->data, text->length, words[i], strlen(words[i])))
			return true;
	return false;
}

static int add_found(struct module_tree *tree, const char *path, struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = read_file(path, &text, err);

	return r < 0 || !says_something(path, &text) ? r : keep_source(tree, path, &text, err);
}

struct paths {
	const char **items; /* malloc'ed; the strings are the tree's */
	size_t count;
};

static void paths_deinit(struct paths *paths)
{
	free(paths->items);
}

static void closedirp(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

static bool push_path(struct paths *paths, const char *path)
{
	const char **slot =
		path ? abilock_array_push(&paths->items, &paths->count, sizeof(*slot)) : NULL;

	if (slot)
		*slot = path;
	return slot != NULL;
}

/* Sort the names of one directory into files and further directories. */
static int list_directory(struct module_tree *tree, const char *path, struct paths *files,
			  struct paths *directories, struct abilock_error *err)
{
	_cleanup_(closedirp) DIR *stream = opendir(path);
	struct dirent *entry;
	struct stat st;

	if (!stream)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	while ((errno = 0, entry = readdir(stream))) {
		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		const bool is_directory = S_ISDIR(st.st_mode);
		if (S_ISLNK(st.st_mode) && fstatat(dirfd(stream), entry->d_name, &st, 0) < 0)
			continue;
		if (!is_directory && !(S_ISREG(st.st_mode) && module_tree_is_source(entry->d_name)))
			continue;
		if (!push_path(is_directory ? directories : files,
			       abilock_arena_printf(&tree->arena, "%s%s%s", path,
						    str_ends(path, "/") ? "" : "/", entry->d_name)))
			return abilock_error_nomem(err);
	}
	return errno ? abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno))
		     : 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int module_tree_add_directory(struct module_tree *tree, const char *path, struct abilock_error *err)
{
	_cleanup_(paths_deinit) struct paths files = {0}, directories = {0};
	int r = 0;

	if (!push_path(&directories, path))
		return abilock_error_nomem(err);
	while (r == 0 && directories.count > 0) {
		const char *next = directories.items[--directories.count];

		r = list_directory(tree, next, &files, &directories, err);
	}
	if (files.count > 0)
		qsort(files.items, files.count, sizeof(*files.items), compare_paths);
	for (size_t i = 0; r == 0 && i < files.count; i++)
		r = add_found(tree, files.items[i], err);
	return r;
}

/* ---- reading ---- */

static int read_all(struct module_tree *tree, struct abilock_error *err)
{
	tree->infos = calloc(tree->source_count ? tree->source_count : 1, sizeof(*tree->infos));
	if (!tree->infos)
		return abilock_error_nomem(err);
	tree->info_count = tree->source_count;
	for (size_t i = 0; i < tree->source_count; i++)
		if (moduleinfo_read(&tree->sources[i], (uint32_t)i, &tree->infos[i], &tree->diags) <
		    0)
			return abilock_error_nomem(err);
	return 0;
}

static int add_manifest(struct module_tree *tree, const struct moduleinfo *const *sources,
			size_t count, const struct moduleinfo_options *options,
			struct abilock_error *err)
{
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest = NULL;
	int r = moduleinfo_manifest(sources, count, options, &manifest, &tree->diags);

	if (r < 0)
		return r == ABILOCK_E_NOMEM ? abilock_error_nomem(err) : r;
	struct abilock_manifest **slot =
		abilock_array_push(&tree->manifests, &tree->manifest_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = take_ptr(manifest);
	return 0;
}

int module_tree_make_one(struct module_tree *tree, const struct moduleinfo_options *options,
			 struct abilock_error *err)
{
	_cleanup_(freep) const struct moduleinfo **sources =
		calloc(tree->source_count ? tree->source_count : 1, sizeof(struct moduleinfo *));
	int r = sources ? read_all(tree, err) : abilock_error_nomem(err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < tree->info_count; i++)
		sources[i] = &tree->infos[i];
	return add_manifest(tree, sources, tree->info_count, options, err);
}

/* ---- what belongs to what ---- */

struct owners {
	struct module_tree *tree;
	struct abilock_name_table names;    /* of modules, as they are compared */
	struct abilock_name_table exact;    /* DIR/NAME to the module */
	struct abilock_name_table prefixed; /* DIR/REST of DIR/PREFIX_REST; ambiguous if several */
	size_t *of;			    /* malloc'ed: module of each source */
};

static const struct moduleinfo ambiguous;

static void owners_deinit(struct owners *owners)
{
	abilock_name_table_deinit(&owners->names);
	abilock_name_table_deinit(&owners->exact);
	abilock_name_table_deinit(&owners->prefixed);
	free(owners->of);
}

/* Two modules of one name would be two manifests in one file. */
static bool put_name(struct owners *owners, struct moduleinfo *info)
{
	struct module_tree *tree = owners->tree;
	const char *name = moduleinfo_name(info, &tree->arena);
	char *key = name ? abilock_arena_strdup(&tree->arena, name) : NULL;

	if (!key)
		return false;
	abilock_module_name_key(key, key);
	const struct moduleinfo *first = abilock_name_table_find(&owners->names, key);
	if (!first)
		return abilock_name_table_put(&owners->names, key, info);
	info->is_bad = true;
	return abilock_diagnostics_add(&tree->diags, ABILOCK_LEVEL_ERROR, RULE_MODULE, info->call,
				       "a second module '%s'; the first is of %s", name,
				       first->source->path);
}

static bool put_folder(struct owners *owners, struct moduleinfo *info)
{
	const char *path = info->source->path, *base = path_base(path);
	const char *dot = strrchr(base, '.'), *rest = strchr(base, '_');
	const size_t stem = dot > base ? (size_t)(dot - base) : strlen(base);
	struct abilock_arena *arena = &owners->tree->arena;
	const char *exact = abilock_arena_strndup(arena, path, (size_t)(base - path) + stem);
	const char *prefixed =
		rest && (!dot || rest < dot)
			? abilock_arena_printf(arena, "%.*s%.*s", (int)(base - path), path,
					       (int)(base + stem - rest - 1), rest + 1)
			: exact;
	void **slot = prefixed ? abilock_name_table_value(&owners->prefixed, prefixed) : NULL;

	if (!slot || !exact)
		return false;
	*slot = *slot && *slot != info ? (void *)&ambiguous : info;
	return abilock_name_table_put(&owners->exact, exact, info);
}

/* The path of the module that a source would be a part of. */
static char *part_path(struct owners *owners, const struct moduleinfo *info, bool is_beside)
{
	static const char end[] = "_doc.xml";
	const char *path = info->source->path, *base = path_base(path);

	if (is_beside)
		return abilock_arena_strndup(&owners->tree->arena, path,
					     str_ends(path, end) ? strlen(path) - strlen(end) : 0);
	return abilock_arena_strndup(&owners->tree->arena, path,
				     base > path ? (size_t)(base - path) - 1 : 0);
}

static bool find_owner(struct owners *owners, size_t at)
{
	struct moduleinfo *info = &owners->tree->infos[at];
	const char *folder = part_path(owners, info, false);
	const char *beside = part_path(owners, info, true);

	if (!folder || !beside)
		return false;
	const struct moduleinfo *owner = abilock_name_table_find(&owners->exact, beside);
	if (!owner)
		owner = abilock_name_table_find(&owners->exact, folder);
	if (!owner)
		owner = abilock_name_table_find(&owners->prefixed, folder);
	if (owner == &ambiguous) {
		const struct abilock_place place = {.file = info->file, .line = 1, .column = 1};

		return abilock_diagnostics_add(&owners->tree->diags, ABILOCK_LEVEL_WARNING,
					       RULE_MODULE, place,
					       "several modules could have this folder: what is "
					       "said here is left out");
	}
	if (owner)
		owners->of[at] = (size_t)(owner - owners->tree->infos);
	return true;
}

static bool find_owners(struct owners *owners)
{
	struct module_tree *tree = owners->tree;

	owners->of = calloc(tree->info_count ? tree->info_count : 1, sizeof(*owners->of));
	if (!owners->of)
		return false;
	for (size_t i = 0; i < tree->info_count; i++) {
		struct moduleinfo *info = &tree->infos[i];

		owners->of[i] = info->has_call ? i : NOBODY;
		if (info->has_call && (!put_name(owners, info) || !put_folder(owners, info)))
			return false;
	}
	for (size_t i = 0; i < tree->info_count; i++)
		if (owners->of[i] == NOBODY && tree->infos[i].has_blocks && !find_owner(owners, i))
			return false;
	return true;
}

/* ---- all modules ---- */

/* A source of a module; the sorted array has those of one module together. */
struct part {
	size_t module, source;
};

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return (x->source > y->source) - (x->source < y->source);
}

static size_t sort_parts(const struct owners *owners, struct part *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < owners->tree->info_count; i++)
		if (owners->of[i] != NOBODY)
			parts[count++] = (struct part){owners->of[i], i};
	if (count > 0)
		qsort(parts, count, sizeof(*parts), compare_parts);
	return count;
}

static int make_manifests(struct owners *owners, const struct moduleinfo_options *options,
			  struct abilock_error *err)
{
	struct module_tree *tree = owners->tree;
	const size_t room = tree->info_count ? tree->info_count : 1;
	_cleanup_(freep) struct part *parts = calloc(room, sizeof(*parts));
	_cleanup_(freep) const struct moduleinfo **sources =
		calloc(room, sizeof(struct moduleinfo *));
	int status = 0;

	if (!parts || !sources)
		return abilock_error_nomem(err);
	const size_t count = sort_parts(owners, parts);
	for (size_t first = 0, next; first < count; first = next) {
		for (next = first; next < count && parts[next].module == parts[first].module;
		     next++)
			sources[next - first] = &tree->infos[parts[next].source];
		int r = add_manifest(tree, sources, next - first, options, err);
		if (r == ABILOCK_E_NOMEM)
			return r;
		status = r < 0 ? r : status;
	}
	return status;
}

int module_tree_make_all(struct module_tree *tree, const struct moduleinfo_options *options,
			 struct abilock_error *err)
{
	_cleanup_(owners_deinit) struct owners owners = {.tree = tree};
	struct moduleinfo_options each = *options;
	int r = read_all(tree, err);

	if (r < 0)
		return r;
	if (!find_owners(&owners))
		return abilock_error_nomem(err);
	each.modules = &owners.names;
	r = make_manifests(&owners, &each, err);
	/* A source of nobody may be bad as well. */
	return r == 0 && tree->diags.error_count > 0 ? ABILOCK_E_SYNTAX : r;
}
