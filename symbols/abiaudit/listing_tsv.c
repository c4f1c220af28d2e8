/* SPDX-License-Identifier: MIT */
#include "listing.h"
#include "readelf_versions.h"
#include "tsv.h"

static void add_file(const struct abilock_object *object, struct abilock_text *out)
{
	char machine[32];

	tsv_begin(out, "file", object->path);
	tsv_string(out, object->soname);
	tsv_number(out, object->elf_class == ELFCLASS64 ? 64 : 32);
	tsv_string(out, object->data == ELFDATA2MSB ? "big" : "little");
	tsv_string(out, abilock_machine_name(object->machine, machine, sizeof(machine)));
	abilock_text_putc(out, '\t');
	for (size_t i = 0; i < object->build_id_size; i++)
		abilock_text_hex(out, object->build_id[i], 2);
	tsv_end(out);
}

static int add_symbols(const struct listing *listing, struct abilock_text *out,
		       struct abilock_error *err)
{
	const struct abilock_object *object = listing->object;
	char type[READELF_NAME_SIZE], bind[READELF_NAME_SIZE];
	struct readelf_version version;
	struct abilock_symbol symbol;

	for (uint64_t i = 0; i < object->symbol_count; i++) {
		int r = readelf_symbol(object, i, &symbol, &version, err);
		if (r < 0)
			return r;
		if (!readelf_wants(listing->rows, i, &symbol))
			continue;
		tsv_begin(out, "symbol", object->path);
		tsv_number(out, i);
		tsv_string(out, symbol.name);
		tsv_string(out, version.node);
		tsv_bool(out, !symbol.hidden && !version.is_needed);
		tsv_bool(out, symbol.shndx != SHN_UNDEF);
		tsv_string(out, readelf_type(object, symbol.type, type));
		tsv_string(out, readelf_bind(object, symbol.bind, bind));
		tsv_string(out, readelf_visibility(symbol.visibility));
		tsv_number(out, symbol.size);
		tsv_number(out, symbol.value);
		tsv_end(out);
		if (listing->checked)
			abilock_text_offer(out);
	}
	return 0;
}

/* ---- --versions ---- */

/* The node of an index, whichever of the two tables has it. */
static const char *version_node(const struct abilock_object *object, uint16_t index)
{
	const struct abilock_verdef *def = abilock_object_verdef(object, index);
	const struct abilock_verneed *need = abilock_object_verneed(object, index);

	if (index <= VER_NDX_GLOBAL)
		return NULL;
	return def ? def->name : need ? need->node : NULL;
}

static int add_version_symbols(const struct abilock_object *object, const char *path,
			       struct abilock_text *out, struct abilock_error *err)
{
	struct abilock_symbol symbol;

	for (uint64_t i = 0; object->has_versym && i < object->symbol_count; i++) {
		int r = abilock_object_symbol(object, i, &symbol, err);
		if (r < 0)
			return r;
		tsv_begin(out, "version-symbol", path);
		tsv_number(out, i);
		tsv_number(out, symbol.version);
		tsv_bool(out, symbol.hidden);
		tsv_string(out, version_node(object, symbol.version));
		tsv_end(out);
	}
	return 0;
}

static void add_definitions(const struct abilock_object *object, const char *path,
			    struct abilock_text *out)
{
	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		tsv_begin(out, "version-definition", path);
		tsv_number(out, def->offset);
		tsv_number(out, def->index);
		tsv_string(out, readelf_version_flags(def->flags));
		tsv_string(out, def->name);
		tsv_end(out);
		for (size_t k = 0; k < def->parent_count; k++) {
			tsv_begin(out, "version-parent", path);
			tsv_number(out, def->aux_offsets[k + 1]);
			tsv_string(out, def->name);
			tsv_string(out, def->parents[k]);
			tsv_end(out);
		}
	}
}

static void add_version_needs(const struct abilock_object *object, const char *path,
			      struct abilock_text *out)
{
	for (size_t i = 0; i < object->verneed_count; i++) {
		const struct abilock_verneed *need = &object->verneeds[i];

		tsv_begin(out, "version-need", path);
		tsv_number(out, need->offset);
		tsv_number(out, need->index);
		tsv_string(out, readelf_version_flags(need->flags));
		tsv_string(out, need->file);
		tsv_string(out, need->node);
		tsv_end(out);
	}
}

static int add_versions(const struct listing *listing, struct abilock_text *out,
			struct abilock_error *err)
{
	const struct abilock_object *object = listing_versions(listing);
	int r = add_version_symbols(object, object->path, out, err);

