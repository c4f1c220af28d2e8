/* SPDX-License-Identifier: MIT */
/* What a stub of a shared object or a program is made of. */
#include "stub.h"

void stub_binary_deinit(struct stub_binary *binary)
{
	abilock_object_free(binary->object);
	abilock_surface_free(binary->surface);
	free(binary->places);
}

/*
 * A program's copy of a library's variable has the needed node of the library, or is known by its
 * relocation alone where the library has no nodes.
 */
static bool is_copy(const struct abilock_object *object, const struct abilock_symbol *symbol,
		    bool is_copied)
{
	return is_copied || (symbol->version > VER_NDX_GLOBAL &&
			     abilock_object_verneed(object, symbol->version));
}

/* Keep the exports that are the file's own, each with its place. */
static int read_places(struct stub_binary *binary, struct abilock_error *err)
{
	struct abilock_surface *surface = binary->surface;
	bool *copied = NULL;
	size_t kept = 0;
	int r = abilock_object_copies(binary->object, &copied, err);

	binary->places = calloc(surface->export_count + 1, sizeof(*binary->places));
	if (r >= 0 && !binary->places)
		r = abilock_error_nomem(err);
	for (size_t i = 0; r >= 0 && i < surface->export_count; i++) {
		struct abilock_export export = surface->exports[i];
		struct abilock_symbol symbol;

		r = abilock_object_symbol(binary->object, export.row, &symbol, err);
		if (r < 0 || is_copy(binary->object, &symbol, copied && copied[export.row]))
			continue;
		surface->exports[kept] = export;
		binary->places[kept++] =
			(struct stub_place){symbol.value, symbol.other, symbol.shndx == SHN_ABS};
	}
	surface->export_count = kept;
	return r < 0 ? r : 0;
}

int stub_binary_open(const char *path, struct stub_binary *ret, struct stub_source *source,
		     struct abilock_error *err)
{
	int r = abilock_object_open(path, &ret->object, err);

	if (r == 0 && !ret->object->has_dynamic)
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
					 "the file is linked statically: it exports nothing");
	if (r == 0)
		r = abilock_object_surface(ret->object, &ret->surface, err);
	if (r == 0)
		r = read_places(ret, err);
	if (r < 0)
		return r;
	*source = (struct stub_source){.surface = ret->surface,
				       .soname = ret->object->soname,
				       .machine = ret->object->machine,
				       .elf_class = ret->object->elf_class,
				       .data = ret->object->data,
				       .flags = ret->object->flags,
				       .osabi = ret->object->osabi,
				       .places = ret->places};
	return 0;
}
