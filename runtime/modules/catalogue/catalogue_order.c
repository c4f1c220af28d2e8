/* SPDX-License-Identifier: MIT */
/*
 * All modules by name, and who provides something: each index knows it of its directory, and this
 * puts them together.
 */
#include "catalogue_parts.h"

void abilock_catalogue_forget_order(struct abilock_catalogue *catalogue)
{
	free(take_ptr(catalogue->order));
	catalogue->order_count = 0;
	catalogue->has_order = false;
	abilock_index_close(&catalogue->added_index);
}

/* ---- all modules, by name ---- */

/* A module and the key that it is sorted by. */
struct ordered {
	const char *key;
	struct abilock_place_of_module place;
};

static int compare_ordered(const void *a, const void *b)
{
	return abilock_module_name_compare(((const struct ordered *)a)->key,
					   ((const struct ordered *)b)->key);
}

static bool push_ordered(struct abilock_catalogue *catalogue, struct ordered **list, size_t *count,
			 struct abilock_place_of_module place)
{
	struct ordered *slot;

	if (!abilock_catalogue_is_first(catalogue, place))
		return true;
	slot = abilock_array_push(list, count, sizeof(*slot));
	if (slot)
		*slot = (struct ordered){abilock_catalogue_name_at(catalogue, place), place};
	return slot != NULL;
}

static bool collect_order(struct abilock_catalogue *catalogue, struct ordered **list, size_t *count)
{
	bool good = true;

	for (uint32_t i = 0; good && i < catalogue->added_count; i++)
		good = push_ordered(catalogue, list, count,
				    (struct abilock_place_of_module){ABILOCK_IS_ADDED, i});
	for (uint32_t i = 0; good && i < catalogue->directory_count; i++) {
		const size_t modules = abilock_index_count(&catalogue->directories[i].index);

		for (uint32_t k = 0; good && k < modules; k++)
			good = push_ordered(catalogue, list, count,
					    (struct abilock_place_of_module){i, k});
	}
	return good;
}

static bool make_order(struct abilock_catalogue *catalogue)
{
	_cleanup_(freep) struct ordered *list = NULL;
	size_t count = 0;

	if (catalogue->has_order)
		return true;
	if (!collect_order(catalogue, &list, &count))
		return false;
	struct abilock_place_of_module *order = calloc(count + 1, sizeof(*order));
	if (!order)
		return false;
	if (count > 0)
		qsort(list, count, sizeof(*list), compare_ordered);
	for (size_t i = 0; i < count; i++)
		order[i] = list[i].place;
	free(catalogue->order);
	catalogue->order = order;
	catalogue->order_count = count;
	catalogue->has_order = true;
	return true;
}

/* One directory without anything added is in order already. */
static bool is_plain(const struct abilock_catalogue *catalogue)
{
	return catalogue->directory_count == 1 && catalogue->added_count == 0;
}

size_t abilock_catalogue_count(struct abilock_catalogue *catalogue)
{
	size_t count = 0;

	(void)pthread_mutex_lock(&catalogue->mutex);
	if (is_plain(catalogue))
		count = abilock_index_count(&catalogue->directories[0].index);
	else if (make_order(catalogue))
		count = catalogue->order_count;
	(void)pthread_mutex_unlock(&catalogue->mutex);
	return count;
}

static struct abilock_module *module_at(struct abilock_catalogue *catalogue, size_t index)
{
	struct abilock_place_of_module place = {0, (uint32_t)index};

	if (is_plain(catalogue)) {
		if (index >= abilock_index_count(&catalogue->directories[0].index))
			return NULL;
	} else {
		if (!make_order(catalogue) || index >= catalogue->order_count)
			return NULL;
		place = catalogue->order[index];
	}
	return abilock_catalogue_make(catalogue, place);
}

struct abilock_module *abilock_catalogue_at(struct abilock_catalogue *catalogue, size_t index)
{
	(void)pthread_mutex_lock(&catalogue->mutex);
	struct abilock_module *module = module_at(catalogue, index);
	(void)pthread_mutex_unlock(&catalogue->mutex);
	return module;
}

/* ---- who provides something ---- */

/* What comes together for one question. */
struct collection {
	struct abilock_catalogue *catalogue;
	const struct abilock_index *index; /* the one that is asked */
	uint32_t directory;		   /* its number, or ABILOCK_IS_ADDED */
	struct abilock_provided *items;
	size_t count;
	bool failed;
};

static bool push(struct collection *collection, struct abilock_module *module, int priority)
{
	struct abilock_provided *slot =
		abilock_array_push(&collection->items, &collection->count, sizeof(*slot));
	if (slot)
		*slot = (struct abilock_provided){module, priority};
	collection->failed |= !slot;
	return slot != NULL;
}

