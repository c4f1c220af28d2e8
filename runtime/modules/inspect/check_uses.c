/* SPDX-License-Identifier: MIT */
/* What modules use and provide, and what modules.conf names. */
#include "check.h"
#include "manifest/module_name.h"

static struct abilock_check_place place_of(const struct abilock_module *module,
					   const struct abilock_capability *capability)
{
	return (struct abilock_check_place){module->manifest_path,
					    module->manifest_path ? capability->place.line : 0};
}

/* ---- uses ---- */

static bool is_deprecated(const struct abilock_manifest *manifest)
{
	return manifest->deprecated_in ||
	       (manifest->support_level && str_eq(manifest->support_level, "deprecated"));
}

/* One that is deprecated may use its like: they go together. */
static void check_deprecated(struct abilock_check *check, const struct abilock_module *module,
			     const struct abilock_capability *use,
			     const struct abilock_module *provider)
{
	const struct abilock_manifest *other = provider->manifest;

	if (provider == module || !is_deprecated(other) || is_deprecated(module->manifest))
		return;
	const bool by_name = str_eq(use->type, "module");
	abilock_check_report(check, "deprecated-use", module->name, place_of(module, use),
			     "it names %s=%s%s%s, which is deprecated%s%s", use->type, use->name,
			     by_name ? "" : " of ", by_name ? "" : provider->name,
			     other->replacement ? "; it is replaced by " : "",
			     other->replacement ? other->replacement : "");
}

static void check_embedded(struct abilock_check *check, const struct abilock_module *module,
			   const struct abilock_capability *use,
			   const struct abilock_check_provided *provided)
{
	for (size_t i = 0; i < provided->count; i++)
		if (provided->items[i].module->manifest->is_embedded)
			return;
	abilock_check_report(check, "embedded-uses-dynamic", module->name, place_of(module, use),
			     "it is embedded and uses %s=%s, which only %s provides", use->type,
			     use->name, provided->items[0].module->name);
}

static void check_list(struct abilock_check *check, const struct abilock_module *module,
		       const struct abilock_capabilities *list, const char *how)
{
	const bool is_hard = str_eq(how, "uses");

	for (size_t i = 0; i < list->count; i++) {
		const struct abilock_capability *use = &list->items[i];
		const struct abilock_check_provided *provided =
			abilock_check_providers(check, use->type, use->name);

		if (!provided)
			return;
		if (provided->count == 0) {
			abilock_check_report(check, is_hard ? "use-unknown" : "canuse-unknown",
					     module->name, place_of(module, use),
					     "it %s %s=%s, which nothing provides", how, use->type,
					     use->name);
			continue;
		}
		check_deprecated(check, module, use, provided->items[0].module);
		if (is_hard && module->manifest->is_embedded)
			check_embedded(check, module, use, provided);
	}
}

/* ---- provides ---- */

/* The first provider of a priority; the list is sorted by it, the highest first. */
static const struct abilock_module *first_of(const struct abilock_check_provided *provided,
					     int priority)
{
	size_t low = 0, high = provided->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (provided->items[middle].priority > priority)
			low = middle + 1;
		else
			high = middle;
	}
	return low < provided->count && provided->items[low].priority == priority
		       ? provided->items[low].module
		       : NULL;
}

static void check_provided(struct abilock_check *check, const struct abilock_module *module,
			   const struct abilock_capability *capability)
{
	const struct abilock_check_provided *provided;
	const struct abilock_module *first;

	/* A module goes before those that stand in for it. */
	if (str_eq(capability->type, "module"))
		return;
	provided = abilock_check_providers(check, capability->type, capability->name);
	first = provided ? first_of(provided, capability->priority) : NULL;
	if (first && first != module)
		abilock_check_report(check, "provider-duplicate", module->name,
				     place_of(module, capability),
				     "%s provides %s=%s with the same priority, %d: %s is taken "
				     "first, by its name",
				     first->name, capability->type, capability->name,
				     capability->priority, first->name);
}

void abilock_check_uses(struct abilock_check *check, const struct abilock_module *module,
			const struct abilock_manifest *manifest)
{
	check_list(check, module, &manifest->uses, "uses");
	check_list(check, module, &manifest->canuse, "can use");
	check_list(check, module, &manifest->willuse, "will use");
	for (size_t i = 0; i < manifest->provides.count && !check->no_memory; i++)
		check_provided(check, module, &manifest->provides.items[i]);
}

/* ---- modules.conf ---- */

static struct abilock_check_place conf_place(const struct abilock_check *check,
					     struct abilock_place place)
{
	return (struct abilock_check_place){check->configuration->sources[place.file].path,
					    place.line};
}

static void check_named(struct abilock_check *check, const char *key, const char *name,
			struct abilock_place place)
{
	if (!abilock_catalogue_find(check->catalogue, name))
		abilock_check_report(check, "conf-unknown-module", name, conf_place(check, place),
				     "%s %s: there is no such module", key, name);
}

static void check_directives(struct abilock_check *check, const char *key,
			     const struct abilock_directives *directives)
{
	for (size_t i = 0; i < directives->count; i++)
		check_named(check, key, directives->items[i].name, directives->items[i].place);
}

static void check_admin_use(struct abilock_check *check, const struct abilock_admin_use *use)
{
	const struct abilock_check_provided *provided =
		abilock_check_providers(check, use->type, use->name);

	check_named(check, "what uses:", use->module, use->place);
	if (provided && provided->count == 0)
		abilock_check_report(check, "use-unknown", use->module,
				     conf_place(check, use->place),
				     "%s uses %s=%s by modules.conf, which nothing provides",
				     use->module, use->type, use->name);
}

void abilock_check_configuration(struct abilock_check *check)
{
	const struct abilock_configuration *configuration = check->configuration;

	if (!configuration)
		return;
	check_directives(check, "load", &configuration->load);
	check_directives(check, "require", &configuration->require);
	check_directives(check, "noload", &configuration->noload);
	check_directives(check, "neverload", &configuration->neverload);
	for (size_t i = 0; i < configuration->use_count && !check->no_memory; i++)
		check_admin_use(check, &configuration->uses[i]);
}
