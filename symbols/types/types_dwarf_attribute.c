/* SPDX-License-Identifier: MIT */
#include "types_dwarf_reader.h"

int dwarf_damaged(struct types_reader *reader, Dwarf_Die *die, const char *fmt, ...)
{
	char message[256];
	size_t length;
	va_list ap;
	const int code = dwarf_errno();

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	length = strlen(message);
	return abilock_error_set(reader->err, ABILOCK_E_DAMAGED, reader->path, ".debug_info",
				 die ? dwarf_dieoffset(die) : 0, "%s%s%s", message,
				 length && message[length - 1] == ':' ? " " : "",
				 length && message[length - 1] == ':' ? dwarf_errmsg(code) : "");
}

int dwarf_no_text(struct types_reader *reader, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return abilock_error_nomem(reader->err);
	reader->reason = abilock_arena_text(&reader->arena, text);
	free(text);
	return reader->reason ? DWARF_NO_TEXT : abilock_error_nomem(reader->err);
}

int dwarf_reference(struct types_reader *reader, Dwarf_Die *die, unsigned attribute, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	if (!dwarf_attr(die, attribute, &attr))
		return 0;
	if (!dwarf_formref_die(&attr, ret))
		return dwarf_damaged(reader, die, "attribute 0x%x refers to no entry:", attribute);
	if (dwarf_tag(ret) == DW_TAG_invalid)
		return dwarf_damaged(reader, ret, "no such abbreviation:");
	return 1;
}

int dwarf_number(struct types_reader *reader, Dwarf_Die *die, unsigned attribute, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word word;
	Dwarf_Sword sword;

	if (!dwarf_attr(die, attribute, &attr))
		return 0;
	switch (dwarf_whatform(&attr)) {
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_udata:
		if (dwarf_formudata(&attr, &word))
			break;
		*ret = word;
		return 1;
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		if (dwarf_formsdata(&attr, &sword))
			break;
		*ret = (uint64_t)sword;
		return 1;
	default: return 0;
	}
	return dwarf_damaged(reader, die, "attribute 0x%x has no number:", attribute);
}

int dwarf_name(struct types_reader *reader, Dwarf_Die *die, const char **ret)
{
	Dwarf_Attribute attr;

	*ret = "";
	if (!dwarf_attr_integrate(die, DW_AT_name, &attr))
		return 0;
	*ret = dwarf_formstring(&attr);
	return *ret ? 0 : dwarf_damaged(reader, die, "the name of the entry cannot be read:");
}

bool dwarf_flag(Dwarf_Die *die, unsigned attribute)
{
	Dwarf_Attribute attr;
	bool flag = false;

	return dwarf_attr(die, attribute, &attr) && dwarf_formflag(&attr, &flag) == 0 && flag;
}

int dwarf_first(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret)
{
	int r = dwarf_child(die, ret);

	if (r < 0)
		return dwarf_damaged(reader, die, "the entry's children cannot be read:");
	if (r == 0 && dwarf_tag(ret) == DW_TAG_invalid)
		return dwarf_damaged(reader, die, "the entry's first child has no abbreviation:");
	return r == 0;
}

int dwarf_next(struct types_reader *reader, Dwarf_Die *die)
{
	Dwarf_Die next = {0};
	int r = dwarf_siblingof(die, &next);

	if (r < 0)
		return dwarf_damaged(reader, die, "what follows the entry cannot be read:");
	if (r == 0 && (next.addr <= die->addr || next.cu != die->cu))
		return dwarf_damaged(reader, die, "the entry's sibling stands in front of it");
	if (r == 0 && dwarf_tag(&next) == DW_TAG_invalid)
		return dwarf_damaged(reader, die, "what follows the entry has no abbreviation:");
	if (r == 0)
		*die = next;
	return r == 0;
}

/* The address that a variable's location begins with, if it is one. */
static int location_address(Dwarf_Attribute *attr, uint64_t *ret)
{
	Dwarf_Op *operations;
	size_t count;
	Dwarf_Attribute indirect;
	Dwarf_Block block;

	/* Decoding an expression costs memory for good: only for those that can be an address. */
	if (dwarf_formblock(attr, &block) < 0 || block.length == 0)
		return 0;
	if (block.data[0] != DW_OP_addr && block.data[0] != DW_OP_addrx &&
	    block.data[0] != DW_OP_GNU_addr_index)
		return 0;
	if (dwarf_getlocation(attr, &operations, &count) < 0)
		return -1;
	if (count != 1)
		return 0;
	if (operations[0].atom == DW_OP_addr) {
		*ret = operations[0].number;
		return 0;
	}
	Dwarf_Addr address;

	if (dwarf_getlocation_attr(attr, operations, &indirect) < 0 ||
	    dwarf_formaddr(&indirect, &address) < 0)
		return -1;
	*ret = address;
	return 0;
}

/* Linkers give code that they dropped or folded into other code an address that is none. */
static uint64_t real_address(uint64_t address)
{
	return address >= UINT64_MAX - 1 || address == UINT32_MAX || address == UINT32_MAX - 1
		       ? 0
		       : address;
}

int dwarf_address(struct types_reader *reader, Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Addr address = 0, base, end;
	uint64_t location = 0;

	*ret = 0;
	if (dwarf_tag(die) == DW_TAG_variable) {
		if (dwarf_attr(die, DW_AT_location, &attr) && location_address(&attr, &location))
			return dwarf_damaged(reader, die, "the location cannot be read:");
		*ret = real_address(location);
		return 0;
	}
	if (dwarf_attr(die, DW_AT_low_pc, &attr)) {
		if (dwarf_formaddr(&attr, &address))
			return dwarf_damaged(reader, die, "the address cannot be read:");
	} else if (dwarf_attr(die, DW_AT_ranges, &attr)) {
		ptrdiff_t r = dwarf_ranges(die, 0, &base, &address, &end);

		if (r < 0)
			return dwarf_damaged(reader, die, "the ranges cannot be read:");
		if (r == 0)
			address = 0;
	}
	*ret = real_address(address);
	return 0;
}
