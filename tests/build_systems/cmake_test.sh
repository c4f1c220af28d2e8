#!/bin/bash
# SPDX-License-Identifier: MIT
# The CMake package: hosts and modules as a user builds them with find_package(abilock), installed below
# a DESTDIR; modules built elsewhere against the installed host; what a build refuses; wrong usage;
# another machine.
#
#   cmake_test.sh [PART...]      (default: all, which are use, refused, project, cross and guide)
#
# From the environment: ABILOCK_PREFIX, where abilock is installed; SOURCE_DIR, the tree; CC.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2016
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"

: "${ABILOCK_PREFIX:?}"
prefix=$(cd "$ABILOCK_PREFIX" && pwd) || exit 1
export CC=${CC:-gcc}
PATH=$prefix/bin:$PATH
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export PATH GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE NINJA_STATUS MAKEFLAGS MAKELEVEL CMAKE_GENERATOR \
	CMAKE_PREFIX_PATH PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR DESTDIR
# Hosts are run from where they are staged.
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$(find "$prefix" -name libabilock.so.1 | head -n 1)")
cd "$dir" || exit 1

prints() { grep -qE -e "$1" "$2"; }

repo_git() { git -C "$1" -c user.name=test -c user.email=test@localhost "${@:2}"; }

# commit FOLDER: all of it, in a repository that is made where there is none
commit() {
	[[ -e $1/.git ]] || repo_git "$1" init -q
	repo_git "$1" add -A
	repo_git "$1" commit -qm "A build" --allow-empty
}

# configure SOURCE BUILD OPTION...
configure() {
	cmake -S "$1" -B "$2" -G "${generator:-Ninja}" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib "${@:3}"
}

# stage BUILD TO OPTION...: installed below a folder
stage() { DESTDIR=$dir/$2 cmake --install "$1" "${@:3}"; }

# says SENTENCE TEXT COMMAND...: the command fails, and says this
says() {
	local sentence=$1 text=$2 status=0

	shift 2
	"$@" >says.log 2>&1 || status=$?
	# CMake folds the text of an error.
	tr -s ' \n' ' ' <says.log >says.line
	if [[ $status -ne 0 ]] && grep -qE -e "$text" says.line; then
		ok "$sentence"
	else
		not_ok "$sentence (status $status)"
		sed 's/^/    /' says.log | tail -n 30
	fi
}

# kettle ROOT MODULES OPTION...: what it printed in out, and why not in err
kettle() {
	echo 'teh tea' | "$dir/$1/usr/bin/kettle" -d "$dir/$2/usr/lib/kettle" "${@:3}" >out 2>err
}

# ---- a program and its modules, at two commits ----

installed_files() { (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort); }

test_install() {
	cp -R "$root/examples/exehost" kettle
	commit kettle
	check "a host with modules is configured" configure kettle build
	check "and built" cmake --build build
	check "and installed below a DESTDIR" stage build A
	cat >wanted <<-'END'
		usr/bin/kettle
		usr/include/kettle/kettle.h
		usr/include/kettle/kettle_abi.h
		usr/include/kettle/kettle_private.h
		usr/lib/abilock/stubs/libkettle-host.so
		usr/lib/kettle/libdict.so.1
		usr/lib/kettle/libdict.so.1.0
		usr/lib/kettle/number.so
		usr/lib/kettle/shout.so
		usr/lib/kettle/spell.so
		usr/lib/pkgconfig/kettle-host.pc
	END
	installed_files A >found
	same "these files are installed and no others" wanted found
	check_not "none of them names the build" grep -rlF "$dir/build" A/usr/include A/usr/lib/pkgconfig
	check "the modules load" kettle A A spell number shout
	check "and work" prints '^1 THE TEA$' out
	check_not "a module that does not call libabilock does not need it" \
		sh -c 'readelf -d A/usr/lib/kettle/number.so | grep libabilock'

	sed -i $'/^struct kettle_line {/a\\\tunsigned long offset;' kettle/kettle_private.h
	commit kettle
	check "the next commit is built" cmake --build build
	check "and installed elsewhere" stage build B
	check_not "a module of the first does not load there" kettle B A number
	check "and the lock says why" prints "version .KETTLE_PRIVATE_.*' not found" err
	check "a public one does" kettle B A shout
}

# ---- modules that are built elsewhere ----

write_more() {
	mkdir -p more
	cat >more/CMakeLists.txt <<-'END'
		cmake_minimum_required(VERSION 3.20)
		project(more VERSION 1.0 LANGUAGES C)
		find_package(abilock REQUIRED)
		abilock_module(drop HOST_PACKAGE kettle SOURCES drop.c NO_MANIFEST)
		abilock_module(mark HOST_PACKAGE kettle SOURCES mark.c PUBLIC)
	END
	cat >more/drop.c <<-'END'
		#include <kettle_private.h>
		ABILOCK_MODULE("drop", PRIVATE);
		static void drop(struct kettle_line *line) { if (line->number > 1) kettle_drop(); }
		__attribute__((constructor)) static void start(void) { kettle_add_filter("drop", drop); }
	END
	cat >more/mark.c <<-'END'
		#include <kettle.h>
		ABILOCK_MODULE("mark", PUBLIC);
		static void mark(struct kettle_line *line) { kettle_set_text(line, "marked"); }
		__attribute__((constructor)) static void start(void) { kettle_add_filter("mark", mark); }
	END
}

