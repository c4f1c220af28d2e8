#!/bin/bash
# SPDX-License-Identifier: MIT
# A host opens what it loads, and nothing else: with an index no manifest, and no module that it does
# not need.
#
#   strace_test.sh
#
# From the environment: VERSIONGEN, ABIMOD, BENCH_TOOLS, ABILOCK_LIB, ABILOCK_INCLUDE, CC, SOURCE_DIR.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2034
root=${SOURCE_DIR:?}
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
: "${VERSIONGEN:?}" "${ABIMOD:?}" "${BENCH_TOOLS:?}" "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}"
if ! strace -o /dev/null true 2>/dev/null; then
	echo "skip - strace is not installed, or not permitted"
	exit 77
fi
versiongen=$(realpath "$VERSIONGEN") copies=$(realpath "$BENCH_TOOLS")/bench_module_copies
abimod=$(realpath "$ABIMOD") compiler=${CC:-cc} functions=60 templates=3
ABILOCK_LIB=$(realpath "$ABILOCK_LIB")
ABILOCK_INCLUDE=$(realpath "$ABILOCK_INCLUDE")
set=$dir
stop() {
	not_ok "$*"
	finish
}
# shellcheck source=../bench/modules.sh
. "$root/tests/bench/modules.sh"
cd "$dir" || exit 1

make_modules "$dir/modules" 40
make_host host
printf '[modules]\nload=bench_00007\nload=bench_00021.so\n' >modules.conf
# They use what the first one provides.
printf '%s\n' bench_00000.so bench_00007.so bench_00021.so >needed

# open_files OPTION...: into the file opened, the names of files of the folder of modules
open_files() {
	strace -f -qq -e trace=open,openat -o trace ./host manager "$dir/modules" modules.conf "$@" \
		>out 2>err
	sed -n "s|.*\"$dir/modules/\([^\"]*\)\".*|\1|p" trace | sort -u >opened
}
loads() { open_files "${@:2}" && [[ $(cat out) == "$1" ]]; }
matching() { grep "$1" opened || :; }

check "the index is written" "$abimod" index --dir modules --host host
check "three modules of forty run" loads 3
matching '\.so$' >found
same "with an index these three are opened" needed found
check_not "with an index no manifest is opened" grep -q 'manifest' opened
check "with an index the index is opened" grep -qx modules.index opened
check "without an index the same three run" loads 3 no-index
check_not "which is then not opened" grep -qx modules.index opened
check "but manifests are" grep -qx bench_00030.manifest opened
rm -f modules/modules.index
check "where there is none the same three run" loads 3
finish
