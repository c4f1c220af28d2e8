# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the shell tests share. Source it first; end the test with `finish`.
#
#   check SENTENCE COMMAND...   the command succeeds
#   check_not SENTENCE CMD...   the command fails
#   same SENTENCE FILE FILE     the two files are the same
#   ok / not_ok SENTENCE        a result of one's own
#   skip SENTENCE               not tested, and why
#
# Each prints a line; `finish` prints the counts and exits. $dir is a folder for the test.

set -u
export LC_ALL=C
dir=$(mktemp -d "${TMPDIR:-/tmp}/abilock-test.XXXXXX") || exit 1
# A folder that everybody can write would be a finding of the lock.
chmod 700 "$dir"
trap 'rm -rf "$dir"' EXIT
checks=0
failures=0

have() { command -v "$1" >/dev/null 2>&1; }

ok() {
	checks=$((checks + 1))
	echo "ok - $*"
}

not_ok() {
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "not ok - $*"
}

skip() { echo "skip - $*"; }

check() {
	local sentence=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		ok "$sentence"
	else
		not_ok "$sentence"
		sed 's/^/    /' "$dir/log" | head -n 40
	fi
}

check_not() {
	local sentence=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		not_ok "$sentence (it succeeded)"
		sed 's/^/    /' "$dir/log" | head -n 40
	else
		ok "$sentence"
	fi
}

same() {
	if diff -u "$2" "$3" >"$dir/log" 2>&1; then
		ok "$1"
	else
		not_ok "$1"
		sed 's/^/    /' "$dir/log" | head -n 40
	fi
}

finish() {
	echo "$((checks - failures)) passed, $failures failed"
	[[ $checks -gt 0 && $failures -eq 0 ]]
	exit
}
