# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests of a tool's answers share. Source lib.sh first; works in the current folder.

# status NUMBER COMMAND...: the exit status
status() {
	local wanted=$1 got=0
	shift
	"$@" || got=$?
	[[ $got -eq $wanted ]] || {
		echo "status $got, expected $wanted"
		return 1
	}
}

# says NUMBER TEXT COMMAND...: the exit status, and TEXT in the output
says() {
	local wanted=$1 text=$2
	shift 2
	status "$wanted" "$@" >said 2>&1 && grep -qF -e "$text" said || {
		cat said
		return 1
	}
}
