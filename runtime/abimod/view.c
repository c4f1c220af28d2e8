/* SPDX-License-Identifier: MIT */
#include "view.h"

const char *const view_want_keys[] = {"uses", "canuse", "willuse", NULL};

const char *view_value(struct abilock_module *module, const char *key, size_t index)
{
	const char *value = abilock_module_value(module, key, index);

	return value ? value : "";
}

const char *view_kind(struct abilock_module *module)
{
	if (str_eq(view_value(module, "embedded", 0), "yes"))
		return "embedded";
	if (!abilock_module_path(module))
		return "no-file";
	return abilock_module_value(module, "manifest", 0) ? "dynamic" : "no-manifest";
}

const char *view_problem(struct abilock_module *module)
{
	const char *problem = abilock_module_value(module, "problem", 0);

	return problem ? problem : abilock_module_failure(module);
}

const char *view_status(struct abilock_module *module)
{
	const enum abilock_module_state state = abilock_module_state(module);

	if (state != ABILOCK_MODULE_KNOWN)
		return abilock_module_state_name(state);
	/* That there is no file is a problem as well, and the name of it is more telling. */
	return view_problem(module) && !str_eq(view_kind(module), "no-file") ? "damaged"
									     : view_kind(module);
}

/* ---- what it wants ---- */

void view_want_deinit(struct view_want *want)
{
	free(want->type);
	*want = (struct view_want){0};
}

int view_want(struct abilock_module *module, const char *key, size_t index, struct view_want *ret)
{
	const char *text = abilock_module_value(module, key, index);

	if (!text)
		return 0;
	char *type = strdup(text), *equals = type ? strchr(type, '=') : NULL;
	if (!type)
		return ABILOCK_E_NOMEM;
	if (equals)
		*equals = '\0';
	*ret = (struct view_want){
		.key = key, .text = text, .type = type, .name = equals ? equals + 1 : ""};
	return 1;
}

bool view_satisfies(struct abilock_modules *modules, const struct view_want *want,
		    const struct abilock_module *module)
{
	const struct abilock_module *provider;

	for (size_t i = 0;
	     (provider = abilock_modules_provider(modules, want->type, want->name, i)); i++)
		if (provider == module)
			return true;
	return false;
}

/* ---- JSON ---- */

/* Members that a module always has, in their order. */
static const char *const single_keys[] = {
	"description",	 "type",    "support_level", "deprecated_in", "removed_in", "replacement",
	"load_priority", "licence", "arch",	     "checksum",      "manifest",   "build_id",
};
static const char *const lock_keys[] = {"kind", "host", "tag", "node"};
static const char *const list_keys[] = {
	"config", "uses", "canuse", "willuse", "provides", "needed", "needs",
};
/* Said in other members. */
static const char *const told_keys[] = {"name", "embedded", "export_globals", "problem", "path"};

static bool is_one_of(const char *const *keys, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(keys[i], key))
			return true;
	return false;
}

bool view_has_meaning(const char *key)
{
	return is_one_of(single_keys, ARRAY_SIZE(single_keys), key) ||
	       is_one_of(lock_keys, ARRAY_SIZE(lock_keys), key) ||
	       is_one_of(list_keys, ARRAY_SIZE(list_keys), key) ||
	       is_one_of(told_keys, ARRAY_SIZE(told_keys), key);
}

static bool put_values(struct json_object *to, struct abilock_module *module, const char *key)
{
	struct json_object *values = json_put_array(to, key);
	const char *value;
	bool ok = values;

	for (size_t i = 0; ok && (value = abilock_module_value(module, key, i)); i++)
		ok = json_push_string(values, value);
	return ok;
}

static bool put_singles(struct json_object *to, struct abilock_module *module,
			const char *const *keys, size_t count)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = json_put_string(to, keys[i], abilock_module_value(module, keys[i], 0));
	return ok;
}

static bool put_lock(struct json_object *to, struct abilock_module *module)
{
	if (!abilock_module_value(module, "kind", 0))
		return json_put_null(to, "lock");
	struct json_object *lock = json_put_object(to, "lock");
	return lock && put_singles(lock, module, lock_keys, ARRAY_SIZE(lock_keys));
}

static bool put_other(struct json_object *to, struct abilock_module *module)
{
	struct json_object *other = json_put_object(to, "other");
	const char *key;
	bool ok = other;

	for (size_t i = 0; ok && (key = abilock_module_key(module, i)); i++)
		ok = view_has_meaning(key) || put_values(other, module, key);
	return ok;
}

bool view_put(struct json_object *to, struct abilock_module *module)
{
	const char *state = abilock_module_state_name(abilock_module_state(module));
	const char *globals = view_value(module, "export_globals", 0);
	bool ok = json_put_string(to, "name", abilock_module_name(module)) &&
		  json_put_string(to, "state", state) &&
		  json_put_string(to, "kind", view_kind(module)) &&
		  json_put_string(to, "path", abilock_module_path(module)) &&
		  json_put_string(to, "problem", view_problem(module)) &&
		  json_put_bool(to, "export_globals", str_eq(globals, "yes")) &&
		  put_singles(to, module, single_keys, ARRAY_SIZE(single_keys)) &&
		  put_lock(to, module);

	for (size_t i = 0; ok && i < ARRAY_SIZE(list_keys); i++)
		ok = put_values(to, module, list_keys[i]);
	return ok && put_other(to, module);
}
