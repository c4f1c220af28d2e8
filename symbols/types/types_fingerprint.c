/* SPDX-License-Identifier: MIT */
#include "types_fingerprint.h"

#include "types_contents.h"

/* Types and texts that say the same are one node: handles make no difference then. */
struct merged {
	const struct type_contents *contents;
	struct type_graph graph; /* Edges go to the first of those that are the same. */
	size_t *first;		 /* Of each node. */
	bool *left_out;		 /* All but the first ones, and types without a definition. */
};

static void merged_deinit(struct merged *merged)
{
	type_graph_deinit(&merged->graph);
	free(merged->first);
	free(merged->left_out);
}

static bool names_unnamed(const char *text)
{
	const char *name;
	size_t length;

	if (!strchr(text, '@'))
		return false;
	while ((name = abilock_type_text_next(&text, &length)))
		if (strchr(name, ' ')[1] == '@')
			return true;
	return false;
}

/* Named types, and texts of named ones, are there once. */
static bool may_be_double(const struct type_contents *contents, size_t node)
{
	const struct abilock_types *types = contents->types;

	return node < types->type_count ? types->types[node]->is_unnamed
					: names_unnamed(contents->texts[node - types->type_count]);
}

struct candidate {
	uint64_t hash;
	size_t node;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static bool find_doubles(struct merged *merged)
{
	const struct type_contents *contents = merged->contents;
	_cleanup_(freep) struct candidate *candidates = NULL;
	size_t count = 0;

	for (size_t i = 0; i < contents->graph.count; i++) {
		merged->first[i] = i;
		if (!may_be_double(contents, i))
			continue;
		struct candidate *added =
			abilock_array_push(&candidates, &count, sizeof(*candidates));
		if (!added)
			return false;
		*added = (struct candidate){.hash = contents->hashes[i], .node = i};
	}
	if (count > 0)
		qsort(candidates, count, sizeof(*candidates), compare_candidates);
	for (size_t i = 1; i < count; i++)
		if (candidates[i].hash == candidates[i - 1].hash)
			merged->first[candidates[i].node] = merged->first[candidates[i - 1].node];
	return true;
}

static bool merge(struct merged *merged)
{
	const struct type_contents *contents = merged->contents;
	const struct abilock_types *types = contents->types;
	const size_t count = contents->graph.count, edges = contents->graph.starts[count];

	merged->first = calloc(count + 1, sizeof(*merged->first));
	merged->left_out = calloc(count + 1, sizeof(*merged->left_out));
	merged->graph.starts = calloc(count + 1, sizeof(size_t));
	merged->graph.targets = calloc(edges + 1, sizeof(size_t));
	if (!merged->first || !merged->left_out || !merged->graph.starts || !merged->graph.targets)
		return false;
	if (!find_doubles(merged))
		return false;
	merged->graph.count = count;
	memcpy(merged->graph.starts, contents->graph.starts, (count + 1) * sizeof(size_t));
	for (size_t i = 0; i < edges; i++)
		merged->graph.targets[i] = merged->first[contents->graph.targets[i]];
	for (size_t i = 0; i < count; i++)
		merged->left_out[i] =
			merged->first[i] != i ||
			(i < types->type_count && types->types[i]->definition_count == 0);
	return true;
}

/* ---- all that is reached ---- */

struct reach {
	const struct merged *merged;
	const struct type_components *parts;
	struct type_stream stream;
	uint64_t *hashes; /* Of each component. */
	uint64_t *list;	  /* Scratch: as many as there are nodes. */
	size_t *asked;	  /* Which component put one into the list last, counted from 1. */
};

static void reach_deinit(struct reach *reach)
{
	type_stream_deinit(&reach->stream);
	free(reach->hashes);
	free(reach->list);
	free(reach->asked);
}

static void add_list(struct reach *reach, size_t count)
{
	count = type_hashes_unique(reach->list, count);
	type_stream_number(&reach->stream, count);
	for (size_t i = 0; i < count; i++)
		type_stream_number(&reach->stream, reach->list[i]);
}

/* The components that a component points to, each once. */
static size_t list_reached(struct reach *reach, size_t part)
{
	const struct type_graph *graph = &reach->merged->graph;
	const struct type_components *parts = reach->parts;
	size_t count = 0;

	for (size_t i = parts->starts[part]; i < parts->starts[part + 1]; i++) {
		const size_t node = parts->nodes[i];

		for (size_t e = graph->starts[node]; e < graph->starts[node + 1]; e++) {
			const size_t target = parts->component[graph->targets[e]];

			if (target == SIZE_MAX || target == part ||
			    reach->asked[target] == part + 1)
				continue;
			reach->asked[target] = part + 1;
			reach->list[count++] = reach->hashes[target];
		}
	}
	return count;
}

static void hash_component(struct reach *reach, size_t part)
{
	const struct type_components *parts = reach->parts;
	const size_t start = parts->starts[part], count = parts->starts[part + 1] - start;

	type_stream_start(&reach->stream, 'g');
	for (size_t i = 0; i < count; i++)
		reach->list[i] = reach->merged->contents->hashes[parts->nodes[start + i]];
	add_list(reach, count);
	add_list(reach, list_reached(reach, part));
	reach->hashes[part] = type_stream_end(&reach->stream);
}

static bool reach_init(struct reach *reach)
{
	const size_t count = reach->merged->graph.count + 1;

	reach->hashes = calloc(count, sizeof(*reach->hashes));
	reach->list = calloc(count, sizeof(*reach->list));
	reach->asked = calloc(count, sizeof(*reach->asked));
	return reach->hashes && reach->list && reach->asked;
}

static struct abilock_fingerprint print_of(struct reach *reach, size_t symbol)
{
	const struct merged *merged = reach->merged;
	const size_t node = merged->contents->symbol_nodes[symbol];
	const bool is_thread_local = merged->contents->types->symbols[symbol].is_thread_local;

