/* SPDX-License-Identifier: MIT */
/* From demands to the text of fields. */
#include <ctype.h>
#include <strings.h>

#include "depends_scan.h"

static const char *const field_names[DEB_FIELD_COUNT] = {
	[DEB_SUGGESTS] = "Suggests",
	[DEB_RECOMMENDS] = "Recommends",
	[DEB_DEPENDS] = "Depends",
	[DEB_PRE_DEPENDS] = "Pre-Depends",
};

const char *deb_field_name(enum deb_field_kind field)
{
	return field_names[field];
}

bool deb_field_parse(const char *name, enum deb_field_kind *ret_field)
{
	for (int i = 0; i < DEB_FIELD_COUNT; i++) {
		if (strcasecmp(field_names[i], name) == 0) {
			*ret_field = (enum deb_field_kind)i;
			return true;
		}
	}
	return false;
}

const char *deb_demand_text(struct abilock_arena *arena, const struct deb_demand *demand)
{
	static const char mark[] = "#MINVER#";
	const bool any = !*demand->version || str_eq(demand->version, "0");
	const char *version = any ? "" : abilock_arena_printf(arena, "(>= %s)", demand->version);
	const char *from = demand->template, *text = "", *at;

	while (text && version && (at = strstr(from, mark))) {
		text = abilock_arena_printf(arena, "%s%.*s%s", text, (int)(at - from), from,
					    version);
		from = at + strlen(mark);
	}
	char *whole = text && version ? abilock_arena_printf(arena, "%s%s", text, from) : NULL;
	for (size_t n = whole ? strlen(whole) : 0; n > 0 && whole[n - 1] == ' ';)
		whole[--n] = '\0';
	return whole;
}

/* Whether a name is the beginning of a dependency, up to the end of a word. */
static bool begins_with_word(const char *dependency, const char *name)
{
	const char *p = dependency + strspn(dependency, " \t");
	const size_t length = strlen(name);

	if (length == 0 || strncmp(p, name, length) != 0)
		return false;
	const unsigned char last = (unsigned char)p[length - 1], next = (unsigned char)p[length];
	return (isalnum(last) || last == '_') != (isalnum(next) || next == '_');
}

static bool is_excluded(const struct deb_depends *depends, const struct deb_demand *demand)
{
	for (size_t i = 0; i < depends->settings.excluded_count; i++)
		if (begins_with_word(demand->template, depends->settings.excluded[i]))
			return true;
	return false;
}

/* Whether a stronger field demands as much already. */
static bool is_covered(struct deb_depends *depends, enum deb_field_kind field,
		       const struct deb_demand *demand)
{
	for (int stronger = (int)field + 1; stronger < DEB_FIELD_COUNT; stronger++) {
		const struct deb_demand *other = deb_demands_find(
			&depends->fields[stronger], demand->template, strlen(demand->template));

		if (other && deb_demand_covers(other, demand->version))
			return true;
	}
	return false;
}

/* The field as it is put together, unsorted. */
static int join(struct deb_depends *depends, enum deb_field_kind field, struct abilock_text *text,
		struct abilock_error *err)
{
	for (size_t i = 0; i < depends->fields[field].count; i++) {
		const struct deb_demand *demand = &depends->fields[field].items[i];

		if (is_excluded(depends, demand) || is_covered(depends, field, demand))
			continue;
		const char *dependency = deb_demand_text(&depends->arena, demand);
		if (!dependency)
			return abilock_error_nomem(err);
		abilock_text_puts(text, text->length ? ", " : "");
		abilock_text_puts(text, dependency);
	}
	abilock_text_putc(text, '\0');
	return text->failed ? abilock_error_nomem(err) : 0;
}

static bool is_broken(struct deb_depends *depends, const struct deb_demand *demand)
{
	_cleanup_(deb_dependencies_deinit) struct deb_dependencies dependencies = {0};
	const char *text = deb_demand_text(&depends->arena, demand);

	return text && deb_dependencies_parse(text, false, &dependencies, NULL) < 0;
}

/* Say which file a dependency is from that is none. */
static int blame(struct deb_depends *depends, struct abilock_error *err)
{
	const char *file = "";

	for (size_t i = 0; i < depends->subject_count; i++) {
		const struct deb_subject *subject = &depends->subjects[i];

		for (size_t k = 0; k < subject->need_count; k++) {
			const struct deb_need *need = &subject->needs[k];

			for (size_t n = 0; n < need->demands.count; n++)
				if (is_broken(depends, &need->demands.items[n]))
					file = need->info;
		}
	}
	return abilock_error_set_line(err, file, 1, 1, "%s", err ? err->message : "");
}

static int format(struct deb_depends *depends, const char *joined, bool simplify, const char **ret,
		  struct abilock_error *err)
{
	_cleanup_(deb_dependencies_deinit) struct deb_dependencies dependencies = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = deb_dependencies_parse(joined, false, &dependencies, err);

	if (r < 0)
		return r == ABILOCK_E_SYNTAX ? blame(depends, err) : r;
	if (simplify)
		deb_dependencies_simplify(&dependencies);
	deb_dependencies_sort(&dependencies);
	deb_dependencies_print(&dependencies, &text);
	abilock_text_putc(&text, '\0');
	*ret = text.failed ? NULL : abilock_arena_strdup(&depends->arena, text.data);
	return *ret ? 0 : abilock_error_nomem(err);
}

int deb_depends_values(struct deb_depends *depends, bool simplify, const char *ret[DEB_FIELD_COUNT],
		       struct abilock_error *err)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < DEB_FIELD_COUNT; i++) {
		_cleanup_(abilock_text_deinit) struct abilock_text joined = {0};

		ret[i] = NULL;
		r = join(depends, (enum deb_field_kind)i, &joined, err);
		if (r >= 0 && joined.length > 1)
			r = format(depends, joined.data, simplify, &ret[i], err);
	}
	return r;
}