# The host is below a folder, as for a build that is not for the running system.
sysroot() { PKG_CONFIG_SYSROOT_DIR=$dir/$1 PKG_CONFIG_LIBDIR=$dir/$1/usr/lib/pkgconfig "${@:2}"; }

test_package() {
	cp -a A host
	write_more
	check "modules are configured with an installed host alone" sysroot host configure more more-build
	check "and built" cmake --build more-build
	check "and installed where the host looks, below a DESTDIR" stage more-build M
	printf 'usr/lib/kettle/%s\n' drop.so mark.manifest mark.so >wanted
	installed_files M >found
	same "these files are installed and no others" wanted found
	check_not "a module has no run path to the stub" \
		sh -c 'readelf -d M/usr/lib/kettle/drop.so | grep -E "stubs|R.*PATH.*host"'
	check "they load into that host" kettle A M drop mark
	check "and work" prints '^marked$' out
	check_not "the private one does not load into the next build of the host" kettle B M drop
	check "and the lock says why" prints "version .KETTLE_PRIVATE_.*' not found" err
	check "the public one does" kettle B M mark

	cmake --build more-build >log 2>&1
	check_not "a second build links nothing" prints 'Linking' log
	sleep 0.05
	rm -r host
	cp -R B host
	check "with the host of the next commit they are built again" cmake --build more-build
	check "and installed" stage more-build N
	check "and load into it" kettle B N drop
	cp -R more-build/../A/usr/bin/kettle host/usr/bin/kettle
	says "a host that is not of its headers' build is noticed" \
		"drop.so: refused: missing-node" cmake --build more-build
	rm host/usr/bin/kettle
	check "where the host's program is not installed, modules are built all the same" \
		sh -c "PKG_CONFIG_SYSROOT_DIR=$dir/host PKG_CONFIG_LIBDIR=$dir/host/usr/lib/pkgconfig cmake -S more -B more-dev -G Ninja >log &&
			cmake --build more-dev && grep -q 'bin/kettle is not installed' log"
	says "without the host's package the text says what to install" "no kettle-host.pc: install .*kettle-dev" \
		env PKG_CONFIG_LIBDIR="$dir" cmake -S more -B more-none -G Ninja
	rm -f host/usr/include/kettle/kettle_abi.h
	says "without the host's header too" "kettle_abi.h is not in" sysroot host configure more more-none
	says "an installed host takes no embedded modules" "KETTLE_MODULE_drop is 'y'; it can be m, n" \
		sysroot A configure more more-none -DKETTLE_MODULE_drop=y
	sed 's/PUBLIC/EMBEDDED/' more/CMakeLists.txt >more/Other.txt
	says "nor does EMBEDDED help" "EMBEDDED: an installed kettle" sysroot A sh -c \
		'mkdir -p even && cp more/*.c even && cp more/Other.txt even/CMakeLists.txt && cmake -S even -B even-build -G Ninja'
	check "a module can be left out" sysroot A configure more more-none -DKETTLE_MODULE_drop=n
}

# What another build system installed: host.pc.in filled by sed, a library that was linked by hand.
test_other_build() {
	local lib=$dir/O/usr/lib

	mkdir -p O/usr/include/tea "$lib/pkgconfig" other
	cat >other/tea.syms <<-'END'
		TEA_1.0 { global: tea_pour; local: *; };
		TEA_PRIVATE { global: tea_leaves; };
	END
	cat >other/tea.c <<-'END'
		#include "tea_abi.h"
		ABILOCK_HOST();
		int tea_pour(void) { return 1; }
		int tea_leaves(void) { return 2; }
	END
	{
		versiongen map other/tea.syms --tag id:one -o other/tea.map
		versiongen header other/tea.syms --tag id:one --soname libtea.so.3 -o O/usr/include/tea/tea_abi.h
		"$CC" -shared -fPIC other/tea.c -IO/usr/include/tea -o "$lib/libtea.so.3" -Wl,-soname,libtea.so.3 \
			-Wl,--version-script=other/tea.map
		ln -s libtea.so.3 "$lib/libtea.so"
	} || not_ok "the host is built by hand"
	sed -e 's,@prefix@,/usr,; s,@exec_prefix@,${prefix},; s,@libdir@,${exec_prefix}/lib,' \
		-e 's,@includedir@,${prefix}/include,; s,@ABILOCK_NAME@,tea,; s,@ABILOCK_VERSION@,3,' \
		-e 's,@ABILOCK_SONAME@,libtea.so.3,; s,@ABILOCK_HOST@,${libdir}/libtea.so.3,' \
		-e 's,@ABILOCK_MODULEDIR@,${libdir}/tea/modules,; s,@ABILOCK_LIBS@,-L${libdir} -ltea,' \
		"$prefix/share/abilock/host.pc.in" >"$lib/pkgconfig/tea-host.pc"
	cat >other/CMakeLists.txt <<-'END'
		cmake_minimum_required(VERSION 3.20)
		project(milk LANGUAGES C)
		find_package(abilock REQUIRED)
		abilock_module(milk HOST_PACKAGE tea-host SOURCES milk.c LOCK)
	END
	echo 'int tea_leaves(void); int milk(void) { return tea_leaves(); }' >other/milk.c
	check "a module of a library that another build system installed is configured" \
		sysroot O configure other other-build
	check "and built and verified" cmake --build other-build
	check "and installed" stage other-build P
	check "where the library looks" test -e P/usr/lib/tea/modules/milk.so
	check "it is bound to that build, by a lock that its source does not mention" \
		abiaudit verify --require-lock --host "$lib/libtea.so.3" P/usr/lib/tea/modules/milk.so
}

