#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit check`: the command, on files that compilers and linkers here make. What each rule finds
# is in rules_test.sh, and what belongs together in tests/unit/test_gate.c.
#
# From the environment: VERSIONGEN, ABIAUDIT, EDIT_ELF, SOURCE_DIR, CC, ABILOCK_INCLUDE, ABILOCK_LIB, HOST_FLAGS.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=status_lib.sh
. "$here/status_lib.sh"

: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${EDIT_ELF:?}" "${ABILOCK_INCLUDE:?}" "${ABILOCK_LIB:?}"
tree=$(cd "${SOURCE_DIR:-$here/../..}" && pwd)
cc=${CC:-gcc}
read -ra host_flags <<<"${HOST_FLAGS:-}"
TAG=id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
cd "$dir" || exit 1

audit() { "$ABIAUDIT" check "$@"; }

# library OUT MAP CODE [FLAG...]
library() {
	local out=$1 map=$2
	printf '%s\n' "$3" >lib.c
	shift 3
	"$cc" -w -g -O1 -fPIC -shared -o "$out" lib.c -Wl,--version-script="$map" -Wl,-soname,libfoo.so.1 "$@"
}

# ---- wrong usage, and what cannot be read ----

cat >foo.syms <<'EOT'
FOO_1.0 {
  global:
    foo_open;
    foo_table;    # data
    foo_stat;     # if=WITH_STAT
    foo_x86;      # arch=x86_64
  local: *;
};
EOT
code='void foo_open(void) {} int foo_table[2] = {1};'
[[ $(uname -m) != x86_64 ]] || code+=' void foo_x86(void) {}'
library libfoo.so foo.syms "$code"

check "a file that is as declared passes" says 0 'passes' audit foo.syms libfoo.so
check "a declaration without a file is wrong usage" status 2 audit foo.syms
check "an unknown format is wrong usage" status 2 audit foo.syms libfoo.so --format xml
check "an unknown rule is wrong usage" says 2 'there is no such rule' audit foo.syms libfoo.so --error-on foo
check "a level is no unknown rule" status 0 audit foo.syms libfoo.so --error-on warning
check "a definition with a value is wrong usage" status 2 audit foo.syms libfoo.so -D WITH_STAT=1
check "an unknown machine is wrong usage" status 2 audit foo.syms libfoo.so -m foo
check "a declaration that is not there cannot be read" status 3 audit no.syms libfoo.so
check "a file that is not there cannot be read" status 3 audit foo.syms no.so
check "a binary in the place of the declaration is told from one" says 3 'libfoo.so' audit libfoo.so libfoo.so
check "a text in the place of the file is told from one" status 3 audit foo.syms foo.syms
echo 'FOO_1.0 { global: foo; } FOO_0;' >bad.syms
check "an error in the declaration has its line" says 3 'bad.syms:1:' audit bad.syms libfoo.so
check "without the baseline it is said how to make it" says 3 'abiaudit baseline' \
	audit foo.syms libfoo.so --baseline no.abi
check "--list-rules needs no files" says 0 'symbol-hidden' audit --list-rules
check "--explain needs no files" says 0 '## What to do' audit --explain symbol-missing
check "--explain of an unknown rule is wrong usage" status 2 audit --explain foo
if echo 'int main(void) { return 0; }' | "$cc" -static -o static -x c - 2>/dev/null; then
	check "a static program exports nothing, which is no finding" says 3 'static program' audit foo.syms static
else
	skip "a static program: no static C library"
fi

# ---- where a finding stands ----

mkdir lists
printf 'foo_read;\n\tfoo_gone; foo_lost;\n' >lists/more.list
printf 'FOO_1.0 {\n  global:\n    foo_open;\n    include "lists/more.list"\n  local: *;\n};\n' >split.syms
library libsplit.so foo.syms 'void foo_open(void) {} void foo_read(void) {}'
printf 'FOO_1.0 { global: foo_open; foo_read; local: *; };\n' >split.map
library libsplit.so split.map 'void foo_open(void) {} void foo_read(void) {}'
places() { audit "$@" --format github | sed -n 's/^::[a-z]* file=\([^,]*\),line=\([0-9]*\),col=\([0-9]*\),.*/\1:\2:\3/p'; }
same "a finding is where the entry is, in an included file too" <(places split.syms libsplit.so) \
	<(printf 'lists/more.list:2:2\nlists/more.list:2:12\n')

