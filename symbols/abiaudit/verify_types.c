/* SPDX-License-Identifier: MIT */
#include "verify_types.h"

#include <inttypes.h>

#include "gate/baseline.h"
#include "types/types_compare.h"

/* A file, and the fingerprints of its private nodes. */
struct source {
	struct abilock_baseline *baseline;
	struct abilock_fingerprint *nodes; /* one a node; malloc'ed */
};

struct verify_types {
	struct source *sources;
	size_t count;
};

/* A node with its types. */
struct typed_node {
	const struct abilock_baseline *baseline;
	size_t node;
};

void verify_types_free(struct verify_types *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->count; i++) {
		abilock_baseline_free(types->sources[i].baseline);
		free(types->sources[i].nodes);
	}
	free(types->sources);
	free(types);
}

static void verify_types_freep(struct verify_types **types)
{
	verify_types_free(*types);
}

void verify_type_changes_deinit(struct verify_type_changes *changes)
{
	free(changes->items);
	free(changes->notes);
	abilock_arena_clear(&changes->arena);
	*changes = (struct verify_type_changes){0};
}

/* ---- the files ---- */

static int print_nodes(struct source *source, struct abilock_error *err)
{
	const struct abilock_baseline *baseline = source->baseline;
	const struct abilock_surface *surface = baseline->surface;
	const char *unknown;
	int r = 0;

	source->nodes = calloc(surface->node_count + 1, sizeof(*source->nodes));
	if (!source->nodes)
		return abilock_error_nomem(err);
	for (size_t n = 0; r == 0 && n < surface->node_count; n++)
		if (surface->nodes[n].is_private && baseline->prints)
			r = abilock_node_fingerprint(surface, baseline->prints, n,
						     &source->nodes[n], &unknown, err);
	return r;
}

static int add_source(struct verify_types *types, const char *path, struct abilock_error *err)
{
	const struct abilock_baseline_options options = {.with_private = true, .with_prints = true};
	struct source *source = abilock_array_push(&types->sources, &types->count, sizeof(*source));

	if (!source)
		return abilock_error_nomem(err);
	int r = abilock_baseline_read(path, &options, &source->baseline, err);
	if (r == 0)
		r = print_nodes(source, err);
	if (r < 0) {
		abilock_baseline_free(source->baseline);
		free(source->nodes);
		types->count--;
	}
	return r;
}

int verify_types_open(const char *const *paths, size_t count, const char *host,
		      struct verify_types **ret, struct abilock_error *err)
{
	_cleanup_(verify_types_freep) struct verify_types *types = calloc(1, sizeof(*types));
	int r = types ? 0 : abilock_error_nomem(err);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_source(types, paths[i], err);
	/* Nobody asked for the types of the host: where they cannot be read, they are not there. */
	if (r == 0 && add_source(types, host, NULL) == ABILOCK_E_NOMEM)
		r = abilock_error_nomem(err);
	if (r == 0)
		*ret = take_ptr(types);
	return r;
}

/* `FOO_PRIVATE_0123456789abcdef` is the node FOO_PRIVATE with this fingerprint. */
static bool find_node(const struct verify_types *types, const char *name, struct typed_node *ret)
{
	const char *digits = abilock_node_name_fingerprint(name);
	const uint64_t value = strtoull(digits, NULL, 16);
	const size_t length = (size_t)(digits - name) - 1;

	for (size_t i = 0; i < types->count; i++) {
		const struct source *source = &types->sources[i];
		const struct abilock_surface *surface = source->baseline->surface;

		for (size_t n = 0; n < surface->node_count; n++) {
			const char *node = surface->nodes[n].name;

			if (source->nodes[n].is_known && source->nodes[n].value == value &&
			    strlen(node) == length && memcmp(node, name, length) == 0) {
				*ret = (struct typed_node){source->baseline, n};
				return true;
			}
		}
	}
	return false;
}

/* ---- what changed ---- */

/* What one node is explained with. */
struct explain {
	const struct abilock_finding *finding;
	struct typed_node old, new;
	struct abilock_name_table used;	  /* symbols of the module */
	struct abilock_name_table in_new; /* indices of exports, from 1 */
	struct abilock_type_pair *pairs;  /* malloc'ed */
	size_t pair_count;
	struct abilock_type_changes found;
	struct verify_type_changes *ret;
};

static void explain_deinit(struct explain *explain)
{
	abilock_name_table_deinit(&explain->used);
	abilock_name_table_deinit(&explain->in_new);
	free(explain->pairs);
	abilock_type_changes_deinit(&explain->found);
}

