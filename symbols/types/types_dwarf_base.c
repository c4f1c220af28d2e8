/* SPDX-License-Identifier: MIT */
#include "types_dwarf_reader.h"

static const char *integer(uint64_t size, bool is_unsigned, bool is_wide)
{
	switch (size) {
	case 1: return is_unsigned ? "unsigned char" : "char";
	case 2: return is_unsigned ? "unsigned short" : "short";
	case 4: return is_unsigned ? "unsigned int" : "int";
	case 8:
		if (is_wide)
			return is_unsigned ? "unsigned long" : "long";
		return is_unsigned ? "unsigned long long" : "long long";
	case 16: return is_unsigned ? "unsigned __int128" : "__int128";
	default: return NULL;
	}
}

/* A name that texts can have: it is no keyword's, and needs no quotes. */
static bool is_plain(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_' ||
		      *p == ' ' || (*p >= '0' && *p <= '9')))
			return false;
	return *name && *name != ' ' && !strstr(name, "struct ") && !strstr(name, "union ") &&
	       !strstr(name, "enum ");
}

/* Formats of one size that are not the same have names of their own. */
static const char *floating(const char *name, uint64_t size)
{
	if (size == 4)
		return "float";
	if (size == 8)
		return "double";
	if (str_eq(name, "long double"))
		return name;
	if (str_eq(name, "__float128") || str_eq(name, "_Float128"))
		return "_Float128";
	return is_plain(name) && size ? name : NULL;
}

static const char *complex_floating(const char *name, uint64_t size)
{
	if (size == 8)
		return "float _Complex";
	if (size == 16)
		return "double _Complex";
	if (size > 16 && strstr(name, "128"))
		return "_Float128 _Complex";
	return size > 16 ? "long double _Complex" : NULL;
}

static const char *character(uint64_t size)
{
	switch (size) {
	case 1: return "char8_t";
	case 2: return "char16_t";
	case 4: return "char32_t";
	default: return NULL;
	}
}

static const char *spell(uint64_t encoding, const char *name, uint64_t size, bool is_wide)
{
	switch (encoding) {
	case DW_ATE_signed:
	case DW_ATE_signed_char: return integer(size, false, is_wide);
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char: return integer(size, true, is_wide);
	case DW_ATE_boolean: return size == 1 ? "_Bool" : NULL;
	case DW_ATE_float: return floating(name, size);
	case DW_ATE_complex_float: return complex_floating(name, size);
	case DW_ATE_UTF: return character(size);
	case DW_ATE_decimal_float:
		return size == 4 ? "_Decimal32" : size == 8 ? "_Decimal64" : "_Decimal128";
	default: return NULL;
	}
}

/* `_BitInt(17)`: as wide as another type, and not that. */
static int bit_precise(struct types_reader *reader, uint64_t encoding, uint64_t bits,
		       const char **ret)
{
	*ret = abilock_arena_printf(&reader->module_arena, "%s_BitInt(%llu)",
				    encoding == DW_ATE_unsigned ? "unsigned " : "",
				    (unsigned long long)bits);
	return *ret ? 0 : abilock_error_nomem(reader->err);
}

int dwarf_base_text(struct types_reader *reader, Dwarf_Die *die, const char **ret)
{
	uint64_t encoding = 0, size = 0, bits = 0, endianity = 0;
	const char *name;
	Dwarf_Die unit;
	uint8_t address_size = 0;
	int r = dwarf_name(reader, die, &name);

	if (r == 0)
		r = dwarf_number(reader, die, DW_AT_encoding, &encoding);
	if (r >= 0)
		r = dwarf_number(reader, die, DW_AT_byte_size, &size);
	if (r >= 0)
		r = dwarf_number(reader, die, DW_AT_bit_size, &bits);
	if (r < 0)
		return r;
	r = dwarf_number(reader, die, DW_AT_endianity, &endianity);
	if (r < 0)
		return r;
	if (endianity == (reader->is_big_endian ? DW_END_little : DW_END_big))
		return dwarf_no_text(reader, "C has no word for the byte order of \"%s\"", name);
	if (!dwarf_diecu(die, &unit, &address_size, NULL))
		return dwarf_damaged(reader, die, "the entry has no unit:");
	if (strstr(name, "BitInt") || strstr(name, "_ExtInt")) {
		const char *digits = strchr(name, '(');

		if (!bits && digits)
			bits = strtoull(digits + 1, NULL, 10);
		if (bits)
			return bit_precise(reader, encoding, bits, ret);
	}
	if (bits && bits != size * 8)
		return dwarf_no_text(reader, "its type has %llu bits of \"%s\"",
				     (unsigned long long)bits, name);
	*ret = spell(encoding, name, size, address_size == 8);
	return *ret ? 0
		    : dwarf_no_text(reader,
				    "C has no word for the base type \"%s\" (DWARF encoding %llu, "
				    "%llu bytes)",
				    name, (unsigned long long)encoding, (unsigned long long)size);
}
