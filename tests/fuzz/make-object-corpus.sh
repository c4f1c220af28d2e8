#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the seeds in corpus/object: small ELF files of every kind that the reader has a branch
# for, and copies of one with a claim changed. Run it by hand after adding a seed; the files are
# in git, so that a build needs neither this script nor a linker with these options.
#
#   VERSIONGEN=build/versiongen/versiongen tests/fuzz/make-object-corpus.sh
set -eu
: "${VERSIONGEN:?path of versiongen}"
VERSIONGEN=$(realpath "$VERSIONGEN")
corpus=$(realpath "$(dirname "$0")")/corpus/object
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$corpus"
cd "$work"

cat >fix.map <<'END'
FIX_1 { global: first; table; old; local: *; };
FIX_2 { global: second; slot; old; } FIX_1;
FIX_PRIVATE { global: third; } FIX_2 FIX_1;
END
# A declaration has a symbol in one node.
sed 's/ old;//' fix.map >stub.map
cat >dep.map <<'END'
DEP_1 { global: one; local: *; };
DEP_2 { global: two; } DEP_1;
END
cat >dep.c <<'END'
int one(void) { return 1; }
int two(void) { return 2; }
END
cat >fix.c <<'END'
extern int one(void), two(void);
extern void maybe(void) __attribute__((weak));
int table[4] = { 1 };
__thread int slot;
int first(void) { return one() + two(); }
int second(void) { if (maybe) maybe(); return slot; }
int third(void) { return 3; }
#ifdef VERSIONS
int old_1(void) { return 1; }
int old_2(void) { return 2; }
__asm__(".symver old_1,old@FIX_1\n.symver old_2,old@@FIX_2");
#endif
#ifdef NOTE
__asm__(".pushsection .note.abilock,\"a\",%note\n"
	".balign 4\n.long 8, 2f-1f, 1\n.asciz \"abilock\"\n"
	"1: .asciz \"format=1\"\n.asciz \"kind=host\"\n.asciz \"host=fix\"\n"
	".asciz \"tag=t\"\n.asciz \"node=FIX_PRIVATE\"\n2: .balign 4\n.popsection");
#endif
#ifdef INFORMATION
#define SAYS(text) __asm__(".pushsection .note.abilock,\"a\",%note\n" \
	".balign 4\n.long 8, 2f-1f, 2\n.asciz \"abilock\"\n1: .asciz " text "\n2: .balign 4\n.popsection")
SAYS("\"name=fix\", \"type=t\", \"load_priority=core\"");
SAYS("\"name=fix\", \"provides=a=b:12\", \"provides=a=c\", \"config=f\", \"x=y\"");
SAYS("\"name=" OTHER "\", \"uses=module=fix\", \"export_globals=yes\"");
#endif
END
echo 'int _start(void) { return 0; }' >start.c

# Small: segments that touch, no padding between them, no unwind tables.
link()
{
	local out=$1
	shift
	"${CC:-cc}" -Os -fPIC -nostdlib -fno-asynchronous-unwind-tables -o "$out" "$@" \
		-Wl,-z,noseparate-code,-z,norelro,-z,max-page-size=64,-z,common-page-size=64 \
		-Wl,--no-eh-frame-hdr
	strip "$out"
}
versions=(-DVERSIONS "-Wl,--version-script=fix.map")
link libdep.so -shared dep.c -Wl,-soname,libdep.so.1,--version-script=dep.map
link "$corpus/both_hashes" -shared fix.c ./libdep.so "${versions[@]}" -DNOTE \
	-Wl,-soname,libfix.so.1,--hash-style=both,--build-id=sha1
link "$corpus/gnu_hash" -shared fix.c ./libdep.so "${versions[@]}" -Wl,--hash-style=gnu
link "$corpus/sysv_hash" -shared fix.c ./libdep.so "${versions[@]}" -Wl,--hash-style=sysv
link "$corpus/no_versions" -shared fix.c -Wl,-soname,plain.so
link "$corpus/no_exports" -shared -xc - -xnone ./libdep.so -Wl,--hash-style=gnu \
	<<<'extern int one(void); static int f(void) { return one(); } void *p[] = { f };'
link "$corpus/information" -shared fix.c -DINFORMATION -DOTHER='"fix"'
link "$corpus/information_of_two" -shared fix.c -DINFORMATION -DOTHER='"ot-her"' -DNOTE
link "$corpus/information_is_bad" -shared fix.c -DINFORMATION -DOTHER='".."'
link "$corpus/program" -pie start.c fix.c ./libdep.so -rdynamic "${versions[@]}" \
	-Wl,-soname,libprog-host.so.1
link "$corpus/static_program" -static start.c

for machine in i386 x32 s390x mips alpha ppc; do
	"$VERSIONGEN" stub stub.map --tag id:t --soname libfix.so.1 --machine "$machine" \
		-o "$corpus/stub_$machine"
done

# seed NAME SECTION OFFSET BYTES: a copy of both_hashes with BYTES (as for printf) changed
seed()
{
	local start
	start=$(readelf -SW "$corpus/both_hashes" |
		awk -v s="$2" '{ sub(/^ *\[ *[0-9]+\] /, "") } $1 == s { print $4 }')
	[[ -n $start ]]
	cp "$corpus/both_hashes" "$corpus/$1"
	printf "%b" "$4" |
		dd of="$corpus/$1" bs=1 seek=$((16#$start + $3)) conv=notrunc status=none
}
seed verdef_ends_early .gnu.version_d 16 '\0\0\0\0'
seed verdef_wraps .gnu.version_d 16 '\xf0\xff\xff\xff'
seed verdef_many_names .gnu.version_d 6 '\xff\xff'
seed verneed_many_nodes .gnu.version_r 2 '\xff\xff'
seed vernaux_wraps .gnu.version_r 28 '\xf0\xff\xff\xff'
seed versym_unknown .gnu.version 2 '\x63\0'
seed gnu_many_buckets .gnu.hash 0 '\xff\xff\xff\x7f'
seed gnu_first_late .gnu.hash 4 '\0\1\0\0'
seed gnu_bloom_odd .gnu.hash 8 '\3\0\0\0'
seed hash_many_symbols .hash 4 '\xf0\xff\xff\xff'
seed hash_loop .hash 8 '\1\0\0\0\1\0\0\0\1\0\0\0'
seed note_overflows .note.abilock 4 '\xf0\xff\xff\xff'
seed note_format .note.abilock 27 '2'
head -c 1000 "$corpus/both_hashes" >"$corpus/cut"
# no section headers: e_shoff, and e_shnum with e_shstrndx
cp "$corpus/both_hashes" "$corpus/no_sections"
printf '\0\0\0\0\0\0\0\0' | dd of="$corpus/no_sections" bs=1 seek=40 conv=notrunc status=none
printf '\0\0\0\0' | dd of="$corpus/no_sections" bs=1 seek=60 conv=notrunc status=none
chmod 644 "$corpus"/*
ls -l "$corpus"
