/* SPDX-License-Identifier: MIT */
/*
 * Made up graphs of types: fingerprints against a description in full, and changes against
 * fingerprints.
 */
#include "types_model.h"

#include "types/types_compare.h"

enum { TYPES_MAX = 12, MEMBERS_MAX = 4, SYMBOLS = 6, ROUNDS = 500 };

/* A member; what it refers to is a type by index, or -1. */
struct member {
	int name, offset, width, form, refers;
};

struct type {
	int kind, size, tag;
	bool is_unnamed, is_typedef, is_defined;
	struct member members[MEMBERS_MAX];
	int member_count;
};

struct graph {
	struct type types[TYPES_MAX];
	int type_count;
	struct member symbols[SYMBOLS];
	int handles; /* Which names handles have. */
};

static uint64_t state;

static int any(int below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int)((state >> 11) % (uint64_t)below);
}

/* Unnamed types refer to named ones and to unnamed ones before them: C has no circle of them. */
static int any_type(const struct graph *graph, int from)
{
	const int target = any(graph->type_count + 1) - 1;

	if (target >= from && from >= 0 && graph->types[from].is_unnamed &&
	    graph->types[target].is_unnamed)
		return -1;
	return target;
}

static struct member any_member(const struct graph *graph, int from)
{
	return (struct member){.name = any(5),
			       .offset = any(4) * 8,
			       .width = any(6) == 0 ? 1 + any(3) : 0,
			       .form = any(6),
			       .refers = any_type(graph, from)};
}

static void make_graph(struct graph *graph)
{
	*graph = (struct graph){.type_count = 1 + any(TYPES_MAX)};
	for (int i = 0; i < graph->type_count; i++) {
		struct type *type = &graph->types[i];

		type->kind = any(3);
		type->size = any(4) * 8;
		type->tag = i;
		type->is_unnamed = any(2);
		type->is_typedef = any(2);
		type->is_defined = any(5) > 0;
	}
	for (int i = 0; i < graph->type_count; i++) {
		struct type *type = &graph->types[i];

		type->member_count = any(MEMBERS_MAX + 1);
		/* Those behind the count come in with it. */
		for (int m = 0; m < MEMBERS_MAX; m++)
			type->members[m] = any_member(graph, i);
	}
	for (int i = 0; i < SYMBOLS; i++)
		graph->symbols[i] = any_member(graph, -1);
}

/* One step of what developers do to headers. */
static void mutate(struct graph *graph)
{
	const int index = any(graph->type_count);
	struct type *type = &graph->types[index];
	struct member *member = &type->members[any(MEMBERS_MAX)];

	switch (any(9)) {
	case 0: type->size += 8; break;
	case 1: member->name = any(6); break;
	case 2: member->offset = any(5) * 8; break;
	case 3: member->form = any(6); break;
	case 4: member->refers = any_type(graph, index); break;
	case 5: type->member_count = any(MEMBERS_MAX + 1); break;
	case 6: type->is_defined = !type->is_defined; break;
	case 7: graph->symbols[any(SYMBOLS)] = any_member(graph, -1); break;
	default: member->width = any(3);
	}
}

/* ---- as lines ---- */

static const char *const kinds[] = {"struct", "union", "enum"};

/* The typedef of an opaque type is all that there is of it. */
static void write_name(struct abilock_text *out, const struct graph *graph, int index)
{
	const struct type *type = &graph->types[index];
	const int handles = type->is_typedef && !type->is_defined ? 0 : graph->handles;

	if (!type->is_unnamed)
		abilock_text_printf(out, "%s t%d", kinds[type->kind], type->tag);
	else if (type->is_typedef)
		abilock_text_printf(out, "%s @h%d_%d", kinds[type->kind], handles, type->tag);
	else
		abilock_text_printf(out, "%s @h.%d.%d", kinds[type->kind], handles, type->tag);
}

/* How a type is named: as lines do, or in full. */
typedef void writer(struct abilock_text *out, const struct graph *graph, int index);

static void write_type(struct abilock_text *out, const struct graph *graph,
		       const struct member *member, writer *write)
{
	static const char *const before[] = {"", "const ", "", "", "int (*)(", ""};
	static const char *const behind[] = {"", " *", " *", " [3]", " *, int)", " (char, long)"};

	abilock_text_puts(out, before[member->form]);
	if (member->refers < 0)
		abilock_text_puts(out, "int");
	else
		write(out, graph, member->refers);
	abilock_text_puts(out, behind[member->form]);
}

static void write_member(struct abilock_text *out, const struct graph *graph,
			 const struct type *type, const struct member *member, writer *write)
{
	if (type->kind == 2) {
		abilock_text_printf(out, ".\t%d m%d\n", member->offset, member->name);
		return;
	}
	abilock_text_printf(out, ".\t%d%s ", member->offset, member->width ? ":0" : "");
	if (member->name == 0)
		abilock_text_puts(out, "- ");
	else
		abilock_text_printf(out, "m%d ", member->name);
	write_type(out, graph, member, write);
	if (member->width)
		abilock_text_printf(out, " : %d", member->width);
	abilock_text_putc(out, '\n');
}

