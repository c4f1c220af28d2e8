#!/bin/bash
# SPDX-License-Identifier: MIT
# Types have the same fingerprints whatever compiler and options made them: real libraries, each
# built twelve times (gcc and clang; -O0, -O2, -O2 -flto; DWARF 4 and 5).
#
#   fingerprints_test.sh FOLDER [LIBRARY...|all]
#
# LIBRARY is one of those of variants.sh; all but openssl by default, `all` adds it. They
# are built in FOLDER, which is kept; needs gcc, clang and lld. Prints a table, and where fingerprints
# differ the first symbols with what was read of their types. From the environment: ABIAUDIT; JOBS and
# VARIANTS as variants.sh has them (gcc-O0-dwarf4 is what the others are compared with).

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${ABIAUDIT:?}"
folder=${1:?folder}
shift
libraries=("${@:-default}")
[[ ${libraries[0]} != default ]] || libraries=(zlib libxml2 oddities abilock)
[[ ${libraries[0]} != all ]] || libraries=(zlib libxml2 oddities abilock openssl)
first=gcc-O0-dwarf4
shown=10 # symbols that differ

# LIBRARY SYMBOL: what no reader can know. In assembler; an indirect function, whose address is that of
# its resolver.
unknowable='oddities odd_assembler
oddities odd_ifunc'

# What not all variants export. libxml2 declares functions of threads weak, and clang -O2 exports its
# own copy of the one that glibc has as an inline function.
uneven='libxml2 pthread_equal'

for tool in gcc clang ld.lld make; do
	have "$tool" || {
		echo "fingerprints_test.sh: $tool is not installed" >&2
		exit 77
	}
done

