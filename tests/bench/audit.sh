# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# What `scripts/bench audit` measures: a line for each mode, in the order of the tables. Sets are all,
# each, symbols, depends, linear and cold.

# shellcheck disable=SC2034 # of scripts/bench
subject_name=abiaudit unit="a file" floor_name="reading the same tables, no more"

set_titles() {
	printf '%s\t%s\n' all "all files in one run" each "a process for each file" \
		symbols "symbols files" depends "dependencies of Debian packages" \
		cold "all files, nothing in the page cache"
}

# ---- files ----

folders=(/usr/lib /usr/bin /usr/sbin /usr/libexec /usr/lib32 /usr/lib64 /usr/libx32
	/lib /bin /sbin /lib32 /lib64 /libx32)

# Links to folders are not followed, so that a file has one name; hard links share an inode.
system_files() {
	find "${folders[@]}" -xdev -path /usr/lib/debug -prune -o \
		-type f -size +51c ! -name $'*\n*' -printf '%D:%i %p\n' 2>/dev/null |
		sort -u -k 1,1 | cut -d ' ' -f 2- | sort
}

given_files() { awk -v at="$PWD" '{ print (/^\// ? "" : at "/") $0 }' "$files"; }

# usable COUNT LIST COMMAND...: some files of a list, those that the command, with -e, prints
# something about
usable() {
	local list=$lists/$2 name out

	while read -r name; do
		out=$(cd "$work/package" && "${@:3}" -e"$name" 2>/dev/null </dev/null) || continue
		[[ -z $out ]] || echo "$name"
	done < <(sample "$1" "$list")
}

make_lists() {
	local most=1000000 each=240 libraries=40 programs=24 size=100000 list

	if [[ $quick ]]; then
		most=40 each=6 libraries=2 programs=1 size=1000 rounds=2
	fi
	if [[ $files ]]; then given_files; else system_files; fi | "$elf_files" >"$lists/found" || :
	[[ -s $lists/found ]] || stop "no program and no shared object among the files"
	sample "$most" "$lists/found" >"$lists/all"
	sample "$each" "$lists/all" >"$lists/each"
	sample $(($(lines_of all) / 2)) "$lists/all" >"$lists/half"
	sample $(($(lines_of all) / 4)) "$lists/all" >"$lists/quarter"
	make_debian_lists "$libraries" "$programs"
	make_library $((size / 10)) small
	make_library "$size" middle
	make_library $((size * 10)) large
	for list in "$lists"/*; do
		symbols_of[${list##*/}]=$(count_tables "$list" | cut -d ' ' -f 4)
	done
}

# Libraries and programs that dpkg's tools have an answer about; where these tools are not, neither
# is the database that the answer comes from.
make_debian_lists() {
	: >"$lists/libraries.some"
	: >"$lists/programs.some"
	if command -v dpkg-gensymbols >/dev/null; then
		grep -E '/lib[^/]*\.so(\.[0-9.]+)?$' "$lists/found" >"$lists/libraries" || :
		usable "$1" libraries dpkg-gensymbols -q -pbench -v1 -O >"$lists/libraries.some"
		[[ -s $lists/libraries.some ]] || note "dpkg-gensymbols: no library to measure with"
	fi
	if command -v dpkg-shlibdeps >/dev/null; then
		grep -E '/bin/[^/]*$|/lib[^/]*\.so\.[0-9.]+$' "$lists/found" >"$lists/programs" || :
		usable "$2" programs dpkg-shlibdeps -O >"$lists/programs.some"
		[[ -s $lists/programs.some ]] || note "dpkg-shlibdeps: no file to measure with"
	fi
	sed 's/^/-e/' "$lists/libraries.some" >"$lists/libraries.some.e"
}

# make_library COUNT LIST: one with so many symbols, whose names have an ordinary length, alone in
# a list
make_library() {
	awk -v n="$1" 'BEGIN {
		print "BENCH_1.0 {\n  global:"
		for (i = 0; i < n; i++)
			printf "    bench_function_number_%d;\n", i
		print "  local: *;\n};"
	}' >"$work/syms"
	"$versiongen" stub "$work/syms" --soname libbench.so.1 -o "$work/libbench-$2.so"
	echo "$work/libbench-$2.so" >"$lists/$2"
}