# ---- the choice of modules ----

test_choice() {
	check "a module is a part of the host, another is left out" configure kettle build \
		-DKETTLE_MODULE_shout=y -DKETTLE_MODULE_number=n
	check "and built" cmake --build build
	rm -rf C
	check "and installed" stage build C
	installed_files C/usr/lib/kettle >found
	printf '%s\n' libdict.so.1 libdict.so.1.0 spell.so >wanted
	same "files are there of the modules that are files" wanted found
	check "the host has the other in itself" kettle C C spell
	check "which works, and began before the file did" prints '^TEH TEA$' out
	check_not "an earlier build's files of them are gone" \
		sh -c 'ls build/kettle_modules/number.so build/kettle_modules/shout.so'
	check "all modules at once" configure kettle build -DKETTLE_MODULES=y -DKETTLE_MODULE_{shout,number}=
	check "are built into the host" cmake --build build
	rm -rf C
	stage build C >/dev/null
	check "with the libraries that they need" env LD_LIBRARY_PATH="$LD_LIBRARY_PATH:$dir/C/usr/lib/kettle" \
		"$dir/C/usr/bin/kettle" </dev/null
	check_not "there is no file of a module" sh -c 'ls C/usr/lib/kettle | grep -v libdict'
	says "another word is refused with those that there are" \
		"KETTLE_MODULE_shout is 'yes'; it can be y, m, n" configure kettle build -DKETTLE_MODULE_shout=yes
	check "nothing is chosen again" configure kettle build -DKETTLE_MODULES= -DKETTLE_MODULE_shout=
	check "and all is files" sh -c 'cmake --build build && test -e build/kettle_modules/shout.so'
}

# ---- what a build refuses ----

# edited SCRIPT FILE: a copy of the example with a change, in the folder `wrong`
edited() {
	rm -rf wrong
	cp -R "$root/examples/exehost" wrong
	sed -i "$1" "wrong/$2"
}

# build_says SENTENCE TEXT: of `wrong`, in a build of its own
build_says() {
	commit wrong
	configure wrong wrong-build >log 2>&1 || cat log
	says "$1" "$2" cmake --build wrong-build -- -k 0
	rm -rf wrong-build
}

