# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For adoption_test.sh: lighttpd, a program, with the modules that need no other library than zlib.

# shellcheck disable=SC2034,SC2154
host=$tree/src/lighttpd
declaration=src/lighttpd.syms
node=LIGHTTPD_PRIVATE
modules=$tree/src/.libs
names=()
# shellcheck source=lighttpd_server.sh
. "$here/lighttpd_server.sh"

prepare() { autoreconf -fi; }

configure() {
	local zlib=--without-zlib
	[[ ! -e /usr/include/zlib.h ]] || zlib=--with-zlib
	autoreconf -i && ./configure -C --disable-static --without-pcre2 --without-pcre "$zlib" CFLAGS=-O1 \
		CPPFLAGS="$(pkg-config --cflags abilock)"
}

build() { make -C src -j"$jobs"; }

# The program has some built in, and loads no file for those.
is_built_in() { grep -qx "${1##*/}" "$dir/built_in"; }
modules_of_build() { find "$modules" -name 'mod_*.so' | sort; }

objects_of_host() { printf '%s\n' src/lighttpd-*.o src/ls-hpack/lighttpd-*.o; }

# What is built in is found by dlsym(), so it stays; all else is for the modules.
declare() {
	local objects
	mapfile -t objects < <(objects_of_host)
	nm --defined-only "${objects[@]}" | sed -n 's/.* \(mod_.*\)_plugin_init$/\1/p' | sort >"$dir/built_in"
	{
		printf 'LIGHTTPD_1.4 {\n  global:\n'
		sed 's/.*/    &_plugin_init;/' "$dir/built_in"
		printf '  local: *;\n};\n'
	} >"$declaration"
	sed -i 's/$/.so/' "$dir/built_in"
	versiongen collect --host "${objects[@]}" --modules "${built[@]}" --node "$node" --update "$declaration"
}

use_as_it_is() {
	mkdir -p "$dir/www/folder" "$dir/www/private"
	yes 'hello from a file' | head -n 100 >"$dir/www/index.html" # long enough to be compressed
	echo 'a file in a folder' >"$dir/www/folder/file.html"
	echo 'for those who know' >"$dir/www/private/index.html"
	echo '<!--#echo var="REQUEST_URI" -->' >"$dir/www/page.shtml"
	printf '#!/bin/sh\necho "Content-Type: text/plain"\necho\necho "from a script: $QUERY_STRING"\n' \
		>"$dir/www/script.cgi"
	chmod +x "$dir/www/script.cgi"
	echo 'someone:secret' >"$dir/passwords"
}

configuration() {
	cat <<CONFIGURATION
cgi.assign = (".cgi" => "/bin/sh")
accesslog.filename = "$dir/access.log"
auth.backend = "plain"
auth.backend.plain.userfile = "$dir/passwords"
auth.require = ("/private" => ("method" => "basic", "realm" => "test", "require" => "valid-user"))
\$HTTP["url"] =~ "^/uploads/" { webdav.activate = "enable" }
userdir.path = "public"
userdir.basepath = "$dir/home/"
extforward.forwarder = ("127.0.0.1" => "trust")
CONFIGURATION
}

answers_to() { # answers_to TEXT PATH CURL_OPTION...
	curl -s -i --compressed "${@:3}" "$url$2" >"$dir/answer" && grep -qE "$1" "$dir/answer"
}

# Those that come as files, in an order in which modules come before those that use them.
use_locked() {
	local file
	files=()
	for file in "${built[@]}"; do
		is_built_in "$file" || files+=("$file")
	done
	names=(mod_auth mod_vhostdb)
	for file in "${files[@]##*/}"; do
		[[ $file == mod_auth.so || $file == mod_vhostdb.so ]] || names+=("${file%.so}")
	done
	mkdir -p "$dir/www/uploads" "$dir/home/someone/public"
	echo 'at home' >"$dir/home/someone/public/index.html"
	check "there are at least 10 that lighttpd loads" test ${#files[@]} -ge 10
	check "lighttpd starts with all of its modules" start "$host"
	[[ $server ]] || return
	built=("${files[@]}")
	check "each of the ${#files[@]} is loaded" every_module_is_mapped
	mapfile -t built < <(modules_of_build)
	check "a file is served (mod_staticfile, built in)" answers_to '^hello from a file' /
	check "mod_setenv (built in) adds a header" answers_to '^X-From-Module: mod_setenv' /
	check "mod_status shows how it is" answers_to 'Server-Status' /server-status
	check "mod_dirlisting lists a folder" answers_to 'file\.html' /folder/
	check "mod_ssi fills in a page" answers_to '^/page\.shtml' /page.shtml
	check "mod_cgi runs a script" answers_to '^from a script: 42' '/script.cgi?42'
	check "mod_auth wants a password" answers_to '^HTTP/1.1 401' /private/
	check "mod_authn_file knows it" answers_to '^for those who know' /private/ -u someone:secret
	check "and another one not" answers_to '^HTTP/1.1 401' /private/ -u someone:wrong
	check "mod_webdav takes a file" answers_to '^HTTP/1.1 201' /uploads/new.html -T "$dir/www/folder/file.html"
	check "which is there" cmp "$dir/www/uploads/new.html" "$dir/www/folder/file.html"
	check "mod_userdir knows a home" answers_to '^at home' /~someone/
	check "mod_extforward believes who asks" answers_to '^hello' / -H 'X-Forwarded-For: 192.0.2.7'
	if [[ ${names[*]} == *mod_deflate* && -e /usr/include/zlib.h ]]; then
		check "mod_deflate compresses" answers_to '^Content-Encoding: ' /
	fi
	stop
	check "mod_accesslog has written who it was" grep -q '^192\.0\.2\.7 ' "$dir/access.log"
}

# try FOLDER MODULE: only look at a configuration with this one, and say what is wrong. Some modules may be
# missing or are left out for the sake of old configurations, unless lighttpd is told otherwise.
try() {
	{
		echo 'server.compat-module-load = "disable"'
		echo "server.document-root = \"$dir/www\""
		echo "server.modules = (\"$2\")"
	} >"$dir/try.conf"
	LD_DEBUG=files LD_DEBUG_OUTPUT="$dir/ld" "$host" -tt -f "$dir/try.conf" -m "$1" >"$dir/text" 2>&1
}

ran() { sed -n 's/.*calling init: //p' "$dir"/ld.* | grep -c "$1"; }

is_refused() {
	local status
	rm -f "$dir"/ld.*
	try "$dir/first" "$1"
	status=$?
	[[ $status -eq 255 && $(ran "/$1.so") -eq 0 ]] || {
		echo "$1: exit status $status, constructors of $(ran "/$1.so") modules"
		return 1
	}
	refused "$dir/text" "$first"
}

all_are_refused() {
	local module
	for module in "${names[@]}"; do
		is_refused "$module" || return
	done
}

use_refused() {
	rm -f "$dir"/ld.*
	check "its own are loaded" try "$modules" mod_status
	check "a constructor of it runs" test "$(ran /mod_status.so)" -eq 1
	modules=$dir/first
	check_not "it does not start with the modules of the first commit" start "$host"
	check "it refuses each of the ${#names[@]}: the text, exit 255, no constructor" all_are_refused
	cp "$dir/text" "$dir/last"
	try "$dir/unlocked" mod_status
	check "and one from before the lock" test $? -eq 255
	check "since nothing ties it to a build" grep -q 'nothing ties the module' "$dir/text"
	sed -n '1,5s/^/    /p' "$dir/last"
}
