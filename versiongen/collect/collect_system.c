/* SPDX-License-Identifier: MIT */
/* The libraries that the compiler's driver adds to every link, as this system has them. */
#include "collect_link.h"

#include <glob.h>

#include "../../symbols/scope.h"

struct collect_system {
	struct abilock_object *self; /* this program: its machine is that of the inputs */
	struct abilock_libraries *libraries;
	struct abilock_object **objects; /* borrowed from libraries; malloc'ed array */
	size_t object_count;
	struct abilock_object *loader; /* owned, or NULL */
	struct inputs archives;	       /* the parts of them that are linked statically */
	bool archives_tried;
	bool *defined; /* per name of them; malloc'ed */
	/* Of the last linked object that was asked about. */
	const struct abilock_object *needing;
	struct abilock_scope scope;
};

void collect_system_close(struct collect_system *system)
{
	if (!system)
		return;
	abilock_scope_clear(&system->scope);
	inputs_deinit(&system->archives);
	abilock_object_free(system->loader);
	abilock_libraries_free(system->libraries);
	abilock_object_free(system->self);
	free(system->objects);
	free(system->defined);
	free(system);
}

static void closep_system(struct collect_system **system)
{
	collect_system_close(*system);
}

static int find_objects(struct collect_system *system, struct abilock_error *err)
{
	static const char *const sonames[] = {"libc.so.6",	"libm.so.6",	   "libgcc_s.so.1",
					      "libstdc++.so.6", "libpthread.so.0", "libdl.so.2",
					      "librt.so.1",	"libc.so"};

	for (size_t i = 0; i < ARRAY_SIZE(sonames); i++) {
		struct abilock_object *object = NULL, **slot;
		int r = abilock_libraries_find(system->libraries, sonames[i], system->self, &object,
					       err);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		slot = abilock_array_push(&system->objects, &system->object_count, sizeof(*slot));
		if (!slot)
			return abilock_error_nomem(err);
		*slot = object;
	}
	return 0;
}

int collect_system_open(const struct inputs *inputs, struct collect_system **ret_system,
			struct abilock_error *err)
{
	_cleanup_(closep_system) struct collect_system *system = calloc(1, sizeof(*system));

	if (!system)
		return abilock_error_nomem(err);
	int r = abilock_object_open("/proc/self/exe", &system->self, err);
	if (r < 0)
		return r;
	if (system->self->machine != inputs->machine ||
	    system->self->elf_class != inputs->elf_class || system->self->data != inputs->data)
		return 0;
	system->archives.machine_of = "this program";
	system->archives.machine = system->self->machine;
	system->archives.elf_class = system->self->elf_class;
	system->archives.data = system->self->data;
	system->libraries = abilock_libraries_new(NULL, NULL);
	if (!system->libraries)
		return abilock_error_nomem(err);
	if (system->self->interp && access(system->self->interp, R_OK) == 0)
		r = abilock_object_open(system->self->interp, &system->loader, err);
	if (r == 0)
		r = find_objects(system, err);
	if (r == 0)
		*ret_system = take_ptr(system);
	return r;
}

bool collect_system_has_file(const struct collect_system *system, const char *soname)
{
	if (system->loader && system->loader->soname && str_eq(system->loader->soname, soname))
		return true;
	for (size_t i = 0; i < system->object_count; i++)
		if (system->objects[i]->soname && str_eq(system->objects[i]->soname, soname))
			return true;
	return false;
}

static int mark_defined(struct collect_system *system, struct abilock_error *err)
{
	const struct inputs *archives = &system->archives;

	system->defined = calloc(archives->name_count + 1, sizeof(*system->defined));
	if (!system->defined)
		return abilock_error_nomem(err);
	for (size_t i = 0; i < archives->count; i++)
		for (size_t k = 0; k < archives->items[i].symbol_count; k++)
			system->defined[archives->items[i].symbols[k].name] |=
				archives->items[i].symbols[k].is_defined;
	return 0;
}

/* libgcc.a and libc_nonshared.a: helpers that each linked file has a copy of. */
static int read_archives(struct collect_system *system, struct abilock_error *err)
{
	static const char *const patterns[] = {"/usr/lib/gcc/*/*/libgcc.a",
					       "/usr/lib*/libc_nonshared.a",
					       "/usr/lib/*/libc_nonshared.a"};
	glob_t found = {0};
	int r = 0;

	system->archives_tried = true;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		(void)glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++) {
		r = inputs_read(&system->archives, found.gl_pathv[i], err);
		/* Those of cross compilers lie beside ours. */
		if (r < 0 && r != ABILOCK_E_NOMEM)
			r = 0;
	}
	globfree(&found);
	return r < 0 ? r : mark_defined(system, err);
}

static bool archives_define(const struct collect_system *system, const char *name)
{
	const size_t index = inputs_find_name(&system->archives, name);

	return index != INPUTS_NONE && system->defined[index];
}

int collect_system_defines(struct collect_system *system, const char *name,
			   struct abilock_error *err)
{
	struct abilock_symbol symbol;
	int r = 0;

	for (size_t i = 0; r == 0 && i < system->object_count; i++)
		r = abilock_object_find_any(system->objects[i], name, &symbol, err);
	if (r == 0 && system->loader)
		r = abilock_object_find_any(system->loader, name, &symbol, err);
	if (r == 0 && !system->archives_tried)
		r = read_archives(system, err);
	return r == 0 ? archives_define(system, name) : r;
}

int collect_needed_defines(struct collect_system *system, const struct abilock_object *object,
			   const char *name, struct abilock_error *err)
{
	struct abilock_symbol symbol;
	int r = 0;

	if (system->needing != object) {
		abilock_scope_clear(&system->scope);
		system->scope = (struct abilock_scope){0};
		system->needing = object;
		r = abilock_scope_add_closure(&system->scope, system->libraries, object,
					      ABILOCK_ROLE_MODULE_LIBRARY, NULL, err);
	}
	for (size_t i = 0; r == 0 && i < system->scope.provider_count; i++)
		r = abilock_object_find_any(system->scope.providers[i].object, name, &symbol, err);
	return r;
}
