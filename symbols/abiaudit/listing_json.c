/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "listing.h"

/* ---- the file ---- */

static bool put_build_id(struct json_object *to, const struct abilock_object *object)
{
	_cleanup_(freep) char *hex = calloc(2, object->build_id_size + 1);

	if (!hex)
		return false;
	for (size_t i = 0; i < object->build_id_size; i++)
		(void)sprintf(hex + 2 * i, "%02x", object->build_id[i]);
	return json_put_string(to, "build_id", object->build_id ? hex : NULL);
}

static bool put_note(struct json_object *to, const struct abilock_note *note)
{
	if (!note)
		return json_put_null(to, "note");
	struct json_object *object = json_put_object(to, "note");
	return object && json_put_string(object, "kind", note->kind) &&
	       json_put_string(object, "host", note->host) &&
	       json_put_string(object, "tag", note->tag) &&
	       json_put_string(object, "soname", note->soname) &&
	       json_put_string(object, "name", note->name) &&
	       json_put_string(object, "node", note->node);
}

static bool put_file(struct json_object *to, const struct abilock_object *object)
{
	char machine[32];

	return json_put_string(to, "file", object->path) &&
	       json_put_string(to, "soname", object->soname) &&
	       json_put_number(to, "class", object->elf_class == ELFCLASS64 ? 64 : 32) &&
	       json_put_string(to, "byte_order", object->data == ELFDATA2MSB ? "big" : "little") &&
	       json_put_string(to, "machine",
			       abilock_machine_name(object->machine, machine, sizeof(machine))) &&
	       put_build_id(to, object) && put_note(to, object->note);
}

/* ---- nodes ---- */

static bool put_flags(struct json_object *to, uint16_t flags)
{
	struct json_object *array = json_put_array(to, "flags");
	const uint16_t known = VER_FLG_BASE | VER_FLG_WEAK;
	char rest[16];

	(void)snprintf(rest, sizeof(rest), "0x%x", flags & ~known);
	return array && (!(flags & VER_FLG_WEAK) || json_push_string(array, "WEAK")) &&
	       (!(flags & ~known) || json_push_string(array, rest));
}

static bool put_node(struct json_object *nodes, const struct abilock_verdef *def, size_t exports)
{
	struct json_object *node = json_push_object(nodes);

	return node && json_put_string(node, "name", def->name) &&
	       json_put_number(node, "index", def->index) && put_flags(node, def->flags) &&
	       json_put_strings(node, "parents", def->parents, def->parent_count) &&
	       json_put_bool(node, "private", abilock_node_name_is_private(def->name)) &&
	       json_put_number(node, "symbol_count", exports);
}

static bool put_nodes(struct json_object *to, const struct listing *listing)
{
	const struct abilock_object *object = listing->object;
	struct json_object *nodes = json_put_array(to, "nodes");

	for (size_t i = 0; nodes && i < object->verdef_count; i++)
		if (!(object->verdefs[i].flags & VER_FLG_BASE) &&
		    !put_node(nodes, &object->verdefs[i], listing->exports[i]))
			return false;
	return nodes != NULL;
}

/* ---- symbols ---- */

/* A member behind another one. */
static void add_key(struct abilock_text *out, const char *key)
{
	abilock_text_puts(out, ",\"");
	abilock_text_puts(out, key);
	abilock_text_puts(out, "\":");
}

static void add_string(struct abilock_text *out, const char *key, const char *value)
{
	add_key(out, key);
	json_add_string(out, value);
}

static void add_number(struct abilock_text *out, const char *key, uint64_t value)
{
	add_key(out, key);
	abilock_text_decimal(out, value, 0);
}

static void add_bool(struct abilock_text *out, const char *key, bool value)
{
	add_key(out, key);
	abilock_text_puts(out, value ? "true" : "false");
}