static void write_lines(struct abilock_text *out, const struct graph *graph, int first)
{
	for (int i = 0; i < graph->type_count; i++) {
		const int index = (i + first) % graph->type_count;
		const struct type *type = &graph->types[index];

		if (!type->is_defined)
			continue;
		abilock_text_putc(out, '.');
		write_name(out, graph, index);
		abilock_text_printf(out, " %d\n", type->size);
		for (int m = 0; m < type->member_count; m++) {
			const int at = (m + first) % type->member_count;

			write_member(out, graph, type, &type->members[at], write_name);
		}
	}
}

static struct abilock_types *model_of(const struct graph *graph, int first)
{
	_cleanup_(abilock_text_deinit) struct abilock_text lines = {0}, symbols = {0};
	const char *list[SYMBOLS + 1] = {NULL};
	size_t starts[SYMBOLS];

	write_lines(&lines, graph, first);
	abilock_text_putc(&lines, '\0');
	for (int i = 0; i < SYMBOLS; i++) {
		starts[i] = symbols.length;
		write_type(&symbols, graph, &graph->symbols[i], write_name);
		abilock_text_putc(&symbols, '\0');
	}
	for (int i = 0; i < SYMBOLS; i++)
		list[i] = symbols.data + starts[i];
	return model(lines.data, list);
}

/* ---- in full ---- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static writer write_full;

/* A definition with its members in an order that no handle makes. */
static void write_definition(struct abilock_text *out, const struct graph *graph,
			     const struct type *type)
{
	char *members[MEMBERS_MAX];

	if (!type->is_defined) {
		abilock_text_puts(out, "{?}");
		return;
	}
	for (int m = 0; m < type->member_count; m++) {
		_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

		write_member(&text, graph, type, &type->members[m], write_full);
		abilock_text_putc(&text, '\0');
		members[m] = strdup(text.data);
	}
	if (type->member_count > 0)
		qsort(members, (size_t)type->member_count, sizeof(*members), compare_texts);
	abilock_text_printf(out, "{%d\n", type->size);
	for (int m = 0; m < type->member_count; m++) {
		abilock_text_puts(out, members[m]);
		free(members[m]);
	}
	abilock_text_putc(out, '}');
}

static void write_full(struct abilock_text *out, const struct graph *graph, int index)
{
	const struct type *type = &graph->types[index];

	if (!type->is_unnamed || (type->is_typedef && !type->is_defined)) {
		write_name(out, graph, index);
		return;
	}
	abilock_text_puts(out, kinds[graph->types[index].kind]);
	write_definition(out, graph, &graph->types[index]);
}

static void mark(const struct graph *graph, const struct member *member, bool *is_reached)
{
	const int index = member->refers;

	if (index < 0 || is_reached[index])
		return;
	is_reached[index] = true;
	const struct type *type = &graph->types[index];
	for (int m = 0; type->is_defined && type->kind != 2 && m < type->member_count; m++)
		mark(graph, &type->members[m], is_reached);
}

/* All that a fingerprint is about. @return malloc'ed. */
static char *describe(const struct graph *graph, int symbol)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	bool is_reached[TYPES_MAX] = {false};

	mark(graph, &graph->symbols[symbol], is_reached);
	write_type(&text, graph, &graph->symbols[symbol], write_full);
	for (int i = 0; i < graph->type_count; i++) {
		if (!is_reached[i] || graph->types[i].is_unnamed)
			continue;
		abilock_text_printf(&text, "\n%s t%d ", kinds[graph->types[i].kind],
				    graph->types[i].tag);
		write_definition(&text, graph, &graph->types[i]);
	}
	abilock_text_putc(&text, '\0');
	return strdup(text.data);
}

/* ---- tests ---- */

static struct abilock_fingerprint *prints_of(const struct abilock_types *types)
{
	struct abilock_fingerprint *prints = NULL;

	ck_assert_int_eq(abilock_types_fingerprints(types, &prints, &err), 0);
	return prints;
}

static void expect_same(const struct abilock_types *a, const struct abilock_types *b)
{
	_cleanup_(freep) struct abilock_fingerprint *x = prints_of(a), *y = prints_of(b);

	for (size_t i = 0; i < SYMBOLS; i++)
		ck_assert_uint_eq(x[i].value, y[i].value);
}

