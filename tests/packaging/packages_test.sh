#!/bin/bash
# SPDX-License-Identifier: MIT
# Our own packages: built from a tarball, looked at, unpacked and used, installed into a folder and
# removed from it.
#
#   packages_test.sh deb|rpm
#
# Works as any user. packages_root_test.sh installs them into a Debian.

# Functions are called by name, through check.
# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages_lib.sh
. "$(dirname "$0")/packages_lib.sh"

missing() {
	local tool
	for tool; do
		have "$tool" || echo "$tool"
	done
}

# needs TOOL...
needs() {
	local lacking
	lacking=$(missing "$@")
	is_checkout || lacking+=" a checkout of git"
	[[ -z $lacking ]] || {
		skip "packages: there is no $(paste -sd ' ' <<<"$lacking") (scripts/setup)"
		exit 77
	}
}

# The same answer from a list that is wrong: a checker that never fails is none.
notices_what_is_wrong() {
	local list_of=$1
	echo /usr/bin/nobody-packages-it >"$dir/lost.list"
	check_not "a file that is in no package is noticed" in_one_package "$list_of" "$dir/lost.list"
	packages+=("${packages[0]}")
	: >"$dir/empty.list"
	check_not "a file that is in two packages is noticed" in_one_package "$list_of" "$dir/empty.list"
	unset 'packages[-1]'
}

uses_what_is_unpacked() {
	local way
	for way in pkg-config cmake guard; do
		check "a host and its module are built with the unpacked packages: $way" \
			use_from "$1" "$2" "$way"
	done
	check "the tools of the unpacked packages run" env LD_LIBRARY_PATH="$2" "$1/usr/bin/abimod" --version
}

# ---- Debian ----

lintian_is_silent() {
	# It would be a bug in Debian's tracker that asks for a package.
	lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs \
		--allow-root "$dir"/deb/*.dsc "${packages[@]}"
}

dpkg_in_folder() { as_root dpkg --root="$dir/folder" --log=/dev/null --force-not-root "$@"; }

# A folder for dpkg, which believes that what our packages depend on is there.
new_folder() {
	local name state=$dir/folder/var/lib/dpkg
	rm -rf "$dir/folder"
	mkdir -p "$state"/{info,updates,triggers}
	foreign_dependencies >"$dir/foreign"
	while read -r name; do
		printf '%s\n' "Package: $name" "Status: install ok installed" "Version: 99:1" "Multi-Arch: allowed" \
			"Architecture: $(dpkg --print-architecture)" "Maintainer: nobody" "Description: stands in" ""
		: >"$state/info/$name.list"
	done <"$dir/foreign" >"$state/status"
}

purge_leaves_nothing() {
	local names
	files_below "$dir/folder" ! -path './var/lib/dpkg/*' >"$dir/before"
	dpkg_in_folder -i "${packages[@]}" && mapfile -t names < <(
		dpkg-query --admindir="$dir/folder/var/lib/dpkg" -W -f '${Package}\n' | grep abilock) || return
	[[ ${#names[@]} -eq ${#packages[@]} ]] || return
	dpkg_in_folder --purge "${names[@]}" || return
	files_below "$dir/folder" ! -path './var/lib/dpkg/*' | diff "$dir/before" -
}

deb() {
	local build triplet tag file
	needs dpkg-buildpackage dh lintian scdoc
	check "the changelog has the version of CMakeLists.txt" \
		test "$(dpkg-parsechangelog -l "$root/debian/changelog" -S Version)" = "$version-1"
	check "the guide's commands build Debian packages from a tarball" \
		build deb nocheck noopt noautodbgsym terse parallel=2
	[[ $failures -eq 0 ]] || finish
	triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
	build=$dir/deb/abilock-$version/obj-$triplet
	tag=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Version | tr - _)

	check "lintian finds no error and gives no warning" lintian_is_silent
	env DESTDIR="$dir/stage" cmake --install "$build" >/dev/null
	files_below "$dir/stage" ! -type d |
		sed 's,/zsh/site-functions/,/zsh/vendor-completions/,' >"$dir/staged"
	# By patterns of dh_missing.
	while read -r file; do
		grep -vE "^/${file//\*/.*}(/|$)" "$dir/staged" >"$dir/kept"
		mv "$dir/kept" "$dir/staged"
	done <"$root/debian/not-installed"
	check "each file of cmake --install is in one package" in_one_package deb_files "$dir/staged"
	notices_what_is_wrong deb_files

	file=$(package libabilock1)
	dpkg-deb -e "$file" "$dir/control"
	check "the library's package renews the dynamic linker's cache" \
		grep -qx 'activate-noawait ldconfig' "$dir/control/triggers"
	check "it has no scripts of its own" test ! -e "$dir/control/postinst"
	check "the private node has the version as its tag, and a dependency of its own" \
		grep -qx " abilock_guard_check@ABILOCK_PRIVATE_$tag 0 1" "$dir/control/symbols"
	check "which is this build" \
		grep -qx "| libabilock1 #MINVER#, abilock-abi-$version-1" "$dir/control/symbols"
	check "the library's package provides this build" \
		grep -qx "abilock-abi-$version-1" <(dpkg-deb -f "$file" Provides)
	check "a public symbol has the version that it came with" \
		grep -qx " abilock_dlopen@ABILOCK_0.1 0.1.*" "$dir/control/symbols"
	check "the guard needs the library of its build" \
		grep -qw "abilock-abi-$version-1" <(dpkg-deb -f "$(package libabilock-guard)" Depends)
	check_not "the tools need no build of it" \
		grep -q "abilock-abi" <(dpkg-deb -f "$(package abilock)" Depends)
	check "debhelper finds the sequence by dh-sequence-abilock" \
		grep -qw dh-sequence-abilock <(dpkg-deb -f "$(package dh-abilock)" Provides)

	for file in "${packages[@]}"; do dpkg-deb -x "$file" "$dir/unpacked"; done
	check "libabilock.so.1 is a link to the library" test \
		"$(readlink "$dir/unpacked/usr/lib/$triplet/libabilock.so.1")" = libabilock.so.1.0.0
	uses_what_is_unpacked "$dir/unpacked" "$dir/unpacked/usr/lib/$triplet"

	as_root true 2>/dev/null || {
		skip "packages are not installed into a folder: this needs root, or user name spaces"
		return
	}
	new_folder
	check_not "the guard is not installed without its library" \
		dpkg_in_folder -i "$(package libabilock-guard)"
	new_folder
	check "dpkg installs the packages, and purge leaves nothing" purge_leaves_nothing
}

