/* SPDX-License-Identifier: MIT */
/* One module, for those that look at it. */
#include <stdarg.h>

#include "manager.h"
#include "text.h"

/* Members may change in a rescan, and states in an operation of another thread. */
static void lock(const struct abilock_module *module)
{
	(void)pthread_mutex_lock(&module->owner->data);
}

static void unlock(const struct abilock_module *module)
{
	(void)pthread_mutex_unlock(&module->owner->data);
}

const char *abilock_module_name(const struct abilock_module *module)
{
	lock(module);
	const char *name = module->name;
	unlock(module);
	return name;
}

const char *abilock_module_path(const struct abilock_module *module)
{
	lock(module);
	const char *path = module->file.path;
	unlock(module);
	return path;
}

enum abilock_module_state abilock_module_state(const struct abilock_module *module)
{
	lock(module);
	enum abilock_module_state state = module->state;
	unlock(module);
	return state;
}

const char *abilock_module_state_name(enum abilock_module_state state)
{
	static const char *const names[] = {
		[ABILOCK_MODULE_KNOWN] = "known",	[ABILOCK_MODULE_LOADED] = "loaded",
		[ABILOCK_MODULE_RUNNING] = "running",	[ABILOCK_MODULE_STOPPING] = "stopping",
		[ABILOCK_MODULE_STOPPED] = "stopped",	[ABILOCK_MODULE_FAILED] = "failed",
		[ABILOCK_MODULE_DECLINED] = "declined", [ABILOCK_MODULE_BLOCKED] = "blocked",
	};

	return (unsigned)state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *abilock_module_failure(const struct abilock_module *module)
{
	/* The text is made when it is asked for: chains are shared, and mostly nobody asks. */
	struct abilock_module *cache = (struct abilock_module *)(uintptr_t)module;

	lock(module);
	if (module->failure && !module->failure_text) {
		cache->failure_text = abilock_failure_text(module->failure);
		abilock_module_own(cache);
	}
	const char *text = module->failure_text;
	if (module->failure && !text)
		text = "out of memory";
	unlock(module);
	return text;
}

void abilock_module_fail(struct abilock_module *module, const char *format, ...)
{
	char *reason = NULL;
	va_list ap;

	va_start(ap, format);
	reason = abilock_vformat(format, ap);
	va_end(ap);
	lock(module);
	free(module->own_reason);
	module->own_reason = reason;
	abilock_module_own(module);
	unlock(module);
}

void abilock_module_set_data(struct abilock_module *module, void *data)
{
	lock(module);
	module->data = data;
	unlock(module);
}

void *abilock_module_data(const struct abilock_module *module)
{
	lock(module);
	void *data = module->data;
	unlock(module);
	return data;
}

/* ---- values ---- */

/* Values of one key, in their order. */
struct group {
	const char *key;
	size_t first, count;
};

/* A manifest may have any number of keys, and of values of one. */
struct abilock_module_values {
	const struct abilock_manifest *manifest; /* What they were made of. */
	const char *path, *build_id, *problem;
	struct abilock_name_table numbers; /* Number + 1 of the group of a key. */
	struct group *groups;		   /* malloc'ed, in the order of their first values. */
	size_t group_count;
	const char **values; /* malloc'ed; those of one group together. Strings are borrowed. */
};

/* A value on its way to its group. */
struct item {
	size_t group;
	const char *value;
};

/* What is being put together. */
struct filling {
	struct abilock_arena *arena; /* for strings that are made up */
	struct abilock_module_values *values;
	struct item *items; /* malloc'ed */
	size_t count;
	bool failed;
};

static struct group *group_of(struct abilock_module_values *values, const char *key)
{
	void **number = abilock_name_table_value(&values->numbers, key);
	struct group *group;

	if (!number)
		return NULL;
	if (*number)
		return &values->groups[(uintptr_t)*number - 1];
	group = abilock_array_push(&values->groups, &values->group_count, sizeof(*group));
	if (!group)
		return NULL;
	*number = (void *)(uintptr_t)values->group_count;
	group->key = key;
	return group;
}

static void add(struct filling *filling, const char *key, const char *value)
{
	if (!value || filling->failed)
		return;
	struct group *group = group_of(filling->values, key);
	struct item *item =
		group ? abilock_array_push(&filling->items, &filling->count, sizeof(*item)) : NULL;
	if (!item) {
		filling->failed = true;
		return;
	}
	group->count++;
	*item = (struct item){.group = (size_t)(group - filling->values->groups), .value = value};
}

/* As add() for a value, or key, that is made up: NULL when memory is out. */
static void add_made(struct filling *filling, const char *key, const char *value)
{
	if (key && value)
		add(filling, key, value);
	else
		filling->failed = true;
}

static void add_list(struct filling *filling, const char *key, const char *const *values,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(filling, key, values[i]);
}

static void add_capabilities(struct filling *filling, const char *key,
			     const struct abilock_capabilities *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct abilock_capability *item = &list->items[i];

		add_made(filling, key,
			 item->priority != 0
				 ? abilock_arena_printf(filling->arena, "%s=%s:%d", item->type,
							item->name, item->priority)
				 : abilock_arena_printf(filling->arena, "%s=%s", item->type,
							item->name));
	}
}

