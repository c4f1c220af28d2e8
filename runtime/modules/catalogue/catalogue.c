/* SPDX-License-Identifier: MIT */
#include "catalogue_parts.h"

#include <stdarg.h>

#include "text.h"

void abilock_catalogue_log(const struct abilock_catalogue_log *log, enum abilock_log_level level,
			   const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list ap;

	if (!log->log)
		return;
	va_start(ap, fmt);
	text = abilock_vformat(fmt, ap);
	va_end(ap);
	if (!text)
		return;
	str_disarm(text);
	log->log(log->data, level, text);
}

/* ---- opening ---- */

static bool copy_option(struct abilock_arena *arena, const char **option)
{
	if (*option)
		*option = abilock_arena_strdup(arena, *option);
	else
		return true;
	return *option != NULL;
}

static int copy_options(struct abilock_catalogue *catalogue,
			const struct abilock_catalogue_options *options, struct abilock_error *err)
{
	struct abilock_catalogue_options *own = &catalogue->options;

	*own = *options;
	if (!own->index)
		own->index = "modules.index";
	catalogue->log = (struct abilock_catalogue_log){own->log, own->log_data};
	return copy_option(&catalogue->arena, &own->path) &&
			       copy_option(&catalogue->arena, &own->index) &&
			       copy_option(&catalogue->arena, &own->host_key) &&
			       copy_option(&catalogue->arena, &own->host_file)
		       ? 0
		       : abilock_error_nomem(err);
}

/* Each counts once, where it stands first. */
static bool has_directory(const struct abilock_catalogue *catalogue, const char *path,
			  size_t length)
{
	for (size_t i = 0; i < catalogue->directory_count; i++)
		if (strlen(catalogue->directories[i].path) == length &&
		    memcmp(catalogue->directories[i].path, path, length) == 0)
			return true;
	return false;
}

static int add_directory(struct abilock_catalogue *catalogue, const char *path, size_t length,
			 struct abilock_error *err)
{
	struct abilock_catalogue_directory *directory;

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (has_directory(catalogue, path, length))
		return 0;
	directory = abilock_array_push(&catalogue->directories, &catalogue->directory_count,
				       sizeof(*directory));
	if (!directory)
		return abilock_error_nomem(err);
	directory->path = abilock_arena_strndup(&catalogue->arena, path, length);
	if (directory->path)
		directory->index_path = abilock_arena_printf(
			&catalogue->arena, "%s/%s", directory->path, catalogue->options.index);
	return directory->index_path ? 0 : abilock_error_nomem(err);
}

/* The directories of the path; empty parts are none. */
static int split_path(struct abilock_catalogue *catalogue, struct abilock_error *err)
{
	const char *at = catalogue->options.path ? catalogue->options.path : "";
	int r = 0;

	while (r >= 0 && *at) {
		const size_t length = strcspn(at, ":");

		if (length > 0)
			r = add_directory(catalogue, at, length, err);
		at += length + (at[length] == ':');
	}
	return r;
}

static int start(struct abilock_catalogue *catalogue,
		 const struct abilock_catalogue_options *options, struct abilock_error *err)
{
	int r = copy_options(catalogue, options, err);

	if (r >= 0)
		r = split_path(catalogue, err);
	/* Its key is what answers in an index count for. */
	if (r >= 0 && !catalogue->options.host_key)
		r = abilock_catalogue_open_host(catalogue, err);
	return r < 0 ? r : abilock_catalogue_start(catalogue, err);
}

int abilock_catalogue_open(const struct abilock_catalogue_options *options,
			   struct abilock_catalogue **ret_catalogue, struct abilock_error *err)
{
	struct abilock_catalogue *catalogue = calloc(1, sizeof(*catalogue));

	if (!catalogue)
		return abilock_error_nomem(err);
	(void)pthread_mutex_init(&catalogue->mutex, NULL);
	int r = start(catalogue, options, err);
	if (r < 0)
		abilock_catalogue_close(catalogue);
	else
		*ret_catalogue = catalogue;
	return r;
}

