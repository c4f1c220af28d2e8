#!/bin/bash
# SPDX-License-Identifier: MIT
# abiaudit verify as a whole tool: command line, output, exit status. What it finds out is tested in
# tests/lock. From the environment: ABIAUDIT, VERSIONGEN, CC.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${ABIAUDIT:?}" "${VERSIONGEN:?}"
cc=${CC:-cc}
cd "$dir" || exit 1

# A host in two builds, a module for each, and one that needs another.
for tag in one two; do
	mkdir $tag
	cat >host.syms <<'END'
HOST_1.0 { global: host_open; local: *; };
HOST_PRIVATE { global: host_push; };
END
	"$VERSIONGEN" map host.syms --tag id:$tag -o $tag/host.map || exit 1
	"$VERSIONGEN" header host.syms --tag id:$tag --soname libhost.so.1 -o $tag/host_abi.h || exit 1
	printf '#include "host_abi.h"\nABILOCK_HOST();\nint host_open(void) { return 1; }\nint host_push(void) { return 2; }\n' |
		"$cc" -fPIC -shared -I$tag -x c - -o $tag/libhost.so.1 -Wl,-soname,libhost.so.1 \
			-Wl,--version-script=$tag/host.map || exit 1
	printf '#include "host_abi.h"\nABILOCK_MODULE("m", PRIVATE);\nint host_push(void);\nint m_go(void) { return host_push(); }\n' |
		"$cc" -fPIC -shared -I$tag -x c - -x none -o $tag/module.so $tag/libhost.so.1 || exit 1
done
printf '#include "host_abi.h"\nABILOCK_MODULE("n", PRIVATE);\nint m_go(void);\nint n_go(void) { return m_go(); }\n' |
	"$cc" -fPIC -shared -Ione -x c - -x none -o one/needs_module.so one/libhost.so.1 || exit 1
head -c 1000 one/module.so >damaged.so

# expect SENTENCE STATUS ARGUMENTS...: exit status; out and err keep what was printed
expect() {
	local sentence=$1 status=$2 got
	shift 2
	"$ABIAUDIT" verify "$@" >out 2>err </dev/null
	got=$?
	if [[ $got -eq $status ]]; then
		ok "$sentence: exit $status"
	else
		not_ok "$sentence: exit $status (was $got)"
		sed 's/^/    /' out err
	fi
}
lines() { grep -v '^ ' out; }

expect "a good module" 0 --host one/libhost.so.1 one/module.so
check "it is one line" [ "$(cat out)" = "one/module.so: ok" ]
expect "a module of another build" 1 --host one/libhost.so.1 two/module.so
check "its first line ends in the code" [ "$(lines)" = "two/module.so: refused: missing-node" ]
check "the dynamic linker's line comes next" grep -qxF \
	"  one/libhost.so.1: version \`HOST_PRIVATE_two' not found (required by two/module.so)" out
check "the symbol behind the node is named" grep -q 'missing  HOST_PRIVATE_two  needed by host_push ' out
expect "tab-separated lines of a refusal" 3 --format tsv --host one/libhost.so.1 two/module.so damaged.so
check "the verdict comes first" [ "$(head -n 1 out)" = $'verdict\ttwo/module.so\trefused\tmissing-node\ttrue\tfalse' ]
check "the finding has its fields" grep -q \
	$'^finding\ttwo/module.so\tmissing-node\tHOST_PRIVATE_two\tone/libhost.so.1\ttwo/module.so\t' out
check "its symbols are records of their own" grep -qx \
	$'finding-symbol\ttwo/module.so\tmissing-node\tHOST_PRIVATE_two\thost_push' out
check "each kind of record has its number of fields" [ "$(awk -F '\t' '{ print $1, NF }' out | sort -u | tr '\n' ';')" = \
	'build 10;error 7;finding 7;finding-symbol 5;fix 3;symbols-from 4;verdict 6;' ]
