/* SPDX-License-Identifier: MIT */
#include "types_contents.h"

#include <endian.h>
#include <xxhash.h>

#include "types_name.h"

void type_stream_deinit(struct type_stream *stream)
{
	abilock_text_deinit(&stream->bytes);
}

void type_stream_start(struct type_stream *stream, char what)
{
	stream->bytes.length = 0;
	abilock_text_putc(&stream->bytes, what);
}

void type_stream_number(struct type_stream *stream, uint64_t value)
{
	uint64_t bytes = htole64(value);

	abilock_text_add(&stream->bytes, &bytes, sizeof(bytes));
}

/* The length comes first: no two lists of strings have the same bytes. */
void type_stream_string(struct type_stream *stream, const char *s, size_t length)
{
	type_stream_number(stream, length);
	abilock_text_add(&stream->bytes, s, length);
}

uint64_t type_stream_end(struct type_stream *stream)
{
	return XXH64(stream->bytes.data, stream->bytes.length, 0);
}

static int compare_hashes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

enum { FEW = 16 };

/* Most lists have a handful. */
static void sort_hashes(uint64_t *hashes, size_t count)
{
	if (count > FEW) {
		qsort(hashes, count, sizeof(*hashes), compare_hashes);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		uint64_t hash = hashes[i];
		size_t at = i;

		for (; at > 0 && hashes[at - 1] > hash; at--)
			hashes[at] = hashes[at - 1];
		hashes[at] = hash;
	}
}

size_t type_hashes_unique(uint64_t *hashes, size_t count)
{
	size_t kept = count > 0;

	sort_hashes(hashes, count);
	for (size_t i = 1; i < count; i++)
		if (hashes[i] != hashes[kept - 1])
			hashes[kept++] = hashes[i];
	return kept;
}

void type_contents_deinit(struct type_contents *contents)
{
	type_graph_deinit(&contents->graph);
	free(contents->texts);
	free(contents->symbol_nodes);
	free(contents->hashes);
	free(contents->slots);
}

struct abilock_type *type_contents_find(const struct type_contents *contents, const char *name,
					size_t length)
{
	return abilock_name_table_find_part(&contents->types->names, name, length);
}

/* ---- the graph ---- */

struct type_text_slot {
	const char *text;
	size_t node;
};