# ---- modes ----

many=(xargs -d '\n' -s 1500000) # all names in one call, or as few calls as the system lets
one=(xargs -d '\n' -n 1)        # a call for each name

# audit_mode KEY FLOOR WORK ARGUMENT...: on one thread
audit_mode() { mode "$1" ours all all "$2" - "abiaudit ${*:4}" "$3" "$audit" "${@:4}"; }
# and on two, with the floor on two
audit_threads() {
	audit_mode "$@"
	audit_mode "${1}_j2" "${2}_j2" "$3" "${@:4}" -j2
}

all_modes() {
	mode floor1 floor all all floor1 - "floor 1" "dependencies" "$floor" 1
	mode floor1_j2 floor all all floor1_j2 - "floor 1, -j2" "dependencies" "$floor" -j 2 1
	mode floor2 floor all all floor2 - "floor 2" "symbols" "$floor" 2
	mode floor2_j2 floor all all floor2_j2 - "floor 2, -j2" "symbols" "$floor" -j 2 2

	audit_threads provides floor1 "provides" deps -P
	audit_threads requires floor1 "requires" deps -R
	audit_mode provides_compat floor1 "provides" deps -P --elfdeps-compat
	audit_mode requires_compat floor1 "requires" deps -R --elfdeps-compat
	audit_threads list_all floor2 "symbols" list --all
	audit_threads list_versions floor2 "version tables" list --versions

	peer "$elfdeps" rpm elfdeps_provides all all floor1 provides \
		"elfdeps -P" "provides" "$elfdeps" -P
	peer "$elfdeps" rpm elfdeps_requires all all floor1 requires \
		"elfdeps -R" "requires" "$elfdeps" -R
	peer scanelf pax-utils scanelf all all floor1 - \
		"scanelf -BF '%F %n %S'" "needed, soname" scanelf -BF '%F %n %S' -f -
	peer objdump binutils objdump all all floor2 list_all \
		"objdump -T -p" "symbols, versions" "${many[@]}" objdump -T -p
	peer nm binutils nm all all floor2 list_all \
		"nm -D" "symbols" "${many[@]}" nm -D
	peer eu-readelf elfutils eu_symbols all all floor2 list_all \
		"eu-readelf -s.dynsym" "symbols" "${many[@]}" eu-readelf --symbols=.dynsym
	peer eu-readelf elfutils eu_versions all all floor2 list_versions \
		"eu-readelf -V" "version tables" "${many[@]}" eu-readelf -V
	peer llvm-readelf llvm llvm_symbols all all floor2 list_all \
		"llvm-readelf --dyn-syms" "symbols" "${many[@]}" llvm-readelf --dyn-syms
	peer readelf binutils readelf_versions all all floor2 list_versions \
		"readelf -W -V" "version tables" "${many[@]}" readelf -W -V
	peer readelf binutils readelf_symbols all all floor2 list_all \
		"readelf -W --dyn-syms" "symbols" "${many[@]}" readelf -W --dyn-syms
}

# What a process costs: /bin/true is the floor of that.
each_modes() {
	mode true_each floor each each true_each - "/bin/true" "nothing" "${one[@]}" /bin/true
	mode floor1_each floor each each true_each - "floor 1" "dependencies" \
		"${one[@]}" "$floor" 1
	mode requires_each ours each each true_each - "abiaudit deps -R" "requires" \
		"${one[@]}" "$audit" deps -R
	mode list_all_each ours each each true_each - "abiaudit list --all" "symbols" \
		"${one[@]}" "$audit" list --all
	peer "$elfdeps" rpm elfdeps_each each each true_each requires_each \
		"elfdeps -R" "requires" "${one[@]}" "$elfdeps" -R
	peer readelf binutils readelf_each each each true_each list_all_each \
		"readelf -W --dyn-syms" "symbols" "${one[@]}" readelf -W --dyn-syms
}

