# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of stubs share. Source lib.sh first.
#
#   linker_view FILE     what a linker sees of a shared object, by readelf: type, binding, visibility
#                        and version of each export, each node with its flags and parents, the soname
#   with_sizes FILE      the same, with the sizes of variables
#   header_of FILE       class, byte order, OS/ABI, machine and flags

# Symbols that GNU ld adds for nodes are no exports, and lld does not add them. Between the
# visibility and the section readelf shows what a machine says about a symbol in brackets.
symbols_of() {
	readelf --dyn-syms -W "$1" 2>/dev/null | sed 's/ \[[^]]*\] */ /' | awk -v sizes="$2" '
		$1 !~ /^[0-9]+:$/ || $7 == "UND" || $5 == "LOCAL" { next }
		$7 == "ABS" && $4 == "OBJECT" && $3 == 0 && $8 !~ /^_GLOBAL_OFFSET_TABLE_/ { next }
		{ size = sizes && $4 != "FUNC" && $4 != "IFUNC" ? $3 : "-"
		  print $4, $5, $6, size, $8 }' | sort
}

nodes_of() {
	readelf -VW "$1" 2>/dev/null | awk '
		/^Version definition/ { on = 1 }
		/^Version needs/ { on = 0 }
		on && (/Rev:/ || /Parent [0-9]+:/) { sub(/^ *[0-9a-fx]+: /, ""); print }'
}

linker_view() {
	symbols_of "$1" "${2-}"
	nodes_of "$1"
	readelf -dW "$1" 2>/dev/null | sed -n 's/.*(SONAME) *//p'
}

with_sizes() { linker_view "$1" sizes; }

header_of() { readelf -hW "$1" 2>/dev/null | grep -E '^ *(Class|Data|OS/ABI|Machine|Flags):'; }
