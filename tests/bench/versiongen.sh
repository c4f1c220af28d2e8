# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# What `scripts/bench versiongen` measures: a line for each mode, in the order of the tables. Sets are
# small, large, lint, collect, import and linear. A run is a process; where it works on many objects,
# what one of them takes is counted.

# shellcheck disable=SC2034 # of scripts/bench
subject_name=versiongen unit="a run" floor_name="starting a process"

set_titles() {
	printf '%s\t%s\n' small "${count_of[small]} symbols" large "${count_of[large]} symbols" \
		collect "${count_of[objects]} objects" import "an existing library"
}

# Symbols of the declarations, and objects.
declare -A count_of=([small]=5500 [large]=100000 [objects]=2000)

# ---- what is measured ----

# declaration COUNT: nodes for ten releases and for three subsystems, tags on some of the lines. In
# order and without a finding of lint.
declaration() {
	awk -v count="$1" '
	function tags(i) {
		if (i % 17 == 0) return " # data"
		if (i % 101 == 0) return " # tls"
		if (i % 23 == 0) return " # core/queue.h since=1." int(i / count * 10)
		if (i % 29 == 0) return " # as it was before"
		return ""
	}
	BEGIN {
		split("BLOCK NET QUEUE", names, " ")
		for (node = 0; node < 13; node++) {
			if (node < 10)
				printf "BENCH_1.%d {\n  global:\n", node
			else
				printf "BENCH_%s_PRIVATE {\n  global:\n", names[node - 9]
			for (i = int(count * node / 13); i < int(count * (node + 1) / 13); i++)
				printf "    bench_function_number_%07d;%s\n", i, tags(i)
			if (node == 0)
				print "  local:\n    *;"
			printf "}%s;\n", (node > 0 && node < 10) ? " BENCH_1." (node - 1) : ""
		}
	}'
}

# make_declaration NAME COUNT: a list with a declaration, and beside it the library of its stub
make_declaration() {
	local base=$work/$1

	declaration "$2" >"$base.syms"
	"$versiongen" stub "$base.syms" --tag id:bench --soname libbench.so.1 -o "$base.so" ||
		stop "no stub of $2 symbols"
	"$versiongen" map "$base.syms" --tag id:bench -o "$base.map" || stop "no map of $2 symbols"
	echo "$base.syms" >"$lists/$1"
	symbols_of[$1]=$2
}

# object KIND NUMBER: assembler. A host's object defines ten functions; a module's object needs
# twenty of the host, of other objects each time, and two of libc.
object() {
	awk -v kind="$1" -v number="$2" -v hosts="$hosts" 'BEGIN {
		print ".text"
		for (i = 0; i < 10; i++)
			printf ".globl %s_%d_%d\n.type %s_%d_%d,@function\n%s_%d_%d:\n ret\n", kind,
				number, i, kind, number, i, kind, number, i
		print ".data"
		for (i = 0; kind == "module" && i < 20; i++)
			printf ".quad host_%d_%d\n", (number * 7 + i * 13) % hosts, i % 10
		print ".quad malloc, free"
		print ".section .note.GNU-stack,\"\",@progbits"
	}'
}

# Half of them are the host.
make_objects() {
	local i kind hosts=$((count_of[objects] / 2))

	mkdir -p "$work/objects"
	for kind in host module; do
		for ((i = 0; i < hosts; i++)); do
			object "$kind" "$i" >"$work/objects/$kind-$i.s"
		done
	done
	find "$work/objects" -name '*.s' | sed 's/\.s$//' |
		xargs -P "$(nproc)" -I NAME as -o NAME.o NAME.s || stop "the assembler fails"
	find "$work/objects" -name 'host-*.o' | sort >"$work/hosts"
	find "$work/objects" -name 'module-*.o' | sort >"$work/modules"
	echo "$work/objects" >"$lists/objects"
	symbols_of[objects]=$((hosts * (12 + 32)))
}

