/* SPDX-License-Identifier: MIT */
/*
 * Types as texts. A declarator grows from the inside: what has been read so far stands in
 * `inner`, and the type that it ends in goes in front.
 */
#include "types_dwarf_reader.h"

struct declarator {
	struct types_reader *reader;
	struct abilock_text inner;
	const char *base;     /* What the chain ends in. */
	const char *handle;   /* Last typedef, which names a type without a tag. */
	unsigned qualifiers;  /* Seen since the last pointer. */
	bool is_value;	      /* Qualifiers here say nothing. */
	bool ends_in_pointer; /* A function or an array behind it needs parentheses. */
	unsigned depth;
};

enum { IS_CONST = 1, IS_VOLATILE = 2 };

static void prepend(struct abilock_text *text, const char *s)
{
	const size_t length = strlen(s);

	if (!abilock_text_reserve(text, length))
		return;
	if (text->length)
		memmove(text->data + length, text->data, text->length);
	memcpy(text->data, s, length);
	text->length += length;
}

static const char *qualifier_words(unsigned qualifiers)
{
	static const char *const words[] = {"", "const", "volatile", "const volatile"};

	return words[qualifiers & 3];
}

int dwarf_type_of(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr))
		return 0;
	if (!dwarf_formref_die(&attr, ret) || dwarf_tag(ret) == DW_TAG_invalid)
		return dwarf_damaged(reader, die, "the entry's type cannot be read:");
	return 1;
}

/* `*const volatile`, in front of what there is. */
static void add_pointer(struct declarator *d, const char *sign)
{
	const char *words = d->is_value ? "" : qualifier_words(d->qualifiers);

	if (*words && d->inner.length)
		prepend(&d->inner, " ");
	prepend(&d->inner, words);
	prepend(&d->inner, sign);
	d->qualifiers = 0;
	d->is_value = false;
	d->ends_in_pointer = true;
}

static void close_pointer(struct declarator *d)
{
	if (!d->ends_in_pointer)
		return;
	prepend(&d->inner, "(");
	abilock_text_putc(&d->inner, ')');
	d->ends_in_pointer = false;
}

/* How many elements; 0: it is not known, or none, which compilers do not tell apart. */
static int dimension(struct types_reader *reader, Dwarf_Die *range, uint64_t *ret)
{
	uint64_t upper, lower = 0;
	int language = -1;
	Dwarf_Sword bound = 0;
	int r = dwarf_number(reader, range, DW_AT_count, ret);

	if (r)
		return r < 0 ? r : 0;
	*ret = 0;
	r = dwarf_number(reader, range, DW_AT_upper_bound, &upper);
	if (r <= 0)
		return r;
	r = dwarf_number(reader, range, DW_AT_lower_bound, &lower);
	if (r == 0) {
		r = dwarf_language_of(reader, range, &language);
		if (r == 0 && dwarf_default_lower_bound(language, &bound) == 0)
			lower = (uint64_t)bound;
	}
	/* An upper bound of -1 in whatever width is an array without elements. */
	*ret = upper - lower + 1;
	if (upper == UINT32_MAX && lower == 0)
		*ret = 0;
	return r < 0 ? r : 0;
}

static int add_array(struct declarator *d, Dwarf_Die *die)
{
	struct types_reader *reader = d->reader;
	const bool is_vector = dwarf_flag(die, DW_AT_GNU_vector);
	Dwarf_Die child;
	size_t count = 0;
	int r;

	if (dwarf_hasattr(die, DW_AT_byte_stride) || dwarf_hasattr(die, DW_AT_bit_stride))
		return dwarf_no_text(reader, "its type has an array with gaps between elements");
	close_pointer(d);
	for (r = dwarf_first(reader, die, &child); r == 1; r = dwarf_next(reader, &child)) {
		uint64_t elements = 0;

		if (dwarf_tag(&child) == DW_TAG_subrange_type)
			r = dimension(reader, &child, &elements);
		else
			r = dwarf_no_text(reader, "its type has an array that no number indexes");
		if (r)
			return r;
		if (++count > DWARF_DIMENSIONS_MAX)
			return dwarf_damaged(reader, die, "an array has more than %d dimensions",
					     DWARF_DIMENSIONS_MAX);
		abilock_text_puts(&d->inner, is_vector ? "[vector " : "[");
		if (elements)
			abilock_text_decimal(&d->inner, elements, 0);
		abilock_text_putc(&d->inner, ']');
	}
	if (r == 0 && count == 0)
		abilock_text_puts(&d->inner, "[]");
	return r;
}

