/* SPDX-License-Identifier: MIT */
#include "types_compare.h"

#include "types_differences.h"
#include "types_name.h"

/*
 * One of the two models, and who reaches what in it: in components of its graph, so that types that
 * reach each other are one step.
 */
struct side {
	const struct abilock_types *types;
	struct type_contents contents;
	struct abilock_fingerprint *prints;
	struct type_components parts;
	struct type_graph graph, reverse;
	bool *is_reached; /* From a pair whose fingerprints differ. */
	size_t *visit;	  /* The last walk that came by. */
	size_t *queue;
};

static void side_deinit(struct side *side)
{
	type_contents_deinit(&side->contents);
	free(side->prints);
	type_components_deinit(&side->parts);
	type_graph_deinit(&side->graph);
	type_graph_deinit(&side->reverse);
	free(side->is_reached);
	free(side->visit);
	free(side->queue);
}

struct comparison {
	struct side old_side, new_side;
	const struct abilock_type_pair *pairs;
	size_t pair_count;
	size_t *unlike; /* Pairs with fingerprints that differ. */
	size_t unlike_count;
	bool *is_told; /* Of each pair: it is in a change. */
	size_t walks;
	struct type_differences differences;
	struct abilock_type_changes *changes;
	struct abilock_type_change *found; /* malloc'ed. */
	size_t found_count;
};

static void comparison_deinit(struct comparison *comparison)
{
	side_deinit(&comparison->old_side);
	side_deinit(&comparison->new_side);
	free(comparison->unlike);
	free(comparison->is_told);
	free(comparison->found);
	type_differences_deinit(&comparison->differences);
}

void abilock_type_changes_deinit(struct abilock_type_changes *changes)
{
	abilock_arena_clear(&changes->arena);
	*changes = (struct abilock_type_changes){0};
}

static int make_prints(struct side *side, struct abilock_error *err)
{
	int r = type_contents_make(side->types, &side->contents, err);

	return r < 0 ? r : type_contents_fingerprints(&side->contents, &side->prints, err);
}

static bool find_unlike(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->pair_count; i++) {
		const struct abilock_type_pair *pair = &comparison->pairs[i];
		const struct abilock_fingerprint a = comparison->old_side.prints[pair->old_symbol];
		const struct abilock_fingerprint b = comparison->new_side.prints[pair->new_symbol];

		if (!a.is_known || !b.is_known || a.value == b.value)
			continue;
		size_t *slot = abilock_array_push(&comparison->unlike, &comparison->unlike_count,
						  sizeof(*slot));
		if (!slot)
			return false;
		*slot = i;
	}
	return true;
}

/* ---- reach ---- */

static bool make_parts(struct side *side)
{
	const struct type_graph *graph = &side->contents.graph;
	_cleanup_(freep) bool *none = calloc(graph->count + 1, sizeof(*none));

	return none && type_graph_components(graph, none, &side->parts) &&
	       type_graph_condense(graph, &side->parts, &side->graph) &&
	       type_graph_reverse(&side->graph, &side->reverse);
}

static bool make_walks(struct side *side)
{
	if (!make_parts(side))
		return false;
	const size_t count = side->parts.count + 1;
	side->is_reached = calloc(count, sizeof(*side->is_reached));
	side->visit = calloc(count, sizeof(*side->visit));
	side->queue = calloc(count, sizeof(*side->queue));
	return side->is_reached && side->visit && side->queue;
}

static void visit(struct side *side, size_t part, size_t walk, size_t *count)
{
	if (side->visit[part] == walk)
		return;
	side->visit[part] = walk;
	side->queue[(*count)++] = part;
}

/* Marks all that is reached from what is in the queue. @return How many there are. */
static size_t walk_on(struct side *side, const struct type_graph *graph, size_t walk, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t part = side->queue[i];

		for (size_t e = graph->starts[part]; e < graph->starts[part + 1]; e++)
			visit(side, graph->targets[e], walk, &count);
	}
	return count;
}

static size_t part_of_type(const struct side *side, const struct abilock_type *type)
{
	return side->parts.component[type->index];
}

static size_t part_of_pair(const struct comparison *comparison, const struct side *side,
			   size_t pair)
{
	const struct abilock_type_pair *p = &comparison->pairs[pair];

	const size_t symbol = side == &comparison->old_side ? p->old_symbol : p->new_symbol;

	return side->parts.component[side->contents.symbol_nodes[symbol]];
}

