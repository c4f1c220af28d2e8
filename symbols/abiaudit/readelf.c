/* SPDX-License-Identifier: MIT */
#include "readelf.h"

#include <endian.h>
#include <inttypes.h>

/* Sizes beyond this are printed in hexadecimal: the column has five digits. */
enum { MAX_DECIMAL_SIZE = 99999 };

struct readelf_version readelf_version(const struct abilock_object *object,
				       const struct abilock_symbol *symbol)
{
	if (symbol->version <= VER_NDX_GLOBAL)
		return (struct readelf_version){.index = symbol->version};
	const struct abilock_verdef *def =
		symbol->shndx == SHN_UNDEF ? NULL : abilock_object_verdef(object, symbol->version);
	const struct abilock_verneed *need =
		def ? NULL : abilock_object_verneed(object, symbol->version);
	return (struct readelf_version){.node = def    ? def->name
						: need ? need->node
						       : NULL,
					.is_needed = need != NULL,
					.index = symbol->version};
}

int readelf_fail_version(const struct abilock_object *object, uint64_t index,
			 const struct abilock_symbol *symbol, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_DAMAGED, object->path, "versym", index * 2,
				 "symbol %s has version index %u, which no node has", symbol->name,
				 symbol->version);
}

int readelf_symbol(const struct abilock_object *object, uint64_t index,
		   struct abilock_symbol *ret_symbol, struct readelf_version *ret_version,
		   struct abilock_error *err)
{
	int r = abilock_object_symbol(object, index, ret_symbol, err);

	if (r < 0)
		return r;
	*ret_version = readelf_version(object, ret_symbol);
	if (ret_symbol->version > VER_NDX_GLOBAL && !ret_version->node)
		return readelf_fail_version(object, index, ret_symbol, err);
	return 0;
}

bool readelf_stands_for_node(const struct abilock_symbol *symbol,
			     const struct readelf_version *version)
{
	return symbol->shndx == SHN_ABS && symbol->type == STT_OBJECT && symbol->size == 0 &&
	       version->node && !version->is_needed && str_eq(version->node, symbol->name);
}

bool readelf_wants(enum readelf_rows rows, uint64_t index, const struct abilock_symbol *symbol)
{
	return rows == READELF_ALL || (index > 0 && abilock_symbol_is_export(symbol));
}

/* What has no name of its own belongs to the processor, to the system, or to nobody. */
static const char *unnamed(uint8_t value, char *buf)
{
	const char *kind = value >= STT_LOPROC ? "processor specific"
			   : value >= STT_LOOS ? "OS specific"
					       : "unknown";

	(void)snprintf(buf, READELF_NAME_SIZE, "<%s>: %u", kind, value);
	return buf;
}

/* Types that only one machine has. */
static const char *machine_type(uint16_t machine, uint8_t type)
{
	static const struct {
		uint16_t machine;
		uint8_t type;
		const char *name;
	} names[] = {
		{EM_ARM, STT_ARM_TFUNC, "THUMB_FUNC"},
		{EM_SPARCV9, STT_SPARC_REGISTER, "REGISTER"},
		{EM_PARISC, STT_HP_OPAQUE, "HP_OPAQUE"},
		{EM_PARISC, STT_HP_STUB, "HP_STUB"},
		{EM_PARISC, STT_PARISC_MILLICODE, "PARISC_MILLI"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].machine == machine && names[i].type == type)
			return names[i].name;
	return NULL;
}

const char *readelf_type(const struct abilock_object *object, uint8_t type, char *buf)
{
	static const char *const names[] = {"NOTYPE", "OBJECT", "FUNC", "SECTION", "FILE",
					    "COMMON", "TLS",	NULL,	"RELC",	   "SRELC"};
	const char *name =
		type < ARRAY_SIZE(names) ? names[type] : machine_type(object->machine, type);

	if (type == STT_GNU_IFUNC &&
	    (object->osabi == ELFOSABI_GNU || object->osabi == ELFOSABI_FREEBSD))
		name = "IFUNC";
	return name ? name : unnamed(type, buf);
}

const char *readelf_bind(const struct abilock_object *object, uint8_t bind, char *buf)
{
	static const char *const names[] = {"LOCAL", "GLOBAL", "WEAK"};

	if (bind < ARRAY_SIZE(names))
		return names[bind];
	if (bind == STB_GNU_UNIQUE && object->osabi == ELFOSABI_GNU)
		return "UNIQUE";
	return unnamed(bind, buf);
}

