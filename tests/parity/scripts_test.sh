#!/bin/bash
# SPDX-License-Identifier: MIT
# `versiongen map` means what the script means: the same objects are linked with a version script and
# with what `map` makes of it, and have the same symbols, versions, nodes and parents.
#
# The scripts are those written below, one for each part of the language, with all linkers that are
# there; and, with PARITY_FULL, those of Debian's packages in $SCRIPTS_CORPUS (see scripts_corpus.sh),
# with bfd and lld. Symbols come from script_symbols.pl: what a script names, matches, nearly matches
# and does not know. The linkers alone say what is the same: nothing here reads the answer of `map`.
#
# Where a linker refuses the original there is nothing to compare; there ours may be refused too.
# Nodes for private use keep their names: `# exact` is put behind their brace, as `import` does.
: "${VERSIONGEN:?path of versiongen}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$here/../tool/lib.sh"
cd "${dir:?}" || exit 1
have perl || {
	echo "skip - perl is not installed"
	exit 77
}

# ---- the comparison ----

ld() {
	local linker=$1
	shift
	case $linker in
	mold) mold "$@" ;;
	lld) ld.lld "$@" ;;
	*) "ld.$linker" "$@" ;;
	esac
}

# Symbols with type, binding, visibility and version; nodes with flags, index and parents, in order.
surface() {
	readelf -W --dyn-syms "$1" | awk '$1 ~ /^[0-9]+:$/ && $7 != "UND" { print $4, $5, $6, $8, $9 }' | sort
	readelf -W -V "$1" | sed -n '/^Version definition section/,/^$/{s/^ *\(0x\)\{0,1\}[0-9a-f]*: //;/Name:\|Parent/p;}'
}

# compare LINKER OBJECT ORIGINAL OURS: prints what is not the same; `refused` where there is nothing.
compare() {
	local linker=$1 object=$2 original=$3 ours=$4
	rm -f theirs.so ours.so
	if ! ld "$linker" -shared -soname x.so "$object" -o theirs.so --version-script="$original" \
		>theirs.log 2>&1; then
		echo refused
		return
	fi
	if ! ld "$linker" -shared -soname x.so "$object" -o ours.so --version-script="$ours" >ours.log 2>&1; then
		echo "$linker takes the original and refuses ours:"
		head -n 5 ours.log
		return
	fi
	surface theirs.so >theirs.surface
	surface ours.so >ours.surface
	diff theirs.surface ours.surface | head -n 20
}

# What exact private nodes look like in a declaration.
keep_names() {
	perl -0777 -pe 's{^([ \t]*[\w.]*_PRIVATE\w*[\w.]*\s*\{)}{$1 # exact\n}mg' "$1"
}

# Real mangled names, for patterns that are compared with demangled ones, and the ones of our scripts.
{
	readelf -W --dyn-syms "$(c++ -print-file-name=libstdc++.so 2>/dev/null)" 2>/dev/null |
		awk '$7 ~ /^[0-9]+$/ && $4 != "OBJECT" { sub(/@.*/, "", $8); print $8 }' | sort -u
	printf '%s\n' _ZN2ns1fEi _ZN2ns1gEi _ZN2ns1gEc _ZN2ns1SD0Ev _ZNK2ns1S1mEv _ZN2ns2ttIiEET_S1_ \
		_ZTVN2ns1SE _ZTIN2ns1SE _ZN5other1fEv
} >mangled

scripts=0 links=0 refused=0 symbols=0 differences=0

