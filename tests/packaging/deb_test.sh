#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples as Debian packages, at one commit and at the next, built by dpkg-buildpackage with
# dh_abilock: what the packages say, what apt and dpkg do with them, and what dh_abilock refuses.
# apt and dpkg work in a root of the test's own; no user has to be root.
#
#   deb_test.sh
#
# From the environment: ABILOCK_PREFIX, where abilock is installed; VERSIONGEN, ABIAUDIT.

# Functions are called by name, through check; `dir` and others come from the files that are sourced.
# shellcheck disable=SC2317,SC2154
set -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
VERSIONGEN=$(realpath "${VERSIONGEN:?}")
ABIAUDIT=$(realpath "${ABIAUDIT:?}")
# shellcheck source=../tool/lib.sh
. "$root/tests/tool/lib.sh"
# shellcheck source=../examples/lib.sh
. "$root/tests/examples/lib.sh"

for tool in dpkg-buildpackage dh apt-get apt-ftparchive; do
	if ! have "$tool"; then
		skip "no $tool (Debian: debhelper dpkg-dev apt-utils)"
		exit 77
	fi
done

# As if abilock were installed: where debhelper, the linker and dpkg-shlibdeps look. What a
# library is found by is no run path of the packages.
PATH=$PATH:/usr/sbin:/sbin # dpkg wants ldconfig
PERL5LIB=$prefix/share/perl5
CMAKE_PREFIX_PATH=$prefix
LIBRARY_PATH=$(dirname "$(find "$prefix" -name libabilock.so.1)")
LD_LIBRARY_PATH=$LIBRARY_PATH
export PATH PERL5LIB CMAKE_PREFIX_PATH LIBRARY_PATH LD_LIBRARY_PATH
unset CMAKE_C_COMPILER_LAUNCHER DH_OPTIONS DEB_BUILD_PROFILES DPKG_GENSYMBOLS_CHECK_LEVEL
export DEB_BUILD_OPTIONS="noautodbgsym parallel=2" DEB_RULES_REQUIRES_ROOT=no
architecture=$(dpkg --print-architecture)

# ---- to build ----

# in_repo COMMAND...
in_repo() { (cd "$dir/repo" && "$@"); }

