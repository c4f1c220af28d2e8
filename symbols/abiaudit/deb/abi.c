/* SPDX-License-Identifier: MIT */
#include "abi.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

/* Numbers that were in use before the official ones were given out. */
static uint16_t official_machine(uint16_t machine)
{
	static const uint16_t table[][2] = {
		{41, 0x9026 /* alpha */}, {0x1057, EM_AVR},	{0x9041, EM_M32R},
		{0xbaab, EM_MICROBLAZE},  {0xdead, EM_MN10200}, {0xbeef, EM_MN10300},
		{0x8472, EM_OPENRISC},	  {0xa390, EM_S390},	{EM_SPARC32PLUS, EM_SPARC},
		{11, EM_SPARCV9},	  {0xabc7, EM_XTENSA},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i][0] == machine)
			return table[i][1];
	return machine;
}

static uint32_t abi_flags(uint16_t machine)
{
	switch (machine) {
	case EM_IA_64: return 0x10;	    /* 64-bit ABI */
	case EM_LOONGARCH: return 0x7;	    /* kind of floating point */
	case EM_MIPS: return 0xf000 | 0x20; /* o32, o64, eabi; n32 */
	case EM_PPC64: return 0x3;	    /* ELFv1, ELFv2 */
	default: return 0;
	}
}

static uint64_t number(const uint8_t *p, size_t size, bool big)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | p[big ? i : size - 1 - i];
	return value;
}

int deb_abi_read(const char *path, struct deb_abi *ret_abi, struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t head[sizeof(Elf64_Ehdr)];

	ssize_t got = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	if (got < 0 && errno != EISDIR && errno != ESPIPE)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "cannot read: %s",
					 strerror(errno));
	if (got != sizeof(head) || memcmp(head, ELFMAG, SELFMAG) != 0 ||
	    head[EI_VERSION] != EV_CURRENT ||
	    (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64) ||
	    (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB))
		return 0;
	const bool big = head[EI_DATA] == ELFDATA2MSB;
	const size_t flags_at = head[EI_CLASS] == ELFCLASS64 ? offsetof(Elf64_Ehdr, e_flags)
							     : offsetof(Elf32_Ehdr, e_flags);
	const uint16_t machine =
		official_machine((uint16_t)number(head + offsetof(Elf64_Ehdr, e_machine), 2, big));
	*ret_abi = (struct deb_abi){head[EI_CLASS], head[EI_DATA], machine,
				    (uint32_t)number(head + flags_at, 4, big) & abi_flags(machine)};
	return 1;
}

bool deb_abi_same(const struct deb_abi *a, const struct deb_abi *b)
{
	return a->elf_class == b->elf_class && a->data == b->data && a->machine == b->machine &&
	       a->flags == b->flags;
}