# ---- RPM ----

rpm_in_folder() { as_root rpm --root "$dir/folder" --dbpath /db "$@"; }

erase_leaves_nothing() {
	local names
	# Of the packages filesystem, cmake-filesystem, pkgconf and rpm.
	mkdir -p "$dir/folder"/{db,usr/{bin,include,lib/rpm/{fileattrs,macros.d},share/{aclocal,doc,licenses}}} \
		"$dir/folder$libdir"/{cmake,pkgconfig} \
		"$dir"/folder/usr/share/man/man{1,3,5,7,8}
	files_below "$dir/folder" ! -path './db/*' >"$dir/before"
	# Neither what they depend on nor ldconfig is in the folder.
	rpm_in_folder -i --nodeps --noscripts "${packages[@]}" &&
		mapfile -t names < <(rpm_in_folder -qa) || return
	[[ ${#names[@]} -eq ${#packages[@]} ]] || return
	rpm_in_folder -e --noscripts "${names[@]}" || return
	files_below "$dir/folder" ! -path './db/*' | diff "$dir/before" -
}

provides() { rpm -qp --provides "$(package "$1")"; }

rpm_packages() {
	local build file libdir=/usr/lib64
	needs rpmbuild rpmlint scdoc
	libdir=$(rpm --eval '%{_libdir}')
	check "the spec file has the version of CMakeLists.txt" \
		grep -qx "Version: *$version" "$root/abilock.spec"
	check "the guide's commands build RPM packages from a tarball" \
		build rpm --without check --define 'optflags -O0 -g'
	[[ $failures -eq 0 ]] || finish
	build=$dir/rpm/rpmbuild/BUILD/abilock-$version/redhat-build

	check "rpmlint finds no error" rpmlint -c "$here/rpmlint.toml" "$root/abilock.spec" \
		"$dir"/rpm/rpmbuild/SRPMS/*.rpm "${packages[@]}"
	env DESTDIR="$dir/stage" cmake --install "$build" >/dev/null
	files_below "$dir/stage" ! -type d >"$dir/staged"
	sed -i -E '/^\/usr\/(bin\/dh_|share\/(perl5\/|man\/man.\/dh_))/d' "$dir/staged"
	check "each file of cmake --install is in one package" in_one_package rpm_files "$dir/staged"
	notices_what_is_wrong rpm_files

	check "the library provides its private node, with version and release as its tag" \
		grep -qx "libabilock.so.1(ABILOCK_PRIVATE_${version}_1)(64bit)" <(provides abilock-libs)
	check "the guard requires it" grep -qx "libabilock.so.1(ABILOCK_PRIVATE_${version}_1)(64bit)" \
		<(rpm -qp --requires "$(package abilock-guard)")
	check_not "the tools do not" grep -q ABILOCK_PRIVATE <(rpm -qp --requires "$(package abilock)")

	for file in "${packages[@]}"; do
		rpm2archive - <"$file" | (mkdir -p "$dir/unpacked" && tar -xz -C "$dir/unpacked")
	done
	uses_what_is_unpacked "$dir/unpacked" "$dir/unpacked$libdir"

	as_root true 2>/dev/null || {
		skip "packages are not installed into a folder: this needs root, or user name spaces"
		return
	}
	check "rpm installs the packages, and erases all of it" erase_leaves_nothing
}

case ${1-} in
deb) deb ;;
rpm) rpm_packages ;;
*)
	echo "usage: packages_test.sh deb|rpm" >&2
	exit 2
	;;
esac
finish