# build_packages TO: the packages of what the folder repo holds now; its build trees stay
build_packages() {
	# In place of an installed package libabilock1.
	echo 'libabilock 1 libabilock1 (>= 0.1.0)' >repo/debian/shlibs.local
	in_repo dpkg-buildpackage -d -b -us -uc || return
	rm -rf "$1"
	mkdir "$1"
	mv ./*.deb ./*.changes ./*.buildinfo "$1"
}

# release VERSION: a new entry of debian/changelog
release() {
	{
		printf '%s (%s) unstable; urgency=medium\n\n  * A version.\n\n' "$source" "$1"
		printf ' -- A Maintainer <maintainer@example.org>  Tue, 06 Jan 2026 12:00:00 +0000\n\n'
		cat repo/debian/changelog
	} >changelog
	cp changelog repo/debian/changelog
}

# ---- what packages say ----

# told FOLDER TAG: the fields that matter, of all packages; libc's version is the compiler's
told() {
	local deb
	for deb in "$1"/*.deb; do
		dpkg-deb --field "$deb" Package Version Depends Provides |
			sed -E "s/-abi-$2/-abi-TAG/g; s/libc6 \(>= [0-9.]+\)/libc6/" || return
	done
}

symbols_of() {
	dpkg-deb --info "$1"/"${2}"_*.deb symbols | sed -E "s/(-abi-|_PRIVATE_)$3/\1TAG/g"
}

is_clean_for_lintian() {
	LC_ALL=C.UTF-8 lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
		"$1"/*.changes >lintian.out 2>&1 && return
	cat lintian.out
	return 1
}

# ---- a root for apt and dpkg ----

# new_root: what every package needs is there already
new_root() {
	local package

	rm -rf target archive
	mkdir -p archive target/var/lib/dpkg/{info,updates,triggers} target/var/cache/apt/archives/partial \
		target/var/lib/apt/lists/partial target/etc/apt/{apt.conf.d,preferences.d} target/var/log
	for package in libc6:99 libabilock1:0.1.0; do
		printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\n' "${package%:*}" \
			"$architecture"
		printf 'Version: %s\nMaintainer: nobody\nDescription: for the test\n\n' "${package#*:}"
		: >"target/var/lib/dpkg/info/${package%:*}.list"
	done >target/var/lib/dpkg/status
	echo "deb [trusted=yes] file:$dir/archive ./" >target/etc/apt/sources.list
	cat >apt.conf <<-END
		Dir "$dir/target";
		Dir::State::status "$dir/target/var/lib/dpkg/status";
		Dir::Bin::dpkg "$(command -v dpkg)";
		Dir::Log "$dir/target/var/log";
		APT::Architecture "$architecture";
		APT::Architectures { "$architecture"; };
		APT::Sandbox::User "";
		DPkg::Options { "--root=$dir/target"; "--force-not-root"; "--force-confold"; };
	END
}

apt_get() { APT_CONFIG=$dir/apt.conf DEBIAN_FRONTEND=noninteractive apt-get -y "$@" </dev/null; }
run_dpkg() { dpkg --root="$dir/target" --force-not-root --log=/dev/null "$@"; }

# archive_has FOLDER...: the packages of these are to be had
archive_has() {
	local folder

	rm -f archive/*
	for folder; do cp "$folder"/*.deb archive || return; done
	(cd archive && apt-ftparchive packages . >Packages) && apt_get update
}

# installed PACKAGE=VERSION...: these are there, and configured
installed() {
	local package got=0
	for package; do
		grep -qx "installed ${package#*=}" <(dpkg-query --admindir="$dir/target/var/lib/dpkg" -W \
			-f '${db:Status-Status} ${Version}\n' "${package%=*}") && continue
		dpkg-query --admindir="$dir/target/var/lib/dpkg" -W
		got=1
	done
	return "$got"
}

# refuses TEXT COMMAND...: it fails, and says why
refuses() {
	local text=$1 status=0
	shift
	"$@" >refusal 2>&1 || status=$?
	[[ $status -ne 0 ]] && grep -qF -e "$text" refusal && return
	echo "status $status"
	cat refusal
	return 1
}

# ---- both examples ----

# modules_work: those that are installed load into the host that is installed
modules_work() {
	local folder
	folder=$(echo target/usr/lib/*/"$source")
	if [[ $source == kettle ]]; then
		printf 'teh tae\n' | target/usr/bin/kettle -d "$folder" spell number shout
	else
		echo bonbon >file
		LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$(echo target/usr/lib/*-linux-gnu*) \
			target/usr/bin/tally -d "$folder" -m common -m twins file
	fi
}

# gensymbols VERSION TEMPLATE: dpkg's own tool, on the build tree of the host
gensymbols() {
	in_repo dpkg-gensymbols "-p$host" "-Pdebian/$host" "-v$1" "-I$dir/$2" -O/dev/null -c4 \
		-e"debian/$host/$host_path"
}

test_example() {
	commit_example "$example"
	tag_a=$(repo_git rev-parse HEAD)
	check "$example: dpkg-buildpackage builds the first commit" build_packages A
	told A "$tag_a" >told
	same "$example: the packages say what ties them" wanted.fields told
	symbols_of A "$host" "$tag_a" >symbols
	same "$example: the host's symbols file has a dependency for this build" wanted.symbols symbols
	check "$example: dh clean leaves nothing of dh_abilock" cleans_up

	sed -i "$change" "repo/${source}_private.h"
	release 1.2
	repo_git commit -q -a -m "The next build: a struct changes"
	tag_b=$(repo_git rev-parse HEAD)
	if [[ $example == libhost ]]; then
		# As from a source package: the version is the tag then.
		rm -rf repo/.git
		tag_b=1.2
	fi
	check "$example: dpkg-buildpackage builds the next commit" build_packages B
	told B "$tag_b" >told
	sed '/^Version:/s/1\.1/1.2/; s/(= 1\.1)/(= 1.2)/' wanted.fields >wanted.next
	same "$example: only tag and version differ" wanted.next told
	symbols_of B "$host" "$tag_b" >symbols
	same "$example: released symbols stay as old as they are" wanted.symbols symbols
	if have lintian; then
		check "$example: lintian has no errors or warnings" is_clean_for_lintian B
	else
		skip "$example: lintian is not installed"
	fi

	check "$example: a template of the first commit" versiongen map --dialect deb \
		"repo/$source.syms" --tag "id:$tag_a" --soname "$soname" --package "$host" \
		--abi-package "$source-abi" --since-nodes "${program[@]}" -o template
	check "$example: dpkg-gensymbols -c4 takes it at the next one" gensymbols 1.2 template
	sed "s/^ ${source}_.*//" template >lost
	check_not "$example: dpkg-gensymbols -c4 finds what no template speaks of" gensymbols 1.2 lost

	new_root
	check "$example: apt knows the first commit" archive_has A
	check "$example: apt installs modules with their host" apt_get install "$private" "$public"
	check "$example: all of them are there" installed {"$host","$private","$public"}=1.1
	if [[ $example == libhost ]]; then
		check "$example: apt installs the program" apt_get install tally
	fi
	check "$example: modules work in their host" modules_work

	check "$example: dpkg -i of a private module of the next commit is refused" \
		refuses "$private depends on $source-abi-$tag_b" run_dpkg -i B/"$private"_*.deb
	check_not "$example: it is not installed" installed "$private=1.2"
	check "$example: dpkg -i of the module that fits mends it" run_dpkg -i A/"$private"_*.deb

	check "$example: apt knows both commits" archive_has A B
	check "$example: apt does not take the host of one and modules of the other" \
		refuses "$private : Depends: $source-abi-$tag_a" \
		apt_get install "$host=1.2" "$private=1.1" "$public=1.1"
	printf 'Package: %s\nPin: version 1.1\nPin-Priority: 1001\n' "$private" \
		>target/etc/apt/preferences.d/pin
	check "$example: apt-get upgrade holds the host of a pinned private module" apt_get upgrade
	check "$example: both are what they were" installed {"$host","$private"}=1.1
	check "$example: but not the public one, which fits both" installed "$public=1.2"
	check "$example: modules work in their host" modules_work
	check "$example: apt does not upgrade the host alone" \
		refuses 'Packages need to be removed but remove is disabled' \
		apt_get install --no-remove "$host=1.2" "$public=1.1"
	check "$example: dpkg -i of the old public module is not refused" \
		run_dpkg --force-downgrade -i A/"$public"_*.deb
	sed -i "s/^Package: .*/Package: $public/" target/etc/apt/preferences.d/pin
	check "$example: apt upgrades the host" apt_get install --no-remove "$host"
	check "$example: and the private modules with it" installed {"$host","$private"}=1.2
	check "$example: a pinned public module survives" installed "$public=1.1"
	check "$example: modules work in the new host" modules_work
	check "$example: dpkg -i of the old private module is refused" \
		refuses "$private depends on $source-abi-$tag_a" \
		run_dpkg --force-downgrade -i A/"$private"_*.deb
	check "$example: apt puts it right again" apt_get install -f "$private=1.2"
}