struct parameters {
	size_t count;
	bool is_open; /* `...`, or unknown. */
	bool are_promoted;
};

static int add_parameter(struct declarator *d, Dwarf_Die *die, struct parameters *parameters)
{
	Dwarf_Die type;
	const char *text;
	int r = dwarf_type_of(d->reader, die, &type);

	if (r < 0)
		return r;
	r = dwarf_type_text(d->reader, r ? &type : NULL, true, &text, d->depth + 1);
	if (r)
		return r;
	if (parameters->count++)
		abilock_text_puts(&d->inner, ", ");
	/* Callers pass a double. Promoted integers lie where they would lie without. */
	if (parameters->are_promoted && str_eq(text, "float"))
		text = "double";
	abilock_text_puts(&d->inner, text);
	if (d->inner.length > DWARF_TEXT_MAX)
		return dwarf_no_text(d->reader, "its type takes more than %d bytes to write",
				     DWARF_TEXT_MAX);
	return 0;
}

static int add_parameters(struct declarator *d, Dwarf_Die *die, struct parameters *parameters)
{
	Dwarf_Die child;
	int r, failed = 0;

	for (r = dwarf_first(d->reader, die, &child); r == 1; r = dwarf_next(d->reader, &child)) {
		if (dwarf_tag(&child) == DW_TAG_formal_parameter)
			failed = add_parameter(d, &child, parameters);
		else if (dwarf_tag(&child) == DW_TAG_unspecified_parameters)
			parameters->is_open = true;
		if (failed)
			return failed;
	}
	return r;
}

/*
 * `(int, ...)` behind what there is. A definition without a prototype is called as if it had one:
 * in C23 `int f() { ... }` has. A declaration without one says nothing of parameters.
 */
static int add_function(struct declarator *d, Dwarf_Die *die, bool is_definition)
{
	struct parameters parameters = {0};
	Dwarf_Attribute attr;
	int language = -1;
	bool is_prototyped = false;

	close_pointer(d);
	abilock_text_putc(&d->inner, '(');
	int r = dwarf_language_of(d->reader, die, &language);

	if (dwarf_attr_integrate(die, DW_AT_prototyped, &attr))
		(void)dwarf_formflag(&attr, &is_prototyped);
	is_prototyped |= !dwarf_language_is_c(language);
	parameters.are_promoted = !is_prototyped;
	if (r == 0)
		r = add_parameters(d, die, &parameters);
	if (r)
		return r;
	if (is_prototyped && parameters.is_open)
		abilock_text_puts(&d->inner, parameters.count ? ", ..." : "...");
	else if ((is_prototyped || is_definition) && parameters.count == 0)
		abilock_text_puts(&d->inner, "void");
	abilock_text_putc(&d->inner, ')');
	d->qualifiers = 0;
	d->is_value = true;
	return 0;
}

/* A pointer to a member in C++, which C has no word for. */
static int add_member_pointer(struct declarator *d, Dwarf_Die *die)
{
	Dwarf_Die type;
	const char *text = "?";
	int r = dwarf_reference(d->reader, die, DW_AT_containing_type, &type);

	if (r > 0)
		r = dwarf_type_text(d->reader, &type, true, &text, d->depth + 1);
	if (r)
		return r;
	add_pointer(d, ">*");
	prepend(&d->inner, text);
	prepend(&d->inner, "<");
	return 0;
}