static void mark_reached(struct comparison *comparison, struct side *side)
{
	const size_t walk = ++comparison->walks;
	size_t count = 0;

	for (size_t i = 0; i < comparison->unlike_count; i++)
		visit(side, part_of_pair(comparison, side, comparison->unlike[i]), walk, &count);
	count = walk_on(side, &side->graph, walk, count);
	for (size_t i = 0; i < count; i++)
		side->is_reached[side->queue[i]] = true;
}

static void walk_back(struct side *side, const struct abilock_type *type, size_t walk)
{
	size_t count = 0;

	visit(side, part_of_type(side, type), walk, &count);
	(void)walk_on(side, &side->reverse, walk, count);
}

/* ---- changes ---- */

static bool take_lines(struct comparison *comparison, struct abilock_type_change *change)
{
	const struct type_differences *differences = &comparison->differences;

	change->line_count = differences->line_count;
	change->lines = abilock_arena_array(&comparison->changes->arena, change->line_count,
					    sizeof(*change->lines));
	if (!change->lines)
		return false;
	memcpy(change->lines, differences->lines, change->line_count * sizeof(*change->lines));
	return true;
}

/* A change with the lines of now and the pairs of a list. */
static bool add_change(struct comparison *comparison, const char *subject, bool is_symbol,
		       const size_t *pairs, size_t pair_count)
{
	struct abilock_arena *arena = &comparison->changes->arena;
	struct abilock_type_change change = {.is_symbol = is_symbol, .pair_count = pair_count};
	size_t *kept = abilock_arena_array(arena, pair_count, sizeof(*kept));

	change.subject = abilock_arena_strdup(arena, subject);
	if (!kept || !change.subject || !take_lines(comparison, &change))
		return false;
	for (size_t i = 0; i < pair_count; i++) {
		kept[i] = pairs[i];
		comparison->is_told[pairs[i]] = true;
	}
	change.pairs = kept;
	struct abilock_type_change *slot =
		abilock_array_push(&comparison->found, &comparison->found_count, sizeof(*slot));
	if (slot)
		*slot = change;
	return slot != NULL;
}

/* Those that reach both types, malloc'ed. @return NULL when memory is out. */
static size_t *pairs_that_reach(struct comparison *comparison, const struct abilock_type *old_type,
				const struct abilock_type *new_type, size_t *ret_count)
{
	const size_t walk = ++comparison->walks;
	size_t *list = calloc(comparison->unlike_count, sizeof(*list));
	size_t count = 0;

	walk_back(&comparison->old_side, old_type, walk);
	walk_back(&comparison->new_side, new_type, walk);
	for (size_t i = 0; list && i < comparison->unlike_count; i++) {
		const size_t pair = comparison->unlike[i];
		const struct side *a = &comparison->old_side, *b = &comparison->new_side;

		if (a->visit[part_of_pair(comparison, a, pair)] == walk &&
		    b->visit[part_of_pair(comparison, b, pair)] == walk)
			list[count++] = pair;
	}
	*ret_count = count;
	return list;
}

static bool add_type(struct comparison *comparison, const struct abilock_type *old_type,
		     const struct abilock_type *new_type)
{
	_cleanup_(abilock_text_deinit) struct abilock_text subject = {0};
	size_t count = 0;

	type_differences_start(&comparison->differences);
	type_differences_types(&comparison->differences, old_type, new_type);
	if (comparison->differences.failed)
		return false;
	if (comparison->differences.line_count == 0)
		return true;
	_cleanup_(freep) size_t *pairs = pairs_that_reach(comparison, old_type, new_type, &count);
	type_name_show(&subject, new_type->name, TYPE_NAMES_SHORT);
	abilock_text_putc(&subject, '\0');
	if (!pairs || subject.failed)
		return false;
	return count == 0 || add_change(comparison, subject.data, false, pairs, count);
}

/* What has a name of its own on both sides, and is another thing. */
static bool add_types(struct comparison *comparison)
{
	const struct side *old_side = &comparison->old_side, *new_side = &comparison->new_side;

	for (size_t i = 0; i < old_side->types->type_count; i++) {
		const struct abilock_type *old_type = old_side->types->types[i];

		if (!old_side->is_reached[part_of_type(old_side, old_type)])
			continue;
		if (old_type->is_unnamed && !type_name_is_typedef(old_type))
			continue;
		const struct abilock_type *new_type =
			abilock_types_find(new_side->types, old_type->name);
		if (!new_type || !new_side->is_reached[part_of_type(new_side, new_type)] ||
		    old_side->contents.hashes[i] == new_side->contents.hashes[new_type->index])
			continue;
		if (!add_type(comparison, old_type, new_type))
			return false;
	}
	return true;
}

