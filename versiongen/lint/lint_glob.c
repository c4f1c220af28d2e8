/* SPDX-License-Identifier: MIT */
#include "lint_glob.h"

#include "../../symbols/error.h"

enum { CELLS_MAX = 1000000 };

/* What stands for one character of a name, or for any number of them. */
struct unit {
	enum { UNIT_END, UNIT_CHARACTER, UNIT_ANY, UNIT_SET, UNIT_STAR } kind;
	unsigned char c;
	const char *set; /* behind the bracket */
	const char *set_end;
};

/* The bracket that closes a set; one that comes first belongs to the set. */
static const char *set_close(const char *p)
{
	const char *q = p + (*p == '!' || *p == '^');

	return *q ? strchr(q + 1, ']') : NULL;
}

static struct unit next_unit(const char **p)
{
	const char *s = *p, *close = NULL;

	*p = s + (*s != '\0');
	if (*s == '\0')
		return (struct unit){.kind = UNIT_END};
	if (*s == '*')
		return (struct unit){.kind = UNIT_STAR};
	if (*s == '?')
		return (struct unit){.kind = UNIT_ANY};
	if (*s == '[' && (close = set_close(s + 1))) {
		*p = close + 1;
		return (struct unit){.kind = UNIT_SET, .set = s + 1, .set_end = close};
	}
	if (*s == '\\' && s[1]) {
		*p = s + 2;
		s++;
	}
	return (struct unit){.kind = UNIT_CHARACTER, .c = (unsigned char)*s};
}

static bool set_has(const struct unit *set, unsigned char c)
{
	const char *p = set->set;
	const bool negated = *p == '!' || *p == '^';
	bool found = false;

	for (p += negated; p < set->set_end; p++) {
		unsigned char low = (unsigned char)*p, high = low;

		if (p + 2 < set->set_end && p[1] == '-') {
			high = (unsigned char)p[2];
			p += 2;
		}
		found |= low <= c && c <= high;
	}
	return found != negated;
}

static bool unit_has(const struct unit *unit, unsigned char c)
{
	return unit->kind == UNIT_ANY || (unit->kind == UNIT_CHARACTER && unit->c == c) ||
	       (unit->kind == UNIT_SET && set_has(unit, c));
}

/* Whether some character (or each one of b) fits: for units that are not stars. */
static bool units_compare(const struct unit *a, const struct unit *b, bool all)
{
	for (unsigned c = 1; c < 256; c++) {
		if (!unit_has(b, (unsigned char)c))
			continue;
		if (unit_has(a, (unsigned char)c) != all)
			return !all;
	}
	return all;
}

static bool units_meet(const struct unit *a, const struct unit *b)
{
	if (b->kind == UNIT_CHARACTER)
		return unit_has(a, b->c);
	if (a->kind == UNIT_CHARACTER)
		return unit_has(b, a->c);
	return units_compare(a, b, false);
}

size_t glob_prefix(const char *pattern)
{
	return strcspn(pattern, "*?[\\");
}

/* A pattern as units, ended by UNIT_END; free() it. */
static struct unit *read_units(const char *pattern, size_t *ret_count)
{
	struct unit *units = calloc(strlen(pattern) + 1, sizeof(*units));

	*ret_count = 0;
	while (units && (units[*ret_count] = next_unit(&pattern)).kind != UNIT_END)
		(*ret_count)++;
	return units;
}

/* One row of the table "can what begins at a[i] and at b[j] be the same?", from the one below. */
static void fill_row(const struct unit *a, const struct unit *b, size_t count, const char *below,
		     char *row)
{
	for (size_t j = count + 1; j-- > 0;) {
		bool meets = a->kind == UNIT_END && b[j].kind == UNIT_END;

		if (a->kind == UNIT_STAR)
			meets = below[j] || (j < count && row[j + 1]);
		if (b[j].kind == UNIT_STAR)
			meets = meets || row[j + 1] || (a->kind != UNIT_END && below[j]);
		if (a->kind != UNIT_STAR && b[j].kind != UNIT_STAR && a->kind != UNIT_END &&
		    b[j].kind != UNIT_END)
			meets = below[j + 1] && units_meet(a, &b[j]);
		row[j] = meets;
	}
}

int glob_meet(const char *a, const char *b)
{
	size_t n = 0, m = 0;

	if (strlen(a) * strlen(b) > CELLS_MAX)
		return 0;
	_cleanup_(freep) struct unit *x = read_units(a, &n);
	_cleanup_(freep) struct unit *y = read_units(b, &m);
	_cleanup_(freep) char *rows = calloc(2, m + 2);
	if (!x || !y || !rows)
		return ABILOCK_E_NOMEM;
	char *row = rows, *below = rows + m + 2;
	for (size_t i = n + 1; i-- > 0;) {
		fill_row(&x[i], y, m, below, row);
		char *swap = row;
		row = below;
		below = swap;
	}
	return below[0];
}

bool glob_contains(const char *outer, const char *inner)
{
	const char *star = NULL, *retry = NULL;

	/* As a name is matched, the units of the inner pattern in place of characters. */
	for (;;) {
		const char *p = outer, *q = inner;
		struct unit a = next_unit(&p), b = next_unit(&q);

		if (a.kind == UNIT_STAR) {
			outer = star = p;
			retry = inner;
		} else if (a.kind == UNIT_END && b.kind == UNIT_END) {
			return true;
		} else if (a.kind != UNIT_END && b.kind != UNIT_END && b.kind != UNIT_STAR &&
			   units_compare(&a, &b, true)) {
			outer = p;
			inner = q;
		} else if (star && *retry) {
			(void)next_unit(&retry);
			outer = star;
			inner = retry;
		} else {
			return false;
		}
	}
}
