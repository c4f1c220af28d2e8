/* SPDX-License-Identifier: MIT */
/* What the resolver says: failures, notes, reasons and problems. */
#include "resolver_state.h"

/** Candidates of one thing whose failures are written. */
enum { CANDIDATES_SHOWN = 8 };

/** Things that are missing of which what may have been meant is looked for. */
enum { GUESSES = 8 };

const struct abilock_failure *resolver_missing(struct state *st, const struct want *want)
{
	const char *guess = NULL, *meant = "";

	if (st->guesses < GUESSES) {
		guess = resolver_guess(st->question->catalogue, &st->ret->arena, want->type,
				       want->name);
		st->guesses++;
	}
	if (guess)
		meant = "; there is ";
	if (is_module_type(want->type))
		return abilock_failure_new(st->failures, NULL, "there is no module %s%s%s",
					   want->name, meant, guess ? guess : "");
	return abilock_failure_new(st->failures, NULL, "nothing provides %s=%s%s%s", want->type,
				   want->name, meant, guess ? guess : "");
}

/* A link of its own for the failure of one candidate, so that it can stand in a list. */
static struct abilock_failure *list_link(struct state *st, struct node *node)
{
	const struct abilock_failure *failure = node_mark(st, node) == MARK_ACTIVE
							? resolver_cycle(st, node->depth)
							: node->failure;
	struct abilock_failure *link =
		failure ? abilock_arena_alloc(st->failures, sizeof(*link)) : NULL;

	if (!link)
		return NULL;
	*link = *failure;
	link->next = NULL;
	return link;
}

const struct abilock_failure *resolver_unmet(struct state *st, struct want *want)
{
	struct abilock_failure *first = NULL, *last = NULL, *unmet;
	bool is_decline = true;

	for (size_t i = 0; i < want->candidate_count && i < CANDIDATES_SHOWN; i++) {
		struct abilock_failure *link = list_link(st, want->candidates[i]);

		if (!link)
			return NULL;
		is_decline = is_decline && link->is_decline;
		if (last)
			last->next = link;
		else
			first = link;
		last = link;
	}
	unmet = abilock_failure_new(st->failures, first, "no provider of %s=%s loads, of %zu",
				    want->type, want->name, want->candidate_count);
	if (unmet)
		unmet->is_decline = is_decline;
	return unmet;
}

const struct abilock_failure *resolver_edge_failure(struct state *st, const struct node *node,
						    const struct edge *edge,
						    const struct abilock_failure *cause)
{
	struct abilock_failure *failure;

	/* All on a cycle have the cycle itself as their failure. */
	if (cause->is_cycle && node->cycle == cause)
		return cause;
	if (edge->is_admin)
		failure = abilock_failure_new(
			st->failures, cause, "%s uses %s=%s, by %s", node->module->name,
			edge->want->type, edge->want->name,
			abilock_configuration_where(st->question->configuration, edge->place,
						    &st->ret->arena));
	else
		failure =
			abilock_failure_new(st->failures, cause, "%s uses %s=%s",
					    node->module->name, edge->want->type, edge->want->name);
	if (failure)
		failure->is_decline = cause->is_decline;
	return failure;
}

/* ---- notes ---- */

void resolver_note(struct state *st, char *text)
{
	const char **note =
		abilock_array_push(&st->ret->notes, &st->ret->note_count, sizeof(*note));

	if (!note || !text) {
		st->failed_memory = true;
		if (note)
			st->ret->note_count--;
		return;
	}
	*note = text;
}

/* Take over what has come together as a note. */
static void note_text(struct state *st, struct abilock_text *text)
{
	resolver_note(st, text->failed ? NULL
				       : abilock_arena_strndup(&st->ret->arena, text->data,
							       text->length));
	abilock_text_deinit(text);
}

static void write_causes(struct abilock_text *out, const struct abilock_failure *failure)
{
	const struct abilock_failure head = {.text = "",
					     .cause = failure,
					     .depth = failure->depth + 1,
					     .root = failure->root ? failure->root : failure};

	abilock_failure_write(out, &head);
}

