/* SPDX-License-Identifier: MIT */
/* Definitions of structures, unions and enumerations, as far as symbols reach them. */
#include "types_dwarf_reader.h"

struct definer {
	struct types_reader *reader;
	const char *name; /* `struct foo` */
	bool is_big_endian, is_enumeration;
	struct abilock_type_definition definition;
	struct abilock_type_member *members; /* malloc'ed */
	size_t position;		     /* Of the next member. */
};

static int add_member(struct definer *definer, const struct abilock_type_member *member)
{
	struct abilock_type_member *slot = abilock_array_push(
		&definer->members, &definer->definition.member_count, sizeof(*slot));

	if (!slot)
		return abilock_error_nomem(definer->reader->err);
	*slot = *member;
	return 0;
}

/* From the start of the structure, in bytes: a number, or an expression that adds one. */
static int byte_offset(struct types_reader *reader, Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Op *operations;
	size_t count;
	int r = dwarf_number(reader, die, DW_AT_data_member_location, ret);

	if (r)
		return r < 0 ? r : 0;
	*ret = 0;
	if (!dwarf_attr(die, DW_AT_data_member_location, &attr))
		return 0;
	if (dwarf_getlocation(&attr, &operations, &count) < 0)
		return dwarf_damaged(reader, die, "a member's place cannot be read:");
	if (count != 1 ||
	    (operations[0].atom != DW_OP_plus_uconst && operations[0].atom != DW_OP_constu))
		return dwarf_no_text(reader, "a member has no constant place");
	*ret = operations[0].number;
	return 0;
}

static bool has_size_of_its_type(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_typedef:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_atomic_type: return true;
	default: return false;
	}
}

static int type_size(struct types_reader *reader, Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Die type;
	int r = dwarf_type_of(reader, die, &type);

	*ret = 0;
	for (size_t n = 0; r == 1 && has_size_of_its_type(&type); n++) {
		if (n > DWARF_CHAIN_MAX)
			return dwarf_damaged(reader, die, "a type is derived from itself");
		r = dwarf_reference(reader, &type, DW_AT_type, &type);
	}
	if (r <= 0)
		return r;
	r = dwarf_number(reader, &type, DW_AT_byte_size, ret);
	return r < 0 ? r : 0;
}

/* DW_AT_bit_offset counts from the most significant bit of a unit of storage. */
static int old_bit_offset(struct definer *definer, Dwarf_Die *die, uint64_t bytes,
			  uint64_t from_top, uint64_t bit_size, uint64_t *ret)
{
	uint64_t storage = 0;
	int r = dwarf_number(definer->reader, die, DW_AT_byte_size, &storage);

	if (r == 0)
		r = type_size(definer->reader, die, &storage);
	if (r < 0)
		return r;
	/* An offset below zero reaches into the next unit. */
	const int64_t top = from_top > INT32_MAX ? (int64_t)(int32_t)from_top : (int64_t)from_top;

	if (storage > 64 || top < -512 || top > 512 || bit_size > 512)
		return dwarf_damaged(definer->reader, die, "a bit-field has no place");
	*ret = bytes * 8;
	*ret += definer->is_big_endian
			? (uint64_t)top
			: (uint64_t)((int64_t)(storage * 8) - top - (int64_t)bit_size);
	return 0;
}

static int bit_offset(struct definer *definer, Dwarf_Die *die, uint64_t bit_size, uint64_t *ret)
{
	struct types_reader *reader = definer->reader;
	uint64_t bytes = 0, bits = 0;
	int r = dwarf_number(reader, die, DW_AT_data_bit_offset, ret);

	if (r)
		return r < 0 ? r : 0;
	r = byte_offset(reader, die, &bytes);
	if (r)
		return r;
	if (bytes > UINT64_MAX / 16)
		return dwarf_damaged(reader, die, "a member lies at byte %llu",
				     (unsigned long long)bytes);
	*ret = bytes * 8;
	r = dwarf_number(reader, die, DW_AT_bit_offset, &bits);
	return r <= 0 ? r : old_bit_offset(definer, die, bytes, bits, bit_size, ret);
}

