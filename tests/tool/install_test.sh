#!/bin/bash
# SPDX-License-Identifier: MIT
# What `cmake --install` gives, and that our own library is locked as we tell others to do.
# From the environment: ABILOCK_PREFIX (where it was installed), VERSIONGEN, ABIAUDIT, SOURCE_DIR, CC.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${ABILOCK_PREFIX:?}" "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}"
prefix=$ABILOCK_PREFIX
lib=lib

[[ -e $prefix/lib/libabilock.so.1 ]] || lib=$(cd "$prefix" && dirname "$(echo lib/*/libabilock.so.1)")
for file in bin/versiongen bin/abiaudit bin/abimod "$lib/libabilock.so.1" "$lib/libabilock.so" "$lib/libabilock.a" \
	share/bash-completion/completions/abiaudit share/doc/abilock/findings.md share/doc/abilock/gate.md \
	share/bash-completion/completions/abimod share/doc/abilock/modules.md include/abilock/modules.h include/abilock/module.h \
	share/abilock/ci/gate share/abilock/ci/pre-commit share/abilock/ci/action.yml share/abilock/ci/gitlab.yml \
	"$lib/cmake/abilock/abilock-config.cmake" share/abilock/host.pc.in \
	"$lib/libabilock-guard.so" include/abilock/abilock.h "$lib/pkgconfig/abilock.pc"; do
	check "$file is installed" test -e "$prefix/$file"
done
check_not "headers, pkg-config and CMake package name no folder of the build" \
	grep -rlF "$SOURCE_DIR" "$prefix/include" "$prefix/$lib/pkgconfig" "$prefix/$lib/cmake"

library=$prefix/$lib/libabilock.so.1
check "libabilock.so exports what runtime/abilock.syms declares, and nothing else" \
	"$ABIAUDIT" check --error-on warning "$SOURCE_DIR/runtime/abilock.syms" "$library"
sed '/abilock_dlopen;/d' "$SOURCE_DIR/runtime/abilock.syms" >"$dir/less.syms"
check_not "and a symbol that is not declared fails" "$ABIAUDIT" check "$dir/less.syms" "$library"
"$ABIAUDIT" list "$library" | awk '$8 ~ /@@/ { print $8 }' >"$dir/exports"
readelf -W --dyn-syms "$library" | awk '$7 != "UND" && $7 != "ABS" && $5 == "GLOBAL" { print $8 }' |
	sort >"$dir/readelf"
same "readelf sees the same exports" "$dir/readelf" <(sort "$dir/exports")
readelf -W -d "$library" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' >"$dir/needed"
check_not "libabilock.so needs libc alone" \
	grep -vE '^(libc\.so\.6|ld-linux.*)$' "$dir/needed"
check "the guard is a module of this libabilock.so" \
	"$ABIAUDIT" verify --host "$library" --require-lock "$prefix/$lib/libabilock-guard.so"

# A user's program, through pkg-config alone.
export PKG_CONFIG_PATH=$prefix/$lib/pkgconfig
cat >"$dir/user.c" <<'END'
#include <abilock/abilock.h>
int main(void)
{
	return abilock_dlopen("/nonexistent.so", RTLD_NOW) || !abilock_dlerror();
}
END
read -ra flags <<<"$(pkg-config --cflags --libs abilock)"
check "a program builds with pkg-config" "${CC:-cc}" -o "$dir/user" "$dir/user.c" "${flags[@]}"
check "and runs" env LD_LIBRARY_PATH="$prefix/$lib" "$dir/user"
for tool in versiongen abiaudit abimod; do
	check "pkg-config says where $tool is" "$(pkg-config --variable=$tool abilock)" --version
done
check "pkg-config says where the files for build systems are" \
	test -d "$(pkg-config --variable=pkgdatadir abilock)/ci"
