#!/bin/bash
# SPDX-License-Identifier: MIT
# Our own packages in a minimal Debian 12: built there with their build dependencies alone, with all
# optimisation and tests; installed by apt into another with compilers, used, and purged. RPM packages
# are installed into a third, with their scripts, and erased.
#
# Needs root, debootstrap, rpmbuild and the network; says so and stops where it has not. The roots
# are made below build/packages, where the minimal one stays for the next time, as do the logs.

# Functions are called by name, through check.
# shellcheck disable=SC2317
set -o pipefail

stop() {
	echo "skip - packages in a minimal Debian: $*"
	exit 0
}

# In name spaces of its own: mounts and processes end with this script, however it ends.
if [[ ${ABILOCK_PACKAGES_INSIDE-} != 1 ]]; then
	[[ $(id -u) -eq 0 ]] || stop "needs root"
	for tool in debootstrap rpmbuild lintian; do
		command -v "$tool" >/dev/null || stop "needs $tool (scripts/setup --all)"
	done
	names=(unshare --mount --pid --fork --kill-child --mount-proc)
	"${names[@]}" true 2>/dev/null || stop "this container allows no mounts"
	ABILOCK_PACKAGES_INSIDE=1 exec "${names[@]}" "$0" "$@"
fi

# shellcheck source-path=SCRIPTDIR source=../tool/lib.sh
. "$(dirname "$0")/../tool/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages_lib.sh
. "$(dirname "$0")/packages_lib.sh"
# shellcheck source-path=SCRIPTDIR source=../fresh/root_lib.sh
. "$root/tests/fresh/root_lib.sh"
is_checkout || stop "nothing is committed"

work=$root/build/packages
mkdir -p "$work"
clean_up() {
	cp "$dir/build.log" "$work/" 2>/dev/null
	remove_roots '[!b]*'
	rm -rf "$dir"
}
trap clean_up EXIT
remove_roots '[!b]*'

base_is_there() {
	[[ -e $work/base.done ]] && return
	remove_roots base
	make_base && touch "$work/base.done"
}

# apt COMMAND...: in the root; only the end of what it says, and all of it in a log
apt() {
	local status=0
	inside 0:0 / env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 \
		--no-install-recommends "$@" >"$work/apt.log" 2>&1 || status=$?
	tail -n 5 "$work/apt.log"
	return "$status"
}

# ---- build ----

builds() {
	local made
	make_checkout "$dir/checkout" &&
		git -C "$dir/checkout" archive --prefix="abilock-$version/" \
			-o "$dir/abilock_$version.orig.tar.gz" HEAD &&
		make_root work-build && mkdir "$made/build" &&
		cp "$dir/abilock_$version.orig.tar.gz" "$made/build/" &&
		tar -xf "$dir/abilock_$version.orig.tar.gz" -C "$made/build" &&
		apt update && apt build-dep "/build/abilock-$version" &&
		logged inside 0:0 "/build/abilock-$version" env DEB_BUILD_OPTIONS="terse parallel=$(nproc)" \
			dpkg-buildpackage -us -uc &&
		grep '^100% tests passed' "$dir/build.log" || return
	mkdir -p "$dir/debs" && cp "$made"/build/*.{deb,dsc,xz,gz} "$dir/debs/" &&
		mapfile -t packages < <(find "$dir/debs" -name '*.deb' ! -name '*-dbgsym_*' | sort)
}

is_hardened() {
	local file status=0
	for file in "${packages[@]}"; do dpkg-deb -x "$file" "$dir/unpacked"; done
	while read -r file; do
		grep -q BIND_NOW <(readelf -Wd "$file") || { echo "$file: no BIND_NOW" && status=1; }
		grep -q GNU_RELRO <(readelf -Wl "$file") || { echo "$file: no RELRO" && status=1; }
		grep -q '_chk@' <(readelf -W --dyn-syms "$file") || { echo "$file: not fortified" && status=1; }
	done < <(find "$dir"/unpacked/usr/bin/{versiongen,abiaudit,abimod} "$dir/unpacked/usr/lib" -type f \
		\( -path '*/bin/*' -o -name 'libabilock*.so*' \))
	return "$status"
}

# ---- install, use, purge ----

# What apt, dpkg and ldconfig write for themselves.
files_of_root() {
	files_below "$1" -xdev ! -path './proc/*' ! -path './var/lib/apt/*' ! -path './var/lib/dpkg/*' \
		! -path './var/cache/*' ! -path './var/log/*' ! -path './etc/ld.so.cache' ! -path './tmp/*'
}

# What others leave behind is no question here.
installs_dependencies() {
	local names
	mapfile -t names < <(foreign_dependencies)
	apt install gcc libc6-dev cmake make pkgconf "${names[@]}"
}

installs() {
	local names=("${packages[@]##*/}")
	cp "${packages[@]}" "$here/use.sh" "$made/tmp/" && apt install "${names[@]/#//tmp/}"
}

purges() {
	local names
	mapfile -t names < <(for file in "${packages[@]}"; do dpkg-deb -f "$file" Package; done)
	apt purge "${names[@]}" || return
	files_of_root "$made" | diff "$dir/before" -
}

debian() {
	local made way
	check "Debian packages build with their build dependencies alone, and their tests pass" builds
	[[ ${#packages[@]} -gt 0 ]] || return
	check "lintian finds no error and gives no warning" lintian --fail-on error,warning \
		--suppress-tags initial-upload-closes-no-bugs --allow-root "$dir"/debs/*.dsc "${packages[@]}"
	check "what is in them is hardened" is_hardened
	remove_roots work-build
	make_root work-use
	check "compilers are installed, and what the packages depend on" installs_dependencies
	files_of_root "$made" >"$dir/before"
	check "apt installs the packages" installs
	check "the dynamic linker knows the library" grep -q libabilock.so.1 <(inside 0:0 / ldconfig -p)
	for way in pkg-config cmake guard; do
		check "a user builds a host and its module with them: $way" \
			inside 1234:1234 /tmp env CC=gcc /tmp/use.sh "$way"
	done
	check "dh finds the sequence" inside 0:0 / perl -MDebian::Debhelper::Abilock -e 1
	check "apt purges them, and nothing is left" purges
}

# ---- RPM ----

rpm_in_root() { rpm --root "$made" --dbpath /var/lib/dpkg/rpm "$@"; }

erases() {
	local names
	mapfile -t names < <(rpm_in_root -qa)
	[[ ${#names[@]} -eq ${#packages[@]} ]] && rpm_in_root -e "${names[@]}" || return
	files_of_root "$made" | diff "$dir/before" -
}

rpm_packages() {
	local made
	check "RPM packages build, and their tests pass" build rpm
	make_root work-rpm
	# Of the packages filesystem, cmake-filesystem, pkgconf and rpm.
	mkdir -p "$made/usr/share"/{aclocal,licenses,man/man{1,3,5,7,8}} "$made/usr/lib/rpm"/{fileattrs,macros.d} \
		"$made$(rpm --eval '%{_libdir}')"/{cmake,pkgconfig}
	files_of_root "$made" >"$dir/before"
	check "rpm installs them, with their scripts" rpm_in_root -i --nodeps "${packages[@]}"
	check "rpm erases them, and nothing is left" erases
}

check "debootstrap makes a minimal Debian 12" base_is_there
[[ $failures -gt 0 ]] || debian
[[ $failures -gt 0 ]] || rpm_packages
finish
