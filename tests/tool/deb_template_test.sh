#!/bin/bash
# SPDX-License-Identifier: MIT
# `versiongen map --dialect deb` against dpkg: the template passes dpkg-gensymbols at its strictest, stays
# valid when the tag changes, and dpkg-shlibdeps makes of it what a private module needs, and a public
# one does not.
#
#   deb_template_test.sh
#
# From the environment: VERSIONGEN, CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317
: "${VERSIONGEN:?}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
CC=${CC:-gcc}
cd "${dir:?}" || exit 1
if ! have dpkg-gensymbols || ! have dpkg-shlibdeps; then
	skip "no dpkg-dev"
	exit 77
fi

# ---- a package ----

mkdir -p debian/libhost1/usr/lib debian/libhost1/DEBIAN debian/modules/usr/lib debian/modules/DEBIAN
cat >debian/control <<'END'
Source: host
Maintainer: A Maintainer <maintainer@example.org>

Package: libhost1
Architecture: any

Package: modules
Architecture: any
END
cat >debian/changelog <<'END'
host (1.2.3-1) unstable; urgency=low

  * A version.

 -- A Maintainer <maintainer@example.org>  Sat, 01 Jan 2022 00:00:00 +0000
END
cat >host.syms <<'END'
HOST_1.0 {
  global:
    host_open;  # since=1.0
    host_table;  # data since=1.0
  local: *;
};
HOST_1.2 {
  global:
    host_reload;  # since=1.2
} HOST_1.0;
HOST_PRIVATE {
  global:
    host_queue_push;  # core/queue.h
} HOST_1.2;
END
cat >host.c <<'END'
int host_table;
void host_open(void) {}
void host_reload(void) {}
void host_queue_push(void) {}
END
echo 'void host_open(void); void use(void) { host_open(); }' >public.c
echo 'void host_open(void), host_queue_push(void); void use(void) { host_open(); host_queue_push(); }' >private.c

# build_host TAG [LINKER]
build_host() {
	"$VERSIONGEN" map host.syms --tag "$1" -o host.map &&
		$CC ${2:+-fuse-ld=$2} -shared -fPIC -o debian/libhost1/usr/lib/libhost.so.1 host.c \
			-Wl,--version-script=host.map -Wl,-soname,libhost.so.1 &&
		ln -sf libhost.so.1 debian/libhost1/usr/lib/libhost.so
}

# template TAG OPTION...
template() {
	local tag=$1
	shift
	"$VERSIONGEN" map host.syms --dialect deb --tag "$tag" --soname libhost.so.1 --package libhost1 \
		--dev-package libhost-dev "$@" -o debian/libhost1.symbols
}

gensymbols() {
	rm -f debian/libhost1/DEBIAN/symbols
	dpkg-gensymbols -plibhost1 -Pdebian/libhost1 -v1.2.3-1 -Idebian/libhost1.symbols \
		-Odebian/libhost1/DEBIAN/symbols -c4
}

build_module() {
	$CC -shared -fPIC -o debian/modules/usr/lib/mod.so "$1.c" -Ldebian/libhost1/usr/lib -lhost
}

# depends: what a package with the module depends on
depends() {
	dpkg-shlibdeps -O -Tsubstvars debian/modules/usr/lib/mod.so 2>shlibdeps.log |
		tr ',' '\n' | sed 's/^ *//; s/^shlibs:Depends=//' | grep libhost
}

depends_are() {
	local wanted
	depends >found
	for wanted in "$@"; do echo "$wanted"; done | sort >wanted
	sort found | diff wanted - || {
		cat shlibdeps.log
		return 1
	}
}

hash1=$(printf 'a%.0s' {1..40})
hash2=$(printf 'b%.0s' {1..40})

# ---- the text ----

cat >wanted.symbols <<'END'
libhost.so.1 libhost1 #MINVER#
| libhost1 (= 1.2.3-1)
* Build-Depends-Package: libhost-dev
 (regex|optional)"@HOST_PRIVATE_[A-Za-z0-9_.]+$" 0 1
 (optional)HOST_1.0@HOST_1.0 1.0
 (optional)HOST_1.2@HOST_1.2 1.2
 host_open@HOST_1.0 1.0
 host_reload@HOST_1.2 1.2
 host_table@HOST_1.0 1.0
END
check "a template is written" template "id:$hash1" --package-version 1.2.3-1
same "the template has a line a public symbol, and a pattern for the private ones" \
	debian/libhost1.symbols wanted.symbols

# ---- dpkg ----

