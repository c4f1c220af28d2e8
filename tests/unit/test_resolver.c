/* SPDX-License-Identifier: MIT */
/*
 * The resolver against a simple model, on thousands of small graphs of any shape; and how its work
 * grows, on large ones. Cases for people are in tests/modules/graphs.
 */
#include <check.h>

#include "modules/resolver/resolver.h"

enum {
	MODULES_MAX = 10,
	CAPABILITIES = 3,
	EDGES_MAX = 4,
	ROUNDS = 5000,
};

enum fate {
	FATE_LOADS,
	FATE_MAP_FAILS,
	FATE_START_FAILS,
};

/** What is wanted: a module by number, or behind these a capability. */
struct list {
	int items[EDGES_MAX];
	int count;
};

struct module {
	struct list uses, canuse, willuse;
	int priority[CAPABILITIES]; /* 0: it does not provide this */
	enum fate fate;
};

struct model {
	struct module modules[MODULES_MAX];
	int count;
	struct list goals;
	bool is_acyclic, has_start_failures;
	/* What should come out. */
	bool loads[MODULES_MAX];
	bool reaches[MODULES_MAX][MODULES_MAX];
};

/** What came out. */
struct run {
	struct abilock_catalogue *catalogue;
	struct model *model;
	struct abilock_arena failures;
	struct abilock_resolution resolution;
	int place[MODULES_MAX]; /* in the order of starting; -1: not started */
	int started, mapped[MODULES_MAX];
};

static uint64_t state = 88172645463325252ULL;

static int any(int below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int)((state >> 11) % (uint64_t)below);
}

/* ---- graphs ---- */

/* In a graph without cycles a module uses those with higher numbers; capabilities are the last. */
static struct list any_list(const struct model *model, int from, int most)
{
	struct list list = {.count = any(most + 1)};
	const int first = model->is_acyclic ? from + 1 : 0;

	for (int i = 0; i < list.count; i++) {
		if (any(3) == 0 && (!model->is_acyclic || from < model->count / 2))
			list.items[i] = MODULES_MAX + any(CAPABILITIES);
		else if (first < model->count)
			list.items[i] = first + any(model->count - first);
		else
			list.count = i;
	}
	return list;
}

static void make_model(struct model *model)
{
	*model = (struct model){.count = 1 + any(MODULES_MAX), .is_acyclic = any(2)};
	for (int i = 0; i < model->count; i++) {
		struct module *module = &model->modules[i];

		module->uses = any_list(model, i, 2);
		module->canuse = any_list(model, i, any(3));
		module->willuse = any_list(model, i, any(4) == 0);
		if (any(5) == 0)
			module->fate = any(2) ? FATE_MAP_FAILS : FATE_START_FAILS;
		model->has_start_failures |= module->fate == FATE_START_FAILS;
		if (model->is_acyclic && i < model->count / 2)
			continue;
		for (int c = 0; c < CAPABILITIES; c++)
			module->priority[c] = any(3) == 0 ? 1 + any(3) : 0;
	}
	model->goals.count = 1 + any(EDGES_MAX);
	for (int i = 0; i < model->goals.count; i++)
		model->goals.items[i] = any(model->count);
}

static bool provides(const struct model *model, int module, int wanted)
{
	if (wanted < MODULES_MAX)
		return module == wanted;
	return model->modules[module].priority[wanted - MODULES_MAX] > 0;
}

/* ---- the model's answers ---- */

static bool is_met(const struct model *model, int user, int wanted)
{
	for (int i = 0; i < model->count; i++)
		if (provides(model, i, wanted) && (i == user || model->loads[i]))
			return true;
	return false;
}

/* What loads at all: the least set in which all that a module uses is there before. */
static void find_loading(struct model *model)
{
	for (bool is_changed = true; is_changed;) {
		is_changed = false;
		for (int i = 0; i < model->count; i++) {
			const struct module *module = &model->modules[i];
			bool loads = module->fate == FATE_LOADS && !model->loads[i];

			for (int k = 0; k < module->uses.count && loads; k++)
				loads = is_met(model, i, module->uses.items[k]);
			if (loads)
				model->loads[i] = is_changed = true;
		}
	}
}

static void add_reach(struct model *model, int from, const struct list *list)
{
	for (int i = 0; i < list->count; i++)
		for (int to = 0; to < model->count; to++)
			if (provides(model, to, list->items[i]))
				model->reaches[from][to] = true;
}