void abilock_catalogue_close(struct abilock_catalogue *catalogue)
{
	if (!catalogue)
		return;
	for (size_t i = 0; i < catalogue->directory_count; i++) {
		abilock_index_close(&catalogue->directories[i].index);
		abilock_index_close(&catalogue->directories[i].times);
		free(catalogue->directories[i].known);
	}
	for (size_t i = 0; i < catalogue->added_count; i++)
		abilock_manifest_free(catalogue->added[i].manifest);
	for (size_t i = 0; i < catalogue->retired_count; i++)
		abilock_index_close(&catalogue->retired[i]);
	free(catalogue->retired);
	free(catalogue->directories);
	free(catalogue->added);
	abilock_catalogue_forget_order(catalogue);
	abilock_name_table_deinit(&catalogue->added_names);
	abilock_name_table_deinit(&catalogue->gone);
	abilock_text_deinit(&catalogue->scratch);
	abilock_host_check_close(catalogue->host);
	(void)pthread_mutex_destroy(&catalogue->mutex);
	abilock_arena_clear(&catalogue->facts);
	abilock_arena_clear(&catalogue->arena);
	free(catalogue);
}

bool abilock_catalogue_is_indexed(const struct abilock_catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->directory_count; i++)
		if (catalogue->directories[i].exists && !catalogue->directories[i].is_indexed)
			return false;
	return true;
}

/* ---- what is known of one module ---- */

/* The type that a module without one has: its directory, or the start of its name. */
static const char *guess_type(const struct abilock_index_entry *entry, struct abilock_arena *arena)
{
	const char *file = entry->file.path ? entry->file.path : entry->manifest_file;
	const char *slash = file ? strchr(file, '/') : NULL, *name = entry->manifest->name;

	if (slash)
		return abilock_arena_strndup(arena, file, (size_t)(slash - file));
	return abilock_arena_strndup(arena, name, strcspn(name, "_-"));
}

/* The path of a file in a directory of modules; NULL: there is no such file, or memory is out. */
static const char *path_of(struct abilock_arena *arena, const char *directory, const char *file,
			   bool *failed)
{
	const char *path = file ? abilock_arena_path(arena, directory, file) : NULL;

	*failed |= file && !path;
	return path;
}

/* Answers of the lock count for one host only. */
static bool is_for_host(const struct abilock_catalogue *catalogue,
			const struct abilock_index *index)
{
	const char *key = abilock_index_host_key(index), *own = catalogue->options.host_key;

	return key && own && str_eq(key, own);
}

int abilock_catalogue_facts_in(const struct abilock_catalogue *catalogue,
			       const struct abilock_catalogue_directory *directory,
			       const struct abilock_index *index, size_t number,
			       struct abilock_arena *arena, struct abilock_module *ret_facts,
			       struct abilock_error *err)
{
	struct abilock_index_entry entry;
	bool failed = false;
	int r = abilock_index_entry(index, number, arena, &entry, err);

	if (r < 0)
		return r;
	const char *path = path_of(arena, directory->path, entry.file.path, &failed);
	const char *manifest_path = path_of(arena, directory->path, entry.manifest_file, &failed);
	const char *type = entry.manifest->type ? entry.manifest->type : guess_type(&entry, arena);
	if (failed || !type)
		return abilock_error_nomem(err);
	ret_facts->manifest = entry.manifest;
	ret_facts->manifest_path = manifest_path;
	ret_facts->problem = entry.problem;
	ret_facts->file = entry.file;
	ret_facts->file.path = path;
	ret_facts->file.is_verified = entry.file.is_verified && is_for_host(catalogue, index);
	ret_facts->type = type;
	ret_facts->is_gone = false;
	return 0;
}

static int facts_of_added(const struct abilock_manifest *manifest, struct abilock_arena *arena,
			  struct abilock_module *ret_facts, struct abilock_error *err)
{
	const struct abilock_index_entry entry = {.manifest = manifest};
	const char *type = manifest->type ? manifest->type : guess_type(&entry, arena);

	if (!type)
		return abilock_error_nomem(err);
	abilock_catalogue_learn(ret_facts,
				&(struct abilock_module){.manifest = manifest, .type = type});
	return 0;
}

