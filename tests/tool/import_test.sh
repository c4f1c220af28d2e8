#!/bin/bash
# SPDX-License-Identifier: MIT
# `versiongen import`: what it makes of each kind of file, what it says of wrong ones.
#
#   import_test.sh
#
# From the environment: VERSIONGEN, CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
: "${VERSIONGEN:?}"
VERSIONGEN=$(realpath "$VERSIONGEN") || exit 1
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
CC=${CC:-gcc}
cd "${dir:?}" || exit 1

# import SENTENCE WANTED OPERAND...: nothing on stderr, and this declaration
import() {
	local sentence=$1 wanted=$2
	shift 2
	if "$VERSIONGEN" import "$@" >found 2>err && [[ ! -s err ]]; then
		same "$sentence" found "$wanted"
	else
		not_ok "$sentence"
		sed 's/^/    /' err
	fi
}

# says SENTENCE STATUS OPERAND... <TEXT: exit status and the lines "FILE:LINE:COLUMN: ..." on stderr
says() {
	local sentence=$1 status=$2 got
	shift 2
	"$VERSIONGEN" import "$@" >found 2>err
	got=$?
	grep -E '^[^ ]' err >said
	cat >wanted
	if [[ $got == "$status" ]] && diff said wanted >log; then
		ok "$sentence"
	else
		not_ok "$sentence (status $got)"
		sed 's/^/    /' err log
	fi
}

# ---- libraries ----

cat >foo.c <<'END'
int foo_table = 1;
__thread int foo_tls;
void foo_plain(void) {}
__attribute__((weak)) void foo_weak(void) {}
void foo_old_open(void) {}
void foo_new_open(void) {}
void foo_queue_push(void) {}
void foo_loose(void) {}
__asm__(".symver foo_old_open, foo_open@FOO_1.0");
__asm__(".symver foo_new_open, foo_open@@FOO_1.2");
__asm__(".globl foo_fast; .type foo_fast, %gnu_indirect_function; foo_fast: .long 0");
__asm__(".globl foo_label; foo_label: .long 0");
__asm__(".globl foo$cold; .type foo$cold, %function; foo$cold: .long 0");
__asm__(".globl foo_unique; .type foo_unique, %gnu_unique_object; .data; foo_unique: .long 0; .text");
__asm__(".globl \"foo a b\"; .type \"foo a b\", %function; \"foo a b\": .long 0");
END
cat >foo.map <<'END'
FOO_1.0 { global: foo_table; foo_tls; foo_plain; foo_weak; foo_fast; foo_unique; foo_label; "foo a b"; foo$cold; foo_open; local: *; };
FOO_1.1 { } FOO_1.0;
FOO_1.2 { foo_open; } FOO_1.1 FOO_1.0;
FOO_1.3 { foo_none; } FOO_1.2;
FOO_PRIVATE { foo_queue_push; } FOO_1.3;
END
cat >foo.syms <<'END'
# SONAME libfoo.so.1, imported from an ELF file for MACHINE
FOO_1.0 {
  global:
    "foo a b";
    foo$cold;
    foo_fast;  # ifunc
    foo_label;  # notype
    foo_open;  # compat
    foo_plain;
    foo_table;  # data
    foo_tls;  # tls
    foo_unique;  # data unique
    foo_weak;  # weak
  local:
    *;
};
FOO_1.1 {
} FOO_1.0;
FOO_1.2 {
  global:
    foo_open;
} FOO_1.1 FOO_1.0;
FOO_1.3 {
  local:
    # So that the node is not weak, as an empty one would be.
    no_symbol_of_FOO_1.3;
} FOO_1.2;
FOO_PRIVATE {  # exact
  global:
    foo_queue_push;
} FOO_1.3;
END
# bfd: neither gold nor lld writes what inherits from what, or a flag for empty nodes.
$CC -fuse-ld=bfd -shared -fPIC foo.c -o libfoo.so -Wl,--version-script=foo.map,-soname,libfoo.so.1 || exit 1
name=$("$VERSIONGEN" import libfoo.so | sed -n '1s/.* for //p')
check "the machine is named" test "$name"
sed -i "1s/MACHINE/$name/" foo.syms
import "a library gives its nodes, types, bindings and defaults" foo.syms libfoo.so
import "--from library is the same" foo.syms --from library libfoo.so
import "a library comes from the standard input as well" foo.syms - <libfoo.so
check "-o writes a file" "$VERSIONGEN" import libfoo.so -o out.syms
same "it is the same" out.syms foo.syms
import "what was imported is a script that gives itself" <(sed -e 1d -e '/# So that/d' foo.syms) foo.syms
check "a map is made of it" "$VERSIONGEN" map foo.syms -o again.map
# shellcheck disable=SC2086
check "the library is linked with the map" $CC -fuse-ld=bfd -shared -fPIC foo.c -o again.so \
	-Wl,--version-script=again.map,-soname,libfoo.so.1
