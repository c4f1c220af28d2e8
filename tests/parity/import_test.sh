#!/bin/bash
# SPDX-License-Identifier: MIT
# `versiongen import` of a library, and back: the stub of the declaration has the library's nodes, parents,
# flags, symbols, defaults, types and bindings, as readelf shows them; the map of it links; and a library
# that is linked with the map has the same nodes and versions as well.
#
#   import_test.sh
#
# Sizes, addresses, visibilities and the symbols that stand for nodes are not compared. With
# $PARITY_FULL all libraries with nodes of this machine and of $PARITY_CORPUS, else a few dozen of this machine.
# From the environment: VERSIONGEN, CC.

# Functions are called by name, through check and xargs.
# shellcheck disable=SC2317
: "${VERSIONGEN:?path of versiongen}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
CC=${CC:-gcc}
cd "${dir:?}" || exit 1
export CC VERSIONGEN dir

# ---- what readelf says ----

# surface FILE: a line `node NAME FLAGS PARENT...` a node, and `symbol NAME[@NODE|@@NODE] TYPE BIND` an
# export, sorted
surface() {
	readelf -W -V --dyn-syms "$1" 2>/dev/null | awk '
		/^Version definition section/ { definitions = 1; next }
		/^Version (needs|symbols) section/ { definitions = 0; next }
		definitions && /Rev: 1/ {
			if (node != "") print node
			flags = $0; sub(/.*Flags: /, "", flags); sub(/  Index:.*/, "", flags)
			name = $0; sub(/.*Name: /, "", name)
			nodes[name]
			node = flags ~ /BASE/ ? "" : "node " name " " flags
			next
		}
		definitions && /Parent [0-9]+: / { if (node != "") { sub(/.*Parent [0-9]+: /, ""); node = node " " $0 } next }
		# st_other of some machines: [<localentry>: 8], [STD GPLOAD]
		{ sub(/ DEFAULT +\[[^]]*\]/, " DEFAULT") }
		$1 ~ /^[0-9]+:$/ && NF >= 8 && $5 ~ /^(GLOBAL|WEAK|UNIQUE)$/ && $7 != "UND" && $6 !~ /HIDDEN|INTERNAL/ {
			name = $8
			at = index(name, "@")
			if ($7 == "ABS" && $4 == "OBJECT") absolute[name] = "symbol " name " " $4 " " $5
			else print "symbol", name, $4, $5
		}
		END {
			if (node != "") print node
			# readelf shows no version of a symbol that is named like its node.
			for (name in absolute) {
				version = substr(name, index(name, "@") + 1); sub(/^@/, "", version)
				if (!(name in nodes) && !(version in nodes && index(name, version "@") == 1))
					print absolute[name]
			}
		}' | sort
}

# machine FILE: its name, as --machine takes it
machine() {
	readelf -h "$1" | awk -F ':  *' '
		/Class/ { class = $2 }
		/Data/ { big = $2 ~ /big/ }
		/Machine/ { name = $2 }
		/Flags/ { flags = $2 }
		END {
			if (name ~ /X86-64/) print class == "ELF64" ? "x86_64" : "x32"
			else if (name ~ /80386/) print "i386"
			else if (name ~ /AArch64/) print "aarch64"
			else if (name ~ /^ARM/) print "arm"
			else if (name ~ /PowerPC64/) print big ? "ppc64" : "ppc64le"
			else if (name ~ /PowerPC/) print "ppc"
			else if (name ~ /S\/390/) print "s390x"
			else if (name ~ /RISC-V/) print "riscv64"
			else if (name ~ /MIPS/) print class == "ELF64" ? (big ? "mips64" : "mips64el") : (big ? "mips" : "mipsel")
			else if (name ~ /68000/) print "m68k"
			else if (name ~ /Sparc v9/) print "sparc64"
			else if (name ~ /HPPA/) print "hppa"
			else if (name ~ /Alpha/) print "alpha"
			else if (name ~ /SuperH/) print "sh4"
		}'
}

soname() { readelf -d "$1" 2>/dev/null | sed -n 's/.*Library soname: \[\(.*\)\]$/\1/p'; }

has_nodes() {
	local file
	for file in "$@"; do
		readelf -V "$file" 2>/dev/null | grep -q '^Version definition' && [[ $(soname "$file") ]] &&
			echo "$file"
	done
	return 0
}

# ---- there and back ----

# round_trip FILE: one line, `same FILE`, `told FILE` (the import warns that something is lost) or
# `FILE: what differs`
round_trip() {
	local file=$1 work
	work=$(mktemp -d "$dir/work.XXXXXX") || return 1
	if ! "$VERSIONGEN" import "$file" -o "$work/decl" 2>"$work/warnings"; then
		echo "$file: import: $(head -n 1 "$work/warnings")"
	elif grep -q 'import-lost' "$work/warnings"; then
		echo "told $file"
	elif ! "$VERSIONGEN" stub "$work/decl" --soname "$(soname "$file")" --machine "$(machine "$file")" \
		-o "$work/stub.so" 2>"$work/log"; then
		echo "$file: stub: $(head -n 1 "$work/log")"
	elif ! diff <(surface "$file") <(surface "$work/stub.so") >"$work/log"; then
		echo "$file: $(grep -c '^[<>]' "$work/log") differences, such as $(grep -m 1 '^[<>]' "$work/log")"
	elif ! "$VERSIONGEN" map "$work/decl" -o "$work/map" 2>"$work/log"; then
		echo "$file: map: $(head -n 1 "$work/log")"
	elif ! ld.bfd -shared --version-script="$work/map" "$dir/empty.o" -o "$work/empty.so" 2>"$work/log"; then
		echo "$file: link: $(head -n 1 "$work/log")"
	else
		echo "same $file"
	fi
	rm -rf "$work"
}
export -f round_trip surface machine soname has_nodes