cleans_up() {
	in_repo dh clean >/dev/null || return
	[[ ! -e repo/debian/abilock-hosts && ! -e repo/debian/.debhelper ]]
}

# ---- what is refused ----

# run_helpers COMMAND...: debhelper's, one after the other, in the build trees that are there
run_helpers() {
	local command
	for command; do in_repo "$command" || return; done
}

makeshlibs() { in_repo dh_makeshlibs -Xlibdict; }

# restore: what the last build had
restore() {
	repo_git checkout -q . && repo_git clean -q -f -d -e shlibs.local -- debian '*.syms' || return
	rm -rf repo/debian/kettle*/ repo/debian/*.substvars
	cp -a trees/. repo/debian
}

# tells_wrong_uses: on the build trees of the example exehost
tells_wrong_uses() {
	local modules template

	modules=$(echo repo/debian/kettle-modules/usr/lib/*/kettle)
	mkdir trees
	cp -a repo/debian/kettle*/ repo/debian/*.substvars trees
	echo "declarations = kettle.syms" >repo/debian/kettle.abilock
	check "a key that there is none of is refused" refuses \
		"debian/kettle.abilock:1: there is no key 'declarations'" in_repo dh_abilock
	echo "declaration = none.syms" >repo/debian/kettle.abilock
	check "so is a declaration that is not there" refuses \
		"there is no file 'none.syms'" in_repo dh_abilock
	echo "declaration" >repo/debian/kettle.abilock
	check "so is a line without a value" refuses "debian/kettle.abilock:1: a line is" in_repo dh_abilock
	echo "since = 2.0" >repo/debian/kettle.abilock
	check "so are symbols of a later version" refuses \
		"would be from version 2.0, but this is version 1.2" in_repo dh_abilock
	echo "since = 0.9" >repo/debian/kettle.abilock
	check "symbols may be older than their nodes say" in_repo dh_abilock
	check "they are in the symbols file" \
		grep -qx ' kettle_text@KETTLE_1.0 0.9' repo/debian/kettle/DEBIAN/symbols
	mv repo/debian/kettle.abilock repo/debian/kettle-shout.abilock
	check "a package without a host has no settings of one" refuses \
		"the package kettle-shout has none" in_repo dh_abilock
	restore

	cp repo/kettle.syms repo/other.syms
	check "two declarations that fit are one too many" refuses \
		"more than one declaration has them: kettle.syms, other.syms" in_repo dh_abilock
	echo "declaration = other.syms # no comment here" >repo/debian/kettle.abilock
	check_not "a comment has a line of its own" in_repo dh_abilock
	echo "declaration = other.syms" >repo/debian/kettle.abilock
	check "the one that is named is taken" in_repo dh_abilock
	rm repo/other.syms repo/kettle.syms repo/debian/kettle.abilock
	check "a host without a declaration is refused" refuses \
		"no declaration has just these (there is no *.syms file)" in_repo dh_abilock
	restore
	sed -i '/kettle_text;/d' repo/kettle.syms
	check "a host that exports what is not declared is refused" refuses \
		"kettle_text@KETTLE_1.0" in_repo dh_abilock
	restore

	head -c 3000 "$modules/number.so" >repo/debian/kettle-shout/broken.so
	check "a damaged file is refused" refuses "can be left out: -X NAME" in_repo dh_abilock
	check "it can be left out" in_repo dh_abilock -Xbroken.so
	restore
	mkdir old
	dpkg-deb -x A/kettle-modules_*.deb old
	cp old/usr/lib/*/kettle/number.so "$modules"
	check "a private module of another build of the host is refused" refuses \
		"the package kettle has another build" in_repo dh_abilock
	restore
	rm repo/debian/kettle/usr/bin/kettle
	check "modules of a host that is nowhere are refused" refuses \
		"is a module of kettle (libkettle-host.so.1), but no package here has that host" in_repo dh_abilock
	restore

	sed -i '/abilock:Provides/d' repo/debian/control
	check "a host's package that does not say which build it is, is built so far" \
		run_helpers dh_abilock dh_gencontrol
	check "the check refuses it" refuses "Provides lacks kettle-abi-$tag_b" in_repo dh_abilock_check
	restore
	sed -i '0,/^Architecture/s//Multi-Arch: foreign\n&/' repo/debian/control
	check "a host for modules of all architectures is built so far" run_helpers dh_abilock dh_gencontrol
	check "the check refuses it" refuses "kettle: Multi-Arch: foreign would let modules" \
		in_repo dh_abilock_check
	restore
	sed -i 's/\${abilock:Depends}, //' repo/debian/control
	check "what dpkg-shlibdeps finds is enough" run_helpers dh_abilock dh_gencontrol \
		dh_abilock_check
	sed -i 's/, \${shlibs:Depends}//' repo/debian/control
	check "packages that depend on no host are built so far" in_repo dh_gencontrol
	check "the check refuses a private module without its build of the host" refuses \
		"number.so is a private module of kettle, for one build of it, but Depends has neither" \
		in_repo dh_abilock_check
	check "and a public one without its host" refuses \
		"shout.so is a module of kettle, but Depends does not have kettle" in_repo dh_abilock_check
	restore

	# The trap: the node of an older build by its name. dpkg takes it.
	template=repo/debian/kettle.symbols
	versiongen map --dialect deb repo/kettle.syms --tag "id:$tag_a" --soname libkettle-host.so.1 \
		--package kettle --package-version 1.2 --since-nodes --program |
		sed "s/^ .*@KETTLE_PRIVATE_\[.*/ (symver|optional)KETTLE_PRIVATE_$tag_a 0 1/" >$template
	check "dpkg takes a template that names the node of an older build" \
		run_helpers makeshlibs dh_abilock dh_gencontrol
	check "a private symbol has lost its strict dependency" \
		grep -qx " kettle_drop@KETTLE_PRIVATE_$tag_b 1.2" repo/debian/kettle/DEBIAN/symbols
	check "the check refuses it" refuses \
		"the dependency 'kettle #MINVER#', which each later build satisfies" in_repo dh_abilock_check
	versiongen map --dialect deb repo/kettle.syms --tag "id:$tag_b" --soname libkettle-host.so.1 \
		--package kettle --package-version 1.2 --since-nodes --program >$template
	check "a template with an exact version is as good as ours" \
		run_helpers makeshlibs dh_abilock dh_shlibdeps dh_gencontrol dh_abilock_check
	restore

	cp -R repo/debian/kettle-modules/usr/lib repo/debian/kettle/usr
	check "a package may have a host and modules" run_helpers makeshlibs dh_abilock dh_shlibdeps \
		dh_gencontrol dh_abilock_check
	check_not "it does not depend on itself" grep -q '^Depends:.*kettle' repo/debian/kettle/DEBIAN/control
	restore
}