# read_variant LIBRARY VARIANT: into $dir/LIBRARY/VARIANT.prints a line `NODE SYMBOL[ compat] PRINT`
# for each export, `-` where the type is not known; and in .baseline what was said of it
read_variant() {
	local base=$dir/$1/$2 file
	: >"$base.baseline"
	: >"$base.err"
	for file in "$folder/$1/$2"/*.so; do
		"$ABIAUDIT" baseline --types "$file" >>"$base.baseline" 2>>"$base.err" || return 1
	done
	awk '/^[.#]/ || !NF { next }
		{
			is_known = length($5) == 16 && $5 !~ /[^0-9a-f]/
			print $1, $2 (/ compat$/ ? " compat" : ""), is_known ? $5 : "-"
		}' \
		"$base.baseline" | sort >"$base.prints"
}

# differing LIBRARY VARIANT: the symbols that are not as in the first variant
differing() {
	awk '{ print_of = $NF; sub(/ [^ ]*$/, "") }
		NR == FNR { wanted[$0] = print_of; next }
		$0 in wanted && wanted[$0] != print_of' \
		"$dir/$1/$first.prints" "$dir/$1/$2.prints"
}

# types_of LIBRARY VARIANT NODE SYMBOL: its type, and all that it reaches, as the baseline has it
types_of() {
	awk -v node="$3" -v symbol="$4" '
		# the names of types in a text
		function reach(text) {
			while (match(text, /(struct|union|enum) (@?[A-Za-z0-9_$.:@]+|"[^"]*")/)) {
				name = substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
				if (!(name in wanted)) {
					wanted[name] = 1
					queue[++queued] = name
				}
			}
		}
		$1 == ".type" && $2 == node && $3 == symbol { print; start = $0; sub(/^([^ ]* ){3}/, "", start); reach(start); next }
		/^\.(struct|union|enum) / { of = substr($0, 2); sub(/ [0-9]+$/, "", of) }
		/^\.(struct|union|enum) |^\.\t/ { lines[of] = lines[of] $0 "\n" }
		END {
			for (i = 1; i <= queued; i++) {
				reach(lines[queue[i]])
				all[i] = lines[queue[i]]
			}
			for (i = 1; i <= queued; i++)
				printf "%s", all[i]
		}' "$dir/$1/$2.baseline"
}

# show LIBRARY VARIANT: the first that differ, and of the very first what differs
show() {
	local node symbol rest
	differing "$1" "$2" >"$dir/differing"
	head -n "$shown" "$dir/differing" | sed 's/^/    /'
	read -r node symbol rest <"$dir/differing"
	diff -U 3 --label "$first" --label "$2" <(types_of "$1" "$first" "$node" "$symbol") \
		<(types_of "$1" "$2" "$node" "$symbol") | head -n 40 | sed 's/^/    /'
}

# A build system that puts its own -O behind ours would compare a variant with itself.
variants_differ() {
	local compiler level libraries=() sizes
	for compiler in gcc clang; do
		libraries=()
		for level in O0 O2 lto; do
			[[ ! -d $folder/$1/$compiler-$level-dwarf4 ]] ||
				libraries+=("$folder/$1/$compiler-$level-dwarf4"/*.so)
		done
		[[ ${#libraries[@]} -gt 1 ]] || continue
		sizes=$(size -A "${libraries[@]}" | awk '$1 == ".text" { print $2 }' | sort -u | wc -l)
		[[ $sizes -gt 1 ]] || return 1
	done
}

row() { printf '%-10s %-18s %7s %8s %8s %8s %8s\n' "$@"; }

compare() {
	local library=$1 variant exports known differ total=0 unread=0 worst=''
	mkdir -p "$dir/$library"
	row library variant seconds exports typed unknown differ
	for variant in $first $(cd "$folder/$library" && printf '%s\n' gcc-*-dwarf[45] clang-*-dwarf[45] | grep -vx $first); do
		if ! read_variant "$library" "$variant"; then
			unread=$((unread + 1))
			row "$library" "$variant" "$(<"$folder/$library/$variant/seconds")" - - - -
			sed 's/^/    /' "$dir/$library/$variant.err" | head -n 5
			continue
		fi
		exports=$(wc -l <"$dir/$library/$variant.prints")
		known=$(grep -vc ' -$' "$dir/$library/$variant.prints")
		differ=$(differing "$library" "$variant" | wc -l)
		row "$library" "$variant" "$(<"$folder/$library/$variant/seconds")" "$exports" "$known" \
			$((exports - known)) "$differ"
		total=$((total + differ))
		[[ $differ -eq 0 || $worst ]] || worst=$variant
	done
	check "$library: the debug information of all variants can be read" [ "$unread" -eq 0 ]
	check "$library: the variants are really different" variants_differ "$library"
	check "$library: all variants have the same fingerprints" [ "$total" -eq 0 ]
	[[ ! $worst ]] || show "$library" "$worst"
	sed -n "s/^$library //p" <<<"$unknowable" | sort >"$dir/unknowable"
	grep -h ' -$' "$dir/$library"/*.prints | cut -d ' ' -f 2 | sort -u >"$dir/unknown"
	same "$library: the type of each export is known, but for $(wc -l <"$dir/unknowable")" \
		"$dir/unknowable" "$dir/unknown"
	reasons "$library"
	sed -n "s/^$library //p" <<<"$uneven" | sort >"$dir/uneven"
	variant=$(printf '%s\n' "$dir/$library"/*.prints | wc -l)
	awk -v variants="$variant" '{ count[$1 " " $2]++; name[$1 " " $2] = $2 }
		END { for (i in count) if (count[i] % variants) print name[i] }' \
		"$dir/$library"/*.prints | sort >"$dir/found"
	same "$library: all variants export the same, but for $(wc -l <"$dir/uneven")" \
		"$dir/uneven" "$dir/found"
}

# What abiaudit says of those that are not known, each with the number of variants.
reasons() {
	sed -E 's/^.*\.so: //' "$dir/$1"/*.err | sort | uniq -c | sort -rn | head -n 20 | sed 's/^/    /'
}

for library in "${libraries[@]}"; do
	check "$library is built" env JOBS="${JOBS:-$(nproc)}" "$here/variants.sh" "$folder" "$library"
	[[ -d $folder/$library/$first ]] || continue
	compare "$library"
done
finish
