#!/bin/bash
# SPDX-License-Identifier: MIT
# Stubs for other machines with the assembler and the linker of each: all cross binutils of Debian,
# and the C libraries of its ports. Nothing is installed, no code of another machine runs.
#
#   stub_test.sh FOLDER
#
# 120 MB of packages are unpacked below FOLDER, and kept there. From the environment: VERSIONGEN.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
# shellcheck source=../tool/stub_lib.sh
. "$here/../tool/stub_lib.sh"
: "${VERSIONGEN:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
mkdir -p "${1:?folder}"
folder=$(cd "$1" && pwd)
cd "$dir" || exit 1

# Our name, the one that the binutils have, the word for a pointer, options of `as` and of `ld`.
targets() {
	cat <<'END'
aarch64 aarch64-linux-gnu quad
aarch64_be aarch64-linux-gnu quad -EB -EB
alpha alpha-linux-gnu quad
arc arc-linux-gnu long
arm arm-linux-gnueabi long
arm arm-linux-gnueabihf long -mfloat-abi=hard,-mfpu=vfpv3-d16
armel arm-linux-gnueabi long
armhf arm-linux-gnueabihf long -mfloat-abi=hard,-mfpu=vfpv3-d16
armeb arm-linux-gnueabi long -EB -EB
hppa hppa-linux-gnu long
hppa64 hppa64-linux-gnu dword
i386 i686-linux-gnu long
ia64 ia64-linux-gnu quad
m68k m68k-linux-gnu long
mips mips-linux-gnu long -KPIC,-mips32r2
mipsel mipsel-linux-gnu long -KPIC,-mips32r2
mips64 mips64-linux-gnuabi64 dword -KPIC,-mips64r2
mips64el mips64el-linux-gnuabi64 dword -KPIC,-mips64r2
mipsn32 mips64-linux-gnuabin32 long -KPIC,-mips64r2
mipsn32el mips64el-linux-gnuabin32 long -KPIC,-mips64r2
mipsr6 mipsisa32r6-linux-gnu long -KPIC
mipsr6el mipsisa32r6el-linux-gnu long -KPIC
mips64r6 mipsisa64r6-linux-gnuabi64 dword -KPIC
mips64r6el mipsisa64r6el-linux-gnuabi64 dword -KPIC
mipsn32r6 mipsisa64r6-linux-gnuabin32 long -KPIC,-n32 -melf32btsmipn32
mipsn32r6el mipsisa64r6el-linux-gnuabin32 long -KPIC,-n32 -melf32ltsmipn32
ppc powerpc-linux-gnu long
ppc64 powerpc64-linux-gnu quad
ppc64le powerpc64le-linux-gnu quad
riscv64 riscv64-linux-gnu dword
riscv32 riscv64-linux-gnu word -march=rv32imafdc,-mabi=ilp32d -melf32lriscv
s390x s390x-linux-gnu quad
s390 s390x-linux-gnu long -m31 -melf_s390
sh4 sh4-linux-gnu long --isa=sh4
sparc64 sparc64-linux-gnu xword
sparc sparc64-linux-gnu long -32 -melf32_sparc
x32 x86_64-linux-gnux32 long --x32
x86_64 x86_64-linux-gnux32 quad --64 -melf_x86_64
END
}

mapfile -t packages < <(targets | awk '{ sub(/^x86_64-/, "x86-64-", $2); print "binutils-" $2 }' | sort -u)
# Debian's C libraries; glibc has no port to these any more.
mapfile -t libraries < <(targets | awk '$2 !~ /^(ia64|hppa64)-/ { print $1 }' |
	sed 's/^aarch64$/arm64/; s/^ppc64le$/ppc64el/; s/^ppc$/powerpc/' |
	grep -vx -e aarch64_be -e arm -e armeb -e x86_64 -e alpha -e riscv32 -e s390 -e sparc |
	sed 's/^/libc6-/; s/$/-cross/')
