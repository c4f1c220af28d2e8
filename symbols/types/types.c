/* SPDX-License-Identifier: MIT */
#include "types.h"

#include "types_name.h"

/*
 * As many definitions as are compared with a new one: most of those that come again come at once.
 * What is the same all the same goes in finish(), which sorts.
 */
enum { DEFINITIONS_COMPARED = 8 };

int abilock_types_new(size_t symbol_count, struct abilock_types **ret, struct abilock_error *err)
{
	_cleanup_(abilock_types_freep) struct abilock_types *types = calloc(1, sizeof(*types));

	if (!types)
		return abilock_error_nomem(err);
	types->symbols = calloc(symbol_count ? symbol_count : 1, sizeof(*types->symbols));
	if (!types->symbols)
		return abilock_error_nomem(err);
	types->symbol_count = symbol_count;
	*ret = take_ptr(types);
	return 0;
}

void abilock_types_free(struct abilock_types *types)
{
	if (!types)
		return;
	for (size_t i = 0; i < types->type_count; i++)
		free(types->types[i]->definitions);
	free(types->types);
	free(types->symbols);
	abilock_name_table_deinit(&types->texts);
	abilock_name_table_deinit(&types->names);
	abilock_arena_clear(&types->arena);
	free(types);
}

const char *abilock_types_intern(struct abilock_types *types, const char *text, size_t length)
{
	char *copy = abilock_name_table_find_part(&types->texts, text, length);

	if (copy)
		return copy;
	copy = abilock_arena_strndup(&types->arena, text, length);
	return copy && abilock_name_table_put(&types->texts, copy, copy) ? copy : NULL;
}

struct abilock_type *abilock_types_find(const struct abilock_types *types, const char *name)
{
	return abilock_name_table_find(&types->names, name);
}

static struct abilock_type *add_type(struct abilock_types *types, const char *name, size_t length,
				     enum abilock_type_kind kind)
{
	struct abilock_type *type = abilock_arena_alloc(&types->arena, sizeof(*type));
	const char *copy = abilock_arena_strndup(&types->arena, name, length);

	if (!type || !copy)
		return NULL;
	type->name = copy;
	type->kind = kind;
	type->is_unnamed = strchr(copy, ' ')[1] == '@';
	type->index = types->type_count;
	struct abilock_type **slot = abilock_array_push(&types->types, &types->type_count,
							sizeof(struct abilock_type *));
	if (!slot)
		return NULL;
	*slot = type;
	return abilock_name_table_put(&types->names, copy, type) ? type : NULL;
}

struct abilock_type *abilock_types_type(struct abilock_types *types, const char *name)
{
	struct abilock_type *type = abilock_types_find(types, name);
	enum abilock_type_kind kind;

	if (type)
		return type;
	size_t length = type_name_reference(name, &kind);
	return length && !name[length] ? add_type(types, name, length, kind) : NULL;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_members(const void *a, const void *b)
{
	const struct abilock_type_member *x = a, *y = b;
	int r = compare_numbers(x->bit_offset, y->bit_offset);

	if (r == 0 && x->value != y->value)
		r = x->value < y->value ? -1 : 1;
	if (r == 0)
		r = strcmp(x->name, y->name);
	if (r == 0)
		r = compare_numbers(x->bit_size, y->bit_size);
	return r == 0 && x->type && y->type ? strcmp(x->type, y->type) : r;
}

static int compare_definitions(const void *a, const void *b)
{
	const struct abilock_type_definition *x = a, *y = b;
	int r = compare_numbers(x->size, y->size);

	if (r == 0)
		r = compare_numbers(x->member_count, y->member_count);
	for (size_t i = 0; r == 0 && i < x->member_count; i++)
		r = compare_members(&x->members[i], &y->members[i]);
	return r;
}

/* Texts are interned: the same ones have one address. */
static bool is_known(const struct abilock_type *type,
		     const struct abilock_type_definition *definition)
{
	const size_t count = type->definition_count;

	for (size_t i = count; i > 0 && count - i < DEFINITIONS_COMPARED; i--) {
		const struct abilock_type_definition *other = &type->definitions[i - 1];

		if (other->size == definition->size &&
		    other->member_count == definition->member_count &&
		    (other->member_count == 0 ||
		     memcmp(other->members, definition->members,
			    other->member_count * sizeof(*other->members)) == 0))
			return true;
	}
	return false;
}

static void sort_members(struct abilock_type_member *members, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (compare_members(&members[i - 1], &members[i]) <= 0)
			continue;
		qsort(members, count, sizeof(*members), compare_members);
		return;
	}
}

