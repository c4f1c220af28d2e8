/* SPDX-License-Identifier: MIT */
#include "types_differences.h"

#include "types_name.h"

void type_match_deinit(struct type_match *match)
{
	free(match->unnamed);
}

static bool add_unnamed(struct type_match *match, const struct abilock_type *old_type,
			const struct abilock_type *new_type)
{
	struct type_unnamed *slot =
		abilock_array_push(&match->unnamed, &match->unnamed_count, sizeof(*slot));

	if (slot)
		*slot = (struct type_unnamed){.old_type = old_type, .new_type = new_type};
	return slot != NULL;
}

/*
 * A typedef of an unnamed type is a subject of its own as long as both sides have it. Two handles
 * of members are one place that has two names.
 */
static enum type_relation match_unnamed(struct type_differences *differences,
					const struct abilock_type *old_type,
					const struct abilock_type *new_type,
					struct type_match *match)
{
	const bool is_typedef = type_name_is_typedef(old_type);

	if (old_type->kind != new_type->kind)
		return TYPE_OTHER;
	if (differences->old_contents->hashes[old_type->index] ==
	    differences->new_contents->hashes[new_type->index])
		return TYPE_SAME;
	if (is_typedef && str_eq(old_type->name, new_type->name))
		return TYPE_SAME_OUTSIDE;
	if (is_typedef && type_name_is_typedef(new_type))
		return TYPE_OTHER;
	/* Nothing is in them that could be told. */
	if (old_type->definition_count == 0 && new_type->definition_count == 0)
		return TYPE_OTHER;
	if (!add_unnamed(match, old_type, new_type))
		differences->failed = true;
	return TYPE_SAME_OUTSIDE;
}

static enum type_relation match_bases(struct type_differences *differences,
				      const struct type_declarator *old_tree,
				      const struct type_declarator *new_tree,
				      struct type_match *match)
{
	const bool is_same = str_eq(old_tree->name, new_tree->name);

	if (!old_tree->is_reference || !new_tree->is_reference)
		return is_same ? TYPE_SAME : TYPE_OTHER;
	const struct abilock_type *old_type = type_contents_find(
		differences->old_contents, old_tree->name, strlen(old_tree->name));
	const struct abilock_type *new_type = type_contents_find(
		differences->new_contents, new_tree->name, strlen(new_tree->name));
	if (old_type && new_type && old_type->is_unnamed && new_type->is_unnamed)
		return match_unnamed(differences, old_type, new_type, match);
	return is_same ? TYPE_SAME : TYPE_OTHER;
}

static enum type_relation worse(enum type_relation a, enum type_relation b)
{
	return a > b ? a : b;
}

static bool has_same_outline(const struct type_declarator *a, const struct type_declarator *b)
{
	if (a->form != b->form || a->qualifiers != b->qualifiers)
		return false;
	if (a->form == TYPE_FORM_ARRAY)
		return str_eq(a->bound, b->bound);
	return a->parameter_count == b->parameter_count && a->is_variadic == b->is_variadic &&
	       a->has_no_prototype == b->has_no_prototype;
}

/* Trees are of bounded height. */
enum type_relation type_match_trees(struct type_differences *differences,
				    const struct type_declarator *old_tree,
				    const struct type_declarator *new_tree,
				    struct type_match *match)
{
	enum type_relation relation;

	if (!has_same_outline(old_tree, new_tree))
		return TYPE_OTHER;
	if (old_tree->form == TYPE_FORM_BASE)
		return match_bases(differences, old_tree, new_tree, match);
	relation = type_match_trees(differences, old_tree->of, new_tree->of, match);
	for (size_t i = 0; i < old_tree->parameter_count && relation != TYPE_OTHER; i++)
		relation = worse(relation, type_match_trees(differences, old_tree->parameters[i],
							    new_tree->parameters[i], match));
	return relation;
}

enum type_relation type_match_texts(struct type_differences *differences, const char *old_text,
				    const char *new_text, struct type_match *match)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};

	if (type_contents_text(differences->old_contents, old_text) ==
	    type_contents_text(differences->new_contents, new_text))
		return TYPE_SAME;
	const struct type_declarator *old_tree = type_declarator_parse(&arena, old_text);
	const struct type_declarator *new_tree = type_declarator_parse(&arena, new_text);
	if (!old_tree || !new_tree)
		return TYPE_OTHER;
	/* Hashes that differ are a difference whatever the trees say. */
	const enum type_relation relation =
		type_match_trees(differences, old_tree, new_tree, match);
	return relation == TYPE_SAME ? TYPE_OTHER : relation;
}
