#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes seeds for fuzz_dwarf in a folder: small objects and linked files with debug information of each
# kind, and copies of them with bytes of its sections changed.
#
#   make-dwarf-corpus.sh FOLDER [COPIES]
set -eu
mkdir -p "$1"
corpus=$(realpath "$1")
copies=${2:-40}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cc=${CC:-cc}

cat >one.c <<'END_OF_FILE'
typedef struct { int x; union { int a; float b; }; } point;
enum color { RED, BLUE = -2 };
struct node { struct node *next; unsigned flag : 3; const char *names[2][3]; int (*call)(struct node *, int, ...); enum color c; point p[]; };
int one(struct node *node, const point *p) { return node->flag + (unsigned)p->x; }
extern __typeof(one) two __attribute__((alias("one")));
struct node data;
__thread point thread;
END_OF_FILE
make() { # NAME FLAGS...
	"$cc" -w -fPIC -fno-asynchronous-unwind-tables "${@:2}" -c one.c -o "$corpus/$1.o" || return 0
}
link() { # NAME FLAGS...
	"$cc" -w -fPIC -shared -nostdlib -Wl,-z,noseparate-code,-z,max-page-size=64,--no-eh-frame-hdr "${@:2}" one.c -o "$corpus/$1.so" || return 0
}
make four -gdwarf-4
make five -gdwarf-5
make two -gdwarf-2 -gstrict-dwarf
make types -g -fdebug-types-section
make compressed -g -gz
make optimised -g -O2
link four -gdwarf-4
link five -gdwarf-5
link none
ar rcD "$corpus/pair.a" "$corpus/four.o" "$corpus/five.o"
printf '!<thin>\n' >"$corpus/thin.a"
printf 'BC\300\336' >"$corpus/bitcode.o"
head -c 1500 "$corpus/four.o" >"$corpus/short.o"

# Changed bytes, the same ones each time: most in the sections that hold entries and abbreviations.
RANDOM=1
places() { # FILE: offset and size of the sections worth it
	readelf -SW "$1" 2>/dev/null | sed 's/\[ */[/' |
		awk '$2 ~ /^\.debug_(info|abbrev|line|str_offsets|addr|rnglists|line_str|types)$/ { print $5, $6 }'
}
for name in four.o five.o types.o two.o five.so; do
	[[ -e $corpus/$name ]] || continue
	mapfile -t list < <(places "$corpus/$name")
	[[ ${#list[@]} -gt 0 ]] || continue
	for ((i = 0; i < copies; i++)); do
		copy=$corpus/changed-$i-$name
		cp "$corpus/$name" "$copy"
		for ((k = 0; k <= i % 3; k++)); do
			read -r offset size <<<"${list[RANDOM % ${#list[@]}]}"
			offset=$((16#$offset)) size=$((16#$size))
			[[ $size -gt 0 ]] || continue
			# shellcheck disable=SC2059
			printf "\\x$(printf %02x $((RANDOM % 256)))" |
				dd of="$copy" bs=1 seek=$((offset + RANDOM % size)) conv=notrunc status=none
		done
	done
done
