# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What `scripts/bench abi` measures: a line for each mode, in the order of the tables. Sets are pair,
# libc and linear. A run is a process. Needs a C compiler; the two versions of libxml2 are built once,
# from Debian's sources, into a folder of their own: BENCH_CACHE.

# shellcheck disable=SC2034 # of scripts/bench
subject_name="abiaudit (types)" unit="a run" floor_name="visiting all entries of the same DWARF"

set_titles() {
	printf '%s\t%s\n' pair "two versions of $pair_name" libc "the C library"
}

# ---- what is measured ----

pair_name=libxml2
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/abilock-bench}
variant=gcc-O2-dwarf5
compiler=${CC:-cc}

# declare_set NAME LIBRARY: a run is about its symbols, once
declare_set() {
	echo "$2" >"$lists/$1"
	symbols_of[$1]=$(nm -D --defined-only "$2" | wc -l)
}

# made_up COUNT EXTRA: C with so many exported functions, each with a structure of its own that
# points to the one before, in chains of a hundred. EXTRA: one member more in each chain.
made_up() {
	awk -v count="$1" -v extra="$2" 'BEGIN {
		for (i = 1; i <= count; i++) {
			printf "struct bench_%d { struct bench_%d *before; long count; %s", i,
				i % 100 == 1 ? i : i - 1,
				i % 2 ? "unsigned flags : 3; char name[16]; " : "int (*hook)(void *); "
			printf "%s};\n", extra && i % 100 == 51 ? "int more; " : ""
			printf "int bench_function_number_%d(struct bench_%d *x, int n);\n", i, i
			printf "int bench_function_number_%d(struct bench_%d *x, int n)\n", i, i
			print "{ return n + (int)x->count; }"
		}
	}'
}

# make_library NAME COUNT EXTRA
make_library() {
	made_up "$2" "$3" >"$work/$1.c"
	"$compiler" -g -O0 -shared -fPIC -o "$work/$1.so" "$work/$1.c" ||
		stop "$compiler cannot build a library of $2 functions (CC names another)"
}

# The two versions of libxml2, in $old and $new; without them there is nothing to say about targets.
find_libxml2() {
	old=$cache/libxml2/bullseye/$variant/libxml2.so
	new=$cache/libxml2/bookworm/$variant/libxml2.so
	[[ -e $old && -e $new ]] && return
	say "building two versions of libxml2 in $cache (once)"
	mkdir -p "$cache"
	VARIANTS=$variant JOBS=$(nproc) quietly "$cache/log" "$root/tests/realhosts/variants.sh" \
		"$cache" libxml2/bullseye libxml2/bookworm ||
		stop "libxml2 cannot be built: BENCH_CACHE=FOLDER takes FOLDER/libxml2/SUITE/$variant/libxml2.so"
}

make_pair() {
	if [[ $quick ]]; then
		pair_name="a made-up library"
		make_library old 60 ''
		make_library new 60 1
		old=$work/old.so new=$work/new.so
		set_titles >"$work/titles"
	else
		find_libxml2
	fi
	declare_set pair "$new"
}