int abilock_catalogue_facts(struct abilock_catalogue *catalogue,
			    struct abilock_place_of_module place, struct abilock_arena *arena,
			    struct abilock_module *ret_facts, struct abilock_error *err)
{
	const struct abilock_catalogue_directory *directory;

	if (place.directory == ABILOCK_IS_ADDED)
		return facts_of_added(catalogue->added[place.number].manifest, arena, ret_facts,
				      err);
	directory = &catalogue->directories[place.directory];
	return abilock_catalogue_facts_in(catalogue, directory, &directory->index, place.number,
					  arena, ret_facts, err);
}

void abilock_catalogue_learn(struct abilock_module *module, const struct abilock_module *facts)
{
	module->manifest = facts->manifest;
	module->manifest_path = facts->manifest_path;
	module->problem = facts->problem;
	module->file = facts->file;
	module->type = facts->type;
	module->is_gone = facts->is_gone;
}

const char *abilock_module_type(const struct abilock_module *module)
{
	return module->type ? module->type : "";
}

/* ---- modules, each made when it is first asked for ---- */

const char *abilock_catalogue_key(struct abilock_catalogue *catalogue, const char *name)
{
	struct abilock_text *text = &catalogue->scratch;

	if (!strchr(name, '-'))
		return name;
	abilock_text_clear(text);
	abilock_text_add(text, name, strlen(name) + 1);
	if (text->failed)
		return NULL;
	abilock_module_name_key(name, text->data);
	return text->data;
}

bool abilock_catalogue_locate(const struct abilock_catalogue *catalogue, const char *key,
			      struct abilock_place_of_module *ret_place)
{
	const void *added = abilock_name_table_find(&catalogue->added_names, key);

	if (added) {
		*ret_place = (struct abilock_place_of_module){ABILOCK_IS_ADDED,
							      (uint32_t)(uintptr_t)added - 1};
		return true;
	}
	for (uint32_t i = 0; i < catalogue->directory_count; i++) {
		ssize_t number = abilock_index_find(&catalogue->directories[i].index, key);

		if (number >= 0) {
			*ret_place = (struct abilock_place_of_module){i, (uint32_t)number};
			return true;
		}
	}
	return false;
}

struct abilock_module **abilock_catalogue_slot(struct abilock_catalogue *catalogue,
					       struct abilock_place_of_module place)
{
	struct abilock_catalogue_directory *directory;

	if (place.directory == ABILOCK_IS_ADDED)
		return &catalogue->added[place.number].known;
	directory = &catalogue->directories[place.directory];
	if (!directory->known)
		directory->known = calloc(abilock_index_count(&directory->index),
					  sizeof(struct abilock_module *));
	return directory->known ? &directory->known[place.number] : NULL;
}

static struct abilock_module *make(struct abilock_catalogue *catalogue,
				   struct abilock_place_of_module place)
{
	struct abilock_module *module = abilock_arena_alloc(&catalogue->arena, sizeof(*module));

	if (!module ||
	    abilock_catalogue_facts(catalogue, place, &catalogue->facts, module, NULL) < 0)
		return NULL;
	module->name = module->manifest->name;
	module->owner = catalogue->options.owner;
	module->number = catalogue->known_count++;
	module->next = catalogue->known;
	catalogue->known = module;
	return module;
}

struct abilock_module *abilock_catalogue_make(struct abilock_catalogue *catalogue,
					      struct abilock_place_of_module place)
{
	struct abilock_module **slot = abilock_catalogue_slot(catalogue, place);

	if (slot && !*slot)
		*slot = make(catalogue, place);
	return slot ? *slot : NULL;
}

static bool is_mapped(const struct abilock_module *module)
{
	return module->state == ABILOCK_MODULE_LOADED || module->state == ABILOCK_MODULE_RUNNING ||
	       module->state == ABILOCK_MODULE_STOPPING || module->state == ABILOCK_MODULE_STOPPED;
}

