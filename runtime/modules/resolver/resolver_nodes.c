/* SPDX-License-Identifier: MIT */
#include "manifest/module_name.h"
#include "resolver_state.h"

static bool make_room(struct state *st, size_t number)
{
	struct node **nodes;

	if (number < st->node_limit)
		return true;
	size_t limit = abilock_catalogue_limit(st->question->catalogue);
	/* Numbers are given out as modules are met, so the limit grows by ones. */
	if (limit < 2 * st->node_limit)
		limit = 2 * st->node_limit;
	if (limit <= number)
		limit = number + 1;
	nodes = reallocarray(st->nodes, limit, sizeof(struct node *));
	if (!nodes)
		return false;
	memset(nodes + st->node_limit, 0, (limit - st->node_limit) * sizeof(struct node *));
	st->nodes = nodes;
	st->node_limit = limit;
	return true;
}

struct node *resolver_node(struct state *st, struct abilock_module *module)
{
	const enum abilock_module_state state = module->state;
	struct node *node;

	if (!make_room(st, module->number))
		return NULL;
	if (st->nodes[module->number])
		return st->nodes[module->number];
	node = abilock_arena_alloc(&st->ret->arena, sizeof(*node));
	if (!node)
		return NULL;
	node->module = module;
	node->low = NO_DEPTH;
	node->admin_end = &node->admin;
	node->dependents_end = &node->dependents;
	node->had_running = state == ABILOCK_MODULE_RUNNING;
	node->is_started = node->had_running;
	node->is_mapped = node->had_running || state == ABILOCK_MODULE_LOADED ||
			  state == ABILOCK_MODULE_STOPPED;
	st->nodes[module->number] = node;
	return node;
}

/* ---- what is wanted ---- */

static bool has_candidate(const struct want *want, const struct node *node)
{
	return want->candidate_count > 0 && want->candidates[0] == node;
}

static bool add_candidate(struct state *st, struct want *want, struct abilock_module *module)
{
	struct node *node = resolver_node(st, module);

	if (!node)
		return false;
	/* Only the module of a `module=NAME` comes a second time: it provides itself. */
	if (!has_candidate(want, node))
		want->candidates[want->candidate_count++] = node;
	return true;
}

/* What runs goes before the rest; else the order stays. */
static void put_running_first(struct want *want)
{
	size_t first = 0;

	for (size_t i = 0; i < want->candidate_count; i++) {
		struct node *node = want->candidates[i];

		if (!node->had_running)
			continue;
		memmove(want->candidates + first + 1, want->candidates + first,
			(i - first) * sizeof(struct node *));
		want->candidates[first++] = node;
	}
}

/* For a name that `neverload` bans nothing stands in. */
static bool is_name_forbidden(struct state *st, struct want *want)
{
	const struct abilock_configuration *configuration = st->question->configuration;
	const struct abilock_directive *directive =
		configuration ? abilock_directives_find(&configuration->neverload, want->name)
			      : NULL;

	if (directive)
		want->failure = abilock_failure_new(
			st->failures, NULL, "%s is forbidden by neverload, %s", want->name,
			abilock_configuration_where(configuration, directive->place,
						    &st->ret->arena));
	return directive;
}

/* Whoever says that it provides what is wanted. */
static bool add_providers(struct state *st, struct want *want)
{
	_cleanup_(freep) struct abilock_provided *provided = NULL;
	const ssize_t count = abilock_catalogue_declared_providers(
		st->question->catalogue, want->type, want->name, &provided);

	if (count < 0)
		return false;
	if (!want->self && count > 0 && is_module_type(want->type) && is_name_forbidden(st, want))
		return want->failure;
	want->candidates =
		abilock_arena_array(&st->ret->arena, (size_t)count + 1, sizeof(struct node *));
	if (!want->candidates)
		return false;
	if (want->self)
		want->candidates[0] = want->self;
	for (ssize_t i = 0; i < count; i++)
		if (!add_candidate(st, want, provided[i].module))
			return false;
	/* A module by its name is that one, whoever else says so. */
	if (!want->self)
		put_running_first(want);
	return true;
}

bool resolver_stand_ins(struct state *st, struct want *want)
{
	return want->candidates != &want->self || want->self->forbidden || add_providers(st, want);
}

/* Strings are borrowed. NULL: memory is out. */
static struct want *new_want(struct state *st, const char *type, const char *name)
{
	struct want *want = abilock_arena_alloc(&st->ret->arena, sizeof(*want));

