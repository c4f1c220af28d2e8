#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples with Autoconf, Automake and libtool: built, installed, loaded, refused, packed, and for another machine.
#
#   autotools_test.sh
#
# From the environment: see lib.sh.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail
system=autotools
# shellcheck source=lib.sh
. "$(cd "$(dirname "$0")" && pwd)/lib.sh"
need autoreconf automake libtoolize make gcc git pkg-config
ACLOCAL_PATH=$prefix/share/aclocal
export ACLOCAL_PATH

# What autoreconf makes is no part of a repository.
add_files() {
	printf '%s\n' '/aclocal.m4' '/autom4te.cache' '/build-aux' '/configure' '/Makefile.in' '/Makefile' >repo/.gitignore
}

# Outside of the source tree: that one has the Makefile of plain make.
configure() {
	# What configure finds out is the same each time, and what autoreconf makes.
	local options=(--prefix="$3" --cache-file="$dir/cache-${1#repo}$machine") made=generated-${1#repo}-$example

	[[ ! $machine ]] || options+=(--host="$machine")
	if [[ ! -e $made ]]; then
		(cd "$1" && autoreconf --install) || return
		mkdir "$made"
		cp -Rp "$1"/{aclocal.m4,build-aux,configure,Makefile.in} "$made"
	elif [[ ! -e $1/configure ]]; then
		cp -Rp "$made"/* "$1"
		touch "$1"/{aclocal.m4,configure,Makefile.in}
	fi
	rm -rf "$2"
	mkdir "$2" && (cd "$2" && "../$1/configure" "${options[@]}")
}
build_in() { make -C "$1" -j2; }
install_from() { make -C "$1" -j2 install DESTDIR="$DESTDIR"; }

# ---- tarballs ----

distcheck() { make -C build -j2 distcheck DISTCHECK_CONFIGURE_FLAGS="--cache-file=$dir/cache-"; }

# In a folder that no repository is above.
builds_without_git() {
	rm -rf unpacked
	mkdir unpacked
	tar -C unpacked --strip-components=1 -xf "build/$name-1.1.tar.gz" &&
		mkdir unpacked/build &&
		(cd unpacked/build && ../configure --prefix="$dir/U" --cache-file="$dir/cache-") &&
		make -C unpacked/build -j2
}

dist_is_refused() {
	! make -C build dist >dist.log 2>&1 && prints "commit the changes first" dist.log
}

after_host() {
	local what="$system, $example, tarball"

	check "$what: make distcheck" distcheck
	# Once is enough: the rules are the same.
	if [[ $example == exehost ]]; then
		check "$what: builds where there is no git" builds_without_git
		check "$what: as the commit that it was made from" prints "${node}_$tag_b" \
			"unpacked/build/$name.map"
	fi
	echo '# A comment.' >>"repo/$name.syms"
	check "$what: is not made of files that are in no commit, which is said" dist_is_refused
}

test_hosts
test_outside
test_cross
finish
