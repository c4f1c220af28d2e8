/* SPDX-License-Identifier: MIT */
#include "readelf.h"

#include <inttypes.h>

/* Sizes beyond this are printed in hexadecimal: the column has five digits. */
enum { MAX_DECIMAL_SIZE = 99999 };

void readelf_print_header(FILE *file, const struct abilock_object *object)
{
	fprintf(file,
		"\nSymbol table '.dynsym' contains %" PRIu64 " entr%s:\n"
		"   Num:    Value  %sSize Type    Bind   Vis      Ndx Name\n",
		object->symbol_count, object->symbol_count == 1 ? "y" : "ies",
		object->elf_class == ELFCLASS64 ? "        " : "");
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

/* A control character in a name must not reach a terminal, nor a newline break a row. */
static void print_name(FILE *file, const char *name)
{
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)name[plain] >= ' ' && name[plain] != 0x7f)
			plain++;
		(void)fwrite_unlocked(name, 1, plain, file);
		if (!name[plain])
			return;
		(void)putc_unlocked('^', file);
		(void)putc_unlocked(name[plain] ^ 0x40, file);
		name += plain + 1;
	}
}

static void print_version(FILE *file, const struct abilock_symbol *symbol,
			  const struct readelf_version *version)
{
	/* The symbol that stands for a node would only repeat its name. */
	if (!version->node || str_eq(version->node, symbol->name))
		return;
	(void)fputs_unlocked(symbol->hidden || version->is_needed ? "@" : "@@", file);
	print_name(file, version->node);
	if (version->is_needed)
		fprintf(file, " (%u)", version->index);
}

/* Number, value and size, written by hand: they are half of the cost of a long listing. */
static size_t put_decimal(char *to, size_t width, uint64_t value)
{
	size_t digits = 1;

	for (uint64_t rest = value / 10; rest; rest /= 10)
		digits++;
	const size_t length = digits > width ? digits : width;
	memset(to, ' ', length - digits);
	for (size_t i = length; i > length - digits; value /= 10)
		to[--i] = (char)('0' + value % 10);
	return length;
}

static size_t put_hex(char *to, size_t digits, uint64_t value)
{
	for (char *p = to + digits; p > to; value >>= 4)
		*--p = "0123456789abcdef"[value & 0xf];
	return digits;
}

static void print_numbers(FILE *file, size_t value_digits, uint64_t index,
			  const struct abilock_symbol *symbol)
{
	char buf[96];
	size_t n = put_decimal(buf, 6, index);

	n = (size_t)((char *)mempcpy(buf + n, ": ", 2) - buf);
	n += put_hex(buf + n, value_digits, symbol->value);
	buf[n++] = ' ';
	if (symbol->size <= MAX_DECIMAL_SIZE)
		n += put_decimal(buf + n, 5, symbol->size);
	else
		n += (size_t)sprintf(buf + n, "0x%" PRIx64, symbol->size);
	buf[n++] = ' ';
	(void)fwrite_unlocked(buf, 1, n, file);
}

/* @p width negative: to the left, as in printf(). */
static void print_column(FILE *file, const char *text, int width)
{
	static const char blanks[] = "        ";
	const size_t length = strlen(text), want = (size_t)abs(width);
	const size_t pad = want > length ? want - length : 0;

	if (width > 0)
		(void)fwrite_unlocked(blanks, 1, pad, file);
	(void)fwrite_unlocked(text, 1, length, file);
	if (width < 0)
		(void)fwrite_unlocked(blanks, 1, pad, file);
}

void readelf_print_row(FILE *file, const struct abilock_object *object, uint64_t index,
		       const struct abilock_symbol *symbol, const struct readelf_version *version)
{
	const uint8_t other = symbol->other & (uint8_t)~symbol->visibility;
	char buf[READELF_NAME_SIZE];

	print_numbers(file, object->elf_class == ELFCLASS64 ? 16 : 8, index, symbol);
	print_column(file, readelf_type(object, symbol->type, buf), -7);
	(void)putc_unlocked(' ', file);
	print_column(file, readelf_bind(object, symbol->bind, buf), -6);
	(void)putc_unlocked(' ', file);
	print_column(file, readelf_visibility(symbol->visibility), -7);
	if (other) {
		(void)fputs_unlocked(" [", file);
		(void)fputs_unlocked(other_bits(object->machine, other, buf), file);
		(void)fputs_unlocked("] ", file);
	}
	(void)putc_unlocked(' ', file);
	print_column(file, section(object->machine, symbol->shndx, buf), 4);
	(void)putc_unlocked(' ', file);
	print_name(file, symbol->name);
	print_version(file, symbol, version);
	(void)putc_unlocked('\n', file);
}
