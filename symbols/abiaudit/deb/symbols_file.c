/* SPDX-License-Identifier: MIT */
#include "symbols_file.h"

#include <strings.h>

#include "version.h"

/* ---- libraries ---- */

static void library_deinit(struct deb_library *library)
{
	for (size_t i = 0; i < library->patterns.count; i++)
		deb_pattern_deinit(library->patterns.items[i]->pattern);
	free(library->symbols.items);
	free(library->patterns.items);
	free(library->dependencies);
	free(library->fields);
	abilock_name_table_deinit(&library->by_name);
	for (size_t i = 0; i < ARRAY_SIZE(library->by_alias); i++)
		abilock_name_table_deinit(&library->by_alias[i]);
}

struct deb_library *deb_symbols_library(const struct deb_symbols_file *file, const char *soname)
{
	for (size_t i = 0; i < file->library_count; i++)
		if (str_eq(file->libraries[i].soname, soname))
			return &file->libraries[i];
	return NULL;
}

int deb_library_add_dependency(struct deb_library *library, const char *dependency,
			       struct abilock_error *err)
{
	const char **slot = abilock_array_push(&library->dependencies, &library->dependency_count,
					       sizeof(*slot));

	if (!slot)
		return abilock_error_nomem(err);
	*slot = dependency;
	return 0;
}

int deb_symbols_file_add_library(struct deb_symbols_file *file, const char *soname,
				 const char *dependency, struct abilock_error *err)
{
	struct deb_library *library = deb_symbols_library(file, soname);
	const char *copy = abilock_arena_strdup(&file->arena, dependency);

	if (!library)
		library = abilock_array_push(&file->libraries, &file->library_count,
					     sizeof(*library));
	if (!library || !copy)
		return abilock_error_nomem(err);
	if (!library->soname) {
		library->soname = abilock_arena_strdup(&file->arena, soname);
		library->arch = file->arch;
	}
	library->dependency_count = 0;
	free(take_ptr(library->dependencies));
	return library->soname ? deb_library_add_dependency(library, copy, err)
			       : abilock_error_nomem(err);
}

void deb_symbols_file_keep_found(struct deb_symbols_file *file)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->library_count; i++) {
		if (file->libraries[i].found)
			file->libraries[kept++] = file->libraries[i];
		else
			library_deinit(&file->libraries[i]);
	}
	file->library_count = kept;
}

static struct abilock_name_table *names_for(struct deb_library *library,
					    const struct deb_symbol *symbol)
{
	if (!symbol->pattern)
		return &library->by_name;
	return symbol->pattern->kind == DEB_PATTERN_GENERIC
		       ? NULL
		       : &library->by_alias[symbol->pattern->kind];
}

int deb_library_add(struct deb_library *library, struct deb_symbol *symbol,
		    struct abilock_error *err)
{
	struct deb_symbol_list *list = symbol->pattern ? &library->patterns : &library->symbols;
	struct abilock_name_table *names = names_for(library, symbol);
	struct deb_symbol *old = names ? abilock_name_table_find(names, symbol->name) : NULL;

	if (old) {
		if (old->pattern)
			deb_pattern_deinit(old->pattern);
		*old = *symbol;
		return 0;
	}
	if (names && !abilock_name_table_put(names, symbol->name, symbol))
		return abilock_error_nomem(err);
	struct deb_symbol **slot = abilock_array_push(&list->items, &list->count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = symbol;
	return 0;
}

const char *deb_library_field(const struct deb_library *library, const char *name)
{
	for (size_t i = 0; i < library->field_count; i++)
		if (strcasecmp(library->fields[i].name, name) == 0)
			return library->fields[i].value;
	return NULL;
}

const char *deb_library_oldest_version(const struct deb_library *library)
{
	const char *oldest = NULL;

	for (size_t i = 0; i < library->symbols.count; i++) {
		const struct deb_symbol *symbol = library->symbols.items[i];

		/* Most lines of a library repeat the minver of the line before. */
		if (symbol->dependency == 0 &&
		    (!oldest || (!str_eq(oldest, symbol->minver) &&
				 deb_version_compare(oldest, symbol->minver) > 0)))
			oldest = symbol->minver;
	}
	return oldest;
}

/* ---- the file ---- */

int deb_symbols_file_new(const struct deb_arch *arch, struct deb_symbols_file **ret_file,
			 struct abilock_error *err)
{
	struct deb_symbols_file *file = calloc(1, sizeof(*file));

