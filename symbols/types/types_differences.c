/* SPDX-License-Identifier: MIT */
#include "types_differences.h"

#include <inttypes.h>

#include "types_name.h"

enum {
	/* Unnamed types within unnamed ones: nobody writes more. */
	DEPTH_MAX = 16,
	/* And as many in one subject, since a hostile file can name each of them from each. */
	INSIDE_MAX = 1024,
};

void type_differences_deinit(struct type_differences *differences)
{
	abilock_text_deinit(&differences->line);
	free(differences->lines);
}

void type_differences_start(struct type_differences *differences)
{
	free(differences->lines);
	differences->lines = NULL;
	differences->line_count = 0;
	differences->inside = 0;
	abilock_text_clear(&differences->line);
}

void type_differences_add(struct type_differences *differences)
{
	struct abilock_text *line = &differences->line;
	const char **slot = abilock_array_push(&differences->lines, &differences->line_count,
					       sizeof(const char *));
	char *copy = line->failed || !line->data
			     ? NULL
			     : abilock_arena_strndup(differences->arena, line->data, line->length);

	if (!copy || !slot) {
		differences->failed = true;
		return;
	}
	str_disarm(copy);
	*slot = copy;
	abilock_text_clear(line);
}

static void write_shown(struct abilock_text *out, struct type_shown shown, enum type_names names)
{
	if (shown.tree && (names != TYPE_NAMES_EXACT || !shown.text))
		type_declarator_write(out, shown.tree, names);
	else
		abilock_text_puts(out, shown.text);
	if (shown.width == 0)
		return;
	abilock_text_puts(out, " : ");
	abilock_text_decimal(out, shown.width, 0);
}

static struct type_shown take_apart(struct abilock_arena *arena, struct type_shown shown)
{
	if (!shown.tree)
		shown.tree = type_declarator_parse(arena, shown.text);
	return shown;
}

void type_differences_show(struct type_differences *differences, struct type_shown shown)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};

	write_shown(&differences->line, take_apart(&arena, shown), TYPE_NAMES_SHORT);
}

void type_differences_both(struct type_differences *differences, struct type_shown first,
			   const char *between, struct type_shown second)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	struct abilock_text *line = &differences->line;
	const size_t start = line->length;

	first = take_apart(&arena, first);
	second = take_apart(&arena, second);
	for (enum type_names names = TYPE_NAMES_SHORT; names <= TYPE_NAMES_EXACT; names++) {
		line->length = start;
		write_shown(line, first, names);
		const size_t middle = line->length;
		abilock_text_puts(line, between);
		const size_t behind = line->length;
		write_shown(line, second, names);
		if (line->failed || middle - start != line->length - behind ||
		    memcmp(line->data + start, line->data + behind, middle - start) != 0)
			break;
	}
}

/* ---- definitions ---- */

static void begin_inside(struct type_differences *differences, const struct type_place *place)
{
	abilock_text_puts(&differences->line, place->before);
	abilock_text_puts(&differences->line, place->inside);
}

static void tell_definition(struct type_differences *differences, const struct type_place *place,
			    const struct abilock_type_definition *old_definition,
			    const struct abilock_type_definition *new_definition, bool is_enum)
{
	if (old_definition->size != new_definition->size) {
		begin_inside(differences, place);
		abilock_text_printf(&differences->line, "size changed from %" PRIu64 " to %" PRIu64,
				    old_definition->size, new_definition->size);
		type_differences_add(differences);
	}
	type_differences_members(differences, place, old_definition, new_definition, is_enum);
}

static void tell_size(struct type_differences *differences, const struct type_place *place,
		      const char *before, uint64_t size, const char *behind)
{
	begin_inside(differences, place);
	abilock_text_printf(&differences->line, "%s (%" PRIu64 " byte%s)%s", before, size,
			    size == 1 ? "" : "s", behind);
	type_differences_add(differences);
}

