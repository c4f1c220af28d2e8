/* SPDX-License-Identifier: MIT */
#include "types_declarator.h"

#include "types_name.h"

/* More than any header has; walks recurse this deep. */
enum { HEIGHT_MAX = 64 };

struct parser {
	struct abilock_arena *arena;
	const char *at;
	unsigned depth;
};

static struct type_declarator *parse_type(struct parser *parser);

static void skip_spaces(struct parser *parser)
{
	while (*parser->at == ' ')
		parser->at++;
}

static bool accept(struct parser *parser, char c)
{
	skip_spaces(parser);
	if (*parser->at != c)
		return false;
	parser->at++;
	return true;
}

static bool is_word(const char *at, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(at, word, length) == 0;
}

static bool read_qualifier(struct parser *parser, unsigned *qualifiers)
{
	static const char *const words[] = {"const", "volatile", "_Atomic"};

	skip_spaces(parser);
	const size_t length = type_name_length(parser->at);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		/* _Atomic(int) is another thing. */
		if (!is_word(parser->at, length, words[i]) || parser->at[length] == '(')
			continue;
		*qualifiers |= 1U << i;
		parser->at += length;
		return true;
	}
	return false;
}

/* @p of, or NULL where the tree grows too high. */
static struct type_declarator *wrap(struct parser *parser, enum type_form form,
				    struct type_declarator *of)
{
	const unsigned height = of ? of->height + 1 : 0;
	struct type_declarator *type =
		height < HEIGHT_MAX ? abilock_arena_alloc(parser->arena, sizeof(*type)) : NULL;

	if (!type)
		return NULL;
	type->form = form;
	type->of = of;
	type->height = height;
	return type;
}

/* Bytes up to and with the parenthesis that closes the one at @p at, or 0. */
static size_t group_length(const char *at)
{
	const char *p = at;
	size_t open = 0;

	do {
		size_t length = *p == '"' ? type_name_length(p) : 1;

		if (!*p || length == 0)
			return 0;
		open += *p == '(';
		open -= *p == ')';
		p += length;
	} while (open > 0);
	return (size_t)(p - at);
}

/* `unsigned long`, `struct foo`, `_BitInt(37)`. */
static bool read_word(struct parser *parser, struct abilock_text *name, bool *ret_is_reference)
{
	enum abilock_type_kind kind;
	size_t length = type_name_reference(parser->at, &kind);

	*ret_is_reference = length > 0;
	if (length == 0) {
		length = type_name_length(parser->at);
		if (length > 0 && parser->at[length] == '(')
			length += group_length(parser->at + length);
	}
	if (length == 0)
		return false;
	if (name->length > 0)
		abilock_text_putc(name, ' ');
	abilock_text_add(name, parser->at, length);
	parser->at += length;
	return true;
}

static struct type_declarator *parse_base(struct parser *parser)
{
	_cleanup_(abilock_text_deinit) struct abilock_text name = {0};
	struct type_declarator *type = wrap(parser, TYPE_FORM_BASE, NULL);
	bool is_reference = false;
	size_t words = 0;

	while (type) {
		if (read_qualifier(parser, &type->qualifiers))
			continue;
		if (!read_word(parser, &name, &is_reference))
			break;
		words++;
		type->is_reference = words == 1 && is_reference;
	}
	if (!type || words == 0 || name.failed)
		return NULL;
	type->name = abilock_arena_strndup(parser->arena, name.data, name.length);
	return type->name ? type : NULL;
}

static bool parse_bound(struct parser *parser, struct type_declarator *array)
{
	const size_t length = strcspn(parser->at, "]");

	if (!parser->at[length])
		return false;
	array->bound = abilock_arena_strndup(parser->arena, parser->at, length);
	parser->at += length + 1;
	return array->bound != NULL;
}