# The library with the most symbols among the largest files with versions; and libc.
make_libraries() {
	local file symbols most=0 files=40 order=-rn

	[[ -z $quick ]] || files=3 order=-n
	while read -r file; do
		symbols=$("$floor" -c 2 "$file" | cut -d ' ' -f 4)
		if [[ $symbols -gt $most ]] && readelf -W -d "$file" 2>/dev/null | grep -q VERDEF; then
			most=$symbols
			echo "$file" >"$lists/largest"
		fi
	done < <(find /usr/lib /lib -xdev -path /usr/lib/debug -prune -o -type f -name '*.so*' \
		-size +1000k -printf '%s %p\n' 2>/dev/null | sort "$order" | cut -d ' ' -f 2- |
		"$elf_files" | head -n "$files")
	symbols_of[largest]=$most
	file=$(ldd "$floor" | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p' | head -n 1)
	[[ -z $file ]] || realpath "$file" >"$lists/libc"
	symbols_of[libc]=$([[ -z $file ]] || "$floor" -c 2 "$file" | cut -d ' ' -f 4)
}

make_lists() {
	local size

	[[ -z $quick ]] || {
		count_of=([small]=550 [large]=1000 [objects]=20)
		rounds=2
		set_titles >"$work/titles"
	}
	sizes=(10000 50000 100000 200000)
	[[ -z $quick ]] || sizes=(100 200)
	make_declaration small "${count_of[small]}"
	make_declaration large "${count_of[large]}"
	for size in "${sizes[@]}"; do
		make_declaration "$size" "$size"
	done
	say "assembling ${count_of[objects]} objects"
	make_objects
	make_libraries
}

# ---- modes ----

# What is done by hand where there is no tool: an export list from a library.
nm_to_map='nm -D --defined-only "$1" | awk '\''
	split($3, part, /@+/) {
		list[part[2], ++count[part[2]]] = part[1]
	}
	END {
		for (node in count) {
			print node " {\nglobal:"
			for (i = 1; i <= count[node]; i++)
				print "\t" list[node, i] ";"
			print "local:\n\t*;\n};"
		}
	}'\'
# And what modules use of a host, from what nm says about all their objects.
nm_to_use='xargs nm -A <"$2" | awk -v hosts="$1" '\''
	BEGIN {
		while (("xargs nm -g --defined-only <" hosts) | getline)
			if (NF == 3)
				defined[$3] = 1
	}
	$(NF - 1) == "U" && $NF in defined { used[$NF] = 1 }
	END { for (name in used) print name }'\'' | sort'

tag=(--tag id:bench)
soname=(--soname libbench.so.1)

# of SET: what becomes of a declaration, and what others need for the same from its library
of() {
	local set=$1 decl=$work/$1.syms

	mode "true_$set" floor "$set" "$set" "true_$set" - "/bin/true" "nothing" /bin/true
	mode "cat_$set" floor "$set" "$set" "true_$set" - "cat DECL" "reading it" cat "$decl"
	mode "map_$set" ours "$set" "$set" "true_$set" - "versiongen map" "version script" \
		"$versiongen" map "$decl" "${tag[@]}"
	mode "stub_$set" ours "$set" "$set" "true_$set" - "versiongen stub" "stub" \
		"$versiongen" stub "$decl" "${tag[@]}" "${soname[@]}"
	mode "header_$set" ours "$set" "$set" "true_$set" - "versiongen header" "header" \
		"$versiongen" header "$decl" "${tag[@]}" "${soname[@]}"
	mode "lint_$set" ours "$set" "$set" "true_$set" - "versiongen lint" "findings" \
		"$versiongen" lint --format json "$decl"
	mode "import_$set" ours "$set" "$set" "true_$set" - "versiongen import" "declaration" \
		"$versiongen" import "$work/$set.so"
	peer nm binutils "nm_map_$set" "$set" "$set" "true_$set" "map_$set" \
		"nm | awk" "version script" sh -c "$nm_to_map" sh "$work/$set.so"
	peer dpkg-gensymbols dpkg-dev "gensymbols_$set" "$set" "$set" "true_$set" "map_$set" \
		"dpkg-gensymbols" "symbols file" \
		dpkg-gensymbols -q -pbench -v1 -O "-e$work/$set.so"
}

collect_modes() {
	local hosts modules

	mapfile -t hosts <"$work/hosts"
	mapfile -t modules <"$work/modules"
	mode collect ours collect objects - - "versiongen collect" "declaration" \
		"$versiongen" collect --host "${hosts[@]}" --modules "${modules[@]}"
	peer nm binutils nm_use collect objects - collect "nm | awk" "names in use" \
		sh -c "$nm_to_use" sh "$work/hosts" "$work/modules"
}

# import_modes LIST: the library whose name is in it
import_modes() {
	local library

	[[ -s $lists/$1 ]] || return 0
	library=$(<"$lists/$1")
	mode "import_$1" ours import "$1" - - "versiongen import ${library##*/}" "declaration" \
		"$versiongen" import "$library"
	peer nm binutils "nm_map_$1" import "$1" - "import_$1" "nm | awk" "version script" \
		sh -c "$nm_to_map" sh "$library"
	peer dpkg-gensymbols dpkg-dev "gensymbols_$1" import "$1" - "import_$1" \
		"dpkg-gensymbols" "symbols file" dpkg-gensymbols -q -pbench -v1 -O "-e$library"
}

linear_modes() {
	local size decl

	for size in "${sizes[@]}"; do
		decl=$work/$size.syms
		linear map "$size" "$decl" "${tag[@]}"
		linear stub "$size" "$decl" "${tag[@]}" "${soname[@]}"
		linear header "$size" "$decl" "${tag[@]}" "${soname[@]}"
		linear lint "$size" --format json "$decl"
		linear import "$size" "$work/$size.so"
	done
}

# linear COMMAND SIZE ARGUMENT...
linear() {
	mode "$1_$2" ours linear "$2" - - "versiongen $1" "$2 symbols" "$versiongen" "$1" "${@:3}"
}

warm_modes() {
	of small
	of large
	collect_modes
	import_modes largest
	import_modes libc
	linear_modes
}

more_turns() { :; }

# Lines of TEXT OP LIMIT OVER UNDER, with tabs. What is compared with the limit is the time of mode
# OVER divided by that of mode UNDER; in milliseconds where UNDER is "ms"; what a symbol takes where
# it is "symbol:MODE".
targets() {
	local command

	for command in map stub header; do
		printf '%s\t%s\t%s\t%s\t%s\n' \
			"$command, ${count_of[small]} symbols: ms" below 10 "${command}_small" ms \
			"$command, ${count_of[large]} symbols: ms" below 150 "${command}_large" ms
	done
	for command in map stub header lint import; do
		printf '%s\t%s\t%s\t%s\t%s\n' "$command: cost of a symbol among ${sizes[-1]}, in that among ${sizes[1]}" \
			at-most 1.5 "${command}_${sizes[-1]}" "symbol:${command}_${sizes[1]}"
	done
	printf '%s\t%s\t%s\t%s\t%s\n' \
		"collect, ${count_of[objects]} objects: ms" below 2000 collect ms \
		"map, ${count_of[small]} symbols: times faster than dpkg-gensymbols" at-least 20 \
		gensymbols_small map_small \
		"map, ${count_of[large]} symbols: times faster than dpkg-gensymbols" at-least 20 \
		gensymbols_large map_large \
		"map, ${count_of[small]} symbols: times faster than nm | awk" at-least 1 \
		nm_map_small map_small \
		"map, ${count_of[large]} symbols: times faster than nm | awk" at-least 1 \
		nm_map_large map_large \
		"import of a large library: times faster than dpkg-gensymbols" at-least 20 \
		gensymbols_largest import_largest
}

# ---- the report ----

# has WHAT NAME COUNT: an answer (on the standard input) that leaves symbols out is no fast answer
has() {
	local found

	found=$(grep -oE "\b$2[0-9_]+" | sort -u | wc -l)
	[[ $found -eq $3 ]] || {
		note "the $1 of $3 symbols has $found of them"
		broken=$((broken + 1))
	}
}

check_answers() {
	local set

	for set in small large; do
		has map bench_function_number_ "${count_of[$set]}" <"$work/$set.map"
		has stub bench_function_number_ "${count_of[$set]}" \
			< <("$audit" list "$work/$set.so" 2>/dev/null)
	done
	has collection host_ "$(sh -c "$nm_to_use" sh "$work/hosts" "$work/modules" | wc -l)" \
		< <("${command_collect[@]}" 2>/dev/null)
}

subject_facts() {
	printf 'objects\t%s\n' "${count_of[objects]}"
	printf 'library\t%s\n' "$(cat "$lists/largest" 2>/dev/null || :)"
	printf 'library_symbols\t%s\n' "${symbols_of[largest]-0}"
}

print_introduction() {
	print_system
	printf 'Declarations and objects are made for it: thirteen nodes, a tag on every eighth line.'
	printf '\nWarm; in turns; medians; the output of all tools goes to /dev/null. '
	printf '"x floor" is the time in those of /bin/true,\n"x ours" in those of versiongen for the '
	printf 'same; dpkg-gensymbols and nm read the library of the stub.\n'
}

print_tables() {
	table small "A declaration of ${count_of[small]} symbols"
	table large "A declaration of ${count_of[large]} symbols"
	table collect "${count_of[objects]} objects, half of them the host's"
	table import "Libraries of the system: ${symbols_of[largest]} and ${symbols_of[libc]} symbols"
}

svg_caption() {
	echo "declarations of ${count_of[small]} and ${count_of[large]} symbols; $(fact processor)"
}
