#!/bin/bash
# SPDX-License-Identifier: MIT
# The repository of docs/gate.md: it is built as the document says, commit by commit, and the gate prints
# what stands there.
#
#   gate_demo_test.sh            test
#   gate_demo_test.sh --update   write what the commands print into the document
#
# From the environment: VERSIONGEN, ABIAUDIT (the tools), SOURCE_DIR (the tree), CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}" "${CC:?}"
document=$(realpath "$SOURCE_DIR")/docs/gate.md
# shellcheck source=document_lib.sh
. "$here/document_lib.sh"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
cd "$dir" || exit 1

if [[ ${1-} == --update ]]; then
	update_document "$document" 'Five commits'
	exit
fi

# Sizes, offsets and the machine of the baseline stand in the document.
if [[ $(uname -m) != x86_64 ]]; then
	skip "the demonstration: its output is that of x86_64"
	exit 0
fi

# verdicts FILE: pass or fail, one for each run of the gate
verdicts() { grep -oE 'libfoo\.so\.1 (passes|fails)$' "$1" | sed 's/.* //' | xargs; }

check "the demonstration prints what gate.md says" document_holds "$document" 'Five commits'
check "each of its commits is there" test "$(git -C example rev-list --count HEAD)" -eq 6
check "only the break fails, until it is accepted" \
	test "$(verdicts "$document")" = 'passes passes passes fails passes passes'

sed 's/until=FOO_1.2/until=FOO_1.1/' "$document" >broken.md
check_not "another output is noticed" document_holds broken.md 'Five commits'
finish