const char *readelf_visibility(uint8_t visibility)
{
	static const char *const names[] = {"DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED"};

	return names[ELF64_ST_VISIBILITY(visibility)];
}

static const char *section(uint16_t machine, uint16_t shndx, char *buf)
{
	if (shndx == SHN_UNDEF)
		return "UND";
	if (shndx == SHN_ABS)
		return "ABS";
	if (shndx == SHN_COMMON)
		return "COM";
	if (machine == EM_X86_64 && shndx == 0xff02)
		return "LARGE_COM";
	if (machine == EM_MIPS && shndx == SHN_MIPS_SCOMMON)
		return "SCOM";
	if (machine == EM_MIPS && shndx == SHN_MIPS_SUNDEFINED)
		return "SUND";
	const char *format = shndx < SHN_LORESERVE ? "%u"
			     : shndx <= SHN_HIPROC ? "PRC[0x%04x]"
			     : shndx <= SHN_HIOS   ? "OS [0x%04x]"
						   : "RSV[0x%04x]";
	(void)snprintf(buf, READELF_NAME_SIZE, format, shndx);
	return buf;
}

static const char *mips_other(uint8_t other)
{
	switch (other) {
	case STO_MIPS_PLT: return "MIPS PLT";
	case 0x04: return "OPTIONAL";
	case 0x20: return "MIPS PIC";
	case 0x80: return "MICROMIPS";
	case 0xa0: return "MICROMIPS, MIPS PIC";
	case 0xf0: return "MIPS16";
	default: return NULL;
	}
}

/* aarch64 and riscv have one flag; what else is set stands beside it, or in its place. */
static const char *variant_other(uint16_t machine, uint8_t other, char *buf)
{
	const uint8_t rest = other & 0x7f;
	const bool variant = other & 0x80;

	if (machine == EM_RISCV && rest)
		(void)snprintf(buf, READELF_NAME_SIZE, "%x", rest);
	else if (machine == EM_RISCV)
		return "VARIANT_CC";
	else if (variant && rest)
		(void)snprintf(buf, READELF_NAME_SIZE, "VARIANT_PCS | %x", rest);
	else
		return variant ? "VARIANT_PCS" : NULL;
	return buf;
}

/* The bits of st_other beside the visibility, whose meaning is the machine's. */
static const char *other_bits(uint16_t machine, uint8_t other, char *buf)
{
	const char *text = NULL;

	if (machine == EM_AARCH64 || machine == EM_RISCV)
		text = variant_other(machine, other, buf);
	else if (machine == EM_MIPS)
		text = mips_other(other);
	else if (machine == 0x9026 /* alpha */)
		text = other == 0x80 ? "NOPV" : other == 0x88 ? "STD GPLOAD" : "<unknown>";
	else if (machine == EM_PPC64 && (other & 0x1f) == 0 && other != 0xe0) {
		/* A power of two in three bits: the local entry's distance from the global one. */
		unsigned shift = other >> 5;

		(void)snprintf(buf, READELF_NAME_SIZE, "<localentry>: %u",
			       shift > 1 ? 1U << shift : shift);
		return buf;
	}
	if (!text)
		(void)snprintf(buf, READELF_NAME_SIZE, "<other>: %x", other);
	return text ? text : buf;
}

/* ---- names ---- */

/* Whether eight bytes have a control character: one below 0x20, or 0x7f. */
static bool has_control(uint64_t bytes)
{
	const uint64_t ones = 0x0101010101010101, high = 0x80 * ones;
	const uint64_t low = (bytes - 0x20 * ones) & ~bytes;
	const uint64_t del = bytes ^ 0x7f * ones;

	return ((low | ((del - ones) & ~del)) & high) != 0;
}

/* Nearly all names are plain, and there are millions: eight bytes at a time. */
static bool is_plain(const char *name, size_t length)
{
	uint64_t bytes;

	if (length < sizeof(bytes)) {
		for (size_t i = 0; i < length; i++)
			if (is_control(name[i]))
				return false;
		return true;
	}
	for (size_t i = 0; i + sizeof(bytes) < length; i += sizeof(bytes)) {
		memcpy(&bytes, name + i, sizeof(bytes));
		if (has_control(bytes))
			return false;
	}
	memcpy(&bytes, name + length - sizeof(bytes), sizeof(bytes));
	return !has_control(bytes);
}