test_refused() {
	edited 's/kettle_drop;//' kettle.syms
	commit wrong
	configure wrong wrong-build >log 2>&1
	says "a symbol that modules use and the declaration lacks fails, with the lines to add" \
		"\+ kettle_drop;.*--target kettle_update writes these lines; NO_COLLECT" cmake --build wrong-build -- -k 0
	check "the target kettle_update writes them" cmake --build wrong-build --target kettle_update
	check "so that all is built" cmake --build wrong-build
	rm -rf wrong-build
	edited 's/kettle_totals;/kettle_totals; kettle_more;/' kettle.syms
	build_says "a symbol that no module uses fails" "- kettle_totals; kettle_more;"
	edited 's/kettle_text;/kettle_text; kettle_more;/' kettle.syms
	build_says "a symbol that is declared and not there fails" "kettle_more.*symbol-missing"
	edited '/^ABILOCK_HOST/d' kettle.c
	build_says "a host without its lock fails" "marker"
	edited '/^ABILOCK_MODULE/d' modules/number.c
	sed -i 's/ NO_MANIFESTS//' wrong/CMakeLists.txt
	build_says "a module without its lock fails" "number.so"
	edited 's/number.c)/number.c PUBLIC)/' CMakeLists.txt
	build_says "a private module that is said to be public fails" "number.so: is private, but .* PUBLIC"
	edited 's/kettle_add_filter("shout"/kettle_drop(), &/' modules/shout.c
	sed -i 's/kettle.h"/kettle_private.h"/' wrong/modules/shout.c
	build_says "a public module that uses a private symbol fails" "shout.so: refused: .*mislabelled"
	edited '1i #define ABILOCK_MODULE_NAME "number"\n#include <abilock/module.h>\nABILOCK_USES("service", "clock");' modules/number.c
	sed -i 's/ NO_MANIFESTS//' wrong/CMakeLists.txt
	build_says "a module that uses what no module provides fails" "it uses service=clock, which nothing provides"
	edited 's/NO_MANIFESTS/& NO_CHECK NO_COLLECT/' CMakeLists.txt
	sed -i 's/kettle_text;/kettle_text; kettle_more;/; s/kettle_totals;/& kettle_extra;/' wrong/kettle.syms
	commit wrong
	check "NO_CHECK and NO_COLLECT turn the checks off" \
		sh -c 'cmake -S wrong -B wrong-build -G Ninja && cmake --build wrong-build'
	says "and the declaration can be checked by hand" "kettle_extra" \
		cmake --build wrong-build --target kettle_collect
	rm -rf wrong-build
	edited 's/kettle_totals;/& kettle_current_2;/' kettle.syms
	sed -i 's/^_Thread_local.*/&\nKETTLE_EXPORT_PRIVATE int kettle_current_2;/' wrong/kettle.c
	check "a tarball is built, whatever its private nodes have too much" \
		sh -c 'cmake -S wrong -B wrong-build -G Ninja -DABILOCK_TAG=release:1 && cmake --build wrong-build'
	rm -rf wrong-build
	edited '' kettle.syms
	commit wrong
	check "with -flto all is built" sh -c 'cmake -S wrong -B wrong-build -G Ninja \
		-DCMAKE_C_FLAGS="-flto -O2" && cmake --build wrong-build'
	rm -rf wrong-build
}

# ---- wrong usage ----

# wrong SENTENCE TEXT: the project in standard input is not configured, and the text says why
wrong() {
	rm -rf usage # its build knows the compiler already
	mkdir usage
	printf '%s\n' 'FOO_1.0 { global: foo_open; local: *; };' 'FOO_PRIVATE { global: foo_log; };' >usage/foo.syms
	echo 'int foo_open(void) { return 0; }' >usage/foo.c
	{
		echo 'cmake_minimum_required(VERSION 3.20)'
		echo 'project(foo LANGUAGES C)'
		echo 'find_package(abilock REQUIRED)'
		cat
	} >usage/CMakeLists.txt
	says "$1" "$2" cmake -S usage -B usage-build -G Ninja
}

# A host as it should be, in front of what is wrong.
host='add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms)'

test_usage() {
	wrong "a host without a target" "no target 'foo'; add_executable" <<<'abilock_host(foo DECLARATION foo.syms)'
	wrong "a host without a declaration" "DECLARATION is missing" <<<"add_executable(foo foo.c)
abilock_host(foo)"
	wrong "a declaration that is not there" "there is no .*bar.syms; .*PREFIX" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION bar.syms)"
	wrong "a declaration with an error is quoted" "cannot be used:.*foo.c:1:" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.c)"
	wrong "a static library as host" "'foo' is neither .STATIC_LIBRARY" <<<"add_library(foo STATIC foo.c)
abilock_host(foo DECLARATION foo.syms)"
	wrong "a host twice" "'foo' is a host already" <<<"$host
abilock_host(foo DECLARATION foo.syms)"
	wrong "an unknown word" "'SONAMES', 'x' is not understood|'SONAMES x'|'SONAMES" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms NO_CHECK SONAMES x)"
	wrong "a word without its value" "a value is missing behind SONAME" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms SONAME)"
	wrong "a tag of no kind" "the tag is 'v1'; it can be git, abi, release:TEXT" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms TAG v1)"
	wrong "the tag abi without types" "with the tag abi, TYPES" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms TAG abi)"
	wrong "a runtime of no kind" "RUNTIME is 'dynamic'; it can be shared, static or none" <<<"add_executable(foo foo.c)
abilock_host(foo DECLARATION foo.syms RUNTIME dynamic)"
	wrong "a soname that is not the library's" "SONAME is libfoo.so.2, but .* libfoo.so.1" <<<"add_library(foo SHARED foo.c)
set_target_properties(foo PROPERTIES SOVERSION 1)
abilock_host(foo DECLARATION foo.syms SONAME libfoo.so.2)"
	wrong "a soname that changes behind abilock_host" "the soname was libfoo.so .* is libfoo.so.1 now" <<<"add_library(foo SHARED foo.c)
abilock_host(foo DECLARATION foo.syms)
set_target_properties(foo PROPERTIES SOVERSION 1)"
	wrong "a module without a host" "HOST is missing" <<<"$host
abilock_module(bar SOURCES bar.c)"
	wrong "a module with two hosts" "HOST and HOST_PACKAGE exclude" <<<"$host
