/* SPDX-License-Identifier: MIT */
/*
 * A type with a member that C has no word for has no definition; nothing is then known of the
 * symbols that reach it. From those types backwards to all that refer to them, each once.
 */
#include "types_dwarf_reader.h"

/* A type refers to another one. */
struct reference {
	size_t to, from;
};

struct spread {
	struct types_reader *reader;
	struct reference *references; /* malloc'ed, sorted by `to` */
	size_t count;
	const char **reasons; /* malloc'ed, one for each type */
	size_t *list;	      /* malloc'ed: types with a reason whose users are to come */
	size_t list_count;
};

/* The type that a text names next, or NULL. */
static struct abilock_type *next_type(struct spread *spread, const char **text, int *r)
{
	size_t length;
	const char *begin;

	while ((begin = abilock_type_text_next(text, &length))) {
		_cleanup_(freep) char *name = strndup(begin, length);
		struct abilock_type *type =
			name ? abilock_types_find(spread->reader->types, name) : NULL;

		if (!name)
			*r = abilock_error_nomem(spread->reader->err);
		if (type || !name)
			return type;
	}
	return NULL;
}

static int add_references(struct spread *spread, size_t from, const char *text)
{
	const struct abilock_type *type;
	int r = 0;

	while (text && (type = next_type(spread, &text, &r))) {
		struct reference *slot =
			abilock_array_push(&spread->references, &spread->count, sizeof(*slot));

		if (!slot)
			return abilock_error_nomem(spread->reader->err);
		*slot = (struct reference){.to = type->index, .from = from};
	}
	return r;
}

static int add_type(struct spread *spread, size_t index)
{
	const struct abilock_type *type = spread->reader->types->types[index];
	int r = 0;

	for (size_t i = 0; i < type->definition_count; i++)
		for (size_t k = 0; r == 0 && k < type->definitions[i].member_count; k++)
			r = add_references(spread, index, type->definitions[i].members[k].type);
	return r;
}

static int compare_references(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;

	return x->to < y->to ? -1 : x->to > y->to;
}

static void mark(struct spread *spread, size_t index, const char *reason)
{
	if (spread->reasons[index])
		return;
	spread->reasons[index] = reason;
	spread->list[spread->list_count++] = index;
}

static size_t first_reference(const struct spread *spread, size_t to)
{
	size_t low = 0, high = spread->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spread->references[middle].to < to)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int mark_all(struct spread *spread)
{
	const struct abilock_types *types = spread->reader->types;
	int r = 0;

	for (size_t i = 0; r == 0 && i < types->type_count; i++)
		r = add_type(spread, i);
	if (r < 0)
		return r;
	if (spread->count)
		qsort(spread->references, spread->count, sizeof(*spread->references),
		      compare_references);
	for (size_t i = 0; i < types->type_count; i++) {
		const char *reason = abilock_name_table_find(&spread->reader->unspeakable,
							     types->types[i]->name);
		if (reason)
			mark(spread, i, reason);
	}
	for (size_t n = 0; n < spread->list_count; n++) {
		const size_t to = spread->list[n];

		for (size_t i = first_reference(spread, to);
		     i < spread->count && spread->references[i].to == to; i++)
			mark(spread, spread->references[i].from, spread->reasons[to]);
	}
	return 0;
}

static int take_away(struct spread *spread, struct abilock_typed_symbol *symbol)
{
	const char *text = symbol->type;
	const struct abilock_type *type;
	int r = 0;

	while (text && (type = next_type(spread, &text, &r))) {
		const char *reason = spread->reasons[type->index];

		if (!reason)
			continue;
		symbol->type = NULL;
		symbol->missing =
			abilock_types_intern(spread->reader->types, reason, strlen(reason));
		return symbol->missing ? 0 : abilock_error_nomem(spread->reader->err);
	}
	return r;
}

int dwarf_spread_unspeakable(struct types_reader *reader)
{
	struct abilock_types *types = reader->types;
	struct spread spread = {.reader = reader};
	int r = 0;

	if (reader->unspeakable.count == 0)
		return 0;
	spread.reasons = calloc(types->type_count + 1, sizeof(*spread.reasons));
	spread.list = calloc(types->type_count + 1, sizeof(*spread.list));
	if (!spread.reasons || !spread.list)
		r = abilock_error_nomem(reader->err);
	if (r == 0)
		r = mark_all(&spread);
	for (size_t i = 0; r == 0 && i < types->symbol_count; i++)
		r = take_away(&spread, &types->symbols[i]);
	free(spread.references);
	free(spread.reasons);
	free(spread.list);
	return r;
}
