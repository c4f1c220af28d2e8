# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# How our own packages are built and looked at. Source it behind tests/tool/lib.sh.
#
#   build deb OPTIONS       of DEB_BUILD_OPTIONS; the packages in $packages
#   build rpm OPTION...     of rpmbuild
#   deb_files, rpm_files    the files of a package
#   use_from ROOT LIBDIR    tests/packaging/use.sh with what is unpacked in a folder

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
here=$root/tests/packaging
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$root/scripts/lib.sh"
trust_checkout
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
# shellcheck disable=SC2034
version=$(sed -n 's/^project(abilock VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
guide=$root/docs/packaging.md
packages=()

is_checkout() { git -C "$root" rev-parse --verify -q HEAD >/dev/null; }

# make_checkout FOLDER: of what is in the tree now, with all edits, as a commit that its repository never
# sees.
make_checkout() {
	local commit objects git=(git -C "$root" -c user.name=test -c user.email=test@localhost)

	objects=$("${git[@]}" rev-parse --path-format=absolute --git-path objects) &&
		git init -q "$1" && echo "$objects" >"$1/.git/objects/info/alternates" &&
		cp "$("${git[@]}" rev-parse --path-format=absolute --git-path index)" "$dir/index" &&
		commit=$(
			export GIT_INDEX_FILE=$dir/index GIT_OBJECT_DIRECTORY=$1/.git/objects
			export GIT_ALTERNATE_OBJECT_DIRECTORIES=$objects
			"${git[@]}" add -A && tree=$("${git[@]}" write-tree) &&
				"${git[@]}" commit-tree -m "What is tested" "$tree"
		) && git -C "$1" reset -q --hard "$commit"
}

# The commands of the guide's section on our own packages, in the part for $1.
commands_of() {
	awk -v part="### $1" '
		/^## / { ours = $0 == "## abilock\047s own packages" }
		/^### / { on = ours && $0 == part }
		/^```/ { inside = on && $0 == "```sh"; next }
		inside' "$guide"
}

# logged COMMAND...: of a long story only the end
logged() {
	local status=0
	"$@" >"$dir/build.log" 2>&1 || status=$?
	grep -vE '^(\[[0-9]|-- )' "$dir/build.log" | tail -n 38
	return $status
}

# What Fedora does behind %install is done by bash, since these scripts of Debian's rpm are none for its
# sh. Debian has what is needed to build, but rpm does not know it.
rpm_settings() {
	local brp=/usr/lib/rpm/brp real
	real=$(command -v rpmbuild)
	mkdir -p "$1/bin"
	printf '%%%s\n' "_dbpath $1/db" "_topdir $1/rpmbuild" "debug_package %{nil}" \
		"__os_install_post bash $brp-compress; bash $brp-strip strip; bash $brp-strip-static-archive strip" \
		>"$1/.rpmmacros"
	shift
	printf '#!/bin/sh\nexec %s --nodeps --noclean %s "$@"\n' "$real" "${*@Q}" >"$dir/rpm/bin/rpmbuild"
	chmod +x "$dir/rpm/bin/rpmbuild"
}

# build deb|rpm OPTION...: by the commands of the guide
build() {
	local kind=$1 folder=$dir/$1 part=Debian variables=()
	shift
	mkdir -p "$folder" && make_checkout "$folder/abilock" || return
	if [[ $kind == rpm ]]; then
		part=RPM variables=(HOME="$folder" PATH="$folder/bin:$PATH")
		rpm_settings "$folder" "$@"
	else
		variables=(DEB_BUILD_OPTIONS="$*")
	fi
	commands_of "$part" >"$dir/commands"
	[[ -s $dir/commands ]] || {
		echo "$guide has no commands for $part"
		return 1
	}
	cd "$folder/abilock" || return
	logged env -u CFLAGS -u LDFLAGS "${variables[@]}" bash -e "$dir/commands" || return
	mapfile -t packages < <(find "$folder" \( -path '*/RPMS/*.rpm' -o -name '*.deb' \) \
		! -name '*-dbgsym_*' ! -path '*/abilock/*' | sort)
	[[ ${#packages[@]} -gt 0 ]]
}

deb_files() { dpkg-deb --fsys-tarfile "$1" | tar -t | sed -n 's,^\.\(/.*[^/]\)$,\1,p'; }

rpm_files() { rpm -qp --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' "$1" | sed -n '/^d/!s/^[^ ]* //p'; }

# package NAME: its file
package() {
	local file
	for file in "${packages[@]}"; do
		[[ ${file##*/} == "$1"[_-][0-9]* ]] && echo "$file"
	done
}

# foreign_dependencies: what Debian packages depend on, but for each other
foreign_dependencies() {
	local file
	for file in "${packages[@]}"; do
		dpkg-deb -f "$file" Pre-Depends Depends | sed 's/^[A-Za-z-]*: //'
	done | tr ',|' '\n' | sed 's/^ *//; s/[ (:].*//' | grep -v abilock | sort -u
}

# in_one_package LIST-OF WANTED: each file of the list WANTED is in one package, by the function LIST-OF
in_one_package() {
	local file status=0
	for file in "${packages[@]}"; do "$1" "$file"; done | sed 's/\.gz$//' | sort >"$dir/packaged"
	uniq -d "$dir/packaged" >"$dir/twice"
	sed 's/^/in two packages: /' "$dir/twice"
	comm -23 <(sort -u "$2") <(sort -u "$dir/packaged") >"$dir/lost"
	sed 's/^/in no package: /' "$dir/lost"
	[[ ! -s $dir/twice && ! -s $dir/lost ]] || status=1
	return $status
}

files_below() { (cd "$1" && find . -mindepth 1 "${@:2}" -printf '/%P\n' | sort); }

# as_root COMMAND...: or as who looks like it
as_root() {
	if [[ $(id -u) -eq 0 ]]; then "$@"; else unshare --map-root-user "$@"; fi
}

# use_from ROOT LIBDIR WAY
use_from() {
	env PATH="$1/usr/bin:$PATH" PKG_CONFIG_PATH="$2/pkgconfig" CMAKE_PREFIX_PATH="$1/usr" \
		abilock_DIR="$2/cmake/abilock" LD_LIBRARY_PATH="$2" CC="${CC:-gcc}" "$here/use.sh" "$3"
}
