/* SPDX-License-Identifier: MIT */
#include "scope.h"

const char *abilock_role_name(enum abilock_role role)
{
	static const char *const names[] = {
		[ABILOCK_ROLE_HOST] = "host",
		[ABILOCK_ROLE_HOST_LIBRARY] = "host libraries",
		[ABILOCK_ROLE_MODULE] = "itself",
		[ABILOCK_ROLE_MODULE_LIBRARY] = "own libraries",
		[ABILOCK_ROLE_SIBLING] = "other modules",
		[ABILOCK_ROLE_SIBLING_LIBRARY] = "libraries of other modules",
	};

	return names[role];
}

int abilock_scope_add(struct abilock_scope *scope, struct abilock_object *object,
		      enum abilock_role role, const char *name, const char *sibling,
		      struct abilock_error *err)
{
	struct abilock_provider *provider =
		abilock_array_push(&scope->providers, &scope->provider_count, sizeof(*provider));

	if (!provider)
		return abilock_error_nomem(err);
	*provider = (struct abilock_provider){
		.object = object, .role = role, .name = name, .sibling = sibling};
	scope->own_library_count += role == ABILOCK_ROLE_MODULE_LIBRARY;
	return 0;
}

/* musl is one file, loader and C library, and takes these names for itself (ldso/dynlink.c). */
static bool is_musl_name(const struct abilock_object *object, const char *name)
{
	/* Nearly all names are others. */
	if (!str_starts(name, "lib") || !strchr("cprmdux", name[3]))
		return false;
	static const char *const own[] = {"libc.",  "libpthread.", "librt.",  "libm.",
					  "libdl.", "libutil.",	   "libxnet."};

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (str_starts(name, own[i]))
			return str_starts(path_base(object->path), "ld-musl-");
	return false;
}

static bool answers_to(const struct abilock_provider *provider, const char *name)
{
	const struct abilock_object *object = provider->object;

	if (object->soname && str_eq(object->soname, name))
		return true;
	/* Without a soname, only the path of a mapped object tells by which name it was found. */
	if (object->is_image && !object->soname && str_eq(path_base(object->path), name))
		return true;
	return str_eq(provider->name, name) || str_eq(object->path, name) ||
	       is_musl_name(object, name);
}

const struct abilock_provider *abilock_scope_named(const struct abilock_scope *scope,
						   const char *name)
{
	for (size_t i = 0; i < scope->provider_count; i++)
		if (answers_to(&scope->providers[i], name))
			return &scope->providers[i];
	return NULL;
}

static bool has_object(const struct abilock_scope *scope, const struct abilock_object *object)
{
	for (size_t i = 0; i < scope->provider_count; i++)
		if (scope->providers[i].object == object)
			return true;
	return false;
}

static int add_missing(struct abilock_scope *scope, const char *name, const char *needed_by,
		       struct abilock_error *err)
{
	for (size_t i = 0; i < scope->missing_count; i++)
		if (str_eq(scope->missing[i].name, name))
			return 0;
	struct abilock_missing *missing =
		abilock_array_push(&scope->missing, &scope->missing_count, sizeof(*missing));
	if (!missing)
		return abilock_error_nomem(err);
	*missing = (struct abilock_missing){.name = name, .needed_by = needed_by};
	return 0;
}

/* What a scope grows by: one object after the other, each with its libraries. */
struct growth {
	struct abilock_scope *scope;
	struct abilock_libraries *libraries;
	enum abilock_role role;
	const char *sibling;
	struct abilock_error *err;
};

/* A list of names that @p object needs. One that is nowhere is noted, unless @p optional. */
static int add_names(const struct growth *growth, const struct abilock_object *object,
		     const char *const *names, size_t count, bool optional)
{
	struct abilock_scope *scope = growth->scope;

	for (size_t i = 0; i < count; i++) {
		struct abilock_object *library = NULL;

		if (abilock_scope_named(scope, names[i]))
			continue;
		int r = abilock_libraries_find(growth->libraries, names[i], object, &library,
					       growth->err);
		if (r == 0 && !optional)
			r = add_missing(scope, names[i], object->path, growth->err);
		else if (r > 0 && !has_object(scope, library))
			r = abilock_scope_add(scope, library, growth->role, names[i],
					      growth->sibling, growth->err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_needed(const struct growth *growth, const struct abilock_object *object)
{
	/* ld.so loads filters with the object, and runs them before it. */
	int r = add_names(growth, object, object->filters, object->filter_count, false);

	if (r >= 0)
		r = add_names(growth, object, object->auxiliaries, object->auxiliary_count, true);
	if (r >= 0)
		r = add_names(growth, object, object->needed, object->needed_count, false);
	return r;
}

int abilock_scope_add_closure(struct abilock_scope *scope, struct abilock_libraries *libraries,
			      const struct abilock_object *object, enum abilock_role role,
			      const char *sibling, struct abilock_error *err)
{
	const struct growth growth = {scope, libraries, role, sibling, err};
	size_t next = scope->provider_count;

	int r = add_needed(&growth, object);
	/* Those that were just added are the queue of the walk. */
	for (; r >= 0 && next < scope->provider_count; next++)
		r = add_needed(&growth, scope->providers[next].object);
	return r;
}

void abilock_scope_truncate(struct abilock_scope *scope, size_t count)
{
	for (size_t i = count; i < scope->provider_count; i++)
		scope->own_library_count -= scope->providers[i].role == ABILOCK_ROLE_MODULE_LIBRARY;
	scope->provider_count = count;
	free(take_ptr(scope->missing));
	scope->missing_count = 0;
}

void abilock_scope_clear(struct abilock_scope *scope)
{
	free(scope->providers);
	free(scope->missing);
	*scope = (struct abilock_scope){0};
}
