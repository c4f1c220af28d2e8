/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "types_differences.h"
#include "types_name.h"

/* Members that move together get a line each up to here. */
enum { MOVES_TOLD = 3 };

/* A member, and the one that it is on the other side. */
struct row {
	const struct abilock_type_member *member;
	uint64_t hash; /* Of its text. */
	struct row *partner;
	bool is_renamed;
};

struct table {
	struct row *rows;	/* In the order of the definition; malloc'ed. */
	struct row **by_member; /* Sorted; malloc'ed. */
	size_t count;
};

static void table_deinit(struct table *table)
{
	free(table->rows);
	free(table->by_member);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_places(const struct row *a, const struct row *b)
{
	int r = compare_numbers(a->member->bit_offset, b->member->bit_offset);

	if (r == 0)
		r = compare_numbers((uint64_t)a->member->value, (uint64_t)b->member->value);
	if (r == 0)
		r = compare_numbers(a->member->bit_size, b->member->bit_size);
	return r ? r : compare_numbers(a->hash, b->hash);
}

static int compare_names(const struct row *a, const struct row *b)
{
	return strcmp(a->member->name, b->member->name);
}

static int compare_both(const struct row *a, const struct row *b)
{
	int r = compare_names(a, b);

	return r ? r : compare_places(a, b);
}

static int sort_by_name(const void *a, const void *b)
{
	return compare_both(*(const struct row *const *)a, *(const struct row *const *)b);
}

static int sort_by_place(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	int r = compare_places(x, y);

	return r ? r : compare_names(x, y);
}

static bool table_init(struct table *table, const struct type_contents *contents,
		       const struct abilock_type_definition *definition)
{
	const size_t count = definition->member_count;

	table->count = count;
	table->rows = calloc(count + 1, sizeof(*table->rows));
	table->by_member = calloc(count + 1, sizeof(*table->by_member));
	if (!table->rows || !table->by_member)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct abilock_type_member *member = &definition->members[i];

		table->rows[i].member = member;
		table->rows[i].hash = member->type ? type_contents_text(contents, member->type) : 0;
		table->by_member[i] = &table->rows[i];
	}
	return true;
}

/* Pair those that are free and the same by @p compare, in which both tables are sorted. */
static void pair_rows(const struct table *old_table, const struct table *new_table,
		      int (*compare)(const struct row *, const struct row *), bool is_rename)
{
	size_t i = 0, k = 0;

	while (i < old_table->count && k < new_table->count) {
		struct row *a = old_table->by_member[i], *b = new_table->by_member[k];

		if (a->partner || b->partner) {
			i += a->partner != NULL;
			k += b->partner != NULL;
			continue;
		}
		const int r = compare(a, b);
		if (r == 0) {
			a->partner = b;
			b->partner = a;
			a->is_renamed = is_rename;
		}
		i += r <= 0;
		k += r >= 0;
	}
}

static void sort_table(struct table *table, int (*compare)(const void *, const void *))
{
	if (table->count > 1)
		qsort(table->by_member, table->count, sizeof(*table->by_member), compare);
}

/* The ones without a name are behind the others then, and are not renamed. */
static void drop_unnamed(struct table *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++)
		if (*table->by_member[i]->member->name)
			table->by_member[kept++] = table->by_member[i];
	table->count = kept;
}

static void pair_members(struct table *old_table, struct table *new_table)
{
	sort_table(old_table, sort_by_name);
	sort_table(new_table, sort_by_name);
	pair_rows(old_table, new_table, compare_both, false);
	pair_rows(old_table, new_table, compare_names, false);
	drop_unnamed(old_table);
	drop_unnamed(new_table);
	sort_table(old_table, sort_by_place);
	sort_table(new_table, sort_by_place);
	pair_rows(old_table, new_table, compare_places, true);
}

/* ---- words ---- */

struct telling {
	struct type_differences *differences;
	const struct type_place *place;
	bool is_enum;
};

static struct abilock_text *line_of(const struct telling *telling)
{
	return &telling->differences->line;
}

static void write_offset(struct abilock_text *out, const struct abilock_type_member *member,
			 uint64_t base)
{
	const uint64_t offset = base + member->bit_offset;

	abilock_text_decimal(out, offset / 8, 0);
	if (member->bit_size > 0 || offset % 8 > 0)
		abilock_text_printf(out, ":%" PRIu64, offset % 8);
}

static void write_quoted(const struct telling *telling, const char *name)
{
	abilock_text_printf(line_of(telling), "\"%s%s\"", telling->place->path, name);
}

