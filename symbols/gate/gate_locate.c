/* SPDX-License-Identifier: MIT */
#include "gate_locate.h"

#include "../name_table.h"
#include "../types/types_dwarf.h"

struct locate {
	struct gate *gate;
	struct abilock_surface *surface; /* of the file */
	struct abilock_name_table names; /* struct abilock_export */
	bool *is_wanted;		 /* of each export */
	struct abilock_types *types;
};

static void locate_deinit(struct locate *locate)
{
	free(locate->is_wanted);
	abilock_name_table_deinit(&locate->names);
	abilock_surface_free(locate->surface);
	abilock_types_free(locate->types);
}

/* The export of `NAME@NODE`. Versions of one name are not told apart: most are one definition. */
static const struct abilock_export *find_export(const struct locate *locate,
						const struct abilock_diagnostic *diag)
{
	if (!diag->subject || diag->c_file || diag->accepted)
		return NULL;
	return abilock_name_table_find_part(&locate->names, diag->subject,
					    strcspn(diag->subject, "@"));
}

static int read_exports(struct locate *locate, struct abilock_object *object,
			struct abilock_error *err)
{
	int r = abilock_object_surface(object, &locate->surface, err);

	if (r < 0)
		return r;
	const struct abilock_surface *surface = locate->surface;
	locate->is_wanted = calloc(surface->export_count + 1, sizeof(*locate->is_wanted));
	if (!locate->is_wanted ||
	    !abilock_name_table_reserve(&locate->names, surface->export_count))
		return abilock_error_nomem(err);
	for (size_t i = 0; i < surface->export_count; i++)
		if (!abilock_name_table_put(&locate->names, surface->exports[i].name,
					    &surface->exports[i]))
			return abilock_error_nomem(err);
	return 0;
}

static size_t count_wanted(struct locate *locate)
{
	const struct abilock_diagnostics *diags = &locate->gate->diags;
	size_t count = 0;

	for (size_t i = 0; i < diags->count; i++) {
		const struct abilock_export *export = find_export(locate, &diags->items[i]);

		if (!export)
			continue;
		bool *is_wanted = &locate->is_wanted[export - locate->surface->exports];
		count += !*is_wanted;
		*is_wanted = true;
	}
	return count;
}

/* The exports that are wanted move to the front, and the table follows them. */
static bool keep_wanted(struct locate *locate)
{
	struct abilock_surface *surface = locate->surface;
	size_t kept = 0;

	for (size_t i = 0; i < surface->export_count; i++)
		if (locate->is_wanted[i])
			surface->exports[kept++] = surface->exports[i];
	surface->export_count = kept;
	abilock_name_table_deinit(&locate->names);
	if (!abilock_name_table_reserve(&locate->names, kept))
		return false;
	for (size_t i = 0; i < kept; i++)
		if (!abilock_name_table_put(&locate->names, surface->exports[i].name,
					    &surface->exports[i]))
			return false;
	return true;
}

static int set_places(struct locate *locate, struct abilock_error *err)
{
	struct abilock_diagnostics *diags = &locate->gate->diags;

	for (size_t i = 0; i < diags->count; i++) {
		struct abilock_diagnostic *diag = &diags->items[i];
		const struct abilock_export *export = find_export(locate, diag);

		if (!export)
			continue;
		const struct abilock_typed_symbol *symbol =
			&locate->types->symbols[export - locate->surface->exports];
		if (!symbol->file)
			continue;
		diag->c_file = abilock_arena_text(&diags->arena, symbol->file);
		diag->c_line = symbol->line;
		if (!diag->c_file)
			return abilock_error_nomem(err);
	}
	return 0;
}

int gate_locate(struct gate *gate, struct abilock_object *object, const char *const *debug_folders,
		size_t debug_folder_count, struct abilock_error *err)
{
	_cleanup_(locate_deinit) struct locate locate = {.gate = gate};
	struct abilock_error unread;

	if (gate->diags.count == 0)
		return 0;
	int r = read_exports(&locate, object, err);
	if (r < 0 || count_wanted(&locate) == 0)
		return r;
	if (!keep_wanted(&locate))
		return abilock_error_nomem(err);
	const struct abilock_types_question question = {
		.paths = &object->path,
		.path_count = 1,
		.surface = locate.surface,
		.debug_folders = debug_folders,
		.debug_folder_count = debug_folder_count,
	};
	if (abilock_types_read(&question, &locate.types, &unread) < 0)
		return 0;
	return set_places(&locate, err);
}
