/* SPDX-License-Identifier: MIT */
#include "diagnostics.h"

const char *abilock_level_name(enum abilock_level level)
{
	static const char *const names[] = {
		[ABILOCK_LEVEL_ERROR] = "error",
		[ABILOCK_LEVEL_WARNING] = "warning",
		[ABILOCK_LEVEL_NOTE] = "note",
	};

	return names[level];
}

void abilock_diagnostics_deinit(struct abilock_diagnostics *diags)
{
	free(diags->items);
	abilock_arena_clear(&diags->arena);
	*diags = (struct abilock_diagnostics){0};
}

static char *format(struct abilock_arena *arena, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int length = vsnprintf(NULL, 0, fmt, ap);
	char *text = length >= 0 ? abilock_arena_alloc(arena, (size_t)length + 1) : NULL;
	if (text)
		(void)vsnprintf(text, (size_t)length + 1, fmt, again);
	va_end(again);
	return text;
}

struct abilock_diagnostic *abilock_diagnostics_add(struct abilock_diagnostics *diags,
						   enum abilock_level level, const char *rule,
						   struct abilock_place place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *message = format(&diags->arena, fmt, ap);
	va_end(ap);
	struct abilock_diagnostic *diag =
		message ? abilock_array_push(&diags->items, &diags->count, sizeof(*diag)) : NULL;
	/* An error that is forgotten must not look like success. */
	diags->error_count += level == ABILOCK_LEVEL_ERROR;
	if (!diag) {
		diags->failed = true;
		return NULL;
	}
	str_disarm(message);
	*diag = (struct abilock_diagnostic){
		.level = level, .rule = rule, .place = place, .message = message};
	return diag;
}

static int compare(const void *a, const void *b)
{
	const struct abilock_place *x = &((const struct abilock_diagnostic *)a)->place;
	const struct abilock_place *y = &((const struct abilock_diagnostic *)b)->place;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* Merge two sorted runs; of equal ones those of the first come first. */
static void merge(struct abilock_diagnostic *to, const struct abilock_diagnostic *a,
		  const struct abilock_diagnostic *b, const struct abilock_diagnostic *end)
{
	const struct abilock_diagnostic *a_end = b;

	while (a < a_end || b < end)
		*to++ = a < a_end && (b == end || compare(a, b) <= 0) ? *a++ : *b++;
}

/* qsort() is not stable everywhere, and where it is not, it is by chance. */
void abilock_diagnostics_sort(struct abilock_diagnostics *diags)
{
	const size_t n = diags->count;
	_cleanup_(freep) struct abilock_diagnostic *to = calloc(n + 1, sizeof(*to));

	if (!to) {
		diags->failed = true;
		return;
	}
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t i = 0; i < n; i += 2 * width) {
			const size_t middle = i + width < n ? i + width : n;
			const size_t end = middle + width < n ? middle + width : n;

			merge(to + i, diags->items + i, diags->items + middle, diags->items + end);
		}
		memcpy(diags->items, to, n * sizeof(*to));
	}
}

/* The line of a place; NULL where the source has no such line. */
static const char *find_line(const struct abilock_source *source, uint32_t line, size_t *ret_length)
{
	const char *p = source->text, *end = p ? p + source->length : p;

	for (uint32_t i = 1; p && i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return NULL;
	const char *newline = memchr(p, '\n', (size_t)(end - p));
	*ret_length = (size_t)((newline ? newline : end) - p);
	return p;
}

enum { SHOWN_MAX = 200 };

/* A further byte of a character in UTF-8 takes no column of its own. */
static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Where a long line is shown from, so that the place is in what is shown. */
static size_t find_start(const char *line, size_t length, size_t at)
{
	size_t start = at >= SHOWN_MAX && at <= length ? at - SHOWN_MAX / 2 : 0;

	while (start < at && is_continuation(line[start]))
		start++;
	return start;
}

static void write_caret(struct abilock_text *out, const char *line, size_t length,
			const struct abilock_place *place, const char *start, const char *stop)
{
	size_t at = place->column - 1, first = find_start(line, length, at);
	size_t end = length - first < SHOWN_MAX ? length : first + SHOWN_MAX;
	size_t under = place->length ? place->length : 1;

	abilock_text_printf(out, "%5u | %s", place->line, first > 0 ? "..." : "");
	for (size_t i = first; i < end; i++)
		abilock_text_putc(out, line[i] != '\t' && is_control(line[i]) ? '?' : line[i]);
	abilock_text_putc(out, '\n');
	if (at > end)
		return;
	abilock_text_printf(out, "      | %s", first > 0 ? "   " : "");
	for (size_t i = first; i < at; i++)
		if (!is_continuation(line[i]))
			abilock_text_putc(out, line[i] == '\t' ? '\t' : ' ');
	abilock_text_puts(out, start);
	abilock_text_putc(out, '^');
	for (size_t i = at + 1; i < at + under && i < end; i++)
		if (!is_continuation(line[i]))
			abilock_text_putc(out, '~');
	abilock_text_puts(out, stop);
	abilock_text_putc(out, '\n');
}

void abilock_diagnostic_write(struct abilock_text *out, const struct abilock_diagnostic *diag,
			      const struct abilock_source *sources, bool colour)
{
	const struct abilock_place *place = &diag->place;
	const struct abilock_source *source = &sources[place->file];
	static const char *const colours[] = {"\033[31;1m", "\033[35;1m", "\033[36;1m"};
	const char *start = colour ? colours[diag->level] : "";
	const char *stop = colour ? "\033[0m" : "";
	size_t length = 0;

	abilock_text_puts(out, source->path);
	if (place->line > 0)
		abilock_text_printf(out, ":%u:%u", place->line, place->column);
	abilock_text_printf(out, ": %s%s:%s %s", start, abilock_level_name(diag->level), stop,
			    diag->message);
	if (diag->rule)
		abilock_text_printf(out, " [%s]", diag->rule);
	abilock_text_putc(out, '\n');
	const char *line = place->line > 0 ? find_line(source, place->line, &length) : NULL;
	if (line)
		write_caret(out, line, length, place, start, stop);
	if (diag->fix)
		abilock_text_printf(out, "      = %s\n", diag->fix);
}

void abilock_diagnostics_write(struct abilock_text *out, const struct abilock_diagnostics *diags,
			       const struct abilock_source *sources, bool colour)
{
	const size_t max = ABILOCK_DIAGNOSTICS_SHOWN;
	const size_t shown = diags->count < max ? diags->count : max;

	for (size_t i = 0; i < shown; i++)
		abilock_diagnostic_write(out, &diags->items[i], sources, colour);
	if (shown < diags->count)
		abilock_text_printf(out, "and %zu more\n", diags->count - shown);
}
