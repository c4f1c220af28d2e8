/* SPDX-License-Identifier: MIT */
/* What a configuration wants, as goals. */
#include "manifest/module_name.h"
#include "resolver_state.h"

struct goals {
	struct abilock_goal *items; /* malloc'ed */
	size_t count;
	const struct abilock_configuration *configuration;
	struct abilock_arena *arena;
};

/* NULL for the reason: memory is out. */
static bool add(struct goals *goals, const struct abilock_goal *like)
{
	struct abilock_goal *goal = abilock_array_push(&goals->items, &goals->count, sizeof(*goal));

	if (goal)
		*goal = *like;
	return goal && goal->reason;
}

static bool add_directives(struct goals *goals, const struct abilock_directives *directives,
			   const char *verb, bool is_required)
{
	for (size_t i = 0; i < directives->count; i++) {
		const struct abilock_directive *directive = &directives->items[i];
		const char *where = abilock_configuration_where(goals->configuration,
								directive->place, goals->arena);
		const char *reason =
			where ? abilock_arena_printf(goals->arena, "%s by %s", verb, where) : NULL;

		if (!add(goals, &(struct abilock_goal){.type = "module",
						       .name = directive->name,
						       .reason = reason,
						       .is_required = is_required}))
			return false;
	}
	return true;
}

/* ---- autoload ---- */

static int by_priority_and_name(const void *a, const void *b)
{
	const struct abilock_module *const *left = a, *const *right = b;
	const int x = (*left)->manifest->priority, y = (*right)->manifest->priority;

	return x != y ? (x > y) - (x < y) : strcmp((*left)->name, (*right)->name);
}

/* They come by name, and mostly all have the same priority. */
static void sort(struct abilock_module **modules, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_priority_and_name(&modules[i - 1], &modules[i]) > 0) {
			qsort(modules, count, sizeof(*modules), by_priority_and_name);
			return;
		}
}

/* Mark by number: names may be written in several ways. */
static void leave_out(struct abilock_catalogue *catalogue,
		      const struct abilock_directives *directives, bool *is_out, size_t limit)
{
	for (size_t i = 0; i < directives->count; i++) {
		const struct abilock_module *module =
			abilock_catalogue_find(catalogue, directives->items[i].name);

		if (module && module->number < limit)
			is_out[module->number] = true;
	}
}

/* All modules but those that a line names; those that it loads come anyway, and earlier. */
static bool choose(struct goals *goals, struct abilock_catalogue *catalogue,
		   struct abilock_module **modules, size_t *count)
{
	const struct abilock_configuration *configuration = goals->configuration;
	const size_t limit = abilock_catalogue_limit(catalogue);
	_cleanup_(freep) bool *is_out = calloc(limit + 1, sizeof(bool));
	size_t kept = 0;

	if (!is_out)
		return false;
	leave_out(catalogue, &configuration->noload, is_out, limit);
	leave_out(catalogue, &configuration->neverload, is_out, limit);
	leave_out(catalogue, &configuration->require, is_out, limit);
	leave_out(catalogue, &configuration->load, is_out, limit);
	for (size_t i = 0; i < *count; i++)
		if (!is_out[modules[i]->number])
			modules[kept++] = modules[i];
	*count = kept;
	return true;
}

bool abilock_is_ranked_provider(const struct abilock_manifest *manifest)
{
	for (size_t i = 0; i < manifest->provides.count; i++)
		if (manifest->provides.items[i].priority == 0)
			return false;
	return manifest->provides.count > 0;
}

/* The module, or what may be had from a better one. */
static bool add_module(struct goals *goals, struct abilock_module *module, const char *reason)
{
	const struct abilock_capabilities *provides = &module->manifest->provides;

	if (!abilock_is_ranked_provider(module->manifest))
		return add(goals, &(struct abilock_goal){.type = "module",
							 .name = module->name,
							 .reason = reason,
							 .module = module});
	for (size_t i = 0; i < provides->count; i++)
		if (!add(goals, &(struct abilock_goal){.type = provides->items[i].type,
						       .name = provides->items[i].name,
						       .reason = reason,
						       .instead_of = module}))
			return false;
	return true;
}

static bool add_all(struct goals *goals, struct abilock_catalogue *catalogue)
{
	size_t count = abilock_catalogue_count(catalogue), known = 0;
	_cleanup_(freep) struct abilock_module **modules =
		calloc(count + 1, sizeof(struct abilock_module *));
	const char *where = abilock_configuration_where(
		goals->configuration, goals->configuration->autoload_place, goals->arena);
	const char *reason =
		where ? abilock_arena_printf(goals->arena, "wanted by autoload, %s", where) : NULL;

	if (!modules || !reason)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct abilock_module *module = abilock_catalogue_at(catalogue, i);

		if (module && !module->is_gone)
			modules[known++] = module;
	}
	if (!choose(goals, catalogue, modules, &known))
		return false;
	sort(modules, known);
	for (size_t i = 0; i < known; i++)
		if (!add_module(goals, modules[i], reason))
			return false;
	return true;
}

int abilock_goals_of_configuration(struct abilock_catalogue *catalogue,
				   const struct abilock_configuration *configuration,
				   struct abilock_arena *arena, struct abilock_goal **ret_goals,
				   size_t *ret_count, struct abilock_error *err)
{
	struct goals goals = {.configuration = configuration, .arena = arena};

	if (!add_directives(&goals, &configuration->require, "required", true) ||
	    !add_directives(&goals, &configuration->load, "wanted", false) ||
	    (configuration->autoload && !add_all(&goals, catalogue))) {
		free(goals.items);
		return abilock_error_nomem(err);
	}
	*ret_goals = goals.items;
	*ret_count = goals.count;
	return 0;
}
