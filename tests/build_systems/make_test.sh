#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples with GNU make: built, installed, loaded, refused, and for another machine.
#
#   make_test.sh
#
# From the environment: see lib.sh.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
system="make"
# shellcheck source=lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
need make gcc git pkg-config

add_files() { printf '%s\n' '*.o' >repo/.gitignore; }

# There is nothing to configure: make is run beside the sources, and told the folders each time.
configure() {
	[[ $1 == outside ]] && cp -R outside outside-build && return
	ln -sfn "$1" "$2"
	printf '%s\n' "$3" >prefix_of_"$2"
}
prefix_of() { cat "prefix_of_$1" 2>/dev/null || :; }
build_in() { make -C "$1" -j2 CC="$CC" PREFIX="$(prefix_of "$1")" ${LDFLAGS:+"LDFLAGS=$LDFLAGS"}; }
install_from() {
	make -C "$1" -j2 install CC="$CC" PREFIX="$(prefix_of "$1")" ${LDFLAGS:+"LDFLAGS=$LDFLAGS"} DESTDIR="$DESTDIR"
}

# A host does not show which build system it had.
outside_with_cmake() {
	rm -rf stage
	PKG_CONFIG_PATH=$dir/A/lib/pkgconfig:$PKG_CONFIG_PATH cmake -S outside -B outside-cmake -G Ninja \
		-DCMAKE_PREFIX_PATH="$prefix" &&
		cmake --build outside-cmake && DESTDIR=$dir/stage cmake --install outside-cmake &&
		reverses A "stage$dir/A/lib/kettle"
}

test_hosts
test_outside
check "CMake builds the module for a host that make built" outside_with_cmake
test_cross
finish
