#!/bin/bash
# SPDX-License-Identifier: MIT
# abilock_dlopen() in the place of dlopen(): for files that the lock has nothing against, the same
# file is found, and the same happens. Every case runs with both, and must print the same.
# From the environment: ABILOCK_LIB, ABILOCK_INCLUDE, CC, VERSIONGEN.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${ABILOCK_LIB:?}" "${ABILOCK_INCLUDE:?}" "${VERSIONGEN:?}"
cc=${CC:-cc}
cd "$dir" || exit 1
mkdir lib mods path other old deep

# library ID FILE FLAGS...: a shared object that says who it is
library() {
	local id=$1 file=$2
	shift 2
	echo "int id = $id;" | "$cc" -shared -fPIC -x c - -x none -o "$file" "$@" || exit 1
}
needs() { # needs ID FILE LIBRARY-FUNCTION FLAGS...
	local id=$1 file=$2 function=$3
	shift 3
	echo "int $function(void); int id = $id; int use(void) { return $function(); }" |
		"$cc" -shared -fPIC -x c - -x none -o "$file" -Wl,--no-as-needed "$@" || exit 1
}
defines() { # defines FUNCTION FILE FLAGS...
	local function=$1 file=$2
	shift 2
	echo "int $function(void) { return 1; }" | "$cc" -shared -fPIC -x c - -x none -o "$file" "$@" || exit 1
}

defines noso lib/libnoso.so
"$cc" -o program "$here/dropin.c" -I"$ABILOCK_INCLUDE" -L"$ABILOCK_LIB" -labilock \
	-lpthread -Wl,--no-as-needed -Llib -lnoso -Wl,-rpath,"$ABILOCK_LIB:\$ORIGIN/lib" || exit 1

both() { # both SENTENCE EXPECTED [NAME=VALUE...] -- ACTION ARGUMENT...
	local sentence=$1 expected=$2 vars=() plain ours
	shift 2
	while [[ $1 != -- ]]; do
		vars+=("$1")
		shift
	done
	shift
	plain=$(env "${vars[@]}" ./program plain "$@" 2>&1)
	ours=$(env "${vars[@]}" ./program abilock "$@" 2>&1)
	if [[ $plain == "$ours" && $plain == $expected ]]; then
		ok "$sentence"
	else
		not_ok "$sentence: dlopen() gives '$plain', abilock_dlopen() '$ours', expected '$expected'"
	fi
}

library 1 mods/one.so -Wl,-soname,one.so
library 2 other/one.so -Wl,-soname,one.so
library 3 lib/bare.so
both "a path" "loaded id=1" -- open mods/one.so
both "a file that is not there" "refused" -- open ./absent.so
both "a bare name is found by the caller's run path" "loaded id=3" -- open bare.so
both "a bare name that is nowhere" "refused" -- open absent.so
both "a bare name is found by LD_LIBRARY_PATH" "loaded id=2" LD_LIBRARY_PATH=other -- open one.so
library 10 two.so
both "an empty element of LD_LIBRARY_PATH is the current folder" "loaded id=10" LD_LIBRARY_PATH=:other -- open two.so
both "\$ORIGIN of LD_LIBRARY_PATH is the program's" "loaded id=2" "LD_LIBRARY_PATH=\$ORIGIN/other" -- open one.so
both "LD_LIBRARY_PATH that changes later does not count" "refused" -- setenv other one.so
both "\$ORIGIN in the name" "loaded id=1" -- open "\$ORIGIN/mods/one.so"
both "the empty name is the program" "loaded id=0" -- open ""
both "a name that is loaded already gives what is loaded" $'loaded id=1\nloaded id=1' \
	LD_LIBRARY_PATH=other -- open mods/one.so one.so
library 4 mods/gone.so
cp mods/gone.so keep.so
plain=$(./program plain unlink mods/gone.so)
cp keep.so mods/gone.so
check "a loaded file that was removed is still loaded" [ "$plain" = "$(./program abilock unlink mods/gone.so)" ]
both "flags without RTLD_NOW and RTLD_LAZY" "*invalid mode*" -- flags mods/one.so
both "the newest error comes out, once" $'of dlsym\nand no more\nnone of a success' -- errors mods/one.so
both "threads that are cancelled take nothing along" "loaded id=1" -- cancel mods/one.so

