#!/bin/bash
# SPDX-License-Identifier: MIT
# Unpack the upstream sources of Debian packages into a folder; nothing is installed or built.
#
#   source.sh FOLDER PACKAGE/SUITE...
#
# The source of PACKAGE/SUITE is in FOLDER/PACKAGE-SUITE, without Debian's changes. The archives come
# from the mirror that this machine uses, through an apt configuration of their own. What is there is
# not fetched again.
set -euo pipefail
export LC_ALL=C

folder=${1:?folder}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
state=$folder/.apt

# The names in parentheses are apt's.
# shellcheck disable=SC2016
mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

apt=(-q -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::PreferencesParts=/dev/null -o "Dir::State::Lists=$state/lists"
	-o "Dir::State::Status=$state/status" -o "Dir::Cache=$state" -o "Dir::Cache::Archives=$state/archives"
	-o APT::Sandbox::User=root -o Acquire::Languages=none -o Debug::NoLocking=1)

# update SUITE...
update() {
	local site suite
	site=${ABILOCK_MIRROR:-$(mirror)}
	[[ $site ]] || {
		echo "source.sh: no Debian mirror among apt's sources: run apt-get update, or set" \
			"ABILOCK_MIRROR" >&2
		exit 3
	}
	rm -rf "$state"
	mkdir -p "$state/lists/partial" "$state/archives/partial"
	: >"$state/status"
	for suite; do
		echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main"
	done >"$state/sources.list"
	apt-get "${apt[@]}" update
}

# fetch PACKAGE/SUITE
fetch() {
	local target=$folder/${1/\//-} archives
	rm -rf "$state/tar" "$target.part"
	mkdir -p "$state/tar" "$target.part"
	(cd "$state/tar" && apt-get "${apt[@]}" --download-only --tar-only source "$1")
	archives=("$state"/tar/*.orig.tar.*[!c]) # not .asc
	tar -x --no-same-owner --strip-components=1 -C "$target.part" -f "${archives[0]}"
	mv "$target.part" "$target"
}

wanted=()
for source; do
	[[ -d $folder/${source/\//-} ]] || wanted+=("$source")
done
[[ ${#wanted[@]} -gt 0 ]] || exit 0
mapfile -t suites < <(printf '%s\n' "${wanted[@]#*/}" | sort -u)
update "${suites[@]}"
for source in "${wanted[@]}"; do
	fetch "$source" || {
		echo "source.sh: the source of ${source%/*} in ${source#*/} cannot be fetched" >&2
		exit 3
	}
done
rm -rf "$state"
