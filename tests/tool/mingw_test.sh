#!/bin/bash
# SPDX-License-Identifier: MIT
# Windows: the library example, built with the .def file and the header that versiongen writes. DLLs
# have no versions: what locks a private module is the marker whose name carries the tag. The
# program is run where wine is here.
#
# From the environment: VERSIONGEN, SOURCE_DIR.

# Functions are called by name, through check.
# shellcheck disable=SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${SOURCE_DIR:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
example=$(realpath "$SOURCE_DIR")/examples/libhost
target=x86_64-w64-mingw32
cd "$dir" || exit 1

if ! have $target-gcc; then
	skip "no $target-gcc (Debian: gcc-mingw-w64-x86-64-win32)"
	ok "nothing to test without a compiler for Windows"
	finish
fi

# windows FLAG...: compile and link, the run time of gcc inside
windows() {
	$target-gcc -static-libgcc -std=c17 -O2 -Wall -Wextra -Werror "$@"
}

# exports_of DLL: the names it exports
exports_of() {
	$target-objdump -p "$1" | sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/.*\] \(.*\)/\1/p' |
		grep -v Table | sort
}

# imports_of FILE DLL: the names that FILE wants of DLL
imports_of() {
	$target-objdump -p "$1" | awk -v dll="$2" '
		/DLL Name:/ { on = $3 == dll; next }
		NF == 0 { on = 0 }
		on && NF == 3 && $1 != "vma:" { print $3 }' | sort
}

# missing FILE DLL: what FILE wants of DLL and does not find there; the loader refuses FILE for it
missing() { comm -23 <(imports_of "$1" "${2##*/}") <(exports_of "$2"); }

# ---- two builds ----

modules="lines twins"
for tag in aaa bbb; do
	mkdir $tag
	check "$tag: the .def file" "$VERSIONGEN" map "$example/tally.syms" --tag "id:$tag" \
		--dialect def -D WINDOWS --soname libtally-1.dll -o $tag/tally.def
	check "$tag: the header" "$VERSIONGEN" header "$example/tally.syms" --tag id:$tag \
		-D WINDOWS --soname libtally-1.dll -o $tag/tally_abi.h
	check "$tag: the library links with the .def file" windows -I$tag -shared \
		"$example/tally.c" "$example/tally_module_windows.c" $tag/tally.def \
		-o $tag/libtally-1.dll -Wl,--out-implib,$tag/libtally.dll.a
	check "$tag: the program links with the import library" windows -I$tag \
		'-DTALLY_MODULES="."' "$example/main.c" -L$tag -ltally -o $tag/tally.exe
	for module in $modules; do
		check "$tag: module $module links with the import library" windows -I$tag -shared \
			"$example/modules/$module.c" -L$tag -ltally -o $tag/$module.dll
	done
done

cat >wanted <<'E'
abilock_marker_TALLY_PRIVATE_aaa
tally_add_check
tally_current_here
tally_data
tally_digest
tally_file
tally_files
tally_free
tally_load
tally_path
E
exports_of aaa/libtally-1.dll >found
same "the library exports what is declared, and the stamp" wanted found

stamp_of() { imports_of "$1" libtally-1.dll | grep '^abilock_marker'; }
stamp_is() { [[ $(stamp_of "$1") = "$2" ]]; }
for tag in aaa bbb; do
	check "$tag: the private module imports the stamp of its build" \
		stamp_is $tag/twins.dll abilock_marker_TALLY_PRIVATE_$tag
	check_not "$tag: the public module imports none" stamp_of $tag/lines.dll
	check "$tag: the note is in a section of its own" eval \
		"$target-objdump -s -j .abilock $tag/twins.dll | grep -q format=1"
done
none_missing() { [[ -n $(imports_of "$1" "${2##*/}") && -z $(missing "$1" "$2") ]]; }
check "a module finds all that it imports in its own build" \
	none_missing aaa/twins.dll aaa/libtally-1.dll
check "a public module finds it in the other one too" none_missing aaa/lines.dll bbb/libtally-1.dll
only_stamp_missing() { [[ $(missing "$1" "$2") = "$3" ]]; }
check "a private module misses the stamp in the other build, and only that" \
	only_stamp_missing aaa/twins.dll bbb/libtally-1.dll abilock_marker_TALLY_PRIVATE_aaa
check "and the other way round" \
	only_stamp_missing bbb/twins.dll aaa/libtally-1.dll abilock_marker_TALLY_PRIVATE_bbb

# ---- what could lose the stamp ----

for flags in "-O0" "-flto" "-ffunction-sections -fdata-sections -Wl,--gc-sections -s" "-DABILOCK_IMPORT"; do
	# shellcheck disable=SC2086
	check "a module with $flags" windows $flags -Iaaa -shared "$example/modules/twins.c" -Laaa \
		-ltally -o flags.dll
	check "it imports the stamp" stamp_is flags.dll abilock_marker_TALLY_PRIVATE_aaa
