#!/bin/bash
# SPDX-License-Identifier: MIT
# Unpack Debian packages, with all that they depend on, into a folder; nothing is installed.
#
#   fetch.sh SUITE FOLDER PACKAGE...
#
# The packages come from the mirror that this machine uses, through an apt configuration of their own.
# FETCH_ARCHITECTURE is Debian's name of another architecture than this machine's. A run that was
# broken off is taken up where it was.
set -euo pipefail

suite=$1 root=$2
shift 2
state=$root.apt
arch=${FETCH_ARCHITECTURE:-$(dpkg --print-architecture)}
wanted="$suite $arch $*"
stamp=$root/.complete
[[ -e $stamp && $(<"$stamp") == "$wanted" ]] && exit 0

mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

rm -rf "$root"
[[ -e $state/wanted && $(<"$state/wanted") == "$wanted" ]] || rm -rf "$state"
mkdir -p "$root" "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
echo "$wanted" >"$state/wanted"
site=${ABILOCK_MIRROR:-$(mirror)}
[[ $site ]] || {
	echo "fetch.sh: no Debian mirror among apt's sources: run apt-get update, or set ABILOCK_MIRROR" >&2
	exit 3
}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" \
	>"$state/sources.list"
apt=(apt-get -q -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$state/lists"
	-o "Dir::State::Status=$state/status" -o "Dir::Cache=$state" -o "Dir::Cache::Archives=$state/archives"
	-o APT::Install-Recommends=0 -o APT::Sandbox::User=root -o Acquire::Languages=none
	-o Debug::NoLocking=1 -o APT::Architecture="$arch" -o APT::Architectures="$arch")
"${apt[@]}" update
"${apt[@]}" -y --download-only install "$@"
for package in "$state"/archives/*.deb; do
	dpkg-deb -x "$package" "$root"
done
rm -r "$state/archives"
echo "$wanted" >"$stamp"
