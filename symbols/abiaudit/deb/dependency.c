/* SPDX-License-Identifier: MIT */
#include "dependency.h"

#include <ctype.h>

#include "version.h"

static const char *const relation_names[] = {
	[DEB_ANY] = "", [DEB_GE] = ">=", [DEB_GT] = ">>",
	[DEB_EQ] = "=", [DEB_LT] = "<<", [DEB_LE] = "<=",
};

/* ---- parsing ---- */

/* A stretch of the field; the terminating byte need not be NUL. */
struct span {
	const char *p, *end;
};

static void skip_blanks(struct span *span)
{
	while (span->p < span->end && isspace((unsigned char)*span->p))
		span->p++;
}

static bool starts_with(const struct span *span, const char *s)
{
	const size_t length = strlen(s);

	return (size_t)(span->end - span->p) >= length && memcmp(span->p, s, length) == 0;
}

/* Take the bytes of a class, the first of which may be one of fewer. Empty where it is not. */
static struct span take(struct span *span, const char *also)
{
	struct span word = {span->p, span->p};

	while (word.end < span->end &&
	       (isalnum((unsigned char)*word.end) ||
		(word.end > word.p && *word.end && strchr(also, *word.end))))
		word.end++;
	span->p = word.end;
	return word;
}

/* Take what stands between an opening bracket, at which the span is, and its closing one. */
static bool take_brackets(struct span *span, char closing, struct span *ret)
{
	const char *end = memchr(span->p, closing, (size_t)(span->end - span->p));

	if (!end)
		return false;
	*ret = (struct span){span->p + 1, end};
	skip_blanks(ret);
	while (ret->end > ret->p && isspace((unsigned char)ret->end[-1]))
		ret->end--;
	span->p = end + 1;
	return ret->p < ret->end;
}

static const char *keep(struct abilock_arena *arena, struct span span)
{
	return abilock_arena_strndup(arena, span.p, (size_t)(span.end - span.p));
}

static bool parse_words(struct abilock_arena *arena, struct span span, struct deb_words *words)
{
	for (skip_blanks(&span); span.p < span.end; skip_blanks(&span)) {
		struct span word = {span.p, span.p};

		while (word.end < span.end && !isspace((unsigned char)*word.end))
			word.end++;
		const char **slot =
			abilock_arena_push(arena, &words->items, &words->count, sizeof(*slot));
		if (!slot || !(*slot = keep(arena, word)))
			return false;
		span.p = word.end;
	}
	return true;
}

/* `>` and `<` are old words for `>=` and `<=`. */
static bool parse_relation(struct span *span, enum deb_relation *ret)
{
	static const struct {
		const char *text;
		enum deb_relation relation;
	} table[] = {{"<<", DEB_LT}, {"<=", DEB_LE}, {">=", DEB_GE}, {">>", DEB_GT},
		     {"=", DEB_EQ},  {"<", DEB_LE},  {">", DEB_GE}};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (starts_with(span, table[i].text)) {
			span->p += strlen(table[i].text);
			*ret = table[i].relation;
			return true;
		}
	}
	return false;
}

/* Parts of a relationship: 1 for done, 0 for a mistake in it, -1 where memory is out. */
static int parse_version(struct abilock_arena *arena, struct span *span,
			 struct deb_relationship *to)
{
	struct span inner;

	if (!take_brackets(span, ')', &inner) || !parse_relation(&inner, &to->relation))
		return 0;
	skip_blanks(&inner);
	for (const char *p = inner.p; p < inner.end; p++)
		if (isspace((unsigned char)*p))
			return 0;
	to->version = inner.p < inner.end ? keep(arena, inner) : NULL;
	return inner.p == inner.end ? 0 : to->version ? 1 : -1;
}

static int parse_profiles(struct abilock_arena *arena, struct span *span,
			  struct deb_relationship *to)
{
	for (skip_blanks(span); starts_with(span, "<"); skip_blanks(span)) {
		struct deb_words *words = abilock_arena_push(arena, &to->profiles,
							     &to->profile_count, sizeof(*words));
		struct span inner;

		if (!words)
			return -1;
		if (!take_brackets(span, '>', &inner))
			return 0;
		if (!parse_words(arena, inner, words))
			return -1;
	}
	return 1;
}

static bool is_architecture(const char *word)
{
	struct span span = {word + (*word == '!'), word + strlen(word)};
	struct span name = take(&span, "-");

	return name.end > name.p && span.p == span.end;
}

static int parse_architectures(struct abilock_arena *arena, struct span *span,
			       struct deb_relationship *to)
{
	struct span inner;

	if (!take_brackets(span, ']', &inner))
		return 0;
	to->has_architectures = true;
	if (!parse_words(arena, inner, &to->architectures))
		return -1;
	for (size_t i = 0; i < to->architectures.count; i++)
		if (!is_architecture(to->architectures.items[i]))
			return 0;
	return 1;
}

static int parse_name(struct abilock_arena *arena, struct span *span, bool is_build,
		      struct deb_relationship *to)
{
	struct span package = take(span, "+.-");

	if (package.p == package.end)
		return 0;
	to->package = keep(arena, package);
	if (!to->package)
		return -1;
	if (!starts_with(span, ":"))
		return 1;
	span->p++;
	struct span qualifier = take(span, "-");
	if (qualifier.p == qualifier.end)
		return 0;
	to->qualifier = keep(arena, qualifier);
	if (!to->qualifier)
		return -1;
	return is_build || !str_eq(to->qualifier, "native");
}