/* Members with texts of the model, sorted, malloc'ed. @return NULL when memory is out. */
static struct abilock_type_member *own_members(struct abilock_types *types,
					       const struct abilock_type_definition *definition,
					       bool is_enum)
{
	const size_t count = definition->member_count;
	_cleanup_(freep) struct abilock_type_member *own = calloc(count ? count : 1, sizeof(*own));

	for (size_t i = 0; own && i < count; i++) {
		const struct abilock_type_member *member = &definition->members[i];

		own[i].name = abilock_types_intern(types, member->name, strlen(member->name));
		if (!is_enum)
			own[i].type =
				abilock_types_intern(types, member->type, strlen(member->type));
		if (!own[i].name || (!is_enum && !own[i].type))
			return NULL;
		own[i].bit_offset = is_enum ? 0 : member->bit_offset;
		own[i].bit_size = is_enum ? 0 : member->bit_size;
		own[i].value = is_enum ? member->value : 0;
	}
	if (own)
		sort_members(own, count);
	return take_ptr(own);
}

int abilock_types_define(struct abilock_types *types, struct abilock_type *type,
			 const struct abilock_type_definition *definition,
			 struct abilock_error *err)
{
	_cleanup_(freep) struct abilock_type_member *own =
		own_members(types, definition, type->kind == ABILOCK_TYPE_ENUM);
	struct abilock_type_definition added = *definition;

	added.members = own;
	if (!own)
		return abilock_error_nomem(err);
	if (is_known(type, &added))
		return 0;
	struct abilock_type_member *kept =
		abilock_arena_array(&types->arena, added.member_count, sizeof(*kept));
	struct abilock_type_definition *slot =
		kept ? abilock_array_push(&type->definitions, &type->definition_count,
					  sizeof(*slot))
		     : NULL;
	if (!slot)
		return abilock_error_nomem(err);
	memcpy(kept, own, added.member_count * sizeof(*kept));
	added.members = kept;
	*slot = added;
	return 0;
}

/* A name that nothing defines is declared. */
static bool declare_named(struct abilock_types *types, const char *text)
{
	enum abilock_type_kind kind;
	const char *name;
	size_t length;

	while ((name = abilock_type_text_next(&text, &length))) {
		if (abilock_name_table_find_part(&types->names, name, length))
			continue;
		(void)type_name_reference(name, &kind);
		if (!add_type(types, name, length, kind))
			return false;
	}
	return true;
}

static bool declare_all_named(struct abilock_types *types)
{
	for (size_t i = 0; i < types->texts.size; i++)
		if (types->texts.slots[i].name && !declare_named(types, types->texts.slots[i].name))
			return false;
	return true;
}

static int compare_types(const void *a, const void *b)
{
	const struct abilock_type *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void sort_types(struct abilock_types *types)
{
	bool is_sorted = true;

	for (size_t i = 1; is_sorted && i < types->type_count; i++)
		is_sorted = strcmp(types->types[i - 1]->name, types->types[i]->name) < 0;
	if (!is_sorted)
		qsort(types->types, types->type_count, sizeof(struct abilock_type *),
		      compare_types);
	for (size_t i = 0; i < types->type_count; i++)
		types->types[i]->index = i;
}

static void sort_definitions(struct abilock_type *type)
{
	struct abilock_type_definition *all = type->definitions;
	size_t kept = 1;

	if (type->definition_count < 2)
		return;
	qsort(all, type->definition_count, sizeof(*all), compare_definitions);
	for (size_t i = 1; i < type->definition_count; i++)
		if (compare_definitions(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	type->definition_count = kept;
}

int abilock_types_finish(struct abilock_types *types, struct abilock_error *err)
{
	if (!declare_all_named(types))
		return abilock_error_nomem(err);
	sort_types(types);
	for (size_t i = 0; i < types->type_count; i++)
		sort_definitions(types->types[i]);
	return 0;
}
