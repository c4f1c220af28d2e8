#!/bin/bash
# SPDX-License-Identifier: MIT
# scripts/bench as a whole: that its tables, its picture and its files come out, that they say what
# was measured, and that a mode which gives no answer is not praised for its speed. Never a time.
#
#   bench_test.sh
#
# From the environment: VERSIONGEN, ABIAUDIT, ABIMOD (the tools), ABILOCK_LIB, ABILOCK_INCLUDE (the
# library), BENCH_TOOLS (the folder of bench_floor and the others), SOURCE_DIR (the tree).

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${BENCH_TOOLS:?}" "${SOURCE_DIR:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
ABIAUDIT=$(realpath "$ABIAUDIT")
BENCH_TOOLS=$(realpath "$BENCH_TOOLS")
export VERSIONGEN ABIAUDIT BENCH_TOOLS
bench=$SOURCE_DIR/scripts/bench
awk=$SOURCE_DIR/tests/bench
cd "$dir" || exit 1

# status WANTED COMMAND...
status() {
	local wanted=$1 got=0
	shift
	"$@" || got=$?
	[[ $got -eq $wanted ]] || {
		echo "exit status $got, expected $wanted"
		return 1
	}
}

# ---- the programs that it measures with ----

printf 'T_1.0 { global: one; two; three; local: *; };\n' >t.syms
# 32 and 64 bits, both byte orders
for machine in x86_64 i386 s390x ppc; do
	check "a library for $machine is written" \
		"$VERSIONGEN" stub t.syms --machine "$machine" --soname libt.so.1 -o "$machine.so"
	echo "$machine.so"
done >stubs.log
grep -v '\.so$' stubs.log
grep '\.so$' stubs.log >stubs

# Null symbol, the node's own where there is one, and three.
floor_counts() {
	local machine=$1 rows files skipped rest symbols

	rows=$("$ABIAUDIT" list --all "$machine.so" | grep -cE '^ *[0-9]+: ')
	read -r files skipped rest symbols rest < <("$BENCH_TOOLS/bench_floor" -c 2 "$machine.so")
	[[ $files -eq 1 && $skipped -eq 0 && $rows -ge 4 && $symbols -eq $rows ]]
}
for machine in x86_64 i386 s390x ppc; do
	check "the floor reads the symbols that list --all prints ($machine)" floor_counts "$machine"
done

echo "no object" >text
head -c 3000 "$ABIAUDIT" >part
floor_skips() { [[ $("$BENCH_TOOLS/bench_floor" -c 2 "$1") == "0 1 0 0 "* ]]; }
for file in text part missing; do
	check "the floor counts a file that it cannot read ($file)" floor_skips "$file"
done
check "the floor prints nothing unless asked for counts" \
	bash -c '[[ -z $("$BENCH_TOOLS/bench_floor" -j 2 2 <stubs 2>&1) ]]'

measured() {
	local wanted=$1 wall user system peak got
	shift
	read -r wall user system peak got < <("$BENCH_TOOLS/bench_measure" "$@")
	[[ $got -eq $wanted && $wall -gt 0 && $peak -gt 0 && $((user + system)) -ge 0 ]]
}
check "the status of a command is measured" measured 3 sh -c 'exit 3'
check "a command that a signal ends is measured" measured 137 sh -c 'kill -9 $$'
check "a command that is not there is measured" measured 127 ./missing
check "a command reads the input that is given" measured 0 -i text grep -q object

printf '%s\n' "$dir"/{text,part,missing,i386.so,s390x.so} >names
"$BENCH_TOOLS/bench_elf_files" <names >found
printf '%s\n' "$dir"/{part,i386.so,s390x.so} >wanted
same "programs and shared objects are found, others are not" wanted found

# ---- from runs to verdicts ----

{
	printf 'floor1\tfloor\tall\tfloor1\t-\tfloor 1\tw\t10\t5\n'
	printf 'fast\tours\tall\tfloor1\t-\tfast\tw\t10\t5\n'
	printf 'slow\tpeer\tall\tfloor1\tfast\tslow\tw\t5\t5\n'
	printf 'gone\tours\tall\tfloor1\t-\tgone\tw\t5\t5\n'
} >modes
{
	printf 'floor1\t%s\t0\t0\t100\t0\n' 100 900 200
	printf 'fast\t%s\t1\t2\t2048\t0\n' 500 300 400 200
	printf 'slow\t%s\t0\t0\t100\t1\n' 700000
} >runs
awk -f "$awk/summary.awk" modes runs >summary
{
	printf 'floor1\tfloor\tall\tfloor 1\tw\t10\t5\t3\t200\t100\t900\t20.0\t0\t100\t1\t-\t0\t1\n'
	printf 'fast\tours\tall\tfast\tw\t10\t5\t4\t350\t200\t500\t35.0\t3000\t2048\t1.75\t-\t0\t-\n'
	printf 'slow\tpeer\tall\tslow\tw\t5\t5\t1\t%s\t%s\t%s\t140000.0\t0\t100\t7000\t4000\t1\t-\n' \
		700000 700000 700000
} >wanted
same "runs become medians, and ratios for each file" wanted summary

{
	printf 'a\tat-most\t2.0\tfast\tfloor1\n'
	printf 'b\tat-most\t1.7\tfast\tfloor1\n'
	printf 'c\tat-least\t4000\tslow\tfast\n'
	printf 'd\tat-least\t4001\tslow\tfast\n'
	printf 'e\tbelow\t2\tours\tpeak\n'
	printf 'f\tbelow\t2.1\tours\tpeak\n'
	printf 'g\tat-least\t2\tslow\tgone\n'
	printf 'h\tat-least\t2\tabsent_peer\tfast\n'
	printf 'i\tat-least\t1.6\tfast\tfast_j2\n'
	printf 'j\tbelow\t0.8\tslow\tms\n' # 0.7
	printf 'k\tbelow\t0.7\tslow\tms\n'
	printf 'l\tat-most\t1\tfast\tsymbol:floor1\n' # as many symbols
	printf 'm\tbelow\t1\tgone\tms\n'
	printf 'n\tbelow\t1\tfast\tsymbol:gone\n'
	printf 'o\tat-most\t1\tfloor1\tpaired\n'
	printf 'p\tat-most\t1\tfast\tpaired\n' # not as many rounds as its floor
	printf 'q\tat-most\t0.1\tslow\tms a file\n'
} >targets
echo absent_peer >absent
verdicts() {
	awk -v processors="$1" -f "$awk/format.awk" -f "$awk/targets.awk" summary absent targets |
		awk -F '\t' '{ printf "%s %s %s\n", $1, $4, $5 }'
}
verdicts 1 >found
printf '%s\n' "a 1.75 pass" "b 1.75 missed" "c 4000.00 pass" "d 4000.00 missed" "e 2.00 missed" \
	"f 2.00 pass" "g - missed" "h - not measured" "i - not measured" "j 0.70 pass" \
	"k 0.70 missed" "l 1.75 missed" "m - missed" "n - missed" \
	"o 1.00 pass" "p - missed" "q 0.14 missed" >wanted
same "a target is passed, missed or not measured" wanted found
check "with two processors a mode without threads misses its target" \
	grep -qx 'i - missed' <(verdicts 2)

# ---- a whole run ----

check "a quick run works" "$bench" audit --quick --svg quick.svg --json quick.json
grep -v '^bench: ' log >report 2>/dev/null || cp log report

for title in 'All 40 files in one run' 'A process for each file' 'More of it' 'Targets' \
	'Picture'; do
	check "the report has a part '$title'" grep -q "^== $title" report
done
for label in "floor 1" "floor 2" "abiaudit deps -P" "abiaudit deps -R" "abiaudit deps -R -j2" \
	"abiaudit list --all" "abiaudit list --all -j2" "abiaudit list --versions"; do
	check "the table has a row '$label'" \
		grep -qE "^$label +[a-z]+.* [0-9.]+ (us|ms|s) .* [0-9.]+ +[0-9.]+ +-\$" report
	check "the picture has a bar '$label'" grep -qE "^$label +\|[#-]+ +[0-9.]+ (us|ms|s)\$" report
done
check "each target has a verdict" \
	grep -qE '^list --all: .* at least 60 +([0-9.]+|-)  (pass|missed|not measured)$' report
if have dpkg-gensymbols && have dpkg-shlibdeps; then
	for label in "abiaudit deps --deb-symbols" "abiaudit deps --deb-depends"; do
		check "the table has a row '$label'" grep -q "^$label  " report
	done
fi
if have readelf; then
	check "the table has a row of a peer" grep -qE '^readelf -W --dyn-syms  .* [0-9.]+$' report
fi

svg_is_whole() {
	if have xmllint; then
		xmllint --noout quick.svg
	else
		[[ $(head -c 4 quick.svg) == '<svg' && $(tail -n 1 quick.svg) == '</svg>' &&
			$(grep -c '<text' quick.svg) -eq $(grep -c '</text>' quick.svg) ]]
	fi
}
check "the picture is well-formed SVG" svg_is_whole
check "the picture names the modes" grep -q '>abiaudit list --all</text>' quick.svg
check "the picture has a scale with units" grep -q 'class="tick">1 ms</text>' quick.svg

json_has() { jq -e "$1" quick.json >/dev/null; }
check "the numbers are JSON" json_has '.format_version == 1 and .files == 40'
check "the numbers hold every mode" json_has '[.modes[].key] | contains(["floor1", "list_all_j2"])'
check "the numbers hold no empty time" json_has 'all(.modes[]; .median_ns > 0 and .rounds > 0)'
check "the numbers hold every target" json_has '.targets | length == 14'

# ---- files of one's own; answers that are none ----

{
	echo "$ABIAUDIT" # has requirements, the libraries provide something
	cat stubs
} >own
check "a list of files is taken" "$bench" audit --quick --files own --markdown
cp log report
check "tables are Markdown where wanted" grep -qF '| **abiaudit deps -P** | provides |' report
check "the given files are measured" grep -q 'All 5 files in one run' report

# As fast as can be, with an answer that lacks a row, or without any.
cat >shortened <<'END'
#!/bin/sh
"$REAL" "$@" | sed '/ two@@T_1.0/d'
END
cat >silent <<'END'
#!/bin/sh
exit 0
END
chmod +x shortened silent
export REAL=$ABIAUDIT
quick_with() { ABIAUDIT=$dir/$1 "$bench" audit --quick --files own; }
check "a tool that leaves symbols out is found out" status 1 quick_with shortened
cp log report # each check writes a new one
check "and it is said how many" grep -q 'list --all prints .* symbols, the floor reads' report
check "a tool that prints nothing is found out" status 1 quick_with silent
cp log report
check "and its modes are named" grep -qF 'abiaudit deps -P (5 files): prints nothing' report

# ---- versiongen ----

check "a quick run for versiongen works" \
	"$bench" versiongen --quick --svg quick.svg --json quick.json
cp log report
for title in 'A declaration of 550 symbols' 'A declaration of 1000 symbols' '20 objects' \
	'Libraries of the system' 'More of it' 'Targets' 'Picture'; do
	check "the report has a part '$title'" grep -q "^== $title" report
done
for label in map stub header lint import collect; do
	check "the table has a row 'versiongen $label'" \
		grep -qE "^versiongen $label +[a-z]+.* [0-9.]+ (us|ms|s) .* [0-9.]+ " report
	check "the picture has a bar 'versiongen $label'" \
		grep -qE "^versiongen $label +\|#+ +[0-9.]+ (us|ms|s)\$" report
done
check "it tells what a symbol more costs" grep -qE '^versiongen map +200 symbols +1 +200 ' report
for command in map stub header; do
	check "$command has its targets" \
		grep -qE "^$command, 1000 symbols: ms +below 150 +[0-9.]+  (pass|missed)\$" report
done
check "collect has its target" \
	grep -qE '^collect, 20 objects: ms +below 2000 +[0-9.]+  (pass|missed)$' report
if have nm && have dpkg-gensymbols; then
	check "others are faster or slower by so much" \
		grep -qE '^map, 550 symbols: times faster than nm \| awk .* [0-9.]+  (pass|missed)$' report
fi
check "the picture is well-formed SVG" svg_is_whole
check "the picture names the modes" grep -q '>versiongen map</text>' quick.svg
check "the numbers are JSON" json_has '.format_version == 1 and .objects == 20'
check "the numbers hold every mode" \
	json_has '[.modes[].key] | contains(["map_small", "stub_large", "collect", "import_libc"])'
check "the numbers hold no empty time" json_has 'all(.modes[]; .median_ns > 0 and .rounds > 0)'

# An answer without one of its symbols, and none at all.
cat >shortened <<'END'
#!/bin/sh
if [ "$1" = map ] && [ "$6" ]; then
	"$REAL" "$@" && sed -i '/bench_function_number_0000100;/d' "$6"
else
	exec "$REAL" "$@"
fi
END
cat >silent <<'END'
#!/bin/sh
case "$*" in *' -o '*) exec "$REAL" "$@" ;; esac
END
REAL=$VERSIONGEN
versiongen_with() { VERSIONGEN=$dir/$1 "$bench" versiongen --quick; }
check "a map without one of the symbols is found out" status 1 versiongen_with shortened
cp log report
check "and it is said how many it has" grep -q 'the map of 550 symbols has 549 of them' report
check "a versiongen that prints nothing is found out" status 1 versiongen_with silent
cp log report
check "and the commands are named" grep -qF 'versiongen map (1 files): prints nothing' report

