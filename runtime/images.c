/* SPDX-License-Identifier: MIT */
/*
 * Opening an image costs more than a look-up in it, and a host loads its modules one by one:
 * without a memory of the images the cost of n modules would grow with n squared.
 */
#include "images.h"

#include <pthread.h>

#include "object_source.h"
#include "program_path.h"

/* The libraries of the C library have a private node as well, but no modules. */
bool abilock_image_has_private_node(const struct abilock_object *object)
{
	for (size_t i = 0; i < object->verdef_count; i++)
		if (!(object->verdefs[i].flags & VER_FLG_BASE) && object->verdefs[i].is_private &&
		    !str_eq(object->verdefs[i].name, "GLIBC_PRIVATE"))
			return true;
	return false;
}

static bool add_host(struct abilock_images *images, const struct abilock_object *object)
{
	if (images->count > 0 && !abilock_object_is_host(object) &&
	    !abilock_image_has_private_node(object))
		return true;
	size_t *slot = abilock_array_push(&images->hosts, &images->host_count, sizeof(*slot));
	if (slot)
		*slot = images->count;
	return slot;
}

/* The dynamic linker knows the program by its soname alone. */
static bool add_names(struct abilock_images *images, struct abilock_object *object)
{
	if (images->count > 0 && !abilock_name_table_put(&images->names, object->path, object))
		return false;
	return !object->soname || abilock_name_table_put(&images->names, object->soname, object);
}

static int add_object(struct abilock_images *images, struct abilock_object *object,
		      struct abilock_error *err)
{
	const bool is_sibling = object->note && !abilock_object_is_host(object);

	if (!images->scope)
		images->scope = calloc(1, sizeof(*images->scope));
	if (!images->spare)
		images->spare = calloc(1, sizeof(*images->spare));
	if (!images->scope || !images->spare || !add_host(images, object) ||
	    !add_names(images, object))
		return abilock_error_nomem(err);
	int r = abilock_scope_add(images->scope, object,
				  is_sibling ? ABILOCK_ROLE_SIBLING : ABILOCK_ROLE_HOST_LIBRARY,
				  object->path, NULL, err);
	if (r < 0)
		return r;
	struct abilock_object **slot =
		abilock_array_push(&images->objects, &images->count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = object;
	return 0;
}

int abilock_images_add(struct abilock_images *images, const char *name, uintptr_t base,
		       const ElfW(Phdr) * phdrs, size_t phdr_count, struct abilock_error *err)
{
	struct abilock_object *object;
	int r = abilock_object_open_image(name, base, phdrs, phdr_count, &images->arena, &object,
					  err);

	if (r < 0)
		return r == ABILOCK_E_NOMEM || images->count == 0 ? r : 0;
	r = add_object(images, object, err);
	if (r < 0) /* half of it may know the object */
		abilock_images_deinit(images);
	return r;
}

void abilock_images_deinit(struct abilock_images *images)
{
	for (size_t i = 0; i < images->count; i++)
		abilock_object_free(images->objects[i]);
	free(images->objects);
	free(images->hosts);
	if (images->scope)
		abilock_scope_clear(images->scope);
	free(images->scope);
	if (images->spare)
		abilock_arena_clear(images->spare);
	free(images->spare);
	abilock_name_table_deinit(&images->names);
	abilock_arena_clear(&images->arena);
	*images = (struct abilock_images){0};
}

struct abilock_object *abilock_images_at(const struct abilock_images *images, const void *address)
{
	for (size_t i = 0; i < images->count; i++) {
		uintptr_t base = images->objects[i]->source->base;

		if ((uintptr_t)address >= base &&
		    abilock_source_room(images->objects[i], (uintptr_t)address - base) > 0)
			return images->objects[i];
	}
	return images->count ? images->objects[0] : NULL;
}

/* ---- those of this process ---- */

/* What is known of the process. Guarded by the mutex; glibc's loader lock alone would do, but musl
 * has none that could be held here. */
static struct {
	pthread_mutex_t mutex;
	struct abilock_images images;
	size_t seen;		 /* objects of the list that were looked at, readable or not */
	unsigned long long adds; /* dlpi_adds then: objects mapped since the start */
	unsigned long long subs; /* dlpi_subs then: objects unmapped */
} known = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* One walk over the dynamic linker's list. */
struct walk {
	size_t at;
	int result;
	struct abilock_error *err;
};

static int add_program(const struct dl_phdr_info *info, struct abilock_error *err)
{
	_cleanup_(freep) char *path = abilock_program_path();

	if (!path)
		return abilock_error_nomem(err);
	return abilock_images_add(&known.images, path, info->dlpi_addr, info->dlpi_phdr,
				  info->dlpi_phnum, err);
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct walk *walk = data;

	(void)size;
	if (walk->at++ < known.seen)
		return 0;
	if (known.seen == 0)
		walk->result = add_program(info, walk->err);
	else
		walk->result = abilock_images_add(&known.images, info->dlpi_name, info->dlpi_addr,
						  info->dlpi_phdr, info->dlpi_phnum, walk->err);
	known.seen += walk->result >= 0;
	return walk->result < 0;
}

/* Bring what is known up to date. @p first is the first object of the list. */
static void update(const struct dl_phdr_info *first, struct walk *walk)
{
	/* New objects stand at the end of the list; only where one is gone do others move. */
	if (known.images.count == 0 || first->dlpi_subs != known.subs) {
		abilock_images_deinit(&known.images);
		known.seen = 0;
	} else if (first->dlpi_adds == known.adds) {
		return;
	}
	(void)dl_iterate_phdr(visit, walk);
	if (walk->result < 0)
		return;
	known.adds = first->dlpi_adds;
	known.subs = first->dlpi_subs;
}

struct running {
	int (*run)(const struct abilock_images *images, void *data);
	void *data;
	struct walk walk;
};

/*
 * Called once, for the first object, with glibc's loader lock held. The lock is recursive: walking
 * the whole list from in here keeps it held until the end. (musl never unmaps.)
 */
static int run_locked(struct dl_phdr_info *info, size_t size, void *data)
{
	struct running *running = data;

	(void)size;
	(void)pthread_mutex_lock(&known.mutex);
	update(info, &running->walk);
	if (running->walk.result >= 0)
		running->walk.result = running->run(&known.images, running->data);
	(void)pthread_mutex_unlock(&known.mutex);
	return 1; /* one call is enough */
}

int abilock_images_with_all(int (*run)(const struct abilock_images *images, void *data), void *data,
			    struct abilock_error *err)
{
	struct running running = {.run = run, .data = data, .walk = {.err = err}};

	(void)dl_iterate_phdr(run_locked, &running);
	return running.walk.result;
}
