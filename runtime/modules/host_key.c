/* SPDX-License-Identifier: MIT */
#include "host_key.h"

#include "images.h"
#include "text.h"

/* ---- the key ---- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *abilock_host_key_of(struct abilock_object *const *objects, size_t count,
				struct abilock_arena *arena)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const char **ids = abilock_arena_array(arena, count, sizeof(*ids));

	if (!ids)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		ids[i] = abilock_arena_hex(arena, objects[i]->build_id, objects[i]->build_id_size);
		if (!ids[i] || !*ids[i])
			return NULL;
	}
	qsort(ids, count, sizeof(*ids), compare_texts);
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
		running->key = abilock_host_key_of(closure, count, running->arena);
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
