/* SPDX-License-Identifier: MIT */
/*
 * What types and texts of a model say by themselves: a hash for each, in which named types stand by
 * their name and unnamed ones by what is in them. Fingerprints and comparisons are made from these.
 *
 * Nodes of the graph are the types of the model, by index, and behind them its texts. A type points
 * to the texts of its members, a text to the types that it names.
 */
#ifndef ABILOCK_TYPES_TYPES_CONTENTS_H
#define ABILOCK_TYPES_TYPES_CONTENTS_H

#include "types_fingerprint.h"
#include "types_graph.h"

struct type_contents {
	const struct abilock_types *types;
	struct type_graph graph;
	const char **texts; /**< malloc'ed; node type_count + i is text i. */
	size_t text_count;
	size_t *symbol_nodes; /**< Of the text of each symbol; SIZE_MAX: it has none. malloc'ed. */
	uint64_t *hashes;     /**< Of each node; malloc'ed. */
	struct type_text_slot *slots; /**< Text to node, by address: texts are interned. */
	size_t slot_count;	      /**< Power of two, more than twice the texts. */
};

void type_contents_deinit(struct type_contents *contents);

/** @return 0 or ABILOCK_E_NOMEM. */
int type_contents_make(const struct abilock_types *types, struct type_contents *ret,
		       struct abilock_error *err) _must_check_;

/** The hash of a text that a symbol or a member of the model has; its own copy, not one like it. */
uint64_t type_contents_text(const struct type_contents *contents, const char *text);

/** The hashes of the definitions of a type, malloc'ed; NULL when memory is out. */
uint64_t *type_contents_definitions(const struct type_contents *contents,
				    const struct abilock_type *type);

/** The type of that name, or NULL. */
struct abilock_type *type_contents_find(const struct type_contents *contents, const char *name,
					size_t length);

/** As abilock_types_fingerprints() where the contents are there already. */
int type_contents_fingerprints(const struct type_contents *contents,
			       struct abilock_fingerprint **ret,
			       struct abilock_error *err) _must_check_;

/** Sort hashes and drop those that are there twice. @return How many are left. */
size_t type_hashes_unique(uint64_t *hashes, size_t count);

/** Bytes to be hashed, the same ones on all machines. Initialise with `{ 0 }`. */
struct type_stream {
	struct abilock_text bytes;
};

void type_stream_deinit(struct type_stream *stream);
void type_stream_start(struct type_stream *stream, char what);
void type_stream_number(struct type_stream *stream, uint64_t value);
void type_stream_string(struct type_stream *stream, const char *s, size_t length);

/** Hash what came since the start. */
uint64_t type_stream_end(struct type_stream *stream);

#endif