/* Room for @p length bytes of a name: each can become two. */
static size_t name_room(size_t length)
{
	return 2 * length;
}

static char *put_name(char *to, const char *name, size_t length)
{
	if (is_plain(name, length))
		return mempcpy(to, name, length);
	for (size_t i = 0; i < length; i++) {
		const bool control = is_control(name[i]);

		if (control)
			*to++ = '^';
		*to++ = control ? name[i] ^ 0x40 : name[i];
	}
	return to;
}

void readelf_add_name(struct abilock_text *out, const char *name)
{
	const size_t length = strlen(name);
	char *to = abilock_text_reserve(out, name_room(length));

	if (to)
		out->length += (size_t)(put_name(to, name, length) - to);
}

/* ---- versions behind names ---- */

/* What stands behind the name of a symbol with some version index. */
struct suffix {
	const char *node; /* NULL: no node has the index */
	size_t node_length;
	const char *text; /* "@@NODE" or "@NODE (3)" */
	size_t length;
};

/* Suffixes by version index, made once for all rows of a file. */
struct suffixes {
	struct abilock_arena arena;
	struct suffix *defined, *needed;
	size_t count;
};

static void suffixes_deinit(struct suffixes *suffixes)
{
	abilock_arena_clear(&suffixes->arena);
}

static bool make_suffix(struct suffixes *suffixes, struct suffix *suffix, const char *node,
			uint16_t index, bool is_needed)
{
	const size_t length = strlen(node);
	char *text = abilock_arena_alloc(&suffixes->arena, name_room(length) + 16);

	if (!text)
		return false;
	char *end = stpcpy(text, is_needed ? "@" : "@@");
	end = put_name(end, node, length);
	if (is_needed)
		end += sprintf(end, " (%u)", index);
	*suffix = (struct suffix){node, length, text, (size_t)(end - text)};
	return true;
}

static bool make_suffixes(struct suffixes *suffixes, const struct abilock_object *object)
{
	for (size_t i = 0; i < object->verdef_count; i++)
		if (object->verdefs[i].index >= suffixes->count)
			suffixes->count = object->verdefs[i].index + 1U;
	for (size_t i = 0; i < object->verneed_count; i++)
		if (object->verneeds[i].index >= suffixes->count)
			suffixes->count = object->verneeds[i].index + 1U;
	suffixes->defined = abilock_arena_array(&suffixes->arena, 2 * suffixes->count + 1,
						sizeof(*suffixes->defined));
	if (!suffixes->defined)
		return false;
	suffixes->needed = suffixes->defined + suffixes->count;
	for (size_t i = 0; i < object->verdef_count; i++) {
		const struct abilock_verdef *def = &object->verdefs[i];

		if (!(def->flags & VER_FLG_BASE) &&
		    !make_suffix(suffixes, &suffixes->defined[def->index], def->name, def->index,
				 false))
			return false;
	}
	for (size_t i = 0; i < object->verneed_count; i++) {
		const struct abilock_verneed *need = &object->verneeds[i];

		if (!make_suffix(suffixes, &suffixes->needed[need->index], need->node, need->index,
				 true))
			return false;
	}
	return true;
}

/* The suffix of a symbol, or NULL where no node has its index. */
static const struct suffix *find_suffix(const struct suffixes *suffixes,
					const struct abilock_symbol *symbol)
{
	const uint16_t index = symbol->version;

	if (index >= suffixes->count)
		return NULL;
	if (symbol->shndx != SHN_UNDEF && suffixes->defined[index].node)
		return &suffixes->defined[index];
	return suffixes->needed[index].node ? &suffixes->needed[index] : NULL;
}

static char *put_suffix(char *to, const struct suffix *suffix, const struct abilock_symbol *symbol,
			size_t name_length)
{
	/* The symbol that stands for a node would only repeat its name. */
	if (suffix->node_length == name_length &&
	    memcmp(suffix->node, symbol->name, name_length) == 0)
		return to;
	const bool one_at = symbol->hidden && suffix->text[1] == '@';
	return mempcpy(to, suffix->text + one_at, suffix->length - one_at);
}

/* ---- rows ---- */

/* The two digits of a number below 100, in front of @p end. */
static char *put_pair(char *end, uint64_t value)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	return memcpy(end - 2, &pairs[2 * value], 2);
}

