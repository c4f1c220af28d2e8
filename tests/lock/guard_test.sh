#!/bin/bash
# SPDX-License-Identifier: MIT
# libabilock-guard.so: the lock in a host that knows nothing of abilock and calls plain dlopen().
# From the environment: VERSIONGEN, ABILOCK_LIB (folder of libabilock-guard.so), ABILOCK_INCLUDE, CC.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${VERSIONGEN:?}" "${ABILOCK_LIB:?}"
cc=${CC:-cc}
guard=$ABILOCK_LIB/libabilock-guard.so
cd "$dir" || exit 1

# A library host with private nodes; built twice, as two releases of it.
for tag in aaaa bbbb; do
	mkdir -p $tag/include
	"$VERSIONGEN" map "$here/host.syms" --tag id:$tag -o $tag/host.map || exit 1
	"$VERSIONGEN" header "$here/host.syms" --tag id:$tag --soname libhost.so.1 \
		-o $tag/include/host_abi.h || exit 1
	"$cc" -O1 -fPIC -shared -fvisibility=hidden -I$tag/include -o $tag/libhost.so.1 "$here/host.c" \
		-Wl,-soname,libhost.so.1 -Wl,--version-script=$tag/host.map || exit 1
	"$cc" -O1 -fPIC -shared -fvisibility=hidden -I$tag/include -o $tag/module.so "$here/module.c" \
		-DLOCK_PRIVATE -DUSE_PRIVATE $tag/libhost.so.1 || exit 1
done
"$cc" -O1 -fPIC -shared -fvisibility=hidden -Iaaaa/include -o unlinked.so "$here/module.c" \
	-DLOCK_PRIVATE -DUSE_PRIVATE || exit 1
"$cc" -O1 -fPIC -shared -fvisibility=hidden -o stranger.so "$here/dep.c" || exit 1

# The program: plain dlopen() of each argument.
cat >main.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
void host_log(const char *text);
int main(int argc, char **argv)
{
	host_log("starts");
	for (int i = 1; i < argc; i++)
		puts(dlopen(argv[i], RTLD_NOW) ? "loaded" : dlerror());
	return 0;
}
END
"$cc" -O1 -o program main.c aaaa/libhost.so.1 -Wl,-rpath,"$dir/aaaa" || exit 1

run() { # run [NAME=VALUE...] -- MODULE...
	local vars=()
	while [[ $1 != -- ]]; do
		vars+=("$1")
		shift
	done
	shift
	: >trace
	env "${vars[@]}" ./program "$@" 9>trace >out 2>err
}

with_guard=(LD_AUDIT="$guard")

run -- ./unlinked.so
check "without the guard the unlinked module of another build runs" grep -q constructor trace
run "${with_guard[@]}" -- ./aaaa/module.so
check "the right module loads under the guard" grep -qx loaded out
check "its code ran" grep -q constructor trace
run "${with_guard[@]}" -- ./bbbb/module.so
check "a module of another build is refused" grep -q "HOST_PRIVATE_bbbb' not found" err
check "the reasons are on stderr" grep -q "^abilock-guard: .*version" err
check "dlopen() fails" grep -q "cannot open shared object file" out
check_not "no code of it ran" grep -q . trace
run "${with_guard[@]}" -- ./unlinked.so
check "an unlinked module is refused" grep -qF "[not-linked]" err
check_not "no code of the unlinked one ran" grep -q . trace
run "${with_guard[@]}" -- ./stranger.so
check "a library that has nothing to do with the host loads" grep -qx loaded out
run "${with_guard[@]}" ABILOCK_MODULES="$dir" -- "$dir/stranger.so"
check "in a directory of ABILOCK_MODULES it is refused" grep -qF "[no-note]" err
ln -s "$dir" alias
run "${with_guard[@]}" ABILOCK_MODULES="$dir" -- "$dir/alias//stranger.so"
check "by another name for the directory as well" grep -qF "[no-note]" err
run "${with_guard[@]}" ABILOCK_HOST=host -- ./bbbb/module.so ./aaaa/module.so
check "the host can be named, and a refusal does not hinder the next module" \
	[ "$(sed -n 3p out)" = loaded ]
mkdir searched && cp bbbb/module.so searched/
run "${with_guard[@]}" LD_LIBRARY_PATH="$dir/searched" -- module.so
check "a module found by a search is refused as well" \
	grep -q "not found (required by .*searched/module.so" err

finish