import "the new library gives the same declaration" foo.syms again.so

sed 's/ local: \*;//' foo.map >loose.map
$CC -shared -fPIC foo.c -o loose.so -Wl,--version-script=loose.map,-soname,libfoo.so.1 || exit 1
"$VERSIONGEN" import loose.so -o loose.syms || exit 1
check "symbols without a version are named in comments" grep -qx '# unversioned: foo_loose' loose.syms
check_not "nothing is hidden then" grep -q '\*;' loose.syms

echo 'int bar_data; void bar(void) {}' | $CC -shared -fPIC -x c - -o libbar.so || exit 1
cat >bar.syms <<END
# imported from an ELF file for $name
{
  global:
    bar;
    bar_data;  # data
  local:
    *;
};
END
import "a library without nodes gives an anonymous script" bar.syms libbar.so

cat >use.c <<'END'
#include <stdio.h>
FILE **stream = &stderr;
void host_run(void) {}
int main(void) { fprintf(stderr, "%p\n", (void *)stream); return 0; }
END
if [[ $(uname -m) == x86_64 ]]; then
	# A copy of stderr: defined, with a node that is libc's.
	$CC -no-pie -rdynamic use.c -o host -Wl,--version-script=<(echo 'HOST_1 { host_run; stderr; };') || exit 1
	check "a program with a copy of a library's variable is imported" "$VERSIONGEN" import host -o host.syms
	check_not "the copy is not its own" grep -q 'stderr' host.syms
	check "its symbols are" grep -q host_run host.syms
fi

for machine in aarch64 armhf i386 ppc64 s390x mips64el alpha x32; do
	check "a stub for $machine is written" "$VERSIONGEN" stub foo.syms --soname libfoo.so.1 \
		--machine $machine -o foreign.so
	import "its import is the declaration" <(sed "1s/ for .*/ for $(
		"$VERSIONGEN" import foreign.so | sed -n '1s/.* for //p'
	)/" foo.syms) foreign.so
done

head -c 900 libfoo.so >cut.so
"$VERSIONGEN" import cut.so >found 2>err
check "a damaged library is an error of the file" test $? -eq 3
check "file, table and offset are said" grep -qE '^versiongen: cut\.so: .*, offset 0x[0-9a-f]+: ' err
check "nothing is written" test ! -s found

# ---- scripts ----

cat >script.map <<'END'
/* A comment. */
BAZ_1 { global: baz_a; baz_*; extern "C++" { baz::run*; "baz::stop()"; }; local: *; };
BAZ_2 { baz_b; # data
  "odd name"; } BAZ_1;
