/* SPDX-License-Identifier: MIT */
/* A part of a model of types: what the public symbols reach, and no more. */
#include "baseline_parts.h"

struct keeper {
	const struct abilock_types *all;
	struct abilock_types *kept;
	struct abilock_name_table done; /* names of types that are kept */
	const char **texts;		/* yet to be looked through; malloc'ed */
	size_t text_count;
	struct abilock_error *err;
};

static void keeper_deinit(struct keeper *keeper)
{
	abilock_types_free(keeper->kept);
	abilock_name_table_deinit(&keeper->done);
	free(keeper->texts);
}

static int add_text(struct keeper *keeper, const char *text)
{
	if (!text)
		return 0;
	const char **slot = abilock_array_push(&keeper->texts, &keeper->text_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(keeper->err);
	*slot = text;
	return 0;
}

static int keep_type(struct keeper *keeper, const struct abilock_type *type)
{
	void **slot = abilock_name_table_value(&keeper->done, type->name);

	if (!slot)
		return abilock_error_nomem(keeper->err);
	if (*slot)
		return 0;
	struct abilock_type *copy = abilock_types_type(keeper->kept, type->name);
	*slot = copy;
	int r = copy ? 0 : abilock_error_nomem(keeper->err);
	for (size_t i = 0; r == 0 && i < type->definition_count; i++) {
		const struct abilock_type_definition *definition = &type->definitions[i];

		r = abilock_types_define(keeper->kept, copy, definition, keeper->err);
		for (size_t k = 0; r == 0 && k < definition->member_count; k++)
			r = add_text(keeper, definition->members[k].type);
	}
	return r;
}

static int keep_reached(struct keeper *keeper)
{
	int r = 0;

	while (r == 0 && keeper->text_count > 0) {
		const char *text = keeper->texts[--keeper->text_count];
		size_t length = 0;

		for (const char *name = NULL;
		     r == 0 && (name = abilock_type_text_next(&text, &length)) != NULL;) {
			_cleanup_(freep) char *copy = strndup(name, length);
			const struct abilock_type *type =
				copy ? abilock_types_find(keeper->all, copy) : NULL;

			if (!copy)
				r = abilock_error_nomem(keeper->err);
			else if (type)
				r = keep_type(keeper, type);
		}
	}
	return r;
}

static int keep_symbol(struct keeper *keeper, const struct abilock_typed_symbol *from,
		       struct abilock_typed_symbol *to)
{
	struct abilock_types *kept = keeper->kept;

	*to = (struct abilock_typed_symbol){.line = from->line};
	if (from->type)
		to->type = abilock_types_intern(kept, from->type, strlen(from->type));
	if (from->missing)
		to->missing = abilock_types_intern(kept, from->missing, strlen(from->missing));
	if (from->file)
		to->file = abilock_types_intern(kept, from->file, strlen(from->file));
	if (!from->type != !to->type || !from->missing != !to->missing || !from->file != !to->file)
		return abilock_error_nomem(keeper->err);
	return add_text(keeper, from->type);
}

int baseline_keep_types(const struct abilock_types *all, const size_t *from, size_t count,
			struct abilock_types **ret, struct abilock_error *err)
{
	_cleanup_(keeper_deinit) struct keeper keeper = {.all = all, .err = err};
	int r = abilock_types_new(count, &keeper.kept, err);

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = keep_symbol(&keeper, &all->symbols[from[i]], &keeper.kept->symbols[i]);
		if (r == 0)
			r = keep_reached(&keeper);
	}
	if (r == 0)
		r = abilock_types_finish(keeper.kept, err);
	if (r == 0)
		*ret = take_ptr(keeper.kept);
	return r;
}