static void write_member(const struct telling *telling, const struct abilock_type_member *member,
			 uint64_t base)
{
	const char *noun = member->bit_size > 0 ? "bit-field " : "member ";
	struct abilock_text *line = line_of(telling);

	abilock_text_puts(line, telling->place->before);
	if (telling->is_enum) {
		abilock_text_puts(line, telling->place->inside);
		abilock_text_printf(line, "enumerator %s", member->name);
	} else if (*member->name) {
		abilock_text_puts(line, noun);
		write_quoted(telling, member->name);
	} else {
		abilock_text_puts(line, telling->place->inside);
		abilock_text_printf(line, "unnamed %sat offset ", noun);
		write_offset(line, member, base);
	}
}

static void write_type(const struct telling *telling, const struct abilock_type_member *member)
{
	type_differences_show(telling->differences,
			      (struct type_shown){.text = member->type, .width = member->bit_size});
}

static void tell_added(const struct telling *telling, const struct abilock_type_member *member)
{
	struct abilock_text *line = line_of(telling);

	write_member(telling, member, telling->place->new_base);
	abilock_text_puts(line, " was added");
	if (telling->is_enum) {
		abilock_text_printf(line, ": %" PRId64, member->value);
		type_differences_add(telling->differences);
		return;
	}
	if (*member->name) {
		abilock_text_puts(line, " at offset ");
		write_offset(line, member, telling->place->new_base);
	}
	abilock_text_puts(line, ": ");
	write_type(telling, member);
	type_differences_add(telling->differences);
}

static void tell_removed(const struct telling *telling, const struct abilock_type_member *member)
{
	struct abilock_text *line = line_of(telling);

	write_member(telling, member, telling->place->old_base);
	abilock_text_puts(line, " was removed (");
	if (telling->is_enum) {
		abilock_text_printf(line, "%" PRId64, member->value);
	} else {
		if (*member->name) {
			abilock_text_puts(line, "offset ");
			write_offset(line, member, telling->place->old_base);
			abilock_text_puts(line, ": ");
		}
		write_type(telling, member);
	}
	abilock_text_putc(line, ')');
	type_differences_add(telling->differences);
}

static void tell_renamed(const struct telling *telling, const struct row *row)
{
	const char *name = row->partner->member->name;

	write_member(telling, row->member, telling->place->old_base);
	abilock_text_puts(line_of(telling), " was renamed to ");
	if (telling->is_enum)
		abilock_text_puts(line_of(telling), name);
	else
		write_quoted(telling, name);
	type_differences_add(telling->differences);
}

static void tell_value(const struct telling *telling, const struct row *row)
{
	if (row->member->value == row->partner->member->value)
		return;
	write_member(telling, row->member, 0);
	abilock_text_printf(line_of(telling), " changed from %" PRId64 " to %" PRId64,
			    row->member->value, row->partner->member->value);
	type_differences_add(telling->differences);
}

/* ---- offsets ---- */

static bool is_moved(const struct row *row)
{
	return row->partner && row->member->bit_offset != row->partner->member->bit_offset;
}

/* Wraps where it moved down. */
static uint64_t distance(const struct row *row)
{
	return row->partner->member->bit_offset - row->member->bit_offset;
}

static void tell_move(const struct telling *telling, const struct row *row)
{
	struct abilock_text *line = line_of(telling);

	write_member(telling, row->member, telling->place->old_base);
	abilock_text_puts(line, *row->member->name ? " moved from offset " : " moved ");
	if (*row->member->name)
		write_offset(line, row->member, telling->place->old_base);
	abilock_text_puts(line, *row->member->name ? " to " : "to ");
	write_offset(line, row->partner->member, telling->place->new_base);
	type_differences_add(telling->differences);
}

static void write_distance(struct abilock_text *line, uint64_t bits)
{
	const bool is_down = bits > INT64_MAX;
	const uint64_t by = is_down ? -bits : bits;
	const bool is_bits = by % 8 > 0;
	const uint64_t count = is_bits ? by : by / 8;

	abilock_text_printf(line, "%s%" PRIu64 " %s%s", is_down ? "-" : "", count,
			    is_bits ? "bit" : "byte", count == 1 ? "" : "s");
}

static void tell_run(const struct telling *telling, const struct row *rows, size_t first,
		     size_t behind, size_t moved)
{
	struct abilock_text *line = line_of(telling);
	size_t last = behind - 1;

	while (!is_moved(&rows[last]))
		last--;
	abilock_text_puts(line, telling->place->before);
	abilock_text_puts(line, telling->place->inside);
	abilock_text_printf(line, "%zu members from offset ", moved);
	write_offset(line, rows[first].member, telling->place->old_base);
	abilock_text_puts(line, " to ");
	write_offset(line, rows[last].member, telling->place->old_base);
	abilock_text_puts(line, " moved by ");
	write_distance(line, distance(&rows[first]));
	type_differences_add(telling->differences);
}