# lib.c is on one line.
library libplace.so split.map 'int foo_read = 1; void foo_open(void) {}'
check "debug information tells where the C source has it" \
	grep -q '"subject":"foo_read@FOO_1.0".*"c_file":"[^"]*lib.c","c_line":1' <(audit split.map libplace.so --format json)
strip -g -o noplace.so libplace.so
check "without it nothing is told" grep -q '"c_file":null' <(audit split.map noplace.so --format json)

# ---- for one build ----

library libstat.so foo.syms "$code void foo_stat(void) {}"
check "what is for another build is not missed" status 0 audit foo.syms libfoo.so
check "what is for another build is not declared" says 1 'foo_stat' audit foo.syms libstat.so
check "-D declares it" status 0 audit foo.syms libstat.so -D WITH_STAT
check "with -D it is missed" says 1 'foo_stat' audit foo.syms libfoo.so -D WITH_STAT
if [[ $(uname -m) == x86_64 ]]; then
	check "the machine is that of the file" status 0 audit foo.syms libfoo.so
	check "--machine is another one" says 1 'foo_x86' audit foo.syms libfoo.so --machine arm64
	cp libfoo.so arm.so
	"$EDIT_ELF" machine arm.so 183
	check "a file for another machine has no need of it" says 1 'foo_x86' audit foo.syms arm.so
fi

# ---- what is known of a missing symbol ----

printf 'FOO_1.0 { global: foo_open; foo_local; foo_hidden; foo_other; foo_gone; local: *; };\n' >hide.syms
library libhide.so hide.syms 'static int foo_local(void) { return 1; } extern int foo_other(void);
__attribute__((visibility("hidden"))) int foo_hidden(void) { return foo_local(); }
int foo_open(void) { return foo_hidden() + foo_other(); }' -O0
rules_of() { sed -n 's/^.*"rule":"//p' <(tr '{' '\n' <"$1") | sed 's/".*"subject":"/ /; s/".*//'; }
audit hide.syms libhide.so --format json >report
same "hidden, static and missing symbols are told apart" <(rules_of report | sort) <(
	cat <<'EOT'
symbol-hidden foo_hidden@FOO_1.0
symbol-hidden foo_local@FOO_1.0
symbol-missing foo_gone@FOO_1.0
symbol-missing foo_other@FOO_1.0
EOT
)
check "a static function is called one" grep -q "'foo_local' is declared, but its definition is static" report
check "a symbol that is only used is called so" grep -q "'foo_other' is declared, but the file only refers to it" report
strip -s -o stripped.so libhide.so
audit hide.syms stripped.so --format json >report
check "in a stripped file they are missing" test "$(rules_of report | grep -c symbol-missing)" -eq 4
cp libfoo.so nosections.so
"$EDIT_ELF" no-sections nosections.so
check "a file without section headers is checked" status 0 audit foo.syms nosections.so

# ---- output ----

check "-o writes a file" status 1 audit hide.syms libhide.so --format sarif -o out.sarif
check "and nothing else" grep -q '"version": *"2.1.0"' out.sarif
check "the declaration cannot be the output" status 2 audit foo.syms libfoo.so -o foo.syms
check "and is as it was" grep -q foo_open foo.syms
check "the file cannot be the output" status 2 audit foo.syms libfoo.so -o libfoo.so
check_not "no colour where there is no terminal" grep -q $'\033' <(audit hide.syms libhide.so)

# ---- the baseline, in the same report ----

"$ABIAUDIT" baseline libstat.so -o foo.abi 2>/dev/null
library libnew.so foo.syms 'void foo_open(void) {} int foo_table[2] = {1}; void foo_x86(void) {}'
check "what was released is compared too" says 1 'symbol-removed' audit foo.syms libfoo.so --baseline foo.abi
echo 'symbol-removed foo_stat@@FOO_1.0: nobody called it' >foo.abi.accepted
check "the ledger beside the baseline is read" status 0 audit foo.syms libfoo.so --baseline foo.abi
mv foo.abi.accepted ledger
check "without it the finding is back" status 1 audit foo.syms libfoo.so --baseline foo.abi
check "--accepted names another ledger" status 0 audit foo.syms libfoo.so --baseline foo.abi --accepted ledger
check "a ledger that is named and not there cannot be read" status 3 \
	audit foo.syms libfoo.so --baseline foo.abi --accepted no.ledger
