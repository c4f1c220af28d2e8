#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples with Meson: built, installed, loaded, refused, and for another machine.
#
#   meson_test.sh
#
# From the environment: see lib.sh.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
system=meson
# shellcheck source=lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
need meson ninja gcc git pkg-config

# As the examples say.
add_files() { mkdir repo/abilock && cp "$(pkg-config --variable=pkgdatadir abilock)/meson/meson.build" repo/abilock/; }

cross_file() {
	cat <<-END
		[binaries]
		c = '$CC'
		pkgconfig = 'pkg-config'
		strip = 'aarch64-linux-gnu-strip'
		[built-in options]
		c_link_args = ['$LDFLAGS']
		[properties]
		pkg_config_libdir = '$PKG_CONFIG_LIBDIR'
		[host_machine]
		system = 'linux'
		cpu_family = 'aarch64'
		cpu = 'aarch64'
		endian = 'little'
	END
}

configure() {
	local options=(--prefix "$3" --libdir lib --werror)

	rm -rf "$2"
	if [[ $machine ]]; then
		cross_file >cross.ini
		options+=(--cross-file cross.ini)
		# What is in the file is for that machine; these would be for this one.
		env -u CC -u LDFLAGS -u PKG_CONFIG_LIBDIR meson setup "${options[@]}" "$2" "$1"
	else
		meson setup "${options[@]}" "$2" "$1"
	fi
}
build_in() { ninja -C "$1"; }
install_from() { meson install -C "$1"; }

test_hosts
test_outside
test_cross
finish