example=exehost source=kettle host=kettle host_path=usr/bin/kettle soname=libkettle-host.so.1
program=(--program) private=kettle-modules public=kettle-shout
change=$'/^struct kettle_line {/a\\\tunsigned long offset; /* in the input */'
cat >wanted.fields <<'END'
Package: kettle-dev
Version: 1.1
Depends: kettle (= 1.1)
Package: kettle-modules
Version: 1.1
Depends: kettle (>= 1.0), kettle-abi-TAG, libc6
Package: kettle-shout
Version: 1.1
Depends: kettle (>= 1.1), libc6
Package: kettle
Version: 1.1
Depends: libabilock1 (>= 0.1.0), libc6
Provides: kettle-abi-TAG
END
cat >wanted.symbols <<'END'
libkettle-host.so.1 kettle #MINVER#
| kettle #MINVER#, kettle-abi-TAG
* Build-Depends-Package: kettle-dev
 KETTLE_1.0@KETTLE_1.0 1.0
 KETTLE_1.1@KETTLE_1.1 1.1
 KETTLE_PRIVATE_TAG@KETTLE_PRIVATE_TAG 0 1
 abilock_marker_KETTLE_PRIVATE@KETTLE_PRIVATE_TAG 0 1
 kettle_add_filter@KETTLE_1.0 1.0
 kettle_current@KETTLE_PRIVATE_TAG 0 1
 kettle_drop@KETTLE_PRIVATE_TAG 0 1
 kettle_option@KETTLE_1.1 1.1
 kettle_set_text@KETTLE_1.0 1.0
 kettle_text@KETTLE_1.0 1.0
 kettle_totals@KETTLE_PRIVATE_TAG 0 1
