/* SPDX-License-Identifier: MIT */
#include "debian_machine.h"

#include <stddef.h>

const struct debian_machine *debian_machines(void)
{
	static const struct debian_machine machines[] = {
		{"x86_64", "amd64"},	    {"x32", "x32"},
		{"i386", "i386"},	    {"aarch64", "arm64"},
		{"arm", "armel"},	    {"arm", "armhf"},
		{"armeb", "armeb"},	    {"ppc64le", "ppc64el"},
		{"ppc64", "ppc64"},	    {"ppc", "powerpc"},
		{"s390x", "s390x"},	    {"riscv64", "riscv64"},
		{"loongarch64", "loong64"}, {"mips64el", "mips64el"},
		{"mips64", "mips64"},	    {"mipsel", "mipsel"},
		{"mips", "mips"},	    {"m68k", "m68k"},
		{"sparc64", "sparc64"},	    {"hppa", "hppa"},
		{"alpha", "alpha"},	    {"sh4", "sh4"},
		{"ia64", "ia64"},	    {NULL, NULL},
	};

	return machines;
}
