/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <elf.h>
#include <link.h>

/* Younger than the <elf.h> of some C libraries. */
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif
#ifndef EM_ARC_COMPACT2
#define EM_ARC_COMPACT2 195
#endif

enum {
	LE = ELFDATA2LSB,
	BE = ELFDATA2MSB,
	C32 = ELFCLASS32,
	C64 = ELFCLASS64,
	NONE = ELFOSABI_NONE,
	GNU = ELFOSABI_LINUX,
};

/* e_flags as the C library of Debian's port has them; names of the bits are those of <elf.h>. */
static const struct abilock_machine machines[] = {
	{"x86_64", "amd64 x86-64", "x86_64", "", EM_X86_64, C64, LE, 0, NONE},
	{"x32", "", "x86_64", "x32", EM_X86_64, C32, LE, 0, NONE},
	{"i386", "i486 i586 i686", "i386 i486 i586 i686", "", EM_386, C32, LE, 0, NONE},
	{"aarch64", "arm64", "aarch64", "", EM_AARCH64, C64, LE, 0, NONE},
	{"aarch64_be", "", "aarch64_be", "", EM_AARCH64, C64, BE, 0, NONE},
	/* EABI 5; `arm` leaves open how floating point arguments are passed: it suits both. */
	{"arm", "armv5tel armv6l armv7l", "", "", EM_ARM, C32, LE, 0x5000000, NONE},
	{"armel", "", "arm", "eabi", EM_ARM, C32, LE, 0x5000200, NONE},
	{"armhf", "", "arm armv7l", "eabihf", EM_ARM, C32, LE, 0x5000400, NONE},
	{"armeb", "", "armeb", "eabi", EM_ARM, C32, BE, 0x5000000, NONE},
	/* ELFv2 and ELFv1. */
	{"ppc64le", "ppc64el powerpc64le", "powerpc64le", "", EM_PPC64, C64, LE, 2, NONE},
	{"ppc64", "powerpc64", "powerpc64", "", EM_PPC64, C64, BE, 1, NONE},
	{"ppc", "powerpc", "powerpc", "", EM_PPC, C32, BE, 0, NONE},
	{"s390x", "", "s390x", "", EM_S390, C64, BE, 0, NONE},
	{"s390", "", "s390", "", EM_S390, C32, BE, 0, NONE},
	/* Compressed instructions, floating point arguments in registers. */
	{"riscv64", "", "riscv64", "", EM_RISCV, C64, LE, 5, NONE},
	{"riscv32", "", "riscv32", "", EM_RISCV, C32, LE, 5, NONE},
	/* Object ABI 1, floating point arguments in registers. */
	{"loongarch64", "loong64", "loongarch64", "", EM_LOONGARCH, C64, LE, 0x43, NONE},
	/* PIC, CPIC and NOREORDER; release 2 and 6 of the instructions; o32, n32 (ABI2) and n64. */
	{"mips", "", "mips", "", EM_MIPS, C32, BE, 0x70001007, NONE},
	{"mipsel", "mipsle", "mipsel", "", EM_MIPS, C32, LE, 0x70001007, NONE},
	{"mipsn32", "", "mips64", "abin32", EM_MIPS, C32, BE, 0x80000027, NONE},
	{"mipsn32el", "", "mips64el", "abin32", EM_MIPS, C32, LE, 0x80000027, NONE},
	{"mips64", "", "mips64", "abi64", EM_MIPS, C64, BE, 0x80000007, NONE},
	{"mips64el", "mips64le", "mips64el", "abi64", EM_MIPS, C64, LE, 0x80000007, NONE},
	{"mipsr6", "", "mipsisa32r6", "", EM_MIPS, C32, BE, 0x90001407, NONE},
	{"mipsr6el", "", "mipsisa32r6el", "", EM_MIPS, C32, LE, 0x90001407, NONE},
	{"mipsn32r6", "", "mipsisa64r6", "abin32", EM_MIPS, C32, BE, 0xa0000427, NONE},
	{"mipsn32r6el", "", "mipsisa64r6el", "abin32", EM_MIPS, C32, LE, 0xa0000427, NONE},
	{"mips64r6", "", "mipsisa64r6", "abi64", EM_MIPS, C64, BE, 0xa0000407, NONE},
	{"mips64r6el", "", "mipsisa64r6el", "abi64", EM_MIPS, C64, LE, 0xa0000407, NONE},
	{"m68k", "", "m68k", "", EM_68K, C32, BE, 0, NONE},
	{"sparc64", "", "sparc64", "", EM_SPARCV9, C64, BE, 0x2, NONE},
	{"sparc", "", "sparc", "", EM_SPARC, C32, BE, 0, NONE},
	{"hppa", "parisc", "hppa", "", EM_PARISC, C32, BE, 0x210, GNU},
	{"hppa64", "parisc64", "hppa64", "", EM_PARISC, C64, BE, 0x90214, GNU},
	{"alpha", "", "alpha", "", EM_ALPHA, C64, LE, 0, NONE},
	{"arc", "", "arc", "", EM_ARC_COMPACT2, C32, LE, 0x406, NONE},
	{"sh4", "", "sh4", "", EM_SH, C32, LE, 9, NONE},
	{"ia64", "", "ia64", "", EM_IA_64, C64, LE, 0x10, NONE},
	{0},
};