echo 'int abilock_empty;' | $CC -x c -fPIC -c - -o empty.o || exit 1
if [[ -n ${PARITY_FULL-} ]]; then
	least=100
	parity_files
else
	least=24
	elf_files /usr/lib/*-linux-gnu /lib/*-linux-gnu >files
fi
grep '\.so' files | grep -v '\.debug$' >shared
tr '\n' '\0' <shared | xargs -0 -r -n 50 -P "$(nproc)" bash -c 'has_nodes "$@"' _ | sort >versioned.all
sample "$([[ -n ${PARITY_FULL-} ]] && echo 100000 || echo 48)" <versioned.all >versioned
check "there are at least $least libraries with nodes" test "$(wc -l <versioned)" -ge "$least"
tr '\n' '\0' <versioned | xargs -0 -r -n 1 -P "$(nproc)" bash -c 'round_trip "$1"' _ >results
grep -v -e '^same ' -e '^told ' results >different
if [[ -s different ]]; then
	not_ok "stubs are like the libraries: $(wc -l <different) of $(wc -l <versioned) differ"
	sed 's/^/    /' different | head -n 20
else
	ok "stubs are like the libraries, and their maps link: $(grep -c '^same ' results) libraries, 0 differences"
fi
sed -n 's/^told /  lost, and told: /p' results
check "of few libraries something is lost" \
	test "$(($(grep -c '^told ' results) * 50))" -le "$(wc -l <versioned)"

# ---- linked ----

# object_source FILE: assembler text that defines what the library exports. A symbol that has several
# versions, or none that is the default, has them from .symver; all others from the map.
object_source() {
	surface "$1" >surface.txt
	awk '
		function plain(name) { return index(name, "@") ? substr(name, 1, index(name, "@") - 1) : name }
		$1 != "symbol" { next }
		NR == FNR { count[plain($2)]++; next }
		{
			name = $2; at = index(name, "@")
			several = at && (substr(name, at, 2) != "@@" || count[plain(name)] > 1)
			label = several ? "\"version_" FNR "\"" : "\"" plain(name) "\""
			type = $3 == "FUNC" ? "function" : $3 == "IFUNC" ? "gnu_indirect_function" : \
				$3 == "TLS" ? "tls_object" : $3 == "NOTYPE" ? "notype" : "object"
			if ($4 == "UNIQUE") type = "gnu_unique_object"
			print $3 == "TLS" ? ".section .tbss,\"awT\",@nobits" : \
				$3 == "OBJECT" ? ".section .data" : ".section .text"
			print ($4 == "WEAK" ? ".weak " : ".globl ") label
			print ".type " label ", @" type
			print label ": .skip 4"
			if (several) print ".symver " label ", " name ", remove"
		}' surface.txt surface.txt
}

# linked FILE: a library that is linked with the map is like the one that was imported
linked() {
	local file=$1
	"$VERSIONGEN" import "$file" -o linked.decl && "$VERSIONGEN" map linked.decl -o linked.map &&
		object_source "$file" >linked.s && $CC -c linked.s -o linked.o &&
		ld.bfd -shared --version-script=linked.map linked.o -soname "$(soname "$file")" -o linked.so &&
		diff <(surface "$file") <(surface linked.so)
}

if [[ $(uname -m) == x86_64 ]]; then
	for name in libc.so.6 libm.so.6 libz.so.1 libelf.so.1 libcrypt.so.1 libcurl-gnutls.so.4 liblzma.so.5 \
		libgcc_s.so.1 libstdc++.so.6 libssl.so.3; do
		file=$(grep -m 1 -F "/x86_64-linux-gnu/$name" <(ls -d /lib/x86_64-linux-gnu/*))
		[[ $file ]] || continue
		check "$name, linked afresh with the map of its import, has the same surface" linked "$file"
	done
else
	skip "linking with the map: the assembler text is for x86-64"
fi

# ---- what must be noticed ----

cat >fixture.c <<'END'
void foo_new(void) {}
void foo_old(void) {}
int foo_data;
__asm__(".symver foo_old, foo@FOO_1");
__asm__(".symver foo_new, foo@@FOO_2");
END
echo 'FOO_1 { global: foo_data; local: *; }; FOO_2 { } FOO_1; FOO_3 { } FOO_1 FOO_2;' >fixture.map
$CC -shared -fPIC fixture.c -o fixture.so -Wl,--version-script=fixture.map,-soname,libfixture.so.1 || exit 1
check "a fixture makes the round" test "$(round_trip "$dir/fixture.so")" = "same $dir/fixture.so"
"$VERSIONGEN" import fixture.so -o fixture.decl || exit 1

# noticed SED: the stub of a changed declaration differs
noticed() {
	sed "$1" fixture.decl >changed.decl && ! cmp -s fixture.decl changed.decl &&
		"$VERSIONGEN" stub changed.decl --soname libfixture.so.1 -o changed.so &&
		! diff <(surface fixture.so) <(surface changed.so)
}

check "another type is noticed" noticed 's/  # data//'
check "another binding is noticed" noticed 's/# data/# data weak/'
check "another default is noticed" noticed 's/^    foo;$/&  # compat/'
check "another order of parents is noticed" noticed 's/^} FOO_1 FOO_2;/} FOO_2 FOO_1;/'
check "a missing parent is noticed" noticed 's/^} FOO_1 FOO_2;/} FOO_2;/'
check "a missing symbol is noticed" noticed '/foo_data/d'
check "a node that is not weak any more is noticed" noticed 's/^FOO_3 {/& local: nothing;/'

finish