symbols_modes() {
	local mine=("$audit" deps --deb-symbols -q -p bench -v 1)
	local theirs=(dpkg-gensymbols -q -pbench -v1 -O) # -q: without a diff

	mode deb_symbols_each ours symbols libraries.some - - \
		"abiaudit deps --deb-symbols, each" "symbols file" "${one[@]}" "${mine[@]}"
	mode deb_symbols ours symbols libraries.some - - \
		"abiaudit deps --deb-symbols" "symbols file" "${many[@]}" "${mine[@]}"
	peer dpkg-gensymbols dpkg-dev gensymbols_each symbols libraries.some.e - deb_symbols_each \
		"dpkg-gensymbols, each" "symbols file" "${one[@]}" "${theirs[@]}"
	peer dpkg-gensymbols dpkg-dev gensymbols symbols libraries.some.e - deb_symbols \
		"dpkg-gensymbols" "symbols file" "${many[@]}" "${theirs[@]}"
}

depends_modes() {
	local mine=("$audit" deps --deb-depends)
	local theirs=(dpkg-shlibdeps -O)

	mode deb_depends_each ours depends programs.some - - \
		"abiaudit deps --deb-depends, each" "substvars" "${one[@]}" "${mine[@]}"
	mode deb_depends ours depends programs.some - - \
		"abiaudit deps --deb-depends" "substvars" "${many[@]}" "${mine[@]}"
	peer dpkg-shlibdeps dpkg-dev shlibdeps_each depends programs.some - deb_depends_each \
		"dpkg-shlibdeps, each" "substvars" "${one[@]}" "${theirs[@]}"
	peer dpkg-shlibdeps dpkg-dev shlibdeps depends programs.some - deb_depends \
		"dpkg-shlibdeps" "substvars" "${many[@]}" "${theirs[@]}"
}

# The same work on more: three parts of the files, and one library of three sizes.
linear_modes() {
	linear quarter "1/4 of the files"
	linear half "1/2 of the files"
	linear all "all files"
	linear small "a small library"
	linear middle "10 times as large"
	linear large "100 times as large"
}

linear() {
	mode "floor2_$1" floor linear "$1" - - "floor 2" "$2" "$floor" 2
	mode "provides_$1" ours linear "$1" - - "abiaudit deps -P" "$2" "$audit" deps -P
	mode "list_all_$1" ours linear "$1" - - "abiaudit list --all" "$2" "$audit" list --all
}

warm_modes() {
	all_modes
	each_modes
	symbols_modes
	depends_modes
	linear_modes
}

cold_modes() {
	mode floor1_cold floor cold all floor1_cold - "floor 1" "dependencies" "$floor" 1
	mode floor2_cold floor cold all floor2_cold - "floor 2" "symbols" "$floor" 2
	mode requires_cold ours cold all floor1_cold - "abiaudit deps -R" "requires" \
		"$audit" deps -R
	mode requires_j2_cold ours cold all floor1_cold - "abiaudit deps -R -j2" "requires" \
		"$audit" deps -R -j2
	mode requires_j8_cold ours cold all floor1_cold - "abiaudit deps -R -j8" "requires" \
		"$audit" deps -R -j8
	mode list_all_cold ours cold all floor2_cold - "abiaudit list --all" "symbols" \
		"$audit" list --all
	mode list_all_j2_cold ours cold all floor2_cold - "abiaudit list --all -j2" "symbols" \
		"$audit" list --all -j2
	peer "$elfdeps" rpm elfdeps_cold cold all floor1_cold requires_cold \
		"elfdeps -R" "requires" "$elfdeps" -R
	peer scanelf pax-utils scanelf_cold cold all floor1_cold - \
		"scanelf -BF '%F %n %S'" "needed, soname" scanelf -BF '%F %n %S' -f -
	peer eu-readelf elfutils eu_symbols_cold cold all floor2_cold list_all_cold \
		"eu-readelf -s.dynsym" "symbols" "${many[@]}" eu-readelf --symbols=.dynsym
	peer readelf binutils readelf_cold cold all floor2_cold list_all_cold \
		"readelf -W --dyn-syms" "symbols" "${many[@]}" readelf -W --dyn-syms
}

