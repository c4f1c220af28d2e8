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
for file in bin/versiongen bin/abiaudit "$lib/libabilock.so.1" "$lib/libabilock.so" "$lib/libabilock.a" \
	share/bash-completion/completions/abiaudit share/doc/abilock/findings.md share/doc/abilock/gate.md \
	share/abilock/ci/gate share/abilock/ci/pre-commit share/abilock/ci/action.yml share/abilock/ci/gitlab.yml \
	"$lib/libabilock-guard.so" include/abilock/abilock.h "$lib/pkgconfig/abilock.pc"; do
	check "$file is installed" test -e "$prefix/$file"
done
check_not "headers and pkg-config name no folder of the build" \
	grep -rlF "$SOURCE_DIR" "$prefix/include" "$prefix/$lib/pkgconfig"

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
check "the header is clean C and C++ on its own" sh -c "printf '#include <abilock/abilock.h>\n' |
	${CC:-cc} -Wall -Wextra -Wpedantic -Werror -std=c99 -I$prefix/include -x c -fsyntax-only - &&
	printf '#include <abilock/abilock.h>\n' |
	${CC:-cc} -Wall -Wextra -Wpedantic -Werror -I$prefix/include -x c++ -fsyntax-only -"

finish
