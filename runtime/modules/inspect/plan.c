/* SPDX-License-Identifier: MIT */
/* What a start, or the loading of some modules, would do: for the host or the admin to read. */
#include "dry_run.h"
#include "manifest/module_name.h"
#include "thread_error.h"

struct abilock_plan {
	struct abilock_resolution resolution;
	struct abilock_arena arena; /* of the goals */
	/* Of the configuration, in front of those of the resolution; borrowed. */
	const char *const *notes;
	size_t note_count;
};

/* A goal of what somebody writes: `NAME` or `TYPE=NAME`. */
static int goal_of_text(struct abilock_arena *arena, const char *text, struct abilock_goal *ret,
			struct abilock_error *err)
{
	const char *equals = strchr(text, '=');
	int r = 0;

	*ret = (struct abilock_goal){.type = "module", .reason = "asked for by name"};
	if (equals && equals != text && equals[1]) {
		ret->type = abilock_arena_strndup(arena, text, (size_t)(equals - text));
		text = equals + 1;
	}
	if (ret->type && str_eq(ret->type, "module"))
		r = abilock_module_name_parse(arena, text, &ret->name, err);
	else
		ret->name = abilock_arena_strdup(arena, text);
	if (r < 0)
		return r;
	if (ret->type && ret->name && !str_eq(ret->type, "module"))
		ret->reason =
			abilock_arena_printf(arena, "asked for as %s=%s", ret->type, ret->name);
	return ret->type && ret->name && ret->reason ? 0 : abilock_error_nomem(err);
}

static int goals_of_names(struct abilock_arena *arena, const char *const *names,
			  struct abilock_goal **ret_goals, size_t *ret_count,
			  struct abilock_error *err)
{
	for (; *names; names++) {
		struct abilock_goal *goal = abilock_array_push(ret_goals, ret_count, sizeof(*goal));
		int r;

		if (!goal)
			return abilock_error_nomem(err);
		r = goal_of_text(arena, *names, goal, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int make_plan(struct abilock_modules *modules, const char *const *names,
		     struct abilock_plan *plan, struct abilock_error *err)
{
	_cleanup_(freep) struct abilock_goal *goals = NULL;
	struct abilock_dry_run dry;
	const bool is_start = !names || !*names;
	int r = abilock_dry_run_init(&dry, modules, &plan->arena, err);

	if (r >= 0 && is_start)
		r = abilock_goals_of_configuration(modules->catalogue, modules->configuration,
						   &plan->arena, &goals, &dry.question.goal_count,
						   err);
	else if (r >= 0)
		r = goals_of_names(&plan->arena, names, &goals, &dry.question.goal_count, err);

	if (is_start) {
		plan->notes = modules->notes;
		plan->note_count = modules->note_count;
	}
	dry.question.goals = goals;
	return r < 0 ? r : abilock_resolve(&dry.question, &plan->resolution, err);
}

int abilock_modules_plan(struct abilock_modules *modules, const char *const *names,
			 struct abilock_plan **ret_plan)
{
	struct abilock_plan *plan = calloc(1, sizeof(*plan));
	struct abilock_error err = {0};
	int r = ABILOCK_E_NOMEM;

	*ret_plan = NULL;
	abilock_thread_error_clear();
	if (plan) {
		(void)pthread_mutex_lock(&modules->data);
		r = make_plan(modules, names, plan, &err);
		(void)pthread_mutex_unlock(&modules->data);
	}
	if (r < 0) {
		abilock_plan_free(plan);
		abilock_thread_error_set(abilock_thread_error_format(
			"%s", err.code ? err.message : "out of memory"));
		return -1;
	}
	*ret_plan = plan;
	return 0;
}

void abilock_plan_free(struct abilock_plan *plan)
{
	if (!plan)
		return;
	abilock_resolution_deinit(&plan->resolution);
	abilock_arena_clear(&plan->arena);
	free(plan);
}

struct abilock_module *abilock_plan_module(const struct abilock_plan *plan, size_t index)
{
	return index < plan->resolution.step_count ? plan->resolution.steps[index].module : NULL;
}

const char *abilock_plan_reason(const struct abilock_plan *plan, size_t index)
{
	return index < plan->resolution.step_count ? plan->resolution.steps[index].reason : NULL;
}

const char *abilock_plan_problem(const struct abilock_plan *plan, size_t index)
{
	return index < plan->resolution.problem_count ? plan->resolution.problems[index].text
						      : NULL;
}

int abilock_plan_is_fatal(const struct abilock_plan *plan, size_t index)
{
	return index < plan->resolution.problem_count && plan->resolution.problems[index].is_fatal;
}

const char *abilock_plan_note(const struct abilock_plan *plan, size_t index)
{
	if (index < plan->note_count)
		return plan->notes[index];
	index -= plan->note_count;
	return index < plan->resolution.note_count ? plan->resolution.notes[index] : NULL;
}