static bool parse_parameter(struct parser *parser, struct type_declarator *function,
			    struct type_declarator ***list)
{
	skip_spaces(parser);
	if (function->is_variadic)
		return false;
	if (is_word(parser->at, type_name_length(parser->at), "...")) {
		parser->at += strlen("...");
		function->is_variadic = true;
		return true;
	}
	struct type_declarator *type = parse_type(parser);
	struct type_declarator **slot =
		type ? abilock_array_push(list, &function->parameter_count, sizeof(*slot)) : NULL;
	if (!slot)
		return false;
	*slot = type;
	if (type->height >= function->height)
		function->height = type->height + 1;
	return true;
}

static bool is_void(const struct type_declarator *type)
{
	return type->form == TYPE_FORM_BASE && str_eq(type->name, "void") && !type->qualifiers;
}

/* Behind the opening parenthesis. */
static bool parse_parameters(struct parser *parser, struct type_declarator *function)
{
	_cleanup_(freep) struct type_declarator **list = NULL;

	if (accept(parser, ')')) {
		function->has_no_prototype = true;
		return true;
	}
	do {
		if (!parse_parameter(parser, function, &list))
			return false;
	} while (accept(parser, ','));
	if (function->parameter_count == 1 && !function->is_variadic && is_void(list[0]))
		function->parameter_count = 0;
	const size_t count = function->parameter_count;
	function->parameters = abilock_arena_array(parser->arena, count, sizeof(*list));
	if (!function->parameters || !accept(parser, ')'))
		return false;
	if (count > 0)
		memcpy(function->parameters, list, count * sizeof(*list));
	return true;
}

/* Arrays and functions stand behind a declarator, the outermost first. */
static struct type_declarator *parse_suffixes(struct parser *parser, struct type_declarator *of)
{
	struct type_declarator *found[HEIGHT_MAX];
	size_t count = 0;

	for (;;) {
		enum type_form form = TYPE_FORM_ARRAY;

		if (!accept(parser, '[')) {
			if (!accept(parser, '('))
				break;
			form = TYPE_FORM_FUNCTION;
		}
		struct type_declarator *type = count < HEIGHT_MAX ? wrap(parser, form, NULL) : NULL;
		if (!type || !(form == TYPE_FORM_ARRAY ? parse_bound(parser, type)
						       : parse_parameters(parser, type)))
			return NULL;
		found[count++] = type;
	}
	while (count > 0) {
		found[--count]->of = of;
		if (found[count]->height <= of->height)
			found[count]->height = of->height + 1;
		of = found[count];
	}
	return of->height < HEIGHT_MAX ? of : NULL;
}

static struct type_declarator *parse_pointers(struct parser *parser, struct type_declarator *of)
{
	while (of && accept(parser, '*')) {
		of = wrap(parser, TYPE_FORM_POINTER, of);
		while (of && read_qualifier(parser, &of->qualifiers))
			;
	}
	return of;
}

static bool begins_group(const char *at)
{
	if (*at != '(')
		return false;
	at += 1 + strspn(at + 1, " ");
	return *at == '*' || *at == '(' || *at == '[';
}

static struct type_declarator *parse_declarator(struct parser *parser, struct type_declarator *of)
{
	of = parse_pointers(parser, of);
	skip_spaces(parser);
	if (!of || !begins_group(parser->at))
		return of ? parse_suffixes(parser, of) : NULL;
	const char *inside = parser->at + 1;
	const size_t length = group_length(parser->at);
	if (length == 0 || ++parser->depth > HEIGHT_MAX)
		return NULL;
	/* What is behind the group comes first: it is what the pointer in the group points to. */
	parser->at += length;
	of = parse_suffixes(parser, of);
	const char *behind = parser->at;
	parser->at = inside;
	of = of ? parse_declarator(parser, of) : NULL;
	if (!of || !accept(parser, ')') || parser->at != inside - 1 + length)
		return NULL;
	parser->at = behind;
	parser->depth--;
	return of;
}