# script FILE LINKER...
script() {
	local file=$1 linker kind difference objects=(plain)
	shift
	scripts=$((scripts + 1))
	keep_names "$file" >declaration.map
	if ! "$VERSIONGEN" map declaration.map -o map.map 2>log; then
		differences=$((differences + 1))
		echo "$file: not read"
		head -n 5 log | sed 's/^/    /'
		return
	fi
	for kind in plain versions; do
		if ! perl "$here/script_symbols.pl" $kind "$file" mangled >$kind.s 2>$kind.count ||
			! as $kind.s -o $kind.o 2>log; then
			not_ok "symbols for $file can be assembled"
			head -n 5 log
			return
		fi
	done
	grep -qx "0 versions" versions.count || objects+=(versions)
	for linker; do
		for kind in "${objects[@]}"; do
			links=$((links + 1))
			difference=$(compare "$linker" "$kind.o" "$file" map.map)
			case $difference in
			'') symbols=$((symbols + $(grep -c . theirs.surface))) ;;
			refused) refused=$((refused + 1)) ;;
			*)
				differences=$((differences + 1))
				echo "$file: $linker, $kind:"
				printf '%s\n' "$difference" | sed 's/^/    /'
				;;
			esac
		done
	done
}

# ---- one script for each part of the language ----

mkdir hand
write() { cat >"hand/$1.map"; }

write plain <<'END'
V_1.0 { global: foo; bar; local: *; };
V_1.1 { global: baz; } V_1.0;
END
write parents <<'END'
A { global: a1; };
B { global: b1; } A;
C { c1; } A;
D { global: d1; d2; local: *; } B C A;
END
write anonymous <<'END'
{ global: foo; ba?; local: *; };
END
write anonymous-list <<'END'
{
  foo_one;
  foo_two;
};
END
write no-local <<'END'
V { global: foo; };
W { bar; } V;
END
write local-names <<'END'
V { global: foo_*; bar; local: foo_secret; foo_[ab]*; };
END
write only-local <<'END'
HIDDEN { local: __*; _rest*; *; };
V { global: foo; };
END
write empty-node <<'END'
V_0 { };
V_1 { global: foo; local: *; } V_0;
END
write no-names <<'END'
V { local: *; };
END
write patterns <<'END'
V { global: foo_*; b?r; x[abc]; y[0-9]*; z[^q]z; local: *; };
END
write pattern-sets <<'END'
V { global: s[]x]t; t[a-]; u[[]v; local: *; };
END
write pattern-nodes <<'END'
V { global: foo; foo_a*; local: *; };
W { global: foo_*; foo_b; } V;
X { global: foo_ab*; *_c; local: foo_abc; } W;
END
write star <<'END'
V { global: *; };
END
write star-but <<'END'
V { global: *; local: __*; hidden; };
END
write star-nodes <<'END'
V { global: foo; local: priv*; };
W { global: *; } V;
END
write quoted <<'END'
V { global: "foo"; "da-sh"; "9digit"; "co:lon"; "a b"; "global"; "local"; "extern"; local: *; };
END
write keywords <<'END'
V { global: "global"; bar; local: "local"; *; };
END
write dollar <<'END'
V { global: a$b; .dot; under_score; local: *; };
END
write extern-c <<'END'
V { global: extern "C" { foo; bar_*; "quoted"; }; baz; local: *; };
END
write extern-cxx <<'END'
V { global: foo; extern "C++" { ns::f*; "ns::g(int)"; ns::S::*; "vtable for ns::S"; }; bar; local: *; };
W { global: extern "C++" { "std::exception::what() const"; std::basic_[f]*; std::num_*; }; } V;
END
write extern-cxx-local <<'END'
V { global: foo; extern "C++" { std::*; }; local: extern "C++" { ns::*; std::__*; }; *; };
END
write extern-last <<'END'
V { global: extern "C++" { "ns::f(int)"; ns::g* }; extern "C" { bar }; local: *; };
END
write comments <<'END'
/* a */ V /* b */ { # c
  global: /* global: nothing; */ foo; # bar;
  /* many
     lines { }; */
  baz;
  local: *; };