END
test_example
tells_wrong_uses
tag_kettle=$tag_a
mv A kettle-A
mv B kettle-B

example=libhost source=tally host=libtally1 soname=libtally.so.1
program=() host_path=usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/libtally.so.1.1
private=tally-twins public=tally-checks
change=$'/^struct tally_file {/a\\\tunsigned int mode; /* permissions */'
cat >wanted.fields <<'END'
Package: libtally-dev
Version: 1.1
Depends: libtally1 (= 1.1)
Package: libtally1
Version: 1.1
Depends: libabilock1 (>= 0.1.0), libc6
Provides: tally-abi-TAG
Package: tally-checks
Version: 1.1
Depends: libtally1 (>= 1.1), libc6
Package: tally-twins
Version: 1.1
Depends: libtally1 (>= 1.0), tally-abi-TAG, libc6
Package: tally
Version: 1.1
Depends: libc6, libtally1 (>= 1.0)
END
cat >wanted.symbols <<'END'
libtally.so.1 libtally1 #MINVER#
| libtally1 #MINVER#, tally-abi-TAG
* Build-Depends-Package: libtally-dev
 TALLY_1.0@TALLY_1.0 1.0
 TALLY_1.1@TALLY_1.1 1.1
 TALLY_PRIVATE_TAG@TALLY_PRIVATE_TAG 0 1
 abilock_marker_TALLY_PRIVATE@TALLY_PRIVATE_TAG 0 1
 tally_add_check@TALLY_1.0 1.0
 tally_current@TALLY_PRIVATE_TAG 0 1
 tally_data@TALLY_1.0 1.0
 tally_digest@TALLY_PRIVATE_TAG 0 1
 tally_file@TALLY_1.0 1.0
 tally_files@TALLY_PRIVATE_TAG 0 1
 tally_free@TALLY_1.0 1.0
 tally_load@TALLY_1.0 1.0
 tally_path@TALLY_1.1 1.1