int dwarf_follow_signature(struct types_reader *reader, Dwarf_Die *die)
{
	int r = dwarf_reference(reader, die, DW_AT_signature, die);

	return r < 0 ? r : 0;
}

static int base_type(struct declarator *d, Dwarf_Die *die)
{
	const char *name;
	int r = dwarf_follow_signature(d->reader, die);

	if (r < 0)
		return r;

	switch (dwarf_tag(die)) {
	case DW_TAG_base_type: return dwarf_base_text(d->reader, die, &d->base);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_interface_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type: return dwarf_type_name(d->reader, die, d->handle, &d->base);
	case DW_TAG_unspecified_type:
		r = dwarf_name(d->reader, die, &name);
		if (r == 0 && strstr(name, "nullptr"))
			d->base = "nullptr_t";
		else if (r == 0)
			r = dwarf_no_text(d->reader, "C has no word for the type \"%s\"", name);
		return r;
	default:
		return dwarf_no_text(d->reader, "C has no word for a type with DWARF's tag 0x%x",
				     (unsigned)dwarf_tag(die));
	}
}

/*
 * Take one link of the chain.
 *
 * @return 0: go on with the type that it refers to; 1: it was the last one; 2: there is no text; or
 *         an error.
 */
enum { LAST_LINK = 1, NO_LINK = 2 };

static int link_result(int r)
{
	return r == DWARF_NO_TEXT ? NO_LINK : r;
}

static int add_link(struct declarator *d, Dwarf_Die *die)
{
	int r;

	switch (dwarf_tag(die)) {
	case DW_TAG_typedef: return dwarf_name(d->reader, die, &d->handle);
	case DW_TAG_const_type: d->qualifiers |= IS_CONST; return 0;
	case DW_TAG_volatile_type: d->qualifiers |= IS_VOLATILE; return 0;
	case DW_TAG_restrict_type: return 0;
	/* Compilers have no word for it in DWARF 4. */
	case DW_TAG_atomic_type: return 0;
	case DW_TAG_pointer_type: add_pointer(d, "*"); break;
	case DW_TAG_reference_type: add_pointer(d, "&"); break;
	case DW_TAG_rvalue_reference_type: add_pointer(d, "&&"); break;
	case DW_TAG_ptr_to_member_type: r = add_member_pointer(d, die); goto added;
	case DW_TAG_array_type: r = add_array(d, die); goto added;
	case DW_TAG_subroutine_type: r = add_function(d, die, false); goto added;
	default: r = base_type(d, die); return r ? link_result(r) : LAST_LINK;
	}
	r = 0;
added:
	d->handle = NULL;
	return link_result(r);
}

static int follow(struct declarator *d, const Dwarf_Die *start)
{
	Dwarf_Die die = *start;

	for (size_t n = 0;; n++) {
		if (n > DWARF_CHAIN_MAX)
			return dwarf_damaged(d->reader, &die,
					     "a type is derived more than %d times, or from itself",
					     DWARF_CHAIN_MAX);
		int r = add_link(d, &die);

		if (r)
			return r == LAST_LINK ? 0 : r == NO_LINK ? DWARF_NO_TEXT : r;
		r = dwarf_reference(d->reader, &die, DW_AT_type, &die);
		if (r < 0)
			return r;
		if (r == 0)
			return 0; /* void */
	}
}

/* Base and declarator become one text. */
static int finish(struct declarator *d, const char **ret)
{
	const char *words = d->is_value ? "" : qualifier_words(d->qualifiers);

	if (d->inner.length)
		prepend(&d->inner, " ");
	prepend(&d->inner, d->base);
	if (*words)
		prepend(&d->inner, " ");
	prepend(&d->inner, words);
	if (d->inner.failed)
		return abilock_error_nomem(d->reader->err);
	if (d->inner.length > DWARF_TEXT_MAX)
		return dwarf_no_text(d->reader, "its type takes more than %d bytes to write",
				     DWARF_TEXT_MAX);
	*ret = abilock_arena_strndup(&d->reader->unit_arena, d->inner.data, d->inner.length);
	return *ret ? 0 : abilock_error_nomem(d->reader->err);
}

