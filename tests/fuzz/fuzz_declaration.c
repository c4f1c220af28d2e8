/* SPDX-License-Identifier: MIT */
/* Whatever the bytes: an answer, a place inside the text for an error, and a sound model. */
#include "../../symbols/declaration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_surface(const struct abilock_surface *surface)
{
	size_t used = 0;

	for (size_t i = 0; i < surface->node_count; i++)
		for (size_t k = 0; k < surface->nodes[i].parent_count; k++)
			if (surface->nodes[i].parents[k] >= i)
				abort();
	for (size_t i = 0; i < surface->export_count; i++) {
		if (surface->exports[i].node >= surface->node_count || !surface->exports[i].name[0])
			abort();
		used += i == 0 || surface->exports[i].node != surface->exports[i - 1].node;
	}
	if (used != surface->node_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_declaration_freep) struct abilock_declaration *decl = NULL;
	_cleanup_(abilock_surface_freep) struct abilock_surface *surface = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	struct abilock_error err = {0};
	int r = abilock_declaration_parse((const char *)data, size, "fuzz", &decl, &diags, &err);

	if (r != err.code)
		abort();
	if (r == 0 && abilock_declaration_surface(decl, &surface, &err) < 0)
		return 0;
	if (r == ABILOCK_E_SYNTAX && (err.offset == 0 || err.column == 0 || err.column > size + 1))
		abort();
	if (r == 0)
		check_surface(surface);
	return 0;
}
