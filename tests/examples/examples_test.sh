#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples as a user would build them: against an installed abilock, in a git repository of
# their own, at one commit and at the next, where a struct of the host has another layout.
#
#   examples_test.sh [COMPILER...]      (default: gcc clang)
#
# From the environment: ABILOCK_PREFIX, where abilock is installed.

# Functions are called by name, through check and run.
# shellcheck disable=SC2317
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"

# shellcheck source=lib.sh
. "$root/tests/examples/lib.sh"

# run HOST-DIR MODULE-DIR MODULE...: the status in $status, the output in out and err. LD_DEBUG
# tells what was mapped: what was not mapped cannot have run.
run() {
	rm -f ld.*
	status=0
	LD_DEBUG=files LD_DEBUG_OUTPUT=$dir/ld "run_$name" "$@" >out 2>err </dev/null || status=$?
	cat ld.* >maps
}

run_kettle() {
	local host=$1 modules=$2
	shift 2
	printf 'teh tae\n\nhot watre\n' |
		"$dir/$host/bin/kettle" -d "$dir/$modules/lib/kettle" -o "shout=!" "$@"
}

run_tally() {
	local host=$1 modules=$2
	shift 2
	"$dir/$host/bin/tally" -d "$dir/$modules/lib/tally" "${@/#/-m}" first second
}

# has STATUS: of the last run, with its output for the log
has_status() {
	cat out err
	[[ $status == "$1" ]]
}

mapped() { prints "file=.*/?$1 .*generating link map" maps; }

# refuses MODULE [LIBRARY]: a module of A offered to host B
refuses() {
	local module=$1 library=${2-} what="$example, $cc: $1 of A in B"
	local missing=": version .${node}_$tag_a' not found \(required by $dir/A/lib/$name/$module.so\)"

	run B A "$module"
	check "$what is refused, exit status 1" has_status 1
	check "$what: the first line is the dynamic linker's" prints "^$name: /.*/$host_file$missing$" err
	check "$what: says what the module was built for" \
		prints "^  module .*/$module.so +built for $name $tag_a" err
	check "$what: says what the host is" prints "^  host .*/$host_file +is +$name $tag_b" err
	check "$what: says what to do" prints "^  fix +[a-z].*$module.so" err
	check_not "$what: the module was not even mapped" mapped "$module.so"
	if [[ $library ]]; then
		check_not "$what: nor was its library" mapped "$library"
	fi
	check_not "$what: the host did no work without it" test -s out
}

# verifies SENTENCE STATUS HOST-DIR MODULE-DIR MODULE...: the same question, asked of the files
verifies() {
	local what="$example, $cc: abiaudit verify, $1" expected=$2 host=$3 from=$4 module got=0 files=()
	shift 4
	for module; do
		files+=("$from/lib/$name/$module.so")
	done
	abiaudit verify --host "$host/$host_path" "${files[@]}" >audit || got=$?
	check "$what gives exit status $expected" test "$got" = "$expected"
	for module in "${files[@]}"; do
		if [[ $expected == 0 ]]; then
			check "$what: ${module##*/} is ok" prints "^$module: ok$" audit
		else
			check "$what: ${module##*/} is refused" prints "^$module: refused: missing-node$" audit
			check "$what: both builds are named" prints "$tag_a.* $tag_b|$tag_b" audit
		fi
	done
}

# The host of B once more, with plain dlopen(): the dynamic linker's own words.
dynamic_linker_says_the_same() {
	build plain -DCMAKE_C_FLAGS="-Dabilock_dlopen=dlopen -Dabilock_dlerror=dlerror" || return
	run B A "$1"
	head -n 1 err | sed "s|$dir/B/|HOST/|" >ours
	run plain A "$1"
	head -n 1 err | sed "s|$dir/plain/|HOST/|" >theirs
	diff -u theirs ours
}

# What both examples promise; the names are from the case below.
test_example() {
	local to module

	rm -rf A B plain
	commit_example "$example"
	tag_a=$(repo_git rev-parse HEAD)
	check "$example, $cc: builds at the first commit" build A
	sed -i "$change" "repo/${name}_private.h"
	repo_git commit -q -a -m "The next build: a struct changes"
	tag_b=$(repo_git rev-parse HEAD)
	check "$example, $cc: builds at the next commit" build B

	for to in A B; do
		run "$to" "$to" "${modules[@]}"
		check "$example, $cc: modules of $to load in $to" has_status 0
		same "$example, $cc: modules of $to work in $to" expected out
		check "$example, $cc: their own library is found" mapped "$library"
		verifies "$to in $to" 0 "$to" "$to" "${modules[@]}"
	done
	for module in "${private[@]}"; do
		refuses "$module" "${libraries[$module]-}"
		verifies "$module of A in B" 1 B A "$module"
	done
	check "$example, $cc: the dynamic linker has the same first line" \
		dynamic_linker_says_the_same "${private[0]}"
	for module in "${public[@]}"; do
		run B A "$module"
		check "$example, $cc: PUBLIC $module of A loads in B" has_status 0
		check "$example, $cc: PUBLIC $module of A works in B" test -s out
		verifies "$module of A in B" 0 B A "$module"
	done
	run B A "${public[0]}" "${private[0]}"
	check "$example, $cc: one refused module of two is enough for exit status 1" has_status 1
}

compilers=("$@")
[[ $# -gt 0 ]] || compilers=(gcc clang)
declare -A libraries=([spell]=libdict.so.1 [common]=libhistogram.so.1)
for cc in "${compilers[@]}"; do
	if ! have "$cc"; then
		skip "$cc is not installed"
		continue
	fi

	example=exehost name=kettle node=KETTLE_PRIVATE host_file=kettle host_path=bin/kettle
	modules=(spell number shout) private=(number spell) public=(shout) library=libdict.so.1
	printf '1 THE TEA!\n2 HOT WATER!\n' >expected
	change=$'/^struct kettle_line {/a\\\tunsigned long offset; /* in the input */'
	test_example

	example=libhost name=tally node=TALLY_PRIVATE host_file=libtally.so.1
	host_path=lib/libtally.so.1
	modules=(common lines twins) private=(twins) public=(lines common) library=libhistogram.so.1
	printf 'bonbon\nbob\n' | tee first >second
	printf '%s\n' 'first: common b' 'first: lines 2' 'first: twins none' \
		'second: common b' 'second: lines 2' 'second: twins first' >expected
	change=$'/^struct tally_file {/a\\\tunsigned int mode; /* permissions */'
	test_example
done
finish