static void add_symbol(struct abilock_text *out, const struct abilock_object *object,
		       uint64_t index, const struct abilock_symbol *row,
		       const struct readelf_version *version)
{
	char type[READELF_NAME_SIZE], bind[READELF_NAME_SIZE];

	abilock_text_puts(out, "{\"index\":");
	abilock_text_decimal(out, index, 0);
	add_string(out, "name", row->name);
	add_string(out, "node", version->node);
	add_bool(out, "default", !row->hidden && !version->is_needed);
	add_bool(out, "defined", row->shndx != SHN_UNDEF);
	add_string(out, "type", readelf_type(object, row->type, type));
	add_string(out, "bind", readelf_bind(object, row->bind, bind));
	add_string(out, "visibility", readelf_visibility(row->visibility));
	add_number(out, "size", row->size);
	add_number(out, "value", row->value);
	abilock_text_putc(out, '}');
}

/* As the last member of the object that @p out ends with. */
static int add_symbols(struct abilock_text *out, const struct listing *listing,
		       struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	const char *separator = "";
	struct readelf_version version;
	struct abilock_symbol symbol;

	out->length--; /* the brace */
	abilock_text_puts(out, ",\"symbols\":[");
	for (uint64_t i = 0; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		if (!readelf_wants(listing->rows, i, &symbol))
			continue;
		abilock_text_puts(out, separator);
		separator = ",";
		add_symbol(out, object, i, &symbol, &version);
		if (listing->checked)
			abilock_text_offer(out);
	}
	abilock_text_puts(out, "]}");
	return 0;
}

/* ---- versions ---- */

static int put_version_symbols(struct json_object *to, const struct abilock_object *object,
			       struct abilock_error *err)
{
	struct json_object *array = json_put_array(to, "symbols");
	struct abilock_symbol symbol;

	for (uint64_t i = 0; array && object->has_versym && i < object->symbol_count; i++) {
		int r = abilock_object_symbol(object, i, &symbol, err);
		if (r < 0)
			return r;
		if (!json_push_number(array, symbol.version | (symbol.hidden ? 0x8000 : 0)))
			return abilock_error_nomem(err);
	}
	return array ? 0 : abilock_error_nomem(err);
}

static bool put_definition(struct json_object *array, const struct abilock_verdef *def)
{
	struct json_object *object = json_push_object(array);

	if (!object || !json_put_number(object, "offset", def->offset) ||
	    !json_put_number(object, "index", def->index) ||
	    !json_put_number(object, "flags", def->flags) ||
	    !json_put_string(object, "name", def->name))
		return false;
	struct json_object *parents = json_put_array(object, "parents");
	for (size_t i = 0; parents && i < def->parent_count; i++) {
		struct json_object *parent = json_push_object(parents);

		if (!parent || !json_put_number(parent, "offset", def->aux_offsets[i + 1]) ||
		    !json_put_string(parent, "name", def->parents[i]))
			return false;
	}
	return parents != NULL;
}

static bool put_version_need(struct json_object *array, const struct abilock_verneed *need)
{
	struct json_object *object = json_push_object(array);

	return object && json_put_number(object, "offset", need->offset) &&
	       json_put_string(object, "file", need->file) &&
	       json_put_string(object, "node", need->node) &&
	       json_put_number(object, "flags", need->flags) &&
	       json_put_number(object, "index", need->index);
}

static int put_versions(struct json_object *to, const struct listing *listing,
			struct abilock_error *err)
{
	const struct abilock_object *object = listing_versions(listing);
	struct json_object *versions = json_put_object(to, "versions");

	if (!versions ||
	    !json_put_string(versions, "source",
			     object->section_count ? "section headers" : "program headers"))
		return abilock_error_nomem(err);
	int r = put_version_symbols(versions, object, err);
	if (r < 0)
		return r;
	struct json_object *definitions = json_put_array(versions, "definitions");
	for (size_t i = 0; definitions && i < object->verdef_count; i++)
		if (!put_definition(definitions, &object->verdefs[i]))
			return abilock_error_nomem(err);
	struct json_object *needs = json_put_array(versions, "needs");
	for (size_t i = 0; needs && i < object->verneed_count; i++)
		if (!put_version_need(needs, &object->verneeds[i]))
			return abilock_error_nomem(err);
	return definitions && needs ? 0 : abilock_error_nomem(err);
}