static void add_thread_local(struct type_differences *differences,
			     const struct abilock_typed_symbol *old_symbol,
			     const struct abilock_typed_symbol *new_symbol)
{
	if (old_symbol->is_thread_local == new_symbol->is_thread_local)
		return;
	abilock_text_puts(&differences->line, new_symbol->is_thread_local
						      ? "each thread has its own now"
						      : "all threads have the same one now");
	type_differences_add(differences);
}

static bool add_symbol(struct comparison *comparison, size_t index)
{
	const struct abilock_type_pair *pair = &comparison->pairs[index];
	const struct abilock_typed_symbol *old_symbol =
		&comparison->old_side.types->symbols[pair->old_symbol];
	const struct abilock_typed_symbol *new_symbol =
		&comparison->new_side.types->symbols[pair->new_symbol];
	struct type_differences *differences = &comparison->differences;

	type_differences_start(differences);
	type_differences_symbol(differences, old_symbol->type, new_symbol->type);
	add_thread_local(differences, old_symbol, new_symbol);
	/* Nobody finds one like that; if somebody does, it is not silent. */
	if (differences->line_count == 0 && !comparison->is_told[index]) {
		abilock_text_puts(&differences->line, "something that its type reaches changed");
		type_differences_add(differences);
	}
	if (differences->failed)
		return false;
	return differences->line_count == 0 || add_change(comparison, pair->name, true, &index, 1);
}

static int compare_changes(const void *a, const void *b)
{
	const struct abilock_type_change *x = a, *y = b;
	int r = strcmp(x->subject, y->subject);

	if (x->is_symbol != y->is_symbol)
		return x->is_symbol ? 1 : -1;
	return r ? r : (x->pairs[0] < y->pairs[0] ? -1 : x->pairs[0] > y->pairs[0]);
}

static bool take_changes(struct comparison *comparison)
{
	struct abilock_type_changes *changes = comparison->changes;
	const size_t count = comparison->found_count;

	qsort(comparison->found, count, sizeof(*comparison->found), compare_changes);
	changes->items = abilock_arena_array(&changes->arena, count, sizeof(*changes->items));
	if (!changes->items)
		return false;
	memcpy(changes->items, comparison->found, count * sizeof(*changes->items));
	changes->count = count;
	return true;
}

static bool find_changes(struct comparison *comparison)
{
	comparison->is_told = calloc(comparison->pair_count, sizeof(*comparison->is_told));
	if (!comparison->is_told || !make_walks(&comparison->old_side) ||
	    !make_walks(&comparison->new_side))
		return false;
	mark_reached(comparison, &comparison->old_side);
	mark_reached(comparison, &comparison->new_side);
	if (!add_types(comparison))
		return false;
	for (size_t i = 0; i < comparison->unlike_count; i++)
		if (!add_symbol(comparison, comparison->unlike[i]))
			return false;
	return take_changes(comparison);
}

int abilock_types_compare(const struct abilock_types *old_types,
			  const struct abilock_types *new_types,
			  const struct abilock_type_pair *pairs, size_t pair_count,
			  struct abilock_type_changes *ret, struct abilock_error *err)
{
	struct abilock_type_changes changes = {0};
	_cleanup_(comparison_deinit) struct comparison comparison = {
		.old_side.types = old_types,
		.new_side.types = new_types,
		.pairs = pairs,
		.pair_count = pair_count,
		.changes = &changes,
	};
	int r = make_prints(&comparison.old_side, err);

	if (r == 0)
		r = make_prints(&comparison.new_side, err);
	if (r < 0)
		return r;
	if (!find_unlike(&comparison))
		return abilock_error_nomem(err);
	comparison.differences.arena = &changes.arena;
	comparison.differences.old_contents = &comparison.old_side.contents;
	comparison.differences.new_contents = &comparison.new_side.contents;
	if (comparison.unlike_count > 0 && !find_changes(&comparison)) {
		abilock_type_changes_deinit(&changes);
		return abilock_error_nomem(err);
	}
	*ret = changes;
	return 0;
}