END
test_example

# ---- modules of another source ----

# As if the packages of A were installed, and kettle-dev in a folder of its own.
install_host() {
	local path

	rm -rf admin root
	mkdir -p admin/info admin/updates root
	for path in kettle kettle-dev; do dpkg-deb -x kettle-A/"${path}"_*.deb root || return; done
	{
		sed '/^Package: libabilock1/,$d' target/var/lib/dpkg/status
		dpkg-deb --field kettle-A/kettle_*.deb
		printf 'Status: install ok installed\n\n'
	} >admin/status
	dpkg-deb --info kettle-A/kettle_*.deb symbols >admin/info/kettle.symbols
	(cd root && find . ! -type d -printf "$dir/root/%P\n") >admin/info/kettle.list
	cp "$(dpkg-query --control-path libc6 symbols)" admin/info/libc6.symbols
	dpkg-query --listfiles libc6 >admin/info/libc6.list
}

# write_source KIND: a package with a module of kettle
write_source() {
	rm -rf repo
	mkdir -p repo/debian/source
	echo '3.0 (native)' >repo/debian/source/format
	printf '%s\n' 'kettle-extra (1.0) unstable; urgency=medium' '' '  * A version.' '' \
		' -- A Maintainer <maintainer@example.org>  Mon, 05 Jan 2026 12:00:00 +0000' \
		>repo/debian/changelog
	printf '%s\n' 'Source: kettle-extra' 'Section: text' 'Priority: optional' \
		'Maintainer: A Maintainer <maintainer@example.org>' \
		'Build-Depends: debhelper-compat (= 13), dh-sequence-abilock, kettle-dev (>= 1.0.1)' \
		'Rules-Requires-Root: no' '' 'Package: kettle-extra' 'Architecture: any' \
		'Depends: ${abilock:Depends}, ${shlibs:Depends}, ${misc:Depends}' \
		'Description: one more module' ' For the test.' >repo/debian/control
	printf '#!/usr/bin/make -f\n%%:\n\tdh $@\n' >repo/debian/rules
	chmod +x repo/debian/rules
	printf '%s\n' 'extra.so: extra.c' \
		'	$(CC) -shared -fPIC -o $@ $< $(shell pkg-config --cflags --libs abilock kettle-host)' \
		>repo/Makefile
	echo "extra.so $(pkg-config --variable=moduledir kettle-host)" |
		sed "s|$dir/root/||; s| .*/usr/| usr/|" >repo/debian/install
	if [[ $1 == PUBLIC ]]; then
		printf '%s\n' '#include <kettle.h>' 'ABILOCK_MODULE("extra", PUBLIC);' \
			'const char *use(struct kettle_line *line) { return kettle_text(line); }'
	else
		printf '%s\n' '#include <kettle_private.h>' 'ABILOCK_MODULE("extra", PRIVATE);' \
			'void use(void) { kettle_drop(); }'
	fi >repo/extra.c
}