/* From where edges of any kind lead where. */
static void find_reach(struct model *model)
{
	for (int i = 0; i < model->count; i++) {
		add_reach(model, i, &model->modules[i].uses);
		add_reach(model, i, &model->modules[i].canuse);
		add_reach(model, i, &model->modules[i].willuse);
	}
	for (int k = 0; k < model->count; k++)
		for (int i = 0; i < model->count; i++)
			for (int j = 0; j < model->count; j++)
				if (model->reaches[i][k] && model->reaches[k][j])
					model->reaches[i][j] = true;
}

static int best_provider(const struct model *model, int wanted)
{
	int best = -1;

	for (int i = 0; i < model->count; i++) {
		if (!model->loads[i] || !provides(model, i, wanted))
			continue;
		if (best < 0 || (wanted >= MODULES_MAX &&
				 model->modules[i].priority[wanted - MODULES_MAX] >
					 model->modules[best].priority[wanted - MODULES_MAX]))
			best = i;
	}
	return best;
}

static void add_closure(const struct model *model, int module, bool *set)
{
	const struct module *here = &model->modules[module];

	if (set[module])
		return;
	set[module] = true;
	for (int i = 0; i < here->uses.count; i++)
		add_closure(model, best_provider(model, here->uses.items[i]), set);
	for (int i = 0; i < here->willuse.count; i++)
		if (best_provider(model, here->willuse.items[i]) >= 0)
			add_closure(model, best_provider(model, here->willuse.items[i]), set);
}

/* ---- the resolver's answers ---- */

static int number_of(const struct abilock_module *module)
{
	return atoi(module->name + 1);
}

static int fail_with(struct run *run, const struct abilock_failure **ret_failure)
{
	*ret_failure = abilock_failure_new(&run->failures, NULL, "it failed");
	return -1;
}

static int map(void *data, struct abilock_module *module,
	       const struct abilock_failure **ret_failure)
{
	struct run *run = data;
	const int number = number_of(module);

	ck_assert_int_eq(run->mapped[number]++, 0);
	if (run->model->modules[number].fate == FATE_MAP_FAILS)
		return fail_with(run, ret_failure);
	module->state = ABILOCK_MODULE_LOADED;
	return 0;
}

static int start(void *data, struct abilock_module *module,
		 const struct abilock_failure **ret_failure)
{
	struct run *run = data;
	const int number = number_of(module);

	ck_assert_int_eq(run->mapped[number], 1);
	ck_assert_int_eq(run->place[number], -1);
	if (run->model->modules[number].fate == FATE_START_FAILS)
		return fail_with(run, ret_failure);
	module->state = ABILOCK_MODULE_RUNNING;
	run->place[number] = run->started++;
	return 0;
}

/* Each hard use has a provider that runs by then. */
static void used(void *data, struct abilock_module *user, struct abilock_module *provider)
{
	struct run *run = data;

	ck_assert_int_ge(run->place[number_of(user)], 0);
	ck_assert_int_ge(run->place[number_of(provider)], 0);
	ck_assert_int_lt(run->place[number_of(provider)], run->place[number_of(user)]);
}

static void set(struct abilock_manifest *manifest, const char *key, const char *fmt, int number)
{
	const char *problem = NULL;
	char value[64];

	(void)snprintf(value, sizeof(value), fmt, number);
	ck_assert_int_eq(abilock_manifest_set(manifest, key, value, &problem), 1);
}

static void set_list(struct abilock_manifest *manifest, const char *key, const struct list *list)
{
	for (int i = 0; i < list->count; i++)
		if (list->items[i] < MODULES_MAX)
			set(manifest, key, "module=m%d", list->items[i]);
		else
			set(manifest, key, "cap=c%d", list->items[i] - MODULES_MAX);
}

static struct abilock_manifest *new_manifest(int number)
{
	struct abilock_manifest *manifest;
	char name[32];

	(void)snprintf(name, sizeof(name), "m%d", number);
	manifest = abilock_manifest_new(name);
	ck_assert_ptr_nonnull(manifest);
	return manifest;
}

static struct abilock_catalogue *new_catalogue(void)
{
	const struct abilock_catalogue_options options = {.index = "modules.index"};
	struct abilock_catalogue *catalogue = NULL;

	ck_assert_int_eq(abilock_catalogue_open(&options, &catalogue, NULL), 0);
	return catalogue;
}

