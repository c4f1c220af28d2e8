/* SPDX-License-Identifier: MIT */
#include "manifest_keys.h"

#include "../name_table.h"
#include "module_name.h"

/* The manifests of one object while they come together. */
struct collection {
	const struct abilock_object *object;
	struct abilock_manifest **items;
	size_t count;
	struct abilock_name_table by_key; /* but the first, which mostly is the only one */
	struct abilock_arena arena;	  /* of the table's keys */
	const char *spelling;		  /* of the last note, and whose it was */
	struct abilock_manifest *last;
	struct abilock_error *err;
};

static void free_items(struct abilock_manifest **items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		abilock_manifest_free(items[i]);
	free(items);
}

static void collection_deinit(struct collection *c)
{
	free_items(c->items, c->count);
	abilock_name_table_deinit(&c->by_key);
	abilock_arena_clear(&c->arena);
}

static int damaged(const struct collection *c, uint64_t offset, const char *key, const char *value,
		   const char *problem)
{
	return abilock_error_set(c->err, ABILOCK_E_DAMAGED, c->object->path, "note abilock", offset,
				 "%s=%.100s: %s", key, value, problem);
}

/* Where the manifest of a name that is not that of the first stands. NULL: memory. */
static void **slot_of_other(struct collection *c, const char *name)
{
	char *key = abilock_arena_strdup(&c->arena, name);

	if (!key)
		return NULL;
	abilock_module_name_key(key, key);
	return abilock_name_table_value(&c->by_key, key);
}

/* Take over a new manifest, unless there is one of its name. @return The one that counts, or NULL:
 * memory. */
static struct abilock_manifest *add_manifest(struct collection *c, struct abilock_manifest **fresh)
{
	void *first = NULL, **slot = &first;

	if (c->count > 0 && abilock_module_name_eq(c->items[0]->name, (*fresh)->name))
		return c->items[0];
	if (c->count > 0)
		slot = slot_of_other(c, (*fresh)->name);
	if (!slot || *slot)
		return slot ? *slot : NULL;
	struct abilock_manifest **item = abilock_array_push(&c->items, &c->count, sizeof(*item));
	if (item)
		*slot = *item = take_ptr(*fresh);
	return *slot;
}

/* The manifest of a name that is another one than the last. */
static int add_name(struct collection *c, const char *spelling, uint64_t offset,
		    struct abilock_manifest **ret)
{
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *fresh =
		abilock_manifest_new(NULL);
	struct abilock_error why;

	abilock_error_clear(&why);
	int r = fresh ? abilock_module_name_parse(&fresh->arena, spelling, &fresh->name, &why)
		      : ABILOCK_E_NOMEM;
	if (r == ABILOCK_E_USAGE)
		return damaged(c, offset, "name", spelling, why.message);
	if (r >= 0)
		c->last = add_manifest(c, &fresh);
	if (r < 0 || !c->last)
		return abilock_error_nomem(c->err);
	*ret = c->last;
	c->spelling = spelling;
	return 0;
}

/* The manifest of a name; a new one for a new name. */
static int find_manifest(struct collection *c, const char *spelling, uint64_t offset,
			 struct abilock_manifest **ret)
{
	if (c->last && str_eq(c->spelling, spelling)) {
		*ret = c->last;
		return 0;
	}
	return add_name(c, spelling, offset, ret);
}

/* A key that a later version has: it has to fit into a line, and is kept. */
static int keep(struct collection *c, struct abilock_manifest *manifest,
		const struct abilock_information *item)
{
	if (!abilock_capability_is_type(item->key))
		return damaged(c, item->offset, item->key, item->value, "no key of a manifest");
	if (!abilock_manifest_is_text(item->value))
		return damaged(c, item->offset, item->key, item->value, "it is not UTF-8 text");
	const char *key = abilock_arena_strdup(&manifest->arena, item->key);
	const char *value = abilock_arena_strdup(&manifest->arena, item->value);
	if (!key || !value ||
	    !abilock_manifest_keep(manifest, "module", key, value, (struct abilock_place){0}))
		return abilock_error_nomem(c->err);
	return 0;
}

/* What only the build, and not the module, can know. */
static bool is_of_build(const char *key)
{
	return str_eq(key, "name") || str_eq(key, "checksum") || str_eq(key, "embedded");
}

