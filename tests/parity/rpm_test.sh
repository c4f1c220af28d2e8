#!/bin/bash
# SPDX-License-Identifier: MIT
# `abiaudit deps --elfdeps-compat` is rpm's elfdeps, byte for byte, with each of its options; and the
# default differs from it in what is documented only: with each of those differences switched off, it
# is the same set of lines. Files are those of this machine and of $PARITY_CORPUS.
#
# Files of debug information are compared by themselves: their PT_INTERP points at bytes of something
# else, and with --require-interp elfdeps prints those. abiaudit has what elfdeps has without it.
: "${ABIAUDIT:?path of abiaudit}"
ABIAUDIT=$(realpath "$ABIAUDIT") || exit 1
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "${dir:?}" || exit 1
elfdeps=/usr/lib/rpm/elfdeps
[[ -x $elfdeps ]] || {
	skip "elfdeps: rpm is not installed"
	exit 77
}
parity_files
grep '\.debug$' files >debug
grep -v '\.debug$' files >others && mv others files

ours() { "$ABIAUDIT" deps "$@" 2>/dev/null; }
theirs() { "$elfdeps" "$@" 2>/dev/null; }

# The first files that two commands disagree on, a name of one as the standard input of both.
show_files() {
	local count=0 file
	while IFS= read -r file && [[ $count -lt 5 ]]; do
		"$1" <<<"$file" >one
		"$2" <<<"$file" >other
		cmp -s one other && continue
		count=$((count + 1))
		echo "    $file"
		diff one other | head -n 5 | sed 's/^/        /'
	done <files
}

# ---- byte for byte ----

for what in -P -R; do
	for option in '' --soname-only --no-fake-soname --no-filter-soname --require-interp \
		'--soname-only --no-fake-soname --no-filter-soname --require-interp'; do
		read -ra options <<<"$what $option"
		compat() { ours --elfdeps-compat "${options[@]}"; }
		peer() { theirs "${options[@]}"; }
		compat <files >got
		peer <files >want
		sentence="deps --elfdeps-compat ${options[*]} is elfdeps ${options[*]}"
		if cmp -s got want; then
			ok "$sentence: $(wc -l <files) files, $(wc -l <want) lines, 0 differences"
		else
			not_ok "$sentence"
			show_files compat peer
		fi
		check "elfdeps ${options[*]} had something to say" test -s want
		[[ -s debug ]] || continue
		compat <debug >got
		mapfile -t options < <(printf '%s\n' "${options[@]}" | grep -v -e --require-interp)
		peer <debug >want
		same "and what elfdeps ${options[*]} has for $(wc -l <debug) debug files" got want
	done
done

# ---- as sets ----

documented=(--no-program-soname --no-assume-exec --sections --base-names --no-filter-warnings --no-lock
	--no-dlopen-notes)
for what in -P -R; do
	plain() { ours "$what" "${documented[@]}"; }
	peer() { theirs "$what" | sort -u; }
	plain <files >got
	peer <files >want
	sentence="deps $what without what is documented is the set of elfdeps"
	if cmp -s got want; then
		ok "$sentence: $(wc -l <want) lines, 0 differences"
	else
		not_ok "$sentence"
		show_files plain peer
	fi
	ours "$what" <files | comm -3 - want >default
	echo "the default has $(grep -cv $'^\t' default) lines more, and $(grep -c $'^\t' default) less"
done

finish