/* ---- needs and why ---- */

/* Symbols by version index, as a member. */
static int put_references(struct json_object *to, const char *key, const struct listing *listing,
			  uint16_t index, struct abilock_error *err)
{
	const struct references *references = &listing->references;
	struct json_object *array = json_put_array(to, key);
	struct abilock_symbol symbol;

	if (!array)
		return abilock_error_nomem(err);
	for (size_t i = references->first[index]; i < references->first[index + 1]; i++) {
		int r = abilock_object_symbol(listing->object, references->rows[i], &symbol, err);
		if (r < 0)
			return r;
		struct json_object *object = json_push_object(array);
		if (!object || !json_put_string(object, "name", symbol.name) ||
		    !json_put_bool(object, "weak", symbol.bind == STB_WEAK) ||
		    !json_put_bool(object, "copy", symbol.shndx != SHN_UNDEF))
			return abilock_error_nomem(err);
	}
	return 0;
}

static int put_need(struct json_object *array, const struct listing *listing,
		    const struct abilock_verneed *need, struct abilock_error *err)
{
	struct json_object *object = json_push_object(array);

	if (!object || !json_put_string(object, "name", need->node) ||
	    !json_put_number(object, "index", need->index) || !put_flags(object, need->flags))
		return abilock_error_nomem(err);
	if (!(listing->views & VIEW_WHY))
		return 0;
	/* The reserved indices are nobody's. */
	return put_references(object, "symbols", listing,
			      need->index > VER_NDX_GLOBAL ? need->index : VER_NDX_LOCAL, err);
}

static int put_needs(struct json_object *to, const struct listing *listing,
		     struct abilock_error *err)
{
	struct json_object *array = json_put_array(to, "needs");
	int r = array ? 0 : abilock_error_nomem(err);

	for (size_t i = 0; r >= 0 && i < listing->file_count; i++) {
		const struct needed_file *file = &listing->files[i];
		struct json_object *object = json_push_object(array);

		if (!object || !json_put_string(object, "file", file->name) ||
		    !json_put_bool(object, "in_dynamic", file->in_dynamic))
			return abilock_error_nomem(err);
		struct json_object *nodes = json_put_array(object, "nodes");
		if (!nodes)
			return abilock_error_nomem(err);
		for (size_t k = 0; r >= 0 && k < file->node_count; k++)
			r = put_need(nodes, listing, file->nodes[k], err);
	}
	if (r >= 0 && (listing->views & VIEW_WHY))
		r = put_references(to, "unversioned", listing, VER_NDX_GLOBAL, err);
	return r;
}

/* ---- facts ---- */

static bool put_facts(struct json_object *to, const struct facts *facts)
{
	struct json_object *array = json_put_array(to, "facts");

	for (size_t i = 0; array && i < facts->count; i++) {
		const struct fact *fact = &facts->items[i];
		struct json_object *object = json_push_object(array);

		if (!object || !json_put_string(object, "code", fact_name(fact->code)) ||
		    !json_put_string(object, "subject", fact->subject) ||
		    !json_put_string(object, "text", fact->text) ||
		    !json_put_strings(object, "names", fact->names, fact->name_count))
			return false;
	}
	return array != NULL;
}

/* ---- */

int listing_json(const struct listing *listing, struct abilock_text *out, struct abilock_error *err)
{
	_cleanup_(json_freep) struct json_object *file = json_new();
	const unsigned views = listing->views;

	if (!file || !put_file(file, listing->object) ||
	    ((views & VIEW_NODES) && !put_nodes(file, listing)))
		return abilock_error_nomem(err);
	int r = 0;
	if (views & VIEW_VERSIONS)
		r = put_versions(file, listing, err);
	if (r >= 0 && (views & (VIEW_NEEDS | VIEW_WHY)))
		r = put_needs(file, listing, err);
	if (r < 0)
		return r;
	if (!put_facts(file, &listing->facts))
		return abilock_error_nomem(err);
	r = json_add(out, file, err);
	if (r >= 0 && (views & VIEW_SYMBOLS))
		r = add_symbols(out, listing, err);
	return r;
}
