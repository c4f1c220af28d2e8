#!/bin/bash
# SPDX-License-Identifier: MIT
# musl ignores symbol versions: there the lock is all that there is. The run time is built from its
# sources with musl-gcc, as a user of musl would, and loads the same fixtures.
# From the environment: VERSIONGEN, ABIAUDIT, SOURCE_DIR.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${SOURCE_DIR:?}"
have musl-gcc || {
	echo "not ok - musl-gcc is installed (package musl-tools)"
	exit 1
}
cd "$dir" || exit 1

# The files between `NAME` and the next `)` in a CMakeLists.txt.
list_of() { sed -n "/^$1/,/)/p" "$2" | grep -o '[a-z_0-9/]*\.c'; }

mapfile -t core < <(list_of "add_library(abilock_core OBJECT" "$SOURCE_DIR/symbols/CMakeLists.txt")
mapfile -t runtime < <(list_of "set(sources" "$SOURCE_DIR/runtime/CMakeLists.txt")
check "the build files tell the sources" test ${#core[@]} -gt 20 -a ${#runtime[@]} -gt 5
# A header alone, of no C library; where it is, the compiler of the machine knows.
mkdir headers
echo '#include <xxhash.h>' | gcc -E - | sed -n 's|^# 1 "\(/.*/xxhash.h\)".*|\1|p' | head -n 1 |
	xargs -I FILE ln -s FILE headers/
check "the run time compiles with musl-gcc" musl-gcc -std=gnu17 -D_GNU_SOURCE -O1 -g -fPIC -shared \
	-fvisibility=hidden -Wall -Wextra -Werror -I"$SOURCE_DIR/symbols" -I"$SOURCE_DIR/runtime" \
	-I"$SOURCE_DIR/runtime/include" -Iheaders -o libabilock.so.1 -Wl,-soname,libabilock.so.1 \
	"${core[@]/#/$SOURCE_DIR/symbols/}" "${runtime[@]/#/$SOURCE_DIR/runtime/}"

# Without IFUNC, which musl does not have.
for tag in aaaa bbbb; do
	mkdir -p $tag/include
	"$VERSIONGEN" map "$here/host.syms" --tag id:$tag -o $tag/host.map || exit 1
	"$VERSIONGEN" header "$here/host.syms" --tag id:$tag --soname libhost.so.1 \
		-o $tag/include/host_abi.h || exit 1
	musl-gcc -O1 -fPIC -shared -fvisibility=hidden -I$tag/include -o $tag/libhost.so.1 "$here/host.c" \
		-Wl,-soname,libhost.so.1 -Wl,--version-script=$tag/host.map || exit 1
	musl-gcc -O1 -fPIC -shared -fvisibility=hidden -DNO_IFUNC -I$tag/include -o $tag/module.so \
		"$here/module.c" -DLOCK_PRIVATE -DUSE_PRIVATE $tag/libhost.so.1 || exit 1
done
musl-gcc -O1 -fPIC -shared -fvisibility=hidden -DNO_IFUNC -Iaaaa/include -o public.so "$here/module.c" \
	-DLOCK_PUBLIC -DUSE_PUBLIC aaaa/libhost.so.1 || exit 1
musl-gcc -O1 -fPIC -shared -fvisibility=hidden -DNO_IFUNC -Ibbbb/include -o unlinked.so "$here/module.c" \
	-DLOCK_PRIVATE -DUSE_PRIVATE || exit 1
musl-gcc -O1 -I"$SOURCE_DIR/runtime/include" -o loader "$here/loader.c" ./libabilock.so.1 \
	-Wl,--no-as-needed aaaa/libhost.so.1 -Wl,-rpath,"$dir:$dir/aaaa" || exit 1

run() {
	: >trace
	LD_LIBRARY_PATH=$dir:$dir/aaaa ./loader "$@" 9>trace >text 2>&1
}

run --plain ./bbbb/module.so
check "musl alone runs a module of another build" grep -q constructor trace
run ./bbbb/module.so
check "abilock refuses it with missing-node" grep -qF "[missing-node]" text
check_not "no code of it ran" grep -q . trace
run ./unlinked.so
check "an unlinked module is refused" grep -qF "[not-linked]" text
check_not "no code of the unlinked one ran" grep -q . trace
check "the right module loads" run ./aaaa/module.so
check "its code ran" grep -q constructor trace
check "the public module loads" run ./public.so
"$ABIAUDIT" verify --host aaaa/libhost.so.1 ./aaaa/module.so ./public.so ./bbbb/module.so ./unlinked.so |
	grep -v '^ ' >verdicts
printf '%s\n' ./aaaa/module.so:\ ok ./public.so:\ ok "./bbbb/module.so: refused: missing-node" \
	"./unlinked.so: refused: not-linked" >expected
same "abiaudit gives the same verdicts for files of musl" expected verdicts

finish
