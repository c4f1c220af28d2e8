/* SPDX-License-Identifier: MIT */
#include "shown.h"

/* In UTF-8: the controls of ISO 6429 above ASCII, and what turns the direction of writing. */
static bool steers(const char *s, size_t length)
{
	const unsigned char *c = (const unsigned char *)s;

	if (length == 2)
		return c[0] == 0xc2 && c[1] < 0xa0;
	if (length == 3 && c[0] == 0xe2 && c[1] == 0x80)
		return (c[2] >= 0x8e && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae);
	if (length == 3 && c[0] == 0xe2 && c[1] == 0x81)
		return c[2] >= 0xa6 && c[2] <= 0xa9;
	return false;
}

/* Add one character. @return Its bytes. */
static size_t add_character(struct abilock_text *out, const char *s)
{
	const size_t length = abilock_utf8_sequence(s);

	if (*s == '\n' || *s == '\t')
		abilock_text_putc(out, ' ');
	else if (length == 0 || is_control(*s) || steers(s, length))
		abilock_text_putc(out, '?');
	else
		abilock_text_add(out, s, length);
	return length > 0 ? length : 1;
}

void shown_add(struct abilock_text *out, const char *s)
{
	while (s && *s)
		s += add_character(out, s);
}

void shown_lines(struct abilock_text *out, const char *s, size_t indent)
{
	while (s && *s) {
		if (*s != '\n') {
			s += add_character(out, s);
			continue;
		}
		s++;
		abilock_text_putc(out, '\n');
		abilock_text_pad(out, *s && *s != '\n' ? indent : 0);
	}
}

size_t shown_width(const char *s)
{
	size_t width = 0;

	for (; *s; s++)
		width += ((unsigned char)*s & 0xc0) != 0x80;
	return width;
}

/* ---- tables ---- */

void shown_table_deinit(struct shown_table *table)
{
	free(table->cells);
	abilock_arena_clear(&table->arena);
	*table = (struct shown_table){0};
}

void shown_table_add(struct shown_table *table, const char *cell)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	const bool is_last = (table->count + 1) % table->columns == 0;

	shown_add(&text, cell && *cell ? cell : is_last ? "" : "-");
	const char **slot = abilock_array_push(&table->cells, &table->count, sizeof(*slot));
	const char *copy =
		abilock_arena_strndup(&table->arena, text.data ? text.data : "", text.length);
	if (slot)
		*slot = copy ? copy : "";
	table->failed |= !slot || !copy || text.failed;
}

static size_t column_width(const struct shown_table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < table->count; i += table->columns) {
		const size_t own = shown_width(table->cells[i]);

		width = own > width ? own : width;
	}
	return width;
}

static void write_row(const struct shown_table *table, const char *const *cells,
		      const size_t *widths, struct abilock_text *out)
{
	for (size_t i = 0; i < table->columns; i++) {
		if (i > 0 && !*cells[i])
			break;
		if (i > 0)
			abilock_text_pad(out, widths[i - 1] - shown_width(cells[i - 1]) + 2);
		abilock_text_puts(out, cells[i]);
	}
	abilock_text_putc(out, '\n');
}

void shown_table_write(const struct shown_table *table, struct abilock_text *out)
{
	_cleanup_(freep) size_t *widths = calloc(table->columns, sizeof(*widths));

	for (size_t i = 0; widths && i < table->columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; widths && i < table->count; i += table->columns)
		write_row(table, table->cells + i, widths, out);
	out->failed |= !widths || table->failed;
}