FETCH_ARCHITECTURE=amd64 "$here/../realhosts/fetch.sh" bookworm "$folder/root" \
	"${packages[@]}" "${libraries[@]}" libc6.1-alpha-cross >fetch.log 2>&1 || {
	tail -n 5 fetch.log
	skip "the packages cannot be had"
	exit 77
}
root=$folder/root

# The tools run with the C library that they came with.
run() {
	local tool=$1
	shift
	"$root/lib64/ld-linux-x86-64.so.2" --library-path \
		"$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" "$root/usr/bin/$tool" "$@"
}

cat >host.syms <<'END'
H_1 {
  global:
    h_call;
    h_choice;  # ifunc
    h_weak;    # weak
    h_table;   # data
    h_one;     # data unique
    h_state;   # tls
    h_old;     # compat
  local: *;
};
H_PRIVATE { global: h_old; h_inner; } H_1;
END

# module NAME WORD AS-OPTIONS LD-OPTIONS STUB SYMBOL...: NAME.so refers to the symbols
module() {
	local name=$1 target=$2 word=$3 as=$4 ld=$5 stub=$6
	shift 6
	{
		printf '.data\n.balign 8\n.globl start\nstart:\n'
		printf ".$word %s\n" "$@"
	} >"$name.s"
	# shellcheck disable=SC2086
	run "$target-as" ${as//,/ } "$name.s" -o "$name.o" &&
		run "$target-ld" ${ld//,/ } -shared "$name.o" "$stub" -o "$name.so" 2>ld.log || {
		cat ld.log
		return 1
	}
	# The module's own segments, not the stub.
	! grep -v 'has a LOAD segment with RWX permissions' ld.log
}

needs_of() {
	readelf -VW "$1" 2>/dev/null | sed -n '/^Version needs/,$s/.* Name: \([^ ]*\) .*/\1/p' | sort | tr '\n' ' '
}

# Those that a target's tools know beside its own.
is_guest() { [[ $1 =~ ^(aarch64_be|armeb|riscv32|s390|sparc|x86_64)$ ]]; }

while read -r machine target word as ld; do
	name=$machine-$target
	"$VERSIONGEN" stub host.syms --tag id:a --soname libh.so.1 --machine "$machine" -o stub.so
	check "$target-ld takes the stub for $machine without a word" module "$name" "$target" "$word" \
		"${as-}" "${ld-}" stub.so h_call h_choice h_weak h_table h_one h_old h_inner
	check "and records the soname: $name" \
		eval 'readelf -dW "$name.so" 2>/dev/null | grep -q "NEEDED.*\[libh.so.1\]"'
	check "and the nodes: $name" test "$(needs_of "$name.so")" = "H_1 H_PRIVATE_a "
	is_guest "$machine" || check "a GNU triplet means the same machine: $target" \
		"$VERSIONGEN" stub "$name.so" --machine "$target" --soname x.so -o x.so
done < <(targets)

# The C library of each port is a binary with everything in it.
while read -r machine target word as ld; do
	library=$(find "$root/usr/$target/lib" -maxdepth 1 -name 'libc.so.6*' 2>/dev/null | head -n 1)
	[[ $library ]] && ! is_guest "$machine" || continue
	name=libc-$machine-$target
	check "the C library has a stub: $target" "$VERSIONGEN" stub "$library" -o "$name.stub.so"
	with_sizes "$library" >want
	with_sizes "$name.stub.so" >got
	same "with the same symbols and nodes: $target" want got
	header_of "$library" >want
	header_of "$name.stub.so" >got
	same "and the same header: $target" want got
	check "$target-ld takes it without a word" module "$name" "$target" "$word" "${as-}" "${ld-}" \
		"$name.stub.so" printf environ memcpy
	module "$name.real" "$target" "$word" "${as-}" "${ld-}" "$library" printf environ memcpy
	check "and records what it records of the library: $target" \
		test "$(needs_of "$name.so")" = "$(needs_of "$name.real.so")"
done < <(targets)
finish