	add_definitions(object, object->path, out);
	add_version_needs(object, object->path, out);
	return r;
}

/* ---- nodes, needs, why, facts ---- */

static void add_nodes(const struct listing *listing, struct abilock_text *out)
{
	const struct abilock_object *object = listing->object;

	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if (def->flags & VER_FLG_BASE)
			continue;
		tsv_begin(out, "node", object->path);
		tsv_number(out, def->index);
		tsv_string(out, def->name);
		tsv_string(out, readelf_version_flags(def->flags));
		tsv_bool(out, abilock_node_name_is_private(def->name));
		tsv_number(out, listing->exports[i]);
		tsv_end(out);
		for (size_t k = 0; k < def->parent_count; k++) {
			tsv_begin(out, "parent", object->path);
			tsv_string(out, def->name);
			tsv_string(out, def->parents[k]);
			tsv_end(out);
		}
	}
}

static void add_needs(const struct listing *listing, struct abilock_text *out)
{
	for (size_t i = 0; i < listing->file_count; i++) {
		const struct needed_file *file = &listing->files[i];

		tsv_begin(out, "needed", listing->object->path);
		tsv_string(out, file->name);
		tsv_bool(out, file->in_dynamic);
		tsv_end(out);
		for (size_t k = 0; k < file->node_count; k++) {
			const struct abilock_verneed *need = file->nodes[k];

			tsv_begin(out, "need", listing->object->path);
			tsv_string(out, file->name);
			tsv_string(out, need->node);
			tsv_number(out, need->index);
			tsv_string(out, readelf_version_flags(need->flags));
			tsv_end(out);
		}
	}
}

/* The symbols behind one node; those without a version have neither file nor node. */
static int add_reasons(const struct listing *listing, const char *file, const char *node,
		       uint16_t index, struct abilock_text *out, struct abilock_error *err)
{
	const struct references *references = &listing->references;
	const struct abilock_object *object = listing->object;
	char bind[READELF_NAME_SIZE];
	struct abilock_symbol symbol;

	for (size_t i = references->first[index]; i < references->first[index + 1]; i++) {
		int r = abilock_object_symbol(object, references->rows[i], &symbol, err);
		if (r < 0)
			return r;
		tsv_begin(out, "why", object->path);
		tsv_string(out, file);
		tsv_string(out, node);
		tsv_string(out, symbol.name);
		tsv_string(out, readelf_bind(object, symbol.bind, bind));
		tsv_bool(out, symbol.shndx != SHN_UNDEF);
		tsv_end(out);
	}
	return 0;
}

static int add_why(const struct listing *listing, struct abilock_text *out,
		   struct abilock_error *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < listing->file_count; i++) {
		const struct needed_file *file = &listing->files[i];

		for (size_t k = 0; r >= 0 && k < file->node_count; k++)
			if (file->nodes[k]->index > VER_NDX_GLOBAL)
				r = add_reasons(listing, file->name, file->nodes[k]->node,
						file->nodes[k]->index, out, err);
	}
	return r < 0 ? r : add_reasons(listing, NULL, NULL, VER_NDX_GLOBAL, out, err);
}

static void add_facts(const struct listing *listing, struct abilock_text *out)
{
	for (size_t i = 0; i < listing->facts.count; i++) {
		const struct fact *fact = &listing->facts.items[i];

		tsv_begin(out, "fact", listing->object->path);
		tsv_string(out, fact_name(fact->code));
		tsv_string(out, fact->subject);
		tsv_string(out, fact->text);
		tsv_end(out);
		for (size_t k = 0; k < fact->name_count; k++) {
			tsv_begin(out, "fact-name", listing->object->path);
			tsv_string(out, fact_name(fact->code));
			tsv_string(out, fact->subject);
			tsv_string(out, fact->names[k]);
			tsv_end(out);
		}
	}
}

/* ---- */

int listing_tsv(const struct listing *listing, struct abilock_text *out, struct abilock_error *err)
{
	const unsigned views = listing->views;
	int r = 0;

	add_file(listing->object ? listing->object : listing->sections, out);
	if (views & VIEW_SYMBOLS)
		r = add_symbols(listing, out, err);
	if (r >= 0 && (views & VIEW_VERSIONS))
		r = add_versions(listing, out, err);
	if (r >= 0 && (views & VIEW_NODES))
		add_nodes(listing, out);
	if (r >= 0 && (views & VIEW_NEEDS))
		add_needs(listing, out);
	if (r >= 0 && (views & VIEW_WHY))
		r = add_why(listing, out, err);
	if (r >= 0 && (views & VIEW_FACTS))
		add_facts(listing, out);
	return r;
}