static int take(struct collection *c, struct abilock_manifest *manifest,
		const struct abilock_information *item)
{
	const char *problem;

	if (is_of_build(item->key))
		return damaged(c, item->offset, item->key, item->value,
			       "a module cannot say this of itself");
	int r = abilock_manifest_set(manifest, item->key, item->value, &problem);
	if (r == ABILOCK_E_NOMEM)
		return abilock_error_nomem(c->err);
	if (r == 0 && problem)
		return damaged(c, item->offset, item->key, item->value, problem);
	return r == 0 ? keep(c, manifest, item) : 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_configs(struct abilock_manifest *manifest)
{
	const char **configs = manifest->configs;
	size_t kept = 0;

	if (manifest->config_count > 1)
		qsort(configs, manifest->config_count, sizeof(*configs), compare_strings);
	for (size_t i = 0; i < manifest->config_count; i++)
		if (kept == 0 || !str_eq(configs[kept - 1], configs[i]))
			configs[kept++] = configs[i];
	manifest->config_count = kept;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct abilock_manifest_pair *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->value, y->value);
}

static int finish(struct collection *c, struct abilock_manifest *manifest)
{
	const struct abilock_capabilities *provides = &manifest->provides;

	sort_configs(manifest);
	if (manifest->unknown_count > 1)
		qsort(manifest->unknown, manifest->unknown_count, sizeof(*manifest->unknown),
		      compare_pairs);
	abilock_capabilities_sort(&manifest->uses);
	abilock_capabilities_sort(&manifest->canuse);
	abilock_capabilities_sort(&manifest->willuse);
	abilock_capabilities_sort(&manifest->provides);
	for (size_t i = 1; i < provides->count; i++)
		if (str_eq(provides->items[i - 1].type, provides->items[i].type) &&
		    str_eq(provides->items[i - 1].name, provides->items[i].name))
			return damaged(c, 0, "provides", provides->items[i].name,
				       "twice, with two priorities");
	return 0;
}

/* A module's own lock names it as well. One that modules share does not: the file does. */
static int check_names(struct collection *c)
{
	const struct abilock_note *note = c->object->note;
	struct abilock_manifest *manifest;

	if (!note || str_eq(note->kind, "host") || (!note->name && c->count > 0))
		return 0;
	const size_t count = c->count;
	const char *slash = strrchr(c->object->path, '/');
	const char *file = slash ? slash + 1 : c->object->path;
	int r = find_manifest(c, note->name ? note->name : file, 0, &manifest);
	if (r < 0 || count == 0 || (count == 1 && c->count == 1))
		return r;
	return abilock_error_set(c->err, ABILOCK_E_DAMAGED, c->object->path, "note abilock", 0,
				 "the lock is that of module '%.100s', the information that of "
				 "'%.100s': build all of a module with one ABILOCK_MODULE_NAME",
				 note->name, c->items[0]->name);
}

/* Several modules in one file are a host's; so is one in a program. */
static bool are_embedded(const struct collection *c)
{
	const struct abilock_object *object = c->object;

	if (object->note)
		return str_eq(object->note->kind, "host");
	return c->count > 1 || object->interp || object->has_debug || !object->has_dynamic;
}

static int compare_manifests(const void *a, const void *b)
{
	return strcmp((*(struct abilock_manifest *const *)a)->name,
		      (*(struct abilock_manifest *const *)b)->name);
}

static int collect(struct collection *c)
{
	const struct abilock_object *object = c->object;

	for (size_t i = 0; i < object->information_count; i++) {
		const struct abilock_information *item = &object->information[i];
		struct abilock_manifest *manifest;
		int r = find_manifest(c, item->name, item->offset, &manifest);

		if (r == 0 && item->key)
			r = take(c, manifest, item);
		if (r < 0)
			return r;
	}
	int r = check_names(c);
	for (size_t i = 0; r == 0 && i < c->count; i++) {
		c->items[i]->is_embedded = are_embedded(c);
		r = finish(c, c->items[i]);
	}
	return r;
}

int abilock_manifest_of_object(const struct abilock_object *object,
			       struct abilock_manifest ***ret_manifests, size_t *ret_count,
			       struct abilock_error *err)
{
	_cleanup_(collection_deinit) struct collection c = {.object = object, .err = err};
	int r = collect(&c);

	if (r < 0)
		return r;
	if (c.count > 1)
		qsort(c.items, c.count, sizeof(*c.items), compare_manifests);
	*ret_count = c.count;
	*ret_manifests = take_ptr(c.items);
	c.count = 0;
	return 0;
}
