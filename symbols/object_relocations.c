/* SPDX-License-Identifier: MIT */
/* Relocations, for two things only: they name the highest symbol that is certainly there, and the
 * variables of libraries that a program has copies of. */
#include "object_source.h"

/* Symbol index in r_info. MIPS64 has it in the first four bytes, whatever the byte order. */
static inline uint64_t symbol_of(bool is64, bool is_mips, bool swap, const uint8_t *entry)
{
	if (!is64)
		return abilock_load32(swap, entry + 4) >> 8;
	return is_mips ? abilock_load32(swap, entry + 8) : abilock_load64(swap, entry + 8) >> 32;
}

static uint32_t type_of(const struct abilock_object *object, const uint8_t *entry)
{
	const uint8_t *info = entry + (object->source->is64 ? 8 : 4);

	if (!object->source->is64)
		return abilock_get32(object, info) & 0xff;
	if (object->machine == EM_MIPS)
		return info[7];
	/* SPARC keeps an addend beside the type. */
	return (uint32_t)abilock_get64(object, info) &
	       (object->machine == EM_SPARCV9 ? 0xff : UINT32_MAX);
}

typedef void visit_t(const struct abilock_object *object, const uint8_t *entry, uint64_t symbol,
		     void *context);

static _inlined_ void visit_each(bool is64, bool is_mips, bool swap,
				 const struct abilock_object *object, const uint8_t *bytes,
				 uint64_t size, uint64_t entry, visit_t *visit, void *context)
{
	for (uint64_t count = size / entry; count > 0; count--, bytes += entry)
		visit(object, bytes, symbol_of(is64, is_mips, swap, bytes), context);
}

static _inlined_ void visit_entries(bool is64, bool swap, const struct abilock_object *object,
				    const uint8_t *bytes, uint64_t size, uint64_t entry,
				    visit_t *visit, void *context)
{
	if (object->machine == EM_MIPS)
		visit_each(is64, true, swap, object, bytes, size, entry, visit, context);
	else
		visit_each(is64, false, swap, object, bytes, size, entry, visit, context);
}

static _inlined_ int visit_table(struct abilock_object *object,
				 const struct abilock_relocations *table, visit_t *visit,
				 void *context, struct abilock_error *err)
{
	const uint64_t entry = (table->with_addend ? 3U : 2U) * (object->source->is64 ? 8U : 4U);
	const uint8_t *bytes;

	if (table->size < entry)
		return 0;
	int r = abilock_source_get(object, "relocations", table->address, table->size, &bytes, err);
	if (r >= 0)
		abilock_by_kind(object, visit_entries, object, bytes, table->size, entry, visit,
				context);
	return r;
}

static _inlined_ int visit_all(struct abilock_object *object, visit_t *visit, void *context,
			       struct abilock_error *err)
{
	const struct abilock_object_tables *tables = object->tables;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(tables->relocations); i++)
		r = visit_table(object, &tables->relocations[i], visit, context, err);
	return r;
}

static void raise_highest(const struct abilock_object *object, const uint8_t *entry,
			  uint64_t symbol, void *context)
{
	uint64_t *highest = context;

	(void)object;
	(void)entry;
	if (symbol > *highest)
		*highest = symbol;
}

int abilock_object_highest_reference(struct abilock_object *object, uint64_t *ret_symbol,
				     struct abilock_error *err)
{
	uint64_t highest = 0;
	int r = visit_all(object, raise_highest, &highest, err);

	if (r >= 0)
		*ret_symbol = highest;
	return r;
}

/* Number of R_*_COPY; 0 where the machine has none or is not known. */
static uint32_t copy_type(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		uint16_t type;
	} types[] = {
		{EM_X86_64, R_X86_64_COPY},
		{EM_386, R_386_COPY},
		{EM_AARCH64, R_AARCH64_COPY},
		{EM_ARM, R_ARM_COPY},
		{EM_PPC64, R_PPC64_COPY},
		{EM_PPC, R_PPC_COPY},
		{EM_S390, R_390_COPY},
		{EM_RISCV, R_RISCV_COPY},
		{EM_MIPS, R_MIPS_COPY},
		{EM_SPARCV9, R_SPARC_COPY},
		{EM_SPARC, R_SPARC_COPY},
		{EM_68K, R_68K_COPY},
		{EM_PARISC, R_PARISC_COPY},
		{EM_LOONGARCH, 4},
		{EM_SH, R_SH_COPY},
		{EM_ALPHA, R_ALPHA_COPY},
		{0x9026, R_ALPHA_COPY},
		{EM_IA_64, R_IA64_COPY},
		{EM_SPARC32PLUS, R_SPARC_COPY},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].machine == machine)
			return types[i].type;
	return 0;
}

struct copies {
	uint32_t type;
	uint64_t count;
	bool *copied;
};

static void mark_copy(const struct abilock_object *object, const uint8_t *entry, uint64_t symbol,
		      void *context)
{
	const struct copies *copies = context;

	if (type_of(object, entry) == copies->type && symbol < copies->count)
		copies->copied[symbol] = true;
}

/* Only one of the names of a variable has the relocation; all have the library's node: `environ`.
 */
static int mark_other_names(struct abilock_object *object, bool *copied, struct abilock_error *err)
{
	int r = 0;

	for (uint64_t i = 1; r >= 0 && i < object->symbol_count; i++) {
		struct abilock_symbol symbol;

		r = abilock_object_symbol(object, i, &symbol, err);
		if (r >= 0 && symbol.shndx != SHN_UNDEF && symbol.version > VER_NDX_GLOBAL &&
		    !abilock_object_verdef(object, symbol.version) &&
		    abilock_object_verneed(object, symbol.version))
			copied[i] = true;
	}
	return r;
}

int abilock_object_copies(struct abilock_object *object, bool **ret_copied,
			  struct abilock_error *err)
{
	struct copies copies = {.type = copy_type(object->machine), .count = object->symbol_count};

	*ret_copied = NULL;
	/* Only a program is linked at fixed offsets from its copies. */
	if (copies.type == 0 || copies.count == 0 ||
	    (object->type != ET_EXEC && !object->has_debug && !object->interp))
		return 0;
	copies.copied = abilock_arena_array(&object->arena, copies.count, sizeof(*copies.copied));
	if (!copies.copied)
		return abilock_error_nomem(err);
	int r = visit_all(object, mark_copy, &copies, err);
	if (r >= 0)
		r = mark_other_names(object, copies.copied, err);
	if (r >= 0)
		*ret_copied = copies.copied;
	return r;
}