static void add_module(struct run *run, int number)
{
	const struct module *module = &run->model->modules[number];
	struct abilock_manifest *manifest = new_manifest(number);

	set_list(manifest, "uses", &module->uses);
	set_list(manifest, "canuse", &module->canuse);
	set_list(manifest, "willuse", &module->willuse);
	for (int c = 0; c < CAPABILITIES; c++) {
		char format[32];

		(void)snprintf(format, sizeof(format), "cap=c%d:%%d", c);
		if (module->priority[c] > 0)
			set(manifest, "provides", format, module->priority[c]);
	}
	ck_assert_int_eq(abilock_catalogue_add(run->catalogue, manifest, NULL), 0);
}

static void open_run(struct run *run, struct model *model)
{
	*run = (struct run){.catalogue = new_catalogue(), .model = model};
	for (int i = 0; i < model->count; i++)
		add_module(run, i);
	for (int i = 0; i < MODULES_MAX; i++)
		run->place[i] = -1;
}

static void close_run(struct run *run)
{
	abilock_resolution_deinit(&run->resolution);
	abilock_catalogue_close(run->catalogue);
	abilock_arena_clear(&run->failures);
}

static void resolve(struct run *run, bool is_plan)
{
	const struct abilock_resolver_hooks hooks = {
		.map = map, .start = start, .used = used, .data = run};
	struct abilock_goal goals[EDGES_MAX];
	char names[EDGES_MAX][32];
	struct abilock_resolver_question question = {.catalogue = run->catalogue,
						     .goals = goals,
						     .hooks = is_plan ? NULL : &hooks,
						     .failures = &run->failures};

	for (int i = 0; i < run->model->goals.count; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "m%d", run->model->goals.items[i]);
		goals[question.goal_count++] = (struct abilock_goal){
			.type = "module", .name = names[i], .reason = "wanted"};
	}
	ck_assert_int_eq(abilock_resolve(&question, &run->resolution, NULL), 0);
}

/* ---- comparing ---- */

static void check_goals(const struct run *run)
{
	const struct model *model = run->model;
	bool is_failed[MODULES_MAX] = {false};
	size_t failures = 0;

	for (int i = 0; i < model->goals.count; i++) {
		const int goal = model->goals.items[i];

		ck_assert_int_eq(run->place[goal] >= 0, model->loads[goal]);
		failures += !model->loads[goal] && !is_failed[goal];
		is_failed[goal] = !model->loads[goal];
	}
	ck_assert_uint_eq(run->resolution.problem_count, failures);
}

/* What a module uses was started before it. */
static void check_order(const struct run *run)
{
	const struct model *model = run->model;

	for (int i = 0; i < model->count; i++) {
		const struct list *uses = &model->modules[i].uses;

		for (int k = 0; k < uses->count && run->place[i] >= 0; k++) {
			bool is_there = false;

			for (int p = 0; p < model->count; p++)
				is_there |= provides(model, p, uses->items[k]) &&
					    (p == i ||
					     (run->place[p] >= 0 && run->place[p] < run->place[i]));
			ck_assert(is_there);
		}
	}
}

/* What a module can use was started before it, if nothing that it needs leads back. */
static void check_canuse(const struct run *run)
{
	const struct model *model = run->model;

	for (int i = 0; i < model->count; i++) {
		const struct list *canuse = &model->modules[i].canuse;

		for (int k = 0; k < canuse->count && run->place[i] >= 0; k++) {
			const int wanted = canuse->items[k];

			if (wanted < MODULES_MAX && wanted != i && run->place[wanted] >= 0 &&
			    !model->reaches[wanted][i])
				ck_assert_int_lt(run->place[wanted], run->place[i]);
		}
	}
}

static void check_set(const struct run *run)
{
	const struct model *model = run->model;
	bool want[MODULES_MAX] = {false};

	for (int i = 0; i < model->goals.count; i++)
		if (model->loads[model->goals.items[i]])
			add_closure(model, model->goals.items[i], want);
	for (int i = 0; i < model->count; i++)
		ck_assert_int_eq(run->place[i] >= 0, want[i]);
}

/* If nothing fails in itself, a plan is what will happen. */
static void check_plan(struct model *model, const struct run *run)
{
	struct run plan;

	for (int i = 0; i < model->count; i++)
		if (model->modules[i].fate != FATE_LOADS)
			return;
	open_run(&plan, model);
	resolve(&plan, true);
	ck_assert_uint_eq(plan.resolution.step_count, run->resolution.step_count);
	for (size_t i = 0; i < plan.resolution.step_count; i++) {
		ck_assert_str_eq(plan.resolution.steps[i].module->name,
				 run->resolution.steps[i].module->name);
		ck_assert_str_eq(plan.resolution.steps[i].reason, run->resolution.steps[i].reason);
	}
	close_run(&plan);
}

