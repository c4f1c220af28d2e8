/* SPDX-License-Identifier: MIT */
#include "needs.h"

#include <inttypes.h>

static int add_reference(const struct abilock_object *object, uint64_t row,
			 const struct abilock_symbol *symbol, struct abilock_needs *needs,
			 struct abilock_error *err)
{
	struct abilock_reference *reference = &needs->references[needs->reference_count];

	reference->name = symbol->name;
	reference->is_weak = symbol->bind == STB_WEAK;
	if (symbol->version > VER_NDX_GLOBAL) {
		reference->version = abilock_object_verneed(object, symbol->version);
		if (!reference->version)
			return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "versym",
						 row * 2,
						 "symbol %s has version index %u, which no needed "
						 "version has",
						 symbol->name, symbol->version);
	}
	needs->reference_count++;
	return 0;
}

int abilock_object_needs(struct abilock_object *object, struct abilock_needs *ret_needs,
			 struct abilock_error *err)
{
	struct abilock_needs needs = {.object = object};

	int r = abilock_object_load_symbols(object, err);
	if (r < 0)
		return r;
	needs.references = abilock_arena_array(&object->arena, object->symbol_count + 1,
					       sizeof(*needs.references));
	if (!needs.references)
		return abilock_error_nomem(err);
	/* Row 0 is the null symbol. */
	for (uint64_t i = 1; r >= 0 && i < object->symbol_count; i++) {
		struct abilock_symbol symbol;

		r = abilock_object_symbol(object, i, &symbol, err);
		if (r >= 0 && symbol.shndx == SHN_UNDEF && symbol.bind != STB_LOCAL &&
		    symbol.name[0])
			r = add_reference(object, i, &symbol, &needs, err);
	}
	if (r >= 0)
		*ret_needs = needs;
	return r;
}