# ---- types ----

if have "${CC:-cc}"; then
	check "a quick run for types works" \
		env CC="${CC:-cc}" "$bench" abi --quick --svg quick.svg --json quick.json
	cp log report
	for title in 'Two versions of a made-up library: 60 symbols' 'More of it' 'Targets' 'Picture'; do
		check "the report has a part '$title'" grep -q "^== $title" report
	done
	for label in "libdw walk" "abiaudit diff" "abiaudit baseline" "abiaudit baseline --types"; do
		check "the table has a row '$label'" \
			grep -qE "^$label +[a-z]+.* [0-9.]+ (us|ms|s) .* [0-9.]+ " report
		check "the picture has a bar '$label'" grep -qE "^$label +\|[#-]+ +[0-9.]+ (us|ms|s)\$" report
	done
	check "the targets for time and memory have verdicts" bash -c '
		grep -qE "times the libdw walk +at most 5 +[0-9.]+  (pass|missed)\$" report &&
			grep -qE "peak memory, MiB +at most 64 +[0-9.]+  (pass|missed)\$" report'
	check "it tells what a symbol more costs" grep -qE '^abiaudit baseline +200 functions +1 +200 ' report
	check "the numbers are JSON" json_has '.format_version == 1 and ."library_symbols" >= 60'

	# Types of all symbols but one.
	cat >shortened <<'END'
