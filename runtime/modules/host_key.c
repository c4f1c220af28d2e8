/* SPDX-License-Identifier: MIT */
#include "host_check.h"
#include "images.h"
#include "lock.h"
#include "manager.h"

/* ---- the key ---- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Build-ids in the order of their bytes, a blank between. NULL: one has none, or memory. */
static const char *make_key(struct abilock_object *const *objects, size_t count,
			    struct abilock_arena *arena)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const char **ids = abilock_arena_array(arena, count, sizeof(*ids));

	if (!ids)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct abilock_object *object = objects[i];

		abilock_text_clear(&text);
		for (size_t k = 0; k < object->build_id_size; k++)
			abilock_text_hex(&text, object->build_id[k], 2);
		if (text.failed || text.length == 0)
			return NULL;
		ids[i] = abilock_arena_strndup(arena, text.data, text.length);
		if (!ids[i])
			return NULL;
	}
	qsort(ids, count, sizeof(*ids), compare_texts);
	abilock_text_clear(&text);
	for (size_t i = 0; i < count; i++)
		abilock_text_printf(&text, "%s%s", i ? " " : "", ids[i]);
	return text.failed ? NULL : abilock_arena_strndup(arena, text.data, text.length);
}

/* ---- of this process ---- */

/* What is asked of the images, and what came out. */
struct running {
	const char *host;
	struct abilock_arena *arena;
	const char *key, *file;
};

static bool is_called(const struct abilock_object *object, const char *name)
{
	return (abilock_object_is_host(object) && str_eq(object->note->host, name)) ||
	       (object->soname && str_eq(object->soname, name)) || str_eq(object->path, name) ||
	       str_eq(path_base(object->path), name);
}

static struct abilock_object *find_host(const struct abilock_images *images, const char *name)
{
	for (size_t i = 0; i < images->count; i++)
		if (!name || is_called(images->objects[i], name))
			return images->objects[i];
	return NULL;
}

static struct abilock_object *find_library(const struct abilock_images *images, const char *name)
{
	for (size_t i = 0; i < images->count; i++) {
		struct abilock_object *object = images->objects[i];

		if ((object->soname && str_eq(object->soname, name)) ||
		    str_eq(object->path, name) ||
		    (!object->soname && str_eq(path_base(object->path), name)))
			return object;
	}
	return NULL;
}

static bool has_object(struct abilock_object *const *objects, size_t count,
		       const struct abilock_object *object)
{
	for (size_t i = 0; i < count; i++)
		if (objects[i] == object)
			return true;
	return false;
}

/* The host and all that it needs, breadth first. @p ret has room for all images. */
static bool collect_closure(const struct abilock_images *images, struct abilock_object *host,
			    struct abilock_object **ret, size_t *ret_count)
{
	size_t count = 0;

	ret[count++] = host;
	for (size_t next = 0; next < count; next++)
		for (size_t i = 0; i < ret[next]->needed_count; i++) {
			struct abilock_object *library = find_library(images, ret[next]->needed[i]);

			if (!library)
				return false;
			if (!has_object(ret, count, library))
				ret[count++] = library;
		}
	*ret_count = count;
	return true;
}

static int look(const struct abilock_images *images, void *data)
{
	struct running *running = data;
	_cleanup_(freep) struct abilock_object **closure =
		calloc(images->count + 1, sizeof(struct abilock_object *));
	struct abilock_object *host = find_host(images, running->host);
	size_t count = 0;

	if (!closure)
		return ABILOCK_E_NOMEM;
	if (!host)
		return 0;
	if (collect_closure(images, host, closure, &count))
		running->key = make_key(closure, count, running->arena);
	running->file = abilock_arena_strdup(running->arena, host->path);
	return 0;
}

const char *abilock_host_key(const char *host, struct abilock_arena *arena)
{
	struct running running = {.host = host, .arena = arena};

	return abilock_images_with_all(look, &running, NULL) < 0 ? NULL : running.key;
}

