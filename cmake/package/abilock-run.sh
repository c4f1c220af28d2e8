#!/bin/sh
# SPDX-License-Identifier: MIT
# Run a command of a build step.
#
#   abilock-run.sh quiet FILE         print what it prints only where it fails
#   abilock-run.sh public FILE        the same, and fail where a module must be rebuilt with its host
#   abilock-run.sh show FILE          print what it prints
#   abilock-run.sh HOW FILE HINT      and HINT where it fails
#
# FILE has one argument a line, the command first: objects of a large host are too many for a shell's
# command line. Empty lines are passed over.
set -eu

how=$1
file=$2
hint=${3-}

set --
while IFS= read -r argument; do
	[ -z "$argument" ] || set -- "$@" "$argument"
done <"$file"

status=0
if [ "$how" = show ]; then
	"$@" || status=$?
	exit "$status"
fi
output=$("$@" 2>&1) || status=$?

# A module that was asked to be public is one that stays good for the next build of its host. The rows
# are those of abiaudit-formats(5).
if [ "$how" = public ] && [ "$status" -eq 0 ]; then
	bound=$(printf '%s\n' "$output" | awk -F '\t' '
		$1 == "verdict" && $5 == "true" { needs[$2] = 1 }
		$1 == "build" && $3 == "module" { kind[$2] = $5 }
		END {
			for (file in needs)
				print file ": is " kind[file] ", but abilock_module() says PUBLIC"
		}' | sort)
	if [ -n "$bound" ]; then
		output="$bound
say PUBLIC in its ABILOCK_MODULE() and use released symbols only, or leave PUBLIC out of abilock_module()"
		status=1
	else
		output=
	fi
fi
if [ "$status" -ne 0 ]; then
	printf '%s\n' "$output" >&2
	[ -z "$hint" ] || printf '%s\n' "$hint" >&2
fi
exit "$status"
