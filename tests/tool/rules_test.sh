#!/bin/bash
# SPDX-License-Identifier: MIT
# Each rule of the gate has a page, a fixture that it finds something in, and one in which it finds
# nothing. A fixture is tests/gate/RULE.sh with the functions bad and good, which build files with
# the functions below and end with the command whose report counts.
#
# From the environment: VERSIONGEN, ABIAUDIT, SOURCE_DIR, CC, ABILOCK_INCLUDE.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${ABILOCK_INCLUDE:?}"
tree=$(cd "${SOURCE_DIR:-$here/../..}" && pwd)
fixtures=$tree/tests/gate
cc=${CC:-gcc}
TAG=id:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
OTHER_TAG=id:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
# A ledger that is over is over by this day, whatever the day.
export SOURCE_DATE_EPOCH=1700000000
unset NO_COLOR

# ---- what fixtures are made of; all write into the current folder ----

# declaration TEXT: decl.syms, and with_tag of it
declaration() {
	printf '%s\n' "$1" >decl.syms && with_tag "$TAG"
}

# with_tag TAG: the version script and the header of decl.syms, as a build makes them
with_tag() {
	"$VERSIONGEN" map decl.syms --tag "$1" -o lib.map &&
		"$VERSIONGEN" header decl.syms --tag "$1" --soname libfoo.so.1 -o foo_abi.h
}

# script TEXT: a version script that is not the declaration's
script() { printf '%s\n' "$1" >lib.map; }

# library CODE [FLAG...]: libfoo.so, linked with lib.map. GNU ld: what others write differs.
library() {
	printf '%s\n' "$1" >lib.c
	shift
	"$cc" -fuse-ld=bfd -w -g -O1 -fPIC -shared -nostdlib -I. -I"$ABILOCK_INCLUDE" -o libfoo.so lib.c \
		-Wl,--version-script=lib.map -Wl,-soname,libfoo.so.1 "$@"
}

# release: what libfoo.so is now has been released
release() { "$ABIAUDIT" baseline libfoo.so -o foo.abi "$@"; }

# ledger LINE...: of accepted changes
ledger() { printf '%s\n' "$@" >foo.abi.accepted; }

report=(--format json --verbose)
check_declared() { "$ABIAUDIT" check decl.syms libfoo.so "${report[@]}" "$@"; }
compare() { "$ABIAUDIT" diff foo.abi libfoo.so "${report[@]}" "$@"; }

# ---- the rules ----

# run_fixture RULE bad|good: the report on stdout, the exit status of the command
run_fixture() {
	local folder=$dir/$1-$2
	rm -rf "$folder"
	mkdir "$folder" && cd "$folder" || return 9
	# shellcheck source=/dev/null
	. "$fixtures/$1.sh" || return 9
	"$2"
}

level_of() { awk -v id="$1" '$1 == id { print $2 }' "$dir/rules"; }

finds() { grep -q "\"rule\":\"$1\",\"level\":\"$(level_of "$1")\"" "$2"; }

# is_rejected RULE: the bad one has a finding of the rule, and fails where that is an error
is_rejected() {
	local status
	(run_fixture "$1" bad) >"$dir/report"
	status=$?
	cat "$dir/report"
	finds "$1" "$dir/report" || return 1
	if [[ $(level_of "$1") == error ]]; then [[ $status -eq 1 ]]; else [[ $status -le 1 ]]; fi
}

# is_clean RULE: the good one has no finding of the rule, and no error at all
is_clean() {
	(run_fixture "$1" good) >"$dir/report" || {
		cat "$dir/report"
		return 1
	}
	cat "$dir/report"
	grep -q '"errors":0' "$dir/report" && ! grep -q "\"rule\":\"$1\"" "$dir/report"
}

# explains RULE: --explain prints the page
explains() {
	sed -n '/^## /,$p' "$tree/docs/rules/$1.md" >"$dir/page"
	[[ -s $dir/page ]] && "$ABIAUDIT" check --explain "$1" | grep -qxFf "$dir/page"
}

"$ABIAUDIT" check --list-rules >"$dir/rules"
mapfile -t rules < <(awk '{ print $1 }' "$dir/rules")
[[ ${#rules[@]} -gt 30 ]] || not_ok "there are rules"
same "rules are sorted" "$dir/rules" <(sort "$dir/rules")

for rule in "${rules[@]}"; do
	check "$rule has a page" test -s "$tree/docs/rules/$rule.md"
	check "$rule is explained by its page" explains "$rule"
	check "$rule finds something in its bad fixture" is_rejected "$rule"
	check "$rule finds nothing in its good fixture" is_clean "$rule"
done

each_is_rule() {
	local fixture
	for fixture in "$1"/*.sh; do
		[[ -n $(level_of "$(basename "$fixture" .sh)") ]] || {
			echo "$fixture"
			return 1
		}
	done
}
check "each fixture is of a rule" each_is_rule "$fixtures"

# ---- the test must be able to fail ----

mkdir "$dir/fixtures"
cp "$fixtures/symbol-missing.sh" "$dir/fixtures/no-such-rule.sh"
check_not "a fixture without a rule is noticed" each_is_rule "$dir/fixtures"
real=$fixtures fixtures=$dir/fixtures
check_not "a rule without a fixture is noticed" is_rejected node-missing
sed 's/^bad()/swap()/; s/^good()/bad()/; s/^swap()/good()/' "$real/symbol-missing.sh" >"$dir/fixtures/symbol-missing.sh"
check_not "a bad fixture that is good is noticed" is_rejected symbol-missing
check_not "a good fixture that is bad is noticed" is_clean symbol-missing

finish