# end
END
write compat <<'END'
V_1.0 { global: foo; bar; local: *; };
V_1.1 { global: foo; } V_1.0;
V_1.2 { global: foo; bar; baz; } V_1.1;
END
write compat-no-local <<'END'
V_1.0 { global: foo; };
V_1.1 { global: foo; bar; } V_1.0;
END
write twice <<'END'
V { global: foo; foo; f*; local: *; };
END
write private <<'END'
LIB_1.0 { global: foo; local: *; };
LIB_PRIVATE { global: bar; baz_*; } LIB_1.0;
END
write private-release <<'END'
LIB_1 { global: foo; local: *; };
LIB_PRIVATE_9.0.0 { bar; } LIB_1;
END
write names <<'END'
GLIBC_2.2.5 { global: a; local: *; };
lib.so.1 { global: b; };
_x { global: c; } lib.so.1;
END
write one-line <<'END'
V{global: foo;bar;local: *;};W{baz;}V;
END

linkers=()
for linker in bfd lld gold mold; do
	if ld $linker --version >/dev/null 2>&1; then
		linkers+=("$linker")
	else
		skip "$linker is not installed"
	fi
done
check "there is a linker" test ${#linkers[@]} -gt 0
for file in hand/*.map; do
	script "$file" "${linkers[@]}"
done
check "no difference in $scripts scripts, one for each part of the language (${linkers[*]}, $links links, $refused refused)" \
	test $differences -eq 0

# The comparison finds what is not the same.
breaks() {
	local sentence=$1 file=$2 edit=$3
	perl "$here/script_symbols.pl" plain "$file" mangled >plain.s && as plain.s -o plain.o &&
		sed "$edit" "$file" >broken.map
	if [[ $(compare bfd plain.o "$file" broken.map) ]]; then
		ok "$sentence"
	else
		not_ok "$sentence"
	fi
}
if [[ " ${linkers[*]} " == *" bfd "* ]]; then
	breaks "a lost name is a difference" hand/plain.map 's/bar;//'
	breaks "a lost parent is a difference" hand/parents.map 's/B C A/B C/'
	breaks "another order of parents is a difference" hand/parents.map 's/B C A/C B A/'
	breaks "a lost local: * is a difference" hand/plain.map 's/local: \*;//'
	breaks "an added local: * is a difference" hand/no-local.map 's/foo;/foo; local: *;/'
	breaks "a pattern that becomes a name is a difference" hand/patterns.map 's/foo_\*/foo_/'
	breaks "another node is a difference" hand/plain.map 's/V_1.1/V_1.2/'
fi

# ---- those of Debian ----

if [[ ! ${PARITY_FULL-} ]]; then
	skip "the scripts of Debian's packages: configure with -DABILOCK_PARITY=ON"
	finish
fi
: "${SCRIPTS_CORPUS:?folder that scripts_corpus.sh filled}"
total=0 packages=0 total_differences=0 total_refused=0
printf '%-16s %8s %8s %8s %8s %12s\n' package scripts links refused lines differences
for folder in "$SCRIPTS_CORPUS"/scripts/*; do
	scripts=0 links=0 refused=0 symbols=0 differences=0
	while IFS= read -r file; do
		script "$file" bfd lld
	done < <(find "$folder" -type f | sort)
	[[ $scripts -gt 0 ]] || continue
	packages=$((packages + 1)) total=$((total + scripts))
	total_differences=$((total_differences + differences)) total_refused=$((total_refused + refused))
	printf '%-16s %8d %8d %8d %8d %12d\n' "$(basename "$folder")" $scripts $links $refused $symbols \
		$differences
	check "$(basename "$folder"): there is something to compare" test $symbols -ge $links
done
check "there are scripts of at least 25 packages" test $packages -ge 25
for package in libvirt glibc elfutils alsa-lib systemd util-linux libxcrypt rdma-core openssl qemu samba; do
	check "there are scripts of $package" test -n "$(find "$SCRIPTS_CORPUS/scripts/$package" -type f | head -n 1)"
done
check "linkers refuse few of the originals ($total_refused)" test $total_refused -le $((total / 10))
check "the scripts of Debian's packages mean the same" test $total_differences -eq 0
echo "$total scripts of $packages packages, $total_differences differences"
finish