	if (want) {
		want->type = type;
		want->name = name;
	}
	return want;
}

/* By the module rather than by its name: names need not be looked up then. */
struct want *resolver_module_want(struct state *st, struct abilock_module *module)
{
	struct node *node = resolver_node(st, module);

	if (!node || node->want)
		return node ? node->want : NULL;
	node->want = new_want(st, "module", module->name);
	if (node->want) {
		node->want->self = node;
		node->want->candidates = &node->want->self;
		node->want->candidate_count = 1;
	}
	return node->want;
}

/* The name that wants are looked up by: of a module in the form in which names are compared. */
static const char *want_key(struct state *st, const char *type, const char *name)
{
	char *key;

	if (!is_module_type(type))
		return name;
	key = abilock_arena_strdup(&st->ret->arena, name);
	if (key)
		abilock_module_name_key(name, key);
	return key;
}

/* Of what no module is by its name. */
static struct want *named_want(struct state *st, const char *type, const char *name)
{
	const char *key = want_key(st, type, name);
	void **slot = key ? abilock_name_table_value(&st->wants, key) : NULL;
	struct want *want = slot ? *slot : NULL;

	while (want && !str_eq(want->type, type))
		want = want->next;
	if (!slot || want)
		return want;
	want = new_want(st, type, name);
	if (!want || !add_providers(st, want))
		return NULL;
	want->next = *slot;
	*slot = want;
	return want;
}

struct want *resolver_want(struct state *st, const char *type, const char *name)
{
	struct abilock_module *module =
		is_module_type(type) ? abilock_catalogue_find(st->question->catalogue, name) : NULL;

	return module ? resolver_module_want(st, module) : named_want(st, type, name);
}

/* A second one beside what all share, without those that autoload leaves out. */
static struct want *autoload_want(struct state *st, struct want *same)
{
	struct want *want = new_want(st, same->type, same->name);

	if (!want || !resolver_stand_ins(st, same))
		return NULL;
	want->same = same;
	want->failure = same->failure;
	want->candidates = abilock_arena_array(&st->ret->arena, same->candidate_count + 1,
					       sizeof(struct node *));
	if (!want->candidates)
		return NULL;
	for (size_t i = 0; i < same->candidate_count; i++)
		if (!same->candidates[i]->is_noload || same->candidates[i]->had_running)
			want->candidates[want->candidate_count++] = same->candidates[i];
	return want;
}

static struct want *find_goal_want(struct state *st, const struct abilock_goal *goal)
{
	struct want *same = goal->module ? resolver_module_want(st, goal->module)
					 : resolver_want(st, goal->type, goal->name);

	if (!same || !goal->instead_of)
		return same;
	if (!same->of_autoload)
		same->of_autoload = autoload_want(st, same);
	return same->of_autoload;
}

struct want *resolver_goal_want(struct state *st, size_t number)
{
	struct want **want = &st->goal_wants[number];

	if (!*want)
		*want = find_goal_want(st, &st->question->goals[number]);
	return *want;
}

/* ---- edges ---- */

static bool add_edges(struct state *st, struct node *node, const struct abilock_capabilities *list,
		      enum edge_kind kind)
{
	for (size_t i = 0; i < list->count; i++) {
		struct want *want = resolver_want(st, list->items[i].type, list->items[i].name);

		if (!want)
			return false;
		node->edges[node->edge_count++] = (struct edge){.want = want, .kind = kind};
	}
	return true;
}

static bool add_admin_edges(struct state *st, struct node *node)
{
	for (const struct admin_use *admin = node->admin; admin; admin = admin->next) {
		struct want *want = resolver_want(st, admin->use->type, admin->use->name);

		if (!want)
			return false;
		node->edges[node->edge_count++] = (struct edge){.want = want,
								.kind = EDGE_USE,
								.is_admin = true,
								.place = admin->use->place};
	}
	return true;
}

bool resolver_edges(struct state *st, struct node *node)
{
	const struct abilock_manifest *manifest = node->module->manifest;
	size_t count;

	if (node->edges)
		return true;
	count = manifest->uses.count + manifest->canuse.count + manifest->willuse.count;
	for (const struct admin_use *admin = node->admin; admin; admin = admin->next)
		count++;
	node->edges = abilock_arena_array(&st->ret->arena, count, sizeof(struct edge));
	return node->edges && add_edges(st, node, &manifest->uses, EDGE_USE) &&
	       add_admin_edges(st, node) && add_edges(st, node, &manifest->canuse, EDGE_CANUSE) &&
	       add_edges(st, node, &manifest->willuse, EDGE_WILLUSE);
}

