# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What scripts/demo and scripts/test share. Source it first.
#
#   $root            the source tree
#   heading TEXT     a line between the steps
#   quietly LOG CMD  run a command into a log file; print its end when the command fails
#   trust_checkout   let git work in a checkout that belongs to another user

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} ]]; then
	bold=$'\e[1m' plain=$'\e[0m'
fi

heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

quietly() {
	local log=$1 status=0
	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	if [[ $status -ne 0 ]]; then
		{
			echo "failed ($status): $*"
			tail -n 40 "$log" | sed 's/^/    /'
			echo "the whole of it is in $log"
		} >&2
	fi
	return "$status"
}

# CI often checks out as one user and builds as another, and git refuses to read a checkout of
# somebody else's: then there is no commit for the tag. Who runs this script trusts the checkout
# already, so say so to git; in the environment, since nobody's configuration is ours to write.
trust_checkout() {
	local n=${GIT_CONFIG_COUNT:-0} words

	[[ -e $root/.git ]] || return 0
	words=$(LC_ALL=C git -C "$root" rev-parse --git-dir 2>&1) && return 0
	[[ $words == *"dubious ownership"* ]] || return 0
	export GIT_CONFIG_COUNT=$((n + 1))
	export "GIT_CONFIG_KEY_$n=safe.directory" "GIT_CONFIG_VALUE_$n=$root"
}
