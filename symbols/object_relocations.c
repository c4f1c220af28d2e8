/* SPDX-License-Identifier: MIT */
/* Relocations, for one thing only: they name the highest symbol that is certainly there. */
#include "object_source.h"

/* Symbol index in r_info. MIPS64 has it in the first four bytes, whatever the byte order. */
static uint64_t symbol_of(const struct abilock_object *object, const uint8_t *entry)
{
	const uint8_t *info = entry + (object->source->is64 ? 8 : 4);

	if (!object->source->is64)
		return abilock_get32(object, info) >> 8;
	if (object->machine == EM_MIPS)
		return abilock_get32(object, info);
	return abilock_get64(object, info) >> 32;
}

static int scan(struct abilock_object *object, const struct abilock_relocations *table,
		uint64_t *highest, struct abilock_error *err)
{
	const uint64_t word = object->source->is64 ? 8 : 4;
	const uint64_t size = (table->with_addend ? 3 : 2) * word;
	const uint8_t *bytes;

	if (table->size < size)
		return 0;
	int r = abilock_source_get(object, "relocations", table->address, table->size, &bytes, err);
	for (uint64_t at = 0; r >= 0 && table->size - at >= size; at += size) {
		uint64_t symbol = symbol_of(object, bytes + at);

		if (symbol > *highest)
			*highest = symbol;
	}
	return r;
}

int abilock_object_highest_reference(struct abilock_object *object, uint64_t *ret_symbol,
				     struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	uint64_t highest = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(tables->relocations); i++)
		r = scan(object, &tables->relocations[i], &highest, err);
	if (r >= 0)
		*ret_symbol = highest;
	return r;
}