/* The rows from @p first on that moved as far as the first one. @return Where others begin. */
static size_t run_end(const struct row *rows, size_t count, size_t first, size_t *ret_moved)
{
	size_t i = first, moved = 0;

	for (; i < count; i++) {
		if (!rows[i].partner || rows[i].is_renamed)
			continue;
		if (!is_moved(&rows[i]) || distance(&rows[i]) != distance(&rows[first]))
			break;
		moved++;
	}
	*ret_moved = moved;
	return i;
}

static void tell_moves(const struct telling *telling, const struct table *table, size_t count)
{
	const struct row *rows = table->rows;
	size_t moved;

	for (size_t i = 0; i < count;) {
		if (!is_moved(&rows[i])) {
			i++;
			continue;
		}
		const size_t end = run_end(rows, count, i, &moved);
		if (moved > MOVES_TOLD)
			tell_run(telling, rows, i, end, moved);
		for (; i < end; i++)
			if (moved <= MOVES_TOLD && is_moved(&rows[i]))
				tell_move(telling, &rows[i]);
	}
}

/* ---- types ---- */

static void look_inside(const struct telling *telling, const struct row *row,
			const struct type_match *match)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	const struct abilock_type_member *member = row->member;
	const struct type_place *place = telling->place;
	struct type_place inner = *place;
	_cleanup_(abilock_text_deinit) struct abilock_text offset = {0};

	inner.old_base += member->bit_offset;
	inner.new_base += row->partner->member->bit_offset;
	write_offset(&offset, member, place->old_base);
	abilock_text_putc(&offset, '\0');
	if (*member->name) {
		inner.path = abilock_arena_printf(&arena, "%s%s.", place->path, member->name);
		inner.inside = abilock_arena_printf(&arena, "member \"%s%s\": ", place->path,
						    member->name);
	} else if (!offset.failed) {
		inner.inside = abilock_arena_printf(
			&arena, "%sunnamed member at offset %s: ", place->inside, offset.data);
	}
	if (!inner.path || !inner.inside || offset.failed)
		telling->differences->failed = true;
	else
		type_differences_unnamed(telling->differences, &inner, match);
}

static void tell_type(const struct telling *telling, const struct row *row)
{
	_cleanup_(type_match_deinit) struct type_match match = {0};
	const struct abilock_type_member *a = row->member, *b = row->partner->member;
	const enum type_relation relation =
		type_match_texts(telling->differences, a->type, b->type, &match);
	struct abilock_text *line = line_of(telling);

	if (relation == TYPE_SAME_OUTSIDE)
		look_inside(telling, row, &match);
	if (relation != TYPE_OTHER && a->bit_size == b->bit_size)
		return;
	write_member(telling, a, telling->place->old_base);
	abilock_text_puts(line, " changed from ");
	if (relation != TYPE_OTHER && a->bit_size > 0 && b->bit_size > 0) {
		abilock_text_printf(line, "%" PRIu64 " to %" PRIu64 " bits", a->bit_size,
				    b->bit_size);
	} else {
		type_differences_both(telling->differences,
				      (struct type_shown){.text = a->type, .width = a->bit_size},
				      " to ",
				      (struct type_shown){.text = b->type, .width = b->bit_size});
	}
	type_differences_add(telling->differences);
}

static void tell_row(const struct telling *telling, const struct row *row)
{
	if (!row->partner)
		tell_removed(telling, row->member);
	else if (row->is_renamed)
		tell_renamed(telling, row);
	else if (telling->is_enum)
		tell_value(telling, row);
	else
		tell_type(telling, row);
}

void type_differences_members(struct type_differences *differences, const struct type_place *place,
			      const struct abilock_type_definition *old_definition,
			      const struct abilock_type_definition *new_definition, bool is_enum)
{
	const struct telling telling = {differences, place, is_enum};
	_cleanup_(table_deinit) struct table old_table = {0}, new_table = {0};

	if (!table_init(&old_table, differences->old_contents, old_definition) ||
	    !table_init(&new_table, differences->new_contents, new_definition)) {
		differences->failed = true;
		return;
	}
	pair_members(&old_table, &new_table);
	for (size_t i = 0; i < old_definition->member_count; i++)
		tell_row(&telling, &old_table.rows[i]);
	for (size_t i = 0; i < new_definition->member_count; i++)
		if (!new_table.rows[i].partner)
			tell_added(&telling, new_table.rows[i].member);
	tell_moves(&telling, &old_table, old_definition->member_count);
}
