# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For adoption_test.sh: lighttpd once more, by its files for CMake.

# shellcheck disable=SC2034,SC2154
# shellcheck source=adoption_lighttpd.sh
. "$here/adoption_lighttpd.sh"
host=$tree/build/build/lighttpd
modules=$tree/build/build/lighttpd_modules

prepare() { :; }

configure() {
	rm -rf build
	cmake -S . -B build -G Ninja -DCMAKE_PREFIX_PATH="$ABILOCK_PREFIX" -DCMAKE_BUILD_TYPE=Release \
		-DWITH_PCRE2=OFF -DWITH_LUA=OFF
}

build() { cmake --build build -j "$jobs"; }

modules_of_build() { find "$tree/build/build" -name 'mod_*.so' | sort; }

objects_of_host() { find build/build/CMakeFiles/lighttpd.dir -name '*.o' | sort; }