void resolver_note_provider(struct state *st, struct want *want, size_t chosen)
{
	for (; want->noted < chosen; want->noted++) {
		struct node *node = want->candidates[want->noted];
		struct abilock_text text = {0};

		/* Of what the admin forbids he knows; and what is active is told of as a cycle. */
		if (node_mark(st, node) != MARK_FAILED || node->forbidden || !node->failure)
			continue;
		node->is_noted = true;
		abilock_text_printf(&text, "%s=%s: %s %s, %s stands in", want->type, want->name,
				    node->module->name,
				    node->failure->is_decline ? "declined" : "failed",
				    want->candidates[chosen]->module->name);
		write_causes(&text, node->failure);
		note_text(st, &text);
	}
}

void resolver_note_module(struct state *st, const struct node *node)
{
	const struct abilock_manifest *manifest = node->module->manifest;
	const bool is_deprecated =
		manifest->support_level && str_eq(manifest->support_level, "deprecated");
	struct abilock_text text = {0};

	if (!is_deprecated && !manifest->deprecated_in)
		return;
	abilock_text_printf(&text, "%s is deprecated", node->module->name);
	if (manifest->deprecated_in)
		abilock_text_printf(&text, " since %s", manifest->deprecated_in);
	if (manifest->removed_in)
		abilock_text_printf(&text, ", and will be removed in %s", manifest->removed_in);
	if (manifest->replacement)
		abilock_text_printf(&text, "; use %s", manifest->replacement);
	note_text(st, &text);
}

void resolver_note_willuse(struct state *st, const struct node *node, const struct edge *edge)
{
	struct abilock_text text = {0};

	if (edge->want->is_noted)
		return;
	edge->want->is_noted = true;
	abilock_text_printf(&text, "%s will use %s=%s, which does not load", node->module->name,
			    edge->want->type, edge->want->name);
	write_causes(&text, edge->want->failure);
	note_text(st, &text);
}

/* ---- steps ---- */

static const char *step_reason(struct state *st, const struct node *node)
{
	struct abilock_arena *arena = &st->ret->arena;

	if (!node->user && node->goal && node->goal->instead_of)
		return abilock_arena_printf(arena, "%s=%s is %s", node->goal->type,
					    node->goal->name, node->goal->reason);
	if (!node->user)
		return node->goal ? node->goal->reason : "";
	return abilock_arena_printf(
		arena, "%s %s %s=%s%s%s", node->user->module->name,
		node->use->kind == EDGE_WILLUSE ? "will use" : "uses", node->use->want->type,
		node->use->want->name, node->use->is_admin ? ", by " : "",
		node->use->is_admin ? abilock_configuration_where(st->question->configuration,
								  node->use->place, arena)
				    : "");
}

int resolver_add_step(struct state *st, struct node *node)
{
	struct abilock_step *step =
		abilock_array_push(&st->ret->steps, &st->ret->step_count, sizeof(*step));

	if (!step)
		return ABILOCK_E_NOMEM;
	*step = (struct abilock_step){.module = node->module, .reason = step_reason(st, node)};
	return step->reason ? 0 : ABILOCK_E_NOMEM;
}

/* ---- problems ---- */

static bool add_problem(struct state *st, struct abilock_text *text, bool is_fatal)
{
	struct abilock_problem *problem =
		abilock_array_push(&st->ret->problems, &st->ret->problem_count, sizeof(*problem));
	char *copy = problem && !text->failed
			     ? abilock_arena_strndup(&st->ret->arena, text->data, text->length)
			     : NULL;

	abilock_text_deinit(text);
	if (problem)
		*problem = (struct abilock_problem){.text = copy, .is_fatal = is_fatal};
	return copy;
}

/* Whether it failed, or declined, before this resolution. */
static bool is_old(const struct want *want)
{
	for (size_t i = 0; i < want->candidate_count; i++)
		if (!want->candidates[i]->is_old)
			return false;
	return want->candidate_count > 0;
}