check "a damaged file is a record too" grep -q $'^error\tdamaged.so\tdamaged\tdamaged.so\t' out
expect "a module that needs another one, alone" 1 --host one/libhost.so.1 one/needs_module.so
expect "the two together" 0 --host one/libhost.so.1 one/needs_module.so one/module.so
check "it says what to load first" grep -qx 'one/needs_module.so: ok (load after module.so)' out
expect "verbose" 0 --host one/libhost.so.1 -v one/needs_module.so one/module.so
check "verbose counts the symbols by where they come from" grep -q 'symbols  host 1.* other modules 1' out
check "verbose says whether a rebuild is needed" grep -q 'rebuild  needed with each build' out

expect "a damaged file among others" 3 --host one/libhost.so.1 one/module.so damaged.so two/module.so
check "the others are judged all the same" [ "$(lines | tr '\n' '|')" = \
	"one/module.so: ok|damaged.so: error: damaged|two/module.so: refused: missing-node|" ]
check "the damage has a place" grep -qE 'damaged.so: .*, offset 0x[0-9a-f]+: ' out
expect "a module that is not there" 3 --host one/libhost.so.1 absent.so
expect "a host that is not there" 3 --host absent.so one/module.so
check "the message names it" grep -q '^abiaudit: absent.so: .*No such file' err
expect "no host" 2 one/module.so
check "the message is one line that says what is missing" \
	[ "$(wc -l <err) $(grep -c -- '--host FILE is missing' err)" = "1 1" ]
expect "an unknown format" 2 --host one/libhost.so.1 --format yaml one/module.so
expect "a host that carries no lock, where one is required" 1 --host one/module.so --require-lock two/libhost.so.1

# As Qt does: one private node name in all libraries of a family.
echo 'FAMILY_PRIVATE_API { global: *; };' >family.map
for part in core gui; do
	echo "int ${part}_call(void) { return 1; }" | "$cc" -fPIC -shared -x c - -o lib$part.so \
		-Wl,-soname,lib$part.so -Wl,--version-script=family.map || exit 1
done
printf 'int core_call(void);\nint gui_call(void);\nint p_go(void) { return core_call() + gui_call(); }\n' |
	"$cc" -fPIC -shared -x c - -x none -o plugin.so libcore.so libgui.so -Wl,-rpath,"\$ORIGIN" || exit 1
expect "a library of the host's family is no second copy of the host" 0 --host ./libcore.so ./plugin.so

printf 'one/module.so\ntwo/module.so\n' | "$ABIAUDIT" verify --host one/libhost.so.1 >out
check "names come from the standard input" [ "$(lines | wc -l)" -eq 2 ]
printf 'one/module.so\0two/module.so\0' | "$ABIAUDIT" verify --host one/libhost.so.1 -0 >out
check "with -0 they end in NUL" [ "$(lines | wc -l)" -eq 2 ]
if "$ABIAUDIT" verify --host one/libhost.so.1 one/module.so >/dev/full 2>err; then
	not_ok "a full disk is an error"
else
	check "a full disk is an error: exit 3" [ $? -eq 3 ]
fi

expect "JSON" 3 --host one/libhost.so.1 --format json one/module.so two/module.so damaged.so
if have jq; then
	check "JSON: format_version is 1" [ "$(jq .format_version out)" = 1 ]
	check "JSON: a verdict for each module" \
		[ "$(jq -r '[.modules[].verdict] | join(" ")' out)" = "ok refused error" ]
	check "JSON: findings with code, subject and symbols" [ "$(jq -r \
		'.modules[1].findings[0] | .code + " " + .subject + " " + .symbols[0]' out)" = \
		"missing-node HOST_PRIVATE_two host_push" ]
	check "JSON: both builds" [ "$(jq -r '.modules[1] | .module.tag + " " + .host.tag' out)" = "two one" ]
	check "JSON: symbols by where they come from" [ "$(jq '.modules[0].symbols.host' out)" -ge 1 ]
	check "JSON: an error has its place" jq -e '.modules[2].error | .table and .offset >= 0' out
else
	not_ok "jq is installed"
fi

finish
