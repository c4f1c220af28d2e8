/* SPDX-License-Identifier: MIT */
#include "types_text.h"

#include <inttypes.h>

#include "types_name.h"

/* ---- writing ---- */

static void write_name(struct abilock_text *out, const char *name)
{
	if (*name)
		abilock_type_name_write(out, name);
	else
		abilock_text_putc(out, '-');
}

static void write_member(struct abilock_text *out, const struct abilock_type_member *member)
{
	abilock_text_puts(out, ".\t");
	if (!member->type) {
		if (member->value < 0)
			abilock_text_putc(out, '-');
		abilock_text_decimal(
			out, member->value < 0 ? -(uint64_t)member->value : (uint64_t)member->value,
			0);
		abilock_text_putc(out, ' ');
		write_name(out, member->name);
		abilock_text_putc(out, '\n');
		return;
	}
	abilock_text_decimal(out, member->bit_offset / 8, 0);
	if (member->bit_size || member->bit_offset % 8) {
		abilock_text_putc(out, ':');
		abilock_text_decimal(out, member->bit_offset % 8, 0);
	}
	abilock_text_putc(out, ' ');
	write_name(out, member->name);
	abilock_text_putc(out, ' ');
	abilock_text_puts(out, member->type);
	if (member->bit_size) {
		abilock_text_puts(out, " : ");
		abilock_text_decimal(out, member->bit_size, 0);
	}
	abilock_text_putc(out, '\n');
}

static void write_definition(struct abilock_text *out, const struct abilock_type *type,
			     const struct abilock_type_definition *definition)
{
	abilock_text_putc(out, '.');
	abilock_text_puts(out, type->name);
	abilock_text_putc(out, ' ');
	abilock_text_decimal(out, definition->size, 0);
	abilock_text_putc(out, '\n');
	for (size_t i = 0; i < definition->member_count; i++)
		write_member(out, &definition->members[i]);
}

void abilock_types_write(struct abilock_text *out, const struct abilock_types *types)
{
	for (size_t i = 0; i < types->type_count; i++) {
		const struct abilock_type *type = types->types[i];

		for (size_t k = 0; k < type->definition_count; k++)
			write_definition(out, type, &type->definitions[k]);
	}
}

/* ---- reading ---- */

static int expected(struct abilock_error *err, const char *what)
{
	return abilock_error_set(err, ABILOCK_E_SYNTAX, NULL, NULL, 0, "expected %s", what);
}

/* Decimal, in one spelling. @return false: there is none, or it is too large. */
static bool read_number(const char **at, uint64_t *ret)
{
	const char *p = *at;
	uint64_t value = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return false;
	*at = p;
	*ret = value;
	return true;
}

static bool read_value(const char **at, int64_t *ret)
{
	const bool is_negative = **at == '-';
	uint64_t magnitude;

	*at += is_negative;
	if (!read_number(at, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + is_negative || (is_negative && magnitude == 0))
		return false;
	*ret = (int64_t)(is_negative ? -magnitude : magnitude);
	return true;
}

/* `8`, or `8:3`. */
static bool read_offset(const char **at, uint64_t *ret, bool *ret_has_bit)
{
	uint64_t byte, bit = 0;

	if (!read_number(at, &byte))
		return false;
	*ret_has_bit = **at == ':';
	*at += *ret_has_bit;
	if (*ret_has_bit && (!read_number(at, &bit) || bit > 7))
		return false;
	return !__builtin_mul_overflow(byte, UINT64_C(8), &byte) &&
	       !__builtin_add_overflow(byte, bit, ret);
}

/* @return 0, ABILOCK_E_NOMEM, ABILOCK_E_SYNTAX; @p at stands behind the name. */
static int read_name(struct abilock_types *types, const char **at, const char **ret,
		     struct abilock_error *err)
{
	_cleanup_(abilock_text_deinit) struct abilock_text name = {0};
	size_t length = **at == '-' ? 1 : type_name_length(*at);

	if (length == 0)
		return expected(err, "a name, or - for a member without one");
	if (**at != '-' && !type_name_read(*at, length, &name))
		return expected(err, "a name with quotes only where it needs them, and with \\\", "
				     "\\\\ or \\xHH of a control character inside");
	if (**at == '"' && name.length == 0)
		return expected(err, "- for a member without a name");
	*ret = name.failed ? NULL
			   : abilock_types_intern(types, name.data ? name.data : "", name.length);
	*at += length;
	return *ret ? 0 : abilock_error_nomem(err);
}

/* The width at the end, ` : 3`. @return Length of the type before it. */
static size_t read_width(const char *text, uint64_t *ret_width)
{
	const size_t length = strlen(text);
	size_t digits = 0;

	while (digits < length && text[length - digits - 1] >= '0' &&
	       text[length - digits - 1] <= '9')
		digits++;
	if (digits == 0 || length - digits < 4 || memcmp(text + length - digits - 3, " : ", 3) != 0)
		return length;
	const char *number = text + length - digits;
	if (!read_number(&number, ret_width) || *ret_width == 0)
		return 0;
	return length - digits - 3;
}

static bool is_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_control(text[i]))
			return false;
	return length > 0 && text[0] != ' ' && text[length - 1] != ' ';
}