#!/bin/sh
"$REAL" "$@" | sed '/ bench_function_number_7 /s/ [0-9a-f]*$//'
END
	REAL=$ABIAUDIT
	abi_with() { ABIAUDIT=$dir/$1 CC=${CC:-cc} "$bench" abi --quick; }
	check "a baseline without one of the types is found out" status 1 abi_with shortened
	cp log report
	check "and it is said how many it has" grep -q 'knows the types of 59 symbols of 60' report
else
	skip "no C compiler: types are not measured"
fi

# ---- hosts that load modules ----

if have "${CC:-cc}" && [[ ${ABIMOD-} ]]; then
	: "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}"
	says_its_time() {
		local wall rest
		read -r wall rest < <("$BENCH_TOOLS/bench_measure" -s "$@")
		[[ $wall == 12345 && $rest ]]
	}
	check "a command may say itself how long it took" \
		says_its_time sh -c 'sleep 0.1; echo 12345 >&9'
	check "a quick run of hosts works" env ABIMOD="$(realpath "$ABIMOD")" \
		ABILOCK_LIB="$(realpath "$ABILOCK_LIB")" CC="${CC:-cc}" \
		"$bench" runtime --quick --svg quick.svg --json quick.json
	cp log report
	for title in 'Loading 10 modules' 'A host that needs 4 of 40' 'Building the index' 'Targets'; do
		check "the report has a part '$title'" grep -q "^== $title" report
	done
	for label in "dlopen" "modules, index" "modules, no index" "abilock_dlopen" "abimod index"; do
		check "the table has a row '$label'" \
			grep -qE "^$label +[a-z]+.* [0-9.]+ (us|ms|s) .* [0-9.]+ " report
	done
	check "the targets have verdicts" bash -c '
		grep -qE "ms before the first dlopen +at most 5 +[0-9.]+  (pass|missed)\$" report &&
			grep -qE "loading with index: times dlopen +at most 1.05 +[0-9.]+  (pass|missed)\$" report'
	check "the numbers are JSON" json_has \
		'.format_version == 1 and (.modes[] | select(.key == "index") | .paired) > 0'

	# A manager that loads less than it was told.
	cat >fewer <<'END'
