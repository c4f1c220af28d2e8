/* SPDX-License-Identifier: MIT */
/* What the sources of one module say, put together. */
#include "moduleinfo.h"

#include <stdarg.h>

#include "../../symbols/manifest/module_name.h"
#include "source_reader.h"

struct merge {
	const struct moduleinfo *const *sources;
	size_t source_count;
	const struct moduleinfo *main; /* that has the call */
	const struct moduleinfo_options *options;
	struct abilock_manifest *manifest;
	struct abilock_diagnostics *diags;
	const char *name;
	struct abilock_name_table called; /* modules that the macro names, by their keys */
	bool has_errors;
	bool failed;
};

/* One line of a section. */
struct line {
	const char *key, *value;
	struct abilock_place place;
};

struct lines {
	struct line *items; /* malloc'ed */
	size_t count;
};

static void lines_deinit(struct lines *lines)
{
	free(lines->items);
}

static struct abilock_diagnostic *_printf_(5, 6)
	report(struct merge *merge, enum abilock_level level, const char *rule,
	       struct abilock_place place, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct abilock_diagnostic *diag =
		source_diagnose(merge->diags, level, rule, place, fmt, args);
	va_end(args);
	merge->has_errors |= level == ABILOCK_LEVEL_ERROR;
	merge->failed |= !diag;
	return diag;
}

/* ---- the module ---- */

const char *moduleinfo_name(const struct moduleinfo *info, struct abilock_arena *arena)
{
	const char *base = path_base(info->source->path), *dot = strrchr(base, '.');

	if (info->name)
		return abilock_arena_strdup(arena, info->name);
	return abilock_arena_strndup(arena, base, dot > base ? (size_t)(dot - base) : strlen(base));
}

static void find_main(struct merge *merge)
{
	for (size_t i = 0; i < merge->source_count; i++) {
		const struct moduleinfo *source = merge->sources[i];

		merge->has_errors |= source->is_bad;
		if (!source->has_call)
			continue;
		if (merge->main)
			report(merge, ABILOCK_LEVEL_ERROR, RULE_MODULE, source->call,
			       "a second module; the first is in %s", merge->main->source->path);
		else
			merge->main = source;
	}
	const bool is_bad = merge->has_errors;
	if (merge->main || is_bad || merge->source_count == 0)
		return;
	const struct abilock_place place = {
		.file = merge->sources[0]->file, .line = 1, .column = 1};
	struct abilock_diagnostic *diag =
		report(merge, ABILOCK_LEVEL_ERROR, RULE_MODULE, place,
		       "no module is described here: there is no AST_MODULE_INFO");
	if (diag)
		diag->fix = "name the source that has it as well; what the macros of "
			    "<abilock/module.h> say is read from the built module: versiongen "
			    "manifest NAME.so";
}

static void find_name(struct merge *merge, struct abilock_arena *arena)
{
	struct abilock_error err = {0};
	const char *spelling =
		merge->options->name ? merge->options->name : moduleinfo_name(merge->main, arena);
	int r = spelling ? abilock_module_name_parse(arena, spelling, &merge->name, &err)
			 : ABILOCK_E_NOMEM;

	if (r == ABILOCK_E_NOMEM)
		merge->failed = true;
	else if (r < 0)
		report(merge, ABILOCK_LEVEL_ERROR, RULE_VALUE, merge->main->call, "%s",
		       err.message);
}

/* ---- facts ---- */

static void set(struct merge *merge, const char *key, const char *value, struct abilock_place place)
{
	const char *problem = NULL;
	int r = abilock_manifest_set(merge->manifest, key, value, &problem);

	if (r < 0)
		merge->failed = true;
	else if (r == 0)
		report(merge, ABILOCK_LEVEL_ERROR, RULE_VALUE, place,
		       "a manifest cannot have '%s' as %s: %s", value, key,
		       problem ? problem : "the key is not known");
}