static bool report_goal(struct state *st, const struct abilock_goal *goal, struct want *want)
{
	const struct abilock_failure *cause = want->failure;
	struct abilock_failure *failure;
	struct abilock_text text = {0};

	if (!cause ||
	    (!goal->is_required && (want->is_reported || cause->is_decline || is_old(want))))
		return true;
	want->is_reported = true;
	failure = is_module_type(goal->type)
			  ? abilock_failure_new(st->failures, cause, "%s does not load (%s)",
						goal->name, goal->reason)
			  : abilock_failure_new(st->failures, cause, "%s=%s cannot be had (%s)",
						goal->type, goal->name, goal->reason);
	if (!failure)
		return false;
	failure->is_decline = cause->is_decline;
	if (goal->is_required && !st->ret->fatal)
		st->ret->fatal = failure;
	abilock_failure_write(&text, failure);
	return add_problem(st, &text, goal->is_required);
}

/* ---- what is left out ---- */

/* Whether nothing was done with a module, and nothing was wrong with it. */
static bool is_left_out(const struct node *node)
{
	return !node->is_mapped && node->mark != MARK_FAILED && !node->forbidden && !node->is_noted;
}

/* Of which provider autoload has what the module of a goal would provide. */
static bool note_left_out(struct state *st, size_t number)
{
	const struct abilock_goal *goal = &st->question->goals[number];
	const struct want *want = resolver_goal_want(st, number);
	struct node *node = resolver_node(st, goal->instead_of);
	const struct node *chosen;

	if (!want || !node)
		return false;
	chosen = want->chosen ? want->chosen : want->same->chosen;
	if (want->failure || !chosen || chosen == node || !is_left_out(node))
		return true;
	node->is_noted = true;
	resolver_note(st, abilock_arena_printf(&st->ret->arena, "%s is left out: %s=%s has %s",
					       node->module->name, goal->type, goal->name,
					       chosen->module->name));
	return true;
}

/* ---- what declines ---- */

static void list_failed(struct state *st, struct node *node)
{
	struct node *root = node->root;

	node->is_listed = true;
	if (node->failure->is_decline && root) {
		*root->dependents_end = node;
		root->dependents_end = &node->next_dependent;
	}
	/* What is blocked stays so. */
	if (node->forbidden || node->module->state == ABILOCK_MODULE_BLOCKED)
		return;
	if (!node->is_told && st->hooks && st->hooks->failed)
		st->hooks->failed(st->hooks->data, node->module, node->failure);
}

static bool report_declined(struct state *st, struct node *root)
{
	struct abilock_text text = {0};

	if (root->failure->is_decline && !root->root && !root->is_old && !root->is_noted)
		resolver_note(st, abilock_arena_strdup(&st->ret->arena, root->failure->text));
	if (!root->dependents)
		return true;
	abilock_text_printf(&text, "declined, since they use %s: ", root->module->name);
	for (const struct node *node = root->dependents; node; node = node->next_dependent) {
		abilock_text_puts(&text, node->module->name);
		if (node->next_dependent)
			abilock_text_puts(&text, ", ");
	}
	return add_problem(st, &text, false);
}

int resolver_report(struct state *st)
{
	const struct abilock_resolver_question *question = st->question;

	for (size_t i = 0; i < question->goal_count; i++) {
		struct want *want = resolver_goal_want(st, i);

		if (!want || !report_goal(st, &question->goals[i], want))
			return ABILOCK_E_NOMEM;
	}
	for (size_t i = 0; i < question->goal_count; i++)
		if (question->goals[i].instead_of && !question->is_continued &&
		    !note_left_out(st, i))
			return ABILOCK_E_NOMEM;
	for (size_t i = 0; i < st->failed_count; i++)
		if (st->failed[i]->mark == MARK_FAILED && !st->failed[i]->is_listed)
			list_failed(st, st->failed[i]);
	for (size_t i = 0; i < st->failed_count; i++) {
		struct node *root = st->failed[i];

		if (root->is_listed && !report_declined(st, root))
			return ABILOCK_E_NOMEM;
		/* Once, wherever else it stands in the list. */
		root->is_listed = false;
	}
	return st->failed_memory ? ABILOCK_E_NOMEM : 0;
}
