/* SPDX-License-Identifier: MIT */
#include "types_dwarf_reader.h"

static void reader_deinit(struct types_reader *reader)
{
	dwarf_module_clear(reader);
	number_map_deinit(&reader->units);
	number_map_deinit(&reader->names);
	number_map_deinit(&reader->handles);
	number_map_deinit(&reader->scopes);
	number_map_deinit(&reader->texts);
	abilock_name_table_deinit(&reader->export_names);
	abilock_name_table_deinit(&reader->unspeakable);
	abilock_name_table_deinit(&reader->files);
	free(reader->exports);
	abilock_arena_clear(&reader->arena);
}

static int index_exports(struct types_reader *reader)
{
	const struct abilock_surface *surface = reader->question->surface;

	reader->exports = calloc(surface->export_count + 1, sizeof(*reader->exports));
	if (!reader->exports ||
	    !abilock_name_table_reserve(&reader->export_names, surface->export_count))
		return abilock_error_nomem(reader->err);
	for (size_t i = 0; i < surface->export_count; i++) {
		struct dwarf_export *export = &reader->exports[i];
		void **first =
			abilock_name_table_value(&reader->export_names, surface->exports[i].name);

		if (!first)
			return abilock_error_nomem(reader->err);
		*export = (struct dwarf_export){.index = i, .next = *first};
		*first = export;
	}
	return 0;
}

/* Nothing that was read has the export. */
static const char *not_found(struct types_reader *reader)
{
	if (reader->bitcode)
		return abilock_arena_printf(
			&reader->arena,
			"no object has it, and %s is LLVM bitcode, which has no "
			"debug information yet: give the linked file",
			reader->bitcode);
	if (reader->slim)
		return abilock_arena_printf(
			&reader->arena,
			"no object has it, and %s holds bytecode for LTO alone: "
			"compile with -ffat-lto-objects, or give the linked file",
			reader->slim);
	return "none of the objects defines it";
}

static int answer(struct types_reader *reader)
{
	for (size_t i = 0; i < reader->types->symbol_count; i++) {
		const struct dwarf_export *export = &reader->exports[i];
		struct abilock_typed_symbol *symbol = &reader->types->symbols[i];

		if (export->text && !export->reason) {
			symbol->type = export->text;
			continue;
		}
		const char *reason = export->reason ? export->reason : not_found(reader);

		symbol->missing =
			reason ? abilock_types_intern(reader->types, reason, strlen(reason)) : NULL;
		if (!symbol->missing)
			return abilock_error_nomem(reader->err);
	}
	return 0;
}

static int read_all(struct types_reader *reader)
{
	const struct abilock_types_question *question = reader->question;
	int r = index_exports(reader);

	if (r == 0)
		r = dwarf_visible_init(reader);
	for (size_t i = 0; r == 0 && i < question->path_count; i++)
		r = dwarf_files_read(reader, question->paths[i]);
	if (r == 0)
		r = answer(reader);
	if (r == 0)
		r = abilock_types_finish(reader->types, reader->err);
	if (r == 0)
		r = dwarf_spread_unspeakable(reader);
	return r;
}

int abilock_types_read(const struct abilock_types_question *question, struct abilock_types **ret,
		       struct abilock_error *err)
{
	_cleanup_(abilock_types_freep) struct abilock_types *types = NULL;
	_cleanup_(reader_deinit) struct types_reader reader = {.question = question, .err = err};
	int r = abilock_types_new(question->surface->export_count, &types, err);

	if (r < 0)
		return r;
	reader.types = types;
	r = read_all(&reader);
	if (r < 0)
		return r;
	*ret = take_ptr(types);
	return 0;
}