# The C library of this machine, and the file with its debug information that the build-id names.
make_libc() {
	local id

	libc=$(ldd "$floor" | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p' | head -n 1)
	id=$(readelf -n "$libc" 2>/dev/null | sed -n 's/^ *Build ID: //p')
	libc_debug=/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
	if [[ -e $libc_debug ]]; then
		declare_set libc "$libc"
	else
		note "no debug information of $libc (package libc6-dbg)"
		echo baseline_libc >>"$work/absent"
	fi
}

make_lists() {
	local size

	sizes=(2000 20000)
	[[ -z $quick ]] || {
		sizes=(20 200)
		rounds=2
	}
	command -v "$compiler" >/dev/null || stop "no C compiler '$compiler' (CC names another)"
	make_pair
	make_libc
	for size in "${sizes[@]}"; do
		make_library "$size" "$size" ''
		make_library "$size-new" "$size" 1
		declare_set "$size" "$work/$size.so"
	done
}

# ---- modes ----

pair_modes() {
	mode walk_pair floor pair pair walk_pair - "libdw walk" "all entries" "$walk" "$old" "$new"
	mode diff ours pair pair walk_pair - "abiaudit diff" "types and symbols" \
		"$audit" diff "$old" "$new"
	mode baseline ours pair pair walk_pair - "abiaudit baseline" "one version" \
		"$audit" baseline "$new"
	mode baseline_types ours pair pair walk_pair - "abiaudit baseline --types" "one version" \
		"$audit" baseline --types "$new"
	peer abidiff abigail-tools abidiff pair pair walk_pair diff \
		"abidiff" "types and symbols" abidiff "$old" "$new"
	peer abidw abigail-tools abidw pair pair walk_pair baseline_types \
		"abidw" "one version" abidw "$new"
}

libc_modes() {
	[[ -s $lists/libc ]] || return 0
	mode walk_libc floor libc libc walk_libc - "libdw walk" "all entries" "$walk" "$libc_debug"
	mode baseline_libc ours libc libc walk_libc - "abiaudit baseline" "fingerprints" \
		"$audit" baseline "$libc"
	mode baseline_types_libc ours libc libc walk_libc - "abiaudit baseline --types" "types" \
		"$audit" baseline --types "$libc"
}

linear_modes() {
	local size

	for size in "${sizes[@]}"; do
		mode "walk_$size" floor linear "$size" - - "libdw walk" "$size functions" \
			"$walk" "$work/$size.so"
		mode "baseline_$size" ours linear "$size" - - "abiaudit baseline" "$size functions" \
			"$audit" baseline --types "$work/$size.so"
		mode "diff_$size" ours linear "$size" - - "abiaudit diff" "$size functions" \
			"$audit" diff "$work/$size.so" "$work/$size-new.so"
	done
}

warm_modes() {
	walk=$BENCH_TOOLS/bench_dwarf_walk
	pair_modes
	libc_modes
	linear_modes
}

more_turns() { :; }

# Lines of TEXT OP LIMIT OVER UNDER, with tabs. What is compared with the limit is the time of mode
# OVER divided by that of mode UNDER; in milliseconds where UNDER is "ms", its peak in MiB where it is
# "peak"; what a symbol takes where it is "symbol:MODE".
targets() {
	local command

	printf '%s\t%s\t%s\t%s\t%s\n' \
		"diff of $pair_name: times the libdw walk" at-most 5 diff walk_pair \
		"diff of $pair_name: times faster than abidiff" at-least 10 abidiff diff \
		"diff of $pair_name: peak memory, MiB" at-most 64 diff peak \
		"baseline of libc: ms" below 2000 baseline_libc ms
	for command in baseline diff; do
		printf '%s\t%s\t%s\t%s\t%s\n' \
			"$command: cost of a symbol among ${sizes[1]}, in that among ${sizes[0]}" \
			at-most 1.5 "${command}_${sizes[1]}" "symbol:${command}_${sizes[0]}"
	done
}

# ---- the report ----

# knows LIBRARY: how many exports have a fingerprint in its baseline, and of how many
knows() {
	"$audit" baseline "$1" 2>/dev/null |
		awk '/^[^.#]/ { exports++; known += length($5) == 16 && $5 !~ /[^0-9a-f]/ }
			END { print known + 0, exports + 0 }'
}

# A baseline that leaves types out is no fast one. What libc has in assembler is not known.
check_answers() {
	local known exports library

	for library in "$old" "$new" "$work/${sizes[0]}.so"; do
		read -r known exports < <(knows "$library")
		[[ $known -gt 0 && $known -eq $exports ]] && continue
		note "the baseline of ${library##*/} knows the types of $known symbols of $exports"
		broken=$((broken + 1))
	done
	[[ -s $lists/libc ]] || return 0
	read -r known exports < <(knows "$libc")
	note "the baseline of libc knows the types of $known symbols of $exports"
}

subject_facts() {
	printf 'library_symbols\t%s\n' "${symbols_of[pair]}"
	printf 'libabigail\t%s\n' "$(version_of abidiff)"
}

print_introduction() {
	print_system
	printf 'Two versions of %s, the new one with %s exports. ' "$pair_name" "${symbols_of[pair]}"
	printf 'Warm; in turns; medians;\nthe output of all tools goes to /dev/null. '
	printf '"x floor" is the time in those of a program that visits all entries with libdw,\n'
	printf '"x ours" in those of abiaudit for the same.\n'
}

print_tables() {
	table pair "Two versions of $pair_name: ${symbols_of[pair]} symbols"
	table libc "The C library: ${symbols_of[libc]-0} symbols"
}

svg_caption() {
	echo "two versions of $pair_name; $(fact processor)"
}