static struct abilock_module *find(struct abilock_catalogue *catalogue, const char *name)
{
	struct abilock_place_of_module place;
	const char *key = abilock_catalogue_key(catalogue, name);

	if (!key)
		return NULL;
	if (abilock_catalogue_locate(catalogue, key, &place))
		return abilock_catalogue_make(catalogue, place);
	struct abilock_module *module = abilock_name_table_find(&catalogue->gone, key);
	return module && is_mapped(module) ? module : NULL;
}

struct abilock_module *abilock_catalogue_find(struct abilock_catalogue *catalogue, const char *name)
{
	(void)pthread_mutex_lock(&catalogue->mutex);
	struct abilock_module *module = find(catalogue, name);
	(void)pthread_mutex_unlock(&catalogue->mutex);
	return module;
}

size_t abilock_catalogue_limit(const struct abilock_catalogue *catalogue)
{
	struct abilock_catalogue *own = (struct abilock_catalogue *)(uintptr_t)catalogue;

	(void)pthread_mutex_lock(&own->mutex);
	const size_t limit = own->known_count;
	(void)pthread_mutex_unlock(&own->mutex);
	return limit;
}

/* ---- modules of no directory ---- */

/* The module of a key where it was asked for; else NULL. */
static struct abilock_module *find_known(struct abilock_catalogue *catalogue, const char *key)
{
	struct abilock_place_of_module place;

	if (!abilock_catalogue_locate(catalogue, key, &place))
		return abilock_name_table_find(&catalogue->gone, key);
	struct abilock_module **slot = abilock_catalogue_slot(catalogue, place);
	return slot ? *slot : NULL;
}

static int add(struct abilock_catalogue *catalogue, struct abilock_manifest *manifest,
	       struct abilock_error *err)
{
	const char *key = abilock_catalogue_key(catalogue, manifest->name);
	char *copy = key ? abilock_arena_strdup(&catalogue->arena, key) : NULL;
	struct abilock_added *added;

	if (!copy)
		return abilock_error_nomem(err);
	if (abilock_name_table_find(&catalogue->added_names, copy))
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "there are two embedded modules %s", manifest->name);
	/* One of a directory that was known before is hidden now. */
	struct abilock_module *known = find_known(catalogue, copy), facts;
	if (known && facts_of_added(manifest, &catalogue->facts, &facts, err) < 0)
		return ABILOCK_E_NOMEM;
	added = abilock_array_push(&catalogue->added, &catalogue->added_count, sizeof(*added));
	if (!added)
		return abilock_error_nomem(err);
	if (!abilock_name_table_put(&catalogue->added_names, copy,
				    (void *)(uintptr_t)catalogue->added_count)) {
		catalogue->added_count--;
		return abilock_error_nomem(err);
	}
	*added = (struct abilock_added){manifest, copy, known};
	/* Not before: where it fails, the manifest goes. */
	if (known)
		abilock_catalogue_learn(known, &facts);
	abilock_catalogue_forget_order(catalogue);
	return 0;
}

int abilock_catalogue_add(struct abilock_catalogue *catalogue, struct abilock_manifest *manifest,
			  struct abilock_error *err)
{
	(void)pthread_mutex_lock(&catalogue->mutex);
	int r = add(catalogue, manifest, err);
	(void)pthread_mutex_unlock(&catalogue->mutex);
	if (r < 0)
		abilock_manifest_free(manifest);
	return r;
}

const char *abilock_catalogue_name_at(const struct abilock_catalogue *catalogue,
				      struct abilock_place_of_module place)
{
	if (place.directory == ABILOCK_IS_ADDED)
		return catalogue->added[place.number].manifest->name;
	return abilock_index_name(&catalogue->directories[place.directory].index, place.number);
}

bool abilock_catalogue_is_first(struct abilock_catalogue *catalogue,
				struct abilock_place_of_module place)
{
	struct abilock_place_of_module first;
	const char *key =
		abilock_catalogue_key(catalogue, abilock_catalogue_name_at(catalogue, place));

	return key && abilock_catalogue_locate(catalogue, key, &first) &&
	       first.directory == place.directory && first.number == place.number;
}
