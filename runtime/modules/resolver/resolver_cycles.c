/* SPDX-License-Identifier: MIT */
/*
 * Cycles of hard uses. A use that leads back to an active module is refused; so may be, for want of
 * another provider, all modules up to that one, the head. These failures are provisional: where the
 * head takes another way and succeeds, what failed for want of it may be tried again.
 */
#include "resolver_state.h"

/** Of a long cycle that many names are written in front of the gap, and behind it. */
enum { CYCLE_FIRST = 12, CYCLE_LAST = 3 };

static char *cycle_text(struct state *st, size_t depth)
{
	const size_t count = st->frame_count - depth;
	struct abilock_text text = {0};
	char *copy;

	abilock_text_puts(&text, "the uses go in a cycle: ");
	for (size_t i = 0; i < count; i++) {
		if (i == CYCLE_FIRST && count > CYCLE_FIRST + CYCLE_LAST + 1) {
			i = count - CYCLE_LAST;
			abilock_text_printf(&text, "... %zu more ... -> ", i - CYCLE_FIRST);
		}
		abilock_text_puts(&text, st->frames[depth + i].node->module->name);
		abilock_text_puts(&text, " -> ");
	}
	abilock_text_puts(&text, st->frames[depth].node->module->name);
	copy = text.failed ? NULL : abilock_arena_strndup(st->failures, text.data, text.length);
	abilock_text_deinit(&text);
	return copy;
}

const struct abilock_failure *resolver_cycle(struct state *st, size_t depth)
{
	const char *text = cycle_text(st, depth);
	struct abilock_failure *failure =
		text ? abilock_failure_new(st->failures, NULL, "%s", text) : NULL;

	if (!failure)
		return NULL;
	failure->is_cycle = true;
	for (size_t i = depth; i < st->frame_count; i++)
		st->frames[i].node->cycle = failure;
	return failure;
}

void resolver_forget(struct state *st, size_t from)
{
	for (size_t i = from; i < st->provisional_count; i++) {
		struct node *node = st->provisional[i];

		node->low = NO_DEPTH;
		node->failure = NULL;
		node->root = NULL;
		node_set(st, node, MARK_NEW);
	}
	st->provisional_count = from;
}

void resolver_settle(struct state *st, const struct frame *frame, size_t depth, size_t low)
{
	size_t kept = frame->provisional;

	for (size_t i = frame->provisional; i < st->provisional_count; i++) {
		struct node *node = st->provisional[i];

		if (node->low == depth && low == NO_DEPTH) {
			node->low = NO_DEPTH;
			st->has_failure = true;
			if (!frame->node->failure->is_cycle) {
				/* It will fail as a user of this one, and say so. */
				node->failure = NULL;
				node_set(st, node, MARK_NEW);
			}
			continue;
		}
		if (node->low == depth)
			node->low = low;
		st->provisional[kept++] = node;
	}
	st->provisional_count = kept;
}
