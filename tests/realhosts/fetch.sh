#!/bin/bash
# SPDX-License-Identifier: MIT
# Unpack Debian packages, with all that they depend on, into a folder; nothing is installed.
#
#   fetch.sh SUITE FOLDER PACKAGE...
#
# The packages come from the mirror that this machine uses, through an apt configuration of their own.
set -euo pipefail

suite=$1 root=$2
shift 2
state=$root.apt
stamp=$root/.complete
[[ -e $stamp && $(<"$stamp") == "$suite $*" ]] && exit 0

mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

rm -rf "$root"
mkdir -p "$root" "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
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
	-o Debug::NoLocking=1 -o APT::Architecture="$(dpkg --print-architecture)")
"${apt[@]}" update
"${apt[@]}" -y --download-only install "$@"
for package in "$state"/archives/*.deb; do
	dpkg-deb -x "$package" "$root"
	rm "$package"
done
echo "$suite $*" >"$stamp"