/* Our own ELF header as the linker placed it: the machine that we were built for. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

const struct abilock_machine *abilock_machines(void)
{
	return machines;
}

unsigned abilock_machine_hash_entry(uint16_t machine, uint8_t elf_class)
{
	return machine == EM_ALPHA || (machine == EM_S390 && elf_class == ELFCLASS64) ? 8 : 4;
}

/* Where several have our class and byte order, the one whose flags are most like our own. */
static const struct abilock_machine *find_native(void)
{
	const struct abilock_machine *best = NULL;
	int fewest = 0;

	for (const struct abilock_machine *m = machines; m->name; m++) {
		int differing = __builtin_popcount(m->flags ^ __ehdr_start.e_flags);

		if (m->machine != __ehdr_start.e_machine ||
		    m->elf_class != __ehdr_start.e_ident[EI_CLASS] ||
		    m->data != __ehdr_start.e_ident[EI_DATA] || (best && differing >= fewest))
			continue;
		best = m;
		fewest = differing;
	}
	return best;
}

static bool has_word(const char *words, const char *word, size_t len)
{
	for (const char *p = words; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n;
	}
	return false;
}

/*
 * CPU-linux-LIBC, CPU-VENDOR-linux-LIBC or, as the compilers of Fedora say, CPU-VENDOR-linux.
 * @return What stands behind the C library's name.
 */
static const char *triplet_abi(const char *triplet, size_t length)
{
	static const char *const systems[] = {"-linux-gnu", "-linux-musl", "-linux-uclibc",
					      "-linux"};

	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		const char *at = memmem(triplet, length, systems[i], strlen(systems[i]));

		if (at)
			return at + strlen(systems[i]);
	}
	return NULL;
}

static const struct abilock_machine *find_triplet(const char *triplet, size_t length)
{
	const char *cpu_end = memchr(triplet, '-', length), *abi = triplet_abi(triplet, length);

	for (const struct abilock_machine *m = machines; abi && m->name; m++) {
		size_t abi_length = length - (size_t)(abi - triplet);

		if (strlen(m->abi) == abi_length && memcmp(m->abi, abi, abi_length) == 0 &&
		    has_word(m->cpus, triplet, (size_t)(cpu_end - triplet)))
			return m;
	}
	return NULL;
}

static const struct abilock_machine *find(const char *name, size_t length)
{
	if (memchr(name, '-', length) && !has_word("x86-64", name, length))
		return find_triplet(name, length);
	for (const struct abilock_machine *m = machines; m->name; m++)
		if (has_word(m->name, name, length) || has_word(m->aliases, name, length))
			return m;
	return NULL;
}

const struct abilock_machine *abilock_machine_find(const char *name)
{
	return name ? find(name, strlen(name)) : find_native();
}

const struct abilock_machine *abilock_machine_of_header(uint16_t machine, uint8_t elf_class,
							uint8_t data, uint32_t flags)
{
	const struct abilock_machine *best = NULL;
	int fewest = 0;

	for (const struct abilock_machine *m = abilock_machines(); m->name; m++) {
		const int differing = __builtin_popcount(m->flags ^ flags);

		if (m->machine != machine || m->elf_class != elf_class || m->data != data ||
		    (best && differing >= fewest))
			continue;
		best = m;
		fewest = differing;
	}
	return best;
}

bool abilock_machine_is_known(const char *name, size_t length)
{
	return find(name, length) != NULL;
}

bool abilock_machine_is(const char *machine, const char *name, size_t length)
{
	const struct abilock_machine *a = abilock_machine_find(machine), *b = find(name, length);

	if (!a || !b)
		return strlen(machine) == length && memcmp(machine, name, length) == 0;
	/* `arm` is what armel and armhf have in common. */
	return a->machine == b->machine && a->elf_class == b->elf_class && a->data == b->data &&
	       ((a->flags & b->flags) == a->flags || (a->flags & b->flags) == b->flags);
}