/* ---- what speaks against a module ---- */

/* What was found out before this resolution, and holds. */
static const struct abilock_failure *old_failure(struct state *st, struct node *node)
{
	const struct abilock_module *module = node->module;
	const bool is_tried =
		module->state == ABILOCK_MODULE_FAILED || module->state == ABILOCK_MODULE_DECLINED;

	if (module->state == ABILOCK_MODULE_STOPPING)
		return abilock_failure_new(st->failures, NULL, "%s is being stopped", module->name);
	if (is_tried && st->question->is_continued) {
		node->is_told = node->is_old = true;
		return module->failure ? module->failure
				       : abilock_failure_new(st->failures, NULL, "%s failed before",
							     module->name);
	}
	return NULL;
}

const struct abilock_failure *resolver_refusal(struct state *st, struct node *node)
{
	const struct abilock_module *module = node->module;
	const char *arch = st->question->arch;

	if (node->forbidden)
		return abilock_failure_new(
			st->failures, NULL, "%s is forbidden by neverload, %s", module->name,
			abilock_configuration_where(st->question->configuration,
						    node->forbidden->place, &st->ret->arena));
	if (module->state == ABILOCK_MODULE_BLOCKED)
		return abilock_failure_new(st->failures, module->failure, "%s is blocked",
					   module->name);
	if (module->is_gone)
		return abilock_failure_new(st->failures, NULL, "%s is not there any more",
					   module->name);
	if (module->problem)
		return abilock_failure_new(st->failures, NULL, "%s cannot be used: %s",
					   module->name, module->problem);
	if (arch && module->manifest->arch && !str_eq(arch, module->manifest->arch))
		return abilock_failure_new(st->failures, NULL, "%s is for %s, and this host is %s",
					   module->name, module->manifest->arch, arch);
	return old_failure(st, node);
}

/* ---- the configuration ---- */

static int forbid(struct state *st, const struct abilock_directive *directive)
{
	struct abilock_module *module =
		abilock_catalogue_find(st->question->catalogue, directive->name);
	struct node *node = module ? resolver_node(st, module) : NULL;

	if (module && !node)
		return ABILOCK_E_NOMEM;
	if (node && !node->forbidden)
		node->forbidden = directive;
	return 0;
}

static int leave_out(struct state *st, const struct abilock_directive *directive)
{
	struct abilock_module *module =
		abilock_catalogue_find(st->question->catalogue, directive->name);
	struct node *node = module ? resolver_node(st, module) : NULL;

	if (module && !node)
		return ABILOCK_E_NOMEM;
	if (node)
		node->is_noload = true;
	return 0;
}

static int add_admin_use(struct state *st, const struct abilock_admin_use *use)
{
	struct abilock_module *module =
		abilock_catalogue_find(st->question->catalogue, use->module);
	struct node *node = module ? resolver_node(st, module) : NULL;
	struct admin_use *admin = abilock_arena_alloc(&st->ret->arena, sizeof(*admin));

	if (!admin || (module && !node))
		return ABILOCK_E_NOMEM;
	if (!node) {
		resolver_note(st, abilock_arena_printf(
					  &st->ret->arena,
					  "%s: there is no module %s that could use %s=%s",
					  abilock_configuration_where(st->question->configuration,
								      use->place, &st->ret->arena),
					  use->module, use->type, use->name));
		return 0;
	}
	admin->use = use;
	*node->admin_end = admin;
	node->admin_end = &admin->next;
	return 0;
}

int resolver_prepare(struct state *st)
{
	const struct abilock_configuration *configuration = st->question->configuration;
	int r = 0;

	st->goal_wants = calloc(st->question->goal_count + 1, sizeof(struct want *));
	if (!st->goal_wants)
		return ABILOCK_E_NOMEM;
	if (!configuration)
		return 0;
	for (size_t i = 0; i < configuration->neverload.count && r == 0; i++)
		r = forbid(st, &configuration->neverload.items[i]);
	for (size_t i = 0; i < configuration->noload.count && r == 0; i++)
		r = leave_out(st, &configuration->noload.items[i]);
	for (size_t i = 0; i < configuration->use_count && r == 0; i++)
		r = add_admin_use(st, &configuration->uses[i]);
	return r;
}
