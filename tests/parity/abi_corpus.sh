#!/bin/bash
# SPDX-License-Identifier: MIT
# The same libraries of two Debian releases, bookworm and trixie, in a folder; nothing is installed.
#
#   abi_corpus.sh FOLDER
#
# FOLDER/SUITE/PACKAGE has the unpacked package in tree/, its control files in control/, and its name
# and version in `version`. PACKAGE is bookworm's name: trixie renamed some (libcurl4t64) when time_t
# grew on other machines; on this one they are the same libraries.
#
# 110 MB are fetched with `apt-get download`, from the mirror that this machine uses, through an apt
# configuration of its own. A package that is there is not fetched again, so a run that was broken off
# goes on. The last line says how many packages there are.
set -euo pipefail
export LC_ALL=C
folder=${1:?folder}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

packages=(
	# Private nodes, of a release or for good.
	libvirt0 libibverbs1 librdmacm1 libsystemd0 libudev1 libdbus-1-3 libselinux1 libndctl6 libjson-c5
	libtalloc2 libtevent0 libtdb1 libldb2 libwbclient0
	# Many nodes; the same name in several of them.
	libc6 libcrypt1 libdevmapper1.02.1 libnuma1 libasound2 libelf1 libdw1 libdebuginfod1 libfabric1
	libblkid1 libmount1 libuuid1 libsmartcols1 libfdisk1 libcryptsetup12 libcap2 libpam0g libaudit1
	libnl-3-200 libnl-route-3-200 libnftnl11 libmnl0 libbpf1 libkmod2 libsepol2 libsemanage2
	libapparmor1 libseccomp2 libaio1 liburing2 libkeyutils1 libacl1 libattr1 libtirpc3 libnsl2
	libinput10 libevdev2 libxkbcommon0 libpulse0 libpmem1 libtss2-esys-3.0.2-0
	# One node or a few.
	zlib1g libxml2 libxslt1.1 libcurl4 libssl3 libgnutls30 libssh-4 libidn2-0 libtasn1-6 libp11-kit0
	libnettle8 libhogweed6 libgcrypt20 libgpg-error0 libksba8 libgpgme11 libnpth0 libsasl2-2
	libkrb5-3 libgssapi-krb5-2 libk5crypto3 libkrb5support0 libncurses6 libncursesw6 libtinfo6
	libreadline8 liblzma5 libpng16-16 libtiff6 libjpeg62-turbo libffi8 libpopt0 libsndfile1 libmd0
	libbsd0 libdb5.3 libpsl5 librtmp1 libctf0 libpciaccess0 libjansson4
	# None, with thousands of symbols and with a few.
	libglib2.0-0 libx11-6 libxcb1 libxext6 libxrender1 libxi6 libxrandr2 libsqlite3-0 libexpat1
	libarchive13 libzstd1 liblz4-1 libbz2-1.0 libcairo2 libpango-1.0-0 libfreetype6 libfontconfig1
	libharfbuzz0b libwebp7 libdrm2 libgbm1 libwayland-client0 libwayland-server0 libpcre2-8-0 libgmp10
	libmpfr6 libmpc3 libisl23 libcom-err2 libext2fs2 libss2 libnghttp2-14 libbrotli1 libevent-2.1-7
	libuv1 libusb-1.0-0 libmagic1 libgdbm6 libyaml-0-2 libatk1.0-0 libgdk-pixbuf-2.0-0 libsoup-3.0-0
	libjson-glib-1.0-0 libsecret-1-0 libpolkit-gobject-1-0 libssh2-1 libcap-ng0 libxtables12 libogg0
	libvorbis0a libopus0 libxxhash0 libsodium23 libva2 libegl1 libgl1 libglvnd0 libvulkan1 libinih1
	liblmdb0 libverto1
	# C++ and the compilers' own: unique and weak symbols by the thousand, variables that grow.
	libstdc++6 libgcc-s1 libgomp1 libquadmath0 libatomic1 libgfortran5 libasan8 libubsan1 librados2
)

# apt SUITE WORD... runs apt-get or apt-cache for one suite alone.
apt() {
	local suite=$1 program=$2 state=$folder/apt/$1
	shift 2
	"$program" -q -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$state/lists" \
		-o "Dir::State::Status=$state/status" -o "Dir::Cache=$state" \
		-o "Dir::Cache::Archives=$state/archives" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Debug::NoLocking=1 -o APT::Architecture=amd64 \
		-o APT::Architectures=amd64 "$@"
}

# The names in parentheses are apt's.
# shellcheck disable=SC2016
mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

update() {
	local suite=$1 state=$folder/apt/$1 site
	[[ -e $state/names ]] && return
	mkdir -p "$state/lists/partial" "$state/archives/partial"
	: >"$state/status"
	site=${ABILOCK_MIRROR:-$(mirror)}
	[[ $site ]] || {
		echo "abi_corpus.sh: no Debian mirror among apt's sources: run apt-get update, or set" \
			"ABILOCK_MIRROR" >&2
		exit 3
	}
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" \
		>"$state/sources.list"
	apt "$suite" apt-get update >"$state/log" 2>&1 || {
		cat "$state/log" >&2
		exit 3
	}
	apt "$suite" apt-cache pkgnames >"$state/names"
}

# name_in SUITE PACKAGE: the package's name there
name_in() {
	local name
	for name in "$2" "$2t64"; do
		grep -m 1 -xF "$name" "$folder/apt/$1/names" && return
	done
	echo "abi_corpus.sh: $1 has no package $2" >&2
	exit 3
}

# unpack ARCHIVE FOLDER
unpack() {
	rm -rf "$2.part"
	mkdir -p "$2.part"
	dpkg-deb -x "$1" "$2.part/tree"
	dpkg-deb -e "$1" "$2.part/control"
	# shellcheck disable=SC2016
	dpkg-deb --show --showformat '${Package} ${Version}\n' "$1" >"$2.part/version"
	mv "$2.part" "$2"
}

for suite in bookworm trixie; do
	mkdir -p "$folder/$suite" "$folder/apt/$suite"
	missing=() names=()
	for package in "${packages[@]}"; do
		[[ -e $folder/$suite/$package ]] && continue
		update "$suite"
		name=$(name_in "$suite" "$package")
		names+=("$name")
		missing+=("$package")
	done
	[[ ${#missing[@]} -gt 0 ]] || continue
	rm -rf "$folder/debs"
	mkdir "$folder/debs"
	(cd "$folder/debs" && apt "$suite" apt-get download "${names[@]}") >"$folder/apt/$suite/log" 2>&1 || {
		tail -n 20 "$folder/apt/$suite/log" >&2
		echo "abi_corpus.sh: packages of $suite cannot be fetched" >&2
		exit 3
	}
	for i in "${!missing[@]}"; do
		archives=("$folder/debs/${names[i]}"_*.deb)
		unpack "${archives[0]}" "$folder/$suite/${missing[i]}"
	done
	rm -r "$folder/debs"
done
echo "${#packages[@]} packages of bookworm and of trixie"