BAZ_PRIVATE { baz_q; } BAZ_2;
BAZ_PRIVATE_1.0 { baz_r; };
END
cat >script.syms <<'END'
BAZ_1 {
  global:
    baz_a;
    baz_*;
    extern "C++" {
      baz::run*;
      "baz::stop()";
    };
  local:
    *;
};
BAZ_2 {
  global:
    baz_b;  # data
    "odd name";
} BAZ_1;
BAZ_PRIVATE {  # exact
  global:
    baz_q;
} BAZ_2;
BAZ_PRIVATE_1.0 {  # exact
  global:
    baz_r;
};
END
import "a script keeps its patterns and names" script.syms script.map
import "the result gives itself" script.syms script.syms
sed 's/^BAZ_PRIVATE {  # exact/BAZ_PRIVATE {/' script.syms >tagged.syms
import "--tagged lets a node X_PRIVATE have a tag" tagged.syms --tagged script.map
printf 'A {\n a;\n} NO;\nB {\n b;\n} NEITHER;\n' >bad.map
says "all errors of a script are said" 3 bad.map <<'END'
bad.map:3:3: error: there is no node 'NO' [unknown-parent]
bad.map:6:3: error: there is no node 'NEITHER' [unknown-parent]
END

# ---- libvirt ----

cat >public.syms <<'END'
#
# The public ones.
#
LIBVIRT_0.0.3 {
    global:
        virConnectOpen;
};
LIBVIRT_0.1.0 {
    global:
        virGetVersion;
} LIBVIRT_0.0.3;
END
cat >private.syms <<'END'
#
# General private symbols.
#

# access/viraccessmanager.h
virAccessManagerNew;
virAccessManagerNewStack;


# util/virfile.h
# These two are for the daemon.
virFileClose;
virFileOpen;

# Let emacs know
# Local Variables:
END
echo '# vmx/vmx.h
virVMXParse;
xdr_*;' >vmx.syms
cat >libvirt.wanted <<'END'
LIBVIRT_0.0.3 {
  global:
    virConnectOpen;
};
LIBVIRT_0.1.0 {
  global:
    virGetVersion;
} LIBVIRT_0.0.3;
LIBVIRT_PRIVATE {
  global:
    # General private symbols.
    # access/viraccessmanager.h
    virAccessManagerNew;
    virAccessManagerNewStack;

    # These two are for the daemon.
    # util/virfile.h
    virFileClose;
    virFileOpen;

    # vmx/vmx.h
    virVMXParse;
    xdr_*;
  local:
    *;
};
END
import "libvirt's lists become one declaration" libvirt.wanted public.syms private.syms vmx.syms
import "the order of the files is free" libvirt.wanted private.syms public.syms vmx.syms
check "--node names the private node" bash -c '"$1" import --node QEMU_PRIVATE public.syms private.syms |
	grep -qx "QEMU_PRIVATE {"' _ "$VERSIONGEN"
check "the private node has a tag" bash -c '"$1" import public.syms private.syms vmx.syms |
	"$1" map --tag id:abc - | grep -q "^LIBVIRT_PRIVATE_abc"' _ "$VERSIONGEN"
printf 'virA;\nvirB\nvirC;\n!;\nvirA;\n' >bad1.syms
printf 'virD;;\n' >bad2.syms
says "all errors of all lists are said" 3 public.syms bad1.syms bad2.syms <<'END'
bad1.syms:2:1: error: no semicolon behind the name [import-syntax]
bad1.syms:4:1: error: expected the name of a symbol [import-syntax]
bad1.syms:5:1: error: symbol virA is listed twice in LIBVIRT_PRIVATE [import-twice]
bad2.syms:1:6: error: expected the name of a symbol [import-syntax]
END
echo '{ global: virX; };' >nameless.syms
says "a public list without a node is refused" 3 nameless.syms private.syms <<'END'
nameless.syms:1:1: error: a public list has a version node with a name, not a script without one [import-syntax]
END

# ---- Debian ----

cat >libfoo1.symbols <<'END'
libfoo.so.1 libfoo1 #MINVER#
| libfoo1 (= 1.2-3)
* Build-Depends-Package: libfoo-dev
 FOO_1.0@FOO_1.0 1.0
 FOO_1.10@FOO_1.10 1.10
 (optional=only gcc)foo_b@FOO_1.0 1.0
 foo_a@FOO_1.0 1.0
 foo_c@FOO_1.10 1.10~rc1-1
 foo_d@FOO_1.2 1.2
