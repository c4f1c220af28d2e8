# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A lighttpd that serves $dir/www, for the tests to source behind ../tool/lib.sh.
#
# Set before: names, an array of modules in the order in which they are loaded; modules, their folder;
# built, their files. configuration() may add lines. $url is where the server answers, $server its
# process or nothing.

# shellcheck disable=SC2154
server=''
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT

configuration() { :; }

# write_configuration PORT
write_configuration() {
	cat <<CONFIGURATION
server.document-root = "$dir/www"
server.bind = "127.0.0.1"
server.port = $1
server.errorlog = "$dir/error.log"
server.modules = ($(printf '"%s", ' mod_indexfile mod_setenv mod_expire "${names[@]}" mod_staticfile))
index-file.names = ("index.html")
setenv.add-response-header = ("X-From-Module" => "mod_setenv")
status.status-url = "/server-status"
expire.url = ("" => "access plus 1 hours")
deflate.mimetypes = ("text/html")
deflate.allowed-encodings = ("gzip", "deflate")
mimetype.assign = (".html" => "text/html")
ssi.extension = (".shtml")
dir-listing.activate = "enable"
CONFIGURATION
	configuration
}

# start PROGRAM: on the first of some ports that is free
start() {
	local port
	for _ in 1 2 3 4 5; do
		port=$((20000 + (RANDOM % 20000)))
		write_configuration $port >"$dir/server.conf"
		"$1" -D -f "$dir/server.conf" -m "$modules" >"$dir/server.log" 2>&1 &
		server=$!
		for _ in {1..50}; do
			kill -0 "$server" 2>/dev/null || break
			if curl -s -o /dev/null "http://127.0.0.1:$port/"; then
				url=http://127.0.0.1:$port
				return 0
			fi
			sleep 0.1
		done
		kill "$server" 2>/dev/null
		wait "$server" 2>/dev/null
		server=''
		grep -q 'Address already in use' "$dir/server.log" "$dir/error.log" || break
	done
	cat "$dir/server.log" "$dir/error.log"
	return 1
}

stop() {
	kill "$server"
	wait "$server" 2>/dev/null
	server=''
}

every_module_is_mapped() {
	local module bad=0
	for module in "${built[@]}"; do
		grep -qF "$module" "/proc/$server/maps" || {
			echo "$module is not mapped"
			bad=1
		}
	done
	return $bad
}

answers() { curl -s -i "$url$1" >"$dir/answer" && grep -qE "$2" "$dir/answer"; }