static struct verify_type_change *add_change(struct explain *explain, const char *subject,
					     bool is_symbol)
{
	struct verify_type_changes *ret = explain->ret;
	struct verify_type_change *change =
		abilock_array_push(&ret->items, &ret->count, sizeof(*change));

	if (!change)
		return NULL;
	change->node = abilock_arena_text(&ret->arena, explain->finding->subject);
	change->subject = abilock_arena_text(&ret->arena, subject);
	change->is_symbol = is_symbol;
	return change->node && change->subject ? change : NULL;
}

static bool set_lines(struct explain *explain, struct verify_type_change *change,
		      const char *const *lines, size_t count)
{
	change->lines =
		abilock_arena_array(&explain->ret->arena, count + 1, sizeof(*change->lines));
	for (size_t i = 0; change->lines && i < count; i++) {
		change->lines[i] = abilock_arena_text(&explain->ret->arena, lines[i]);
		if (!change->lines[i])
			return false;
		change->line_count++;
	}
	return change->lines;
}

/* Those that the module uses come first: they are what the reader asks for. */
static bool set_symbols(struct explain *explain, struct verify_type_change *change,
			const char *const *symbols, size_t count)
{
	struct abilock_arena *arena = &explain->ret->arena;

	change->symbols = abilock_arena_array(arena, count + 1, sizeof(*change->symbols));
	for (int wants_used = 1; change->symbols && wants_used >= 0; wants_used--)
		for (size_t i = 0; i < count; i++) {
			const bool is_used = abilock_name_table_find(&explain->used, symbols[i]);

			if (is_used != wants_used)
				continue;
			change->used_count += is_used;
			change->symbols[change->symbol_count] =
				abilock_arena_text(arena, symbols[i]);
			if (!change->symbols[change->symbol_count++])
				return false;
		}
	return change->symbols;
}

static bool add_symbol_change(struct explain *explain, const char *symbol, const char *line)
{
	struct verify_type_change *change = add_change(explain, symbol, true);

	return change && set_lines(explain, change, &line, 1) &&
	       set_symbols(explain, change, &symbol, 1);
}

static bool add_found(struct explain *explain, const struct abilock_type_change *found)
{
	_cleanup_(freep) const char **symbols = calloc(found->pair_count + 1, sizeof(*symbols));
	struct verify_type_change *change =
		symbols ? add_change(explain, found->subject, found->is_symbol) : NULL;

	if (!change)
		return false;
	for (size_t i = 0; i < found->pair_count; i++)
		symbols[i] = explain->pairs[found->pairs[i]].name;
	return set_lines(explain, change, found->lines, found->line_count) &&
	       set_symbols(explain, change, symbols, found->pair_count);
}

static bool index_names(struct explain *explain)
{
	const struct abilock_finding *finding = explain->finding;
	const struct abilock_surface *surface = explain->new.baseline->surface;

	for (size_t i = 0; i < finding->symbol_count; i++)
		if (!abilock_name_table_put(&explain->used, finding->symbols[i],
					    (void *)(uintptr_t)1))
			return false;
	for (size_t i = 0; i < surface->export_count; i++)
		if (surface->exports[i].node == explain->new.node &&
		    !abilock_name_table_put(&explain->in_new, surface->exports[i].name,
					    (void *)(uintptr_t)(i + 1)))
			return false;
	return true;
}

/* Where a file has fingerprints alone, no more than that they differ can be said. */
static bool add_unlike(struct explain *explain, size_t old_symbol, size_t new_symbol)
{
	const struct abilock_baseline *old = explain->old.baseline;
	const struct abilock_baseline *new = explain->new.baseline;

	if (old->types && new->types) {
		struct abilock_type_pair *pair =
			abilock_array_push(&explain->pairs, &explain->pair_count, sizeof(*pair));

		if (pair)
			*pair = (struct abilock_type_pair){
				.old_symbol = old_symbol,
				.new_symbol = new_symbol,
				.name = old->surface->exports[old_symbol].name};
		return pair;
	}
	return old->prints[old_symbol].value == new->prints[new_symbol].value ||
	       add_symbol_change(explain, old->surface->exports[old_symbol].name,
				 "its type changed (a baseline with --types says how)");
}

/* Symbols that both have become pairs; what is left in the table is new. */
static bool compare_names(struct explain *explain)
{
	const struct abilock_surface *old = explain->old.baseline->surface;
	const struct abilock_surface *new = explain->new.baseline->surface;

	for (size_t i = 0; i < old->export_count; i++) {
		const char *name = old->exports[i].name;

		if (old->exports[i].node != explain->old.node)
			continue;
		const size_t found =
			(size_t)(uintptr_t)abilock_name_table_find(&explain->in_new, name);
		if (found ? !add_unlike(explain, i, found - 1) ||
				    !abilock_name_table_put(&explain->in_new, name, NULL)
			  : !add_symbol_change(explain, name, "no longer in the node"))
			return false;
	}
	for (size_t i = 0; i < new->export_count; i++)
		if (new->exports[i].node == explain->new.node &&
		    abilock_name_table_find(&explain->in_new, new->exports[i].name) &&
		    !add_symbol_change(explain, new->exports[i].name, "new in the node"))
			return false;
	return true;
}

