/* SPDX-License-Identifier: MIT */
#include "declaration_match.h"

#include <fnmatch.h>

#include "demangle.h"
#include "name_table.h"

enum { LANGUAGE_COUNT = ABILOCK_LANGUAGE_JAVA + 1 };

struct pattern {
	const struct abilock_entry *entry;
	size_t prefix; /* what stands before the first special character */
};

struct patterns {
	struct pattern *items; /* malloc'ed; sorted by node */
	size_t count;
	const struct abilock_entry *star; /* the last bare `*` */
};

struct abilock_matcher {
	/* Of each name the first node with it, as struct abilock_entry. */
	struct abilock_name_table names[LANGUAGE_COUNT];
	struct patterns global;
	struct patterns local;
	bool has_language[LANGUAGE_COUNT];
};

void abilock_matcher_free(struct abilock_matcher *matcher)
{
	if (!matcher)
		return;
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		abilock_name_table_deinit(&matcher->names[i]);
	free(matcher->global.items);
	free(matcher->local.items);
	free(matcher);
}

/* Node by node, `global:` before `local:`, and C before the others. */
static bool comes_first(const struct abilock_entry *a, const struct abilock_entry *b)
{
	if (a->node != b->node)
		return a->node < b->node;
	if (a->is_local != b->is_local)
		return b->is_local;
	return a->language < b->language;
}

static bool add_name(struct abilock_matcher *matcher, const struct abilock_entry *entry)
{
	struct abilock_name_table *names = &matcher->names[entry->language];
	const struct abilock_entry *before = abilock_name_table_find(names, entry->text);

	if (before && !comes_first(entry, before))
		return true;
	return abilock_name_table_put(names, entry->text, (void *)entry);
}

static bool add_pattern(struct patterns *patterns, const struct abilock_entry *entry)
{
	if (str_eq(entry->text, "*")) {
		if (!patterns->star || entry->node >= patterns->star->node)
			patterns->star = entry;
		return true;
	}
	struct pattern *pattern =
		abilock_array_push(&patterns->items, &patterns->count, sizeof(*pattern));
	if (pattern)
		*pattern = (struct pattern){entry, strcspn(entry->text, "*?[\\")};
	return pattern != NULL;
}

static int compare(const void *a, const void *b)
{
	const struct abilock_entry *x = ((const struct pattern *)a)->entry;
	const struct abilock_entry *y = ((const struct pattern *)b)->entry;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void sort(struct patterns *patterns)
{
	if (patterns->count > 0)
		qsort(patterns->items, patterns->count, sizeof(*patterns->items), compare);
}

int abilock_matcher_new(const struct abilock_declaration *decl, struct abilock_matcher **ret,
			struct abilock_error *err)
{
	_cleanup_(abilock_matcher_freep) struct abilock_matcher *matcher =
		calloc(1, sizeof(*matcher));
	bool ok = matcher != NULL;

	for (size_t i = 0; ok && i < decl->entry_count; i++) {
		const struct abilock_entry *entry = &decl->entries[i];

		if (entry->node == ABILOCK_NO_NODE)
			continue;
		matcher->has_language[entry->language] = true;
		if (!entry->is_pattern)
			ok = add_name(matcher, entry);
		else
			ok = add_pattern(entry->is_local ? &matcher->local : &matcher->global,
					 entry);
	}
	if (!ok)
		return abilock_error_nomem(err);
	sort(&matcher->global);
	sort(&matcher->local);
	*ret = take_ptr(matcher);
	return 0;
}

/* The last node with a pattern for the name. */
static const struct abilock_entry *find_pattern(const struct patterns *patterns,
						const char *const names[])
{
	for (size_t i = patterns->count; i > 0; i--) {
		const struct pattern *pattern = &patterns->items[i - 1];
		const char *name = names[pattern->entry->language];

		if (strncmp(name, pattern->entry->text, pattern->prefix) == 0 &&
		    fnmatch(pattern->entry->text, name, 0) == 0)
			return pattern->entry;
	}
	return NULL;
}

static const struct abilock_entry *find_name(const struct abilock_matcher *matcher,
					     const char *const names[])
{
	const struct abilock_entry *found = NULL;

	for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
		const struct abilock_entry *entry =
			abilock_name_table_find(&matcher->names[i], names[i]);

		if (entry && (!found || comes_first(entry, found)))
			found = entry;
	}
	return found;
}

static const struct abilock_entry *find(const struct abilock_matcher *matcher,
					const char *const names[])
{
	const struct abilock_entry *entry = find_name(matcher, names);

	if (!entry)
		entry = find_pattern(&matcher->global, names);
	if (!entry)
		entry = find_pattern(&matcher->local, names);
	if (!entry)
		entry = matcher->global.star;
	return entry ? entry : matcher->local.star;
}

const struct abilock_entry *abilock_matcher_find(const struct abilock_matcher *matcher,
						 const char *symbol)
{
	_cleanup_(freep) char *cxx = NULL;
	_cleanup_(freep) char *java = NULL;

	if (matcher->has_language[ABILOCK_LANGUAGE_CXX])
		cxx = abilock_demangle_symbol(symbol, false);
	if (matcher->has_language[ABILOCK_LANGUAGE_JAVA])
		java = abilock_demangle_symbol(symbol, true);
	const char *const names[LANGUAGE_COUNT] = {
		[ABILOCK_LANGUAGE_C] = symbol,
		[ABILOCK_LANGUAGE_CXX] = cxx ? cxx : symbol,
		[ABILOCK_LANGUAGE_JAVA] = java ? java : symbol,
	};
	return find(matcher, names);
}
