#!/bin/bash
# SPDX-License-Identifier: MIT
# scripts/demo and scripts/test in a Debian 12 with nothing but its base: what a newcomer sees.
#
#   fresh_test.sh [demo|test]      (default: both)
#
# Needs root, debootstrap and the network; says so and stops where it has not. What is tested is the
# commit that is checked out. The mirror is the one that apt uses here, or ABILOCK_MIRROR. The
# roots are made below build/fresh and removed at the end; the logs stay there.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd -P)

stop() {
	echo "skip - fresh: $*"
	exit 0
}

# In name spaces of its own: mounts and processes end with this script, however it ends.
if [[ ${ABILOCK_FRESH_INSIDE-} != 1 ]]; then
	[[ $(id -u) -eq 0 ]] || stop "needs root"
	command -v debootstrap >/dev/null || stop "needs debootstrap (scripts/setup --all)"
	names=(unshare --mount --pid --fork --kill-child --mount-proc)
	"${names[@]}" true 2>/dev/null || stop "this container allows no mounts"
	ABILOCK_FRESH_INSIDE=1 exec "${names[@]}" "$0" "$@"
fi

# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=../../scripts/lib.sh
. "$root/scripts/lib.sh"
# shellcheck source=root_lib.sh
. "$root/tests/fresh/root_lib.sh"
trust_checkout
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git -C "$root" rev-parse --verify -q HEAD >/dev/null || stop "nothing is committed"

work=$root/build/fresh
mkdir -p "$work"
clean_up() {
	remove_roots '*'
	rm -rf "$dir"
}
trap clean_up EXIT
clean_up
mkdir -p "$dir"

# git is not in the base, so the clone comes with the root.
make_base_with_clone() { make_base && git clone -q --no-hardlinks "$root" "$work/base.root/root/abilock"; }

# runs SENTENCE LOG COMMAND...: the command succeeds; with its last line, time and downloads
runs() {
	local sentence=$1 log=$work/$2.log start=$SECONDS status=0
	shift 2
	"$@" >"$log" 2>&1 || status=$?
	if [[ $status -eq 0 ]]; then
		ok "$sentence"
	else
		not_ok "$sentence (exit status $status)"
		tail -n 40 "$log" | sed 's/^/    /'
	fi
	echo "    last line: $(tail -n 1 "$log")"
	echo "    $((SECONDS - start)) s; downloads:$(grep -oE '^Fetched [0-9.,]+ [kMG]?B' "$log" |
		sed 's/^Fetched//' | paste -sd,); log: build/fresh/${log##*/}"
}

# A user who may not install anything is told what to ask for, in one line.
tells_the_line() {
	local status=0
	inside 65534:65534 /root/abilock scripts/demo >"$dir/line" 2>"$dir/words" || status=$?
	cat "$dir/words" "$dir/line"
	[[ $status -eq 3 && $(wc -l <"$dir/line") -eq 1 ]] &&
		grep -q '^sudo apt-get .*install .*gcc' "$dir/line"
}

line_is_complete() {
	local line
	line=$(sed 's/.*apt-get install //' "$dir/line")
	# shellcheck disable=SC2086 # a list of words
	inside 0:0 / apt-get install --simulate $line | tee "$dir/simulated"
	grep -q '^0 upgraded, 0 newly installed' "$dir/simulated"
}

fresh_demo() {
	local home=/home/somebody

	make_root demo || return
	# A home that others may enter, as most are.
	chmod 755 "$made/root"
	check "without root and sudo, scripts/demo prints the one line to run and exits with 3" \
		tells_the_line
	runs "scripts/demo works in a minimal Debian 12" demo inside 0:0 /root/abilock scripts/demo
	check "the line that it printed installs all that it needed" line_is_complete
	runs "scripts/demo works a second time" demo-again inside 0:0 /root/abilock scripts/demo

	mkdir -p "$made$home"
	inside 0:0 / git clone -q /root/abilock $home/abilock
	chown -R 1234:1234 "$made$home"
	runs "scripts/demo works in a checkout of another user" demo-foreign \
		inside 0:0 $home/abilock scripts/demo
	rm -rf "$made$home/abilock/build"
	runs "scripts/demo works without root when nothing is missing" demo-user \
		inside 1234:1234 $home/abilock scripts/demo
	check "scripts/demo leaves the checkout clean" \
		test -z "$(inside 1234:1234 $home/abilock git status --porcelain 2>&1)"
}

fresh_test() {
	make_root test || return
	runs "scripts/test works in a minimal Debian 12" test inside 0:0 /root/abilock scripts/test
	sed -n '/== Summary/,$p' "$work/test.log" | sed 's/^/    /'
}

check "debootstrap makes a minimal Debian 12" make_base_with_clone
if [[ $failures -eq 0 ]]; then
	[[ ${1-demo} != demo ]] || fresh_demo
	[[ ${1-test} != test ]] || fresh_test
fi
finish
