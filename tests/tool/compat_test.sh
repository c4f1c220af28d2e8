#!/bin/bash
# SPDX-License-Identifier: MIT
# Compatibility versions: a symbol in several nodes, with the macros of the header, by all compilers
# and linkers here, with and without link-time optimisation. Programs that were linked with the old
# library get the old version, new ones the new.
#
# From the environment: VERSIONGEN, ABIAUDIT.

# Functions are called by name, through check.
# shellcheck disable=SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIAUDIT=$(realpath "$ABIAUDIT")
cd "$dir" || exit 1

# ---- sources ----

cat >old.syms <<'E'
FOO_1.0 {
  global:
    foo;
    foo_table;   # data
  local: *;
};
E
cat >new.syms <<'E'
FOO_1.0 {
  global:
    foo;
    foo_table;   # data
    foo_retired; # compat
  local: *;
};
FOO_1.2 {
  global:
    bar;
    baz;
    foo;
    foo_table;   # data
} FOO_1.0;
FOO_PRIVATE {
  global:
    bar;         # compat
} FOO_1.2;
E
cat >old.c <<'E'
#include "old.h"
FOO_EXPORT int foo(void);
FOO_EXPORT extern int foo_table[1];
int foo(void) { return 1; }
int foo_table[1] = { 1 };
E
cat >new.c <<'E'
#include "new.h"
#ifdef __cplusplus
extern "C" {
#endif
int foo_v1(void), foo_v2(void), foo_v0(void), bar_v1(void), bar_v2(void);
extern const int foo_table_v1[1];
extern int foo_table_v2[2];
FOO_EXPORT int baz(void);
#ifdef __cplusplus
}
#endif
ABILOCK_OLD_VERSION(foo_v1, foo, "FOO_1.0");
ABILOCK_DEFAULT_VERSION(foo_v2, foo, "FOO_1.2");
ABILOCK_OLD_VERSION(foo_v0, foo_retired, "FOO_1.0");
ABILOCK_OLD_VERSION(foo_table_v1, foo_table, "FOO_1.0");
ABILOCK_DEFAULT_VERSION(foo_table_v2, foo_table, "FOO_1.2");
ABILOCK_OLD_VERSION(bar_v1, bar, "FOO_PRIVATE_" ABILOCK_HOST_TAG);
ABILOCK_DEFAULT_VERSION(bar_v2, bar, "FOO_1.2");
int foo_v1(void) { return 1; }
int foo_v2(void) { return 2; }
int foo_v0(void) { return 0; }
int bar_v1(void) { return 1; }
int bar_v2(void) { return 2; }
int baz(void) { return 3; }
const int foo_table_v1[1] = { 1 };
int foo_table_v2[2] = { 0, 2 };
E
printf '#include "new.h"\nABILOCK_HOST();\n' >host.c
cat >program.c <<'E'
#include <stdio.h>
int foo(void);
extern int foo_table[];
int main(void)
{
	printf("foo %d, table %d\n", foo(), foo_table[INDEX]);
	return 0;
}
E
# Both versions in one process: by reference, and by name.
cat >both.c <<'E'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int foo_at_1_0(void), foo_at_1_2(void), retired(void);
__asm__(".symver foo_at_1_0, foo@FOO_1.0");
__asm__(".symver foo_at_1_2, foo@FOO_1.2");
__asm__(".symver retired, foo_retired@FOO_1.0");
static int by_name(const char *node)
{
	int (*function)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "foo", node);
	return function ? function() : -1;
}
int main(void)
{
	printf("%d %d %d", foo_at_1_0(), foo_at_1_2(), retired());
	printf(" %d %d\n", by_name("FOO_1.0"), by_name("FOO_1.2"));
	return 0;
}
E
cat >load.c <<'E'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		void *module = dlopen(argv[i], RTLD_NOW);
		int (*run)(void) = module ? (int (*)(void))dlsym(module, "run") : 0;
		if (!run)
			return puts(dlerror()), 1;
		printf("%d\n", run());
	}
	return 0;
}
E
cat >module.c <<'E'
#include HEADER
ABILOCK_MODULE("module", PUBLIC);
FOO_EXPORT int foo(void);
FOO_EXPORT int run(void);
int run(void) { return foo(); }
E
cat >wanted <<'E'
bar@@FOO_1.2
bar@FOO_PRIVATE_aaa
baz@@FOO_1.2
foo@@FOO_1.2
foo@FOO_1.0
foo_retired@FOO_1.0
foo_table@@FOO_1.2
foo_table@FOO_1.0
E
sed '1i abilock_marker_FOO_PRIVATE@@FOO_PRIVATE_aaa' wanted >wanted.host