static bool has_hash(const uint64_t *sorted, size_t count, uint64_t hash)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (sorted[middle] == hash)
			return true;
		if (sorted[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Definitions that the other side does not have, malloc'ed. @return NULL when memory is out. */
static const struct abilock_type_definition **
only_here(const struct type_contents *contents, const struct abilock_type *type,
	  const struct type_contents *others, const struct abilock_type *other, size_t *ret_count)
{
	_cleanup_(freep) uint64_t *hashes = type_contents_definitions(contents, type);
	_cleanup_(freep) uint64_t *there = type_contents_definitions(others, other);
	const struct abilock_type_definition **list =
		calloc(type->definition_count + 1, sizeof(*list));
	size_t count = 0;

	if (!hashes || !there || !list) {
		free(list);
		return NULL;
	}
	const size_t there_count = type_hashes_unique(there, other->definition_count);
	for (size_t i = 0; i < type->definition_count; i++)
		if (!has_hash(there, there_count, hashes[i]))
			list[count++] = &type->definitions[i];
	*ret_count = count;
	return list;
}

static void tell_several(struct type_differences *differences, const struct type_place *place,
			 const struct abilock_type *old_type, const struct abilock_type *new_type)
{
	size_t old_count = 0, new_count = 0, i = 0;
	_cleanup_(freep) const struct abilock_type_definition **old_only =
		only_here(differences->old_contents, old_type, differences->new_contents, new_type,
			  &old_count);
	_cleanup_(freep) const struct abilock_type_definition **new_only =
		only_here(differences->new_contents, new_type, differences->old_contents, old_type,
			  &new_count);

	if (!old_only || !new_only) {
		differences->failed = true;
		return;
	}
	for (; i < old_count && i < new_count; i++)
		tell_definition(differences, place, old_only[i], new_only[i],
				old_type->kind == ABILOCK_TYPE_ENUM);
	for (size_t k = i; k < old_count; k++)
		tell_size(differences, place, "one of its definitions", old_only[k]->size,
			  " was removed");
	for (size_t k = i; k < new_count; k++)
		tell_size(differences, place, "another definition", new_only[k]->size,
			  " was added by a file that means something else by the name");
}

static void tell_types(struct type_differences *differences, const struct type_place *place,
		       const struct abilock_type *old_type, const struct abilock_type *new_type)
{
	if (old_type->definition_count == 0 && new_type->definition_count > 0)
		tell_size(differences, place, "was opaque, is defined now",
			  new_type->definitions[0].size, "");
	else if (new_type->definition_count == 0 && old_type->definition_count > 0)
		tell_size(differences, place, "was defined", old_type->definitions[0].size,
			  ", is opaque now");
	else
		tell_several(differences, place, old_type, new_type);
}

void type_differences_types(struct type_differences *differences,
			    const struct abilock_type *old_type,
			    const struct abilock_type *new_type)
{
	const struct type_place place = {.before = "", .inside = "", .path = ""};

	tell_types(differences, &place, old_type, new_type);
}

void type_differences_unnamed(struct type_differences *differences, const struct type_place *place,
			      const struct type_match *match)
{
	struct type_place inner = *place;

	inner.depth++;
	for (size_t i = 0; i < match->unnamed_count; i++) {
		const struct type_unnamed *unnamed = &match->unnamed[i];

		if (inner.depth <= DEPTH_MAX && differences->inside < INSIDE_MAX) {
			differences->inside++;
			tell_types(differences, &inner, unnamed->old_type, unnamed->new_type);
			continue;
		}
		begin_inside(differences, place);
		abilock_text_puts(&differences->line, "what is in it changed");
		type_differences_add(differences);
		return;
	}
}

/* ---- symbols ---- */

/* Two texts of functions, taken apart. */
struct functions {
	const struct type_declarator *old_tree, *new_tree;
};

static void tell_part(struct type_differences *differences, const struct type_declarator *old_tree,
		      const struct type_declarator *new_tree, const char *before)
{
	_cleanup_(type_match_deinit) struct type_match match = {0};
	const struct type_place place = {.before = before, .inside = "", .path = ""};

	if (type_match_trees(differences, old_tree, new_tree, &match) == TYPE_SAME_OUTSIDE)
		type_differences_unnamed(differences, &place, &match);
}

static bool is_other(struct type_differences *differences, const struct type_declarator *old_tree,
		     const struct type_declarator *new_tree)
{
	_cleanup_(type_match_deinit) struct type_match match = {0};

	return type_match_trees(differences, old_tree, new_tree, &match) == TYPE_OTHER;
}

static void tell_result(struct type_differences *differences, const struct functions *functions)
{
	const struct type_declarator *old_tree = functions->old_tree->of;
	const struct type_declarator *new_tree = functions->new_tree->of;

	if (!is_other(differences, old_tree, new_tree)) {
		tell_part(differences, old_tree, new_tree, "result: ");
		return;
	}
	abilock_text_puts(&differences->line, "returns ");
	type_differences_both(differences, (struct type_shown){.tree = new_tree}, ", was ",
			      (struct type_shown){.tree = old_tree});
	type_differences_add(differences);
}

static void tell_parameter(struct type_differences *differences, const struct functions *functions,
			   size_t old_index, size_t new_index)
{
	const struct type_declarator *old_tree = functions->old_tree->parameters[old_index];
	const struct type_declarator *new_tree = functions->new_tree->parameters[new_index];
	_cleanup_(abilock_text_deinit) struct abilock_text before = {0};

	abilock_text_printf(&before, "parameter %zu: ", new_index + 1);
	abilock_text_putc(&before, '\0');
	if (before.failed) {
		differences->failed = true;
		return;
	}
	if (!is_other(differences, old_tree, new_tree)) {
		tell_part(differences, old_tree, new_tree, before.data);
		return;
	}
	abilock_text_printf(&differences->line, "parameter %zu changed from ", new_index + 1);
	type_differences_both(differences, (struct type_shown){.tree = old_tree}, " to ",
			      (struct type_shown){.tree = new_tree});
	type_differences_add(differences);
}

static void tell_extra(struct type_differences *differences, const struct type_declarator *function,
		       size_t index, bool is_added)
{
	abilock_text_printf(&differences->line, "parameter %zu was %s", index + 1,
			    is_added ? "added: " : "removed (");
	type_differences_show(differences,
			      (struct type_shown){.tree = function->parameters[index]});
	abilock_text_puts(&differences->line, is_added ? "" : ")");
	type_differences_add(differences);
}

/* Those at the start and at the end that are the same ones stay; between them it goes in order. */
static void tell_parameters(struct type_differences *differences, const struct functions *functions)
{
	const struct type_declarator *old_tree = functions->old_tree;
	const struct type_declarator *new_tree = functions->new_tree;
	const size_t old_count = old_tree->parameter_count;
	const size_t new_count = new_tree->parameter_count;
	const size_t fewer = old_count < new_count ? old_count : new_count;
	size_t first = 0, last = 0;

	while (first < fewer &&
	       !is_other(differences, old_tree->parameters[first], new_tree->parameters[first]))
		first++;
	while (first + last < fewer &&
	       !is_other(differences, old_tree->parameters[old_count - 1 - last],
			 new_tree->parameters[new_count - 1 - last]))
		last++;
	for (size_t i = 0; i < fewer - last; i++)
		tell_parameter(differences, functions, i, i);
	for (size_t i = fewer - last; i < old_count - last; i++)
		tell_extra(differences, old_tree, i, false);
	for (size_t i = fewer - last; i < new_count - last; i++)
		tell_extra(differences, new_tree, i, true);
	for (size_t i = last; i > 0; i--)
		tell_parameter(differences, functions, old_count - i, new_count - i);
}

static void tell_flag(struct type_differences *differences, bool was, bool is, const char *on,
		      const char *off)
{
	if (was == is)
		return;
	abilock_text_puts(&differences->line, is ? on : off);
	type_differences_add(differences);
}

static void tell_functions(struct type_differences *differences, const struct functions *functions)
{
	const struct type_declarator *old_tree = functions->old_tree;
	const struct type_declarator *new_tree = functions->new_tree;

	tell_result(differences, functions);
	tell_flag(differences, old_tree->has_no_prototype, new_tree->has_no_prototype,
		  "has no prototype any more", "has a prototype now");
	tell_parameters(differences, functions);
	tell_flag(differences, old_tree->is_variadic, new_tree->is_variadic,
		  "takes any number of further arguments now",
		  "takes no further arguments any more");
}

static void tell_other(struct type_differences *differences, const char *old_text,
		       const char *new_text)
{
	abilock_text_puts(&differences->line, "type changed from ");
	type_differences_both(differences, (struct type_shown){.text = old_text}, " to ",
			      (struct type_shown){.text = new_text});
	type_differences_add(differences);
}

void type_differences_symbol(struct type_differences *differences, const char *old_text,
			     const char *new_text)
{
	_cleanup_(abilock_arena_clear) struct abilock_arena arena = {0};
	_cleanup_(type_match_deinit) struct type_match match = {0};
	const struct type_place place = {.before = "", .inside = "", .path = ""};
	const enum type_relation relation =
		type_match_texts(differences, old_text, new_text, &match);

	if (relation == TYPE_SAME)
		return;
	const struct functions functions = {.old_tree = type_declarator_parse(&arena, old_text),
					    .new_tree = type_declarator_parse(&arena, new_text)};
	if (functions.old_tree && functions.new_tree &&
	    functions.old_tree->form == TYPE_FORM_FUNCTION &&
	    functions.new_tree->form == TYPE_FORM_FUNCTION)
		tell_functions(differences, &functions);
	else if (relation == TYPE_SAME_OUTSIDE)
		type_differences_unnamed(differences, &place, &match);
	/* What no tree tells, such as another spelling, is told as it stands. */
	if (relation == TYPE_OTHER && differences->line_count == 0)
		tell_other(differences, old_text, new_text);
}