START_TEST(any_graph_is_resolved_as_the_model_says)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct model model;
		struct run run;

		make_model(&model);
		find_loading(&model);
		find_reach(&model);
		open_run(&run, &model);
		resolve(&run, false);
		ck_assert_uint_eq(run.resolution.step_count, (size_t)run.started);
		check_goals(&run);
		check_order(&run);
		if (!model.has_start_failures) {
			check_canuse(&run);
			if (model.is_acyclic)
				check_set(&run);
		}
		check_plan(&model, &run);
		close_run(&run);
	}
}
END_TEST

/* ---- cycles ---- */

/* Whether one module has a use that the other one provides. */
static bool has_use(const struct model *model, int user, int provider)
{
	const struct list *uses = &model->modules[user].uses;

	for (int i = 0; i < uses->count; i++)
		if (provides(model, provider, uses->items[i]))
			return true;
	return false;
}

/* A graph in which nothing is wrong but cycles. */
static void make_sound(struct model *model)
{
	for (int i = 0; i < model->count; i++)
		model->modules[i].fate = FATE_LOADS;
	for (int c = 0; c < CAPABILITIES; c++) {
		bool is_provided = false;

		for (int i = 0; i < model->count; i++)
			is_provided |= model->modules[i].priority[c] > 0;
		if (!is_provided)
			model->modules[any(model->count)].priority[c] = 1;
	}
	memset(model->loads, 0, sizeof(model->loads));
	find_loading(model);
}

START_TEST(cycles_are_what_keeps_sound_modules_from_loading)
{
	for (int round = 0; round < ROUNDS; round++) {
		struct abilock_arena arena = {0};
		struct abilock_cycle *cycles = NULL;
		struct model model;
		struct run run;
		bool do_all_load = true;
		size_t count = 0;

		make_model(&model);
		make_sound(&model);
		for (int i = 0; i < model.count; i++)
			do_all_load = do_all_load && model.loads[i];
		open_run(&run, &model);
		ck_assert_int_eq(
			abilock_resolver_cycles(run.catalogue, NULL, &arena, &cycles, &count, NULL),
			0);
		ck_assert_int_eq(count == 0, do_all_load);
		for (size_t i = 0; i < count; i++) {
			const size_t length = cycles[i].count;

			ck_assert_uint_ge(length, 2);
			for (size_t k = 0; k < length; k++) {
				const int user = number_of(cycles[i].modules[k]);

				ck_assert(!model.loads[user]);
				ck_assert(has_use(&model, user,
						  number_of(cycles[i].modules[(k + 1) % length])));
			}
		}
		free(cycles);
		abilock_arena_clear(&arena);
		close_run(&run);
	}
}
END_TEST

/* ---- how work grows ---- */

static size_t work_of(struct abilock_catalogue *catalogue, const char *goal, size_t *ret_steps)
{
	const struct abilock_goal goals[] = {
		{.type = "module", .name = goal, .reason = "wanted", .is_required = true}};
	const struct abilock_resolver_question question = {
		.catalogue = catalogue, .goals = goals, .goal_count = 1};
	struct abilock_resolution resolution;
	size_t work;

	ck_assert_int_eq(abilock_resolve(&question, &resolution, NULL), 0);
	work = resolution.work;
	*ret_steps = resolution.step_count;
	ck_assert_uint_eq(resolution.problem_count, 0);
	abilock_resolution_deinit(&resolution);
	return work;
}

START_TEST(a_chain_of_100000_is_walked_in_linear_time)
{
	enum { LENGTH = 100000 };
	struct abilock_catalogue *catalogue = new_catalogue();
	size_t steps;

	for (int i = 0; i < LENGTH; i++) {
		struct abilock_manifest *manifest = new_manifest(i);

		if (i + 1 < LENGTH)
			set(manifest, "uses", "module=m%d", i + 1);
		ck_assert_int_eq(abilock_catalogue_add(catalogue, manifest, NULL), 0);
	}
	/* Two walks, each edge looked at before and after its module. */
	ck_assert_uint_le(work_of(catalogue, "m0", &steps), 2 * 4 * (size_t)LENGTH);
	ck_assert_uint_eq(steps, LENGTH);
	abilock_catalogue_close(catalogue);
}
END_TEST