/* Where a module of the index is that is asked. @return false: another one hides it. */
static bool place_of(struct collection *collection, size_t number,
		     struct abilock_place_of_module *ret)
{
	struct abilock_catalogue *catalogue = collection->catalogue;
	const char *key;

	*ret = (struct abilock_place_of_module){collection->directory, (uint32_t)number};
	if (is_plain(catalogue))
		return true;
	key = abilock_catalogue_key(catalogue, abilock_index_name(collection->index, number));
	collection->failed |= !key;
	return key && abilock_catalogue_locate(catalogue, key, ret) &&
	       ret->directory == collection->directory &&
	       (ret->directory == ABILOCK_IS_ADDED || ret->number == number);
}

/* One provider of one index; hidden modules provide nothing. */
static bool take(size_t number, int priority, void *data)
{
	struct collection *collection = data;
	struct abilock_place_of_module place;
	struct abilock_module *module;

	if (!place_of(collection, number, &place))
		return !collection->failed;
	module = abilock_catalogue_make(collection->catalogue, place);
	collection->failed |= !module;
	return module && push(collection, module, priority);
}

/* Those of no directory are looked up as all others: in an index, which is made when it is first
 * needed. */
static int index_added(struct abilock_catalogue *catalogue, struct abilock_error *err)
{
	struct abilock_index_builder builder = {0};

	if (catalogue->added_index.bytes || catalogue->added_count == 0)
		return 0;
	for (size_t i = 0; i < catalogue->added_count; i++) {
		const struct abilock_index_entry entry = {.manifest = catalogue->added[i].manifest};

		abilock_index_builder_add(&builder, &entry);
	}
	return abilock_index_builder_finish(&builder, NULL, &catalogue->added_index, err);
}

static void ask(struct collection *collection, const struct abilock_index *index,
		uint32_t directory, const char *type, const char *name)
{
	collection->index = index;
	collection->directory = directory;
	abilock_index_providers(index, type, name, take, collection);
}

static int compare_provided(const void *a, const void *b)
{
	const struct abilock_provided *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return abilock_module_name_compare(x->module->name, y->module->name);
}

/* A module provides itself, and may say so. */
static void take_itself(struct collection *collection, const char *name)
{
	struct abilock_place_of_module place;
	const char *key = abilock_catalogue_key(collection->catalogue, name);
	struct abilock_module *module;

	collection->failed |= !key;
	if (!key || !abilock_catalogue_locate(collection->catalogue, key, &place))
		return;
	module = abilock_catalogue_make(collection->catalogue, place);
	for (size_t i = 0; i < collection->count; i++)
		if (collection->items[i].module == module)
			return;
	collection->failed |= !module || !push(collection, module, 0);
}

static int collect(struct collection *collection, const char *type, const char *name,
		   bool with_itself, struct abilock_error *err)
{
	struct abilock_catalogue *catalogue = collection->catalogue;
	int r = index_added(catalogue, err);

	if (r < 0)
		return r;
	ask(collection, &catalogue->added_index, ABILOCK_IS_ADDED, type, name);
	for (uint32_t i = 0; i < catalogue->directory_count; i++)
		ask(collection, &catalogue->directories[i].index, i, type, name);
	if (with_itself && str_eq(type, "module"))
		take_itself(collection, name);
	return collection->failed ? abilock_error_nomem(err) : 0;
}

static ssize_t list_providers(struct abilock_catalogue *catalogue, const char *type,
			      const char *name, bool with_itself, struct abilock_provided **ret)
{
	struct collection collection = {.catalogue = catalogue};

	(void)pthread_mutex_lock(&catalogue->mutex);
	int r = collect(&collection, type, name, with_itself, NULL);
	(void)pthread_mutex_unlock(&catalogue->mutex);
	if (r < 0) {
		free(collection.items);
		return r;
	}
	if (collection.count > 1)
		qsort(collection.items, collection.count, sizeof(*collection.items),
		      compare_provided);
	*ret = collection.items;
	return (ssize_t)collection.count;
}

ssize_t abilock_catalogue_providers(struct abilock_catalogue *catalogue, const char *type,
				    const char *name, struct abilock_provided **ret)
{
	return list_providers(catalogue, type, name, true, ret);
}

ssize_t abilock_catalogue_declared_providers(struct abilock_catalogue *catalogue, const char *type,
					     const char *name, struct abilock_provided **ret)
{
	return list_providers(catalogue, type, name, false, ret);
}
