/* SPDX-License-Identifier: MIT */
/* A declaration from a version script. */
#include "import.h"

static struct abilock_place shifted(struct abilock_place place, size_t by)
{
	place.file += (uint32_t)by;
	return place;
}

/* Diagnostics of a script have places in its own list of sources, which gets appended to ours. */
static int take_diagnostics(struct import *import, const struct abilock_diagnostics *diags,
			    size_t shift)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_diagnostic *from = &diags->items[i];
		struct abilock_diagnostic *to =
			abilock_diagnostics_add(&import->diags, from->level, from->rule,
						shifted(from->place, shift), "%s", from->message);

		if (!to)
			return ABILOCK_E_NOMEM;
		to->fix = from->fix ? abilock_arena_strdup(&import->diags.arena, from->fix) : NULL;
	}
	return 0;
}

static int keep_script(struct import *import, struct abilock_declaration *script,
		       const struct abilock_diagnostics *diags, size_t *ret_shift,
		       struct abilock_error *err)
{
	struct abilock_declaration **slot =
		abilock_array_push(&import->scripts, &import->script_count, sizeof(*slot));

	if (!slot) {
		abilock_declaration_free(script);
		return abilock_error_nomem(err);
	}
	*slot = script;
	*ret_shift = import->source_count;
	for (size_t i = 0; i < script->source_count; i++) {
		const struct abilock_source *from = &script->sources[i];
		size_t at;
		int r = import_add_source(import, from->path, from->text, from->length, &at, err);
		if (r < 0)
			return r;
	}
	return take_diagnostics(import, diags, *ret_shift) < 0 ? abilock_error_nomem(err) : 0;
}

static int copy_node(struct import *import, const struct abilock_declared_node *from,
		     const size_t *moved, size_t shift, size_t *ret, struct abilock_error *err)
{
	const size_t at = import_node(import, from->name, shifted(from->place, shift));
	size_t *parents =
		abilock_arena_array(&import->arena, from->parent_count + 1, sizeof(*parents));

	if (at == ABILOCK_NO_NODE || !parents)
		return abilock_error_nomem(err);
	/* Parents come first. */
	for (size_t i = 0; i < from->parent_count; i++)
		parents[i] = moved[from->parents[i]];
	import->nodes[at].parents = parents;
	import->nodes[at].parent_count = from->parent_count;
	import->nodes[at].tags = from->tags;
	*ret = at;
	return 0;
}

static int copy_entries(struct import *import, const struct abilock_declaration *script,
			const size_t *moved, size_t shift, struct abilock_error *err)
{
	for (size_t i = 0; i < script->entry_count; i++) {
		const struct abilock_entry *from = &script->entries[i];
		const size_t node =
			from->node == ABILOCK_NO_NODE ? ABILOCK_NO_NODE : moved[from->node];
		struct import_symbol *symbol = import_add_symbol(import, node, from->text);

		if (!symbol)
			return abilock_error_nomem(err);
		symbol->entry = *from;
		symbol->entry.node = node;
		symbol->entry.place = shifted(from->place, shift);
	}
	return 0;
}

static int copy_script(struct import *import, const struct abilock_declaration *script,
		       size_t shift, struct abilock_error *err)
{
	_cleanup_(freep) size_t *moved = calloc(script->node_count + 1, sizeof(*moved));
	int r = 0;

	if (!moved)
		return abilock_error_nomem(err);
	for (size_t i = 0; r == 0 && i < script->node_count; i++)
		r = copy_node(import, &script->nodes[i], moved, shift, &moved[i], err);
	return r < 0 ? r : copy_entries(import, script, moved, shift, err);
}

int import_read_script(struct import *import, size_t source, struct abilock_error *err)
{
	const struct abilock_source from = import->sources[source];
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_declaration *script = NULL;
	size_t shift = 0;

	int r = abilock_declaration_parse_script(from.text, from.length, from.path, &script, &diags,
						 err);
	if (script) {
		int kept = keep_script(import, script, &diags, &shift, err);
		r = kept < 0 ? kept : r;
	}
	return r < 0 ? r : copy_script(import, script, shift, err);
}

void import_keep_script_names(struct import *import, const struct import_options *options)
{
	for (size_t i = 0; i < import->node_count; i++) {
		struct abilock_declared_node *node = &import->nodes[i];

		if (abilock_node_name_is_private(node->name))
			node->tags.is_exact =
				!(options->is_tagged && str_ends(node->name, "_PRIVATE"));
	}
}

int import_script(struct import *import, size_t source, const struct import_options *options,
		  struct abilock_error *err)
{
	int r = import_read_script(import, source, err);

	import_keep_script_names(import, options);
	return r;
}
