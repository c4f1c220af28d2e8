/* SPDX-License-Identifier: MIT */
/*
 * The walk: depth first, with a stack of frames. A frame looks at the edges of its module one by
 * one, and at the candidates of each; a candidate that is new gets a frame above it, and when that
 * is gone its mark says how it went.
 */
#include "resolver_state.h"

enum outcome {
	OUTCOME_MET,	/* the edge has what it needs */
	OUTCOME_UNMET,	/* all candidates failed */
	OUTCOME_PUSHED, /* a candidate has a frame of its own now */
	OUTCOME_POPPED, /* this frame and others are gone: see unwind() */
	OUTCOME_NOMEM,
};

static struct frame *top(const struct state *st)
{
	return &st->frames[st->frame_count - 1];
}

/* A new frame on top, to be filled. NULL: memory is out. */
static struct frame *push(struct state *st)
{
	if (st->frame_count == st->frame_room) {
		const size_t room = st->frame_room ? 2 * st->frame_room : 64;
		struct frame *frames = reallocarray(st->frames, room, sizeof(*frames));

		if (!frames)
			return NULL;
		st->frames = frames;
		st->frame_room = room;
	}
	return &st->frames[st->frame_count++];
}

/* Remember who wanted it. The dry walk knows best: what others can use leads nowhere in it. */
static void set_reason(const struct state *st, struct node *node, const struct frame *user)
{
	if (st->kind != PASS_DRY && (node->goal || node->user))
		return;
	node->user = user->node;
	node->use = user->node ? &user->edges[user->edge] : NULL;
	node->goal = user->node ? NULL : st->goal;
}

static enum outcome push_node(struct state *st, struct node *node, enum edge_kind by)
{
	const size_t depth = st->frame_count;
	const size_t hard_base = by == EDGE_USE ? top(st)->hard_base : depth;

	if (!resolver_edges(st, node))
		return OUTCOME_NOMEM;
	if (by != EDGE_CANUSE)
		set_reason(st, node, top(st));
	node->depth = depth;
	node_set(st, node, MARK_ACTIVE);
	struct frame *frame = push(st);
	if (!frame)
		return OUTCOME_NOMEM;
	*frame = (struct frame){.node = node,
				.edges = node->edges,
				.edge_count = node->edge_count,
				.low = NO_DEPTH,
				.hard_base = hard_base,
				.provisional = st->provisional_count};
	return OUTCOME_PUSHED;
}

/* ---- failing ---- */

static bool fail_node(struct state *st, struct node *node, const struct abilock_failure *failure,
		      size_t low)
{
	struct node **failed =
		abilock_array_push(&st->failed, &st->failed_count, sizeof(struct node *));

	if (!failed || !failure)
		return false;
	*failed = node;
	node->failure = failure;
	node->low = low;
	node_set(st, node, MARK_FAILED);
	if (low == NO_DEPTH) {
		st->has_failure = true;
		return true;
	}
	failed =
		abilock_array_push(&st->provisional, &st->provisional_count, sizeof(struct node *));
	if (failed)
		*failed = node;
	return failed;
}

/* The top frame fails for one of its uses. */
static bool fail_frame(struct state *st, const struct abilock_failure *cause)
{
	const struct frame frame = *top(st);
	const struct edge *edge = &frame.edges[frame.edge];
	const size_t depth = st->frame_count - 1;
	/* Of a cycle that begins here nothing below can free it. */
	const size_t low = frame.low < depth ? frame.low : NO_DEPTH;
	const struct abilock_failure *failure = resolver_edge_failure(st, frame.node, edge, cause);

	if (!failure)
		return false;
	if (failure->is_decline)
		frame.node->root = edge->want->root;
	st->frame_count--;
	frame.node->failure = failure;
	resolver_settle(st, &frame, depth, low);
	return fail_node(st, frame.node, failure, low);
}

/*
 * The frames above the last edge that is no hard use lead back to an active module. They are taken
 * away as if they had never been looked at; whoever looks at them while that module is active knows
 * by waits_for that it is too early.
 */
static enum outcome unwind(struct state *st, struct node *active)
{
	const size_t base = top(st)->hard_base;
	const size_t provisional = st->frames[base].provisional;
	struct frame *user;