/* What the path of a type without a tag begins with: `foo.member`. */
static const char *owner(struct definer *definer, const char *member)
{
	const char *tag = strchr(definer->name, ' ') + 1;
	struct abilock_arena *arena = &definer->reader->unit_arena;

	tag += *tag == '@';
	if (*member)
		return abilock_arena_printf(arena, "%s.%s", tag, member);
	return abilock_arena_printf(arena, "%s.%zu", tag, definer->position);
}

static int member_type(struct definer *definer, Dwarf_Die *die, const char *name, const char **ret)
{
	struct types_reader *reader = definer->reader;
	Dwarf_Die type;
	int r = dwarf_type_of(reader, die, &type);

	if (r < 0)
		return r;
	reader->owner = owner(definer, name);
	reader->owned = 0;
	if (!reader->owner)
		return abilock_error_nomem(reader->err);
	return dwarf_type_text(reader, r ? &type : NULL, false, ret, 0);
}

/* Compilers call the pointer to virtual functions `_vptr.foo` and `_vptr$foo`. */
static const char *plain_name(Dwarf_Die *die, const char *name)
{
	return str_starts(name, "_vptr") && dwarf_flag(die, DW_AT_artificial) ? "_vptr" : name;
}

static int read_member(struct definer *definer, Dwarf_Die *die)
{
	struct types_reader *reader = definer->reader;
	struct abilock_type_member member = {0};
	const char *name;
	int r = dwarf_name(reader, die, &name);

	if (r == 0)
		r = dwarf_number(reader, die, DW_AT_bit_size, &member.bit_size);
	if (r >= 0)
		r = bit_offset(definer, die, member.bit_size, &member.bit_offset);
	if (r == 0)
		r = member_type(definer, die, name, &member.type);
	if (r)
		return r;
	definer->position++;
	member.name = plain_name(die, name);
	return add_member(definer, &member);
}

static int read_base_class(struct definer *definer, Dwarf_Die *die)
{
	struct abilock_type_member member = {.name = ""};
	int r;

	if (dwarf_hasattr(die, DW_AT_virtuality))
		r = 0; /* Its place is the virtual table's matter. */
	else
		r = bit_offset(definer, die, 0, &member.bit_offset);
	if (r == 0)
		r = member_type(definer, die, "", &member.type);
	if (r)
		return r;
	definer->position++;
	return add_member(definer, &member);
}

/*
 * Forms of a fixed width have no sign: compilers use them for what is not below zero, and the
 * signed form for the rest.
 */
static int read_enumerator(struct definer *definer, Dwarf_Die *die)
{
	struct types_reader *reader = definer->reader;
	struct abilock_type_member member = {0};
	uint64_t value = 0;
	int r = dwarf_name(reader, die, &member.name);

	if (r == 0)
		r = dwarf_number(reader, die, DW_AT_const_value, &value);
	if (r < 0)
		return r;
	if (r == 0)
		return dwarf_no_text(reader, "an enumerator has more than 64 bits");
	member.value = (int64_t)value;
	return add_member(definer, &member);
}

static int read_child(struct definer *definer, Dwarf_Die *die)
{
	const bool is_enumerator = dwarf_tag(die) == DW_TAG_enumerator;

	if (definer->is_enumeration != is_enumerator &&
	    (is_enumerator || dwarf_tag(die) == DW_TAG_member ||
	     dwarf_tag(die) == DW_TAG_inheritance))
		return dwarf_damaged(definer->reader, die, "a type of another kind has it");
	switch (dwarf_tag(die)) {
	case DW_TAG_member:
		/* A static member of C++ is a variable. */
		if (dwarf_hasattr(die, DW_AT_declaration) || dwarf_hasattr(die, DW_AT_external))
			return 0;
		return read_member(definer, die);
	case DW_TAG_inheritance: return read_base_class(definer, die);
	case DW_TAG_enumerator: return read_enumerator(definer, die);
	case DW_TAG_variant_part:
		return dwarf_no_text(definer->reader, "C has no word for its variants");
	default: return 0;
	}
}

