#!/bin/sh
# SPDX-License-Identifier: MIT
# A small host and its module, with the abilock that is installed: the module loads, and after the
# next build of the host it does not.
#
#   use.sh pkg-config|cmake|guard
#
# Where it is not installed in /usr, PKG_CONFIG_PATH, CMAKE_PREFIX_PATH, PATH and LD_LIBRARY_PATH say
# where it is. debian/tests and the tests of packages run this.
set -eu

export LC_ALL=C
work=$(mktemp -d "${AUTOPKGTEST_TMP:-${TMPDIR:-/tmp}}/abilock-use.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
cc=${CC:-gcc}

cat >foo.syms <<'EOF'
FOO_1.0     { global: foo_version; local: *; };
FOO_PRIVATE { global: foo_log; };
EOF
cat >foo.c <<'EOF'
#include <stdio.h>
#include <abilock/abilock.h>
#include "foo_abi.h"

#ifndef WITHOUT_LOCK
ABILOCK_HOST();
#endif
int foo_version(void) { return 1; }
void foo_log(const char *text) { printf("foo: %s\n", text); }

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!abilock_dlopen(argv[i], RTLD_NOW))
			printf("%s\n", abilock_dlerror());
	return 0;
}
EOF
cat >hello.c <<'EOF'
#include "foo_abi.h"

#ifndef WITHOUT_LOCK
ABILOCK_MODULE("hello", PRIVATE);
#endif
void foo_log(const char *text);
__attribute__((constructor)) static void hello(void) { foo_log("hello"); }
EOF

fail() {
	echo "use.sh: $*" >&2
	exit 1
}

# expect TEXT COMMAND...: it is in what the command prints
expect() {
	text=$1
	shift
	"$@" >answer 2>&1 || :
	cat answer
	grep -qF -e "$text" answer || fail "not said: $text"
}

# by_pkg_config TAG [LOADER]: the host, built with the flags of pkg-config
by_pkg_config() {
	versiongen=$(pkg-config --variable=versiongen abilock)
	"$versiongen" map foo.syms --tag "$1" -o foo.map
	"$versiongen" header foo.syms --tag "$1" --soname libfoo-host.so.0 -o foo_abi.h
	"$versiongen" stub foo.syms --tag "$1" --soname libfoo-host.so.0 -o libfoo-host.so
	# shellcheck disable=SC2046 # words
	"$cc" foo.c -o foo -rdynamic -Wl,--version-script=foo.map -Wl,-soname,libfoo-host.so.0 \
		$(pkg-config --cflags --libs abilock)
}

use_pkg_config() {
	by_pkg_config id:monday
	# shellcheck disable=SC2046
	"$cc" -shared -fPIC hello.c -o hello.so libfoo-host.so $(pkg-config --cflags abilock)
	expect "foo: hello" ./foo ./hello.so
	"$(pkg-config --variable=abiaudit abilock)" verify --host foo hello.so
	by_pkg_config id:tuesday
	expect "version \`FOO_PRIVATE_monday' not found (required by ./hello.so)" ./foo ./hello.so
	! "$(pkg-config --variable=abiaudit abilock)" verify --host foo hello.so || fail "abiaudit takes it"
}

by_cmake() {
	cmake -S . -B build -DCMAKE_C_COMPILER="$cc" -DABILOCK_TAG="$1" &&
		cmake --build build
}

use_cmake() {
	cat >CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.20)
project(foo VERSION 1.0 LANGUAGES C)
find_package(abilock REQUIRED)
add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms NO_MANIFESTS)
abilock_module(hello HOST foo SOURCES hello.c)
EOF
	by_cmake id:monday
	module=$(find build -name hello.so)
	expect "foo: hello" "build/foo" "./$module"
	cp "$module" old.so
	by_cmake id:tuesday
	expect "foo: hello" "build/foo" "./$module"
	expect "version \`FOO_PRIVATE_monday' not found (required by ./old.so)" build/foo ./old.so
}

# A host that loads by dlopen() alone, and a module that was linked without it.
use_guard() {
	by_pkg_config id:monday
	sed 's/<abilock.abilock.h>/<dlfcn.h>/; s/abilock_dl/dl/' foo.c >plain.c
	"$cc" plain.c -o plain -DWITHOUT_LOCK -rdynamic -Wl,--version-script=foo.map -Wl,-soname,libfoo-host.so.0
	"$cc" -shared -fPIC -DWITHOUT_LOCK hello.c -o hello.so
	expect "foo: hello" ./plain ./hello.so
	expect "[not-linked]" env LD_AUDIT=libabilock-guard.so ./plain ./hello.so
}

case ${1-} in
pkg-config) use_pkg_config ;;
cmake) use_cmake ;;
guard) use_guard ;;
*) fail "one of pkg-config, cmake and guard is the argument" ;;
esac
echo "$1: done"
