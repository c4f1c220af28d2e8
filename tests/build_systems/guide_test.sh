#!/bin/bash
# SPDX-License-Identifier: MIT
# The sections of docs/adoption.md about build systems: their files are built, their commands print what stands there.
#
#   guide_test.sh [--update]        --update writes what they print into the document
#
# From the environment: ABILOCK_PREFIX, where abilock is installed.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=../examples/lib.sh
. "$root/tests/examples/lib.sh"
VERSIONGEN=$prefix/bin/versiongen ABIAUDIT=$prefix/bin/abiaudit CC=gcc
# shellcheck source=../tool/document_lib.sh
. "$root/tests/tool/document_lib.sh"
unset VERSIONGEN ABIAUDIT ABIMOD MAKEFLAGS MAKELEVEL CFLAGS LDFLAGS DESTDIR
# As if abilock were installed where the linkers look.
export CC=gcc LD_RUN_PATH=$prefix/lib LD_LIBRARY_PATH=$prefix/lib ACLOCAL_PATH=$prefix/share/aclocal
guide=$root/docs/adoption.md

# What each section has in its folder besides: the sources of the README.
sources() {
	cat <<'SOURCES'
```
# foo.syms
FOO_1.0     { global: foo_version; local: *; };
FOO_PRIVATE { global: foo_log; };
```
```c
/* foo.c */
#include <stdio.h>
#include <abilock/abilock.h>
#include "foo_abi.h"

ABILOCK_HOST();

int foo_version(void) { return 1; }
void foo_log(const char *text) { printf("foo: %s\n", text); }

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!abilock_dlopen(argv[i], RTLD_NOW))
			printf("%s\n", abilock_dlerror());
	return 0;
}
```
```c
/* hello.c */
#include "foo_abi.h"

ABILOCK_MODULE("hello", PRIVATE);

void foo_log(const char *text);
__attribute__((constructor)) static void hello(void) { foo_log("hello"); }
```
SOURCES
}

# section HEADING: of the guide, as a document of its own
section() {
	echo "## $1"
	sources
	sed "1,/^## $1\$/d; /^## /,\$d" "$guide"
}

holds() {
	section "$1" >page.md
	[[ $(grep -c '^\$ ' page.md) -ge ${2:-1} ]] && document_holds page.md "$1"
}

# The same sources without the macros, and the objects that have them instead.
without_macros() {
	sed -i -e '/ABILOCK_HOST/d' example/foo.c -e '/ABILOCK_MODULE/d' example/hello.c
}

foreign_make() {
	without_macros
	# shellcheck disable=SC2016
	sed -i -e 's/ foo.o \$(foo_link)/ foo.o $(foo_lock) $(foo_link)/' -e 's/^foo: foo.o/& $(foo_lock)/' \
		-e 's/^hello.so: hello.o/& $(foo_module_lock)/' example/Makefile
	make -C example ABILOCK_TAG=release:2 && abiaudit verify --require-lock --host example/foo example/hello.so
}

foreign_autotools() {
	without_macros
	# shellcheck disable=SC2016
	sed -i -e 's/^foo_LDADD = /&$(foo_lock) /' -e 's/^EXTRA_foo.*/& $(foo_lock)/' \
		-e 's/^hello_so_LDADD = /&$(foo_module_lock) /' -e 's/^EXTRA_hello.*/& $(foo_module_lock)/' example/Makefile.am
	make -C example ABILOCK_TAG=release:2 && abiaudit verify --require-lock --host example/foo example/hello.so
}

foreign_meson() {
	without_macros
	sed -i -e "s/'foo.c', /&foo_lock, /" -e "s/'hello.c', /&foo_module_lock, /" example/meson.build
	ninja -C example/build &&
		abiaudit verify --require-lock --host example/build/foo example/build/hello.so
}

# The Makefile for a module that is built elsewhere, with the kettle of the guide that is installed in `stage`.
outside() {
	cp -R example/stage installed
	section "Modules that are built elsewhere, cross builds" >page.md
	run_document page.md "Modules that are built elsewhere, cross builds" >/dev/null
	sed -i "s,=/usr\$,=$dir/installed/usr," installed/usr/lib/pkgconfig/foo-host.pc
	PKG_CONFIG_PATH=$dir/installed/usr/lib/pkgconfig make -C example install DESTDIR="$dir/module" &&
		installed/usr/bin/foo "module$dir/installed/usr/lib/foo/hello.so" >out && cat out && prints '^foo: hello$' out
}

if [[ ${1-} == --update ]]; then
	for heading in Meson Autotools Make; do
		section "$heading" >page.md
		run_document page.md "$heading" >new.md
		# Behind the sources, which are no part of the guide.
		awk -v heading="## $heading" -v from="$(section "$heading" | sed '/^## /d' | head -n "$(sources | wc -l)" | wc -l)" '
			FNR == NR { if (FNR > from + 1) text = text $0 "\n"; next }
			/^## / { on = $0 == heading; if (on) { print; printf "%s", text; next } }
			!on' new.md "$guide" >guide.md
		cp guide.md "$guide"
	done
	exit
fi

for heading in Meson Autotools Make; do
	tool=${heading,,}
	[[ $tool != autotools ]] || tool=autoreconf
	if ! have "$tool"; then
		skip "## $heading: $tool is not installed"
		continue
	fi
	check "the commands below '$heading' print what stands there" holds "$heading" 5
	check "$heading: sources without macros are locked by an object" "foreign_${heading,,}"
done
check "a module is built elsewhere with the Makefile that stands there" outside
# shellcheck disable=SC2016
rejects() {
	printf '## Make\n\n```\n$ echo 1\n2\n```\n' >page.md
	! document_holds page.md Make
}
check "a command that prints something else is found" rejects
finish