abilock_module(bar HOST foo HOST_PACKAGE foo SOURCES bar.c)"
	wrong "a module of an unknown host" "no host 'fo'; abilock_host\(\) was called for foo" <<<"$host
abilock_module(bar HOST fo SOURCES bar.c)"
	wrong "a module of a target that is no host" "'foo' is no host yet; abilock_host\(foo" <<<"add_executable(foo foo.c)
abilock_module(bar HOST foo SOURCES bar.c)"
	wrong "a module without sources" "SOURCES are missing" <<<"$host
abilock_module(bar HOST foo)"
	wrong "a module that is named as a file" "name of a module is that of its file without '.so'" <<<"$host
abilock_module(bar.so HOST foo SOURCES bar.c)"
	wrong "a module that is named as its host" "a target 'foo' already; say TARGET" <<<"$host
abilock_module(foo HOST foo SOURCES bar.c)"
	wrong "a default of no kind" "DEFAULT is 'on'; it can be y, m or n" <<<"$host
abilock_module(bar HOST foo SOURCES bar.c DEFAULT on)"
}

# ---- a library and its modules in several folders, with all that can be said ----

write_shop() {
	rm -rf 'a shop'
	mkdir -p 'a shop/src' 'a shop/modules'
	cat >'a shop/CMakeLists.txt' <<-'EOF'
		cmake_minimum_required(VERSION 3.20)
		project(shop VERSION 4.2 LANGUAGES C CXX)
		find_package(abilock 0.1 REQUIRED)
		include(GNUInstallDirs)
		add_subdirectory(src)
		add_subdirectory(modules)
	EOF
	cat >'a shop/src/CMakeLists.txt' <<-'EOF'
		add_library(util STATIC util.c)
		set_target_properties(util PROPERTIES POSITION_INDEPENDENT_CODE ON)
		add_library(core SHARED core.c)
		set_target_properties(core PROPERTIES OUTPUT_NAME shop)
		target_link_libraries(core util m)
		abilock_host(core DECLARATION core.syms PREFIX shop SONAME libshop.so.4 DEFINE WITH_TAX
			TAG release:one MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/shop/plugins HEADERS shop.h LOCK
			COMPONENT runtime DEVELOPMENT_COMPONENT development)
		add_executable(shop main.c)
		target_link_libraries(shop core abilock::abilock)
		set_target_properties(shop PROPERTIES INSTALL_RPATH "\$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
		install(TARGETS shop COMPONENT runtime)
	EOF
	cat >'a shop/src/core.syms' <<-'EOF'
		SHOP_1.0 { global: shop_open; shop_twice; local: *; };
		CORE_PRIVATE { global: shop_tax; # if=WITH_TAX
		};
	EOF
	echo 'int util_twice(int n) { return 2 * n; }' >'a shop/src/util.c'
	cat >'a shop/src/shop.h' <<-'EOF'
		#include "shop_abi.h"
		#ifdef __cplusplus
		extern "C" {
		#endif
		SHOP_EXPORT int shop_open(const char *folder);
		SHOP_EXPORT int shop_twice(int n);
		SHOP_EXPORT_PRIVATE int shop_tax(int n);
		#ifdef __cplusplus
		}
		#endif
	EOF
	cat >'a shop/src/core.c' <<-'EOF'
		#include "shop.h"
		#include <abilock/modules.h>
		#include <stdio.h>
		int util_twice(int n);
		int shop_twice(int n) { return util_twice(n); }
		int shop_tax(int n) { return n / 5; }
		int shop_open(const char *folder)
		{
			const struct abilock_modules_options options = {.size = sizeof(options), .path = folder,
				.host = ABILOCK_HOST_SONAME};
			struct abilock_modules *modules;
			if (abilock_modules_open(&options, &modules) < 0 || abilock_modules_load(modules, "tax", NULL) < 0) {
				puts(abilock_dlerror());
				return -1;
			}
			printf("indexed: %d\n", abilock_modules_is_indexed(modules));
			return 0;
		}
	EOF
	cat >'a shop/src/main.c' <<-'EOF'
		#include "shop.h"
		int main(int argc, char **argv) { return argc != 2 || shop_open(argv[1]); }
	EOF
	cat >'a shop/modules/CMakeLists.txt' <<-'EOF'
		add_library(paper STATIC paper.c)
		abilock_module(price-list HOST core SOURCES price.cpp PUBLIC)
		abilock_module(tax HOST core SOURCES tax.c LIBRARIES paper)
		target_include_directories(price-list PRIVATE ../src)
		target_include_directories(tax PRIVATE ../src)
		target_link_libraries(tax PRIVATE m)
	EOF
	echo 'int paper(void) { return 1; }' >'a shop/modules/paper.c'
	cat >'a shop/modules/price.cpp' <<-'EOF'
		#include "shop.h"
		#include <abilock/module.h>
		#include <cstdio>
		ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
		ABILOCK_PROVIDES("service", "price");
		static int load(abilock_module *) { std::printf("price: %d\n", shop_twice(3)); return 0; }
		ABILOCK_ENTRY(.load = load);
	EOF
	cat >'a shop/modules/tax.c' <<-'EOF'
		#include "shop.h"
		#include <abilock/module.h>
		#include <stdio.h>
		ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
		ABILOCK_USES("service", "price");
		int paper(void);
		static int load(struct abilock_module *m) { (void)m; printf("tax: %d\n", shop_tax(5) + paper()); return 0; }
		ABILOCK_ENTRY(.load = load);
	EOF
}

# What a build writes, and when.
states() {
	find "$1" -type f ! -name '.ninja*' ! -name '*.log' -printf '%p %T@\n' |
		grep -vE 'compiler_depend|Progress' | sort
}

shop_runs() {
	"$dir/$1/usr/bin/shop" "$dir/$1/usr/lib/shop/plugins" >out
	cat out
	printf 'price: 6\ntax: 2\nindexed: 1\n' | diff - out
}

test_project() {
	local generator='Ninja Multi-Config'

	write_shop
	commit 'a shop'
	check "a library host, modules in C and C++, folders with spaces: configured for several configurations" \
		configure 'a shop' 'a build'
	check "Debug is built" cmake --build 'a build' --config Debug
	check "and Release" cmake --build 'a build' --config Release
	states 'a build' >before
	check "another build" cmake --build 'a build' --config Release
	states 'a build' >after
	same "writes nothing" before after
	check "the tag is the project's" grep -q '"release_one"\|"one"' 'a build/src/shop_abi/shop_abi.h'
	check "Release is installed, stripped" stage 'a build' S --config Release --strip
	check "the modules load in their order, with the index that was made at the end" shop_runs S
	check "the checksums of the manifests are those of the stripped files" \
		abimod check --no-index --dir S/usr/lib/shop/plugins --host S/usr/lib/libshop.so.4
	check "the header has the name that PREFIX gives" grep -q 'define SHOP_EXPORT' S/usr/include/shop/shop_abi.h
	check "the node keeps its own" sh -c 'abiaudit list --nodes S/usr/lib/libshop.so.4 | grep CORE_PRIVATE_'
	check "the library's part of pkg-config names it" sh -c \
		'PKG_CONFIG_PATH=S/usr/lib/pkgconfig pkg-config --libs shop-host | grep -e "-lshop"'
	check "one component" stage 'a build' S1 --config Release --component runtime
	installed_files S1 >found
	printf 'usr/%s\n' bin/shop lib/libshop.so.4 lib/shop/plugins/modules.index \
		lib/shop/plugins/{price-list,tax}.{manifest,so} >wanted
	same "has host and modules" wanted found
	check "the other" stage 'a build' S2 --config Release --component development
	installed_files S2 >found
	printf 'usr/%s\n' include/shop/shop.h include/shop/shop_abi.h lib/libshop.so lib/pkgconfig/shop-host.pc >wanted
	same "has what modules are built with" wanted found

	generator='Unix Makefiles'
	check "with Makefiles and a tag that the packager gives" configure 'a shop' 'make build' \
		-DABILOCK_TAG=release:two
	check "it is built" cmake --build 'make build' -- -j2
	states 'make build' >before
	check "another build" cmake --build 'make build'
	states 'make build' >after
	same "writes nothing" before after
	check "it is installed" stage 'make build' S3
	check "and runs" shop_runs S3
	check_not "modules of the other tag do not load" "$dir/S3/usr/bin/shop" "$dir/S/usr/lib/shop/plugins"
	sed -i 's/shop_tax;/shop_none;/' 'a shop/src/core.syms'
	says "an undeclared symbol fails with Makefiles" "shop_tax|shop_none" cmake --build 'make build'
	check "where the target core_update mends it" cmake --build 'make build' --target core_update
	check "so that all is built" cmake --build 'make build'
}

# ---- other hosts ----

write_abi() {
	mkdir -p abi
	cat >abi/CMakeLists.txt <<-'EOF'
		cmake_minimum_required(VERSION 3.20)
		project(blocks LANGUAGES C)
		find_package(abilock REQUIRED)
		add_compile_options(-g)
		add_library(parts OBJECT parts.c)
		add_executable(blocks main.c)
		target_link_libraries(blocks PRIVATE parts abilock::static)
		abilock_host(blocks DECLARATION blocks.syms TAG abi TYPES parts MODULE_DIR /opt/blocks)
		abilock_module(ram HOST blocks SOURCES ram.c)
	EOF
	echo 'BLOCKS_PRIVATE { global: blocks_add; local: *; };' >abi/blocks.syms
	printf '%s\n' '#include "blocks_export.h"' 'struct block { int size; };' \
		'BLOCKS_EXPORT_PRIVATE int blocks_add(struct block *block);' >abi/blocks.h
	printf '%s\n' '#include "blocks.h"' 'int blocks_add(struct block *block) { return block->size; }' >abi/parts.c
	printf '%s\n' '#include "blocks_abi.h"' '#include <abilock/abilock.h>' 'ABILOCK_HOST();' \
		'int main(int argc, char **argv) { return argc > 1 && !abilock_dlopen(argv[1], RTLD_NOW); }' >abi/main.c
	printf '%s\n' '#include "blocks_abi.h"' '#include "blocks.h"' 'ABILOCK_MODULE("ram", PRIVATE);' \
		'int ram(void) { struct block block = {1}; return blocks_add(&block); }' >abi/ram.c
}

test_abi() {
	write_abi
	check "a host whose tag follows its types, with libabilock.a in it, is configured" configure abi abi-build
	check "and built" cmake --build abi-build
	cp abi-build/blocks_modules/ram.so ram.first
	echo '/* another text */' >>abi/parts.c
	check "another text of a function is built" cmake --build abi-build
	check "the module of before still loads" abi-build/blocks ./ram.first
	sed -i 's/int size;/int size, more;/' abi/blocks.h
	check "another type is built" cmake --build abi-build
	check_not "the module of before is refused" abi-build/blocks ./ram.first
	check "that of now is not" abi-build/blocks abi-build/blocks_modules/ram.so
	check_not "the host needs no libabilock.so" sh -c 'readelf -d abi-build/blocks | grep libabilock'
	check "an absolute folder of modules is installed to" stage abi-build T
	check "below the DESTDIR" test -e T/opt/blocks/ram.manifest
}

# A project that began with an old CMake: host and modules in folders beside each other, one of which
# looks for the package; a module that uses another, and a library that is known in one folder; a folder of libraries with an absolute name; a sanitizer.
write_old() {
	mkdir -p old/a old/b
	cat >old/CMakeLists.txt <<-'EOF'
		cmake_minimum_required(VERSION 3.10)
		project(old C)
		add_subdirectory(a)
		add_subdirectory(b)
	EOF
	cat >old/a/CMakeLists.txt <<-'EOF'
		find_package(abilock REQUIRED)
		add_library(core STATIC core.c)
		add_executable(foo main.c)
		target_link_libraries(foo core m)
		abilock_host(foo DECLARATION foo.syms)
	EOF
	cat >old/b/CMakeLists.txt <<-'EOF'
		abilock_module(more HOST foo SOURCES more.c LIBRARIES m)
		abilock_module(user HOST foo SOURCES user.c UNDEFINED)
		add_library(local::crypto SHARED IMPORTED)
		find_library(crypto NAMES libcrypto.so.3)
		set_target_properties(local::crypto PROPERTIES IMPORTED_LOCATION ${crypto})
		target_link_libraries(user local::crypto)
	EOF
	printf '%s\n' '#include "foo_abi.h"' 'ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);' 'int more(void);' \
		'int foo_core(void);' 'const char *OpenSSL_version(int);' \
		'const char *user(void) { return more() + foo_core() ? OpenSSL_version(0) : ""; }' >old/b/user.c
	echo 'FOO_PRIVATE { global: foo_core; foo_main; local: *; };' >old/a/foo.syms
	echo 'int foo_core(void) { return 1; }' >old/a/core.c
	printf '%s\n' '#include "foo_abi.h"' '#include <abilock/abilock.h>' 'ABILOCK_HOST();' 'int foo_core(void);' \
		'int foo_main(void) { return foo_core(); }' \
		'int main(int argc, char **argv) { return argc > 1 && !abilock_dlopen(argv[1], RTLD_NOW); }' >old/a/main.c
	printf '%s\n' '#include "foo_abi.h"' 'ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);' 'int foo_core(void);' \
		'int foo_main(void);' 'int more(void) { return foo_core() + foo_main(); }' >old/b/more.c
	commit old
}

test_old() {
	write_old
	check "a project of CMake 3.10 with a folder for each is configured" configure old old-build \
		-DCMAKE_INSTALL_LIBDIR=/opt/lib -Werror=dev
	check "and built" cmake --build old-build
	check "its list was compared, with a library that only the folder of a module knows" \
		grep -q libcrypto old-build/a/foo_abi/foo-collect.arguments
	check "with a sanitizer too" sh -c 'cmake -DCMAKE_C_FLAGS=-fsanitize=address old-build && cmake --build old-build'
	check "and installed" stage old-build U
	check "with an index" test -e U/opt/lib/foo/modules.index
	check "and a pkg-config file that says where" sh -c 'grep -x "moduledir=/opt/lib/foo" U/opt/lib/pkgconfig/foo-host.pc'
	check "it is installed with another prefix" stage old-build V --prefix /moved
	check "where its programs are" test -e V/moved/bin/foo
}

# ---- another machine ----

test_cross() {
	local arm=aarch64-linux-gnu

	if ! have $arm-gcc; then
		skip "another machine: no $arm-gcc (Debian: gcc-$arm, libc6-dev-arm64-cross)"
		return
	fi
	cat >arm.cmake <<-EOF
		set(CMAKE_SYSTEM_NAME Linux)
		set(CMAKE_SYSTEM_PROCESSOR aarch64)
		set(CMAKE_C_COMPILER $arm-gcc)
		set(CMAKE_FIND_ROOT_PATH $dir/arm/usr /usr/$arm)
		set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
		set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
		set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
		set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
	EOF
	check "the library is configured for another machine, without tools" configure "$SOURCE_DIR" arm-abilock \
		-DCMAKE_TOOLCHAIN_FILE="$dir/arm.cmake" -DABILOCK_TOOLS=OFF -DABILOCK_TAG=id:arm
	check "and built" cmake --build arm-abilock
	check "and installed" stage arm-abilock arm
	check_not "there are no tools of that machine" ls arm/usr/bin/versiongen
	cp -R "$root/examples/exehost" kettle
	commit kettle
	write_more
	check "a host is configured with it, and with the tools of this one" \
		configure kettle arm-kettle -DCMAKE_TOOLCHAIN_FILE="$dir/arm.cmake"
	check "its modules are built and verified" cmake --build arm-kettle
	check "the stub is for that machine" sh -c \
		"readelf -h arm-kettle/kettle_abi/libkettle-host.so | grep 'Machine:.*AArch64'"
	check "all is installed" stage arm-kettle arm
	check_not "a module of this machine is refused by the files" \
		abiaudit verify --host arm/usr/bin/kettle "$LD_LIBRARY_PATH/libabilock-guard.so"
	check "a module is built with the host that is installed there" \
		sysroot arm configure more arm-more -DCMAKE_TOOLCHAIN_FILE="$dir/arm.cmake"
	check "and verified" cmake --build arm-more
	check "and installed" stage arm-more arm
	if ! have qemu-aarch64; then
		skip "another machine's program: no qemu-aarch64 (Debian: qemu-user)"
		return
	fi
	echo 'teh tea' | env -u LD_LIBRARY_PATH qemu-aarch64 -L /usr/$arm -E LD_LIBRARY_PATH=arm/usr/lib \
		arm/usr/bin/kettle -d arm/usr/lib/kettle spell shout drop >out 2>err
	check "the host loads its modules there, and the one that was built elsewhere" prints '^THE TEA$' out
	cp "$LD_LIBRARY_PATH/libabilock-guard.so" arm/usr/lib/kettle/shout.so
	echo 'teh tea' | env -u LD_LIBRARY_PATH qemu-aarch64 -L /usr/$arm -E LD_LIBRARY_PATH=arm/usr/lib \
		arm/usr/bin/kettle -d arm/usr/lib/kettle shout >out 2>err
	check "and refuses a file of this machine" prints 'shout.so.*x86-64' err
}

# ---- the guide ----

# words_of FUNCTION FILE: the keywords that it takes
words_of() {
	awk -v start="^function\\($1 " '$0 ~ start { on = 1 } on' "$2" |
		sed -n '/PARSE_ARGV/,/)$/p' | grep -oE '"[A-Z_;]+"' | tr -d '"' | tr ';' '\n' | sort
}

# The synopsis and the descriptions of a manual page against the functions.
words_are_described() {
	local page=$1 function bad=0

	for function in abilock_host abilock_module; do
		words_of $function "$root/cmake/package/${function/_/-}.cmake" >words
		[[ -s words ]] || bad=1
		awk -v start="^$function\\(" '$0 ~ start { on = 1 } on; on && /\)$/ { exit }' "$page" |
			grep -oE '\<[A-Z_]{3,}\>' | sort -u | diff words - || bad=1
		awk -v start="^# ${function^^}$" '/^# / { on = $0 ~ start; next } on' "$page" |
			sed -n '/^\*[A-Z_]*\*/p' | grep -oE '\*[A-Z_]+\*' | tr -d '*' | sort -u | diff words - || bad=1
	done
	return $bad
}

test_guide() {
	export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test \
		GIT_COMMITTER_EMAIL=test@localhost
	# shellcheck source=../tool/document_lib.sh
	. "$root/tests/tool/document_lib.sh"
	check "the manual page has the words of the functions" \
		words_are_described "$root/docs/man/abilock-cmake.7.scd"
	sed '/^\*SONAME/d' "$root/docs/man/abilock-cmake.7.scd" >page
	check_not "a word that it lacks is noticed" words_are_described page
	check "the guide's commands print what stands there" document_holds "$root/docs/adoption.md" CMake
}

[[ $# -gt 0 ]] || set -- use refused project cross guide
for part; do
	rm -rf kettle build A B C M
	case $part in
	use)
		test_install
		test_package
		test_other_build
		test_choice
		;;
	refused)
		test_refused
		test_usage
		;;
	project)
		test_project
		test_abi
		test_old
		;;
	cross) test_cross ;;
	guide) test_guide ;;
	*) not_ok "there is no part '$part'" ;;
	esac
done
finish