	if (node == SIZE_MAX)
		return (struct abilock_fingerprint){0};
	type_stream_start(&reach->stream, is_thread_local ? 'l' : 'f');
	type_stream_number(&reach->stream, merged->contents->hashes[node]);
	type_stream_number(&reach->stream,
			   reach->hashes[reach->parts->component[merged->first[node]]]);
	return (struct abilock_fingerprint){.value = type_stream_end(&reach->stream),
					    .is_known = true};
}

static struct abilock_fingerprint *make_prints(const struct merged *merged)
{
	const struct abilock_types *types = merged->contents->types;
	_cleanup_(type_components_deinit) struct type_components parts = {0};
	_cleanup_(reach_deinit) struct reach reach = {.merged = merged, .parts = &parts};
	_cleanup_(freep) struct abilock_fingerprint *prints =
		calloc(types->symbol_count + 1, sizeof(*prints));

	if (!prints || !type_graph_components(&merged->graph, merged->left_out, &parts) ||
	    !reach_init(&reach))
		return NULL;
	for (size_t i = 0; i < parts.count; i++)
		hash_component(&reach, i);
	for (size_t i = 0; i < types->symbol_count; i++)
		prints[i] = print_of(&reach, i);
	return reach.stream.bytes.failed ? NULL : take_ptr(prints);
}

int type_contents_fingerprints(const struct type_contents *contents,
			       struct abilock_fingerprint **ret, struct abilock_error *err)
{
	_cleanup_(merged_deinit) struct merged merged = {.contents = contents};
	struct abilock_fingerprint *prints = merge(&merged) ? make_prints(&merged) : NULL;

	if (!prints)
		return abilock_error_nomem(err);
	*ret = prints;
	return 0;
}

int abilock_types_fingerprints(const struct abilock_types *types, struct abilock_fingerprint **ret,
			       struct abilock_error *err)
{
	_cleanup_(type_contents_deinit) struct type_contents contents = {0};
	int r = type_contents_make(types, &contents, err);

	return r < 0 ? r : type_contents_fingerprints(&contents, ret, err);
}

/* ---- nodes ---- */

struct named_print {
	const char *name;
	struct abilock_fingerprint print;
};

static int compare_named(const void *a, const void *b)
{
	const struct named_print *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x->print.value < y->print.value ? -1 : x->print.value > y->print.value);
}

static uint64_t hash_named(const struct named_print *named, size_t count,
			   struct type_stream *stream)
{
	type_stream_start(stream, 'n');
	for (size_t i = 0; i < count; i++) {
		type_stream_string(stream, named[i].name, strlen(named[i].name));
		type_stream_number(stream, named[i].print.value);
	}
	return type_stream_end(stream);
}

int abilock_node_fingerprint(const struct abilock_surface *surface,
			     const struct abilock_fingerprint *prints, size_t node,
			     struct abilock_fingerprint *ret, const char **ret_unknown,
			     struct abilock_error *err)
{
	_cleanup_(freep) struct named_print *named = NULL;
	_cleanup_(type_stream_deinit) struct type_stream stream = {0};
	const char *unknown = NULL;
	size_t count = 0;

	for (size_t i = 0; i < surface->export_count; i++) {
		const struct abilock_export *symbol = &surface->exports[i];

		if (symbol->node != node || str_starts(symbol->name, ABILOCK_MARKER_PREFIX))
			continue;
		struct named_print *slot = abilock_array_push(&named, &count, sizeof(*named));
		if (!slot)
			return abilock_error_nomem(err);
		*slot = (struct named_print){.name = symbol->name, .print = prints[i]};
		if (!prints[i].is_known && (!unknown || strcmp(symbol->name, unknown) < 0))
			unknown = symbol->name;
	}
	if (count > 0)
		qsort(named, count, sizeof(*named), compare_named);
	const uint64_t value = hash_named(named, count, &stream);
	if (stream.bytes.failed)
		return abilock_error_nomem(err);
	*ret_unknown = unknown;
	*ret = unknown ? (struct abilock_fingerprint){0}
		       : (struct abilock_fingerprint){.value = value, .is_known = true};
	return 0;
}