static int parse_relationship(struct abilock_arena *arena, struct span span, bool is_build,
			      struct deb_relationship *to)
{
	skip_blanks(&span);
	int r = parse_name(arena, &span, is_build, to);
	skip_blanks(&span);
	if (r > 0 && starts_with(&span, "("))
		r = parse_version(arena, &span, to);
	skip_blanks(&span);
	if (r > 0 && starts_with(&span, "["))
		r = parse_architectures(arena, &span, to);
	if (r > 0)
		r = parse_profiles(arena, &span, to);
	return r > 0 && span.p < span.end ? 0 : r;
}

/* Cut the part up to a separator off the front. */
static struct span cut(struct span *span, char separator)
{
	const char *end = memchr(span->p, separator, (size_t)(span->end - span->p));
	struct span part = {span->p, end ? end : span->end};

	span->p = end ? end + 1 : span->end;
	return part;
}

/* Whether nothing but bars is left: those at the end of a list stand for nothing. */
static bool only_bars(struct span span)
{
	while (span.p < span.end && (*span.p == '|' || isspace((unsigned char)*span.p)))
		span.p++;
	return span.p == span.end;
}

static int parse_alternatives(struct deb_dependencies *to, struct span span, bool is_build,
			      struct abilock_error *err)
{
	struct deb_alternatives *alternatives =
		abilock_arena_push(&to->arena, &to->items, &to->count, sizeof(*alternatives));

	if (!alternatives)
		return abilock_error_nomem(err);
	do {
		struct span part = cut(&span, '|');
		struct deb_relationship *item = abilock_arena_push(
			&to->arena, &alternatives->items, &alternatives->count, sizeof(*item));
		int r = item ? parse_relationship(&to->arena, part, is_build, item) : -1;

		if (r < 0)
			return abilock_error_nomem(err);
		if (r == 0) {
			skip_blanks(&part);
			const int length = (int)(part.end - part.p > 100 ? 100 : part.end - part.p);

			return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0,
						 "'%.*s' is no dependency: expected 'PACKAGE' or "
						 "'PACKAGE (>= VERSION)'",
						 length, part.p);
		}
	} while (!only_bars(span));
	return 0;
}

int deb_dependencies_parse(const char *text, bool is_build, struct deb_dependencies *ret,
			   struct abilock_error *err)
{
	struct span span = {text, text + strlen(text)};
	int r = 0;

	while (r >= 0 && span.p < span.end) {
		const struct span part = cut(&span, ',');

		if (!only_bars(part)) /* substitutions leave empty parts behind */
			r = parse_alternatives(ret, part, is_build, err);
	}
	return r;
}

void deb_dependencies_deinit(struct deb_dependencies *dependencies)
{
	abilock_arena_clear(&dependencies->arena);
	*dependencies = (struct deb_dependencies){0};
}

/* ---- sorting and printing ---- */

static int compare_relationships(const struct deb_relationship *a, const struct deb_relationship *b)
{
	int r = strcmp(a->package, b->package);

	if (r == 0)
		r = (int)a->relation - (int)b->relation;
	return r == 0 && a->version ? deb_version_compare(a->version, b->version) : r;
}

static int compare_alternatives(const struct deb_alternatives *a, const struct deb_alternatives *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		int r = compare_relationships(&a->items[i], &b->items[i]);

		if (r != 0)
			return r;
	}
	return (a->count > b->count) - (a->count < b->count);
}

/* By insertion: equal ones must keep their order, and fields are short. */
void deb_dependencies_sort(struct deb_dependencies *dependencies)
{
	struct deb_alternatives *items = dependencies->items;

	for (size_t i = 1; i < dependencies->count; i++) {
		const struct deb_alternatives item = items[i];
		size_t k = i;

		for (; k > 0 && compare_alternatives(&items[k - 1], &item) > 0; k--)
			items[k] = items[k - 1];
		items[k] = item;
	}
}

static void print_words(const struct deb_words *words, char open, char close,
			struct abilock_text *text)
{
	abilock_text_putc(text, ' ');
	abilock_text_putc(text, open);
	for (size_t i = 0; i < words->count; i++) {
		abilock_text_puts(text, i ? " " : "");
		abilock_text_puts(text, words->items[i]);
	}
	abilock_text_putc(text, close);
}

static void print_relationship(const struct deb_relationship *item, struct abilock_text *text)
{
	abilock_text_puts(text, item->package);
	if (item->qualifier) {
		abilock_text_putc(text, ':');
		abilock_text_puts(text, item->qualifier);
	}
	if (item->relation != DEB_ANY)
		abilock_text_printf(text, " (%s %s)", relation_names[item->relation],
				    item->version);
	if (item->has_architectures)
		print_words(&item->architectures, '[', ']', text);
	for (size_t i = 0; i < item->profile_count; i++)
		print_words(&item->profiles[i], '<', '>', text);
}

void deb_dependencies_print(const struct deb_dependencies *dependencies, struct abilock_text *text)
{
	for (size_t i = 0; i < dependencies->count; i++) {
		const struct deb_alternatives *alternatives = &dependencies->items[i];

		abilock_text_puts(text, i ? ", " : "");
		for (size_t k = 0; k < alternatives->count; k++) {
			abilock_text_puts(text, k ? " | " : "");
			print_relationship(&alternatives->items[k], text);
		}
	}
}

const char *deb_dependencies_minimum(const struct deb_dependencies *dependencies,
				     const char *package)
{
	const char *highest = NULL;

	for (size_t i = 0; i < dependencies->count; i++) {
		const struct deb_alternatives *alternatives = &dependencies->items[i];

		for (size_t k = 0; k < alternatives->count; k++) {
			const struct deb_relationship *item = &alternatives->items[k];

			if (str_eq(item->package, package) &&
			    (item->relation == DEB_GE || item->relation == DEB_GT) &&
			    (!highest || deb_version_compare(item->version, highest) > 0))
				highest = item->version;
		}
	}
	return highest;
}