/* To the right of a column of @p width, at most 8; @p to has room for 20 more. */
static char *put_decimal(char *to, size_t width, uint64_t value)
{
	if (value < 10) { /* sizes mostly are 0 */
		memcpy(to, "        ", 8);
		to[width - 1] = (char)('0' + value);
		return to + width;
	}
	size_t digits = 1U + (value >= 10) + (value >= 100) + (value >= 1000) + (value >= 10000);

	for (uint64_t rest = value / 100000; rest; rest /= 10)
		digits++;
	memcpy(to, "        ", 8);
	char *end = to + (digits > width ? digits : width), *p = end;
	for (; value >= 100; value /= 100)
		p = put_pair(p, value % 100);
	if (value >= 10)
		(void)put_pair(p, value);
	else
		*--p = (char)('0' + value);
	return end;
}

/* The eight digits of a word at once: nibbles spread to bytes, then 'a' - 10 or '0' added. */
static char *put_hex8(char *to, uint32_t value)
{
	uint64_t x = value;

	x = (x << 16 | x) & 0x0000ffff0000ffff;
	x = (x << 8 | x) & 0x00ff00ff00ff00ff;
	x = (x << 4 | x) & 0x0f0f0f0f0f0f0f0f;
	const uint64_t is_letter = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
	x += 0x3030303030303030 + is_letter * ('a' - '0' - 10);
	x = htobe64(x);
	return mempcpy(to, &x, sizeof(x));
}

/* @p text and a blank, filled with blanks to @p width and one more. */
static char *put_column(char *to, const char *text, size_t width)
{
	const size_t length = strlen(text), pad = width > length ? width - length : 0;

	to = mempcpy(to, text, length);
	memset(to, ' ', pad + 1);
	return to + pad + 1;
}

/* Type, bind and visibility with a blank behind each. */
static char *put_columns(char *to, const struct abilock_object *object,
			 const struct abilock_symbol *symbol)
{
	/* What nearly all rows have, as bytes to copy. */
	static const char types[][9] = {"NOTYPE  ", "OBJECT  ", "FUNC    ", "SECTION ",
					"FILE    ", "COMMON  ", "TLS     "};
	static const char binds[][8] = {"LOCAL  ", "GLOBAL ", "WEAK   "};
	char buf[READELF_NAME_SIZE];

	if (symbol->type < ARRAY_SIZE(types))
		to = mempcpy(to, types[symbol->type], 8);
	else
		to = put_column(to, readelf_type(object, symbol->type, buf), 7);
	if (symbol->bind < ARRAY_SIZE(binds))
		to = mempcpy(to, binds[symbol->bind], 7);
	else
		to = put_column(to, readelf_bind(object, symbol->bind, buf), 6);
	if (symbol->visibility == STV_DEFAULT)
		return mempcpy(to, "DEFAULT ", 8);
	return put_column(to, readelf_visibility(symbol->visibility), 7);
}

static char *put_section(char *to, const struct abilock_object *object,
			 const struct abilock_symbol *symbol)
{
	char buf[READELF_NAME_SIZE];

	if (symbol->shndx == SHN_UNDEF)
		return mempcpy(to, " UND", 4);
	if (symbol->shndx < SHN_LORESERVE)
		return put_decimal(to, 4, symbol->shndx);
	const char *name = section(object->machine, symbol->shndx, buf);
	const size_t length = strlen(name), pad = length < 4 ? 4 - length : 0;
	memset(to, ' ', pad);
	return mempcpy(to + pad, name, length);
}

/* Room for all of a row but names: the numbers, and columns that are words at their longest. */
enum { ROW_ROOM = 128 + 4 * READELF_NAME_SIZE };

static char *put_row(char *to, const struct abilock_object *object, uint64_t index,
		     const struct abilock_symbol *symbol)
{
	const uint8_t other = symbol->other & (uint8_t)~symbol->visibility;
	char buf[READELF_NAME_SIZE];

	to = put_decimal(to, 6, index);
	*to++ = ':';
	*to++ = ' ';
	if (object->elf_class == ELFCLASS64)
		to = put_hex8(to, (uint32_t)(symbol->value >> 32));
	to = put_hex8(to, (uint32_t)symbol->value);
	*to++ = ' ';
	if (symbol->size <= MAX_DECIMAL_SIZE)
		to = put_decimal(to, 5, symbol->size);
	else
		to += sprintf(to, "0x%" PRIx64, symbol->size);
	*to++ = ' ';
	to = put_columns(to, object, symbol);
	if (other)
		to += sprintf(to, "[%s]  ", other_bits(object->machine, other, buf));
	to = put_section(to, object, symbol);
	*to++ = ' ';
	return to;
}