START_TEST(many_modules_with_many_uses_are_walked_in_linear_time)
{
	enum { COUNT = 10000, USES = 20 };
	struct abilock_catalogue *catalogue = new_catalogue();
	size_t steps;

	for (int i = 0; i < COUNT; i++) {
		struct abilock_manifest *manifest = new_manifest(i);

		/* The next one, so that all are wanted. */
		if (i + 1 < COUNT)
			set(manifest, "uses", "module=m%d", i + 1);
		for (int k = 1; k < USES && i + 1 < COUNT; k++)
			set(manifest, "uses", "module=m%d", i + 1 + any(COUNT - i - 1));
		ck_assert_int_eq(abilock_catalogue_add(catalogue, manifest, NULL), 0);
	}
	ck_assert_uint_le(work_of(catalogue, "m0", &steps), 2 * 2 * (size_t)COUNT * (USES + 2));
	ck_assert_uint_eq(steps, COUNT);
	abilock_catalogue_close(catalogue);
}
END_TEST

/* All fail for one reason: the text of each is bounded. */
START_TEST(many_failures_of_one_cause_take_little_text)
{
	enum { LENGTH = 20000 };
	struct abilock_catalogue *catalogue = new_catalogue();
	struct abilock_goal *goals = calloc(LENGTH, sizeof(*goals));
	struct abilock_resolver_question question = {.goals = goals, .goal_count = LENGTH};
	struct abilock_arena arena = {0};
	struct abilock_resolution resolution;

	ck_assert_ptr_nonnull(goals);
	for (int i = 0; i < LENGTH; i++) {
		struct abilock_manifest *manifest = new_manifest(i);

		set(manifest, "uses", "module=m%d", i + 1);
		ck_assert_int_eq(abilock_catalogue_add(catalogue, manifest, NULL), 0);
		goals[i] = (struct abilock_goal){.type = "module",
						 .name = abilock_arena_printf(&arena, "m%d", i),
						 .reason = "wanted"};
	}
	question.catalogue = catalogue;
	ck_assert_int_eq(abilock_resolve(&question, &resolution, NULL), 0);
	ck_assert_uint_eq(resolution.step_count, 0);
	ck_assert_uint_eq(resolution.problem_count, LENGTH);
	ck_assert_uint_le(strlen(resolution.problems[0].text), 2000);
	ck_assert_ptr_nonnull(strstr(resolution.problems[0].text, "there is no module m20000"));
	ck_assert_uint_le(resolution.work, 20 * (size_t)LENGTH);
	abilock_resolution_deinit(&resolution);
	abilock_catalogue_close(catalogue);
	abilock_arena_clear(&arena);
	free(goals);
}
END_TEST

/* Each can use the first, which uses them all in the end. */
START_TEST(soft_uses_that_lead_back_are_given_up_in_linear_time)
{
	enum { LENGTH = 20000 };
	struct abilock_catalogue *catalogue = new_catalogue();
	size_t steps;

	for (int i = 0; i < LENGTH; i++) {
		struct abilock_manifest *manifest = new_manifest(i);

		if (i + 1 < LENGTH)
			set(manifest, "uses", "module=m%d", i + 1);
		set(manifest, "canuse", "module=m%d", any(LENGTH));
		set(manifest, "canuse", "module=m%d", 0);
		ck_assert_int_eq(abilock_catalogue_add(catalogue, manifest, NULL), 0);
	}
	ck_assert_uint_le(work_of(catalogue, "m0", &steps), 20 * (size_t)LENGTH);
	ck_assert_uint_eq(steps, LENGTH);
	abilock_catalogue_close(catalogue);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("resolver");
	TCase *graphs = tcase_create("graphs"), *growth = tcase_create("growth");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(graphs, 120);
	tcase_add_test(graphs, any_graph_is_resolved_as_the_model_says);
	tcase_add_test(graphs, cycles_are_what_keeps_sound_modules_from_loading);
	tcase_set_timeout(growth, 120);
	tcase_add_test(growth, a_chain_of_100000_is_walked_in_linear_time);
	tcase_add_test(growth, many_modules_with_many_uses_are_walked_in_linear_time);
	tcase_add_test(growth, many_failures_of_one_cause_take_little_text);
	tcase_add_test(growth, soft_uses_that_lead_back_are_given_up_in_linear_time);
	suite_add_tcase(suite, graphs);
	suite_add_tcase(suite, growth);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
