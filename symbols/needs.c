/* SPDX-License-Identifier: MIT */
#include "needs.h"

#include "object_source.h"

static int no_version(const struct abilock_object *object, uint64_t row, const char *name,
		      uint16_t index, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "versym", row * 2,
				 "symbol %s has version index %u, which no needed version has",
				 name, index);
}

static _inlined_ int add_references(bool is64, bool swap, const struct abilock_object *object,
				    struct abilock_needs *needs, struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	const uint64_t size = is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	const uint64_t count = object->symbol_count;
	const uint8_t *row = tables->symtab, *versym = tables->versym;
	struct abilock_reference *end = needs->references;

	/* Row 0 is the null symbol. */
	for (uint64_t i = 1; i < count; i++) {
		const struct abilock_verneed *version = NULL;
		const char *name = NULL;

		row += size;
		int r = abilock_object_string(object, "symbol table", i * size,
					      abilock_load32(swap, row), &name, err);
		if (r < 0)
			return r;
		const uint8_t bind = ELF64_ST_BIND(row[is64 ? 4 : 12]);
		if (bind == STB_LOCAL || !name[0] ||
		    abilock_load16(swap, row + (is64 ? 6 : 14)) != SHN_UNDEF)
			continue;
		const uint16_t index =
			versym ? abilock_load16(swap, versym + i * 2) & 0x7fff : VER_NDX_GLOBAL;
		if (index > VER_NDX_GLOBAL && index < tables->version_count)
			version = tables->versions[index].need;
		if (index > VER_NDX_GLOBAL && !version)
			return no_version(object, i, name, index, err);
		*end++ = (struct abilock_reference){name, version, bind == STB_WEAK};
	}
	needs->reference_count = (size_t)(end - needs->references);
	return 0;
}

int abilock_object_needs(struct abilock_object *object, struct abilock_needs *ret_needs,
			 struct abilock_error *err)
{
	struct abilock_needs needs = {.object = object};

	int r = abilock_object_load_symbols(object, err);
	if (r < 0)
		return r;
	needs.references = abilock_arena_bytes(&object->arena, (object->symbol_count + 1) *
								       sizeof(*needs.references));
	if (!needs.references)
		return abilock_error_nomem(err);
	r = abilock_by_kind(object, add_references, object, &needs, err);
	if (r >= 0)
		*ret_needs = needs;
	return r;
}