/* The slot of a text, or the free one where it belongs. */
static struct type_text_slot *slot_of(const struct type_contents *contents, const char *text)
{
	size_t at = (size_t)(((uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	for (;; at++) {
		struct type_text_slot *slot = &contents->slots[at & (contents->slot_count - 1)];

		if (!slot->text || slot->text == text)
			return slot;
	}
}

/* The model has all texts that there can be. */
static bool make_slots(struct type_contents *contents)
{
	size_t count = 2;

	while (count < contents->types->texts.count * 2 + 2)
		count *= 2;
	contents->slots = calloc(count, sizeof(*contents->slots));
	contents->slot_count = count;
	return contents->slots != NULL;
}

/* @return The node of a text; SIZE_MAX when memory is out. */
static size_t text_node(struct type_contents *contents, const char *text)
{
	struct type_text_slot *slot = slot_of(contents, text);

	if (slot->text)
		return slot->node;
	const char **added =
		abilock_array_push(&contents->texts, &contents->text_count, sizeof(const char *));
	if (!added)
		return SIZE_MAX;
	*added = text;
	slot->text = text;
	slot->node = contents->types->type_count + contents->text_count - 1;
	return slot->node;
}

static bool add_members(struct type_contents *contents, const struct abilock_type *type)
{
	for (size_t i = 0; i < type->definition_count; i++) {
		const struct abilock_type_definition *definition = &type->definitions[i];

		for (size_t m = 0; m < definition->member_count; m++) {
			const char *text = definition->members[m].type;
			size_t node = text ? text_node(contents, text) : 0;

			if (text &&
			    (node == SIZE_MAX || !type_graph_add_edge(&contents->graph, node)))
				return false;
		}
	}
	return true;
}

static bool add_names(struct type_contents *contents, const char *text)
{
	const char *name;
	size_t length;

	while ((name = abilock_type_text_next(&text, &length))) {
		const struct abilock_type *type = type_contents_find(contents, name, length);

		if (type && !type_graph_add_edge(&contents->graph, type->index))
			return false;
	}
	return true;
}

static bool add_symbols(struct type_contents *contents)
{
	const struct abilock_types *types = contents->types;

	contents->symbol_nodes = calloc(types->symbol_count + 1, sizeof(size_t));
	for (size_t i = 0; contents->symbol_nodes && i < types->symbol_count; i++) {
		contents->symbol_nodes[i] = SIZE_MAX;
		if (!types->symbols[i].type)
			continue;
		contents->symbol_nodes[i] = text_node(contents, types->symbols[i].type);
		if (contents->symbol_nodes[i] == SIZE_MAX)
			return false;
	}
	return contents->symbol_nodes != NULL;
}

static bool make_graph(struct type_contents *contents)
{
	const struct abilock_types *types = contents->types;
	struct type_graph *graph = &contents->graph;

	if (!make_slots(contents))
		return false;
	for (size_t i = 0; i < types->type_count; i++)
		if (!type_graph_add_node(graph) || !add_members(contents, types->types[i]))
			return false;
	if (!add_symbols(contents))
		return false;
	for (size_t i = 0; i < contents->text_count; i++)
		if (!type_graph_add_node(graph) || !add_names(contents, contents->texts[i]))
			return false;
	return type_graph_end(graph);
}

/* ---- the hashes ---- */

struct hasher {
	const struct type_contents *contents;
	struct type_stream stream;
	uint64_t *members; /* Scratch, malloc'ed: for the largest definition. */
	uint64_t *definitions;
};

static void hasher_deinit(struct hasher *hasher)
{
	type_stream_deinit(&hasher->stream);
	free(hasher->members);
	free(hasher->definitions);
}

/* Literal parts, and in place of an unnamed type what is in it. */
static uint64_t hash_text(struct hasher *hasher, const char *text)
{
	const struct type_contents *contents = hasher->contents;
	const char *literal = text, *name;
	size_t length;

	type_stream_start(&hasher->stream, 't');
	while ((name = abilock_type_text_next(&text, &length))) {
		if (!memchr(name, '@', length) || strchr(name, ' ')[1] != '@')
			continue;
		const struct abilock_type *type = type_contents_find(contents, name, length);

		type_stream_string(&hasher->stream, literal, (size_t)(name - literal));
		type_stream_number(&hasher->stream, type ? contents->hashes[type->index] : 0);
		literal = text;
	}
	type_stream_string(&hasher->stream, literal, strlen(literal));
	return type_stream_end(&hasher->stream);
}

uint64_t type_contents_text(const struct type_contents *contents, const char *text)
{
	const struct type_text_slot *slot = slot_of(contents, text);

	return slot->text ? contents->hashes[slot->node] : 0;
}

static uint64_t hash_member(struct hasher *hasher, const struct abilock_type_member *member,
			    size_t node)
{
	struct type_stream *stream = &hasher->stream;

	type_stream_start(stream, 'm');
	type_stream_number(stream, member->bit_offset);
	type_stream_number(stream, member->bit_size);
	type_stream_number(stream, (uint64_t)member->value);
	type_stream_number(stream, member->type ? hasher->contents->hashes[node] : 0);
	type_stream_string(stream, member->name, strlen(member->name));
	return type_stream_end(stream);
}

/*
 * Members at one place, such as unnamed ones of a union, are sorted by their texts, which may hold
 * handles: what counts is the order of the hashes.
 */
static uint64_t hash_definition(struct hasher *hasher,
				const struct abilock_type_definition *definition, size_t *edge)
{
	const size_t *targets = hasher->contents->graph.targets;

	for (size_t i = 0; i < definition->member_count; i++) {
		const struct abilock_type_member *member = &definition->members[i];
		size_t node = member->type ? targets[(*edge)++] : 0;

		hasher->members[i] = hash_member(hasher, member, node);
	}
	sort_hashes(hasher->members, definition->member_count);
	type_stream_start(&hasher->stream, 'd');
	type_stream_number(&hasher->stream, definition->size);
	for (size_t i = 0; i < definition->member_count; i++)
		type_stream_number(&hasher->stream, hasher->members[i]);
	return type_stream_end(&hasher->stream);
}

static void hash_definitions(struct hasher *hasher, const struct abilock_type *type)
{
	size_t edge = hasher->contents->graph.starts[type->index];

	for (size_t i = 0; i < type->definition_count; i++)
		hasher->definitions[i] = hash_definition(hasher, &type->definitions[i], &edge);
}

/* What nobody can see into is told from others by its typedef alone. */
static uint64_t hash_type(struct hasher *hasher, const struct abilock_type *type)
{
	const bool is_opaque = type->definition_count == 0;
	const bool has_name = !type->is_unnamed || (is_opaque && type_name_is_typedef(type));
	const char *tag = has_name ? type_name_tag(type) : "";
	struct type_stream *stream = &hasher->stream;

	hash_definitions(hasher, type);
	size_t count = type_hashes_unique(hasher->definitions, type->definition_count);
	type_stream_start(stream, "sue"[type->kind]);
	type_stream_number(stream, type->is_unnamed);
	type_stream_string(stream, tag, strlen(tag));
	for (size_t i = 0; i < count; i++)
		type_stream_number(stream, hasher->definitions[i]);
	return type_stream_end(stream);
}

static uint64_t hash_node(struct hasher *hasher, size_t node)
{
	const struct type_contents *contents = hasher->contents;
	const size_t type_count = contents->types->type_count;

	return node < type_count ? hash_type(hasher, contents->types->types[node])
				 : hash_text(hasher, contents->texts[node - type_count]);
}

static void hash_texts_of(struct hasher *hasher, const size_t *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i] >= hasher->contents->types->type_count)
			hasher->contents->hashes[nodes[i]] = hash_node(hasher, nodes[i]);
}

/*
 * Unnamed types that reach each other without a named one between them. C has none; a hostile file
 * may. Within the circle one stands as its kind alone; then all of them go into each.
 */
static bool hash_circle(struct hasher *hasher, const size_t *nodes, size_t count)
{
	const struct type_contents *contents = hasher->contents;
	const size_t type_count = contents->types->type_count;
	_cleanup_(freep) uint64_t *cut = calloc(count, sizeof(*cut));
	_cleanup_(freep) uint64_t *all = calloc(count, sizeof(*all));
	size_t found = 0;

	if (!cut || !all)
		return false;
	for (size_t i = 0; i < count; i++)
		if (nodes[i] < type_count)
			contents->hashes[nodes[i]] = contents->types->types[nodes[i]]->kind;
	hash_texts_of(hasher, nodes, count);
	for (size_t i = 0; i < count; i++)
		if (nodes[i] < type_count)
			all[found++] = cut[i] = hash_node(hasher, nodes[i]);
	found = type_hashes_unique(all, found);
	type_stream_start(&hasher->stream, 'a');
	for (size_t i = 0; i < found; i++)
		type_stream_number(&hasher->stream, all[i]);
	const uint64_t circle = type_stream_end(&hasher->stream);
	for (size_t i = 0; i < count; i++) {
		if (nodes[i] >= type_count)
			continue;
		type_stream_start(&hasher->stream, 'c');
		type_stream_number(&hasher->stream, cut[i]);
		type_stream_number(&hasher->stream, circle);
		contents->hashes[nodes[i]] = type_stream_end(&hasher->stream);
	}
	hash_texts_of(hasher, nodes, count);
	return true;
}

/* Texts and unnamed types, from what is in others to what they are in; then named types. */
static bool hash_nodes(struct hasher *hasher)
{
	const struct type_contents *contents = hasher->contents;
	const struct abilock_types *types = contents->types;
	_cleanup_(type_components_deinit) struct type_components parts = {0};
	_cleanup_(freep) bool *named = calloc(contents->graph.count + 1, sizeof(*named));

	for (size_t i = 0; named && i < types->type_count; i++)
		named[i] = !types->types[i]->is_unnamed;
	if (!named || !type_graph_components(&contents->graph, named, &parts))
		return false;
	for (size_t i = 0; i < parts.count; i++) {
		const size_t *nodes = &parts.nodes[parts.starts[i]];
		size_t count = parts.starts[i + 1] - parts.starts[i];

		if (count == 1)
			contents->hashes[nodes[0]] = hash_node(hasher, nodes[0]);
		else if (!hash_circle(hasher, nodes, count))
			return false;
	}
	for (size_t i = 0; i < types->type_count; i++)
		if (named[i])
			contents->hashes[i] = hash_node(hasher, i);
	return true;
}

static void count_most(const struct abilock_type *type, size_t *members, size_t *definitions)
{
	if (type->definition_count > *definitions)
		*definitions = type->definition_count;
	for (size_t i = 0; i < type->definition_count; i++)
		if (type->definitions[i].member_count > *members)
			*members = type->definitions[i].member_count;
}

/* For one type, or with NULL for all of the model. */
static bool hasher_init(struct hasher *hasher, const struct abilock_type *only)
{
	const struct abilock_types *types = hasher->contents->types;
	size_t members = 1, definitions = 1;

	if (only)
		count_most(only, &members, &definitions);
	for (size_t i = 0; !only && i < types->type_count; i++)
		count_most(types->types[i], &members, &definitions);
	hasher->members = calloc(members, sizeof(*hasher->members));
	hasher->definitions = calloc(definitions, sizeof(*hasher->definitions));
	return hasher->members && hasher->definitions;
}

uint64_t *type_contents_definitions(const struct type_contents *contents,
				    const struct abilock_type *type)
{
	_cleanup_(hasher_deinit) struct hasher hasher = {.contents = contents};

	if (!hasher_init(&hasher, type))
		return NULL;
	hash_definitions(&hasher, type);
	return hasher.stream.bytes.failed ? NULL : take_ptr(hasher.definitions);
}

int type_contents_make(const struct abilock_types *types, struct type_contents *ret,
		       struct abilock_error *err)
{
	_cleanup_(type_contents_deinit) struct type_contents made = {.types = types};
	_cleanup_(hasher_deinit) struct hasher hasher = {.contents = &made};

	if (!make_graph(&made) || !hasher_init(&hasher, NULL))
		return abilock_error_nomem(err);
	made.hashes = calloc(made.graph.count + 1, sizeof(*made.hashes));
	if (!made.hashes || !hash_nodes(&hasher) || hasher.stream.bytes.failed)
		return abilock_error_nomem(err);
	*ret = made;
	made = (struct type_contents){0};
	return 0;
}