printf 'symbol-missing foo_gone@@FOO_1.0: comes next week\nsymbol-missing foo_other@@FOO_1.0: as well\n' >ledger
printf 'symbol-hidden foo_%s@@FOO_1.0: as well\n' hidden local >>ledger
check "--accepted works without a baseline" status 0 audit hide.syms libhide.so --accepted ledger
sed -i 's/foo_gone@@FOO_1.0/& until=FOO_1.0/' ledger
check "and an entry ends with a node of the file" status 1 audit hide.syms libhide.so --accepted ledger

# ---- hosts that were built with our scripts: any compiler and linker ----

# host NAME DECL program|library SOURCE...
host() {
	local name=$1 decl=$2 kind=$3 linker flags=(-shared -fPIC)
	shift 3
	mkdir -p include
	"$VERSIONGEN" header "$decl" --tag $TAG --soname "lib$name.so.1" -o "include/${name}_abi.h" || return 1
	"$VERSIONGEN" map "$decl" --tag $TAG -o "$name.map" || return 1
	[[ $kind == library ]] || flags=(-fPIE -pie -rdynamic "${host_flags[@]}")
	for linker in bfd gold lld mold; do
		"$cc" -fuse-ld=$linker -shared -o probe.so -x c /dev/null 2>/dev/null || continue
		"$cc" -w -fuse-ld=$linker -fvisibility=hidden "${flags[@]}" -Iinclude -I"$ABILOCK_INCLUDE" \
			-DKETTLE_MODULES='"."' -o "$name-$linker" "$@" -L"$ABILOCK_LIB" -labilock \
			-Wl,--version-script="$name.map" -Wl,-soname,"lib$name.so.1" &&
			audit "$decl" "$name-$linker" --error-on warning || return 1
	done
}
examples=$tree/examples
check "a program that is a host is as declared, with any linker" \
	host kettle "$examples/exehost/kettle.syms" program "$examples/exehost/kettle.c"
check "a library that is a host is as declared, with any linker" \
	host tally "$examples/libhost/tally.syms" library "$examples"/libhost/tally{,_module}.c
check "the hosts of the lock's test are as declared, with any linker" \
	host host "$tree/tests/lock/host.syms" library "$tree/tests/lock/host.c"
check "and as programs" \
	host host "$tree/tests/lock/host.syms" program "$tree"/tests/lock/{host,loader}.c

# A program that is not position-independent has copies of the variables of its libraries.
cat >copy.c <<'EOT'
#include <stdio.h>
extern int foo_table[];
extern char **environ; // the C library has it under two names
void host_call(void) {}
int main(void) { return fputs("", stdout) + foo_table[0] > 5 || !environ; }
EOT
echo 'HOST_1 { global: host_call; local: *; };' >copy.syms
ln -s libfoo.so libfoo.so.1
if "$cc" -fno-pie -no-pie -rdynamic -o copy copy.c libfoo.so -Wl,--version-script=copy.syms 2>/dev/null; then
	check "copies of libraries' variables are no exports" status 0 audit copy.syms copy --error-on warning
else
	skip "copies of variables: this compiler makes no such programs"
fi

# ---- libraries of the system: what was read from them is what they export ----

libraries=()
for name in libc.so.6 libz.so.1 libstdc++.so.6 libelf.so.1 libm.so.6 libgcc_s.so.1 libcrypto.so.3 libxml2.so.2 libasound.so.2 libresolv.so.2; do
	for folder in /lib/*-linux-gnu /usr/lib/*-linux-gnu /lib64 /usr/lib64 /lib /usr/lib; do
		[[ -e $folder/$name ]] && libraries+=("$folder/$name") && break
	done
done
is_as_imported() {
	"$VERSIONGEN" import "$1" -o imported.syms && audit imported.syms "$1" --error-on warning
}
for library in "${libraries[@]}"; do
	check "$(basename "$library") exports what was read from it" is_as_imported "$library"
done
[[ ${#libraries[@]} -gt 0 ]] || skip "libraries of the system: none is here"

# ---- many ----

many=100000
{
	echo 'FOO_1.0 { global:'
	seq -f 'foo_%.0f;' $many
	echo 'bar_*; local: *; };'
} >many.syms
"$VERSIONGEN" stub many.syms --soname libfoo.so.1 -o many.so 2>stub.log ||
	{ sed '/bar_/s/bar_\*;//' many.syms >plain.syms && "$VERSIONGEN" stub plain.syms --soname libfoo.so.1 -o many.so; }
check "100,000 symbols take no time that grows faster than they do" timeout 20 "$ABIAUDIT" check many.syms many.so
sed 's/foo_/goo_/' many.syms >other.syms
check "nor do 200,000 findings" status 1 timeout 20 "$ABIAUDIT" check other.syms many.so

finish