	while (st->frame_count > base) {
		struct node *node = st->frames[--st->frame_count].node;

		node->waits_for = active;
		node->waits_pass = st->pass;
		node_set(st, node, MARK_NEW);
	}
	resolver_forget(st, provisional);
	user = top(st);
	if (user->edges[user->edge].kind == EDGE_WILLUSE) {
		struct late_use *late =
			abilock_array_push(&st->late, &st->late_count, sizeof(*late));

		if (!late)
			return OUTCOME_NOMEM;
		*late = (struct late_use){user->node, &user->edges[user->edge]};
	}
	user->edge++;
	user->candidate = 0;
	user->low = NO_DEPTH;
	return OUTCOME_POPPED;
}

static bool is_waiting(const struct state *st, const struct node *node)
{
	return node->waits_for && node->waits_pass == st->pass &&
	       node_mark(st, node->waits_for) == MARK_ACTIVE;
}

/* ---- one edge ---- */

static void choose(struct state *st, struct want *want, const struct frame *frame)
{
	struct node *node = want->candidates[frame->candidate];

	if (st->kind != PASS_DRY)
		resolver_note_provider(st, want, frame->candidate);
	/* A module may do for itself, and not yet for others. */
	if (node == frame->node)
		return;
	for (; want; want = want->same) {
		want->chosen = node;
		want->pass = st->pass;
	}
}

/* A candidate that was not looked at before. */
static enum outcome try_new(struct state *st, struct node *node, enum edge_kind kind)
{
	const struct abilock_failure *refusal;

	if (node->had_running || node->module->state == ABILOCK_MODULE_RUNNING) {
		node_set(st, node, MARK_DONE);
		return OUTCOME_MET;
	}
	if (is_waiting(st, node) &&
	    (kind != EDGE_USE || node->waits_for->depth < top(st)->hard_base))
		return OUTCOME_POPPED;
	refusal = resolver_refusal(st, node);
	if (refusal)
		return fail_node(st, node, refusal, NO_DEPTH) ? OUTCOME_UNMET : OUTCOME_NOMEM;
	return st->failed_memory ? OUTCOME_NOMEM : push_node(st, node, kind);
}

/* Put off what waits for an active module, by the edge through which it was come to. */
static enum outcome too_early(struct state *st, struct node *node, enum edge_kind kind)
{
	struct frame *frame = top(st);

	if (kind == EDGE_USE)
		return unwind(st, node);
	/* The frame stays: as unwind() with nothing above the edge. */
	if (kind == EDGE_WILLUSE) {
		struct late_use *late =
			abilock_array_push(&st->late, &st->late_count, sizeof(*late));

		if (!late)
			return OUTCOME_NOMEM;
		*late = (struct late_use){frame->node, &frame->edges[frame->edge]};
	}
	return OUTCOME_MET;
}

/* The module of a hard use is below on the stack. */
static enum outcome run_into(struct state *st, struct node *node)
{
	struct frame *frame = top(st);

	if (node->depth < frame->hard_base)
		return unwind(st, node);
	st->frames[node->depth].is_head = true;
	if (node->depth < frame->low)
		frame->low = node->depth;
	return OUTCOME_UNMET;
}

/* A candidate failed, but not for good: a module on the stack may yet make it possible. */
static enum outcome meet_provisional(struct state *st, const struct node *node, enum edge_kind kind)
{
	struct frame *frame = top(st);

	if (kind != EDGE_USE || node->low < frame->hard_base)
		return too_early(st, st->frames[node->low].node, kind);
	if (node->low < frame->low)
		frame->low = node->low;
	return OUTCOME_UNMET;
}

static enum outcome try_candidate(struct state *st, struct node *node, enum edge_kind kind)
{
	enum outcome outcome;

	st->ret->work++;
	if (node == top(st)->node)
		return OUTCOME_MET;
	switch (node_mark(st, node)) {
	case MARK_DONE: return OUTCOME_MET;
	case MARK_ACTIVE: return kind == EDGE_USE ? run_into(st, node) : OUTCOME_MET;
	case MARK_FAILED:
		return node->low == NO_DEPTH ? OUTCOME_UNMET : meet_provisional(st, node, kind);
	case MARK_NEW: break;
	}
	outcome = try_new(st, node, kind);
	return outcome == OUTCOME_POPPED ? too_early(st, node->waits_for, kind) : outcome;
}