/* The source with the call first, then the others; NULL behind the last fact. */
static const struct moduleinfo_fact *next_fact(const struct merge *merge, size_t *source,
					       size_t *fact)
{
	for (; *source <= merge->source_count; (*source)++, *fact = 0) {
		const struct moduleinfo *info =
			*source == 0 ? merge->main : merge->sources[*source - 1];

		if ((*source > 0 && info == merge->main) || *fact >= info->fact_count)
			continue;
		return &info->facts[(*fact)++];
	}
	return NULL;
}

static const struct moduleinfo_fact *find_best(const struct merge *merge, const char *key)
{
	const struct moduleinfo_fact *best = NULL, *fact;
	size_t source = 0, at = 0;

	while ((fact = next_fact(merge, &source, &at)))
		if (str_eq(fact->key, key) && (!best || fact->origin < best->origin))
			best = fact;
	return best;
}

/* The block and the macro say the same thing twice in every module: an old one is not seen. */
static void compare_support_levels(struct merge *merge, const struct moduleinfo_fact *best)
{
	const struct moduleinfo_fact *fact;
	size_t source = 0, at = 0;

	while ((fact = next_fact(merge, &source, &at))) {
		if (!str_eq(fact->key, "support_level") || str_eq(fact->value, best->value))
			continue;
		struct abilock_diagnostic *diag =
			report(merge, ABILOCK_LEVEL_WARNING, RULE_VALUE, fact->place,
			       "the support level is '%s' here and '%s' elsewhere", fact->value,
			       best->value);
		if (diag)
			diag->fix = "make them one; MODULEINFO counts";
		return;
	}
}

static void set_single(struct merge *merge, const char *key)
{
	const struct moduleinfo_fact *fact = find_best(merge, key);

	if (!fact || (str_eq(key, "load_priority") && str_eq(fact->value, "default")))
		return;
	set(merge, key, fact->value, fact->place);
	if (str_eq(key, "support_level"))
		compare_support_levels(merge, fact);
}

static void set_description(struct merge *merge)
{
	const struct moduleinfo_fact *unknown = find_best(merge, "no description");

	set_single(merge, "description");
	if (unknown && !find_best(merge, "description")) {
		struct abilock_diagnostic *diag =
			report(merge, ABILOCK_LEVEL_WARNING, RULE_CALL, unknown->place,
			       "the description is not known");
		if (diag)
			diag->fix = "write a string, a macro of this file that is one, or "
				    "<description> in MODULEINFO";
	}
}

/* ---- lists ---- */

/* The form of a name in which names are compared. */
static char *name_key(struct abilock_arena *arena, const char *name)
{
	char *key = abilock_arena_strdup(arena, name);

	if (key)
		abilock_module_name_key(key, key);
	return key;
}

/* What the macro names in one of its lists is there what it is at run time. */
static void find_called(struct merge *merge, struct abilock_arena *arena)
{
	static const char module[] = "module=";
	const struct moduleinfo_fact *fact;
	size_t source = 0, at = 0;

	while ((fact = next_fact(merge, &source, &at))) {
		if (fact->origin != MODULEINFO_CALL || !str_starts(fact->value, module))
			continue;
		char *key = name_key(arena, fact->value + strlen(module));
		if (!key || !abilock_name_table_put(&merge->called, key, key))
			merge->failed = true;
	}
}

static bool is_in_call(struct merge *merge, const char *module, struct abilock_arena *arena)
{
	const char *key = name_key(arena, module);

	merge->failed |= !key;
	return key && abilock_name_table_find(&merge->called, key);
}

static bool add_line(struct lines *lines, const char *key, const char *value,
		     struct abilock_place place)
{
	struct line *line = abilock_array_push(&lines->items, &lines->count, sizeof(*line));

	if (line)
		*line = (struct line){key, value, place};
	return line != NULL;
}