static int read_member(struct abilock_types_reader *reader, const char *at,
		       struct abilock_type_member *member, struct abilock_error *err)
{
	bool has_bit;

	if (!read_offset(&at, &member->bit_offset, &has_bit) || *at != ' ')
		return expected(err, "the offset of a member, such as 8, or 8:3 for a bit-field, "
				     "and a space");
	at++;
	int r = read_name(reader->types, &at, &member->name, err);
	if (r < 0)
		return r;
	size_t length = *at == ' ' ? read_width(at + 1, &member->bit_size) : 0;
	if (length == 0 || !is_text(at + 1, length))
		return expected(err, "the type of the member behind its name");
	if (member->bit_size > 0 && !has_bit)
		return expected(err, "the offset of a bit-field as byte:bit");
	if (member->bit_size == 0 && has_bit && member->bit_offset % 8 == 0)
		return expected(err, "the width of the bit-field, such as : 3");
	member->type = abilock_types_intern(reader->types, at + 1, length);
	return member->type ? 0 : abilock_error_nomem(err);
}

static int read_enumerator(struct abilock_types_reader *reader, const char *at,
			   struct abilock_type_member *member, struct abilock_error *err)
{
	if (!read_value(&at, &member->value) || *at != ' ')
		return expected(err, "the value of an enumerator, and a space");
	at++;
	int r = read_name(reader->types, &at, &member->name, err);
	if (r < 0)
		return r;
	return *at ? expected(err, "the end of the line behind the name of the enumerator") : 0;
}

static int read_inside(struct abilock_types_reader *reader, const char *at,
		       struct abilock_error *err)
{
	struct abilock_type_member member = {0};
	int r;

	if (!reader->type)
		return expected(err, "a type, such as .struct foo 24, before its members");
	r = reader->type->kind == ABILOCK_TYPE_ENUM ? read_enumerator(reader, at, &member, err)
						    : read_member(reader, at, &member, err);
	if (r < 0)
		return r;
	struct abilock_type_member *slot = abilock_array_push(
		&reader->members, &reader->definition.member_count, sizeof(*slot));
	if (!slot)
		return abilock_error_nomem(err);
	*slot = member;
	return 0;
}

/* One name has one spelling: with two it would be two types. */
static bool is_reference_spelling(const char *at, size_t length)
{
	_cleanup_(abilock_text_deinit) struct abilock_text name = {0};
	const char *tag = strchr(at, ' ') + 1;

	tag += *tag == '@';
	return type_name_read(tag, length - (size_t)(tag - at), &name) &&
	       (*tag != '"' || name.length > 0);
}

static int read_type(struct abilock_types_reader *reader, const char *at, struct abilock_error *err)
{
	enum abilock_type_kind kind;
	const size_t length = type_name_reference(at, &kind);
	const char *size = at + length;
	uint64_t value;

	if (length == 0 || !is_text(at, length))
		return expected(err, ".struct, .union or .enum, and a name");
	if (*size != ' ')
		return expected(err, "the size of the type behind its name");
	size++;
	if (!read_number(&size, &value) || *size)
		return expected(err, "the size of the type in bytes at the end of the line");
	if (!is_reference_spelling(at, length))
		return expected(err, "a name with quotes only where it needs them");
	_cleanup_(freep) char *name = strndup(at, length);
	reader->type = name ? abilock_types_type(reader->types, name) : NULL;
	reader->definition = (struct abilock_type_definition){.size = value};
	return reader->type ? 0 : abilock_error_nomem(err);
}

void abilock_types_reader_deinit(struct abilock_types_reader *reader)
{
	free(reader->members);
	reader->members = NULL;
	reader->type = NULL;
	reader->definition = (struct abilock_type_definition){0};
}

int abilock_types_read_end(struct abilock_types_reader *reader, struct abilock_error *err)
{
	int r = 0;

	reader->definition.members = reader->members;
	if (reader->type)
		r = abilock_types_define(reader->types, reader->type, &reader->definition, err);
	abilock_types_reader_deinit(reader);
	return r;
}

int abilock_types_read_line(struct abilock_types_reader *reader, const char *line,
			    struct abilock_error *err)
{
	if (line[0] != '.')
		return expected(err, "a line that begins with a dot");
	if (line[1] == '\t')
		return read_inside(reader, line + 2, err);
	int r = abilock_types_read_end(reader, err);
	return r < 0 ? r : read_type(reader, line + 1, err);
}