#!/bin/sh
case $1 in
index) "$REAL" "$@" && rm -f "$3/modules.index" "$3/bench_00003.so" ;;
*) "$REAL" "$@" ;;
esac
END
	chmod +x fewer
	fewer_modules() {
		REAL=$(realpath "$ABIMOD") ABIMOD=$dir/fewer ABILOCK_LIB=$(realpath "$ABILOCK_LIB") \
			CC=${CC:-cc} "$bench" runtime --quick
	}
	export REAL
	check "a run that loads less is found out" status 1 fewer_modules
	cp log report
	check "and it is said how many" grep -qE 'loads (no|[0-9]+) modules of 10' report
else
	skip "no C compiler, or no abimod: hosts are not measured"
fi

# ---- the command line ----

check "help is given" "$bench" --help
for arguments in '' 'nonsense' 'audit --nonsense' 'audit --rounds' 'audit --rounds 0' \
	'audit --rounds x' 'audit --files /nonexistent' \
	'audit --svg /nonexistent/f.svg' 'audit --quick --check' 'versiongen --cold' \
	'versiongen --files stubs' 'versiongen --quick --check' 'abi --cold' 'abi --files stubs' \
	'runtime --cold' 'runtime --quick --check'; do
	# shellcheck disable=SC2086 # words
	check "wrong usage is refused: bench $arguments" status 2 "$bench" $arguments
done
: >empty
check "nothing to measure is an error" status 3 "$bench" audit --quick --files empty
finish