/* Why a candidate is none; of a cycle only now that it matters. */
static const struct abilock_failure *candidate_failure(struct state *st, struct node *node)
{
	if (node_mark(st, node) == MARK_ACTIVE)
		return resolver_cycle(st, node->depth);
	return node->failure;
}

static const struct abilock_failure *unmet(struct state *st, struct want *want)
{
	const struct abilock_failure *failure;

	if (want->candidate_count == 1)
		failure = candidate_failure(st, want->candidates[0]);
	else if (want->candidate_count == 0)
		failure = resolver_missing(st, want);
	else
		failure = resolver_unmet(st, want);
	if (failure && failure->is_decline) {
		struct node *first = want->candidates[0];

		want->root = first->root ? first->root : first;
	}
	/* What is not for good will be asked again. */
	if (top(st)->low == NO_DEPTH)
		want->failure = failure;
	return failure;
}

static bool is_met(const struct state *st, const struct want *want)
{
	return want->pass == st->pass && want->chosen && node_mark(st, want->chosen) == MARK_DONE;
}

/* A candidate by its number; NULL: there are no more. */
static struct node *candidate(struct state *st, struct want *want, size_t number)
{
	if (number >= want->candidate_count && !resolver_stand_ins(st, want))
		st->failed_memory = true;
	return number < want->candidate_count ? want->candidates[number] : NULL;
}

/* Go on with the candidates of the edge that the top frame is at. */
static enum outcome try_edge(struct state *st, const struct edge *edge)
{
	struct want *want = edge->want;
	struct frame *frame = top(st);
	struct node *node;

	st->ret->work++;
	if (is_met(st, want) || (want->same && is_met(st, want->same)))
		return OUTCOME_MET;
	if (want->failure)
		return OUTCOME_UNMET;
	for (; (node = candidate(st, want, frame->candidate)); frame->candidate++) {
		const enum outcome outcome = try_candidate(st, node, edge->kind);

		if (outcome == OUTCOME_UNMET)
			continue;
		if (outcome == OUTCOME_MET &&
		    (node_mark(st, node) == MARK_DONE || node == frame->node))
			choose(st, want, frame);
		return outcome;
	}
	return OUTCOME_UNMET;
}

/* What can be used is only looked at where it will be loaded anyway: the best of that. */
static enum outcome try_canuse(struct state *st, const struct edge *edge)
{
	struct want *want = edge->want;
	struct frame *frame = top(st);
	struct node *node;

	st->ret->work++;
	if (st->kind == PASS_DRY || frame->candidate > 0)
		return OUTCOME_MET;
	for (size_t i = 0; (node = candidate(st, want, i)); i++) {
		if (node->wanted != st->wanted)
			continue;
		frame->candidate = 1;
		if (node_mark(st, node) != MARK_NEW)
			return OUTCOME_MET;
		return try_candidate(st, node, EDGE_CANUSE);
	}
	return OUTCOME_MET;
}

/* ---- a frame ---- */

static bool needs_map(const struct state *st, const struct node *node)
{
	return !node->is_mapped && st->kind != PASS_DRY;
}

/* What holds what from now on. */
static void tell_used(const struct state *st, const struct node *node)
{
	for (size_t i = 0; i < node->edge_count; i++) {
		const struct want *want = node->edges[i].want;

		if (node->edges[i].kind == EDGE_USE && want->pass == st->pass && want->chosen &&
		    want->chosen != node && st->hooks->used)
			st->hooks->used(st->hooks->data, node->module, want->chosen->module);
	}
}

/* The deed. @return whether it was done; else *ret_failure is set, or memory is out. */
static bool do_phase(struct state *st, struct node *node,
		     const struct abilock_failure **ret_failure)
{
	const struct abilock_resolver_hooks *hooks = st->hooks;
	struct abilock_module *module = node->module;

	if (needs_map(st, node)) {
		if (hooks && hooks->map(hooks->data, module, ret_failure) < 0)
			return false;
		node->is_mapped = node->is_new = true;
		resolver_note_module(st, node);
	}
	if (st->kind != PASS_START || node->is_started)
		return true;
	if (hooks->start(hooks->data, module, ret_failure) < 0)
		return false;
	node->is_started = true;
	tell_used(st, node);
	return true;
}

static bool record(struct state *st, struct node *node)
{
	switch (st->kind) {
	case PASS_DRY: node->wanted = st->pass; return true;
	case PASS_START: return resolver_add_step(st, node) == 0;
	case PASS_MAP: break;
	}
	*st->mapped_end = node;
	st->mapped_end = &node->next_mapped;
	return true;
}

