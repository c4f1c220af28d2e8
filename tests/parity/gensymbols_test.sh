#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit deps --deb-symbols` and dpkg-gensymbols give the same: byte for byte without a template,
# and with one, at each level of checks.
#
#   gensymbols_test.sh [FOLDER...]
#
# Libraries are those below the folders (default: /usr/lib), templates those of all installed
# packages. Both are sampled: PARITY_LIBRARIES and PARITY_PACKAGES say how many of each, PARITY_FULL=1
# takes every one, at every level, which takes an hour.
# shellcheck source-path=SCRIPTDIR/../tool
. "$(dirname "$0")/../tool/lib.sh"
set -eo pipefail

abiaudit=${ABIAUDIT:?}
dpkg_gensymbols=$(command -v dpkg-gensymbols) || {
	skip "dpkg-gensymbols is not here: nothing to compare with"
	exit 0
}
full=${PARITY_FULL-}
folders=("$@")
[[ ${#folders[@]} -gt 0 ]] || folders=(/usr/lib)
cd "$dir"
unset DPKG_GENSYMBOLS_CHECK_LEVEL DEB_HOST_ARCH

# every Nth line, so that at most COUNT remain
sample() {
	local count=$1 lines
	mapfile -t lines
	local step=$(((${#lines[@]} + count - 1) / count))
	[[ -z $full && $step -gt 1 ]] || step=1
	local i
	for ((i = 0; i < ${#lines[@]}; i += step)); do
		printf '%s\n' "${lines[i]}"
	done
}

only_elf() {
	local file
	while read -r file; do
		[[ -f $file && $(head -c 4 "$file" | od -An -c) == *177*E*L*F* ]] || continue
		printf '%s\n' "$file"
	done
}

# ---- libraries without a template ----

compared=0 different=0
while read -r file; do
	theirs=0 ours=0
	"$dpkg_gensymbols" -pfoo -v1.2-3 -q "-e$file" -Otheirs 2>theirs.log || theirs=$?
	"$abiaudit" deps --deb-symbols -p foo -v 1.2-3 -q -o ours "$file" 2>ours.log || ours=$?
	compared=$((compared + 1))
	if [[ $theirs -ne $ours ]] || ! cmp -s theirs ours; then
		different=$((different + 1))
		echo "    $file: dpkg-gensymbols exits with $theirs, abiaudit with $ours"
		head -n 3 ours.log | sed 's/^/        /'
		diff theirs ours | head -n 5 | sed 's/^/        /' || :
	fi
	rm -f theirs ours
done < <(find "${folders[@]}" -name '*.so*' -type f 2>/dev/null | sort -u | only_elf | sample "${PARITY_LIBRARIES:-40}")
if [[ $compared -gt 0 && $different -eq 0 ]]; then
	ok "$compared libraries, no template: the same bytes"
else
	not_ok "$different of $compared libraries differ"
fi

# ---- packages with a symbols file ----

# The regular files of a package that may be libraries.
libraries_of() {
	local file
	grep -E '\.so(\.|$)' "$1" | while read -r file; do
		[[ -L $file ]] || printf '%s\n' "$file"
	done | only_elf
}

# An exit status of dpkg-gensymbols, in ours.
meaning() {
	case $1 in
	0) echo 0 ;;
	1 | 2 | 3 | 4) echo 1 ;;
	*) echo 3 ;;
	esac
}

# compare_run LEVEL TEMPLATE VERSION: with $package and ${files[@]}
compare_run() {
	local level=$1 template=$2 version=$3 theirs=0 ours=0 file
	local -a listed=()
	for file in "${files[@]}"; do
		listed+=("-e$file")
	done
	rm -f theirs.out ours.out
	"$dpkg_gensymbols" "-p$package" "-v$version" "-c$level" "-a$arch" "-I$template" \
		-Otheirs.out "${listed[@]}" >theirs.diff 2>theirs.log || theirs=$?
	"$abiaudit" deps --deb-symbols -p "$package" -v "$version" -c "$level" -a "$arch" \
		-I "$template" -o ours.out "${files[@]}" >ours.diff 2>ours.log || ours=$?
	runs=$((runs + 1))
	# The name and time of a temporary file are in the second line.
	sed -i '/^+++ /d' theirs.diff ours.diff
	if [[ $(meaning "$theirs") -eq $ours ]] && cmp -s theirs.out ours.out &&
		cmp -s theirs.diff ours.diff; then
		[[ $theirs -eq 0 ]] || failing=$((failing + 1))
		return
	fi
	bad=$((bad + 1))
	echo "    $package -c$level $template $version: dpkg-gensymbols $theirs, abiaudit $ours"
	{ diff theirs.out ours.out; diff theirs.diff ours.diff; } | head -n 6 | sed 's/^/        /' || :
	head -n 2 ours.log | sed 's/^/        /'
}

packages=0 runs=0 bad=0 failing=0
levels=(0 1 2 3 4)
while read -r info; do
	name=$(basename "$info" .symbols)
	package=${name%:*}
	arch=${name#"$package"}
	arch=${arch#:}
	arch=${arch:-$(dpkg --print-architecture)}
	version=$(dpkg-query -W -f '${Version}' "$name")
	mapfile -t files < <(libraries_of "${info%.symbols}.list")
	[[ ${#files[@]} -gt 0 ]] || continue
	packages=$((packages + 1))
	cp "$info" same.symbols
	# Some symbols that the libraries have are not in the template, one is that they have not.
	awk '/^ / && ++n % 7 == 3 { next }
		{ print }
		/^[^ |*#]/ { print " added_by_the_test@Base 0.1" }
		END { print "libabsent.so.1 libabsent1 #MINVER#"; print " absent@Base 1" }' \
		"$info" >changed.symbols
	for level in "${levels[@]}"; do
		# Only a change can make one level differ from another.
		if [[ -n $full || $level -eq 0 || $level -eq 4 ]]; then
			compare_run "$level" same.symbols "$version"
			compare_run "$level" same.symbols 9999:1-1
		fi
		compare_run "$level" changed.symbols 9999:1-1
	done
done < <(printf '%s\n' /var/lib/dpkg/info/*.symbols | sample "${PARITY_PACKAGES:-8}")
if [[ $packages -gt 0 && $bad -eq 0 && $failing -gt 0 ]]; then
	ok "$packages packages, $runs runs with a template, $failing of them with a failed check: the same"
else
	not_ok "$bad of $runs runs with a template differ ($packages packages, $failing failed checks)"
fi

finish