const char *abilock_host_file(const char *host, struct abilock_arena *arena)
{
	struct running running = {.host = host, .arena = arena};

	return abilock_images_with_all(look, &running, NULL) < 0 ? NULL : running.file;
}

/* ---- from files ---- */

struct abilock_host_check {
	struct abilock_arena arena;
	struct abilock_libraries *libraries;
	struct abilock_object *host;
	struct abilock_scope scope; /* the host, its libraries; and the module in question */
	struct abilock_lock_memory memory;
	const char *key;
};

void abilock_host_check_begin(struct abilock_host_check *check)
{
	if (check)
		abilock_lock_memory_forget(&check->memory);
}

void abilock_host_check_close(struct abilock_host_check *check)
{
	if (!check)
		return;
	abilock_lock_memory_deinit(&check->memory);
	abilock_scope_clear(&check->scope);
	abilock_object_free(check->host);
	abilock_libraries_free(check->libraries);
	abilock_arena_clear(&check->arena);
	free(check);
}

static int set_key(struct abilock_host_check *check, struct abilock_error *err)
{
	const struct abilock_scope *scope = &check->scope;
	_cleanup_(freep) struct abilock_object **objects =
		calloc(scope->provider_count, sizeof(struct abilock_object *));

	if (!objects)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < scope->provider_count; i++)
		objects[i] = scope->providers[i].object;
	if (scope->missing_count == 0)
		check->key = make_key(objects, scope->provider_count, &check->arena);
	return 0;
}

static int open_host(struct abilock_host_check *check, const char *file, struct abilock_error *err)
{
	check->libraries = abilock_libraries_new(NULL, secure_getenv("LD_LIBRARY_PATH"));
	if (!check->libraries)
		return abilock_error_nomem(err);
	int r = abilock_object_open(file, &check->host, err);
	if (r >= 0 && check->host->interp)
		abilock_libraries_set_program(check->libraries, check->host);
	if (r >= 0)
		r = abilock_scope_add(&check->scope, check->host, ABILOCK_ROLE_HOST,
				      path_base(check->host->path), NULL, err);
	if (r >= 0)
		r = abilock_scope_add_closure(&check->scope, check->libraries, check->host,
					      ABILOCK_ROLE_HOST_LIBRARY, NULL, err);
	return r < 0 ? r : set_key(check, err);
}

int abilock_host_check_open(const char *file, struct abilock_host_check **ret_check,
			    struct abilock_error *err)
{
	struct abilock_host_check *check = calloc(1, sizeof(*check));

	if (!check)
		return abilock_error_nomem(err);
	int r = open_host(check, file, err);
	if (r < 0)
		abilock_host_check_close(check);
	else
		*ret_check = check;
	return r;
}

const char *abilock_host_check_key(const struct abilock_host_check *check)
{
	return check->key;
}

static bool brings_libraries(const struct abilock_host_check *check,
			     const struct abilock_object *module)
{
	for (size_t i = 0; i < module->needed_count; i++)
		if (!abilock_scope_named(&check->scope, module->needed[i]))
			return true;
	return module->filter_count > 0 || module->auxiliary_count > 0;
}

int abilock_host_check_module(struct abilock_host_check *check, struct abilock_object *module,
			      struct abilock_error *err)
{
	struct abilock_scope *scope = &check->scope;
	const struct abilock_lock_question question = {
		.module = module,
		.host = check->host,
		.scope = scope,
		.require_lock = true,
		.is_brief = true,
		.memory = &check->memory,
	};
	struct abilock_report *report = NULL;

	if (!check->key || brings_libraries(check, module))
		return 0;
	int r = abilock_scope_add(scope, module, ABILOCK_ROLE_MODULE, module->path, NULL, err);
	if (r < 0)
		return r;
	r = abilock_lock_check(&question, &report, err);
	scope->provider_count--;
	if (r >= 0)
		r = report->finding_count == 0 && report->after_count == 0;
	abilock_report_free(report);
	return r == ABILOCK_E_NOMEM || r > 0 ? r : 0;
}