for version in old new; do
	check "map of the $version declaration" \
		"$VERSIONGEN" map $version.syms --tag id:aaa -o $version.map
	check "map of the $version declaration for a program" \
		"$VERSIONGEN" map $version.syms --program --tag id:aaa -o $version.program.map
	check "header of the $version declaration" "$VERSIONGEN" header $version.syms --tag id:aaa \
		--name foo --soname libfoo-host.so.1 -o $version.h
done

# ---- what the declaration does not say does not compile ----

# refused COMPILER LINE TEXT: LINE does not compile, and the compiler says TEXT
refused() {
	sed "/^ABILOCK/d; \$a $2" new.c >refused.c
	! $1 -c refused.c -o refused.o 2>errors && grep -F "$3" errors
}
for cc in gcc clang g++ clang++; do
	have "$cc" || {
		skip "$cc: not here"
		continue
	}
	[[ $cc = *++ ]] && cc="$cc -x c++"
	check "$cc: a node that has no old version is named" refused "$cc" \
		'ABILOCK_OLD_VERSION(foo_v1, foo, "FOO_1.1");' \
		'abilock: FOO_1.1 is no old version of foo, the declaration has FOO_1.0 (old), FOO_1.2 (default)'
	check "$cc: the default is no old version" refused "$cc" \
		'ABILOCK_OLD_VERSION(foo_v1, foo, "FOO_1.2");' 'FOO_1.2 is no old version of foo'
	check "$cc: an old version is not the default" refused "$cc" \
		'ABILOCK_DEFAULT_VERSION(foo_v1, foo, "FOO_1.0");' 'FOO_1.0 is not the default of foo'
	check "$cc: what has only old versions has no default" refused "$cc" \
		'ABILOCK_DEFAULT_VERSION(foo_v1, foo_retired, "FOO_1.0");' \
		'the declaration has FOO_1.0 (old)'
	check "$cc: a symbol of one node has no versions" refused "$cc" \
		'ABILOCK_OLD_VERSION(foo_v1, baz, "FOO_1.2");' ABILOCK_VERSIONS_OF_baz
done

# ---- libraries ----

# exports FILE: NAME@NODE and NAME@@NODE of what it defines
exports() {
	readelf --dyn-syms -W "$1" | awk '$7 != "UND" && $7 != "ABS" && $8 ~ /@/ { print $8 }' | sort
}

exports_are() { exports "$1" | diff - "$2"; }

# build OUTPUT FLAG...: a shared library of new.c by $cc
build() {
	local output=$1
	shift
	rm -f "$output" new.o
	$cc -fPIC -fvisibility=hidden "$@" "${compile[@]}" -c new.c -o new.o &&
		$cc "${use[@]}" -shared -fPIC "$@" "${link[@]}" new.o -o "$output" \
			-Wl,-soname,libfoo.so.1 -Wl,--version-script=new.map -Wl,--gc-sections
}

# runs PROGRAM FOLDER TEXT: with the library in FOLDER it prints TEXT
runs() { LD_LIBRARY_PATH=$2 "./$1" | diff - <(echo "$3"); }

mkdir -p old new mold.d
check "the old library" gcc -shared -fPIC old.c -o old/libfoo.so.1 -Wl,-soname,libfoo.so.1 \
	-Wl,--version-script=old.map
check "a program of the old library" gcc -DINDEX=0 program.c old/libfoo.so.1 -o program.old
check "the old program with the old library" runs program.old old 'foo 1, table 1'

# try_library WHAT FLAG...: new/libfoo.so.1 with these flags, and programs with it
try_library() {
	local what=$1
	shift
	check "$what: the library" build new/libfoo.so.1 "$@"
	check "$what: has each version" exports_are new/libfoo.so.1 wanted
	check "$what: a new program" $cc "${use[@]}" -DINDEX=1 program.c new/libfoo.so.1 \
		-o program.new
	check "$what: the old program gets the old version" runs program.old new 'foo 1, table 1'
	check "$what: the new program gets the new version" runs program.new new 'foo 2, table 2'
	check "$what: a program that asks for both" gcc both.c new/libfoo.so.1 -ldl -o both
	check "$what: it gets both" runs both new '1 2 0 1 2'
}

warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
for cc in gcc clang; do
	for linker in bfd gold lld mold; do
		have $cc && { have ld.$linker || have $linker; } || {
			skip "$cc with $linker: not here"
			continue
		}
		use=("-fuse-ld=$linker") link=() compile=("${warnings[@]}")
		# gcc 12.1 is the first that knows -fuse-ld=mold; a folder with its `ld` does for all.
		if [[ $cc$linker = gccmold ]]; then
			ln -sf "$(command -v mold)" mold.d/ld
			use=(-B"$PWD/mold.d")
		fi
		try_library "$cc, $linker, -O0" -O0 -std=c99
		try_library "$cc, $linker, -O2" -O2 -std=c17 -ffunction-sections -fdata-sections
		case $cc$linker in
		gcclld)
			skip "$cc, $linker, -flto: lld has no plugin of gcc"
			;;
		*mold)
			# mold 1.10 takes `foo@FOO_1.0` of a plugin for the name of a symbol.
			compile+=(-fno-lto)
			try_library "$cc, $linker, -flto, but not of this file" -O2 -flto
			;;
		*)
			try_library "$cc, $linker, -flto" -O2 -flto
			;;
		esac
		if [[ $cc$linker = gccmold ]]; then
			compile=("${warnings[@]}" -DABILOCK_NO_SYMVER)
			link=(-flto-partition=none)
			try_library "$cc, $linker, -flto in one part, in assembler" -O2 -flto
		fi
		compile=("${warnings[@]}" -DABILOCK_NO_SYMVER) link=()
		try_library "$cc, $linker, in assembler" -O2
	done
done

# In a large program the function and its version must not end up in different parts.
cc=gcc use=() compile=() link=()
for partition in 1to1 max; do
	check "gcc -flto-partition=$partition" build lto.so -O2 -flto -flto-partition=$partition
	check "gcc -flto-partition=$partition: each version" exports_are lto.so wanted
done

for cxx in g++ clang++; do
	have $cxx || {
		skip "$cxx: not here"
		continue
	}
	check "$cxx: compiles in C++11" $cxx "${warnings[@]}" -std=c++11 -fPIC -x c++ -c new.c -o new.o
	check "$cxx: links" $cxx -shared new.o -o cxx.so -Wl,--version-script=new.map
	check "$cxx: has each version" exports_are cxx.so wanted
done

# ---- an executable host ----

# Modules are linked with libraries of the host's soname.
for version in old new; do
	check "a stand-in for the $version host" gcc -shared -fPIC $version.c \
		-o $version/libfoo-host.so.1 -Wl,-soname,libfoo-host.so.1 \
		-Wl,--version-script=$version.map
	check "a module of the $version host" gcc -shared -fPIC "-DHEADER=\"$version.h\"" module.c \
		$version/libfoo-host.so.1 -o $version.so
done
each_gets_its_own() { ./program.host ./old.so ./new.so | diff - <(printf '1\n2\n'); }
for cc in gcc clang; do
	for linker in bfd gold lld mold; do
		have $cc && { have ld.$linker || have $linker; } || {
			skip "a program by $cc with $linker: not here"
			continue
		}
		case $linker in
		gold) skip "a program by $cc with $linker: it has no soname" && continue ;;
		mold) skip "a program by $cc with $linker: it makes no versions there" && continue ;;
		esac
		for flags in -O2 -flto; do
			[[ $cc$linker$flags = gcclld-flto ]] && continue
			what="a program by $cc with $linker, $flags"
			check "$what" $cc -fuse-ld=$linker -O2 $flags -rdynamic load.c new.c host.c -ldl \
				-o program.host -Wl,--version-script=new.program.map \
				-Wl,-soname,libfoo-host.so.1
			check "$what: has each version" exports_are program.host wanted.host
			check "$what: verify takes modules of both versions" \
				"$ABIAUDIT" verify --host program.host old.so new.so
			check "$what: each module gets its version" each_gets_its_own
		done
	done
done

finish