for linker in bfd lld; do
	[[ $linker == bfd ]] || have ld.lld || continue
	for tag in "id:$hash1" "id:$hash2" "id:${hash1}_dirty_$hash2" release:1.2.3-rc1_2; do
		tag=${tag//-/.}
		check "a host with tag $tag is linked with $linker" build_host "$tag" "$linker"
		check "dpkg-gensymbols -c4 takes the template" gensymbols
		check "the private symbols have a dependency of their own" \
			grep -q "^ host_queue_push@HOST_PRIVATE_${tag#*:} 0 1$" debian/libhost1/DEBIAN/symbols
		check "a private module is linked" build_module private
		check "a private module needs this build, and no other" \
			depends_are 'libhost1 (= 1.2.3-1)' 'libhost1 (>= 1.0)'
		check "a public module is linked" build_module public
		check "a public module needs the version that had its symbols first" \
			depends_are 'libhost1 (>= 1.0)'
	done
done

check "a template with a virtual package is written" template "id:$hash1" --abi-package libhost-abi
check "the host is linked" build_host "id:$hash1"
check "dpkg-gensymbols -c4 takes it" gensymbols
check "a private module is linked" build_module private
check "a private module needs the virtual package" \
	depends_are 'libhost1 (>= 1.0)' "libhost-abi-$hash1"
check "a virtual package's name is one of Debian's" template id:RC_1.2 --abi-package libhost-abi
check "capitals and underscores are not in it" grep -qx '| libhost1 #MINVER#, libhost-abi-rc-1.2' \
	debian/libhost1.symbols

# ---- what must be noticed ----

check "the template is there" template "id:$hash1" --package-version 1.2.3-1
sed -i 's/^void host_reload/static void host_reload/' host.c
check "a host without a symbol is linked" build_host "id:$hash1"
check_not "dpkg-gensymbols -c4 misses a symbol that is gone" gensymbols

# refused TEXT OPTION...: usage, and the text says it
refused() {
	local text=$1
	shift
	"$VERSIONGEN" map --dialect deb --tag id:x "$@" >out 2>err
	[[ $? -eq 2 && ! -s out ]] && grep -qF -- "$text" err && return
	cat err
	return 1
}

check "a private node without a dependency of its own is refused" refused --abi-package host.syms \
	--soname libhost.so.1 --package libhost1
check "a template without a package is refused" refused --package host.syms --soname libhost.so.1 \
	--package-version 1
sed 's/  # since=1.2//' host.syms >nosince.syms
check "a symbol without a version is refused, with its line" refused 'host_reload, line 9' nosince.syms \
	--soname libhost.so.1 --package libhost1 --package-version 1
printf 'A_1 {\n global: b; # since=2.0\n a; # since=1.10\n c; # since=1.9\n local: *;\n};\n' >ages.syms
check "a node is as old as its oldest symbol" "$VERSIONGEN" map --dialect deb ages.syms --soname libhost.so.1 --package libhost1 -o out
check "as Debian compares versions" grep -qx ' (optional)A_1@A_1 1.9' out
check "--since-default is its version" "$VERSIONGEN" map --dialect deb --tag id:x nosince.syms \
	--soname libhost.so.1 --package libhost1 --package-version 1 --since-default 1.1 -o out
check "it stands in the template" grep -qx ' host_reload@HOST_1.2 1.1' out

cat >releases.syms <<'END'
HOST_1.0 { global: host_open; local: *; };
HOST_LATER_1.10 {
  global:
    host_close;
    host_reload;  # since=1.11
} HOST_1.0;
HOST_1_2 { global: host_odd; } HOST_LATER_1.10;
END
cat >releases.wanted <<'END'
libhost.so.1 libhost1 #MINVER#
 (optional)HOST_1.0@HOST_1.0 1.0
 (optional)HOST_LATER_1.10@HOST_LATER_1.10 1.10
 (optional)HOST_1_2@HOST_1_2 3
 host_close@HOST_LATER_1.10 1.10
 host_odd@HOST_1_2 3
 host_open@HOST_1.0 1.0
 host_reload@HOST_LATER_1.10 1.11
END
check "with --since-nodes a node says which release its symbols came with" "$VERSIONGEN" map \
	--dialect deb releases.syms --soname libhost.so.1 --package libhost1 --since-nodes \
	--since-default 3 -o releases
same "what a name does not say has --since-default" releases releases.wanted
check "a node without a number needs --since-default" refused 'host_odd, line 7' releases.syms \
	--soname libhost.so.1 --package libhost1 --since-nodes

# A variable of libc, which the program has a copy of: of clang only where it is at a fixed address.
echo 'extern char *program_invocation_name; int main(void) { return !*program_invocation_name; }' >main.c
gensyms_program() {
	dpkg-gensymbols -plibhost1 -Pdebian/libhost1 -v1.2.3-1 -Idebian/libhost1.symbols -O/dev/null -c4 \
		-edebian/libhost1/usr/lib/host
}
sed -i 's/static void host_reload/void host_reload/' host.c
check "the host is whole again" "$CC" -fno-pie -no-pie -rdynamic -o debian/libhost1/usr/lib/host main.c host.c \
	-Wl,--version-script=host.map -Wl,-soname,libhost.so.1
check "a template for a program is written" template "id:$hash1" --abi-package libhost-abi --program
check "it allows for copies of variables" gensyms_program
check "one for a library is written, too" template "id:$hash1" --abi-package libhost-abi
check_not "a template for a library does not" gensyms_program
rm debian/libhost1/usr/lib/host

# ---- what is said in other words ----

cat >words.syms <<'END'
# unversioned: host_old since=0.9
HOST_1.0 {
  global:
    host_old64;  # since=1.0 arch=x86_64|arm
    host_not;  # since=1.0 arch=!i386
    host_glob_*;  # since=1.0
    extern "C++" {
      "host::run(int)";  # since=1.0
      host::b[!a]?*;  # since=1.0
    };
};
LIBC_PRIVATE {  # exact
    __host_start;
};
END
cat >words.wanted <<'END'
libhost.so.1 libhost1 #MINVER#
| libhost1 (= 1)
 (symver|optional)LIBC_PRIVATE 0 1
 (optional)HOST_1.0@HOST_1.0 1.0
 (c++|regex)"^host\:\:b[^a]..*@HOST_1\.0$" 1.0
 (c++)"host::run(int)@HOST_1.0" 1.0
 (regex)"^host_glob_.*@HOST_1\.0$" 1.0
 (arch=!i386)host_not@HOST_1.0 1.0
 host_old@Base 0.9
 (arch=amd64 armel armhf)host_old64@HOST_1.0 1.0
END
check "patterns, C++, machines and unversioned symbols are written" "$VERSIONGEN" map --dialect deb \
	words.syms --soname libhost.so.1 --package libhost1 --package-version 1 -o words
same "they are what dpkg calls them" words words.wanted

finish