needs 5 mods/usenoso.so noso -Llib -lnoso
both "a loaded library without a soname" "loaded id=5" -- open mods/usenoso.so
defines deep deep/libdeep.so -Wl,-soname,"\$ORIGIN/../deep/libdeep.so"
needs 6 mods/origin.so deep deep/libdeep.so
both "\$ORIGIN in DT_NEEDED" "loaded id=6" -- open mods/origin.so
echo 'int cb_in_module(void); int lib_calls(void) { return cb_in_module(); }' |
	"$cc" -shared -fPIC -x c - -o mods/libcb.so -Wl,-soname,libcb.so || exit 1
echo 'int lib_calls(void); int id = 7; int cb_in_module(void) { return 1; } int go(void) { return lib_calls(); }' |
	"$cc" -shared -fPIC -x c - -x none -o mods/cb.so -Lmods -lcb -Wl,-rpath,"\$ORIGIN" || exit 1
both "a library that calls back into its module" "loaded id=7" -- open mods/cb.so

# "No version information available": the library was built without its version script since.
echo 'V_1 { global: versioned; local: *; };' >v.map
echo '#include <stdlib.h>
int versioned(void) { return atoi("1"); }' >v.c
"$cc" -shared -fPIC v.c -o libv.so -Wl,-soname,libv.so -Wl,--version-script=v.map || exit 1
needs 8 mods/usev.so versioned -L. -lv -Wl,-rpath,"\$ORIGIN/.."
"$cc" -shared -fPIC v.c -o libv.so -Wl,-soname,libv.so || exit 1
both "a library that has lost its versions" "*loaded id=8" -- open mods/usev.so

# The host is a library that only the module brings in.
printf 'HOST_1 { global: h_pub; local: *; };\nHOST_PRIVATE { global: h_priv; };\n' >h.syms
"$VERSIONGEN" map h.syms --tag id:x -o h.map && "$VERSIONGEN" header h.syms --tag id:x --soname libh.so -o host_abi.h || exit 1
printf '#include "host_abi.h"\nABILOCK_HOST();\nint h_pub(void) { return 1; }\nint h_priv(void) { return 1; }\n' |
	"$cc" -shared -fPIC -I. -x c - -o lib/libh.so -Wl,-soname,libh.so -Wl,--version-script=h.map || exit 1
printf '#include "host_abi.h"\nABILOCK_MODULE("m", PRIVATE);\nint h_priv(void);\nint id = 9;\nint go(void) { return h_priv(); }\n' |
	"$cc" -shared -fPIC -I. -x c - -x none -o mods/bringshost.so lib/libh.so -Wl,-rpath,"\$ORIGIN/../lib" || exit 1
both "a module that brings in the library that it is for" "loaded id=9" -- open mods/bringshost.so

# A setuid program must not find code by a run path that its caller can bend.
if [[ $(id -u) -eq 0 ]] && have su && chmod 755 "$dir" && mkdir bin user && mkdir user/lib &&
	"$cc" -o bin/suid "$here/dropin.c" -I"$ABILOCK_INCLUDE" "$ABILOCK_LIB/libabilock.a" -lpthread \
		-Wl,-rpath,"\$ORIGIN/lib" 2>/dev/null && library 66 user/lib/evil.so &&
	chmod 4755 bin/suid && ln bin/suid user/suid && chown -R nobody user/lib; then
	secure=$(su -s /bin/sh nobody -c "cd $dir/user && ./suid plain open evil.so && ./suid abilock open evil.so" 2>&1)
	if [[ $secure == $'loaded id=66\nloaded id=66' ]]; then
		skip "setuid: programs here do not run in secure mode"
	else
		check "a setuid program does not follow \$ORIGIN" [ "$secure" = $'refused\nrefused' ]
	fi
else
	skip "setuid: not root, or no static library"
fi

finish