static int read_children(struct definer *definer, Dwarf_Die *die)
{
	Dwarf_Die child;
	int r, failed;

	for (r = dwarf_first(definer->reader, die, &child); r == 1;
	     r = dwarf_next(definer->reader, &child)) {
		failed = read_child(definer, &child);
		if (failed)
			return failed;
	}
	return r;
}

/* What cannot be written makes all unknown that reaches it. */
static int note_unspeakable(struct definer *definer)
{
	struct types_reader *reader = definer->reader;
	char *reason =
		abilock_arena_printf(&reader->arena, "%s: %s", definer->name, reader->reason);
	char *name = abilock_arena_strdup(&reader->arena, definer->name);

	if (!reason || !name || !abilock_name_table_put(&reader->unspeakable, name, reason))
		return abilock_error_nomem(reader->err);
	return 0;
}

/* The entry that says what the type is made of. @return 1, 0: it is only declared, or an error. */
static int find_definition(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret)
{
	bool visible = true;
	int r;

	*ret = *die;
	if (dwarf_flag(ret, DW_AT_declaration))
		return 0;
	r = dwarf_is_visible(reader, ret, &visible);
	return r < 0 ? r : visible;
}

static int define(struct definer *definer, struct abilock_type *type, Dwarf_Die *die)
{
	struct types_reader *reader = definer->reader;
	int r = dwarf_number(reader, die, DW_AT_byte_size, &definer->definition.size);

	definer->is_enumeration = type->kind == ABILOCK_TYPE_ENUM;
	if (r == 0 && dwarf_hasattr(die, DW_AT_byte_size))
		r = dwarf_no_text(reader, "its size is no constant");
	else if (r >= 0)
		r = read_children(definer, die);
	if (r == DWARF_NO_TEXT)
		return note_unspeakable(definer);
	if (r < 0)
		return r;
	definer->definition.members = definer->members;
	return abilock_types_define(reader->types, type, &definer->definition, reader->err);
}

/*
 * A type that is only declared where a symbol uses it has the definitions that other units have:
 * whether it is known must not depend on which other symbols are asked for.
 */
static int define_elsewhere(struct types_reader *reader, Dwarf_Die *die, const char *full_name)
{
	const char *tag, *name;
	int r = dwarf_name(reader, die, &tag);
	struct dwarf_tagged *tagged =
		r == 0 && *tag ? abilock_name_table_find(&reader->tags, tag) : NULL;

	/* Taken once: all of them are pending then. */
	if (tagged && !abilock_name_table_put(&reader->tags, tag, NULL))
		return abilock_error_nomem(reader->err);
	for (; r == 0 && tagged; tagged = tagged->next) {
		if (dwarf_tag(&tagged->die) != dwarf_tag(die))
			continue;
		reader->is_tentative = true;
		r = dwarf_type_name(reader, &tagged->die, NULL, &name);
		reader->is_tentative = false;
		if (r == 0 && str_eq(name, full_name))
			r = dwarf_type_name(reader, &tagged->die, NULL, &name);
	}
	return r;
}

static int define_entry(struct types_reader *reader, Dwarf_Die *die)
{
	struct definer definer = {
		.reader = reader,
		.name = number_map_find(&reader->names, (uint64_t)(uintptr_t)die->addr),
		.is_big_endian = reader->is_big_endian,
	};
	struct abilock_type *type = abilock_types_type(reader->types, definer.name);
	Dwarf_Die definition;

	if (!type)
		return abilock_error_nomem(reader->err);
	int r = find_definition(reader, die, &definition);

	if (r == 1)
		r = define(&definer, type, &definition);
	else if (r == 0)
		r = define_elsewhere(reader, die, definer.name);
	free(definer.members);
	return r;
}

int dwarf_define_pending(struct types_reader *reader)
{
	int r = 0;

	/* A list and no recursion: structures refer to each other as deep as they like. */
	while (r == 0 && reader->pending_count) {
		Dwarf_Die die = reader->pending[--reader->pending_count];

		r = define_entry(reader, &die);
	}
	reader->owner = NULL;
	return r;
}
