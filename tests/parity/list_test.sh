#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit list --all` is `readelf -W --dyn-syms`, and `list --versions` is `readelf -W -V`, byte for
# byte, on the files of this machine and of $PARITY_CORPUS.
#
# What readelf writes on its standard error is no part of the answer. Files with debug information
# only, and those without a dynamic section, are compared like all others: readelf has a heading for
# them and nothing below it, or says that there are no versions, and so has abiaudit. Where abiaudit
# refuses a file the heading is missing, which is a difference.
#
# Without section headers readelf has no versions to show: there, the rows have to be those that the
# file had with them.
: "${ABIAUDIT:?path of abiaudit}" "${DAMAGE:?path of damage}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
DAMAGE=$(realpath "$DAMAGE") || exit 1
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1
parity_files

ours() { "$ABIAUDIT" list "$1" 2>>err; }
theirs() { xargs -d '\n' readelf -W "$1" 2>/dev/null; }

# By name, through xargs.
# shellcheck disable=SC2317
# One piece of the list: nothing is printed where the two are the same, else the files that differ.
compare_piece() {
	local our_option=$1 their_option=$2 piece=$3 file
	if cmp -s <(ours "$our_option" <"$piece") <(theirs "$their_option" <"$piece"); then
		return
	fi
	while IFS= read -r file; do
		cmp -s <(ours "$our_option" <<<"$file") <(theirs "$their_option" <<<"$file") ||
			echo "$file"
	done <"$piece"
}
export -f compare_piece ours theirs
export ABIAUDIT

# compare OUR_OPTION THEIR_OPTION LIST
compare() {
	local our_option=$1 their_option=$2 list=$3 first
	rm -f piece.*
	split -l 100 "$list" piece.
	printf '%s\n' piece.* |
		xargs -P "$(nproc)" -I '{}' bash -c 'compare_piece "$@"' _ "$our_option" \
			"$their_option" '{}' >different
	if [[ ! -s different ]]; then
		ok "list $our_option is readelf $their_option: $(wc -l <"$list") files, 0 differences"
		return
	fi
	not_ok "list $our_option is readelf $their_option: $(wc -l <different) differences"
	sed 's/^/    /' different | head -n 20
	first=$(head -n 1 different)
	diff -u <(theirs "$their_option" <<<"$first") <(ours "$our_option" <<<"$first") | head -n 20
}

compare --all --dyn-syms files
compare --versions -V files
check "what was compared is more than headings" \
	test "$(sample 50 <files | ours --all | wc -l)" -gt 500

# ---- without section headers ----

# Names of sections are gone; all else is in the tables that PT_DYNAMIC has.
rows() {
	sed -E -e "s/ section '[^']*'//" -e '/^ Addr: /d' -e '/^File: /d' \
		-e 's/^(( +[^ ]+){3} SECTION LOCAL  DEFAULT +[0-9]+ ).*/\1/'
}
mkdir bare
count=0
sample 200 <files | grep -v '\.debug$' >sampled
while IFS= read -r file; do
	copy=bare/$((count += 1))
	if "$DAMAGE" bare "$file" "$copy"; then
		echo "$copy" >>bare.list
		echo "$file" >>whole.list
	else
		not_ok "the section headers of $file can be taken away"
	fi
done <sampled
for option in --all --versions; do
	ours "$option" <whole.list | rows >whole
	ours "$option" <bare.list | rows >bare.rows
	same "list $option has the same rows for $(wc -l <bare.list) files without section headers" \
		bare.rows whole
done
rm -r bare

# ---- patched files ----

if have patchelf; then
	mkdir patched
	while IFS= read -r file; do
		copy=patched/$(basename "$file")
		cp "$file" "$copy" && chmod u+w "$copy" &&
			patchelf --set-rpath "/$(printf 'long/%.0s' {1..200})" "$copy" 2>/dev/null &&
			echo "$copy" >>patched.list
	done < <(sample 60 <sampled)
	compare --all --dyn-syms patched.list
	compare --versions -V patched.list
else
	skip "patched files: patchelf is not installed"
fi

finish