static void add_manifest(struct filling *filling, const struct abilock_manifest *manifest)
{
	add(filling, "checksum", manifest->checksum);
	add(filling, "support_level", manifest->support_level);
	add(filling, "deprecated_in", manifest->deprecated_in);
	add(filling, "removed_in", manifest->removed_in);
	add(filling, "replacement", manifest->replacement);
	add(filling, "load_priority", manifest->load_priority);
	add(filling, "export_globals", manifest->export_globals ? "yes" : NULL);
	add(filling, "embedded", manifest->is_embedded ? "yes" : NULL);
	add_list(filling, "config", manifest->configs, manifest->config_count);
	add(filling, "licence", manifest->licence);
	add(filling, "arch", manifest->arch);
	add_capabilities(filling, "uses", &manifest->uses);
	add_capabilities(filling, "canuse", &manifest->canuse);
	add_capabilities(filling, "willuse", &manifest->willuse);
	add_capabilities(filling, "provides", &manifest->provides);
}

static void add_unknown(struct filling *filling, const struct abilock_manifest *manifest)
{
	for (size_t i = 0; i < manifest->unknown_count; i++) {
		const struct abilock_manifest_pair *pair = &manifest->unknown[i];

		add_made(filling,
			 abilock_arena_printf(filling->arena, "%s.%s", pair->section, pair->key),
			 pair->value);
	}
}

static void add_file(struct filling *filling, const struct abilock_module_file *file)
{
	add(filling, "kind", file->kind);
	add(filling, "host", file->host);
	add(filling, "tag", file->tag);
	add(filling, "node", file->node);
	add_list(filling, "needed", file->needed, file->needed_count);
	add_list(filling, "needs", file->needs, file->needs_count);
	add(filling, "build_id", file->build_id);
}

static void fill(struct filling *filling, const struct abilock_module *module)
{
	add(filling, "description", module->manifest->description);
	add(filling, "type", abilock_module_type(module));
	add_manifest(filling, module->manifest);
	add(filling, "manifest", module->manifest_path);
	add(filling, "problem", module->problem);
	add_file(filling, &module->file);
	add_unknown(filling, module->manifest);
}

static bool is_current(const struct abilock_module *module)
{
	const struct abilock_module_values *values = module->values;

	return values && values->manifest == module->manifest &&
	       values->path == module->file.path && values->build_id == module->file.build_id &&
	       values->problem == module->problem;
}

static void values_free(struct abilock_module_values *values)
{
	if (!values)
		return;
	abilock_name_table_deinit(&values->numbers);
	free(values->groups);
	free(values->values);
	free(values);
}

/* Its count, which begins anew. */
static size_t take_count(struct group *group)
{
	size_t count = group->count;

	group->count = 0;
	return count;
}

/* Each value to its group. */
static bool arrange(const struct filling *filling)
{
	struct abilock_module_values *values = filling->values;
	size_t first = 0;

	values->values = calloc(filling->count + 1, sizeof(*values->values));
	if (!values->values)
		return false;
	for (size_t i = 0; i < values->group_count; i++) {
		values->groups[i].first = first;
		first += take_count(&values->groups[i]);
	}
	for (size_t i = 0; i < filling->count; i++) {
		struct group *group = &values->groups[filling->items[i].group];

		values->values[group->first + group->count++] = filling->items[i].value;
	}
	return true;
}

static struct abilock_module_values *values_new(const struct abilock_module *module)
{
	struct abilock_module_values *values = calloc(1, sizeof(*values));
	struct filling filling = {.arena = &module->owner->values, .values = values};

	if (!values)
		return NULL;
	fill(&filling, module);
	bool ok = !filling.failed && arrange(&filling);
	free(filling.items);
	values->manifest = module->manifest;
	values->path = module->file.path;
	values->build_id = module->file.build_id;
	values->problem = module->problem;
	if (ok)
		return values;
	values_free(values);
	return NULL;
}

/* The values of a module as it is known now; NULL: memory is out. `data` is held. */
static const struct abilock_module_values *values_of(struct abilock_module *module)
{
	if (is_current(module))
		return module->values;
	values_free(module->values);
	module->values = values_new(module);
	abilock_module_own(module);
	return module->values;
}

const char *abilock_module_value(struct abilock_module *module, const char *key, size_t index)
{
	const char *found = NULL;

	if (!key)
		return NULL;
	lock(module);
	const struct abilock_module_values *values = values_of(module);
	uintptr_t number = values ? (uintptr_t)abilock_name_table_find(&values->numbers, key) : 0;
	if (number && index < values->groups[number - 1].count)
		found = values->values[values->groups[number - 1].first + index];
	unlock(module);
	return found;
}

const char *abilock_module_key(struct abilock_module *module, size_t index)
{
	const char *found = NULL;

	lock(module);
	const struct abilock_module_values *values = values_of(module);
	if (values && index < values->group_count)
		found = values->groups[index].key;
	unlock(module);
	return found;
}

/* ---- memory of their own ---- */

void abilock_module_own(struct abilock_module *module)
{
	if (module->is_owning)
		return;
	module->is_owning = true;
	module->next_owning = module->owner->owning;
	module->owner->owning = module;
}

void abilock_modules_disown(struct abilock_modules *modules)
{
	for (struct abilock_module *at = modules->owning; at; at = at->next_owning) {
		free(take_ptr(at->failure_text));
		free(take_ptr(at->own_reason));
		values_free(take_ptr(at->values));
	}
	modules->owning = NULL;
}