done
have $target-g++ && {
	printf '#include "tally_abi.h"\nABILOCK_MODULE("c++", PRIVATE);\n' >module.cc
	check "a module in C++" $target-g++ -Iaaa -shared module.cc -Laaa -ltally -o cxx.dll
	check "it imports the stamp" stamp_is cxx.dll abilock_marker_TALLY_PRIVATE_aaa
}
sed '/^ABILOCK_MODULE/d' "$example/modules/twins.c" >unlocked.c
check "a module without the macro" windows -Iaaa -I"$example" -I"$example/modules" -shared \
	-include "$example/tally_private.h" -x c <(sed 's,"\.\./tally_private.h","tally_private.h",' unlocked.c) \
	-Laaa -ltally -o unlocked.dll
check_not "it imports no stamp" stamp_of unlocked.dll

# ---- before the host is built, and for a program as the host ----

check "an import library made of the .def file alone" \
	$target-dlltool -d aaa/tally.def -l early.a
check "a module links with it" windows -Iaaa -shared "$example/modules/twins.c" early.a -o early.dll
same "and imports the same" <(imports_of aaa/twins.dll libtally-1.dll) \
	<(imports_of early.dll libtally-1.dll)

cat >foo.syms <<'E'
FOO_1.0 { foo; local: *; };
FOO_1.2 { foo; } FOO_1.0;
FOO_PRIVATE {
  foo_table; # data
};
E
cat >foo.c <<'E'
#include "foo.h"
ABILOCK_HOST();
int foo_v1(void), foo_v2(void);
ABILOCK_OLD_VERSION(foo_v1, foo, "FOO_1.0");
ABILOCK_DEFAULT_VERSION(foo_v2, foo, "FOO_1.2");
int foo_v1(void) { return 1; }
int foo_v2(void) { return 2; }
FOO_EXPORT_PRIVATE extern int foo_table[2];
int foo_table[2];
int main(void) { return 0; }
E
cat >foo_module.c <<'E'
#include "foo.h"
ABILOCK_MODULE("m", PRIVATE);
FOO_EXPORT int foo(void);
FOO_EXPORT_PRIVATE extern int foo_table[2];
int run(void);
int run(void) { return foo() + foo_table[1]; }
E
printf '%s\n' abilock_marker_FOO_PRIVATE_1.2 foo foo_table >foo.wanted
check "a program's .def file, with a dot in the tag" "$VERSIONGEN" map foo.syms \
	--tag release:1.2 --dialect def --soname foo.exe -o foo.def
check "its header" "$VERSIONGEN" header foo.syms --tag release:1.2 --soname foo.exe -o foo.h
check "the program links" windows foo.c foo.def -o foo.exe
exports_of foo.exe >found
same "it exports the default version, and the stamp" foo.wanted found
check "its import library" $target-dlltool -d foo.def -l libfoo.a
check "a module of the program" windows -shared foo_module.c libfoo.a -o foo_module.dll
check "finds all that it imports" none_missing foo_module.dll foo.exe

# ---- run ----

wine=
for name in wine64 wine /usr/lib/wine/wine64; do
	have $name && wine=$name && break
done
if [[ -z $wine ]]; then
	skip "running it: no wine"
	finish
fi
export WINEPREFIX=$dir/wine WINEDEBUG=-all TMPDIR=$dir
# Its server outlives the program for some seconds.
for name in wineserver wineserver64 /usr/lib/wine/wineserver64; do
	# shellcheck disable=SC2064
	have $name && trap "timeout 30 $name -w; rm -rf '$dir'" EXIT && break
done
# run_tally ARGUMENT...: in aaa/
run_tally() { (cd aaa && timeout 120 $wine tally.exe "$@" | tr -d '\r') }
run_tally nosuchfile >found 2>&1
if ! grep -q nosuchfile found; then
	skip "running it: wine does not start here"
	finish
fi
printf 'a\nb\n' >aaa/one
cp aaa/one aaa/two
printf 'one: lines 2\none: twins none\ntwo: lines 2\ntwo: twins one\n' >wanted
run_tally -d . -m lines -m twins one two >found 2>/dev/null
same "the program loads modules of its build, and they work" wanted found
cp bbb/twins.dll aaa/other.dll
# Windows refuses the module here. Wine says the same, and loads it all the same.
check "the loader misses the stamp of the other build" eval \
	"WINEDEBUG=warn+module run_tally -d . -m other one 2>&1 |
		grep -q 'libtally-1.dll.abilock_marker_TALLY_PRIVATE_bbb'"
finish