static int compare_types(struct explain *explain, struct abilock_error *err)
{
	int r = 0;

	if (explain->pair_count > 0)
		r = abilock_types_compare(explain->old.baseline->types,
					  explain->new.baseline->types, explain->pairs,
					  explain->pair_count, &explain->found, err);
	for (size_t i = 0; r == 0 && i < explain->found.count; i++)
		if (!add_found(explain, &explain->found.items[i]))
			r = abilock_error_nomem(err);
	return r;
}

/* ---- one report ---- */

static int add_note(struct verify_type_changes *ret, const char *what, const char *node,
		    struct abilock_error *err)
{
	const char **slot = abilock_array_push(&ret->notes, &ret->note_count, sizeof(*slot));
	_cleanup_(freep) char *text = NULL;

	if (!slot || asprintf(&text, "%s %s", what, node) < 0)
		return abilock_error_nomem(err);
	*slot = abilock_arena_text(&ret->arena, text);
	return *slot ? 0 : abilock_error_nomem(err);
}

static const char *other_node(const struct abilock_object *host, const char *node)
{
	for (size_t i = 0; i < host->verdef_count; i++)
		if (abilock_node_names_differ_in_types(host->verdefs[i].name, node))
			return host->verdefs[i].name;
	return NULL;
}

static int explain_node(const struct verify_types *types, const struct abilock_finding *finding,
			const char *now, struct verify_type_changes *ret, struct abilock_error *err)
{
	_cleanup_(explain_deinit) struct explain explain = {.finding = finding, .ret = ret};

	if (!find_node(types, finding->subject, &explain.old))
		return add_note(ret, "no file given with --types has the types of",
				finding->subject, err);
	if (!find_node(types, now, &explain.new))
		return add_note(ret,
				"neither the host nor a file given with --types has the types of",
				now, err);
	if (!index_names(&explain) || !compare_names(&explain))
		return abilock_error_nomem(err);
	return compare_types(&explain, err);
}

int verify_types_explain(struct verify_types *types, const struct abilock_report *report,
			 const struct abilock_object *host, struct verify_type_changes *ret,
			 struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < report->finding_count; i++) {
		const struct abilock_finding *finding = &report->findings[i];
		const char *now = finding->code == ABILOCK_MISSING_NODE
					  ? other_node(host, finding->subject)
					  : NULL;

		if (now)
			r = explain_node(types, finding, now, ret, err);
	}
	return r;
}

/* ---- text ---- */

enum { SYMBOLS_SHOWN = 3 };

/* @p first to @p end; one more than the limit is as short as "and 1 more". */
static void print_symbols(const struct verify_type_change *change, size_t first, size_t end,
			  FILE *out)
{
	const size_t count = end - first;
	const size_t shown = count > SYMBOLS_SHOWN + 1 ? SYMBOLS_SHOWN : count;

	for (size_t i = 0; i < shown; i++)
		(void)fprintf(out, "%s%s",
			      i == 0	       ? ""
			      : i + 1 == count ? " and "
					       : ", ",
			      change->symbols[first + i]);
	if (shown < count)
		(void)fprintf(out, " and %zu more", count - shown);
}

static void print_use(const struct verify_type_change *change, FILE *out)
{
	if (change->is_symbol) {
		(void)fputs(change->used_count ? " (the module uses it)" : "", out);
		return;
	}
	(void)fputs(" (", out);
	if (change->used_count > 0) {
		(void)fputs("the module uses ", out);
		print_symbols(change, 0, change->used_count, out);
		(void)fputs(change->used_count < change->symbol_count ? "; also " : "", out);
	}
	print_symbols(change, change->used_count, change->symbol_count, out);
	(void)fputs(change->used_count ? ")" : "; the module uses none of them)", out);
}

void verify_types_print(const struct verify_type_changes *changes, FILE *out)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct verify_type_change *change = &changes->items[i];

		for (size_t k = 0; k < change->line_count; k++) {
			(void)fprintf(out, "  %-8s %s: %s", "types", change->subject,
				      change->lines[k]);
			if (k + 1 == change->line_count)
				print_use(change, out);
			(void)fputc('\n', out);
		}
	}
	for (size_t i = 0; i < changes->note_count; i++)
		(void)fprintf(out, "  %-8s %s\n", "types", changes->notes[i]);
}