cat >"$dir/dlfcn.c" <<'END'
#include <abilock/dlfcn.h>
int main(void)
{
	void *(*load)(const char *, int) = dlopen;
	return load("/nonexistent.so", RTLD_NOW) || !dlerror();
}
END
check "a program that says dlopen() builds with <abilock/dlfcn.h>" \
	"${CC:-cc}" -o "$dir/dlfcn" "$dir/dlfcn.c" "${flags[@]}"
nm -D "$dir/dlfcn" >"$dir/symbols"
check "it calls abilock_dlopen() and abilock_dlerror()" sh -c \
	"grep -q abilock_dlopen '$dir/symbols' && grep -q abilock_dlerror '$dir/symbols'"
check_not "and neither dlopen() nor dlerror()" grep -qE ' (dlopen|dlerror)' "$dir/symbols"
cat >"$dir/module.c" <<'END'
#define ABILOCK_MODULE_NAME "user"
#include <abilock/module.h>
ABILOCK_DESCRIPTION("A module");
ABILOCK_USES("service", "clock");
ABILOCK_PROVIDES("greeting", "Hello", 100);
static int load(struct abilock_module *module) { return module ? ABILOCK_LOAD_SUCCESS : ABILOCK_LOAD_FAILURE; }
ABILOCK_ENTRY(.load = load);
END

# compiles LANGUAGE STANDARD FILE
compiles() {
	"${CC:-cc}" -x "$1" -std="$2" -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" -fsyntax-only "$3"
}
for header in abilock dlfcn module modules; do
	printf '#include <abilock/%s.h>\n' "$header" >"$dir/header.c"
	check "<abilock/$header.h> alone is clean C" compiles c c99 "$dir/header.c"
	check "<abilock/$header.h> alone is clean C++" compiles c++ c++11 "$dir/header.c"
done
check "the macros of a module are clean C" compiles c c11 "$dir/module.c"
check "the macros of a module are clean C++" compiles c++ c++20 "$dir/module.c"
sed '1d' "$dir/module.c" >"$dir/nameless.c"
check_not "a module without a name does not compile" compiles c c11 "$dir/nameless.c"

# A manager in the host itself: modules bring no second one.
cat >"$dir/host.syms" <<'END'
USER_1.0 { global: abilock_module_register; abilock_module_fail; local: *; };
END
cat >"$dir/host.c" <<'END'
#include <stdio.h>
#include <abilock/modules.h>
#include "host_abi.h"
ABILOCK_HOST();
int main(int argc, char **argv)
{
	struct abilock_modules_options options = {.size = sizeof(options), .path = argc > 1 ? argv[1] : NULL};
	struct abilock_modules *modules;

	if (abilock_modules_open(&options, &modules) < 0 || abilock_modules_load(modules, "user", NULL) < 0)
		puts(abilock_dlerror());
	return 0;
}
END
cat >"$dir/static_module.c" <<'END'
#define ABILOCK_MODULE_NAME "user"
#include <abilock/modules.h>
#include "host_abi.h"
ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
static int load(struct abilock_module *module)
{
	abilock_module_fail(module, "it was called");
	return ABILOCK_LOAD_FAILURE;
}
ABILOCK_ENTRY(.load = load);
END
static_host() {
	cd "$dir" && mkdir -p modules &&
		"$VERSIONGEN" map host.syms --tag id:one -o host.map &&
		"$VERSIONGEN" header host.syms --tag id:one --soname libuser.so.0 -o host_abi.h &&
		"$VERSIONGEN" stub host.syms --tag id:one --soname libuser.so.0 -o libuser.so &&
		"${CC:-cc}" host.c -o host -rdynamic -Wl,--version-script=host.map -Wl,-soname,libuser.so.0 \
			-I"$prefix/include" "$prefix/$lib/libabilock.a" &&
		"${CC:-cc}" -shared -fPIC static_module.c -o modules/user.so libuser.so -I"$prefix/include" &&
		./host modules | tee answer && grep -q 'it was called' answer
}
check "a host with libabilock.a in it starts modules that are linked with the host alone" static_host

finish
