/* SPDX-License-Identifier: MIT */
/* Whatever the bytes: an answer or an error, and a model that holds together. */
#include "../../symbols/manifest/manifest.h"
#include "../../symbols/needs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each is an export of the object: looked up again it is found or not, and nothing else. */
static void look_up(struct abilock_object *object, const struct abilock_surface *surface)
{
	for (size_t i = 0; i < surface->export_count; i++) {
		const struct abilock_export *export = &surface->exports[i];
		const char *node = NULL;
		struct abilock_symbol symbol;
		struct abilock_error err = {0};

		if (export->node != ABILOCK_NO_NODE && export->node >= surface->node_count)
			abort();
		if (export->node != ABILOCK_NO_NODE)
			node = surface->nodes[export->node].name;
		int r = abilock_object_find(object, export->name, node, &symbol, &err);
		if (r > 1 || (r < 0 && r != err.code))
			abort();
		if (r == 1 && !str_eq(symbol.name, export->name))
			abort();
		r = abilock_object_find_any(object, export->name, &symbol, &err);
		if (r > 1 || (r < 0 && r != err.code))
			abort();
	}
}

static void check_nodes(const struct abilock_surface *surface)
{
	for (size_t i = 0; i < surface->node_count; i++)
		for (size_t k = 0; k < surface->nodes[i].parent_count; k++)
			if (surface->nodes[i].parents[k] >= surface->node_count)
				abort();
}

static void check_needs(const struct abilock_needs *needs)
{
	size_t length = 0;

	for (size_t i = 0; i < needs->reference_count; i++) {
		const struct abilock_reference *reference = &needs->references[i];

		length += strlen(reference->name);
		if (reference->version)
			length +=
				strlen(reference->version->node) + strlen(reference->version->file);
	}
	if (needs->reference_count && length == 0)
		abort(); /* a reference has a name */
}

/* The other view: each of its symbols can be decoded, or is an error. */
static void look_at_sections(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct abilock_error err = {0};
	struct abilock_symbol symbol;

	int r = abilock_object_open_sections_bytes(data, size, "fuzz", &object, &err);
	if ((r == 0) != (object != NULL) || r != err.code)
		abort();
	if (r == 0)
		r = abilock_object_load_symbols(object, &err);
	for (uint64_t i = 0; r == 0 && i < object->symbol_count; i++)
		r = abilock_object_symbol(object, i, &symbol, &err);
	if (r != err.code)
		abort();
}

/* What a manifest has can be written, and read again. */
static void read_again(const struct abilock_manifest *manifest)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_manifest_freep) struct abilock_manifest *again = NULL;

	abilock_manifest_write(&text, manifest);
	if (abilock_manifest_parse(text.data, text.length, NULL, &again, &diags) != 0 ||
	    again->uses.count != manifest->uses.count ||
	    again->provides.count != manifest->provides.count ||
	    again->unknown_count != manifest->unknown_count)
		abort();
}

static void look_at_manifests(const struct abilock_object *object)
{
	struct abilock_manifest **manifests = NULL;
	struct abilock_error err = {0};
	size_t count = 0;
	int r = abilock_manifest_of_object(object, &manifests, &count, &err);

	if (r != err.code || (r < 0 && manifests))
		abort();
	for (size_t i = 0; i < count; i++) {
		read_again(manifests[i]);
		abilock_manifest_free(manifests[i]);
	}
	free(manifests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	struct abilock_needs needs = {0};
	struct abilock_error err = {0};

	look_at_sections(data, size);
	int r = abilock_object_open_bytes(data, size, "fuzz", &object, &err);
	if ((r == 0) != (object != NULL) || r != err.code)
		abort();
	if (r < 0)
		return 0;
	look_at_manifests(object);
	r = abilock_object_surface(object, &surface, &err);
	if ((r == 0) != (surface != NULL) || r != err.code)
		abort();
	if (r == 0) {
		check_nodes(surface);
		look_up(object, surface);
	}
	err = (struct abilock_error){0};
	r = abilock_object_needs(object, &needs, &err);
	if ((r == 0) != (needs.object != NULL) || r != err.code)
		abort();
	check_needs(&needs);
	return 0;
}
