#!/bin/bash
# SPDX-License-Identifier: MIT
# The lock on real programs: every way in which a wrong module gets past the dynamic linker, built
# with a real compiler and linker, loaded into a real host, and judged offline from the same files.
#
#   lock_test.sh COMPILER LINKER program|library
#
# From the environment: VERSIONGEN, ABIAUDIT, EDIT_ELF (paths of the tools), ABILOCK_LIB (folder of
# libabilock.so), ABILOCK_INCLUDE, HOST_FLAGS (for the program, such as -fsanitize=address).

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"

cc=$1 linker=$2 kind=$3
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${EDIT_ELF:?}" "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}"
read -ra host_flags <<<"${HOST_FLAGS:-}"
A=id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
B=id:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
ld=-fuse-ld=$linker
soname=libhost.so.1
cd "$dir" || exit 1

if ! have "$cc" || ! "$cc" "$ld" -shared -o probe.so -x c /dev/null 2>probe.log; then
	echo "not ok - $cc with $linker works here: $(head -n 1 probe.log)"
	exit 1
fi

# ---- building ----

# declare DIR DECLARATION TAG: version script, header and stub
declare_host() {
	local to=$1 syms=$2 tag=$3
	mkdir -p "$to/include" "$to/stub"
	"$VERSIONGEN" map "$here/$syms" --tag "$tag" -o "$to/host.map" &&
		"$VERSIONGEN" header "$here/$syms" --tag "$tag" --soname $soname -o "$to/include/host_abi.h" &&
		"$VERSIONGEN" stub "$here/$syms" --tag "$tag" --soname $soname -o "$to/stub/libhost.so" || exit 1
}

# loader OUT ARGUMENTS...: the program, with libabilock
link_program() {
	local out=$1
	shift
	"$cc" -O1 -g "$ld" "${host_flags[@]}" -o "$out" "$@" -I"$ABILOCK_INCLUDE" \
		-L"$ABILOCK_LIB" -labilock -Wl,-rpath,"$ABILOCK_LIB" || exit 1
}

host_library() {
	local to=$1
	shift
	"$cc" -O1 -g -fPIC "$ld" -shared -fvisibility=hidden -o "$to/$soname" -I"$to/include" "$here/host.c" \
		-Wl,-soname,$soname "$@" || exit 1
}

# The program exports through the dynamic symbol table in any case; with "$@" goes what makes it a
# host: the version script, the soname.
host_program() {
	local to=$1
	shift
	link_program "$to/loader" -fPIE -pie -rdynamic -fvisibility=hidden -I"$to/include" "$here/loader.c" \
		"$here/host.c" "$@"
}

# build_host DIR [map]: a host of this test's kind
build_host() {
	local to=$1 script=(-Wl,--version-script="$1/host.map")
	[[ ${2:-map} == map ]] || script=()
	if [[ $kind == program ]]; then
		host_program "$to" "${script[@]}" -Wl,-soname,$soname
	else
		host_library "$to" "${script[@]}"
		link_program "$to/loader" "$here/loader.c" -Wl,--no-as-needed -L"$to" -l:$soname \
			-Wl,-rpath,"\$ORIGIN"
	fi
}

host_file() {
	if [[ $kind == program ]]; then echo "$1/loader"; else echo "$1/$soname"; fi
}

# build_module OUT DECLARED-HOST FLAGS...: linked with the host as its users would
build_module() {
	local out=$1 to=$2 with=()
	shift 2
	if [[ $kind == program ]]; then with=("$to/stub/libhost.so"); else with=("$to/$soname"); fi
	module_with "$out" "$to" "${with[@]}" "$@"
}

module_with() {
	local out=$1 to=$2
	shift 2
	"$cc" -O1 -g -fPIC "$ld" -shared -fvisibility=hidden -o "$out" -I"$to/include" "$here/module.c" \
		-Wl,--no-as-needed -L. -ldep -Wl,-rpath,"\$ORIGIN/.." -Wl,--as-needed "$@" || exit 1
}

