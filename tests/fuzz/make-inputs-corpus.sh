#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes seeds for fuzz_inputs in a folder: small object files of several kinds, archives of them, and
# copies with a claim changed.
#
#   make-inputs-corpus.sh FOLDER
set -eu
mkdir -p "$1"
corpus=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cc=${CC:-cc}

cat >one.c <<'END_OF_FILE'
extern int two(void);
extern int maybe(void) __attribute__((weak));
int table[3] = { 1 };
int common;
__thread int slot;
__attribute__((visibility("hidden"))) int hidden(void) { return slot; }
__attribute__((weak)) int one(void) { return two() + hidden() + (maybe ? maybe() : common); }
END_OF_FILE
echo 'int one(void); int unused(void); int two(void) { return 2; } int three(void) { return unused(); }' >two.c
echo '.globl label; .text; label: .globl value; value = 3; .symver label, label@@NODE_1' >asm.s
for name in one two; do
	"$cc" -Os -fPIC -fcommon -fno-asynchronous-unwind-tables -c $name.c -o "$corpus/$name.o"
done
"$cc" -c asm.s -o "$corpus/asm.o"
objcopy -O elf32-big "$corpus/two.o" "$corpus/big.o" 2>/dev/null || :
cd "$corpus"
ar rcD pair.a one.o two.o
ar rcDS no_index.a one.o asm.o
cp one.o a_member_with_a_long_name.o
ar rcD long.a a_member_with_a_long_name.o two.o
ar rcD empty.a
ar rcDT thin.a one.o
rm a_member_with_a_long_name.o
"$cc" -shared -nostdlib -Wl,-z,noseparate-code,-z,max-page-size=64,--no-eh-frame-hdr -o shared.so two.o

# damage FILE SECTION-NUMBER-FIELD NAME OFFSET BYTES
damage() {
	cp "$1" "$2"
	printf '%b' "$4" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}
damage one.o shnum.o 60 '\377\377'
damage one.o shoff.o 40 '\377\377\377\177'
damage one.o shstrndx.o 62 '\360\000'
damage pair.a size.a 56 '99999999  '
damage long.a name.a 140 '/9999'
head -c 100 one.o >short.o
head -c 30 pair.a >short.a
printf 'BC\300\336' >bitcode.o
