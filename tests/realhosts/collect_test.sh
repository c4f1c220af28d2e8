#!/bin/bash
# SPDX-License-Identifier: MIT
# versiongen collect on lighttpd, a program whose modules use its symbols: built from Debian's source,
# then linked again with nothing exported but what collect found. Every module must load, and a
# request must be answered through some of them.
#
#   collect_test.sh FOLDER
#
# The source is fetched and built below FOLDER, which is kept. From the environment: VERSIONGEN.

# Functions are called by name, through check.
# shellcheck disable=SC2016,SC2154,SC2317
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../tool/lib.sh
. "$here/../tool/lib.sh"
: "${VERSIONGEN:?}"
VERSIONGEN=$(realpath "$VERSIONGEN")
mkdir -p "$1"
folder=$(cd "$1" && pwd)
source=$folder/source objects=$folder/source/src modules=$folder/source/src/.libs
# shellcheck source=lighttpd_server.sh
. "$here/lighttpd_server.sh"

# ---- the source, through an apt configuration of its own; nothing is installed ----

mirror() {
	apt-get indextargets --format '$(SITE) $(CODENAME) $(ORIGIN)' 'Identifier: Packages' |
		awk '$3 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

fetch() {
	local state=$folder/apt site
	site=${ABILOCK_MIRROR:-$(mirror)}
	[[ $site ]] || {
		echo "no Debian mirror among apt's sources: run apt-get update, or set ABILOCK_MIRROR"
		return 1
	}
	rm -rf "$state" "$source"
	mkdir -p "$state/lists/partial" "$state/archives/partial"
	: >"$state/status"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site bookworm main" \
		>"$state/sources.list"
	(
		cd "$state" || exit
		apt=(apt-get -q -o "Dir::Etc::SourceList=$state/sources.list"
			-o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
			-o "Dir::State::Lists=$state/lists" -o "Dir::State::Status=$state/status"
			-o "Dir::Cache=$state" -o APT::Sandbox::User=root -o Acquire::Languages=none
			-o Debug::NoLocking=1)
		"${apt[@]}" update && "${apt[@]}" source --download-only lighttpd &&
			dpkg-source --no-check -x lighttpd_*.dsc "$source"
	)
}

build() {
	local zlib=--without-zlib
	[[ -e $folder/.built ]] && return
	if [[ -e /usr/include/zlib.h ]]; then
		zlib=--with-zlib
	fi
	(
		cd "$source" || exit
		./configure --disable-static --without-pcre2 --without-pcre "$zlib" CFLAGS=-O1 &&
			make -C src -j"$(nproc)" &&
			cp -p src/lighttpd "$folder/lighttpd.all"
	) && touch "$folder/.built"
}

if [[ ! -e $folder/.built ]]; then
	check "the source of lighttpd can be fetched" fetch
fi
check "lighttpd and its modules can be built" build
[[ -e $folder/.built ]] || finish

# ---- collect ----

cd "$objects" || exit 1
host=(lighttpd-*.o)
[[ -d ls-hpack ]] && host+=(ls-hpack/lighttpd-*.o)
built=("$modules"/mod_*.so)

# Names of the file's own exports: without copies of the C library's variables, and without nodes.
exports() { nm -D --defined-only "$1" | awk '$2 != "A" && $3 !~ /@/ || $3 ~ /@@LIGHTTPD/ { sub(/@.*/, "", $3); print $3 }' | sort -u; }

collect() { "$VERSIONGEN" collect --host "${host[@]}" --modules "${built[@]}" --node LIGHTTPD_PRIVATE "$@"; }

check "collect finds nothing that needs a change" collect -o "$dir/lighttpd.syms"
check "the declaration that it prints is up to date" collect --check "$dir/lighttpd.syms"
collect -f json -o /dev/null >"$dir/all.json" 2>/dev/null
check "each of the ${#built[@]} modules is looked at" grep -q "\"modules\":${#built[@]}," "$dir/all.json"

link() {
	rm -f lighttpd
	"$VERSIONGEN" map "$dir/lighttpd.syms" --tag id:test -o "$dir/lighttpd.map" &&
		make lighttpd LDFLAGS="-Wl,--version-script=$dir/lighttpd.map" &&
		cp lighttpd "$dir/lighttpd"
}
check "lighttpd links with the map" link
exports "$folder/lighttpd.all" >"$dir/before"
exports "$dir/lighttpd" >"$dir/after"
awk '/^    [A-Za-z_]/ { sub(/;.*/, ""); print $1 }' "$dir/lighttpd.syms" | sort >"$dir/collected"
same "it exports what was collected, and nothing else" "$dir/collected" "$dir/after"
check "that is less than before" [ "$(wc -l <"$dir/after")" -lt "$(wc -l <"$dir/before")" ]
echo "exported symbols: $(wc -l <"$dir/before") before, $(wc -l <"$dir/after") after; ${#built[@]} modules"

# ---- the server ----

# mod_auth and mod_vhostdb come before the modules that use them.
names=(mod_auth mod_vhostdb)
for module in "${built[@]}"; do
	module=${module##*/}
	module=${module%.so}
	[[ $module == mod_auth || $module == mod_vhostdb ]] || names+=("$module")
done
mkdir "$dir/www"
# Long enough to be worth compressing.
yes 'hello from a file' | head -n 100 >"$dir/www/index.html"

check "the server starts with all modules" start "$dir/lighttpd"
if [[ $server ]]; then
	check "every module that was built is loaded" every_module_is_mapped
	check "a file is served" answers / '^hello from a file'
	check "mod_setenv has added its header" answers / '^X-From-Module: mod_setenv'
	check "mod_expire (linked in) has added its own" answers / '^Cache-Control: max-age=3600'
	check "mod_status answers" answers /server-status 'Server-Status|lighttpd'
	curl -s -i -H "Accept-Encoding: gzip" "$url/" >"$dir/answer"
	if grep -q with-zlib "$source/config.log"; then
		check "mod_deflate compresses" grep -aqi "^Content-Encoding: " "$dir/answer"
	fi
	stop
fi

# ---- the test can fail ----

sed -i '/^    config_plugin_values_init;/d' "$dir/lighttpd.syms"
check_not "without a symbol the declaration is out of date" collect --check "$dir/lighttpd.syms"
check "without it the host links" link
check_not "and its modules do not load" start "$dir/lighttpd"
[[ $server ]] && stop
finish