/* menuselect looks the name up among its modules; what is none there is an optional library. */
static void add_untyped(struct merge *merge, struct lines *lines,
			const struct moduleinfo_fact *fact, struct abilock_arena *arena)
{
	const struct abilock_name_table *modules = merge->options->modules;
	const char *key = name_key(arena, fact->value);
	const char *value = abilock_arena_printf(arena, "module=%s", fact->value);

	if (!key || !value) {
		merge->failed = true;
		return;
	}
	if (abilock_name_table_find(&merge->called, key))
		return;
	if (modules && abilock_name_table_find(modules, key)) {
		merge->failed |= !add_line(lines, "uses", value, fact->place);
	} else if (!modules) {
		struct abilock_diagnostic *diag =
			report(merge, ABILOCK_LEVEL_ERROR, RULE_ELEMENT, fact->place,
			       "'use' has no type: is '%s' a module or a library?", fact->value);
		if (diag)
			diag->fix = "write type=\"module\" or type=\"external\", or give the "
				    "whole tree, whose modules have names";
	}
}

static void add_fact(struct merge *merge, struct lines *lines, const struct moduleinfo_fact *fact,
		     struct abilock_arena *arena)
{
	static const char *const lists[] = {"config", "uses", "canuse", "willuse", "provides"};
	static const char module[] = "module=";

	if (str_eq(fact->key, MODULEINFO_UNTYPED)) {
		add_untyped(merge, lines, fact, arena);
		return;
	}
	if (fact->module && !abilock_module_name_eq(fact->module, merge->name))
		return;
	if (fact->origin == MODULEINFO_BLOCK && str_eq(fact->key, "uses") &&
	    str_starts(fact->value, module) &&
	    is_in_call(merge, fact->value + strlen(module), arena))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (str_eq(fact->key, lists[i]))
			merge->failed |= !add_line(lines, lists[i], fact->value, fact->place);
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	const int keys = strcmp(x->key, y->key);

	return keys ? keys : strcmp(x->value, y->value);
}

static void set_lists(struct merge *merge, struct abilock_arena *arena)
{
	_cleanup_(lines_deinit) struct lines lines = {0};
	const struct moduleinfo_fact *fact;
	size_t source = 0, at = 0;

	while ((fact = next_fact(merge, &source, &at)))
		add_fact(merge, &lines, fact, arena);
	if (lines.count > 0)
		qsort(lines.items, lines.count, sizeof(*lines.items), compare_lines);
	for (size_t i = 0; i < lines.count; i++)
		if (i == 0 || compare_lines(&lines.items[i - 1], &lines.items[i]) != 0)
			set(merge, lines.items[i].key, lines.items[i].value, lines.items[i].place);
}

/* ---- the manifest ---- */

static void fill(struct merge *merge, struct abilock_arena *arena)
{
	static const char *const singles[] = {
		"type",		 "support_level",  "deprecated_in", "removed_in", "replacement",
		"load_priority", "export_globals", "licence",	    "arch",
	};

	set_description(merge);
	for (size_t i = 0; i < ARRAY_SIZE(singles); i++)
		set_single(merge, singles[i]);
	find_called(merge, arena);
	set_lists(merge, arena);
	merge->manifest->is_embedded = merge->options->is_embedded;
	if (merge->options->checksum) {
		merge->manifest->checksum =
			abilock_arena_strdup(&merge->manifest->arena, merge->options->checksum);
		merge->failed |= !merge->manifest->checksum;
	}
}

int moduleinfo_manifest(const struct moduleinfo *const *sources, size_t count,
			const struct moduleinfo_options *options,
			struct abilock_manifest **ret_manifest, struct abilock_diagnostics *diags)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *manifest = NULL;
	struct merge merge = {
		.sources = sources, .source_count = count, .options = options, .diags = diags};

	find_main(&merge);
	if (merge.main)
		find_name(&merge, &arena);
	if (merge.name) {
		manifest = merge.manifest = abilock_manifest_new(merge.name);
		if (manifest)
			fill(&merge, &arena);
		merge.failed |= !manifest;
	}
	abilock_name_table_deinit(&merge.called);
	if (merge.failed || diags->failed)
		return ABILOCK_E_NOMEM;
	if (merge.has_errors || !manifest)
		return ABILOCK_E_SYNTAX;
	*ret_manifest = take_ptr(manifest);
	return 0;
}