# ---- judging ----

# The findings of a text, as they stand in it: "SUBJECT ... [code] detail".
findings() { grep -E '\[[a-z-]+\]' "$1" | sed 's/^ *//' | sort; }
codes() { grep -oE '\[[a-z-]+\]' "$1" | tr -d '[]' | sort -u | tr '\n' ' '; }

run_loader() {
	local to=$1
	shift
	: >trace
	"$to/loader" "$@" 9>trace >text 2>&1
}

# gold accepts -soname for a program and writes no DT_SONAME: its modules cannot name it, so that not
# even the right one loads. The lock says so, and refuses what it should as well.
nameless=
[[ $kind == program && $linker == gold ]] && nameless=yes

# A module that must load: in the process and offline.
loads() {
	local name=$1 to=$2 module=$3
	if [[ $nameless ]]; then
		refused "$name (gold writes no soname into a program)" "$to" host-without-soname "$module"
		return
	fi
	if run_loader "$to" "$module" && grep -qx constructor <(tr -d '\0' <trace) &&
		grep -qx ifunc <(tr -d '\0' <trace) && grep -qx dependency <(tr -d '\0' <trace); then
		ok "$name: loads, and its constructor, IFUNC resolver and library run"
	else
		not_ok "$name: loads"
		sed 's/^/    /' text trace
	fi
	check "$name: abiaudit says ok" "$ABIAUDIT" verify --host "$(host_file "$to")" "$module"
}