START_TEST(neither_order_nor_handles_count)
{
	state = 88172645463325252U;
	for (int i = 0; i < ROUNDS; i++) {
		struct graph graph, renamed, more;

		make_graph(&graph);
		_cleanup_(abilock_types_freep) struct abilock_types *types = model_of(&graph, 0);
		_cleanup_(abilock_types_freep) struct abilock_types *turned =
			model_of(&graph, 1 + any(5));
		expect_same(types, turned);
		renamed = graph;
		renamed.handles = 1;
		for (int t = 0; t < renamed.type_count; t++)
			if (renamed.types[t].is_defined)
				renamed.types[t].is_typedef = any(2);
		_cleanup_(abilock_types_freep) struct abilock_types *other = model_of(&renamed, 0);
		expect_same(types, other);
		/* What nothing refers to. */
		more = graph;
		if (more.type_count < TYPES_MAX)
			more.types[more.type_count] = (struct type){
				.tag = more.type_count, .is_defined = true, .member_count = 2};
		more.type_count += more.type_count < TYPES_MAX;
		_cleanup_(abilock_types_freep) struct abilock_types *larger = model_of(&more, 0);
		expect_same(types, larger);
	}
}
END_TEST

START_TEST(fingerprints_differ_where_descriptions_do)
{
	int same = 0, others = 0;

	state = 1234567;
	for (int i = 0; i < ROUNDS; i++) {
		struct graph before, after;

		make_graph(&before);
		after = before;
		mutate(&after);
		_cleanup_(abilock_types_freep) struct abilock_types *a = model_of(&before, 0);
		_cleanup_(abilock_types_freep) struct abilock_types *b = model_of(&after, 0);
		_cleanup_(freep) struct abilock_fingerprint *x = prints_of(a), *y = prints_of(b);
		for (int s = 0; s < SYMBOLS; s++) {
			_cleanup_(freep) char *old_full = describe(&before, s);
			_cleanup_(freep) char *new_full = describe(&after, s);
			const bool is_same = str_eq(old_full, new_full);

			ck_assert_msg(is_same == (x[s].value == y[s].value), "%s\n%s", old_full,
				      new_full);
			same += is_same;
			others += !is_same;
		}
	}
	/* The test looks at both. */
	ck_assert_int_gt(same, ROUNDS);
	ck_assert_int_gt(others, ROUNDS / 2);
}
END_TEST

START_TEST(changes_are_those_of_fingerprints)
{
	state = 987654321;
	for (int i = 0; i < ROUNDS; i++) {
		struct abilock_type_changes changes = {0};
		struct abilock_type_pair pairs[SYMBOLS];
		bool is_told[SYMBOLS] = {false};
		struct graph before, after;

		make_graph(&before);
		after = before;
		for (int n = any(4); n >= 0; n--)
			mutate(&after);
		after.handles = any(2);
		_cleanup_(abilock_types_freep) struct abilock_types *a = model_of(&before, 0);
		_cleanup_(abilock_types_freep) struct abilock_types *b = model_of(&after, any(3));
		_cleanup_(freep) struct abilock_fingerprint *x = prints_of(a), *y = prints_of(b);
		for (size_t s = 0; s < SYMBOLS; s++)
			pairs[s] = (struct abilock_type_pair){s, s, "symbol"};
		ck_assert_int_eq(abilock_types_compare(a, b, pairs, SYMBOLS, &changes, &err), 0);
		for (size_t c = 0; c < changes.count; c++) {
			const struct abilock_type_change *change = &changes.items[c];

			ck_assert_uint_gt(change->line_count, 0);
			for (size_t k = 0; k < change->line_count; k++)
				ck_assert_ptr_null(strstr(change->lines[k], "something"));
			for (size_t p = 0; p < change->pair_count; p++)
				is_told[change->pairs[p]] = true;
		}
		for (size_t s = 0; s < SYMBOLS; s++)
			ck_assert(is_told[s] == (x[s].value != y[s].value));
		abilock_type_changes_deinit(&changes);
	}
}
END_TEST

START_TEST(what_is_written_has_the_same_fingerprints)
{
	state = 4711;
	for (int i = 0; i < ROUNDS; i++) {
		_cleanup_(abilock_text_deinit) struct abilock_text text = {0}, again = {0};
		const char *symbols[SYMBOLS + 1] = {NULL};
		struct graph graph;

		make_graph(&graph);
		_cleanup_(abilock_types_freep) struct abilock_types *types = model_of(&graph, 0);
		abilock_types_write(&text, types);
		abilock_text_putc(&text, '\0');
		for (size_t s = 0; s < SYMBOLS; s++)
			symbols[s] = types->symbols[s].type;
		_cleanup_(abilock_types_freep) struct abilock_types *read =
			model(text.data, symbols);
		expect_same(types, read);
		abilock_types_write(&again, read);
		abilock_text_putc(&again, '\0');
		ck_assert_str_eq(text.data, again.data);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("types_random");
	TCase *tcase = tcase_create("types_random");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, neither_order_nor_handles_count);
	tcase_add_test(tcase, fingerprints_differ_where_descriptions_do);
	tcase_add_test(tcase, changes_are_those_of_fingerprints);
	tcase_add_test(tcase, what_is_written_has_the_same_fingerprints);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