example=extra
PKG_CONFIG_PATH=$dir/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/pkgconfig:$PKG_CONFIG_PATH
check "a host is installed" install_host
export DPKG_ADMINDIR=$dir/admin
write_source PUBLIC
check "a public module is built from another source" build_packages C
told C "$tag_kettle" >told
# It was built with 1.1, whose newest node every host has to have.
printf 'Package: kettle-extra\nVersion: 1.0\nDepends: kettle (>= 1.1)\n' >wanted
same "it depends on a version of the host" wanted told
write_source PRIVATE
check "a private module is built from another source" build_packages C
told C "$tag_kettle" >told
printf 'Package: kettle-extra\nVersion: 1.0\nDepends: kettle (>= 1.0.1), kettle-abi-TAG\n' >wanted
same "it depends on this build of the host" wanted told
dpkg-deb --info kettle-B/kettle_*.deb symbols >admin/info/kettle.symbols
check "a private module for another build than the installed one is refused" \
	refuses "the package kettle has another build" in_repo dh_abilock
rm admin/info/kettle.symbols
check "so is one of a host that is not installed" refuses "no installed one a symbols file with it" \
	in_repo dh_abilock
unset DPKG_ADMINDIR

# ---- tags that follow the types ----

# write_bar TYPE: a library with two private nodes, a module of one of them, and their build trees.
# TYPE is that of a member that the other node's symbols reach.
write_bar() {
	local tag=(--tag abi bar.syms bar.o) include
	include=-I$prefix/include

	rm -rf bar
	mkdir -p bar/debian/libbar1/usr/lib bar/debian/bar-cache/usr/lib/bar
	cd bar || return
	printf '%s\n' 'BAR_1.0 { global: bar_open; local: *; };' \
		'BAR_QUEUE_PRIVATE { global: bar_queue_push; };' \
		'BAR_STORE_PRIVATE { global: bar_store_put; };' >bar.syms
	printf '%s\n' "struct queue { $1 length; };" 'struct store { int size; };' 'void bar_open(void) {}' \
		'void bar_queue_push(struct queue *queue) { queue->length++; }' \
		'void bar_store_put(struct store *store) { store->size++; }' >bar.c
	printf '%s\n' '#include "bar_abi.h"' 'ABILOCK_HOST();' >lock.c
	printf '%s\n' '#include "bar_abi.h"' 'ABILOCK_MODULE("cache", BAR_STORE_PRIVATE);' \
		'struct store;' 'void bar_store_put(struct store *store);' \
		'void use(struct store *store) { bar_store_put(store); }' >cache.c
	gcc -g -fPIC -c bar.c && versiongen map "${tag[@]}" -o bar.map &&
		versiongen header "${tag[@]}" --soname libbar.so.1 --name bar -o bar_abi.h &&
		gcc "$include" -shared -fPIC -o debian/libbar1/usr/lib/libbar.so.1 bar.o lock.c \
			-Wl,--version-script=bar.map -Wl,-soname,libbar.so.1 &&
		gcc "$include" -shared -fPIC -o debian/bar-cache/usr/lib/bar/cache.so cache.c \
			debian/libbar1/usr/lib/libbar.so.1 || return
	printf '%s\n' 'bar (1.0) unstable; urgency=medium' '' '  * A version.' '' \
		' -- A Maintainer <maintainer@example.org>  Mon, 05 Jan 2026 12:00:00 +0000' >debian/changelog
	printf '%s\n' 'Source: bar' 'Maintainer: A Maintainer <maintainer@example.org>' \
		'Build-Depends: debhelper-compat (= 13)' '' 'Package: libbar1' 'Architecture: any' \
		'Provides: ${abilock:Provides}' 'Description: a library' ' For the test.' '' \
		'Package: bar-cache' 'Architecture: any' 'Depends: ${abilock:Depends}' \
		'Description: a module' ' For the test.' >debian/control
	dh_makeshlibs && dh_abilock && dh_gencontrol && dh_abilock_check
}