static bool add_row(struct abilock_text *out, const struct abilock_object *object, uint64_t index,
		    const struct abilock_symbol *symbol, const struct suffix *suffix)
{
	const size_t name_length = strlen(symbol->name);
	char *to = abilock_text_reserve(out, ROW_ROOM + name_room(name_length) +
						     (suffix ? suffix->length : 0));

	if (!to)
		return false;
	to = put_row(to, object, index, symbol);
	to = put_name(to, symbol->name, name_length);
	if (suffix)
		to = put_suffix(to, suffix, symbol, name_length);
	*to++ = '\n';
	out->length = (size_t)(to - out->data);
	return true;
}

static void add_header(struct abilock_text *out, const struct abilock_object *object)
{
	abilock_text_printf(out,
			    "\nSymbol table '.dynsym' contains %" PRIu64 " entr%s:\n"
			    "   Num:    Value  %sSize Type    Bind   Vis      Ndx Name\n",
			    object->symbol_count, object->symbol_count == 1 ? "y" : "ies",
			    object->elf_class == ELFCLASS64 ? "        " : "");
}

/*
 * A section symbol has no name of its own (the tables of some machines have such symbols): readelf
 * shows the section's. Where the section headers are damaged it has none, as no loader asks for it.
 */
static const char *section_name(struct abilock_object *object, const struct abilock_symbol *symbol)
{
	if (abilock_object_load_sections(object, NULL) < 0 ||
	    symbol->shndx >= object->section_count)
		return symbol->name;
	return object->sections[symbol->shndx].name;
}

/* Names lie all over the string table: asked for some rows ahead, they are there when needed. */
enum { ROWS_AHEAD = 16 };

static int read_ahead(struct abilock_object *object, uint64_t first, uint64_t end,
		      struct abilock_symbol *symbols, struct abilock_error *err)
{
	for (uint64_t i = first; i < end; i++) {
		int r = abilock_object_symbol(object, i, &symbols[i - first], err);
		if (r < 0)
			return r;
		if (symbols[i - first].type == STT_SECTION && !symbols[i - first].name[0])
			symbols[i - first].name = section_name(object, &symbols[i - first]);
		__builtin_prefetch(symbols[i - first].name);
	}
	return 0;
}

static int add_rows(struct abilock_text *out, struct abilock_object *object, enum readelf_rows rows,
		    bool checked, const struct suffixes *suffixes, struct abilock_error *err)
{
	struct abilock_symbol symbols[ROWS_AHEAD];

	for (uint64_t first = 0, end; first < object->symbol_count; first = end) {
		const uint64_t rest = object->symbol_count - first;

		end = first + (rest < ROWS_AHEAD ? rest : ROWS_AHEAD);
		int r = read_ahead(object, first, end, symbols, err);
		if (r < 0)
			return r;
		for (uint64_t i = first; i < end; i++) {
			const struct abilock_symbol *symbol = &symbols[i - first];
			const struct suffix *suffix = NULL;

			if (symbol->version > VER_NDX_GLOBAL) {
				suffix = find_suffix(suffixes, symbol);
				if (!suffix)
					return readelf_fail_version(object, i, symbol, err);
			}
			if (readelf_wants(rows, i, symbol) &&
			    !add_row(out, object, i, symbol, suffix))
				return abilock_error_nomem(err);
		}
		if (checked)
			abilock_text_offer(out);
	}
	return 0;
}

int readelf_add_symbols(struct abilock_text *out, struct abilock_object *object,
			enum readelf_rows rows, bool checked, struct abilock_error *err)
{
	_cleanup_(suffixes_deinit) struct suffixes suffixes = {0};

	int r = abilock_object_load_symbols(object, err);
	if (r < 0 || object->symbol_count == 0)
		return r;
	if (!make_suffixes(&suffixes, object))
		return abilock_error_nomem(err);
	add_header(out, object);
	return add_rows(out, object, rows, checked, &suffixes, err);
}
