# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For adoption_test.sh: libxtables, a library, and the extensions of iptables. Without nftables, whose
# libraries are not here.

# shellcheck disable=SC2034,SC2154
host=$tree/libxtables/.libs/libxtables.so.12
declaration=libxtables/xtables.syms
node=XTABLES_PRIVATE

prepare() { autoreconf -fi; }

configure() {
	autoreconf -i && ./configure -C --disable-nftables --disable-static --disable-libipq --disable-devel CFLAGS=-O1 \
		CPPFLAGS="$(pkg-config --cflags abilock)"
}

build() { make -j"$jobs"; }

modules_of_build() { find "$tree/extensions" -name 'lib*.so' -type f | sort; }

# What the programs use is public, what only the extensions use is private.
declare() {
	versiongen collect --host libxtables/.libs/*.o --node PROGRAMS_PRIVATE --libraries libiptc/.libs/*.so \
		--modules --module iptables/xtables_legacy_multi-*.o extensions/lib*.a >"$dir/programs.syms" &&
		sed 's/^PROGRAMS_PRIVATE/XTABLES_12/' "$dir/programs.syms" >"$declaration" &&
		versiongen collect --host libxtables/.libs/*.o --modules extensions/*.oo --node "$node" \
			--update "$declaration"
}

# iptables FOLDER ARGUMENT...: with the extensions of a folder
iptables() {
	local program=iptables
	[[ $2 != ip6tables ]] || program=ip6tables
	LD_LIBRARY_PATH=$abilock_libs:${host%/*}:$tree/libiptc/.libs XTABLES_LIBDIR=$1 \
		"$tree/iptables/.libs/xtables-legacy-multi" "$program" "${@:3}"
}

# help FOLDER FILE: of the match or target in the file
help() {
	local file=${2##*/} program=iptables option=-m
	[[ $file != libip6t_* ]] || program=ip6tables
	[[ $file != *_[A-Z]* ]] || option=-j
	file=${file#*_}
	iptables "$1" $program $option "${file%.so}" -h
}

help_of_all() {
	local file
	mkdir "$1"
	# With the links: libxt_SNAT.so is libxt_NAT.so under another name.
	for file in extensions/lib*.so; do
		help "$tree/extensions" "$file" >"$1/${file##*/}" 2>&1
	done
}

use_as_it_is() {
	help_of_all "$dir/help"
	check "as it is: the help of each extension is more than that of iptables" \
		test "$(find "$dir/help" -size "+$(iptables "$tree/extensions" iptables -h | wc -c)c" | wc -l)" -ge 100
}

# Of file names in the output of LD_DEBUG=files, those whose constructors ran.
ran() { sed -n 's/.*calling init: //p' "$1" | grep -E '/lib(xt|ipt|ip6t)_' | sort -u; }

# In a network of its own, where this machine allows one.
rules() {
	iptables "$1" iptables -A INPUT -p tcp -m multiport --dports 22,80 -m comment --comment hello -j REJECT &&
		iptables "$1" iptables -A OUTPUT -m limit --limit 5/sec -m owner --uid-owner 7 -j LOG --log-prefix out &&
		iptables "$1" iptables -t nat -A POSTROUTING -p udp -j SNAT --to-source 192.0.2.1 &&
		iptables "$1" iptables -S && iptables "$1" iptables -t nat -S
}

use_locked() {
	rm -rf "$dir/help.locked"
	help_of_all "$dir/help.locked"
	check "the help of each of the $(find "$dir/help" -name '*.so' | wc -l) extensions is what it was" \
		diff -r "$dir/help" "$dir/help.locked"
	LD_DEBUG=files help "$tree/extensions" libxt_tcp.so >"$dir/out" 2>"$dir/ld"
	check "a constructor of an extension runs" test "$(ran "$dir/ld")" = "$tree/extensions/libxt_tcp.so"
	iptables "$tree/extensions" iptables -A INPUT -p tcp --dport nosuch >"$dir/out" 2>&1
	check "an extension reads its options, and says what is wrong" \
		grep -q "invalid port/service .nosuch. specified" "$dir/out"
	local own=(unshare -n)
	[[ $EUID -eq 0 ]] || own=(unshare -rn)
	export -f iptables rules
	export abilock_libs host tree
	if "${own[@]}" bash -c 'iptables "$tree/extensions" iptables -S' >/dev/null 2>&1; then
		check "rules are made and shown by extensions" "${own[@]}" bash -c 'rules "$tree/extensions"'
		cp "$dir/log" "$dir/rules"
		for text in '-m multiport --dports 22,80 -m comment --comment hello -j REJECT' \
			'-m limit --limit 5/sec -m owner --uid-owner 7 -j LOG --log-prefix out' \
			'-p udp -j SNAT --to-source 192.0.2.1'; do
			check "as $text" grep -qF -- "$text" "$dir/rules"
		done
	else
		skip "rules in a network of its own, which this machine or this user may not have"
	fi
}

# is_refused FILE: of the first commit, by the host of the next
is_refused() {
	local status program=iptables
	[[ ${1##*/} != libip6t_* ]] || program=ip6tables
	LD_DEBUG=files help "$dir/first" "$1" >"$dir/out" 2>"$dir/ld"
	status=$?
	grep -v '^ *[0-9]*:' "$dir/ld" >"$dir/text"
	if [[ ${1##*/} == *_[A-Z]* ]]; then
		# A target that is not there may be a chain, so iptables helps without it.
		cmp "$dir/out" <(iptables "$dir/first" $program -h) || return
	elif [[ $status -ne 2 ]]; then
		echo "${1##*/}: the exit status is $status"
		return 1
	fi
	refused "$dir/text" "$first" && [[ ! $(ran "$dir/ld") ]]
}

all_are_refused() {
	local file
	for file in "$dir"/first/*.so; do
		is_refused "$file" || return
	done
}

use_refused() {
	check "its own are used" help "$tree/extensions" libxt_tcp.so
	check "iptables refuses each of the ${#built[@]} of the first commit: the text, no constructor, exit 2 or no help" \
		all_are_refused
	help "$dir/unlocked" libxt_tcp.so >"$dir/out" 2>&1
	check "and one from before the lock" test $? -eq 2
	check "since nothing ties it to a build" grep -q 'not-linked.*nothing ties the module' "$dir/out"
	sed -n '1,5s/^/    /p' "$dir/text"
}