#MISSING: 1.3# foo_gone@FOO_1.0 1.0
 foo_p@FOO_PRIVATE_1 0 1
 (c++)"foo::run(int)@FOO_1.2" 1.2
END
cat >debian.wanted <<'END'
# SONAME libfoo.so.1, imported from a symbols file. The file has no types, and does not say which node
# inherits from which: here all are functions, and each node follows the version before it.
FOO_1.0 {
  global:
    foo_a;  # since=1.0
    # In the symbols file: optional=only gcc
    foo_b;  # since=1.0
  local:
    *;
};
FOO_1.2 {
  global:
    foo_d;  # since=1.2
    extern "C++" {
      "foo::run(int)";  # since=1.2
    };
} FOO_1.0;
FOO_1.10 {
  global:
    foo_c;  # since=1.10~rc1-1
} FOO_1.2;
FOO_PRIVATE_1 {  # exact
  global:
    foo_p;  # since=0
} FOO_1.10;
END
import "a symbols file gives nodes, releases and C++ names" debian.wanted libfoo1.symbols
cat >base.symbols <<'END'
libold.so.1 libold1 #MINVER#
 old_a@Base 1.0
libnew.so.1 libnew1 #MINVER#
 new_a@Base 1.0
 new_b@NEW_1 1.0
END
says "of several libraries one has to be named" 2 base.symbols <<'END'
versiongen: base.symbols: expected one of its libraries behind --soname: libold.so.1, libnew.so.1
END
check "@Base alone is an anonymous script" bash -c '"$1" import --soname libold.so.1 base.symbols |
	grep -qx "{"' _ "$VERSIONGEN"
check "@Base beside nodes has no version" bash -c '"$1" import --soname libnew.so.1 base.symbols |
	grep -qx "# unversioned: new_a since=1.0"' _ "$VERSIONGEN"
echo 'libnone.so.2 libnone2 #MINVER#' >none.symbols
check "a library without symbols exports nothing" bash -c '"$1" import none.symbols --from debian |
	"$1" map -' _ "$VERSIONGEN"
cat >lossy.symbols <<'END'
libfoo.so.1 libfoo1 #MINVER#
 (symver)FOO_1 1.0
 (regex)"^foo_.*@FOO_1$" 1.0
 foo_a@FOO_1 1.0
 foo_b 1.0
END
says "what a declaration cannot say is a warning with its line" 0 lossy.symbols <<'END'
lossy.symbols:2:1: warning: '(symver)FOO_1 1.0' is left out: it stands for many symbols [import-lost]
lossy.symbols:3:1: warning: '(regex)"^foo_.*@FOO_1$" 1.0' is left out: it stands for many symbols [import-lost]
lossy.symbols:5:1: warning: 'foo_b 1.0' is left out: it has no @NODE [import-lost]
END
check "and stays as prose" grep -qx '# Left out: (symver)FOO_1 1.0' found
check "which is a declaration" "$VERSIONGEN" map found
if [[ -e /usr/share/dpkg/cputable ]]; then
	cat >arch.symbols <<'END'
libfoo.so.1 libfoo1 #MINVER#
 (arch=amd64 arm64)foo_two@FOO_1 1.0
 (arch=!i386)foo_not@FOO_1 1.0
 (arch=linux-any)foo_all@FOO_1 1.0
 (arch-bits=32|arch-endian=little)foo_small@FOO_1 1.0
END
	"$VERSIONGEN" import arch.symbols >found
	check "arch= names machines" grep -qx '    foo_two;  # since=1.0 arch=x86_64|aarch64' found
	check "and those that lack it" grep -qx '    foo_not;  # since=1.0 arch=!i386' found
	check "what all machines have has no tag" grep -qx '    foo_all;  # since=1.0' found
	check "widths and byte orders are lists of machines" \
		grep -qE '^    foo_small;  # since=1.0 arch=.*\|i386\|arm\|' found