# field_of PACKAGE FIELD
field_of() { sed -n "s/^$2: //p" "bar/debian/$1/DEBIAN/control"; }

for type in int long; do
	check "packages of types are built ($type)" write_bar "$type"
	cd "$dir" || exit
	field_of bar-cache Depends >"depends.$type"
	field_of libbar1 Provides >"provides.$type"
done
check "the other node's tag changed with a type" test "$(<provides.int)" != "$(<provides.long)"
same "a module of one node does not see it" depends.int depends.long
check "it depends on the name of its node" grep -qxE 'bar-abi-[0-9a-f]+, libbar1 \(>= 1.0\)' depends.int
abi=$(sed 's/,.*//' depends.int)
check "which the library still provides" grep -qE "(^| )$abi(,|$)" provides.long
number=$(sed -n "/^|/p" bar/debian/libbar1/DEBIAN/symbols | grep -n "$abi$" | cut -d : -f 1)
check "and which its symbols have as a dependency" \
	grep -qE "^ bar_store_put@BAR_STORE_PRIVATE_${abi#bar-abi-} 0 $number$" \
	bar/debian/libbar1/DEBIAN/symbols

# ---- the guide ----

: "${CC:=gcc}"
# shellcheck source=../tool/document_lib.sh
. "$root/tests/tool/document_lib.sh"
real_buildpackage=$(command -v dpkg-buildpackage)
real_dpkg=$(command -v dpkg)
# As a packager has them: abilock is installed, and packages go into a root. A file in the guide
# begins with its name.
cat >bin/dpkg-buildpackage <<END
#!/bin/bash
sed -i '1{/^# debian/d}' debian/rules
echo 'libabilock 1 libabilock1 (>= 0.1.0)' >debian/shlibs.local
exec "$real_buildpackage" -d "\$@"
END
cat >bin/dpkg <<END
#!/bin/bash
[[ \$1 == -i ]] || exec "$real_dpkg" "\$@"
exec "$real_dpkg" --root="$dir/target" --force-not-root --log=/dev/null "\$@"
END
chmod +x bin/dpkg-buildpackage bin/dpkg
# The section, with the sources of foo, which stand in the section on RPM.
{
	echo '## Debian'
	awk '/^## /{ on = $2 == "RPM" } on && /^```$/ { getline line; if (line ~ /^(# (CMake|foo.syms)|\/\*)/) {
		print; print line; while ((getline line) > 0 && line != "```") print line; print "```\n" } }' \
		"$root/docs/packaging.md"
	sed '1,/^## Debian$/d; /^## /,$d' "$root/docs/packaging.md"
} >debian.md
new_root
run_document debian.md Debian >printed
same "the commands of packaging.md print what stands there" debian.md printed
sed 's/^foo-abi-1.0-1$/foo-abi-1.0-3/' debian.md >broken.md
check_not "another output would be noticed" diff broken.md printed

finish