	if (!file)
		return abilock_error_nomem(err);
	file->arch = arch;
	*ret_file = file;
	return 0;
}

void deb_symbols_file_free(struct deb_symbols_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->library_count; i++)
		library_deinit(&file->libraries[i]);
	free(file->libraries);
	free(file->warnings);
	free(file->errors);
	abilock_arena_clear(&file->arena);
	free(file);
}

/* ---- looking up ---- */

static bool may_match(const struct deb_library *library, const struct deb_symbol *pattern,
		      bool with_missing)
{
	return (with_missing || !pattern->missing) && deb_symbol_is_for(pattern, library->arch);
}

static struct deb_symbol *find_alias(const struct deb_library *library, struct deb_probe *probe,
				     bool with_missing)
{
	const struct abilock_name_table *cpp = &library->by_alias[DEB_PATTERN_CPP];
	const struct abilock_name_table *symver = &library->by_alias[DEB_PATTERN_SYMVER];
	/* Demangling costs more than all the rest: not without a c++ pattern. */
	const char *plain = cpp->count ? deb_probe_demangled(probe) : NULL;
	struct deb_symbol *pattern = plain ? abilock_name_table_find(cpp, plain) : NULL;

	if (pattern && may_match(library, pattern, with_missing))
		return pattern;
	const char *node = symver->count ? deb_probe_node(probe) : NULL;
	pattern = node ? abilock_name_table_find(symver, node) : NULL;
	return pattern && may_match(library, pattern, with_missing) ? pattern : NULL;
}

int deb_library_find_pattern(const struct deb_library *library, struct deb_probe *probe,
			     bool with_missing, struct deb_symbol **ret_pattern,
			     struct abilock_error *err)
{
	*ret_pattern = find_alias(library, probe, with_missing);
	for (size_t i = 0; !*ret_pattern && i < library->patterns.count; i++) {
		struct deb_symbol *pattern = library->patterns.items[i];

		if (pattern->pattern->kind != DEB_PATTERN_GENERIC ||
		    !may_match(library, pattern, with_missing))
			continue;
		int r = deb_pattern_matches(pattern, probe, err);
		if (r < 0)
			return r;
		if (r > 0)
			*ret_pattern = pattern;
	}
	return 0;
}

const struct deb_symbol *deb_library_lookup(const struct deb_library *library, const char *name)
{
	_cleanup_(deb_probe_deinit) struct deb_probe probe = {.name = name};
	struct deb_symbol *symbol = abilock_name_table_find(&library->by_name, name);

	if (symbol && !symbol->missing)
		return symbol;
	return deb_library_find_pattern(library, &probe, false, &symbol, NULL) < 0 ? NULL : symbol;
}

static bool same_tags(const struct deb_symbol *a, const struct deb_symbol *b)
{
	if (a->tag_count != b->tag_count)
		return false;
	for (size_t i = 0; i < a->tag_count; i++) {
		const struct deb_tag *x = &a->tags[i], *y = &b->tags[i];

		if (!str_eq(x->name, y->name) || !x->value != !y->value ||
		    (x->value && !str_eq(x->value, y->value)))
			return false;
	}
	return true;
}

const struct deb_symbol *deb_library_same_pattern(const struct deb_library *library,
						  const struct deb_symbol *pattern,
						  bool with_missing)
{
	const enum deb_pattern_kind kind = pattern->pattern->kind;

	if (kind != DEB_PATTERN_GENERIC) {
		const struct deb_symbol *same =
			abilock_name_table_find(&library->by_alias[kind], pattern->name);

		return same && (with_missing || !same->missing) ? same : NULL;
	}
	for (size_t i = 0; i < library->patterns.count; i++) {
		const struct deb_symbol *other = library->patterns.items[i];

		if (other->pattern->kind == DEB_PATTERN_GENERIC &&
		    (with_missing || !other->missing) && str_eq(other->name, pattern->name) &&
		    same_tags(other, pattern))
			return other;
	}
	return NULL;
}