static struct type_declarator *parse_type(struct parser *parser)
{
	if (++parser->depth > HEIGHT_MAX)
		return NULL;
	struct type_declarator *type = parse_base(parser);
	type = type ? parse_declarator(parser, type) : NULL;
	parser->depth--;
	return type;
}

struct type_declarator *type_declarator_parse(struct abilock_arena *arena, const char *text)
{
	struct parser parser = {.arena = arena, .at = text};
	struct type_declarator *type = parse_type(&parser);

	skip_spaces(&parser);
	return type && !*parser.at ? type : NULL;
}

/* ---- writing ---- */

void type_name_show(struct abilock_text *out, const char *name, enum type_names names)
{
	const char *tag = strchr(name, ' ');
	const bool is_unnamed = tag && tag[1] == '@';

	if (!is_unnamed || names == TYPE_NAMES_EXACT) {
		abilock_text_puts(out, name);
		return;
	}
	tag += 2;
	if (names == TYPE_NAMES_KEYWORD || strchr(tag, '.'))
		abilock_text_add(out, name, strcspn(name, " ") + 1);
	abilock_text_puts(out, tag);
}

static void write_qualifiers(struct abilock_text *out, unsigned qualifiers)
{
	if (qualifiers & TYPE_CONST)
		abilock_text_puts(out, "const ");
	if (qualifiers & TYPE_VOLATILE)
		abilock_text_puts(out, "volatile ");
	if (qualifiers & TYPE_ATOMIC)
		abilock_text_puts(out, "_Atomic ");
}

static bool needs_group(const struct type_declarator *pointer)
{
	return pointer->of->form == TYPE_FORM_ARRAY || pointer->of->form == TYPE_FORM_FUNCTION;
}

static void write_before(struct abilock_text *out, const struct type_declarator *type,
			 enum type_names names)
{
	if (type->form == TYPE_FORM_BASE) {
		write_qualifiers(out, type->qualifiers);
		if (type->is_reference)
			type_name_show(out, type->name, names);
		else
			abilock_text_puts(out, type->name);
		return;
	}
	write_before(out, type->of, names);
	if (type->of->form == TYPE_FORM_BASE || type->of->qualifiers)
		abilock_text_putc(out, ' ');
	if (type->form != TYPE_FORM_POINTER)
		return;
	if (needs_group(type))
		abilock_text_putc(out, '(');
	abilock_text_putc(out, '*');
	write_qualifiers(out, type->qualifiers);
	/* One too many behind the last qualifier. */
	out->length -= type->qualifiers != 0 && !out->failed;
}

static void write_parameters(struct abilock_text *out, const struct type_declarator *function,
			     enum type_names names)
{
	abilock_text_putc(out, '(');
	if (function->parameter_count == 0 && !function->has_no_prototype && !function->is_variadic)
		abilock_text_puts(out, "void");
	for (size_t i = 0; i < function->parameter_count; i++) {
		abilock_text_puts(out, i > 0 ? ", " : "");
		type_declarator_write(out, function->parameters[i], names);
	}
	if (function->is_variadic)
		abilock_text_puts(out, function->parameter_count > 0 ? ", ..." : "...");
	abilock_text_putc(out, ')');
}

static void write_behind(struct abilock_text *out, const struct type_declarator *type,
			 enum type_names names)
{
	if (type->form == TYPE_FORM_BASE)
		return;
	if (type->form == TYPE_FORM_POINTER && needs_group(type))
		abilock_text_putc(out, ')');
	if (type->form == TYPE_FORM_ARRAY) {
		abilock_text_putc(out, '[');
		abilock_text_puts(out, type->bound);
		abilock_text_putc(out, ']');
	}
	if (type->form == TYPE_FORM_FUNCTION)
		write_parameters(out, type, names);
	write_behind(out, type->of, names);
}

void type_declarator_write(struct abilock_text *out, const struct type_declarator *type,
			   enum type_names names)
{
	write_before(out, type, names);
	write_behind(out, type, names);
}
