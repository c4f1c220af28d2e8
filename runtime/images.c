/* SPDX-License-Identifier: MIT */
/*
 * Opening an image costs more than a look-up in it, and a host loads its modules one by one:
 * without a memory of the images the cost of n modules would grow with n squared.
 */
#include "images.h"

#include <pthread.h>

#include "object_source.h"
#include "program_path.h"

int abilock_images_add(struct abilock_images *images, const char *name, uintptr_t base,
		       const ElfW(Phdr) * phdrs, size_t phdr_count, struct abilock_error *err)
{
	struct abilock_object *object;
	int r = abilock_object_open_image(name, base, phdrs, phdr_count, &object, err);

	if (r < 0)
		return r == ABILOCK_E_NOMEM || images->count == 0 ? r : 0;
	struct abilock_object **slot =
		abilock_array_push(&images->objects, &images->count, sizeof(*slot));
	if (!slot) {
		abilock_object_free(object);
		return abilock_error_nomem(err);
	}
	*slot = object;
	return 0;
}

void abilock_images_deinit(struct abilock_images *images)
{
	for (size_t i = 0; i < images->count; i++)
		abilock_object_free(images->objects[i]);
	free(images->objects);
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
	unsigned long long subs; /* dlpi_subs then: objects unmapped since the start */
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
	/* New objects stand at the end of the list; only where one is gone do others move. */
	if (walk->at == 0 && info->dlpi_subs != known.subs) {
		abilock_images_deinit(&known.images);
		known.seen = 0;
		known.subs = info->dlpi_subs;
	}
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

	(void)info;
	(void)size;
	(void)pthread_mutex_lock(&known.mutex);
	(void)dl_iterate_phdr(visit, &running->walk);
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