# Lines of TEXT OP LIMIT OVER UNDER, with tabs. What is compared with the limit is the time that a
# file takes in mode OVER, divided by that in mode UNDER. UNDER "peak": the largest peak, in MiB, of
# our modes over all files.
targets() {
	printf '%s\t%s\t%s\t%s\t%s\n' \
		"deps -P: times floor 1" at-most 2.0 provides floor1 \
		"deps -R: times floor 1" at-most 2.0 requires floor1 \
		"deps -P: times faster than elfdeps -P" at-least 5 elfdeps_provides provides \
		"deps -R: times faster than elfdeps -R" at-least 5 elfdeps_requires requires \
		"list --all: times faster than readelf -W --dyn-syms" at-least 60 \
		readelf_symbols list_all \
		"list --all: times faster than eu-readelf -s" at-least 6 eu_symbols list_all \
		"deps -P: two threads over one" at-least 1.6 provides provides_j2 \
		"deps -R: two threads over one" at-least 1.6 requires requires_j2 \
		"list --all: two threads over one" at-least 1.6 list_all list_all_j2 \
		"peak memory over all files, MiB" below 32 ours peak \
		"--deb-symbols: times faster than dpkg-gensymbols, each" at-least 30 \
		gensymbols_each deb_symbols_each \
		"--deb-symbols: times faster than dpkg-gensymbols" at-least 30 \
		gensymbols deb_symbols \
		"--deb-depends: times faster than dpkg-shlibdeps, each" at-least 50 \
		shlibdeps_each deb_depends_each \
		"--deb-depends: times faster than dpkg-shlibdeps" at-least 50 \
		shlibdeps deb_depends
}

# ---- nothing in the page cache ----

# Nothing of the files is in memory, but the program and its libraries are: without input they run
# once before.
take_cold_turns() {
	local round key

	for ((round = 1; round <= 3; round++)); do
		say "cold round $round of 3"
		for key in "${keys[@]}"; do
			local -n words=command_$key
			sync
			echo 3 >/proc/sys/vm/drop_caches
			"$measure" -C "$work/package" "${words[@]}" >/dev/null
			run_mode "$key" "$work/runs"
		done
	done
}

more_turns() {
	if [[ -z $cold ]]; then
		note "cold: not measured without --cold"
	elif [[ $(id -u) -ne 0 ]]; then
		note "cold: not measured, only root can empty the page cache"
	elif ! { true >/proc/sys/vm/drop_caches; } 2>/dev/null; then
		note "cold: not measured, /proc/sys/vm/drop_caches cannot be written here"
	else
		keys=()
		cold_modes
		take_cold_turns
	fi
}

# ---- the report ----

# A faster answer that leaves rows out is no answer: list --all has as many as the floor reads.
check_answers() {
	local rows

	rows=$("$audit" list --all <"$lists/all" 2>/dev/null | grep -cE '^ *[0-9]+: ') || :
	if [[ $rows -ne ${symbols_of[all]} ]]; then
		note "list --all prints $rows symbols, the floor reads ${symbols_of[all]}"
		broken=$((broken + 1))
	fi
}

subject_facts() {
	printf 'files\t%s\n' "$(lines_of all)"
	printf 'without_tables\t%s\n' "$(count_tables "$lists/all" | cut -d ' ' -f 2)"
	printf 'symbols\t%s\n' "${symbols_of[all]}"
}

print_introduction() {
	printf '%s files (%s of them without dynamic tables), %s dynamic symbols. ' \
		"$(fact files)" "$(fact without_tables)" "$(fact symbols)"
	print_system
	printf 'Warm where not said otherwise; in turns; medians; the output of all tools goes to '
	printf '/dev/null.\n"x floor" is the time in those of the floor, "x ours" in those of '
	printf 'abiaudit for the same answer.\n'
}

print_tables() {
	table all "All $(fact files) files in one run"
	table each "A process for each file: $(lines_of each) of them"
	table symbols "Debian symbols files: $(lines_of libraries.some) libraries"
	table depends "Dependencies of Debian packages: $(lines_of programs.some) files"
	table cold "All files, nothing in the page cache"
}

svg_caption() {
	echo "$(fact files) files, $(fact symbols) dynamic symbols; $(fact processor)"
}