fi
printf 'libfoo.so.1 libfoo1\n* Field\n ()@FOO 1\n (regex)"(@FOO" 1\n foo@FOO 1 9999999999\n' >bad.symbols
"$VERSIONGEN" import bad.symbols >found 2>err
check "a wrong symbols file is an error" test $? -eq 3
check "all its errors are said" test "$(grep -cE '^bad.symbols:[0-9]+:1: error: ' err)" -ge 3
check "and nothing else" test ! -s found

# ---- abilists ----

cat >libc.abilist <<'END'
GLIBC_2.10 dup3 F
GLIBC_2.2.5 _Exit F
GLIBC_2.2.5 stderr D 0x8
GLIBC_2.2.5 errno T 0x4
GLIBC_2.2.5 memcpy F
GLIBC_2.14 memcpy F
GLIBC_2.3 GLIBC_2.3 A
GLIBC_PRIVATE __libc_x F
END
cat >abilist.wanted <<'END'
# Imported from a list of symbols. The list does not say which node inherits from which:
# here each follows the version before it.
GLIBC_2.2.5 {
  global:
    _Exit;
    errno;  # tls
    memcpy;  # compat
    stderr;  # data
  local:
    *;
};
GLIBC_2.3 {
} GLIBC_2.2.5;
GLIBC_2.10 {
  global:
    dup3;
} GLIBC_2.3;
GLIBC_2.14 {
  global:
    memcpy;
} GLIBC_2.10;
GLIBC_PRIVATE {  # exact
  global:
    __libc_x;
} GLIBC_2.14;
END
import "an abilist gives nodes in the order of their versions" abilist.wanted libc.abilist
printf 'A_1 a F\nA_1 b\nA_1 c Q\nA_1 d D 8\n-1 e F\nA_1 a F\nA_1 f F 0x1 2\n' >bad.abilist
says "all errors of an abilist are said" 3 bad.abilist <<'END'
bad.abilist:2:5: error: a line ends early [import-syntax]
bad.abilist:3:7: error: unknown type of a symbol [import-syntax]
bad.abilist:4:9: error: something else than a size behind the type [import-syntax]
bad.abilist:5:1: error: a node cannot have this name [import-syntax]
bad.abilist:6:5: error: symbol a is listed twice in A_1 [import-twice]
bad.abilist:7:9: error: something else than a size behind the type [import-syntax]
END
check "each with its line and a caret" grep -qF '    3 | A_1 c Q' err

# ---- wrong usage ----

says "a file of no kind is an error" 3 /dev/null <<'END'
versiongen: /dev/null: an empty file
END
echo 'some prose' >prose
says "prose is of no kind" 3 prose <<'END'
versiongen: prose: no ELF file, version script, symbols file or list of symbols, by its content: say with --from which of them it is
END
printf '!<arch>\nlibfoo.so.1 libfoo1 #MINVER#\n' >libfoo.a
says "an archive is said to be one" 3 libfoo.a <<'END'
versiongen: libfoo.a: an archive of object files: give the shared object that is linked from it; `versiongen collect` reads archives
END
echo 'void foo_log(const char *text);' >foo.h
"$VERSIONGEN" import foo.h >out 2>err
check "a header is no symbols file" test ! -s out
says "an unknown kind is wrong usage" 2 --from elf prose <<'END'
versiongen import: unknown kind 'elf' (see 'versiongen import --help')
END
says "two libraries are not one declaration" 2 libfoo.so libbar.so <<'END'
versiongen import: one FILE for a declaration (several: libvirt) (see 'versiongen import --help')
END
printf 'A_1 a F\nA_1 b\0 F\n' >nul.abilist
says "a NUL byte has a place" 3 nul.abilist <<'END'
nul.abilist:2:6: error: a NUL byte: this is no text file [import-syntax]
END
says "a file that is not there is an error" 3 nowhere <<'END'
versiongen: nowhere: cannot read: No such file or directory
END

finish
