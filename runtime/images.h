/* SPDX-License-Identifier: MIT */
/* The objects that the dynamic linker has mapped into this process, opened once and kept. */
#ifndef ABILOCK_RUNTIME_IMAGES_H
#define ABILOCK_RUNTIME_IMAGES_H

#include "name_table.h"
#include "scope.h"

/** Mapped objects in the dynamic linker's order: the program first. */
struct abilock_images {
	/** Of all objects: thousands of their own would spread the dynamic linker's own lists,
	 * which it walks for each file, over the whole heap. */
	struct abilock_arena arena;
	struct abilock_object **objects; /**< malloc'ed; the objects are owned as well. */
	size_t count;
	/** The same as a scope: a question adds to it, and takes away again what it has added. */
	struct abilock_scope *scope;
	/** Memory for the module that one question after the other is about. */
	struct abilock_arena *spare;
	size_t *hosts; /**< Places of those that may be the host of a module; malloc'ed. */
	size_t host_count;
	struct abilock_name_table names; /**< By path, but not the program's, and by soname. */
};

/**
 * Open a mapped object and append it.
 *
 * An object that cannot be read provides nothing, and is passed over; but not the first one, the
 * program.
 */
int abilock_images_add(struct abilock_images *images, const char *name, uintptr_t base,
		       const ElfW(Phdr) * phdrs, size_t phdr_count,
		       struct abilock_error *err) _must_check_;

void abilock_images_deinit(struct abilock_images *images);

/** Whether an object, not one of the C library, has private nodes: modules may be for it. */
bool abilock_image_has_private_node(const struct abilock_object *object);

/** The object that an address lies in, or the program. */
struct abilock_object *abilock_images_at(const struct abilock_images *images, const void *address);

/**
 * Call @p run with the objects of this process while none of them can be unmapped, and no other
 * thread looks at them.
 *
 * The dynamic linker's lock is held meanwhile: @p run must not load or unload.
 *
 * @return What @p run returns, or ABILOCK_E_NOMEM.
 */
int abilock_images_with_all(int (*run)(const struct abilock_images *images, void *data), void *data,
			    struct abilock_error *err);

#endif