static int make_text(struct declarator *d, Dwarf_Die *die, const char **ret)
{
	int r = 0;

	if (d->depth > DWARF_DEPTH_MAX)
		return dwarf_damaged(d->reader, die, "types are nested deeper than %d",
				     DWARF_DEPTH_MAX);
	d->base = "void";
	if (die)
		r = follow(d, die);
	if (r == 0)
		r = finish(d, ret);
	abilock_text_deinit(&d->inner);
	return r;
}

/* Most parameters have a type that many others have. */
int dwarf_type_text(struct types_reader *reader, Dwarf_Die *die, bool is_value, const char **ret,
		    unsigned depth)
{
	struct declarator d = {.reader = reader, .is_value = is_value, .depth = depth};
	const uint64_t key = die ? (uint64_t)(uintptr_t)die->addr * 2 + is_value : 0;

	*ret = die && !reader->is_tentative ? number_map_find(&reader->texts, key) : NULL;
	if (*ret)
		return 0;
	int r = make_text(&d, die, ret);

	if (r || !die || reader->is_tentative)
		return r;
	if (!number_map_put(&reader->texts, key, (void *)(uintptr_t)*ret))
		return abilock_error_nomem(reader->err);
	return 0;
}

/* Where a function's parameters stand: optimised copies have lost some. */
static int find_declared(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret)
{
	int r = 1;

	*ret = *die;
	for (size_t n = 0; r == 1; n++) {
		if (n > DWARF_DEPTH_MAX)
			return dwarf_damaged(reader, die, "an entry is an instance of itself");
		r = dwarf_reference(reader, ret, DW_AT_abstract_origin, ret);
	}
	return r;
}

/* A function of which nothing is said may be one of which nothing is known. */
static int check_known(struct types_reader *reader, Dwarf_Die *die, const struct declarator *d)
{
	bool has_types = true;
	int r = 0;

	if (d->inner.length == 2 ||
	    (d->inner.length == 6 && memcmp(d->inner.data, "(void)", 6) == 0))
		if (!dwarf_hasattr_integrate(die, DW_AT_prototyped) &&
		    !dwarf_hasattr_integrate(die, DW_AT_type))
			r = dwarf_unit_has_types(reader, die, &has_types);
	if (r == 0 && !has_types)
		r = dwarf_no_text(reader, "its source was compiled with -g1, which has no types");
	return r;
}

static int function_text(struct types_reader *reader, Dwarf_Die *die, const char **ret)
{
	struct declarator d = {.reader = reader, .base = "void"};
	Dwarf_Die declared, type;
	int r = find_declared(reader, die, &declared);

	if (r == 0)
		r = add_function(&d, &declared, !dwarf_flag(die, DW_AT_declaration));
	if (r == 0)
		r = check_known(reader, &declared, &d);
	if (r == 0) {
		r = dwarf_type_of(reader, &declared, &type);
		if (r == 1)
			r = follow(&d, &type);
	}
	if (r == 0)
		r = finish(&d, ret);
	abilock_text_deinit(&d.inner);
	return r;
}

int dwarf_entry_text(struct types_reader *reader, Dwarf_Die *die, const char **ret)
{
	Dwarf_Die type;

	if (dwarf_tag(die) == DW_TAG_subprogram)
		return function_text(reader, die, ret);
	int r = dwarf_type_of(reader, die, &type);

	if (r < 0)
		return r;
	if (r == 0)
		return dwarf_no_text(reader, "its entry in the debug information has no type");
	return dwarf_type_text(reader, &type, false, ret, 0);
}
