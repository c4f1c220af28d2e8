/* SPDX-License-Identifier: MIT */
/* What may have been meant by a name that nothing has. */
#include <strings.h>

#include "manifest/module_name.h"
#include "resolver_state.h"
#include "similar.h"

/** A name of another type is meant less than a slip of the pen. */
enum { OTHER_TYPE = 1000 };

/* How far a name is from the one that is wanted; 0 is another spelling of it. */
static size_t distance(const char *wanted, const char *name)
{
	const unsigned limit = abilock_similar_limit(wanted);
	const unsigned count = abilock_similar_distance(wanted, name, limit);

	if (strcasecmp(wanted, name) == 0 || abilock_module_name_eq(wanted, name))
		return 0;
	return count < limit ? count : SIZE_MAX;
}

struct guess {
	size_t distance;
	const char *type, *name;
	const struct abilock_module *module;
};

static void consider(struct guess *best, size_t far, const char *type, const char *name,
		     const struct abilock_module *module)
{
	if (far < best->distance)
		*best = (struct guess){far, type, name, module};
}

static void look_at(struct guess *best, const struct abilock_module *module, const char *type,
		    const char *name)
{
	const struct abilock_capabilities *provides = &module->manifest->provides;

	if (is_module_type(type))
		consider(best, distance(name, module->name), type, module->name, module);
	for (size_t i = 0; i < provides->count; i++) {
		const struct abilock_capability *each = &provides->items[i];

		if (str_eq(each->type, type))
			consider(best, distance(name, each->name), each->type, each->name, module);
		else if (strcasecmp(each->name, name) == 0)
			consider(best, OTHER_TYPE, each->type, each->name, module);
	}
}

const char *resolver_guess(struct abilock_catalogue *catalogue, struct abilock_arena *arena,
			   const char *type, const char *name)
{
	struct guess best = {.distance = SIZE_MAX};

	for (size_t i = 0; i < abilock_catalogue_count(catalogue); i++) {
		const struct abilock_module *module = abilock_catalogue_at(catalogue, i);

		if (module)
			look_at(&best, module, type, name);
	}
	if (!best.module)
		return NULL;
	if (is_module_type(best.type))
		return best.name;
	return abilock_arena_printf(arena, "%s=%s of %s", best.type, best.name, best.module->name);
}