# refused NAME HOST CODE MODULE [LOADER-OPTIONS... -- VERIFY-OPTIONS...]
refused() {
	local name=$1 to=$2 code=$3 module=$4 options=() status
	shift 4
	while [[ $# -gt 0 && $1 != -- ]]; do
		options+=("$1")
		shift
	done
	[[ $# -gt 0 ]] && shift
	run_loader "$to" "${options[@]}" "$module"
	status=$?
	if [[ $status -eq 1 && " $(codes text)" == *" $code "* ]]; then
		ok "$name: refused with $code"
	else
		not_ok "$name: refused with $code (exit $status, codes $(codes text))"
		sed 's/^/    /' text
	fi
	if [[ -s trace ]]; then
		not_ok "$name: no code of the module or its library ran ($(tr '\0' ' ' <trace))"
	else
		ok "$name: no code of the module or its library ran"
	fi
	findings text >runtime.findings
	"$ABIAUDIT" verify --host "${VERIFY_HOST:-$(host_file "$to")}" "$@" "$module" >audit.text
	status=$?
	findings audit.text >audit.findings
	if [[ $status -eq 1 ]] && cmp -s runtime.findings audit.findings; then
		ok "$name: abiaudit gives the same findings"
	else
		not_ok "$name: abiaudit gives the same findings (exit $status)"
		diff runtime.findings audit.findings | sed 's/^/    /'
	fi
}

# The dynamic linker alone: to show that the case is a hole, and that the fixture can run code.
plain_loads() {
	local name=$1 to=$2 module=$3
	if [[ $nameless && $to != "$dir/copy" ]] && readelf -W -d "$module" | grep -q "NEEDED.*$soname"; then
		skip "$name: plain dlopen() finds no $soname in a program linked by gold"
		return
	fi
	if run_loader "$to" --plain "$module" && grep -qx constructor <(tr -d '\0' <trace); then
		ok "$name: plain dlopen() would have run it"
	else
		not_ok "$name: plain dlopen() would have run it"
		sed 's/^/    /' text
	fi
}

# ---- the hosts ----

mkdir mods
"$cc" -O1 -fPIC "$ld" -shared -nostdlib -o libdep.so "$here/dep.c" -Wl,-soname,libdep.so || exit 1
declare_host a host.syms $A
declare_host b host.syms $B
declare_host promoted host_promoted.syms $B
declare_host reduced host_reduced.syms $A
for host in a b promoted reduced; do build_host "$host"; done
a=$dir/a b=$dir/b

# ---- modules that load ----

build_module mods/right.so "$a" -DLOCK_PRIVATE -DUSE_PRIVATE -DUSE_PUBLIC
build_module mods/public.so "$a" -DLOCK_PUBLIC -DUSE_PUBLIC
build_module mods/data_locked.so "$a" -DLOCK_PRIVATE
loads "right module" "$a" "$dir/mods/right.so"
loads "public module" "$a" "$dir/mods/public.so"
loads "public module in the next build" "$b" "$dir/mods/public.so"
loads "data-only module with a lock" "$a" "$dir/mods/data_locked.so"
cp mods/right.so mods/nosections.so && "$EDIT_ELF" no-sections mods/nosections.so || exit 1
loads "right module without section headers" "$a" "$dir/mods/nosections.so"

# patchelf moves the strings and leaves junk behind the symbols of a module that exports nothing.
cp mods/right.so mods/patched.so
patchelf --set-rpath "\$ORIGIN/..:/a/run/path/that/is/longer/than/what/was/there/before" mods/patched.so || exit 1
loads "right module after patchelf --set-rpath" "$a" "$dir/mods/patched.so"
patchelf --set-soname moved.so mods/patched.so || exit 1
loads "right module after patchelf --set-soname" "$a" "$dir/mods/patched.so"

# ---- modules that do not ----

build_module mods/other.so "$b" -DLOCK_PRIVATE -DUSE_PRIVATE -DUSE_PUBLIC
refused "module of another build" "$a" missing-node "$dir/mods/other.so"
check "module of another build: the first line is the dynamic linker's" \
	grep -qF "version \`HOST_PRIVATE_${B#id:}' not found (required by $dir/mods/other.so)" \
	<(head -n 1 text)
build_module mods/data_other.so "$b" -DLOCK_PRIVATE
refused "data-only module of another build" "$a" missing-node "$dir/mods/data_other.so"

module_with mods/unlinked.so "$a" -DLOCK_PRIVATE -DUSE_PRIVATE
refused "module not linked with the host" "$b" not-linked "$dir/mods/unlinked.so"
plain_loads "module not linked with the host" "$b" "$dir/mods/unlinked.so"

build_module mods/weak.so "$a" -DUSE_WEAK
refused "weak references only" "$b" weak-references-only "$dir/mods/weak.so"
if readelf -W -V mods/weak.so | grep -q "HOST_PRIVATE"; then
	skip "weak references only: $cc with $linker records the version all the same, so plain dlopen() refuses too"
else
	plain_loads "weak references only" "$b" "$dir/mods/weak.so"
fi

build_module mods/nosymbol.so "$a" -DUSE_LIBC
refused "no host symbol used" "$b" no-host-symbol "$dir/mods/nosymbol.so"
plain_loads "no host symbol used" "$b" "$dir/mods/nosymbol.so"

build_module mods/data.so "$a"
refused "data-only module" "$b" data-only "$dir/mods/data.so"
plain_loads "data-only module" "$b" "$dir/mods/data.so"

cp mods/right.so mods/weaknode.so
"$EDIT_ELF" weak-node mods/weaknode.so HOST_PRIVATE_${A#id:} || exit 1
refused "VER_FLG_WEAK in verneed" "$a" weak-node "$dir/mods/weaknode.so"
plain_loads "VER_FLG_WEAK in verneed" "$a" "$dir/mods/weaknode.so"

cp -r a nonodes && rm nonodes/loader && build_host "$dir/nonodes" without-map
refused "host rebuilt without version definitions" "$dir/nonodes" host-without-nodes "$dir/mods/right.so"

refused "fixed node name with a changed symbol set" "$dir/reduced" missing-symbol "$dir/mods/right.so"

refused "promoted private symbol" "$dir/promoted" promoted-symbol "$dir/mods/right.so"

# The program holds the host's code and has no soname; the module finds the library by its run path.
mkdir copy && cp -r a/include copy/
host_program "$dir/copy" -Wl,--version-script="$a/host.map"
mkdir copylib && cp -r a/include a/host.map copylib/
host_library "$dir/copylib" -Wl,--version-script="$a/host.map"
module_with mods/copy.so "$a" "$dir/copylib/$soname" -DLOCK_PRIVATE -DUSE_PRIVATE \
	-Wl,-rpath,"$dir/copylib"
VERIFY_HOST=$dir/copy/loader refused "second copy of the host through rpath" "$dir/copy" second-host-copy \
	"$dir/mods/copy.so"
plain_loads "second copy of the host through rpath" "$dir/copy" "$dir/mods/copy.so"

# The host is replaced while it runs: its file on disk is b, the process is a.
mkdir live old && cp -r a/. live/ && cp -r a/. old/
new=$(host_file "$b") live=$(host_file "$dir/live")
VERIFY_HOST=$(host_file "$dir/old") refused "old process with a new host on disk" "$dir/live" stale-host \
	"$dir/mods/other.so" --before "cp $new $live.new && mv $live.new $live" -- --installed "$live"
check "old process with a new host on disk: it says to restart the host" grep -q "restart the host" text

cp mods/right.so mods/machine.so && "$EDIT_ELF" machine mods/machine.so 183 || exit 1
[[ $(uname -m) != aarch64 ]] || "$EDIT_ELF" machine mods/machine.so 62
refused "wrong machine" "$a" wrong-machine "$dir/mods/machine.so"

build_module mods/mislabelled.so "$a" -DLOCK_PUBLIC -DUSE_PRIVATE
refused "PUBLIC module that needs a private node" "$a" mislabelled "$dir/mods/mislabelled.so"

cp mods/right.so mods/unversioned.so && "$EDIT_ELF" unversion mods/unversioned.so host_queue_push || exit 1
refused "one reference without its version" "$a" unversioned-reference "$dir/mods/unversioned.so"

build_module mods/nonote.so "$a" -DUSE_PRIVATE
refused "module without a note" "$a" no-note "$dir/mods/nonote.so"

# The sections show a good lock; what is loaded has none.
cp mods/right.so mods/sections.so && "$EDIT_ELF" blank-versions mods/sections.so || exit 1
refused "good lock in the sections, none in PT_DYNAMIC" "$a" not-linked "$dir/mods/sections.so"

# A library that a good module brings in has the host's symbols as well: of another build, or unlocked.
bring_in() { # bring_in OUT LIBRARY: a right module that needs LIBRARY
	module_with "$1" "$a" "$([[ $kind == program ]] && echo "$a/stub/libhost.so" || echo "$a/$soname")" \
		-DLOCK_PRIVATE -DUSE_PRIVATE -Wl,--no-as-needed "$dir/mods/$2" -Wl,-rpath,"\$ORIGIN"
}
build_module mods/libold.so "$b" -DUSE_PRIVATE -Wl,-soname,libold.so
bring_in mods/brings_old.so libold.so
refused "library of another build" "$a" missing-node "$dir/mods/brings_old.so"
module_with mods/libfree.so "$b" -DUSE_PRIVATE -Wl,-soname,libfree.so
bring_in mods/brings_free.so libfree.so
refused "library not linked with the host" "$a" not-linked "$dir/mods/brings_free.so"
plain_loads "library not linked with the host" "$a" "$dir/mods/brings_free.so"

# Filters are loaded with the module and run before it. Not every linker knows them.
for flag in -f -F; do
	if "$cc" -O1 -g -fPIC "$ld" -shared -fvisibility=hidden -o mods/filter.so -I"$a/include" "$here/module.c" \
		-Wl,--no-as-needed -L. -ldep -Wl,-rpath,"\$ORIGIN/..:\$ORIGIN" \
		"$([[ $kind == program ]] && echo "$a/stub/libhost.so" || echo "$a/$soname")" \
		-DLOCK_PRIVATE -DUSE_PRIVATE "-Wl,$flag,libfree.so" 2>filter.log; then
		refused "filter ($flag) not linked with the host" "$a" not-linked "$dir/mods/filter.so"
	else
		skip "filter ($flag): $linker does not know it: $(head -n 1 filter.log)"
	fi
done

build_module mods/pubweak.so "$b" -DLOCK_PUBLIC -DUSE_WEAK
refused "PUBLIC module with a weak reference to a private symbol" "$a" mislabelled "$dir/mods/pubweak.so"

# A process with two hosts: the module belongs to one, and uses a private symbol of the other.
mkdir -p o/include
"$VERSIONGEN" map "$here/other.syms" --tag $A -o o/other.map &&
	"$VERSIONGEN" header "$here/other.syms" --tag $A --soname libother.so.1 -o o/include/host_abi.h &&
	"$cc" -O1 -fPIC "$ld" -shared -fvisibility=hidden -o mods/libother.so.1 -Io/include "$here/other.c" \
		-Wl,-soname,libother.so.1 -Wl,--version-script=o/other.map || exit 1
build_module mods/two.so "$a" -DLOCK_PRIVATE -DUSE_PRIVATE -DUSE_OTHER "$dir/mods/libother.so.1" \
	-Wl,-rpath,"\$ORIGIN"
loads "module of one host that is linked with another" "$a" "$dir/mods/two.so"
"$EDIT_ELF" unversion mods/two.so other_get || exit 1
refused "private symbol of another host without its version" "$a" unversioned-reference "$dir/mods/two.so"

# What patchelf leaves behind.
cp mods/right.so mods/orphan.so && "$EDIT_ELF" remove-needed mods/orphan.so $soname || exit 1
refused "version table of a library that is not needed" "$a" not-linked "$dir/mods/orphan.so"

mv libdep.so gone.so
refused "missing library" "$a" missing-library "$dir/mods/right.so"
mv gone.so libdep.so

cp mods/right.so mods/writable.so && chmod 666 mods/writable.so
refused "module that everybody can write" "$a" unsafe-path "$dir/mods/writable.so"

# ---- damage ----

damaged() {
	local name=$1 kind_of_error=$2 module=$3 status
	run_loader "$a" "$module"
	status=$?
	if [[ $status -eq 1 && ! -s trace ]]; then
		ok "$name: refused, no code ran: $(head -n 1 text)"
	else
		not_ok "$name: refused (exit $status)"
		sed 's/^/    /' text
	fi
	"$ABIAUDIT" verify --host "$(host_file "$a")" "$module" >audit.text
	status=$?
	if [[ $status -eq 3 ]] && head -n 1 audit.text | grep -qx ".*: error: $kind_of_error"; then
		ok "$name: abiaudit says $kind_of_error and exits with 3"
	else
		not_ok "$name: abiaudit says $kind_of_error and exits with 3 (exit $status)"
		sed 's/^/    /' audit.text
	fi
	check "$name: both tell the same place" \
		grep -qF -- "$(sed -n '2s/^ *//p' audit.text)" text
}

echo "not a library" >mods/text.so
damaged "not an ELF file" not-elf "$dir/mods/text.so"
head -c 3000 mods/right.so >mods/cut.so
damaged "file cut at 3,000 bytes" damaged "$dir/mods/cut.so"
head -c 40 mods/right.so >mods/stub.so
damaged "file cut inside its header" damaged "$dir/mods/stub.so"
mkfifo mods/fifo.so
damaged "a FIFO in place of a module" not-elf "$dir/mods/fifo.so"
damaged "a file that is not there" unreadable "$dir/mods/absent.so"

finish
