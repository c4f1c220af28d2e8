/* SPDX-License-Identifier: MIT */
#include "resolver_state.h"

/** What is looked up again for want of an answer without new failures; then the last one counts. */
enum { DRY_WALKS = 3 };

void abilock_resolution_deinit(struct abilock_resolution *resolution)
{
	free(resolution->steps);
	free(resolution->problems);
	free(resolution->notes);
	abilock_arena_clear(&resolution->arena);
	*resolution = (struct abilock_resolution){0};
}

void resolver_deinit(struct state *st)
{
	abilock_name_table_deinit(&st->wants);
	free(st->goal_wants);
	free(st->nodes);
	free(st->frames);
	free(st->provisional);
	free(st->late);
	free(st->failed);
}

/* Whether a walk has to end: what is required did not start, so nothing else does. */
static bool is_over(const struct state *st, const struct abilock_goal *goal,
		    const struct want *want)
{
	return st->kind == PASS_START && goal->is_required && want->failure;
}

static int walk_goals(struct state *st, enum pass_kind kind)
{
	const struct abilock_resolver_question *question = st->question;

	st->kind = kind;
	st->pass++;
	st->has_failure = false;
	for (size_t i = 0; i < question->goal_count; i++) {
		const struct abilock_goal *goal = &question->goals[i];
		struct want *want = resolver_goal_want(st, i);

		if (!want || resolver_walk(st, want, goal) < 0)
			return ABILOCK_E_NOMEM;
		if (is_over(st, goal, want))
			break;
	}
	if (kind == PASS_DRY)
		st->wanted = st->pass;
	return 0;
}

/*
 * Which modules will be loaded? A walk that fails somewhere has looked at what only the failed
 * needed; the next one knows better, and only where it takes another way it can fail again.
 */
static int walk_dry(struct state *st)
{
	int r = walk_goals(st, PASS_DRY);

	for (int again = 0; r == 0 && st->has_failure && again < DRY_WALKS; again++)
		r = walk_goals(st, PASS_DRY);
	return r;
}

static bool has_fatal(struct state *st)
{
	const struct abilock_resolver_question *question = st->question;

	for (size_t i = 0; i < question->goal_count; i++) {
		const struct want *want =
			question->goals[i].is_required ? resolver_goal_want(st, i) : NULL;

		if (want && want->failure)
			return true;
	}
	return false;
}

/* ---- the phases ---- */

/* The second phase for one type: in the order of the first. */
static int start_type(struct state *st)
{
	st->kind = PASS_START;
	st->pass++;
	for (const struct node *node = st->mapped; node; node = node->next_mapped) {
		struct abilock_module *module = node->module;
		struct want *want;

		if (!str_eq(abilock_module_type(module), st->question->only_type))
			continue;
		want = resolver_module_want(st, module);
		if (!want || resolver_walk(st, want, NULL) < 0)
			return ABILOCK_E_NOMEM;
		if (has_fatal(st))
			break;
	}
	return 0;
}

/* Without a second phase the steps are those of the first: of a plan all that was not running. */
static int take_mapped(struct state *st)
{
	int r = 0;

	for (struct node *node = st->mapped; node && r == 0; node = node->next_mapped)
		if (st->is_plan || node->is_new)
			r = resolver_add_step(st, node);
	return r;
}

static int walk_phases(struct state *st)
{
	int r;

	/* What is known to fail costs no loading; a plan shows what could be. */
	if (!st->is_plan && has_fatal(st))
		return 0;
	r = walk_goals(st, PASS_MAP);
	if (r < 0)
		return r;
	if (st->is_plan || !st->hooks->start)
		return take_mapped(st);
	if (has_fatal(st))
		return 0;
	/* What only the failed needed is not wanted any more. */
	if (st->has_failure)
		r = walk_dry(st);
	if (r < 0)
		return r;
	return st->question->only_type ? start_type(st) : walk_goals(st, PASS_START);
}

int abilock_resolve(const struct abilock_resolver_question *question,
		    struct abilock_resolution *ret, struct abilock_error *err)
{
	struct state st = {.question = question,
			   .hooks = question->hooks,
			   .is_plan = !question->hooks || question->hooks->is_dry,
			   .ret = ret};
	int r;

	*ret = (struct abilock_resolution){0};
	st.mapped_end = &st.mapped;
	st.failures = question->failures ? question->failures : &ret->arena;
	r = resolver_prepare(&st);
	if (r == 0)
		r = walk_dry(&st);
	if (r == 0)
		r = walk_phases(&st);
	if (r == 0)
		r = resolver_report(&st);
	resolver_deinit(&st);
	if (r == 0 && !st.failed_memory)
		return 0;
	abilock_resolution_deinit(ret);
	return abilock_error_nomem(err);
}
