/* SPDX-License-Identifier: MIT */
/*
 * The lock for a host that cannot be rebuilt: LD_AUDIT=libabilock-guard.so HOST.
 *
 * The dynamic linker asks la_objsearch() about every file before it opens it; NULL vetoes the load.
 * dlopen() then only says "cannot open shared object file", so the reasons go to stderr. Callbacks
 * come with the loader lock held, one at a time, and nothing is unmapped meanwhile.
 *
 * ABILOCK_HOST     host name, soname or path, where it is not the program or what a module names.
 * ABILOCK_MODULES  colon-separated directories: every file below them is a module of the host.
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "abilock_abi.h"
#include "guard_check.h"
#include "program_path.h"

ABILOCK_MODULE("guard", PRIVATE);

static struct {
	struct link_map **maps; /* of the host's namespace, in the order of loading */
	size_t map_count;
	bool started; /* the program and its libraries are there */
	bool adding;  /* a load is under way: what is searched now are libraries of it */
} guard;

__attribute__((visibility("default"))) unsigned int la_version(unsigned int version)
{
	return version < LAV_CURRENT ? version : LAV_CURRENT;
}

__attribute__((visibility("default"))) unsigned int la_objopen(struct link_map *map, Lmid_t lmid,
							       uintptr_t *cookie)
{
	struct link_map **slot;

	*cookie = (uintptr_t)map;
	if (lmid != LM_ID_BASE)
		return 0;
	slot = abilock_array_push(&guard.maps, &guard.map_count, sizeof(struct link_map *));
	if (slot)
		*slot = map;
	return 0;
}

__attribute__((visibility("default"))) unsigned int la_objclose(uintptr_t *cookie)
{
	size_t kept = 0;

	for (size_t i = 0; i < guard.map_count; i++)
		if ((uintptr_t)guard.maps[i] != *cookie)
			guard.maps[kept++] = guard.maps[i];
	guard.map_count = kept;
	return 0;
}

__attribute__((visibility("default"))) void la_activity(uintptr_t *cookie, unsigned int flag)
{
	(void)cookie;
	guard.adding = flag == LA_ACT_ADD;
}

__attribute__((visibility("default"))) void la_preinit(uintptr_t *cookie)
{
	(void)cookie;
	guard.started = true;
	guard.adding = false;
}

/* Start of the mapping that holds an object's ELF header, or 0. */
static uintptr_t header_of(const struct link_map *map)
{
#if __GLIBC_PREREQ(2, 35)
	struct dl_find_object found;

	if (_dl_find_object(map->l_ld, &found) == 0)
		return (uintptr_t)found.dlfo_map_start;
#endif
	return map->l_addr;
}

/* Open an object; the kernel tells the program headers of the program itself. */
static int add(struct abilock_images *images, const struct link_map *map)
{
	_cleanup_(freep) char *program = NULL;
	uintptr_t start;

	if (images->count == 0) {
		program = abilock_program_path();
		return program ? abilock_images_add(images, program, map->l_addr,
						    (const ElfW(Phdr) *)getauxval(AT_PHDR),
						    getauxval(AT_PHNUM), NULL)
			       : ABILOCK_E_NOMEM;
	}
	start = header_of(map);
	const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)start;
	if (!start || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return 0;
	return abilock_images_add(images, map->l_name, map->l_addr,
				  (const ElfW(Phdr) *)(start + header->e_phoff), header->e_phnum,
				  NULL);
}

/* Whether a directory of the list, whatever it is called, holds the file, whatever it is called. */
static bool is_below(const char *path, const char *list)
{
	_cleanup_(freep) char *real = list ? realpath(path, NULL) : NULL;

	while (real && *list) {
		size_t len = strcspn(list, ":");
		_cleanup_(freep) char *name = strndup(list, len);
		_cleanup_(freep) char *dir = name && *name ? realpath(name, NULL) : NULL;

		if (dir && str_starts(real, dir) && real[strlen(dir)] == '/')
			return true;
		list += len;
		list += *list == ':';
	}
	return false;
}

static bool refuse(const char *path)
{
	_cleanup_(abilock_images_deinit) struct abilock_images images = {0};
	_cleanup_(freep) char *text = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < guard.map_count; i++)
		r = add(&images, guard.maps[i]);
	/* A program that cannot be read cannot be a host. */
	if (r < 0 || !abilock_guard_check(&images, path, secure_getenv("ABILOCK_HOST"),
					  is_below(path, secure_getenv("ABILOCK_MODULES")), &text))
		return false;
	(void)fprintf(stderr, "abilock-guard: %s\n", text ? text : path);
	return true;
}

__attribute__((visibility("default"))) char *la_objsearch(const char *name, uintptr_t *cookie,
							  unsigned int flag)
{
	struct stat st;

	(void)cookie;
	(void)flag;
	/* A bare name comes again, once for each directory that it is looked for in. */
	if (guard.started && !guard.adding && strchr(name, '/') && stat(name, &st) == 0 &&
	    refuse(name))
		return NULL;
	return (char *)(uintptr_t)name;
}