/* All that the top frame's module uses is there. @return 0 or ABILOCK_E_NOMEM. */
static int carry_out(struct state *st)
{
	const struct abilock_failure *failure = NULL;
	struct frame *frame = top(st);
	struct node *node = frame->node;

	if (do_phase(st, node, &failure)) {
		frame->is_in_force = true;
		node_set(st, node, MARK_DONE);
		if (frame->is_head)
			resolver_forget(st, frame->provisional);
		/* Mostly there is nothing that it will use. */
		st->frame_count -= frame->edge == frame->edge_count;
		return record(st, node) ? 0 : ABILOCK_E_NOMEM;
	}
	if (!failure)
		failure = abilock_failure_new(st->failures, NULL, "%s: out of memory",
					      node->module->name);
	node->is_told = true;
	node->failure = failure;
	const struct frame copy = *frame;
	st->frame_count--;
	if (!failure)
		return ABILOCK_E_NOMEM;
	resolver_settle(st, &copy, st->frame_count, NO_DEPTH);
	return fail_node(st, node, failure, NO_DEPTH) ? 0 : ABILOCK_E_NOMEM;
}

/* The edge that the top frame is at was met, or was none that matters. */
static void next_edge(struct state *st)
{
	struct frame *frame = top(st);

	frame->edge++;
	frame->candidate = 0;
	frame->low = NO_DEPTH;
	if (frame->edge == frame->edge_count && frame->is_in_force)
		st->frame_count--;
}

static int fail_edge(struct state *st, const struct edge *edge)
{
	const struct abilock_failure *cause = edge->want->failure;

	if (!cause)
		cause = unmet(st, edge->want);
	if (!cause)
		return ABILOCK_E_NOMEM;
	if (edge->kind == EDGE_USE && top(st)->node)
		return fail_frame(st, cause) ? 0 : ABILOCK_E_NOMEM;
	/* Of a goal: the want knows of it. */
	if (top(st)->node && st->kind != PASS_DRY)
		resolver_note_willuse(st, top(st)->node, edge);
	next_edge(st);
	return 0;
}

/* One step of the top frame. */
static int advance(struct state *st)
{
	struct frame *frame = top(st);
	const struct edge *edge =
		frame->edge < frame->edge_count ? &frame->edges[frame->edge] : NULL;
	enum outcome outcome;

	if (!frame->is_in_force && (!edge || edge->kind == EDGE_WILLUSE))
		return carry_out(st);
	if (!edge) {
		st->frame_count--;
		return 0;
	}
	outcome = edge->kind == EDGE_CANUSE ? try_canuse(st, edge) : try_edge(st, edge);
	switch (outcome) {
	case OUTCOME_MET: next_edge(st); break;
	case OUTCOME_UNMET:
		if (edge->kind != EDGE_CANUSE)
			return fail_edge(st, edge);
		next_edge(st);
		break;
	case OUTCOME_NOMEM: return ABILOCK_E_NOMEM;
	case OUTCOME_PUSHED:
	case OUTCOME_POPPED: break;
	}
	return 0;
}

/* Walk along one edge of a module that is done, or of a goal: @p node is NULL. */
static int run(struct state *st, struct node *node, const struct edge *edge)
{
	struct frame *frame = push(st);
	int r = 0;

	if (!frame)
		return ABILOCK_E_NOMEM;
	*frame = (struct frame){.node = node,
				.edges = edge,
				.edge_count = 1,
				.low = NO_DEPTH,
				.is_in_force = true,
				.provisional = st->provisional_count};
	while (st->frame_count > 0 && r == 0)
		r = advance(st);
	return r;
}

/* What was put off: the users are done now. */
static int walk_late(struct state *st)
{
	int r = 0;

	for (; st->late_done < st->late_count && r == 0; st->late_done++) {
		const struct late_use late = st->late[st->late_done];

		r = run(st, late.node, late.edge);
	}
	st->late_done = st->late_count = 0;
	return r;
}

int resolver_walk(struct state *st, struct want *want, const struct abilock_goal *goal)
{
	const struct edge edge = {.want = want, .kind = EDGE_USE};
	int r;

	st->goal = goal;
	r = run(st, NULL, &edge);
	return r == 0 ? walk_late(st) : r;
}
